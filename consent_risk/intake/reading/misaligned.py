"""Rows whose cells stand under the wrong names: a block that was pasted from a table with another order of columns."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from consent_risk.intake.reading.places import Rows
from consent_risk.intake.reading.words import words_of
from consent_risk.intake.recipes.model import Recipe

REASON = "its cells seem to stand under the wrong columns: two or more are of another kind than the rest of the column"
MEND = "Put the cells in the order of the header, or leave the row out."
_AT_LEAST = 2
_DAY_LIKE = r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}"


def misaligned(rows: Rows, recipe: Recipe) -> pl.Series:
    """For each row whether two or more of its addresses, flags and times are none, where those of most rows are.

    A column of which most cells are of another kind proves nothing: addresses may be encrypted, times an epoch.
    """
    count = pl.repeat(0, rows.height, dtype=pl.Int64, eager=True)
    for texts, wrong in _checked(rows, recipe):
        if int(wrong.sum()) * 2 <= texts.count():
            count = count + wrong.cast(pl.Int64)
    return count >= _AT_LEAST


def _checked(rows: Rows, recipe: Recipe) -> Iterator[tuple[pl.Series, pl.Series]]:
    """The columns whose kind can be told, each with the flags of the cells that are of another."""
    records = recipe.records
    for place in records.email if records else ():
        if (texts := _flat(rows, place)) is not None:
            yield texts, ~texts.str.contains("@", literal=True).fill_null(True)
    times = (records.created_at, records.last_activity_at) if records else ()
    for place in (place for time in times if time and time.unit == "text" for place in time.columns):
        if (texts := _flat(rows, place)) is not None:
            yield texts, ~texts.str.contains(_DAY_LIKE).fill_null(True)
    flags = (statement for statement in recipe.consents if statement.polarity in ("+", "-") and not statement.each)
    for statement in flags:
        spellings = dict.fromkeys((*statement.yes, *statement.no), True)
        for name in statement.fits(rows.source.columns):
            if (texts := _flat(rows, name)) is not None:
                yield texts, texts.is_not_null() & words_of(texts, spellings).is_null()


def _flat(rows: Rows, place: str) -> pl.Series | None:
    texts = rows.texts(place)
    return texts if texts is not None and texts.dtype == pl.String else None
