"""The schemas of the sealed tables."""

from __future__ import annotations

import polars as pl
import pytest

from consent_risk import tables


@pytest.mark.parametrize("table", tables.SCHEMAS)
def test_an_empty_table_is_each_callers_own(table: str) -> None:
    first = tables.empty(table)
    name = first.columns[0]
    schema = dict(first.schema)
    first.insert_column(0, pl.Series("more", [], dtype=pl.Int64)).drop_in_place(name)
    again = tables.empty(table)
    assert dict(again.schema) == schema == dict(tables.SCHEMAS[table].create_empty().schema)
    assert again.is_empty()
