"""Text with delimiters: its encoding, its delimiter, its header, and the stream of rows below that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from consent_risk.intake.csv_reading import csv_batches
from consent_risk.intake.opening import encodings
from consent_risk.intake.opening.dialects import Dialect
from consent_risk.intake.opening.export import Batch, OnBytes
from consent_risk.intake.opening.layouts import (
    DELIMITERS,
    Layout,
    Record,
    best_delimiter,
    layout_of,
    records_of,
    separator_of,
)
from consent_risk.intake.opening.limits import COLUMNS, HEAD_BYTES, PREAMBLE_ROWS, SAMPLE_ROWS
from consent_risk.intake.opening.raw import Raw, Readable
from consent_risk.intake.opening.refusing import AGAIN, refused
from consent_risk.intake.opening.stages import WithoutBlanksAtQuotes
from consent_risk.intake.opening.survey import Survey

_HAND_IN = "Hand it in as CSV (UTF-8, comma, header) or Parquet."


@dataclass(frozen=True)
class TextFile:
    """A text file with what its survey found; `clean` where its bytes are UTF-8 as they stand."""

    raw: Raw
    encoding: str
    survey: Survey

    @property
    def clean(self) -> bool:
        """Can its bytes be handed on as they are?"""
        return self.encoding in ("utf-8", "utf-8-sig") and not self.survey.damaged

    @contextmanager
    def open(self, on_bytes: OnBytes) -> Iterator[Readable]:
        """A stream of its text as UTF-8 without byte order mark."""
        with self.raw.open(on_bytes) as stream:
            yield encodings.as_utf8(stream, self.encoding, clean=self.clean)

    def head(self) -> tuple[str, bool]:
        """The beginning of the text, and whether it is all of it."""
        with self.open(lambda _count: None) as stream:
            head = b""
            while len(head) < HEAD_BYTES and (chunk := stream.read(HEAD_BYTES - len(head))):
                head += chunk
            whole = not stream.read(1)
        return head.decode(errors="ignore"), whole


@dataclass(frozen=True)
class Place:
    """A place in a text: the bytes of UTF-8 before it, and the line that begins there."""

    offset: int
    line: int


@dataclass(frozen=True)
class CsvTable:
    """The table inside a text file: its header, and where its rows begin with and without a row that describes them."""

    file: TextFile
    header: tuple[str, ...]
    delimiter: str
    width: int
    below_header: Place
    below_description: Place
    notes: tuple[str, ...]

    def batches(self, wanted: Sequence[str], on_bytes: OnBytes, *, strict: bool) -> Iterator[Batch]:
        """See export.Content."""
        return csv_batches(_Rows(self, strict), self.header, wanted, on_bytes)


@dataclass(frozen=True)
class _Rows:
    """See dialects.Source."""

    table: CsvTable
    strict: bool

    @property
    def name(self) -> str:
        return self.table.file.raw.name

    @property
    def dialect(self) -> Dialect:
        survey = self.table.file.survey
        may_be_damaged = survey.damaged or survey.substitutes or not self.table.file.encoding.startswith("utf-8")
        return Dialect(
            delimiter=self.table.delimiter,
            width=len(self.table.header) if self.strict else self.table.width,
            first_line=self._begin.line,
            newline=survey.newline,
            strict=self.strict,
            encoding=encodings.label(self.table.file.encoding) if may_be_damaged else None,
            zero_bytes=survey.zero_bytes,
        )

    @contextmanager
    def open(self, on_bytes: OnBytes) -> Iterator[Readable]:
        with self.table.file.open(on_bytes) as stream:
            _skip(stream, self._begin.offset)
            if self.table.file.survey.blanks_at_quotes and not self.strict:
                yield WithoutBlanksAtQuotes(stream, self.table.delimiter)
            else:
                yield stream

    @property
    def _begin(self) -> Place:
        return self.table.below_header if self.strict else self.table.below_description


def open_csv(file: TextFile, delimiter: str | None) -> CsvTable:
    """The table in the file.

    Raises UserError where there is no header, or where the file is no text after all.
    """
    name = file.raw.name
    text, whole = file.head()
    skipped = 0
    if delimiter is None and (separator := separator_of(text)) and separator[0] in DELIMITERS:
        delimiter, skipped = separator
    body = text[skipped:]
    delimiter = delimiter or best_delimiter(body, whole=whole)
    records = _sample(body, delimiter, whole=whole)
    layout = layout_of([record.cells for record in records])
    if layout is None:
        if whole:
            raise refused(name, "the file holds no header", "Export it again, or leave it out.")
        reason = f"the first line is longer than {HEAD_BYTES >> 20} MB: too many columns, or no header at all"
        raise refused(name, reason, "Export fewer columns, or export it again with line ends.")
    _check_header(name, layout.header, file)
    below = [
        Place(len(text[: skipped + record.end].encode()), record.next_line + (1 if skipped else 0))
        for record in records[layout.position : layout.rows_from]
    ]
    return CsvTable(
        file=file,
        header=layout.header,
        delimiter=delimiter,
        width=layout.width,
        below_header=below[0],
        below_description=below[-1],
        notes=_notes(layout, records, file.survey),
    )


def _sample(text: str, delimiter: str, *, whole: bool) -> list[Record]:
    records = records_of(text, delimiter, whole=whole)
    return [record for _, record in zip(range(PREAMBLE_ROWS + SAMPLE_ROWS), records, strict=False)]


def _check_header(name: str, header: Sequence[str], file: TextFile) -> None:
    if len(header) > COLUMNS:
        raise refused(name, f"the header has more than {COLUMNS} columns", "Export fewer columns.")
    if any("\0" in cell for cell in header):
        raise refused(name, "not CSV: it holds zero bytes", _HAND_IN)
    if any(encodings.SUBSTITUTE in cell for cell in header):
        what = encodings.label(file.encoding)
        raise refused(name, f"the header is not {what}", "Save the file as UTF-8.")
    if not any(header):
        raise refused(name, "the file holds no header", AGAIN)


def _notes(layout: Layout, records: Sequence[Record], survey: Survey) -> tuple[str, ...]:
    found = []
    if before := layout.position:
        found.append(f"{before} line{'s' if before > 1 else ''} before the header skipped")
    if layout.description:
        found.append("a row under the header that describes the columns was skipped")
    if survey.mixed_line_ends:
        found.append("mixed line ends")
    if (more := layout.width - len(layout.header)) > 0:
        cells = "one more, empty cell" if more == 1 else f"{more} more, empty cells"
        found.append(f"every row has {cells} than the header")
    return tuple(found)


def _skip(stream: Readable, count: int) -> None:
    while count and (chunk := stream.read(min(count, 1 << 20))):
        count -= len(chunk)
