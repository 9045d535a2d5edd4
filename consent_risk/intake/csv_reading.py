"""CSV as RFC 4180 has it, read in blocks of bounded size, with the place of everything that breaks the rules.

pyarrow does the parsing: it streams, needs no temporary files (raw identifiers never touch the disk) and tells which
row has too many or too few cells. It is silent about stray quotation marks, which can swallow rows, so `_Tap` checks
those on the raw bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from consent_risk.errors import Problem, UserError
from consent_risk.intake.faults import no_bad_rows
from consent_risk.intake.opening.dialects import Dialect, Source
from consent_risk.intake.opening.encodings import SUBSTITUTE
from consent_risk.intake.opening.export import Batch
from consent_risk.intake.opening.raw import Readable
from consent_risk.intake.opening.uneven_rows import UnevenRows, bad_rows

BLOCK_BYTES = 8 << 20
BATCH_ROWS = 200_000
_QUOTE = ord('"')


def csv_batches(
    source: Source, header: Sequence[str], wanted: Sequence[str], on_bytes: Callable[[int], None]
) -> Iterator[Batch]:
    """The rows of the source. Raises UserError where quotation marks do not pair up."""
    dialect = source.dialect
    uneven = UnevenRows(dialect, header, wanted)
    included = [header.index(name) for name in wanted if header.index(name) < dialect.width]
    surplus = range(len(header), dialect.width)  # cells of a usual row beyond the header, which must be empty
    with source.open(on_bytes) as stream:
        tap = _Tap(stream, source.name, dialect)
        record = 1  # the number of the next record
        for block in _blocks(tap, dialect, [*included, *surplus], uneven.on_row):
            numbers = _numbers(record, block.num_rows, uneven.numbers)
            record = uneven.first_even_from(int(numbers[-1]) + 1 if block.num_rows else record)
            cells, bad = _cells(block, numbers, header, wanted, dialect)
            uneven.note_short(block.num_rows)
            more_cells, more_bad = uneven.up_to(record - 1)
            if more_cells.height:
                cells = pl.concat([cells, more_cells]).sort("row")
            yield Batch(cells, pl.concat([more_bad, bad]), uneven.taken_notes())
        cells, bad = uneven.up_to(None)
        if cells.height + bad.height:
            yield Batch(cells, bad, uneven.taken_notes())


def _blocks(
    tap: _Tap, dialect: Dialect, included: Sequence[int], on_uneven: Callable[[Any], str]
) -> Iterator[pa.RecordBatch]:
    """The parsed blocks as text, in columns named by position."""
    names = [str(index) for index in range(dialect.width)]
    try:
        reader = pa_csv.open_csv(
            pa.PythonFile(tap, mode="r"),
            # Threads would lose the numbers of uneven rows.
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=names),
            parse_options=pa_csv.ParseOptions(
                delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=on_uneven
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), include_columns=[names[i] for i in included]
            ),
        )
        for block in reader:
            for start in range(0, block.num_rows, BATCH_ROWS):
                yield block.slice(start, BATCH_ROWS)
    except pa.ArrowInvalid:
        if tap.is_empty:
            return
        reason = f"it cannot be cut into rows: a row is longer than {BLOCK_BYTES >> 20} MB, or quotes do not pair up"
        mend = "Export it again with every quoted cell closed."
        raise UserError(Problem(tap.name, reason, mend)) from None


def _numbers(first: int, count: int, uneven: Sequence[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The record numbers of `count` rows that follow, given which numbers were skipped."""
    skipped = np.array([number for number in uneven if number >= first], dtype=np.int64)
    numbers = np.arange(first, first + count + len(skipped), dtype=np.int64)
    return np.setdiff1d(numbers, skipped, assume_unique=True)[:count]


def _cells(
    block: pa.RecordBatch, numbers: Any, header: Sequence[str], wanted: Sequence[str], dialect: Dialect
) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = pl.Series("row", numbers, dtype=pl.Int64)
    columns = {int(name): column for name, column in zip(block.schema.names, block.columns, strict=True)}
    places = {name: columns.get(header.index(name)) for name in wanted}
    texts = [
        pl.Series(name, places[name], dtype=pl.String) if places[name] is not None else _blanks(name, len(rows))
        for name in wanted
    ]
    cells = pl.DataFrame([rows, *texts])
    bad = pl.concat([no_bad_rows(), *(_damaged(rows, text, dialect) for text in texts)])
    for place in range(len(header), dialect.width):
        filled = pl.Series(columns[place], dtype=pl.String).str.strip_chars() != ""
        bad = pl.concat([bad, bad_rows(rows.filter(filled), dialect, dialect.width, len(header))])
    cells = cells.join(bad, on="row", how="anti", maintain_order="left") if bad.height else cells
    return cells.with_columns(blank_as_null(pl.col(name)) for name in wanted), bad


