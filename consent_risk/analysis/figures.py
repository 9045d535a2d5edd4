"""The figures of an assessment, each with its range and its trace.

Source: docs/method.md, "The figures".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from consent_risk.analysis.results import Figure
from consent_risk.analysis.scenarios import Array, Evaluator, Passed, passing
from consent_risk.case import Case
from consent_risk.measure.cube import Cube
from consent_risk.vocabulary import Bound, Gate, Outcome, Purpose, Scenario, Unit

_UNITS = {
    "records": Unit.RECORDS,
    "persons": Unit.PERSONS,
    "data_points": Unit.DATA_POINTS,
    "messages": Unit.MESSAGES,
}
_COMPUTED = {
    "records.transferable": "records that pass the agreement gate and the person gate",
    "persons.transferable": "persons with at least one record that passes both gates",
    "persons.additional": "transferable persons who are new to the acquirer (upper: not known to it)",
    "data_points.transferable": "(person, category) pairs held in at least one record that passes both gates",
    "data_points.additional": "transferable data points of new persons, or of categories the acquirer does not hold",
    "messages.transferable": "messages of records that pass both gates",
    "messages.additional": "transferable messages over channels that the acquirer does not run",
}
_SCENARIO_RULES = {
    Scenario.K0: "accessible passes; upper: unknown too",
    Scenario.K1: "a tenant that is not accessible or barred agrees at the rate of its size class",
    Scenario.K2: "a person whose outcome is unknown or re_askable says yes at the rate of her country",
    Scenario.K1_K2: "tenants agree and persons say yes, independently",
    Scenario.K3: "every outcome but barred passes (at the person gate also not processor_only)",
}
_ASSUMPTIONS = {
    Scenario.K1: ("assumptions.renegotiation",),
    Scenario.K2: ("assumptions.opt_in",),
    Scenario.K1_K2: ("assumptions.renegotiation", "assumptions.opt_in"),
}
_BY_COUNTRY = ("persons.transferable", "persons.additional")


@dataclass(frozen=True)
class EvaluatedPurpose:
    """A purpose's scenarios, evaluated once: what page, waterfall and limbs draw from."""

    purpose: Purpose
    evaluator: Evaluator
    in_scope: Passed
    passed: dict[tuple[Scenario, Bound], Passed]


def evaluate_purpose(cube: Cube, case: Case, purpose: Purpose) -> EvaluatedPurpose:
    """All scenarios and bounds of one purpose."""
    evaluator = Evaluator(cube, purpose, case.acquirer)
    passed = {
        (scenario, bound): evaluator.evaluate(passing(scenario, bound), case.assumptions, bound)
        for scenario in Scenario
        for bound in Bound
    }
    return EvaluatedPurpose(purpose, evaluator, evaluator.everything(), passed)


def figures(cube: Cube, case: Case, purposes: list[EvaluatedPurpose]) -> list[Figure]:
    """Every figure of the assessment: those that no scenario changes first, then by purpose and scenario."""
    found = list(_totals(cube, purposes[0]))
    for evaluated in purposes:
        found += _gate_counts(cube, evaluated.purpose)
        found += _scenario_figures(evaluated, _passing_rules(cube, evaluated.purpose))
    return found


def _totals(cube: Cube, evaluated: EvaluatedPurpose) -> Iterator[Figure]:
    computed = {
        "records.total": "records delivered",
        "records.in_scope": "records of natural persons that are not deleted, deceased or test",
        "records.out_of_scope": "records.total - records.in_scope",
    }
    for id, words in computed.items():
        yield _fixed(id, cube.totals[id], words, "totals")
    everything = evaluated.in_scope
    for id, counted, words in (
        ("persons.in_scope", everything.persons, "persons behind in-scope records, linked by shared identifiers"),
        ("data_points.in_scope", everything.data_points, "(person, category) pairs held in in-scope records"),
        ("messages.in_scope", everything.messages, "messages of in-scope records"),
    ):
        yield _fixed(id, float(counted.sum()), words, f"{id.partition('.')[0]}, any purpose")
    for country, persons in zip(evaluated.evaluator.countries, everything.persons, strict=True):
        if country:
            yield _fixed("persons.in_scope", float(persons), "persons of the country", "persons", country=country)


