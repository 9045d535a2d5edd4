"""How many persons one file tells apart, tenant by tenant: for the report on a file, before any link across tenants.

Files can be larger than memory, so records come in batches, twice. The first time only their contact points are
kept, as one number each; the second time only the records whose contact point another record shares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from consent_risk.vocabulary import IdentifierType

COLUMNS = ("tenant_id", "email_keys", "phone_keys")
_KEY_COLUMNS = {IdentifierType.EMAIL: "email_keys", IdentifierType.PHONE: "phone_keys"}
_Points = NDArray[np.uint64]


def count_persons(batches: Callable[[], Iterable[pl.DataFrame]]) -> int:
    """The persons among the records: those of one tenant that share an e-mail or phone key are one, transitively.

    `batches` gives the same records each time it is called: `COLUMNS` of the sealed records, whatever their state.
    A record without identifiers is a person of its own. Two contact points are taken for one with the chance that
    two numbers of 64 bits are the same: for 20 million, 1 in 90 000.
    """
    records, shared = _shared_points(batches())
    if not shared.size:
        return records
    rows, points = _holders(batches(), shared)
    return records - _merged(rows, points)


def _shared_points(batches: Iterable[pl.DataFrame]) -> tuple[int, _Points]:
    """The number of records, and the contact points that more than one record holds."""
    records, found = 0, [np.empty(0, dtype=np.uint64)]
    for batch in batches:
        records += batch.height
        found.append(_contact_points(batch)["point"].to_numpy())
    points = np.concatenate(found)
    found.clear()
    points.sort()
    return records, np.unique(points[1:][points[1:] == points[:-1]])


def _holders(batches: Iterable[pl.DataFrame], shared: _Points) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which record (by position) holds which of the shared contact points (by position)."""
    before, rows, places = 0, [], []
    for batch in batches:
        points = _contact_points(batch)
        numbers = points["point"].to_numpy()
        at = np.minimum(np.searchsorted(shared, numbers), shared.size - 1)
        held = shared[at] == numbers
        rows.append(points["row"].to_numpy()[held].astype(np.int64) + before)
        places.append(at[held].astype(np.int64))
        before += batch.height
    return np.concatenate(rows), np.concatenate(places)


def _merged(rows: NDArray[np.int64], points: NDArray[np.int64]) -> int:
    """How many fewer persons than records there are, once those that share a contact point are one."""
    holders, at = np.unique(rows, return_inverse=True)
    size = holders.size + int(points.max()) + 1
    graph = coo_array((np.ones(at.size, dtype=np.int8), (at, points + holders.size)), shape=(size, size))
    persons = connected_components(graph, directed=False)[1][: holders.size]
    return int(holders.size - np.unique(persons).size)


def _contact_points(batch: pl.DataFrame) -> pl.DataFrame:
    """`row` and `point`, a number for tenant, kind and key. The keys of a record are distinct and random."""
    numbered = batch.with_row_index("row")
    return pl.concat(
        numbered.select("row", key=pl.col(column), tenant=pl.col("tenant_id").hash(seed=seed))
        .filter(pl.col("key").list.len() > 0)
        .explode("key", empty_as_null=True)
        .select("row", point=pl.col("key").reinterpret(dtype=pl.UInt64) ^ pl.col("tenant"))
        for seed, column in enumerate(_KEY_COLUMNS.values())
    )
