"""Where a table begins in a text or a sheet: its delimiter, its header, and what stands before and under the header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from consent_risk.intake.opening.limits import DOCUMENT_BYTES, PREAMBLE_ROWS, SAMPLE_ROWS

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SAMPLE_LINES = 20_000  # records may span lines
_LINE_END = re.compile(r"\r\n|\r|\n")
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_DESCRIBES = re.compile(
    r"\((required|optional|mandatory)\b|\b(required|optional|mandatory|must be|e\.g\.|for example|format:|max\.? \d+)",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[^\s@]+@[^\s@]+|[\d.,:/+ TZ-]+|true|false|yes|no", re.IGNORECASE)
_LONGEST = 300  # characters; nothing that describes a column, and no value that a column is told by, is longer
_NO_WORD = re.compile(r"[\W_]+")
csv.field_size_limit(max(csv.field_size_limit(), DOCUMENT_BYTES))


@dataclass(frozen=True)
class Layout:
    """A header, its position among the records, the cells of a usual row, and whether a description follows it.

    `fit` is the share of the sample rows that have as many cells as the header, apart from empty ones at the end.
    """

    header: tuple[str, ...]
    position: int
    width: int
    description: bool
    fit: float

    @property
    def rows_from(self) -> int:
        """The position of the first row of data."""
        return self.position + (2 if self.description else 1)


@dataclass(frozen=True)
class Record:
    """A record of a text: its cells, trimmed, where it ends, and the line after it."""

    cells: tuple[str, ...]
    end: int
    next_line: int


def cells_of(text: str, delimiter: str) -> list[str]:
    """The cells of one record. Raises csv.Error where it is none."""
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True), [])


def records_of(text: str, delimiter: str, *, whole: bool) -> Iterator[Record]:
    """The records that the text begins with, blank lines left out; `whole` says that the text ends where it should."""
    start, quotes = 0, 0
    for number, (begin, end, after) in enumerate(_lines(text, whole=whole), 1):
        quotes += text.count('"', begin, end)
        if quotes % 2 and after < len(text):
            continue  # the line break stands inside a quoted cell
        if text[start:end].strip():
            yield Record(_trimmed(text[start:end], delimiter), after, number + 1)
        start, quotes = after, 0


def _lines(text: str, *, whole: bool) -> Iterator[tuple[int, int, int]]:
    """Of each line where it begins and ends, and where the next one begins."""
    begin = 0
    for found in islice(_LINE_END.finditer(text), _SAMPLE_LINES):
        yield begin, found.start(), found.end()
        begin = found.end()
    if whole and begin < len(text):
        yield begin, len(text), len(text)


def _trimmed(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(cell.strip() for cell in cells_of(text, delimiter))
    except csv.Error:
        return (text.strip(),)


def separator_of(text: str) -> tuple[str, int] | None:
    """The delimiter of the line `sep=;` that Excel understands, and where the next line begins."""
    found = _LINE_END.search(text)
    line = _SEPARATOR_LINE.fullmatch(text[: found.start()]) if found else None
    return (line.group(1), found.end()) if found and line else None


def best_delimiter(text: str, *, whole: bool) -> str:
    """The delimiter under which the sample makes the widest table whose rows fit its header; else the comma."""
    layouts = {delimiter: layout_of(sample_of(text, delimiter, whole=whole)) for delimiter in DELIMITERS}
    scores = {delimiter: _score(layout) if layout else 0.0 for delimiter, layout in layouts.items()}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return best if scores[best] else ","


def _score(layout: Layout) -> float:
    """A name with a quotation mark in it has been cut apart."""
    cut_apart = any('"' in name for name in layout.header)
    return (layout.fit + 0.01) * (len(layout.header) - 1) * (0.5 if cut_apart else 1)


def sample_of(text: str, delimiter: str, *, whole: bool) -> list[tuple[str, ...]]:
    """The cells of the first records."""
    records = records_of(text, delimiter, whole=whole)
    return [record.cells for _, record in zip(range(PREAMBLE_ROWS + SAMPLE_ROWS), records, strict=False)]


def layout_of(sample: Sequence[Sequence[str]]) -> Layout | None:
    """How the table lies in the first records of a file; null where there is no record at all."""
    if not sample:
        return None
    position = _header_position(sample)
    header = tuple(sample[position])
    rows = sample[position + 1 : position + 1 + SAMPLE_ROWS]
    description = bool(rows) and (_describes(header, rows[0]) or _differs(rows[0], rows[1:]))
    rows = rows[1:] if description else rows
    names = _filled(header)
    fitting = sum(names <= len(row) and _filled(row) <= max(len(header), names) for row in rows)
    return Layout(header, position, _usual_width(header, rows), description, fitting / len(rows) if rows else 1.0)


def _header_position(sample: Sequence[Sequence[str]]) -> int:
    """The header is the first record that is no title line, if it may be one; else the first record."""
    usual = Counter(count for row in sample[1:] if (count := _filled(row))).most_common(1)
    table = usual[0][0] if usual else 0
    first = next((n for n, row in enumerate(sample[:PREAMBLE_ROWS]) if not _is_title(row, table)), 0)
    return first if _may_be_header(sample[first]) else 0


def _is_title(row: Sequence[str], table: int) -> bool:
    """Is the record a line above a table that is `table` cells wide, such as its title or the day of the export?"""
    filled = _filled(row)
    worded = any(letter in " :=" or letter.isdigit() for cell in row for letter in cell)
    return table > 1 and filled * 2 <= table and (worded or (filled <= 1 and table > 2))


def _may_be_header(row: Sequence[str]) -> bool:
    """Names differ from each other, and are neither numbers nor addresses."""
    names = [name for name in row if name]
    return len(set(names)) == len(names) and not any("@" in name or name[:1].isdigit() for name in names)


def _usual_width(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """The cells of most rows; another number than the header's only where no cell beyond the header is filled."""
    usual = Counter(len(row) for row in rows).most_common(1)
    if not usual or any(cell for row in rows if len(row) == usual[0][0] for cell in row[len(header) :]):
        return len(header)
    return usual[0][0]


