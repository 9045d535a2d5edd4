"""CSV as RFC 4180 has it, read in blocks of bounded size, with the place of everything that breaks the rules.

pyarrow does the parsing: it streams, needs no temporary files (raw identifiers never touch the disk) and tells which
row has too many or too few cells. It is silent about stray quotation marks, which can swallow rows, so `_Tap` checks
those on the raw bytes.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from consent_risk.errors import Problem, UserError
from consent_risk.intake.ahead import ahead
from consent_risk.intake.faults import BAD_ROWS, no_bad_rows

BLOCK_BYTES = 8 << 20
_BLOCKS_PER_BATCH = 2
BATCH_ROWS = 200_000
# A column's cells are handled by distinct text where on average each stands this many times, ...
_REPEATS = 4
# ... and no longer looked at for that after a block of so many cells that did not repeat.
_ENOUGH_TO_TELL = 1_000
_FEW = 1_000  # distinct texts that Python handles faster than Polars starts
_QUOTE = ord('"')
# By byte: whether it may stand before an opening or after a closing mark.
_BESIDE_A_CELL = np.isin(np.arange(256), np.frombuffer(b',\n\r"', dtype=np.uint8))
_BOM = b"\xef\xbb\xbf"
# Stands in for what is not UTF-8: ASCII's SUB, made for that. A file that holds it already was damaged before.
_SUBSTITUTE = "\x1a"


def csv_batches(
    path: Path,
    header: Sequence[str],
    wanted: Sequence[str],
    on_bytes: Callable[[int], None],
    *,
    encoded: bool = False,
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Pairs of cells and bad rows, see exports.Batch. Raises UserError where quotation marks do not pair up.

    `encoded` gives columns whose texts repeat a lot as Enum of the batch's distinct texts instead of String. The file
    is read in another thread, some batches ahead.
    """
    return ahead(_batches(path, header, wanted, on_bytes, encoded=encoded))


def _batches(
    path: Path, header: Sequence[str], wanted: Sequence[str], on_bytes: Callable[[int], None], *, encoded: bool
) -> Generator[tuple[pl.DataFrame, pl.DataFrame], None, None]:
    ragged: dict[int, tuple[int, int]] = {}

    def on_ragged(row: Any) -> str:
        ragged[row.number] = (row.expected_columns, row.actual_columns)
        return "skip"

    with path.open("rb") as file:
        tap = _Tap(file, path.name, on_bytes)
        texts = _Texts(encoded=encoded)
        record = 1  # the number of the next record; the header is record 1
        reported: set[int] = set()
        for block in _blocks(path, tap, header, wanted, on_ragged):
            numbers = _numbers(record, block.num_rows, ragged)
            record = int(numbers[-1]) + 1 if block.num_rows else record
            cells, undecodable = _cells(block, numbers, wanted, texts, damaged=tap.damaged)
            late = {number: ragged[number] for number in ragged.keys() - reported}
            reported |= late.keys()
            yield cells, pl.concat([_ragged_rows(late), undecodable])
        late = {number: ragged[number] for number in ragged.keys() - reported}
        if late:
            empty = pl.DataFrame(schema={"row": pl.Int64} | dict.fromkeys(wanted, pl.String))
            yield empty, _ragged_rows(late)


def _blocks(
    path: Path, tap: _Tap, header: Sequence[str], wanted: Sequence[str], on_ragged: Callable[[Any], str]
) -> Iterator[pa.RecordBatch]:
    """The parsed blocks, header row included, as text in columns named by position."""
    names = [str(index) for index in range(len(header))]
    included = [str(header.index(name)) for name in wanted]
    try:
        reader = pa_csv.open_csv(
            pa.PythonFile(tap, mode="r"),
            # Threads would lose the numbers of ragged rows.
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=names),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=on_ragged),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), include_columns=included
            ),
        )
        for block in _joined(reader):
            for start in range(0, block.num_rows, BATCH_ROWS):
                yield block.slice(start, BATCH_ROWS)
    except pa.ArrowInvalid:
        reason = f"it cannot be cut into rows: a row is longer than {BLOCK_BYTES >> 20} MB, or quotes do not pair up"
        raise UserError(Problem(path.name, reason, "Export it again with every quoted cell closed.")) from None


