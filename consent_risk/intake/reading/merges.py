"""Merges: which records were merged into another, told within the rows of records or in a file of its own."""

from __future__ import annotations

import polars as pl

from consent_risk.intake.delivery import Delivery
from consent_risk.intake.reading.places import Rows
from consent_risk.intake.recipes.model import Merged

MERGED = "merged into another contact"
_PAIR = {"row": pl.Int64, "loser": pl.Int64, "winner": pl.Int64}


def no_merges() -> pl.DataFrame:
    """Merges without rows: `row`, and the sealed `loser` and `winner`."""
    return pl.DataFrame(schema=_PAIR)


def merges_in_records(
    rows: Rows, merged: Merged, tenants: pl.Series, source_ids: pl.Series, delivery: Delivery
) -> pl.DataFrame:
    """The merges that rows of records list. A row that lists itself was not merged into anything."""
    listed = rows.all(merged.columns, merged.separator or ";")
    frame = pl.DataFrame({"row": rows.rows, "tenant": tenants, "winner": source_ids, "loser": listed})
    return _sealed(frame.explode("loser", empty_as_null=True, keep_nulls=True), delivery)


def merges_in_file(rows: Rows, merged: Merged, tenants: pl.Series, delivery: Delivery) -> pl.DataFrame:
    """The merges of a file of merges; one loser or several in a row."""
    losers = rows.all(merged.loser, merged.separator)
    frame = pl.DataFrame({"row": rows.rows, "tenant": tenants, "winner": rows.first(merged.winner), "loser": losers})
    return _sealed(frame.explode("loser", empty_as_null=True, keep_nulls=True), delivery)


def _sealed(frame: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    frame = frame.drop_nulls("loser").filter((pl.col("loser") != "") & pl.col("loser").ne_missing(pl.col("winner")))
    seal = delivery.sealer.seal_records
    return frame.select(
        "row",
        seal(frame["tenant"], frame["loser"]).alias("loser"),
        seal(frame["tenant"], frame["winner"]).alias("winner"),
    ).drop_nulls("loser")