def _filled(row: Sequence[str]) -> int:
    """The cells up to the last filled one."""
    return max((index for index, cell in enumerate(row, 1) if cell), default=0)


def _describes(header: Sequence[str], row: Sequence[str]) -> bool:
    """Does the row say what the columns are for, rather than hold data? At least half its cells must show it."""
    cells = [(name, cell) for name, cell in zip(header, row, strict=False) if name and cell]
    if any(_is_value(cell) for _, cell in cells):
        return False
    telling = sum(
        len(cell) <= _LONGEST and (bool(_DESCRIBES.search(cell)) or _repeats(name, cell)) for name, cell in cells
    )
    return telling >= 2 and telling * 2 >= len(cells)


def _differs(row: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Does the row hold phrases in two or more columns where every other row holds numbers, addresses or flags?"""
    if any(_is_value(cell) for cell in row if cell):
        return False
    columns = ([other[at] for other in others if at < len(other) and other[at]] for at in range(len(row)))
    of_values = [len(cells) > 1 and all(_is_value(cell) for cell in cells) for cells in columns]
    return sum(holds and " " in cell for holds, cell in zip(of_values, row, strict=True)) > 1


def _is_value(cell: str) -> bool:
    return len(cell) <= _LONGEST and _VALUE.fullmatch(cell) is not None


def _repeats(name: str, cell: str) -> bool:
    """Does the cell say the column's name in a longer text?"""
    word, text = (_NO_WORD.sub(" ", part).strip().casefold() for part in (name, cell))
    return len(word) > 2 and len(text) >= len(word) + 6 and f" {word} " in f" {text} " and " " in text
