"""The waterfall: what is left after each gate, in the canonical order, as it stands (K0).

Source: docs/method.md, "Waterfall".
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from consent_risk.analysis.figures import EvaluatedPurpose
from consent_risk.analysis.results import Waterfall, WaterfallStep
from consent_risk.analysis.scenarios import ANY_PERSON_OUTCOME, NOBODY_ASKED, Array, Passed, Passing, passing
from consent_risk.case import Case
from consent_risk.measure.cube import Cube
from consent_risk.vocabulary import Bound, Gate, Scenario, Unit

_Part = Callable[[Passed], Array]


def waterfalls(cube: Cube, case: Case, purposes: list[EvaluatedPurpose]) -> list[Waterfall]:
    """One waterfall per purpose and unit."""
    return [
        Waterfall(purpose=evaluated.purpose, unit=unit, steps=_with_removed(steps))
        for evaluated in purposes
        for unit, steps in _steps(cube, case, evaluated).items()
    ]


def _steps(cube: Cube, case: Case, evaluated: EvaluatedPurpose) -> dict[Unit, list[WaterfallStep]]:
    agreed = {bound: evaluated.evaluator.evaluate(_agreement_only(bound), case.assumptions, bound) for bound in Bound}
    both = {bound: evaluated.passed[Scenario.K0, bound] for bound in Bound}

    def step(name: str, label: str, gate: Gate | None, part: _Part, of: dict[Bound, Passed]) -> WaterfallStep:
        lower, value, upper = (float(part(of[bound]).sum()) for bound in Bound)
        return _step(name, label, gate, value, lower, upper)

    def gates(part: _Part) -> list[WaterfallStep]:
        return [
            step("agreement", "agreement lets it pass", Gate.AGREEMENT, part, agreed),
            step("person", "person lets it pass", Gate.PERSON, part, both),
        ]

    def linked(part: _Part, unlinked: _Part) -> WaterfallStep:
        # Without an identifier of the usual kind a record may still be matched otherwise, hence the upper bound.
        value = step("link", "can be matched", Gate.LINK, part, both)
        return value.model_copy(update={"upper": float(unlinked(both[Bound.UPPER]).sum())})

    all_in = evaluated.in_scope
    return {
        Unit.RECORDS: [
            _fixed("total", "all records", cube.totals["records.total"]),
            _fixed("in_scope", "in scope", cube.totals["records.in_scope"]),
            *gates(lambda passed: passed.records),
            linked(lambda passed: passed.records_linked, lambda passed: passed.records),
            step("novelty", "of persons new to the acquirer", Gate.NOVELTY, lambda passed: passed.records_new, both),
        ],
        Unit.PERSONS: [
            _fixed("in_scope", "persons in scope", float(all_in.persons.sum())),
            *gates(lambda passed: passed.persons),
            linked(lambda passed: passed.persons_linked, lambda passed: passed.persons),
            step("novelty", "new to the acquirer", Gate.NOVELTY, lambda passed: passed.persons_additional, both),
        ],
        Unit.DATA_POINTS: [
            _fixed("in_scope", "data points in scope", float(all_in.data_points.sum())),
            *gates(lambda passed: passed.data_points),
            step(
                "novelty",
                "new person or new category",
                Gate.NOVELTY,
                lambda passed: passed.data_points_additional,
                both,
            ),
        ],
        Unit.MESSAGES: [
            _fixed("in_scope", "messages in scope", float(all_in.messages.sum())),
            *gates(lambda passed: passed.messages),
            step(
                "novelty",
                "over channels not the acquirer's",
                Gate.NOVELTY,
                lambda passed: passed.messages_additional,
                both,
            ),
        ],
    }


def _agreement_only(bound: Bound) -> Passing:
    return Passing(passing(Scenario.K0, bound).agreement, ANY_PERSON_OUTCOME, NOBODY_ASKED)


def _fixed(name: str, label: str, value: float) -> WaterfallStep:
    return _step(name, label, None, value, value, value)


def _step(name: str, label: str, gate: Gate | None, value: float, lower: float, upper: float) -> WaterfallStep:
    return WaterfallStep(step=name, label=label, gate=gate, value=value, lower=lower, upper=upper, removed=0)


def _with_removed(steps: list[WaterfallStep]) -> tuple[WaterfallStep, ...]:
    removed = (step.model_copy(update={"removed": before.value - step.value}) for before, step in pairwise(steps))
    return (steps[0], *removed)
