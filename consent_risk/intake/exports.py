"""Export files: opened, told apart by their content, and read in batches of text cells.

Row 1 is the first row of data. Rows are counted as records, so a line break inside a quoted cell does not count.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from consent_risk.errors import Problem, UserError
from consent_risk.intake.csv_reading import csv_batches
from consent_risk.intake.parquet_reading import parquet_batches

_HEAD = 1 << 20
_PARQUET = b"PAR1"
_HAND_IN = "Hand it in as CSV (UTF-8, comma, header) or Parquet."
# What the first bytes give away, whatever the name says.
_SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Office document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a gzip archive",
    _PARQUET: "a Parquet file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"SQLite format 3": "an SQLite database",
}
_MENDS = {"a Parquet file": "Give it the ending .parquet.", "text in UTF-16": "Save it as UTF-8."}
_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass(frozen=True)
class Batch:
    """Some rows of an export: `row` (Int64) and the columns asked for, as trimmed text or null (blank).

    `bad` are rows that cannot be cut into cells or decoded (faults.BAD_ROWS); they are not in `cells`.
    """

    cells: pl.DataFrame
    bad: pl.DataFrame


@dataclass(frozen=True)
class Export:
    """An export file that is what its name says, with its header."""

    path: Path
    header: tuple[str, ...]
    parquet: bool

    @property
    def name(self) -> str:
        """The file's name, as messages and the manifest give it."""
        return self.path.name

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def format(self) -> str:
        """What kind of file it is."""
        return "Parquet" if self.parquet else "CSV"

    def batches(self, columns: Sequence[str], on_bytes: Callable[[int], None]) -> Iterator[Batch]:
        """The rows in order, with those of `columns` that the header holds; `on_bytes` hears of bytes read.

        Raises UserError where the file as a whole turns out to be broken.
        """
        wanted = [name for name in dict.fromkeys(columns) if name in self.header]
        _check_once(self, wanted)
        read = parquet_batches if self.parquet else csv_batches
        for cells, bad in read(self.path, self.header, wanted, on_bytes):
            yield Batch(cells, bad)


def open_export(path: Path) -> Export:
    """The export at `path`.

    Raises UserError for a file that is empty, not what its ending says, not text, or without a header.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        raise _refused(path, "the file cannot be read", "Check its name, place and permissions.") from None
    if not head:
        raise _refused(path, "the file is empty", "Export it again, or leave it out.")
    ending = path.suffix.lower()
    if ending == ".csv":
        return Export(path, _csv_header(path, head), parquet=False)
    if ending == ".parquet":
        return Export(path, _parquet_header(path, head), parquet=True)
    raise _refused(path, "neither .csv nor .parquet", f"{_HAND_IN} Move files that are no exports elsewhere.")


def _refused(path: Path, reason: str, mend: str) -> UserError:
    return UserError(Problem(path.name, reason, mend))


def _signature(head: bytes) -> str | None:
    return next((what for start, what in _SIGNATURES.items() if head.startswith(start)), None)


def _csv_header(path: Path, head: bytes) -> tuple[str, ...]:
    if what := _signature(head):
        raise _refused(path, f"not CSV but {what}", _MENDS.get(what, _HAND_IN))
    if b"\x00" in head:
        raise _refused(path, "not CSV: it holds zero bytes", _HAND_IN)
    text = head.decode("utf-8-sig", errors="replace")
    if text.lstrip()[:1] in ("{", "[", "<"):
        raise _refused(path, "not CSV but JSON, XML or a web page", _HAND_IN)
    header = _first_record(text)
    if not header:
        raise _refused(path, "the file holds no header", "Export it again, or leave it out.")
    if any("\ufffd" in name for name in header):
        raise _refused(path, "the header is not UTF-8", "Save the file as UTF-8.")
    for delimiter, word in _DELIMITERS.items():
        if len(header) == 1 and delimiter in header[0]:
            raise _refused(path, f"the columns are separated by {word}", "Save it with commas.")
    return header


def _first_record(text: str) -> tuple[str, ...]:
    try:
        records = csv.reader(io.StringIO(text, newline=""))
        return next((tuple(name.strip() for name in record) for record in records if record), ())
    except csv.Error:
        return ()


def _check_once(export: Export, wanted: Sequence[str]) -> None:
    """A name that stands twice does no harm unless it is read."""
    for name in wanted:
        places = [str(index + 1) for index, other in enumerate(export.header) if other == name]
        if len(places) > 1:
            reason = f"the header holds this name more than once, in columns {' and '.join(places)}"
            raise UserError(Problem(export.name, reason, "Rename or remove all but one.", column=name))


def _parquet_header(path: Path, head: bytes) -> tuple[str, ...]:
    if not head.startswith(_PARQUET):
        what = _signature(head) or ("text" if b"\x00" not in head else "another kind of file")
        raise _refused(path, f"not Parquet but {what}", "Give the file the ending that fits, or export it again.")
    try:
        with pq.ParquetFile(path) as file:
            header = tuple(file.schema_arrow.names)
    except (pa.ArrowException, OSError):
        raise _refused(path, "the Parquet file is damaged or cut off", "Copy or export it again.") from None
    return header
