"""The cube: a small table of counts from which every scenario is computed. It holds no identifier of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from consent_risk.vocabulary import Purpose


@dataclass(frozen=True)
class Cube:
    """Counts of one case at one day.

    * `records`: one row per country, tenant, purpose, agreement outcome and rule, person outcome and rule, link and
      novelty; measures `records` and `stored_bytes`.
    * `messages`: one row per the same without rules, and `channel`; measure `messages`.
    * `sets`: a set is all the (tenant, person outcome) pairs under which a person, or one category of a person's
      data, is held; one row per set and member: `set_id`, `tenant_id`, `person_outcome`.
    * `persons`: one row per purpose, country, link, novelty and `set_id`; measure `persons`.
    * `data_points`: the same with `category`; measure `data_points` ((person, category) pairs).
    * `tenants`: one row per tenant and purpose: size class, agreement outcome and rule.
    * `totals`: counts that no gate decides: `records.total`, `records.in_scope`, `records.out_of_scope`,
      `messages.unattributed` (delivered per tenant, without a record).

    `country` is everywhere the person's: the one most of her in-scope records carry, '' where they carry none.
    Every in-scope record is in exactly one row of `records` for each purpose.
    """

    as_of: date
    purposes: tuple[Purpose, ...]
    rules_version: str
    records: pl.DataFrame
    messages: pl.DataFrame
    sets: pl.DataFrame
    persons: pl.DataFrame
    data_points: pl.DataFrame
    tenants: pl.DataFrame
    totals: Mapping[str, int]
