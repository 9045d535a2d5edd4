"""One heavy pass over the sealed tables: gates and counts as Ibis expressions, folded into the cube."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import polars as pl
from ibis import Table
from ibis.backends import BaseBackend

from consent_risk.case import Case
from consent_risk.law.rulebook import Rulebook
from consent_risk.measure.assemble import assemble
from consent_risk.measure.codes import Codes
from consent_risk.measure.consents import fold_consents
from consent_risk.measure.counts import (
    categories_of_persons,
    categories_of_single_records,
    messages_by_channel,
    persons_with_several_records,
    records_by_outcome,
)
from consent_risk.measure.cube import Cube
from consent_risk.measure.gates import agreement_gate, person_gate
from consent_risk.vocabulary import Gate

__all__ = ["Cube", "Tables", "measure", "tenants_of"]


@dataclass(frozen=True)
class Tables:
    """The sealed tables as an engine sees them.

    `records` are the in-scope records with their persons (`identity.resolve_persons`); `records_total` counts
    all records delivered. `consent_tenants` has one row per `tenant_id` that delivered consent events at all, also
    about records that nobody knows.
    """

    tenants: Table
    agreements: Table
    records: Table
    consents: Table
    interactions: Table
    consent_tenants: Table
    records_total: int


def measure(tables: Tables, case: Case, rulebook: Rulebook, engine: BaseBackend) -> Cube:
    """The cube of a case, measured by `engine`, the Ibis backend that holds the tables.

    Only counts leave the engine. Source: docs/method.md, "The cube".
    """
    agreement_codes, person_codes = Codes.of(rulebook, Gate.AGREEMENT), Codes.of(rulebook, Gate.PERSON)
    tenants = tenants_of(tables, case, agreement_codes)
    decided = engine.create_table("decided", _decided(tables, tenants, case, rulebook, person_codes), temp=True)
    try:
        counts = {
            "records": records_by_outcome(decided, case),
            "persons": persons_with_several_records(decided, case, person_codes),
            "single_categories": categories_of_single_records(decided, case, person_codes),
            "categories": categories_of_persons(decided, case, person_codes),
            "messages": messages_by_channel(tables.interactions, decided, case, person_codes),
        }
        frames = {name: expression.to_polars() for name, expression in counts.items()}
    finally:
        engine.drop_table("decided", force=True)
    unattributed = tables.interactions.filter(tables.interactions.record_key.isnull())["count"].sum().to_polars()
    return assemble(
        case,
        frames,
        tenants,
        agreement_codes,
        person_codes,
        records_total=tables.records_total,
        messages_unattributed=int(unattributed or 0),
        rules_version=rulebook.version,
    )


def tenants_of(tables: Tables, case: Case, codes: Codes) -> pl.DataFrame:
    """Every tenant that has records or is listed, one row each.

    `tenant_no`, `tenant_id`, `size_class`, `tenant_delivered` (consent events at all?) and `agreement_i` (code).
    """
    listed: pl.DataFrame = tables.tenants.select("tenant_id", "size_class").to_polars()
    holding: pl.DataFrame = tables.records.select("tenant_id").distinct().to_polars()
    delivering: pl.DataFrame = tables.consent_tenants.select("tenant_id").distinct().to_polars()
    none_delivered = codes.by_rule["agreement.none_delivered"]
    return (
        pl.concat([listed.select("tenant_id"), holding])
        .unique()
        .join(listed, on="tenant_id", how="left")
        .join(agreement_gate(tables.agreements, case, codes).to_polars(), on="tenant_id", how="left")
        .with_columns(
            pl.col("^agreement_.*$").fill_null(none_delivered),
            tenant_delivered=pl.col("tenant_id").is_in(delivering["tenant_id"].implode()),
        )
        .sort("tenant_id")
        .with_row_index("tenant_no")
        .with_columns(pl.col("tenant_no").cast(pl.Int64))
    )


def _decided(tables: Tables, tenants: pl.DataFrame, case: Case, rulebook: Rulebook, codes: Codes) -> Table:
    """One row per in-scope record: what it is counted by, and `person_i` (code) for each purpose."""
    by_tenant = ibis.memtable(tenants.select("tenant_id", "tenant_no", "tenant_delivered"))
    folded = fold_consents(tables.consents, case, codes)
    record = tables.records.left_join(folded, "record_key").drop("record_key_right").join(by_tenant, "tenant_id")
    gates = [person_gate(record, number, case, codes, rulebook.age_of_consent) for number in range(len(case.purposes))]
    return record.select(
        "record_key",
        "person_id",
        "single",
        "tenant_no",
        "link",
        "novelty",
        "data_categories",
        "stored_bytes",
        *gates,
        country=record.person_country,  # from here on the person's: opt-in rates and figures go by persons
    )