def _gate_counts(cube: Cube, purpose: Purpose) -> Iterator[Figure]:
    of_purpose = cube.records.filter(pl.col("purpose") == purpose.value)
    for outcome in Outcome:
        for gate in (Gate.AGREEMENT, Gate.PERSON):
            decided = of_purpose.filter(pl.col(f"{gate.value}_outcome") == outcome.value)
            yield _fixed(
                f"records.{gate.value}.{outcome.value}",
                int(decided["records"].sum()),
                f"in-scope records whose {gate.value} gate answers {outcome.value}",
                f"records where purpose = {purpose.value} and {gate.value}_outcome = {outcome.value}",
                purpose=purpose,
                rules=tuple(sorted(decided[f"{gate.value}_rule"].unique())),
            )


def _passing_rules(cube: Cube, purpose: Purpose) -> dict[Scenario, tuple[str, ...]]:
    """For each scenario the rules whose outcome may pass under it, as far as they decided a record."""
    of_purpose = cube.records.filter(pl.col("purpose") == purpose.value)
    found = {}
    for scenario in Scenario:
        may_pass = [passing(scenario, bound) for bound in Bound]
        at_agreement = {o for p in may_pass for o, chance in zip(Outcome, p.agreement, strict=True) if chance != 0}
        at_person = {o for p in may_pass for o, now, asked in zip(Outcome, p.now, p.asked, strict=True) if now or asked}
        found[scenario] = tuple(
            rule
            for gate, outcomes in ((Gate.AGREEMENT, at_agreement), (Gate.PERSON, at_person))
            for rule in sorted(
                of_purpose.filter(pl.col(f"{gate.value}_outcome").is_in([outcome.value for outcome in outcomes]))[
                    f"{gate.value}_rule"
                ].unique()
            )
        )
    return found


def _scenario_figures(evaluated: EvaluatedPurpose, rules: dict[Scenario, tuple[str, ...]]) -> Iterator[Figure]:
    for scenario in Scenario:
        for id in _COMPUTED:
            lower, value, upper = (_part(evaluated.passed[scenario, bound], id) for bound in Bound)
            yield _scenario_figure(evaluated, id, scenario, (lower.sum(), value.sum(), upper.sum()), rules[scenario])
            if id in _BY_COUNTRY:
                for number, country in enumerate(evaluated.evaluator.countries):
                    if country:
                        numbers = (lower[number], value[number], upper[number])
                        yield _scenario_figure(evaluated, id, scenario, numbers, rules[scenario], country)


def _part(passed: Passed, id: str) -> Array:
    counted, _, kind = id.partition(".")
    part: Array = getattr(passed, counted if kind == "transferable" else f"{counted}_additional")
    return part


def _scenario_figure(
    evaluated: EvaluatedPurpose,
    id: str,
    scenario: Scenario,
    numbers: tuple[float, float, float],
    rules: tuple[str, ...],
    country: str | None = None,
) -> Figure:
    lower, value, upper = numbers
    counted = id.partition(".")[0]
    place = f" and country = {country}" if country else ""
    return Figure(
        id=id,
        purpose=evaluated.purpose,
        scenario=scenario,
        country=country,
        value=float(value),
        lower=float(lower),
        upper=float(upper),
        unit=_UNITS[counted],
        computed=f"{_COMPUTED[id]}; {scenario.value}: {_SCENARIO_RULES[scenario]}",
        rows=f"{counted} where purpose = {evaluated.purpose.value}{place}",
        rules=rules,
        assumptions=_ASSUMPTIONS.get(scenario, ()),
    )


def _fixed(
    id: str,
    value: float,
    computed: str,
    rows: str,
    *,
    purpose: Purpose | None = None,
    country: str | None = None,
    rules: tuple[str, ...] = (),
) -> Figure:
    return Figure(
        id=id,
        purpose=purpose,
        scenario=Scenario.K0,
        country=country,
        value=value,
        lower=value,
        upper=value,
        unit=_UNITS[id.partition(".")[0]],
        computed=computed,
        rows=rows,
        rules=rules,
    )
