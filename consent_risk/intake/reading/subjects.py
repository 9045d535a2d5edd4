"""Subjects: whom statements are about in a file whose rows are no records."""

from __future__ import annotations

import polars as pl

from consent_risk.intake.delivery import Delivery
from consent_risk.intake.reading.places import Scope
from consent_risk.intake.recipes.model import Subject
from consent_risk.intake.seal_tables import known_records
from consent_risk.vocabulary import IdentifierType

ABOUT = ["tenant_id", "source_id", "email", "phone"]
_FOUND = ["at", "tenant_id", "record_key"]


def read_subjects(scope: Scope, subject: Subject, tenants: pl.Series) -> pl.DataFrame:
    """Whom each thing is about: `tenant_id`, `source_id`, and lists of `email` and `phone`."""
    columns = (tenants, scope.first(subject.source_id), scope.all(subject.email), scope.all(subject.phone))
    return pl.DataFrame([column.alias(name) for name, column in zip(ABOUT, columns, strict=True)])


def find_records(subjects: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """The records that subjects (`at` and ABOUT) stand for: `at`, `tenant_id`, `record_key`. Not all have one.

    By source id; where there is none, or no such record, every record of the tenant that holds the e-mail or phone.
    """
    keys = delivery.sealer.seal_records(subjects["tenant_id"], subjects["source_id"]).alias("record_key")
    known = known_records(keys, delivery)
    found = subjects.with_columns(keys).filter(known).select(_FOUND)
    points = delivery.contact_points
    if points is None or known.all():
        return found
    rest = subjects.filter(~known)
    return pl.concat([found, *(points.find(rest, kind, delivery.sealer) for kind in IdentifierType)]).unique(
        maintain_order=True
    )
