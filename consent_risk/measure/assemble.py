"""The engine's counts put together as the cube: codes back to words, one purpose a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from consent_risk.case import Case
from consent_risk.measure.codes import Codes, severity_of
from consent_risk.measure.counts import WAY_BASE
from consent_risk.measure.cube import Cube
from consent_risk.tables import LIST_SEPARATOR
from consent_risk.vocabulary import Outcome

_OUTCOME = pl.Enum([outcome.value for outcome in Outcome])
_HELD_BY = ["country", "link", "novelty"]


def assemble(
    case: Case,
    counts: Mapping[str, pl.DataFrame],
    tenants: pl.DataFrame,
    agreement_codes: Codes,
    person_codes: Codes,
    *,
    records_total: int,
    messages_unattributed: int,
    rules_version: str,
) -> Cube:
    """The cube from the frames of `measure.counts`, by their names there."""
    agreements = _tenants_by_purpose(case, tenants, agreement_codes)
    persons = _by_set(case, _persons(case, counts, person_codes), _HELD_BY, "persons")
    points = _by_set(case, _data_points(case, counts), [*_HELD_BY, "category"], "data_points")
    sets = pl.concat([persons.select("set"), points.select("set")]).unique().sort("set").with_row_index("set_id")
    in_scope = int(counts["records"]["records"].sum())
    return Cube(
        as_of=case.as_of,
        purposes=case.purposes,
        rules_version=rules_version,
        records=_records(case, counts["records"], agreements, person_codes),
        messages=_messages(case, counts["messages"], agreements),
        sets=_members(sets, tenants),
        persons=_numbered(persons, sets),
        data_points=_numbered(points, sets),
        tenants=agreements.drop("tenant_no"),
        totals={
            "records.total": records_total,
            "records.in_scope": in_scope,
            "records.out_of_scope": records_total - in_scope,
            "messages.unattributed": messages_unattributed,
        },
    )


def _tenants_by_purpose(case: Case, tenants: pl.DataFrame, codes: Codes) -> pl.DataFrame:
    decoder = codes.decoder.rename({"outcome": "agreement_outcome", "rule": "agreement_rule"})
    return _stacked(
        case,
        lambda number: (
            tenants.select("tenant_no", "tenant_id", "size_class", code=f"agreement_{number}")
            .join(decoder, on="code", how="left", maintain_order="left")
            .drop("code")
        ),
    ).with_columns(pl.col("agreement_outcome").cast(_OUTCOME), pl.col("size_class").cast(pl.String))


def _records(case: Case, counted: pl.DataFrame, agreements: pl.DataFrame, codes: Codes) -> pl.DataFrame:
    decoder = codes.decoder.rename({"outcome": "person_outcome", "rule": "person_rule"})
    keys = ["country", "tenant_no", "link", "novelty"]
    measures = ["records", "stored_bytes"]
    rows = _stacked(
        case,
        lambda number: (
            counted.select(*keys, *measures, code=pl.col(f"person_{number}").cast(pl.Int64))
            .group_by(*keys, "code")
            .agg(pl.col(measures).sum())
            .join(decoder, on="code", how="left")
            .drop("code")
        ),
    )
    return (
        rows.with_columns(pl.col("person_outcome").cast(_OUTCOME))
        .join(agreements.drop("size_class"), on=["purpose", "tenant_no"], how="left")
        .drop("tenant_no")
        .sort("purpose", "country", "tenant_id", "person_rule", "link", "novelty")
    )


def _messages(case: Case, counted: pl.DataFrame, agreements: pl.DataFrame) -> pl.DataFrame:
    keys = [*_HELD_BY, "channel"]
    rows = _stacked(
        case,
        lambda number: (
            counted.select(*keys, "messages", way=f"way_{number}").group_by(*keys, "way").agg(pl.col("messages").sum())
        ),
    )
    return (
        rows.with_columns(tenant_no=pl.col("way") // WAY_BASE, person_outcome=_outcome_of("way"))
        .join(
            agreements.select("purpose", "tenant_no", "tenant_id", "agreement_outcome"),
            on=["purpose", "tenant_no"],
            how="left",
        )
        .drop("tenant_no", "way")
        .sort("purpose", *keys, "tenant_id", "person_outcome")
    )


def _persons(case: Case, counts: Mapping[str, pl.DataFrame], codes: Codes) -> list[pl.DataFrame]:
    """Persons by set, one frame per purpose: those with one record from the record counts, and the others."""
    severity = codes.decoder.select(code="code", severity=severity_of("outcome"))
    single = counts["records"].filter("single")
    frames = []
    for number in range(len(case.purposes)):
        of_one = (
            single.with_columns(code=pl.col(f"person_{number}").cast(pl.Int64))
            .join(severity, on="code", how="left")
            .select(
                *_HELD_BY,
                set=pl.concat_list(pl.col("tenant_no") * WAY_BASE + pl.col("severity")),
                persons=pl.col("records"),
            )
        )
        of_several = counts["persons"].select(*_HELD_BY, "persons", set=f"set_{number}").select(of_one.columns)
        frames.append(pl.concat([of_one, of_several]))
    return frames


def _data_points(case: Case, counts: Mapping[str, pl.DataFrame]) -> list[pl.DataFrame]:
    """Data points by set, one frame per purpose."""
    single = counts["single_categories"].with_columns(category=pl.col("data_categories").str.split(LIST_SEPARATOR))
    frames = []
    for number in range(len(case.purposes)):
        of_one = single.select(
            *_HELD_BY, "category", set=pl.concat_list(f"way_{number}"), data_points="persons"
        ).explode("category")
        of_several = counts["categories"].select(*_HELD_BY, "category", "data_points", set=f"set_{number}")
        frames.append(pl.concat([of_one, of_several.select(of_one.columns)]))
    return frames


def _by_set(case: Case, frames: list[pl.DataFrame], keys: list[str], measure: str) -> pl.DataFrame:
    return _stacked(case, lambda number: frames[number].group_by(*keys, "set").agg(pl.col(measure).sum()))


def _members(sets: pl.DataFrame, tenants: pl.DataFrame) -> pl.DataFrame:
    return (
        sets.explode("set")
        .select("set_id", tenant_no=pl.col("set") // WAY_BASE, person_outcome=_outcome_of("set"))
        .join(tenants.select("tenant_no", "tenant_id"), on="tenant_no", how="left", maintain_order="left")
        .drop("tenant_no")
    )


def _numbered(rows: pl.DataFrame, sets: pl.DataFrame) -> pl.DataFrame:
    numbered = rows.join(sets, on="set", how="left").drop("set")
    return numbered.sort(pl.all().exclude("persons", "data_points"))


def _outcome_of(way: str) -> pl.Expr:
    return (pl.col(way) % WAY_BASE).replace_strict(dict(enumerate(o.value for o in Outcome)), return_dtype=_OUTCOME)


def _stacked(case: Case, of_number: Callable[[int], pl.DataFrame]) -> pl.DataFrame:
    """One frame per purpose, under each other, with the purpose as first column."""
    return pl.concat(
        of_number(number).select(pl.lit(purpose.value).alias("purpose"), pl.all())
        for number, purpose in enumerate(case.purposes)
    )
