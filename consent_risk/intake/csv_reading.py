"""CSV as RFC 4180 has it, read in blocks of bounded size, with the place of everything that breaks the rules.

pyarrow does the parsing: it streams, needs no temporary files (raw identifiers never touch the disk) and tells which
row has too many or too few cells. It is silent about stray quotation marks, which can swallow rows, so `_Tap` checks
those on the raw bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from consent_risk.errors import Problem, UserError
from consent_risk.intake.ahead import ahead
from consent_risk.intake.faults import no_bad_rows
from consent_risk.intake.opening.dialects import Dialect, Source
from consent_risk.intake.opening.encodings import SUBSTITUTE
from consent_risk.intake.opening.export import Batch, places_in
from consent_risk.intake.opening.raw import Readable
from consent_risk.intake.opening.uneven_rows import UnevenRows, bad_rows

BLOCK_BYTES = 8 << 20
_BLOCKS_PER_BATCH = 2
BATCH_ROWS = 200_000
# A column's cells are handled by distinct text where on average each stands this many times, ...
_REPEATS = 4
# ... and no longer looked at for that after a block of so many cells that did not repeat.
_ENOUGH_TO_TELL = 1_000
_FEW = 1_000  # distinct texts that Python handles faster than Polars starts
_QUOTE = ord('"')
_SIGN = SUBSTITUTE.encode()


def csv_batches(
    source: Source, header: Sequence[str], wanted: Sequence[str], on_bytes: Callable[[int], None]
) -> Iterator[Batch]:
    """The rows of the source, read in another thread, some batches ahead.

    In a strict file columns whose texts repeat a lot come as Enum of the batch's distinct texts instead of String.
    Raises UserError where quotation marks do not pair up.
    """
    return ahead(_batches(source, header, wanted, on_bytes))


def _batches(
    source: Source, header: Sequence[str], wanted: Sequence[str], on_bytes: Callable[[int], None]
) -> Generator[Batch, None, None]:
    dialect = source.dialect
    texts = _Texts(encoded=dialect.strict)
    uneven = UnevenRows(dialect, header, wanted)
    places = places_in(header, wanted)
    included = [place for place in places.values() if place < dialect.width]
    surplus = range(len(header), dialect.width)  # cells of a usual row beyond the header, which must be empty
    with source.open(on_bytes) as stream:
        tap = _Tap(stream, source.name, dialect)
        record = 1  # the number of the next record
        for block in _blocks(tap, dialect, [*included, *surplus], uneven.on_row):
            numbers = _numbers(record, block.num_rows, uneven.numbers)
            record = uneven.first_even_from(int(numbers[-1]) + 1 if block.num_rows else record)
            cells, bad = _cells(block, numbers, len(header), places, dialect, texts, damaged=tap.damaged)
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
                column_types=dict.fromkeys(names, pa.string()), include_columns=[names[i] for i in included]
            ),
        )
        for block in _joined(reader):
            for start in range(0, block.num_rows, BATCH_ROWS):
                yield block.slice(start, BATCH_ROWS)
    except pa.ArrowInvalid:
        if tap.is_empty:
            return
        reason = f"it cannot be cut into rows: a row is longer than {BLOCK_BYTES >> 20} MB, or quotes do not pair up"
        mend = "Export it again with every quoted cell closed."
        raise UserError(Problem(tap.name, reason, mend)) from None


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


def _numbers(first: int, count: int, uneven: Sequence[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The record numbers of `count` rows that follow, given which numbers were skipped."""
    skipped = np.array([number for number in uneven if number >= first], dtype=np.int64)
    numbers = np.arange(first, first + count + len(skipped), dtype=np.int64)
    return np.setdiff1d(numbers, skipped, assume_unique=True)[:count] if len(skipped) else numbers


