"""Subjects: whom statements are about in a file whose rows are no records."""

from __future__ import annotations

import polars as pl

from consent_risk.intake.delivery import Delivery
from consent_risk.intake.reading.places import Rows
from consent_risk.intake.recipes.model import Subject
from consent_risk.intake.seal_tables import known_records
from consent_risk.vocabulary import IdentifierType


def find_records(rows: Rows, subject: Subject, tenants: pl.Series, delivery: Delivery) -> pl.DataFrame:
    """The records that the rows are about: `row`, `tenant_id`, `record_key`. A row without one is not there.

    By source id; where there is none, or no such record, every record of the tenant that holds the e-mail or phone.
    """
    frame = pl.DataFrame({"row": rows.rows, "tenant_id": tenants})
    by_id = _by_source_id(frame, rows.first(subject.source_id), delivery)
    missing = ~frame["row"].is_in(by_id["row"].implode())
    if delivery.contact_points is None or not missing.any():
        return by_id
    by_point = [
        delivery.contact_points.find(
            frame.with_columns(rows.all(places).alias("text")).filter(missing), kind, delivery.sealer
        )
        for kind, places in ((IdentifierType.EMAIL, subject.email), (IdentifierType.PHONE, subject.phone))
        if places
    ]
    return pl.concat([by_id, *by_point]).unique(maintain_order=True)


def _by_source_id(frame: pl.DataFrame, source_ids: pl.Series, delivery: Delivery) -> pl.DataFrame:
    keys = delivery.sealer.seal_records(frame["tenant_id"], source_ids).alias("record_key")
    known = known_records(keys, delivery)
    return frame.with_columns(keys).filter(known)
