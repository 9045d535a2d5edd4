"""Scenarios: what passes the two permission gates under a set of assumptions, as expected values from the cube alone.

Source: docs/method.md, "Scenarios". A person, or one category of a person's data, passes with the probability that
at least one of the records that hold it passes both gates. Tenants answer independently, a person answers once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from consent_risk.case import Acquirer, Assumptions
from consent_risk.measure.codes import severity_of
from consent_risk.measure.cube import Cube
from consent_risk.vocabulary import Bound, Link, Novelty, Outcome, Purpose, Scenario

Array = NDArray[np.float64]
Rows = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Passing:
    """Under what a gate is passed, by its outcome (index in `Outcome`).

    `agreement` is 1 (passes), 0 (does not) or NaN (passes with the rate of the tenant's size class).
    `now` and `asked` say whether a record passes the person gate as it is, or once the person says yes.
    """

    agreement: tuple[float, ...]
    now: tuple[bool, ...]
    asked: tuple[bool, ...]


def passing(scenario: Scenario, bound: Bound) -> Passing:
    """What passes under a scenario. `lower`: unknown never passes; `upper`: unknown passes as accessible does."""
    return Passing(
        agreement=tuple(_agreement(outcome, scenario, bound) for outcome in Outcome),
        now=tuple(_now(outcome, scenario, bound) for outcome in Outcome),
        asked=tuple(_asked(outcome, scenario, bound) for outcome in Outcome),
    )


def _agreement(outcome: Outcome, scenario: Scenario, bound: Bound) -> float:
    if outcome is Outcome.UNKNOWN and bound is not Bound.VALUE:
        return 1.0 if bound is Bound.UPPER else 0.0
    if outcome in (Outcome.ACCESSIBLE, Outcome.BARRED):
        return 1.0 if outcome is Outcome.ACCESSIBLE else 0.0
    if scenario is Scenario.K3:
        return 1.0
    return np.nan if scenario in (Scenario.K1, Scenario.K1_K2) else 0.0


def _now(outcome: Outcome, scenario: Scenario, bound: Bound) -> bool:
    if outcome is Outcome.UNKNOWN and bound is not Bound.VALUE:
        return bound is Bound.UPPER
    everything_askable = scenario is Scenario.K3 and outcome in (Outcome.UNKNOWN, Outcome.RE_ASKABLE)
    return outcome is Outcome.ACCESSIBLE or everything_askable


def _asked(outcome: Outcome, scenario: Scenario, bound: Bound) -> bool:
    if scenario not in (Scenario.K2, Scenario.K1_K2):
        return False
    return outcome is Outcome.RE_ASKABLE or (outcome is Outcome.UNKNOWN and bound is Bound.VALUE)


# What the waterfall asks between the gates: agreement only, whatever the person gate says.
ANY_PERSON_OUTCOME = tuple(True for _ in Outcome)
NOBODY_ASKED = tuple(False for _ in Outcome)


@dataclass(frozen=True)
class Passed:
    """Expected numbers by country (in the order of `Evaluator.countries`), as they pass both gates."""

    records: Array
    records_linked: Array
    records_new: Array
    persons: Array
    persons_linked: Array
    persons_additional: Array
    data_points: Array
    data_points_additional: Array
    messages: Array
    messages_additional: Array


class Evaluator:
    """One purpose of a cube, laid out so that a scenario is a few array operations."""

    def __init__(self, cube: Cube, purpose: Purpose, acquirer: Acquirer) -> None:
        of_purpose = pl.col("purpose") == purpose.value
        tenants = cube.tenants.filter(of_purpose).with_row_index("tenant")
        self.countries: list[str] = sorted(cube.persons["country"].unique())
        self.size_classes: list[str | None] = tenants["size_class"].to_list()
        self._tenant_outcome = _outcome_index(tenants["agreement_outcome"])
        numbers = tenants.select("tenant_id", "tenant")
        self._lay_out_sets(cube.sets.join(numbers, on="tenant_id", how="left"))
        self._records = self._rows(cube.records.filter(of_purpose), "records", numbers)
        self._persons = self._rows(cube.persons.filter(of_purpose), "persons")
        self._points = self._rows(cube.data_points.filter(of_purpose), "data_points")
        self._messages = self._rows(cube.messages.filter(of_purpose), "messages", numbers)
        held = [category.value for category in acquirer.categories_held]
        own = [channel.value for channel in acquirer.own_channels]
        self._category_is_new = (~cube.data_points.filter(of_purpose)["category"].is_in(held)).to_numpy()
        self._channel_is_new = (~cube.messages.filter(of_purpose)["channel"].is_in(own)).to_numpy()

    def _lay_out_sets(self, sets: pl.DataFrame) -> None:
        """One row per set and tenant, with the person outcomes as bits; `_set_starts` opens each set."""
        members = (
            sets.with_columns(bit=2 ** severity_of("person_outcome"))
            .group_by("set_id", "tenant")
            .agg(pl.col("bit").sum())
            .sort("set_id", "tenant")
        )
        self._member_tenant = members["tenant"].to_numpy().astype(np.intp)
        self._member_bits = members["bit"].to_numpy()
        self._set_starts = np.flatnonzero(np.diff(members["set_id"].to_numpy().astype(np.int64), prepend=-1))

    def _rows(self, frame: pl.DataFrame, measure: str, numbers: pl.DataFrame | None = None) -> Rows:
        rows: dict[str, NDArray[Any]] = {
            "count": frame[measure].to_numpy().astype(np.float64),
            "country": np.searchsorted(self.countries, frame["country"].to_numpy()).astype(np.intp),
            "new": (frame["novelty"] == Novelty.NEW.value).to_numpy(),
            "not_known": (frame["novelty"] != Novelty.KNOWN.value).to_numpy(),
            "linked": (frame["link"] == Link.YES.value).to_numpy(),
        }
        if numbers is None:
            rows["set"] = frame["set_id"].to_numpy().astype(np.intp)
        else:
            joined = frame.select("tenant_id").join(numbers, on="tenant_id", how="left", maintain_order="left")
            rows["tenant"] = joined["tenant"].to_numpy().astype(np.intp)
            rows["outcome"] = _outcome_index(frame["person_outcome"])
        return rows

    def evaluate(self, passing: Passing, assumptions: Assumptions, bound: Bound) -> Passed:
        """Expected numbers by country. `bound` decides what is new: at `upper`, whatever is not known to be old."""
        agree = self._agree(passing, assumptions)
        opt_in = np.array([assumptions.opt_in_rate(country) for country in self.countries])
        chance_of_set = self._chance_of_sets(passing, agree)

        def of_sets(rows: Rows) -> Array:
            now, with_yes = (chances[rows["set"]] for chances in chance_of_set)
            rate = opt_in[rows["country"]]
            passed: Array = rows["count"] * (rate * with_yes + (1 - rate) * now)
            return passed

        def of_records(rows: Rows) -> Array:
            now = np.array(passing.now, dtype=float)[rows["outcome"]]
            asked = np.array(passing.asked, dtype=float)[rows["outcome"]]
            yes = now + (1 - now) * asked * opt_in[rows["country"]]
            passed: Array = rows["count"] * agree[rows["tenant"]] * yes
            return passed

        new = "not_known" if bound is Bound.UPPER else "new"
        records, persons = of_records(self._records), of_sets(self._persons)
        points, messages = of_sets(self._points), of_records(self._messages)
        return Passed(
            records=self._sum(records, self._records),
            records_linked=self._sum(records * self._records["linked"], self._records),
            records_new=self._sum(records * self._records[new], self._records),
            persons=self._sum(persons, self._persons),
            persons_linked=self._sum(persons * self._persons["linked"], self._persons),
            persons_additional=self._sum(persons * self._persons[new], self._persons),
            data_points=self._sum(points, self._points),
            data_points_additional=self._sum(points * (self._points[new] | self._category_is_new), self._points),
            messages=self._sum(messages, self._messages),
            messages_additional=self._sum(messages * self._channel_is_new, self._messages),
        )

    def everything(self) -> Passed:
        """The same numbers where every gate lets everything pass: what is in scope."""
        held = (self._records, self._persons, self._points, self._messages)
        records, persons, points, messages = (self._sum(rows["count"], rows) for rows in held)
        return Passed(records, records, records, persons, persons, persons, points, points, messages, messages)

    def _agree(self, passing: Passing, assumptions: Assumptions) -> Array:
        """The probability that each tenant's agreement lets the data pass."""
        by_outcome = np.array(passing.agreement)[self._tenant_outcome]
        rates = np.array([assumptions.renegotiation.rate(size) for size in self.size_classes])
        return np.where(np.isnan(by_outcome), rates, by_outcome)

    def _chance_of_sets(self, passing: Passing, agree: Array) -> tuple[Array, Array]:
        """For each set, the probability that a tenant agrees: of what passes as it is, and of that and the asked."""
        now_bits = _bits(passing.now)
        with_yes_bits = now_bits | _bits(passing.asked)
        return self._chance(now_bits, agree), self._chance(with_yes_bits, agree)

    def _chance(self, bits: int, agree: Array) -> Array:
        """1 - product over a set's tenants of (1 - p), with p = 0 for a tenant whose records do not pass."""
        if not len(self._set_starts):
            return np.zeros(0)
        refuses = 1 - agree[self._member_tenant] * ((self._member_bits & bits) != 0)
        return 1 - np.multiply.reduceat(refuses, self._set_starts)

    def _sum(self, values: Array, rows: Rows) -> Array:
        summed = np.bincount(rows["country"], weights=values, minlength=len(self.countries))
        return summed.astype(np.float64)


def _bits(flags: tuple[bool, ...]) -> int:
    return sum(1 << index for index, flag in enumerate(flags) if flag)


def _outcome_index(outcomes: pl.Series) -> NDArray[np.intp]:
    return outcomes.to_frame("outcome").select(severity_of("outcome"))["outcome"].to_numpy().astype(np.intp)
