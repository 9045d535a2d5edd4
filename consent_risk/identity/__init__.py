"""Records to persons, and what the acquirer knows of them."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from consent_risk.vocabulary import IdentifierType, Link, Novelty, RecordState

OUT_OF_SCOPE = (RecordState.DELETED, RecordState.DECEASED, RecordState.TEST)
_KEY_COLUMNS = {IdentifierType.EMAIL: "email_keys", IdentifierType.PHONE: "phone_keys"}


def in_scope() -> pl.Expr:
    """Whether a record counts: of a natural person, and not deleted, deceased or test."""
    natural = pl.col("is_natural_person").fill_null(True)
    return natural & ~pl.col("record_state").cast(pl.String).is_in([state.value for state in OUT_OF_SCOPE])


def resolve_persons(records: pl.DataFrame, acquirer_keys: pl.DataFrame | None) -> pl.DataFrame:
    """The in-scope records with the person behind each.

    Two records that share an identifier key are one person, transitively and across tenants; a record without
    identifiers is a person of its own. `acquirer_keys` is null where the case has no list of them.

    Returns the records in scope without their key lists, and with `person_id` (a number without meaning), `link`
    (has the record an identifier?), `novelty` (of the person), `person_country` (the country most of the person's
    records carry, ties to the alphabetically first, '' for none) and `single` (is it the person's only record?).
    """
    scoped = records.filter(in_scope()).with_row_index("row")
    held = _held_keys(scoped)
    scoped = scoped.with_columns(
        person_id=pl.Series(_components(scoped.height, held)),
        country=pl.col("country").fill_null(""),
        link=pl.when(_has_key()).then(pl.lit(Link.YES.value)).otherwise(pl.lit(Link.NO.value)),
    ).with_columns(single=pl.len().over("person_id") == 1)
    return (
        scoped.with_columns(novelty=_novelty(scoped, held, acquirer_keys))
        .join(_countries(scoped), on="person_id", how="left")
        .with_columns(person_country=pl.col("person_country").fill_null(pl.col("country")))
        .drop("row", *_KEY_COLUMNS.values())
    )


def _has_key() -> pl.Expr:
    return pl.any_horizontal(pl.col(column).list.len() > 0 for column in _KEY_COLUMNS.values())


def _held_keys(scoped: pl.DataFrame) -> pl.DataFrame:
    """One row per record and identifier: `row`, `type`, `key`."""
    return pl.concat(
        scoped.select("row", key=pl.col(column))
        .explode("key", empty_as_null=True)
        .drop_nulls("key")
        .with_columns(type=pl.lit(kind.value))
        for kind, column in _KEY_COLUMNS.items()
    )


def _components(records: int, held: pl.DataFrame) -> NDArray[np.int64]:
    """The person of each record: the connected component of records and the identifiers they hold."""
    keys = held.select("type", "key").unique().with_row_index("node")
    edges = held.join(keys, on=["type", "key"])
    ends = (edges["row"].to_numpy(), edges["node"].to_numpy().astype(np.int64) + records)
    size = records + keys.height
    graph = coo_array((np.ones(edges.height, dtype=np.int8), ends), shape=(size, size))
    persons: NDArray[np.int64] = connected_components(graph, directed=False)[1][:records].astype(np.int64)
    return persons


def _novelty(scoped: pl.DataFrame, held: pl.DataFrame, acquirer_keys: pl.DataFrame | None) -> pl.Series:
    """Known if one of the person's keys is among the acquirer's, new if it has keys and none is, else unknown."""
    if acquirer_keys is None:
        return pl.repeat(Novelty.UNKNOWN.value, scoped.height, eager=True)
    known = acquirer_keys.select(type=pl.col("identifier_type").cast(pl.String), key="key").unique()
    rows = held.join(known, on=["type", "key"], how="semi")["row"].unique()
    persons = scoped["person_id"].gather(rows).unique()
    return scoped.select(
        pl.when(pl.col("person_id").is_in(persons.implode()))
        .then(pl.lit(Novelty.KNOWN.value))
        .when(pl.col("link") == Link.YES.value)
        .then(pl.lit(Novelty.NEW.value))
        .otherwise(pl.lit(Novelty.UNKNOWN.value))
        .alias("novelty")
    )["novelty"]


def _countries(scoped: pl.DataFrame) -> pl.DataFrame:
    """The country of each person with several records. Records without a country have no vote."""
    return (
        scoped.filter(~pl.col("single") & (pl.col("country") != ""))
        .group_by("person_id", "country")
        .len("records")
        .sort("person_id", "records", "country", descending=[False, True, False])
        .group_by("person_id", maintain_order=True)
        .agg(person_country=pl.col("country").first())
    )
