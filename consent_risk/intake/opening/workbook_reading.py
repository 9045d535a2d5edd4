"""The sheets of a workbook as calamine reads them, in a process of its own (workbook_process.py)."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl
import pyarrow as pa

from consent_risk.errors import UserError
from consent_risk.intake.csv_reading import blank_as_null
from consent_risk.intake.opening.limits import CHUNK_BYTES, WORKBOOK_MEMORY_BYTES, WORKBOOK_SECONDS
from consent_risk.intake.opening.raw import Raw
from consent_risk.intake.opening.refusing import COPY_AGAIN, refused

PASSWORD = "the workbook is protected with a password"
PASSWORD_MEND = "Open it, remove the password, and save it again."
_PASSWORD_CODE = 3
_SCRIPT = Path(__file__).with_name("workbook_process.py")
_LENGTH = struct.Struct(">Q")
_ALL = -1
_MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"
_TIME = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)$"


@dataclass(frozen=True)
class SheetCells:
    """A sheet: its cells from the first used one on, as text or null, and how many of them hold an Excel error."""

    name: str
    index: int
    is_shown: bool
    errors: int
    frame: pl.DataFrame


def sheets_of(raw: Raw) -> Iterator[SheetCells]:
    """The sheets of the workbook in their order. Raises UserError for damage, and for a password."""
    return _read(raw, _ALL)


def sheet_of(raw: Raw, index: int) -> SheetCells:
    """One sheet of the workbook."""
    return next(_read(raw, index))


def _read(raw: Raw, index: int) -> Iterator[SheetCells]:
    with raw.seekable() as file:
        size = file.seek(0, 2)
        seconds = WORKBOOK_SECONDS + 2 * (size >> 20)
        file.seek(0)
        command = [sys.executable, "-I", str(_SCRIPT), str(index), str(seconds), str(WORKBOOK_MEMORY_BYTES)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdin
            assert process.stdout
            try:
                with suppress(BrokenPipeError):
                    for at in range(0, size, CHUNK_BYTES):  # no further, should the file grow
                        process.stdin.write(file.read(min(CHUNK_BYTES, size - at)))
                    process.stdin.close()
                while about := _part(process.stdout):
                    yield _sheet(json.loads(about), _part(process.stdout) or b"")
                code = process.wait()
            finally:
                process.kill()
    if code:
        raise _refused(raw, code)


def _part(stream: IO[bytes]) -> bytes | None:
    """What the process handed out next; null where it ended, whether it was done or not."""
    length = stream.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return None
    (count,) = _LENGTH.unpack(length)
    part = stream.read(count)
    return part if len(part) == count else None


def _sheet(about: dict[str, Any], cells: bytes) -> SheetCells:
    frame = pl.DataFrame()
    if cells:
        with pa.ipc.open_stream(cells) as stream:
            frame = pl.DataFrame(stream.read_all())
        frame = frame.with_columns(pl.all().str.replace(_MIDNIGHT, "$1").str.replace(_TIME, "${1}T${2}"))
        frame = frame.with_columns(blank_as_null(pl.col(name)) for name in frame.columns)
    return SheetCells(frame=frame, **about)


def _refused(raw: Raw, code: int) -> UserError:
    """Below zero the system ended the process: it took too long, or too much memory."""
    if code == _PASSWORD_CODE:
        return refused(raw.name, PASSWORD, PASSWORD_MEND)
    if code < 0:
        return refused(raw.name, "the workbook is damaged, or too large to be read", "Save its sheets as CSV.")
    return refused(raw.name, "the workbook is damaged", COPY_AGAIN)
