"""Deletions: which records a file says were deleted. They are sealed as deleted, wherever they still stand."""

from __future__ import annotations

import polars as pl

from consent_risk.intake.delivery import Delivery
from consent_risk.intake.reading.places import Rows
from consent_risk.intake.recipes.model import Deleted


def deletions_in_file(rows: Rows, deleted: Deleted, tenants: pl.Series, delivery: Delivery) -> pl.DataFrame:
    """The deletions of a batch, of which the delivery learns: `row` and `record_key` (null where the id is blank)."""
    keys = delivery.sealer.seal_records(tenants, rows.first(deleted.source_id))
    delivery.deleted.learn(keys.drop_nulls().to_numpy())
    return pl.DataFrame({"row": rows.rows, "record_key": keys})
