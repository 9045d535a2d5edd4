"""Persons told apart within each tenant, against a slow plain count, in batches of every size."""

from __future__ import annotations

from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent_risk.identity.within_tenants import COLUMNS, count_persons

Record = tuple[str, list[int], list[int]]
SCHEMA = {"tenant_id": pl.String, "email_keys": pl.List(pl.Int64), "phone_keys": pl.List(pl.Int64)}
# Keys are as good as random; those of one record are distinct.
KEYS = st.lists(st.sampled_from([-(2**63), 5**23, -(3**38), 7**22]), max_size=2, unique=True)
RECORDS = st.lists(st.tuples(st.sampled_from(["T1", "T2"]), KEYS, KEYS), max_size=12)


def counted(records: list[Record], batch: int = 5) -> int:
    frame = pl.DataFrame(records, schema=SCHEMA, orient="row")
    assert tuple(frame.columns) == COLUMNS
    return count_persons(lambda: frame.iter_slices(batch))


def told_apart(records: list[Record]) -> int:
    """Slowly: groups of records, merged while any two of a tenant share a key."""
    groups = [{number} for number in range(len(records))]
    merging = True
    while merging:
        merging = False
        for one, other in combinations(groups, 2):
            if any(share(records[a], records[b]) for a in one for b in other):
                one |= other
                groups.remove(other)
                merging = True
                break
    return len(groups)


def share(one: Record, other: Record) -> bool:
    return one[0] == other[0] and bool(set(one[1]) & set(other[1]) or set(one[2]) & set(other[2]))


@given(records=RECORDS, batch=st.integers(1, 13))
def test_the_count_is_that_of_the_slow_way(records: list[Record], batch: int) -> None:
    assert counted(records, batch) == told_apart(records)


@pytest.mark.parametrize(
    ("records", "persons"),
    [
        ([], 0),
        ([("T1", [], []), ("T1", [], [])], 2),
        ([("T1", [1], []), ("T1", [1], [])], 1),
        ([("T1", [1], []), ("T2", [1], [])], 2),
        ([("T1", [1], []), ("T1", [], [1])], 2),
        ([("T1", [1], [2]), ("T1", [3], [2]), ("T1", [3], [])], 1),
    ],
    ids=["none", "no keys", "an e-mail", "another tenant", "an e-mail is no phone", "a chain"],
)
def test_records_of_one_tenant_that_share_a_key_are_one_person(records: list[Record], persons: int) -> None:
    assert counted(records) == persons
