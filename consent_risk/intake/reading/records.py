"""Records: the columns of canonical records, read by a recipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from consent_risk.case import COUNTRIES
from consent_risk.errors import did_you_mean
from consent_risk.intake.cells import birth_kept
from consent_risk.intake.delivery import Delivery
from consent_risk.intake.faults import BAD_ROWS, no_bad_rows
from consent_risk.intake.reading.clock import BIRTH, Clock
from consent_risk.intake.reading.places import Rows
from consent_risk.intake.reading.words import words_of
from consent_risk.intake.recipes.model import FILE_NAME, Recipe, RecordColumns, StateColumn, Time
from consent_risk.tables import LIST_SEPARATOR
from consent_risk.vocabulary import RecordState

NOT_A_COUNTRY = "countries not kept: not an ISO 3166-1 alpha-2 code"


def read_records(
    rows: Rows, recipe: Recipe, tenants: pl.Series, clock: Clock, delivery: Delivery, file: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The batch as canonical records (text, lists for e-mail and phone, days), and the rows with an unknown state."""
    places = recipe.records
    assert places is not None
    states, bad = _states(rows, places, recipe.name)
    if recipe.deleted:
        gone = pl.repeat(RecordState.DELETED.value, rows.height, dtype=pl.String, eager=True)
        states = gone.zip_with(rows.meets(recipe.deleted.when), states)
    frame = pl.DataFrame(
        {
            "row": rows.rows,
            "tenant_id": tenants,
            "source_id": rows.first(places.source_id),
            "email": rows.all(places.email, places.separator),
            "phone": rows.all(places.phone, places.separator),
            "is_natural_person": _is_person(rows, places),
            "country": _countries(rows, places, delivery, file),
            "region": rows.first(places.region),
            "birth_date": _births(rows, places, clock),
            "created_at": _days(rows, places.created_at, "created_at", clock),
            "last_activity_at": _days(rows, places.last_activity_at, "last_activity_at", clock),
            "record_state": states,
            "data_categories": _categories(rows, recipe),
            "has_special_category": _special(rows, recipe),
        }
    )
    return frame, bad


def record_fields(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Every place that records are read from, with the field that it becomes."""
    if places := recipe.records:
        named: dict[str, Sequence[str]] = {
            "tenant_id": () if places.tenant_id == FILE_NAME else places.tenant_id,
            "source_id": places.source_id,
            "other_ids": places.other_ids,
            "email": places.email,
            "phone": places.phone,
            "country": places.country,
            "region": places.region,
            "is_natural_person": places.is_natural_person.columns if places.is_natural_person else (),
            "record_state": tuple(place for state in places.record_state for place in state.columns),
        }
        for field, time in record_times(places):
            named[field] = time.columns
        if recipe.deleted:
            named["deleted"] = [place for condition in recipe.deleted.when for place in condition.columns]
        yield from ((place, field) for field, listed in named.items() for place in listed)
    for category, listed in recipe.data_categories.items():
        yield from ((place, f"data_categories: {category.value}") for place in listed)
    yield from ((place, "has_special_category") for place in recipe.special_categories)


def record_times(places: RecordColumns) -> Iterator[tuple[str, Time]]:
    """The times of records by field."""
    times = {BIRTH: places.birth_date, "created_at": places.created_at, "last_activity_at": places.last_activity_at}
    yield from ((field, time) for field, time in times.items() if time)


def _days(rows: Rows, time: Time | None, field: str, clock: Clock) -> pl.Series:
    return clock.read(rows, time, field)["time"].dt.date()


def _births(rows: Rows, places: RecordColumns, clock: Clock) -> pl.Series:
    born = _days(rows, places.birth_date, BIRTH, clock)
    return born.to_frame("born").select(birth_kept(pl.col("born"))).to_series()


def _countries(rows: Rows, places: RecordColumns, delivery: Delivery, file: str) -> pl.Series:
    texts = rows.first(places.country)
    named = words_of(texts, places.country_names)
    found = texts.zip_with(texts.is_in(COUNTRIES).fill_null(False), named)
    delivery.faults.note(file, NOT_A_COUNTRY, texts.count() - found.count())
    return found


def _is_person(rows: Rows, places: RecordColumns) -> pl.Series:
    lookup = places.is_natural_person
    if lookup is None:
        return pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    texts = rows.first(lookup.columns)
    words = words_of(texts, lookup.values)
    if lookup.otherwise is None:
        return words
    other = pl.repeat(str(lookup.otherwise).lower(), rows.height, dtype=pl.String, eager=True)
    return words.zip_with(words.is_not_null() | texts.is_null(), other)


def _states(rows: Rows, places: RecordColumns, recipe: str) -> tuple[pl.Series, pl.DataFrame]:
    """The first state other than active that a column shows, else active where one shows it, else null."""
    found: list[pl.Series] = []
    bad = [no_bad_rows()]
    for column in places.record_state:
        texts = rows.first(column.columns)
        words = words_of(texts, column.values)
        bad.append(_unlisted(rows, column, texts, words, recipe))
        found.append(words)
    if not found:
        return pl.repeat(None, rows.height, dtype=pl.String, eager=True), no_bad_rows()
    frame = pl.DataFrame([words.alias(str(index)) for index, words in enumerate(found)])
    other = [pl.when(pl.col(name) != RecordState.ACTIVE.value).then(name) for name in frame.columns]
    return frame.select(pl.coalesce(*other, *frame.columns)).to_series(), pl.concat(bad)


def _unlisted(rows: Rows, column: StateColumn, texts: pl.Series, words: pl.Series, recipe: str) -> pl.DataFrame:
    unknown = texts.is_not_null() & words.is_null()
    mends = [
        f"{did_you_mean(text, column.values)} Otherwise correct the export, or hand it in in the canonical form."
        for text in texts.filter(unknown)
    ]
    reason = f"the recipe {recipe} does not know this value"
    found = [(row, column.columns[0], reason, mend) for row, mend in zip(rows.rows.filter(unknown), mends, strict=True)]
    return pl.DataFrame(found, schema=BAD_ROWS, orient="row")


def _categories(rows: Rows, recipe: Recipe) -> pl.Series:
    if not recipe.data_categories:
        return pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    held = {category.value: rows.filled(places) for category, places in recipe.data_categories.items()}
    names = [pl.when(name).then(pl.lit(name)) for name in sorted(held)]
    joined = pl.DataFrame(held).select(pl.concat_str(names, separator=LIST_SEPARATOR, ignore_nulls=True)).to_series()
    return joined.replace("", None)


def _special(rows: Rows, recipe: Recipe) -> pl.Series:
    """True where one of the columns is filled. That none is does not say that no such data is held."""
    flags = rows.filled(recipe.special_categories)
    return flags.to_frame("held").select(pl.when("held").then(pl.lit("true"))).to_series()
