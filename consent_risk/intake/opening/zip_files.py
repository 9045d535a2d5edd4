"""The members of a ZIP archive that may hold exports. An archive that plays tricks is refused as a whole."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import polars as pl

from consent_risk.errors import Problem, UserError
from consent_risk.intake.opening.export import OnBytes
from consent_risk.intake.opening.limits import BOMB_FROM_BYTES, BOMB_RATIO, MEMBERS
from consent_risk.intake.opening.raw import Guard, Raw, Readable, Unpacked, in_memory, open_file
from consent_risk.intake.opening.refusing import COPY_AGAIN, refused
from consent_risk.intake.opening.unread import is_unread
from consent_risk.intake.personal import is_id_of_person

_ENCRYPTED = 0x1
_WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin", "xl/_rels/workbook.xml.rels")
_OFFICE = {"word/document.xml": "a Word document", "ppt/presentation.xml": "a presentation"}
_OPEN_DOCUMENT = "content.xml"


class ZipMember:
    """A file inside an archive."""

    def __init__(self, path: Path, index: int, info: zipfile.ZipInfo) -> None:
        self.path = path
        self.name = f"{path.name}/{info.filename}"
        self.file = PurePosixPath(info.filename).name
        self._index = index
        self._packed = info.compress_size
        self._size = info.file_size

    @contextmanager
    def open(self, on_bytes: OnBytes, digest: Any = None) -> Iterator[Readable]:
        """See raw.Raw. The archive's own bytes are hashed elsewhere."""
        with open_file(self.path) as file, _archive(file, self.path.name) as archive:
            guard = Guard(self.name, self.path.stat().st_size)
            try:
                stream = archive.open(archive.infolist()[self._index])
            except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, ValueError, IndexError):
                raise refused(self.name, "the ZIP archive is damaged or packed in an unknown way", COPY_AGAIN) from None
            with stream:
                yield _Metered(Unpacked(stream, self.name, "ZIP archive", guard), on_bytes, self._packed, self._size)

    def seekable(self) -> BinaryIO:
        """See raw.Raw."""
        return in_memory(self)


class _Metered:
    """Tells of the archive's bytes in step with the member's."""

    def __init__(self, stream: Readable, on_bytes: OnBytes, packed: int, size: int) -> None:
        self._stream = stream
        self._on_bytes = on_bytes
        self._packed = packed
        self._size = max(size, 1)
        self._read = self._told = 0

    def read(self, size: int, /) -> bytes:
        chunk = self._stream.read(size)
        self._read += len(chunk)
        done = self._packed * self._read // self._size
        self._on_bytes(done - self._told)
        self._told = done
        return chunk


def is_workbook(raw: Raw) -> bool:
    """Is the archive a workbook? Raises UserError for damage, and for other documents that are archives."""
    with raw.seekable() as file, _archive(file, raw.name) as archive:
        names = {info.filename for info in archive.infolist()}
    if other := next((what for part, what in _OFFICE.items() if part in names), None):
        raise refused(raw.name, f"{other}, which cannot be read", "Hand in its table as XLSX or CSV.")
    if _OPEN_DOCUMENT in names and "mimetype" in names:
        raise refused(raw.name, "an OpenDocument file, which cannot be read", "Save it as XLSX or CSV.")
    return any(part in names for part in _WORKBOOK_PARTS)


def members_of(path: Path) -> tuple[list[ZipMember], tuple[str, ...]]:
    """The members to read, in their order, and a note on those that are left out.

    Raises UserError for an archive that is damaged, encrypted, a bomb, or whose members would lie outside a folder.
    """
    with open_file(path) as file, _archive(file, path.name) as archive:
        infos = archive.infolist()
    _check_size(path, infos)
    files = [(index, info) for index, info in enumerate(infos) if not info.is_dir()]
    if problems := [problem for index, info in files if (problem := _problem(path.name, index, info))]:
        raise UserError(problems)
    read = [(index, info) for index, info in files if not is_unread(PurePosixPath(info.filename))]
    if not read:
        raise refused(path.name, "the archive holds no export", "Put the exports into it, or leave it out.")
    if len({info.filename for _, info in read}) < len(read):
        raise refused(path.name, "the archive holds two files of the same name", "Pack it again.")
    left_out = len(files) - len(read)
    notes = (f"{left_out} file{'s' if left_out > 1 else ''} of the archive left out: hidden or no export",)
    return [ZipMember(path, index, info) for index, info in read], notes if left_out else ()


def _archive(file: BinaryIO, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, OverflowError, MemoryError, KeyError):
        raise refused(name, "the ZIP archive or workbook is damaged or cut off", COPY_AGAIN) from None


def _check_size(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """No member unpacks to more than the archive's directory says, so that can be judged before unpacking."""
    if len(infos) > MEMBERS:
        raise refused(path.name, f"the archive holds more than {MEMBERS} files", "Hand in a folder instead.")
    most = max(BOMB_FROM_BYTES, path.stat().st_size * BOMB_RATIO)
    if sum(info.file_size for info in infos) > most:
        reason = f"it unpacks to more than {most >> 20} MB, over {BOMB_RATIO} times its size: an archive bomb"
        raise refused(path.name, reason, "Hand in the files unpacked, if they are what you expect.")


def _problem(archive: str, index: int, info: zipfile.ZipInfo) -> Problem | None:
    """What is wrong with a member by its entry alone. Its name is shown only if it is a plain one."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    where = f"{archive}, file number {index + 1}"
    if not path.parts or not info.filename.isprintable():
        return Problem(where, "its name is blank or holds control characters", "Rename the file.")
    if path.is_absolute() or ".." in path.parts or path.parts[0][1:2] == ":":
        return Problem(where, "its name leads out of the archive", "Pack the files again, without `..` in names.")
    if stat.S_ISLNK(info.external_attr >> 16):
        return Problem(where, "it is a link to another file", "Pack the file itself.")
    if any(pl.select(is_id_of_person(pl.lit(part))).item() for part in path.parts):
        reason = "its name carries an e-mail address or a phone number, and names of files are kept"
        return Problem(where, reason, "Rename the file.")
    if info.flag_bits & _ENCRYPTED:
        return Problem(where, "it is encrypted", "Hand in the archive without a password, or the files unpacked.")
    return None
