"""What must hold for every cube: more assumptions never give less, and bounds enclose the value."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline import run_of

from consent_risk.analysis.scenarios import Evaluator, Passed, passing
from consent_risk.case import Assumptions
from consent_risk.vocabulary import Bound, Scenario, Unit
from consent_risk.workspace.runs import Run

EXAMPLE = Path(__file__).parents[1] / "data" / "worked_example"
PARTS = list(Passed.__dataclass_fields__)

RATES = st.one_of(st.none(), st.floats(0, 1))
ASSUMPTIONS = st.builds(
    lambda micro, small, default, germany, elsewhere: Assumptions.model_validate(
        {
            "renegotiation": {"micro": micro, "small": small, "default": default},
            "opt_in": {"DE": germany, "default": elsewhere},
        }
    ),
    *(RATES for _ in range(5)),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_of(EXAMPLE, tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def evaluators(run: Run) -> list[Evaluator]:
    return [Evaluator(run.cube, purpose, run.case.acquirer) for purpose in run.cube.purposes]


def numbers(evaluator: Evaluator, scenario: Scenario, bound: Bound, assumptions: Assumptions) -> list[float]:
    passed = evaluator.evaluate(passing(scenario, bound), assumptions, bound)
    return [float(getattr(passed, part).sum()) for part in PARTS]


def never_more(less: list[float], more: list[float]) -> bool:
    return all(a <= b + 1e-9 for a, b in zip(less, more, strict=True))


@settings(max_examples=40, deadline=None)
@given(assumptions=ASSUMPTIONS)
def test_more_that_may_pass_never_gives_less(evaluators: list[Evaluator], assumptions: Assumptions) -> None:
    order = [
        (Scenario.K0, Scenario.K1),
        (Scenario.K0, Scenario.K2),
        (Scenario.K1, Scenario.K1_K2),
        (Scenario.K2, Scenario.K1_K2),
        (Scenario.K1_K2, Scenario.K3),
    ]
    for evaluator in evaluators:
        for bound in Bound:
            found = {scenario: numbers(evaluator, scenario, bound, assumptions) for scenario in Scenario}
            for less, more in order:
                assert never_more(found[less], found[more]), (less, more, bound)


@settings(max_examples=40, deadline=None)
@given(assumptions=ASSUMPTIONS)
def test_bounds_enclose_the_value_and_no_part_is_more_than_what_is_in_scope(
    evaluators: list[Evaluator], assumptions: Assumptions
) -> None:
    for evaluator in evaluators:
        everything = evaluator.everything()
        in_scope = [float(getattr(everything, part).sum()) for part in PARTS]
        for scenario in Scenario:
            lower, value, upper = (numbers(evaluator, scenario, bound, assumptions) for bound in Bound)
            assert never_more(lower, value) and never_more(value, upper) and never_more(upper, in_scope)


def test_rates_of_nought_leave_everything_as_it_stands(evaluators: list[Evaluator]) -> None:
    none = Assumptions()
    for evaluator in evaluators:
        for scenario in (Scenario.K1, Scenario.K2, Scenario.K1_K2):
            assert numbers(evaluator, scenario, Bound.VALUE, none) == numbers(evaluator, Scenario.K0, Bound.VALUE, none)


def test_every_in_scope_record_is_in_one_row_of_the_cube_for_each_purpose(run: Run) -> None:
    sums = run.cube.records.group_by("purpose").agg(pl.col("records").sum())
    assert sums["records"].to_list() == [520] * 3
    keys = [column for column in run.cube.records.columns if column not in {"records", "stored_bytes"}]
    assert run.cube.records.select(keys).is_duplicated().sum() == 0


def test_the_cube_holds_no_key_of_a_record_or_person(run: Run) -> None:
    for frame in (run.cube.records, run.cube.messages, run.cube.persons, run.cube.data_points, run.cube.sets):
        assert not {"record_key", "person_id", "key", "source_id"} & set(frame.columns)


def test_the_waterfall_falls_and_its_parts_add_up(run: Run) -> None:
    for waterfall in run.assessment().waterfalls:
        values = [step.value for step in waterfall.steps]
        assert values == sorted(values, reverse=True), waterfall.unit
        assert sum(step.removed for step in waterfall.steps) + values[-1] == values[0]
        for step in waterfall.steps:
            assert step.lower <= step.value <= step.upper


def test_the_waterfall_ends_in_the_additional_figures(run: Run) -> None:
    assessment = run.assessment()
    for waterfall in assessment.waterfalls:
        if waterfall.unit is not Unit.RECORDS:
            figure = assessment.figure(f"{waterfall.unit.value.replace(' ', '_')}.additional", waterfall.purpose)
            last = waterfall.steps[-1]
            assert (last.lower, last.value, last.upper) == (figure.lower, figure.value, figure.upper)