def _joined(blocks: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Fewer, larger blocks: every step that follows costs something each time, however few the rows."""
    kept: list[pa.RecordBatch] = []
    for block in blocks:
        kept.append(block)
        if len(kept) == _BLOCKS_PER_BATCH:
            yield pa.concat_batches(kept)
            kept = []
    if kept:
        yield pa.concat_batches(kept)


def _numbers(first: int, count: int, ragged: dict[int, tuple[int, int]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The record numbers of `count` rows that follow, given which numbers were skipped."""
    skipped = np.array([number for number in ragged if number >= first], dtype=np.int64)
    numbers = np.arange(first, first + count + len(skipped), dtype=np.int64)
    return np.setdiff1d(numbers, skipped, assume_unique=True)[:count] if len(skipped) else numbers


def _cells(
    block: pa.RecordBatch, numbers: Any, wanted: Sequence[str], texts: _Texts, *, damaged: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    if len(numbers) and numbers[0] == 1:  # the header
        block, numbers = block.slice(1), numbers[1:]
    undecodable = _undecodable(block, numbers, wanted) if damaged else no_bad_rows()
    columns = [texts.trimmed(name, cells) for name, cells in zip(wanted, block.columns, strict=True)]
    cells = pl.DataFrame([pl.Series("row", numbers - 1, dtype=pl.Int64), *columns])
    if undecodable.height:
        cells = cells.join(undecodable, on="row", how="anti", maintain_order="left")
    return cells, undecodable


def _undecodable(block: pa.RecordBatch, numbers: Any, wanted: Sequence[str]) -> pl.DataFrame:
    rows = pl.Series("row", numbers - 1, dtype=pl.Int64)
    bad = [no_bad_rows()]
    for name, column in zip(wanted, block.columns, strict=True):
        here = rows.filter(pl.Series(column, dtype=pl.String).str.contains(_SUBSTITUTE, literal=True))
        bad.append(
            here.to_frame().with_columns(
                pl.lit(name).alias("column"),
                pl.lit("the cell is not UTF-8").alias("reason"),
                pl.lit("Save the file as UTF-8.").alias("mend"),
            )
        )
    return pl.concat(bad)


def blank_as_null(text: pl.Expr) -> pl.Expr:
    """The text trimmed, or null where nothing is left."""
    trimmed = text.str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


class _Texts:
    """Trims the cells of a file, blank ones to null; where texts repeat, once for each distinct text of a batch."""

    def __init__(self, *, encoded: bool) -> None:
        self._encoded = encoded
        self._varied: set[str] = set()

    def trimmed(self, name: str, cells: pa.StringArray) -> pl.Series:
        """The column as String, or as Enum where that was asked for and its texts repeat."""
        if name not in self._varied:
            distinct = cells.dictionary_encode()
            if len(distinct.dictionary) * _REPEATS <= len(cells):
                column = _trimmed_once(distinct).alias(name)
                return column if self._encoded else column.cast(pl.String)
            if len(cells) > _ENOUGH_TO_TELL:
                self._varied.add(name)
        return pl.DataFrame({name: cells}, schema={name: pl.String}).select(blank_as_null(pl.col(name))).to_series()


def _trimmed_once(cells: pa.DictionaryArray) -> pl.Series:
    if len(cells.dictionary) <= _FEW:
        few = [_trimmed(text) for text in cells.dictionary.to_pylist()]
        of_code = pl.Series(few, dtype=_enum(tuple(sorted({text for text in few if text}))))
    else:
        many = _strip(pl.Series(cells.dictionary, dtype=pl.String))
        of_code = many.cast(pl.Enum(many.filter(many != "").unique()), strict=False)
    return of_code[pl.Series(cells.indices, dtype=pl.UInt32)]


def _trimmed(text: str) -> str | None:
    # Python takes more characters for space than Polars does, but none fewer.
    return (text if text == text.strip() else _strip(pl.Series([text])).item()) or None


def _strip(texts: pl.Series) -> pl.Series:
    return texts.str.strip_chars()


@lru_cache(maxsize=256)
def _enum(words: tuple[str, ...]) -> pl.Enum:
    return pl.Enum(words)


def _ragged_rows(ragged: dict[int, tuple[int, int]]) -> pl.DataFrame:
    reason = "number of cells: {} in the row, {} in the header"
    mend = "Quote cells that hold commas, and export the file again."
    rows = [(n - 1, None, reason.format(actual, expected), mend) for n, (expected, actual) in sorted(ragged.items())]
    return pl.DataFrame(rows, schema=BAD_ROWS, orient="row")


def _substitute(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return _SUBSTITUTE, error.end


codecs.register_error("consent_risk.substitute", _substitute)


class _Tap:
    """A file that counts what is read, hands on UTF-8 only, and checks that quotation marks pair up (RFC 4180).

    What is not UTF-8 is marked with `_SUBSTITUTE`: pyarrow would drop a ragged row that it cannot decode without a
    word. Counting from the start, every first mark of a pair must open a cell (or double the mark before it) and every
    second one must close it. `read` raises UserError with the line in the file where one does not.
    """

    closed = False

    def __init__(self, file: BinaryIO, name: str, on_bytes: Callable[[int], None]) -> None:
        self._file = file
        self._name = name
        self._on_bytes = on_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8")("consent_risk.substitute")
        self._at_start = True
        self._inside = False  # an odd number of marks so far
        self._last = b"\n"  # the byte before the next chunk
        self._line = 1
        self._opened_at = 1
        self.damaged = False  # whether a substitute was handed on so far

    def read(self, size: int) -> bytes:
        """The next bytes, none at the end of the file."""
        chunk = self._next(size)
        if chunk:
            self._inspect(chunk.removeprefix(_BOM) if self._at_start else chunk)
            self._at_start = False
        elif self._inside:
            reason = "a quotation mark opens a cell that is never closed"
            raise self._refused(reason, "Close the cell, or export the file again.", self._opened_at)
        return chunk

    def _next(self, size: int) -> bytes:
        while True:
            # The decoder may hold back three bytes of a character and hand them on with the next chunk.
            raw = self._file.read(max(size - 3, 1))
            self._on_bytes(len(raw))
            text = self._decoder.decode(raw, final=not raw)
            if text or not raw:
                self.damaged = self.damaged or _SUBSTITUTE in text
                return text.encode()

    def close(self) -> None:
        """Nothing to do: whoever opened the file closes it."""

    def _inspect(self, chunk: bytes) -> None:
        if b'"' not in chunk and self._last != b'"':
            self._line += chunk.count(b"\n")
            self._last = chunk[-1:]
            return
        data = np.frombuffer(self._last + chunk, dtype=np.uint8)  # so data[i] is the byte before chunk[i]
        marks = np.flatnonzero(data[1:] == _QUOTE) + 1
        first, second = marks[0::2], marks[1::2]
        opening, closing = (second, first) if self._inside else (first, second)
        if self._last == b'"' and not self._inside:  # the closing mark that ended the chunk before
            closing = np.concatenate([[0], closing])
        closing_here = closing[closing + 1 < len(data)]
        stray_opening = opening[~_BESIDE_A_CELL[data[opening - 1]]]
        stray_closing = closing_here[~_BESIDE_A_CELL[data[closing_here + 1]]]
        if len(stray_opening) or len(stray_closing):
            reason = "a quotation mark stands inside a cell that is not quoted, or is not doubled in one that is"
            first_stray = min([*stray_opening[:1], *stray_closing[:1]])
            raise self._refused(reason, "Export it again with quoting.", self._line_of(chunk, int(first_stray)))
        self._inside ^= bool(len(marks) % 2)
        if self._inside and len(opening):
            self._opened_at = self._line_of(chunk, int(opening[-1]))
        self._line += chunk.count(b"\n")
        self._last = chunk[-1:]

    def _line_of(self, chunk: bytes, index: int) -> int:
        return self._line + chunk[: max(index - 1, 0)].count(b"\n")

    def _refused(self, reason: str, mend: str, line: int) -> UserError:
        return UserError(Problem(self._name, reason, mend, line, place="line"))
