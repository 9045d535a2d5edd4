"""The cells of a canonical batch, checked and turned into values."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from consent_risk.errors import Problem, did_you_mean
from consent_risk.intake.columns import CanonicalFile, Column
from consent_risk.intake.faults import BAD_ROWS, no_bad_rows

_BLANK = "the cell is blank, and this column must be filled"


def check_header(file: str, header: Sequence[str], canonical: CanonicalFile) -> list[Problem]:
    """A problem for every required column that the header lacks."""
    missing = [name for name in canonical.required if name not in header]
    return [Problem(file, "the column is missing", _rename(name, header, canonical), column=name) for name in missing]


def ignored_columns(header: Sequence[str], canonical: CanonicalFile) -> str | None:
    """A note on the columns that are not read, with the likely slips; null where all are read.

    A name that could be a cell (the file may have no header at all) is given by its position.
    """
    unknown = [name for name in header if name not in canonical.header]
    if not unknown:
        return None
    missing = [name for name in canonical.header if name not in header]
    words = [shown_name(name, header.index(name)) + _slip(name, missing) for name in unknown]
    return f"columns ignored: {', '.join(words)}"


def read_values(cells: pl.DataFrame, columns: Sequence[Column]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`row` and the values of the rows without a fault, and the faults (faults.BAD_ROWS).

    Columns that `cells` lacks are blank. A cell of a list column (only recipes have those) is passed through.
    """
    absent = dict.fromkeys(column.reads for column in columns if column.reads not in cells.columns)
    cells = cells.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
    plain = [column for column in columns if cells.schema[column.reads] == pl.String]
    values = cells.select("row", *(_value(column) if column in plain else column.name for column in columns))
    found = pl.concat([cells, values.drop("row").rename(_value_name)], how="horizontal")
    flags = found.select("row", *(flag for column in plain for flag in _flags(column)))
    bad_rows = pl.concat([no_bad_rows(), *(_bad_rows(cells, column, flags) for column in plain)])
    if bad_rows.height:
        values = values.join(bad_rows, on="row", how="anti", maintain_order="left")
    return values, bad_rows


def _value_name(column: str) -> str:
    return f"{column} value"


def _value(column: Column) -> pl.Expr:
    text = pl.col(column.reads)
    filled = text if column.blank is None else text.fill_null(column.blank)
    return column.kind.value(filled).alias(column.name)


def _flags(column: Column) -> list[pl.Expr]:
    """For each check of the column whether a row fails it. A blank cell fails none."""
    text, value = pl.col(column.reads), pl.col(_value_name(column.name))
    flags = [
        (text.is_not_null() & check.wrong(text, value)).alias(f"{column.name}:{index}")
        for index, check in enumerate(column.kind.checks)
    ]
    return [text.is_null().alias(f"{column.name}:blank"), *flags] if column.required else flags


def _bad_rows(cells: pl.DataFrame, column: Column, faults: pl.DataFrame) -> pl.DataFrame:
    found = [no_bad_rows()]
    if column.required and faults[f"{column.name}:blank"].any():
        rows = cells.filter(faults[f"{column.name}:blank"])["row"].to_list()
        found.append(_frame([(row, column.name, _BLANK, "Fill it in, or leave the row out.") for row in rows]))
    for index, check in enumerate(column.kind.checks):
        flag = faults[f"{column.name}:{index}"]
        if flag.any():
            wrong = cells.filter(flag).select("row", column.reads).iter_rows()
            found.append(_frame([(row, column.name, check.reason, check.mend(text)) for row, text in wrong]))
    return pl.concat(found)


def _frame(rows: list[tuple[int, str, str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=BAD_ROWS, orient="row")


def _rename(missing: str, header: Sequence[str], canonical: CanonicalFile) -> str:
    unknown = [name for name in header if name not in canonical.header]
    slips = [name for name in unknown if did_you_mean(name, [missing]).startswith("Did")]
    return f"Rename the column `{slips[0]}` to it." if slips else "Add it to the export."


def _slip(name: str, missing: Sequence[str]) -> str:
    guess = did_you_mean(name, missing)
    return f" ({guess[0].lower()}{guess[1:]})" if guess.startswith("Did") else ""


def shown_name(name: str, index: int) -> str:
    """A column's name, or its position where the name might be a cell: the file may have no header at all."""
    plain = len(name) <= 60 and "@" not in name and sum(letter.isdigit() for letter in name) < 7
    return name if name and plain else f"column {index + 1}"
