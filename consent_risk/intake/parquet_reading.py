"""Parquet with the same columns as a CSV: every cell becomes the text that the CSV would hold."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from consent_risk.errors import Problem, UserError
from consent_risk.intake.csv_reading import BATCH_ROWS, blank_as_null
from consent_risk.intake.faults import no_bad_rows
from consent_risk.tables import LIST_SEPARATOR

# Up to here every whole number has a float of its own: two ids cannot become one.
_EXACT_UP_TO: dict[pl.DataType, int] = {pl.Float32(): 2**24, pl.Float64(): 2**53}


def parquet_batches(
    stream: BinaryIO, name: str, wanted: Sequence[str], on_bytes: Callable[[int], None]
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Pairs of cells and bad rows, see exports.Batch. Raises UserError for damage and columns that are no text."""
    size, row = stream.seek(0, os.SEEK_END), 1
    try:
        with pq.ParquetFile(stream) as file:
            total = max(file.metadata.num_rows, 1)
            for block in file.iter_batches(batch_size=BATCH_ROWS, columns=list(wanted)):
                yield _text_frame(name, block, row, wanted)
                row += block.num_rows
                on_bytes(size * block.num_rows // total)
    except (pa.ArrowException, OSError):
        raise UserError(Problem(name, "the Parquet file is damaged", "Copy or export it again.")) from None


def _text_frame(file: str, block: pa.RecordBatch, row: int, wanted: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    frame = pl.DataFrame(pa.table(block)) if block.num_columns else pl.DataFrame()
    rows = pl.Series("row", range(row, row + block.num_rows), dtype=pl.Int64)
    columns = [_as_text(file, frame[name]) for name in wanted]
    cells = pl.DataFrame([rows, *columns]).with_columns(blank_as_null(pl.col(name)) for name in wanted)
    bad = pl.concat([no_bad_rows(), *(_inexact(rows, frame[name]) for name in wanted)])
    return cells.join(bad, on="row", how="anti", maintain_order="left") if bad.height else cells, bad


def _as_text(file: str, cells: pl.Series) -> pl.Series:
    """The cells as the canonical CSV writes them."""
    kind = cells.dtype
    if kind == pl.Boolean:
        return cells.replace_strict({True: "true", False: "false"}, default=None, return_dtype=pl.String)
    if isinstance(kind, pl.Datetime):
        utc = cells.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if kind.time_zone else cells
        return utc.dt.cast_time_unit("us").dt.to_string("%Y-%m-%dT%H:%M:%S%.6f")
    if isinstance(kind, pl.List) and kind.inner in (pl.String, pl.Null):
        return cells.cast(pl.List(pl.String)).list.join(LIST_SEPARATOR)
    if kind.is_float():
        return _float_as_text(cells.fill_nan(None))
    if kind == pl.Binary:
        return _bytes_as_text(file, cells)
    if kind.is_nested():
        return pl.Series(cells.name, [_nested_as_text(cell) for cell in cells.to_list()], dtype=pl.String)
    if kind in (pl.Time, pl.Duration, pl.Object):
        reason = "the column's type cannot be read as text"
        mend = "Write it as text, number, truth value, day or time."
        raise UserError(Problem(file, reason, mend, column=cells.name))
    return cells.cast(pl.String)


def _nested_as_text(cell: Any) -> str | None:
    """A struct, or a list of other things than texts, as compact JSON."""
    return None if cell is None else json.dumps(cell, ensure_ascii=False, separators=(",", ":"), default=_json_text)


def _json_text(value: Any) -> Any:
    if isinstance(value, pl.Series):
        return value.to_list()
    return value.isoformat() if isinstance(value, date) else value.decode() if isinstance(value, bytes) else str(value)


def _float_as_text(numbers: pl.Series) -> pl.Series:
    """Floats as text, each whole one without a fraction: pandas makes floats of whole numbers with gaps.

    Decided cell by cell, so that an id does not depend on its neighbours. Too large ones are `_inexact`.
    """
    whole = numbers.cast(pl.Int64, strict=False)
    is_whole = whole.cast(numbers.dtype).eq(numbers)
    return numbers.cast(pl.String).zip_with(~is_whole.fill_null(value=False), whole.cast(pl.String))


def _inexact(rows: pl.Series, cells: pl.Series) -> pl.DataFrame:
    """The rows (faults.BAD_ROWS) with an infinite float, or with one so large that whole numbers run together."""
    if not cells.dtype.is_float():
        return no_bad_rows()
    numbers = pl.DataFrame({"row": rows, "number": cells.fill_nan(None)})
    infinite = pl.lit("the number is infinite")
    inexact = pl.lit("the number is too large for a floating-point column to hold it exactly")
    return numbers.filter(pl.col("number").abs() > _EXACT_UP_TO.get(cells.dtype, 2**53)).select(
        "row",
        pl.lit(cells.name).alias("column"),
        pl.when(pl.col("number").is_infinite()).then(infinite).otherwise(inexact).alias("reason"),
        pl.lit("Write the column as whole numbers or as text, and what is not known as null.").alias("mend"),
    )


def _bytes_as_text(file: str, cells: pl.Series) -> pl.Series:
    """Some writers leave out that a column of bytes is text."""
    try:
        return cells.cast(pl.String)
    except pl.exceptions.ComputeError:
        mend = "Write the column as text."
        raise UserError(Problem(file, "the column is not UTF-8 text", mend, column=cells.name)) from None