def _blanks(name: str, count: int) -> pl.Series:
    return pl.Series(name, [None], dtype=pl.String).new_from_index(0, count)


def _damaged(rows: pl.Series, text: pl.Series, dialect: Dialect) -> pl.DataFrame:
    """The rows (faults.BAD_ROWS) whose cell could not be decoded, or holds a zero byte."""
    signs = []
    if dialect.encoding:
        signs.append((SUBSTITUTE, f"the cell is not {dialect.encoding}", "Save the file as UTF-8."))
    if dialect.zero_bytes:
        signs.append(("\0", "the cell holds a zero byte", "Export the file again; it seems to be damaged."))
    found = [no_bad_rows()]
    for sign, reason, mend in signs:
        here = rows.filter(text.str.contains(sign, literal=True)).to_frame()
        words = {"column": text.name, "reason": reason, "mend": mend}
        found.append(here.with_columns(pl.lit(word).alias(name) for name, word in words.items()))
    return pl.concat(found)


def blank_as_null(text: pl.Expr) -> pl.Expr:
    """The text trimmed, or null where nothing is left."""
    trimmed = text.str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


class _Tap:
    """Hands a stream to pyarrow and checks that quotation marks pair up (RFC 4180).

    Counting from the start, every first mark of a pair must open a cell (or double the mark before it) and every
    second one must close it. `read` raises UserError with the line in the file where one does not.
    """

    closed = False

    def __init__(self, stream: Readable, name: str, dialect: Dialect) -> None:
        self.name = name
        self.is_empty = True
        self._stream = stream
        self._newline = dialect.newline
        # What may stand before an opening or after a closing mark.
        self._beside_a_cell = np.frombuffer(dialect.delimiter.encode() + b'\n\r"', dtype=np.uint8)
        self._inside = False  # an odd number of marks so far
        self._last = b"\n"  # the byte before the next chunk
        self._line = dialect.first_line
        self._opened_at = 1

    def read(self, size: int) -> bytes:
        """The next bytes, none at the end of the file."""
        chunk = self._stream.read(size)
        if chunk:
            self.is_empty = False
            self._inspect(chunk)
        elif self._inside:
            reason = "a quotation mark opens a cell that is never closed"
            raise self._refused(reason, "Close the cell, or export the file again.", self._opened_at)
        return chunk

    def close(self) -> None:
        """Nothing to do: whoever opened the file closes it."""

    def _inspect(self, chunk: bytes) -> None:
        data = np.frombuffer(self._last + chunk, dtype=np.uint8)  # so data[i] is the byte before chunk[i]
        marks = np.flatnonzero(data[1:] == _QUOTE) + 1
        first, second = marks[0::2], marks[1::2]
        opening, closing = (second, first) if self._inside else (first, second)
        if self._last == b'"' and not self._inside:  # the closing mark that ended the chunk before
            closing = np.concatenate([[0], closing])
        closing_here = closing[closing + 1 < len(data)]
        stray_opening = opening[~np.isin(data[opening - 1], self._beside_a_cell)]
        stray_closing = closing_here[~np.isin(data[closing_here + 1], self._beside_a_cell)]
        if len(stray_opening) or len(stray_closing):
            reason = "a quotation mark stands inside a cell that is not quoted, or is not doubled in one that is"
            first_stray = min([*stray_opening[:1], *stray_closing[:1]])
            raise self._refused(reason, "Export it again with quoting.", self._line_of(chunk, int(first_stray)))
        if len(opening):
            self._opened_at = self._line_of(chunk, int(opening[-1]))
        self._inside ^= bool(len(marks) % 2)
        self._line += chunk.count(self._newline)
        self._last = chunk[-1:]

    def _line_of(self, chunk: bytes, index: int) -> int:
        return self._line + chunk[: max(index - 1, 0)].count(self._newline)

    def _refused(self, reason: str, mend: str, line: int) -> UserError:
        return UserError(Problem(self.name, reason, mend, line, place="line"))
