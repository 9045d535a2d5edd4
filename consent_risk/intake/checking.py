"""The cells of a canonical batch, checked and turned into values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import islice

import polars as pl

from consent_risk.errors import Problem, did_you_mean
from consent_risk.intake.columns import CanonicalFile, Column
from consent_risk.intake.faults import BAD_ROWS, no_bad_rows

_NO_TEXT = pl.Enum([])
_FEW = 1_000
_LOOKED_AT = 1_000  # columns among which likely slips are looked for: each takes longer than reading a name
SHOWN_COLUMNS = 30  # columns that a note names
_BLANK = "the cell is blank, and this column must be filled"


def check_header(file: str, header: Sequence[str], canonical: CanonicalFile) -> list[Problem]:
    """A problem for every required column that the header lacks."""
    missing = [name for name in canonical.required if name not in header]
    return [Problem(file, "the column is missing", _rename(name, header, canonical), column=name) for name in missing]


def ignored_columns(header: Sequence[str], canonical: CanonicalFile) -> str | None:
    """A note on the columns that are not read, with the likely slips; null where all are read.

    A name that could be a cell (the file may have no header at all) is given by its position.
    """
    unknown = [(index, name) for index, name in enumerate(header) if name not in canonical.header]
    missing = sorted(set(canonical.header).difference(header), key=canonical.header.index)
    slips = [_slip(name, missing) for _, name in unknown[:_LOOKED_AT]]
    words = [shown_name(name, index) + slip for (index, name), slip in zip(unknown, slips, strict=False)]
    if len(unknown) > SHOWN_COLUMNS:  # the likely slips come first where not all can be shown
        words = [word for _, word in sorted(zip(slips, words, strict=True), key=lambda pair: not pair[0])]
    return ignored_note(words, len(unknown))


def ignored_note(shown: Sequence[str], count: int) -> str | None:
    """A note on `count` columns that are not read, naming the first of them; null where there is none."""
    more = [f"and {count - SHOWN_COLUMNS} more"] if count > SHOWN_COLUMNS else []
    return f"columns ignored: {', '.join([*shown[:SHOWN_COLUMNS], *more])}" if count else None


def read_values(cells: pl.DataFrame, columns: Sequence[Column]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`row` and the values of the rows without a fault, and the faults (faults.BAD_ROWS).

    Columns that `cells` lacks are blank. A column of Enum is read once for each of its distinct texts. A cell of a
    list column (only recipes have those) is passed through.
    """
    absent = dict.fromkeys(column.reads for column in columns if column.reads not in cells.columns)
    cells = cells.with_columns(pl.lit(None, dtype=_NO_TEXT).alias(name) for name in absent)
    read = [_read(cells, column) for column in columns]
    values = pl.DataFrame([cells["row"], *(column for column, _ in read)])
    bad_rows = pl.concat([no_bad_rows(), *(bad for _, bad in read)])
    if bad_rows.height:
        values = values.join(bad_rows, on="row", how="anti", maintain_order="left")
    return values, bad_rows


def _read(cells: pl.DataFrame, column: Column) -> tuple[pl.Series, pl.DataFrame]:
    """The values of a column, and the faults."""
    texts = cells[column.reads]
    if isinstance(texts.dtype, pl.Enum):
        words = texts.dtype.categories
        read = _of_few(tuple(words.to_list()), column) if len(words) <= _FEW else _of_words(words, column)
        codes = texts.to_physical().cast(pl.UInt32)
        values = read[column.name]
        if values[-1] is not None:  # what a blank cell means
            codes = codes.fill_null(len(words))
        seen = read.head(len(words) + texts.has_nulls())
        if any(seen[flag].any() for flag in seen.columns[1:]):
            flags = read[codes.fill_null(len(words))]
            return flags[column.name], _bad_rows(cells, column, flags)
        return values[codes], no_bad_rows()
    if texts.dtype == pl.String:
        read = _of_texts(texts, column)
        return read[column.name], _bad_rows(cells, column, read)
    return texts.alias(column.name), no_bad_rows()


def _of_words(words: pl.Series, column: Column) -> pl.DataFrame:
    """`_of_texts` of distinct words, and of a blank cell as the last row."""
    return _of_texts(words.extend_constant(None, 1), column)


@lru_cache(maxsize=256)
def _of_few(words: tuple[str, ...], column: Column) -> pl.DataFrame:
    """`_of_words`, kept: batch after batch holds the same few words."""
    return _of_words(pl.Series(words, dtype=pl.String), column)


def _of_texts(texts: pl.Series, column: Column) -> pl.DataFrame:
    """For each text the value, named as the column is, and a flag for each check: whether the text fails it.

    A blank text fails no check, but the column may have to be filled.
    """
    filled = pl.col("text") if column.blank is None else pl.col("text").fill_null(column.blank)
    frame = texts.to_frame("text").select("text", column.kind.value(filled).alias("value"))
    present = pl.col("text").is_not_null()
    flags = [
        (present & check.wrong(pl.col("text"), pl.col("value"))).alias(f"check {index}")
        for index, check in enumerate(column.kind.checks)
    ]
    blank = [(~present).alias("blank")] if column.required else []
    return frame.select(pl.col("value").alias(column.name), *blank, *flags)


def _bad_rows(cells: pl.DataFrame, column: Column, faults: pl.DataFrame) -> pl.DataFrame:
    found = [no_bad_rows()]
    if column.required and faults["blank"].any():
        rows = cells.filter(faults["blank"])["row"].to_list()
        found.append(_frame([(row, column.name, _BLANK, "Fill it in, or leave the row out.") for row in rows]))
    for index, check in enumerate(column.kind.checks):
        flag = faults[f"check {index}"]
        if flag.any():
            wrong = cells.filter(flag).select("row", column.reads).iter_rows()
            found.append(_frame([(row, column.name, check.reason, check.mend(text)) for row, text in wrong]))
    return pl.concat(found)


def _frame(rows: list[tuple[int, str, str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=BAD_ROWS, orient="row")


def _rename(missing: str, header: Sequence[str], canonical: CanonicalFile) -> str:
    unknown = ((index, name) for index, name in enumerate(header) if name not in canonical.header)
    for index, name in islice(unknown, _LOOKED_AT):
        if did_you_mean(name, [missing]).startswith("Did"):
            return f"Rename the column `{shown_name(name, index)}` to it."
    return "Add it to the export."


def _slip(name: str, missing: Sequence[str]) -> str:
    guess = did_you_mean(name, missing)
    return f" ({guess[0].lower()}{guess[1:]})" if guess.startswith("Did") else ""


def shown_names(header: Sequence[str], names: Collection[str]) -> tuple[str, ...]:
    """Those columns of the header that are among the names, as they may be shown."""
    among = frozenset(names)
    return tuple(shown_name(name, index) for index, name in enumerate(header) if name in among)


def shown_name(name: str, index: int) -> str:
    """A column's name, or its position where the name might be a cell: the file may have no header at all.

    A name that cannot be printed, such as one with a control character, is given by its position too.
    """
    plain = len(name) <= 60 and "@" not in name and sum(letter.isdigit() for letter in name) < 7 and name.isprintable()
    return name if name and plain else f"column {index + 1}"