def _cells(
    block: pa.RecordBatch,
    numbers: Any,
    width: int,
    wanted: Mapping[str, int],
    dialect: Dialect,
    texts: _Texts,
    *,
    damaged: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = pl.Series("row", numbers, dtype=pl.Int64)
    by_place = {int(name): column for name, column in zip(block.schema.names, block.columns, strict=True)}
    places = {name: by_place[at] for name, at in wanted.items() if at in by_place}
    bad = [no_bad_rows()]
    if damaged:
        bad += [_damaged(rows, pl.Series(name, cells, dtype=pl.String), dialect) for name, cells in places.items()]
    for place in range(width, dialect.width):
        filled = pl.Series(by_place[place], dtype=pl.String).str.strip_chars() != ""
        bad.append(bad_rows(rows.filter(filled), dialect, dialect.width, width))
    trimmed = texts.trimmed(places)
    columns = [trimmed[name] if name in places else _blanks(name, len(rows)) for name in wanted]
    cells, bad_here = pl.DataFrame([rows, *columns]), pl.concat(bad)
    if bad_here.height:
        cells = cells.join(bad_here, on="row", how="anti", maintain_order="left")
    return cells, bad_here


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


class _Texts:
    """Trims the cells of a file, blank ones to null; where texts repeat, once for each distinct text of a batch."""

    def __init__(self, *, encoded: bool) -> None:
        self._encoded = encoded
        self._varied: set[str] = set()

    def trimmed(self, columns: Mapping[str, pa.StringArray]) -> dict[str, pl.Series]:
        """Each column as String, or as Enum where that was asked for and its texts repeat."""
        repeated = {
            name: found for name, cells in columns.items() if (found := self._repeated(name, cells)) is not None
        }
        varied = {name: pl.Series(cells, dtype=pl.String) for name, cells in columns.items() if name not in repeated}
        frame = pl.DataFrame(varied)
        return repeated | {one.name: one for one in frame.select(blank_as_null(pl.col(pl.String)))}

    def _repeated(self, name: str, cells: pa.StringArray) -> pl.Series | None:
        """The column by its distinct texts, null where they do not repeat enough for that."""
        if name in self._varied:
            return None
        distinct = cells.dictionary_encode()
        if len(distinct.dictionary) * _REPEATS <= len(cells):
            column = _trimmed_once(distinct).alias(name)
            return column if self._encoded else column.cast(pl.String)
        if len(cells) > _ENOUGH_TO_TELL:
            self._varied.add(name)
        return None


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


class _Tap:
    """Hands a stream to pyarrow and checks that quotation marks pair up (RFC 4180).

    Counting from the start, every first mark of a pair must open a cell (or double the mark before it) and every
    second one must close it. `read` raises UserError with the line in the file where one does not. `damaged` says
    whether a substitute or a zero byte was handed on so far.
    """

    closed = False

    def __init__(self, stream: Readable, name: str, dialect: Dialect) -> None:
        self.name = name
        self.is_empty = True
        self.damaged = False
        self._may_be_damaged = bool(dialect.encoding or dialect.zero_bytes)
        self._stream = stream
        self._newline = dialect.newline
        # What may stand before an opening or after a closing mark.
        beside = np.frombuffer(dialect.delimiter.encode() + b'\n\r"', dtype=np.uint8)
        self._beside_a_cell = np.isin(np.arange(256), beside)  # by byte
        self._inside = False  # an odd number of marks so far
        self._last = b"\n"  # the byte before the next chunk
        self._line = dialect.first_line
        self._opened_at = 1

    def read(self, size: int) -> bytes:
        """The next bytes, none at the end of the file."""
        chunk = self._stream.read(size)
        if chunk:
            self.is_empty = False
            self.damaged = self.damaged or (self._may_be_damaged and (_SIGN in chunk or b"\0" in chunk))
            self._inspect(chunk)
        elif self._inside:
            reason = "a quotation mark opens a cell that is never closed"
            raise self._refused(reason, "Close the cell, or export the file again.", self._opened_at)
        return chunk

    def close(self) -> None:
        """Nothing to do: whoever opened the file closes it."""

    def _inspect(self, chunk: bytes) -> None:
        if b'"' not in chunk and self._last != b'"':
            self._line += chunk.count(self._newline)
            self._last = chunk[-1:]
            return
        data = np.frombuffer(self._last + chunk, dtype=np.uint8)  # so data[i] is the byte before chunk[i]
        marks = np.flatnonzero(data[1:] == _QUOTE) + 1
        first, second = marks[0::2], marks[1::2]
        opening, closing = (second, first) if self._inside else (first, second)
        if self._last == b'"' and not self._inside:  # the closing mark that ended the chunk before
            closing = np.concatenate([[0], closing])
        closing_here = closing[closing + 1 < len(data)]
        stray_opening = opening[~self._beside_a_cell[data[opening - 1]]]
        stray_closing = closing_here[~self._beside_a_cell[data[closing_here + 1]]]
        if len(stray_opening) or len(stray_closing):
            reason = "a quotation mark stands inside a cell that is not quoted, or is not doubled in one that is"
            first_stray = min([*stray_opening[:1], *stray_closing[:1]])
            raise self._refused(reason, "Export it again with quoting.", self._line_of(chunk, int(first_stray)))
        self._inside ^= bool(len(marks) % 2)
        if self._inside and len(opening):
            self._opened_at = self._line_of(chunk, int(opening[-1]))
        self._line += chunk.count(self._newline)
        self._last = chunk[-1:]

    def _line_of(self, chunk: bytes, index: int) -> int:
        return self._line + chunk[: max(index - 1, 0)].count(self._newline)

    def _refused(self, reason: str, mend: str, line: int) -> UserError:
        return UserError(Problem(self.name, reason, mend, line, place="line"))
