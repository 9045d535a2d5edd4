"""The bands and the decision table: both sides of every edge, and what a finding says of itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from pipeline import run_of

from consent_risk.analysis.thresholds import grade
from consent_risk.case import Case, parse_case
from consent_risk.resources import read_thresholds
from consent_risk.vocabulary import Decision, Grade
from consent_risk.workspace.runs import Run

EXAMPLE = Path(__file__).parents[1] / "data" / "worked_example"
JUST = 1e-9


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_of(EXAMPLE, tmp_path_factory.mktemp("case"))


def changed(run: Run, **keys: object) -> Case:
    return run.case.model_copy(update=keys)


def with_persons(run: Run, persons: int) -> Case:
    return changed(run, acquirer=run.case.acquirer.model_copy(update={"persons": {"DE": persons}}))


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, Grade.NEGLIGIBLE),
        (0.01 - JUST, Grade.NEGLIGIBLE),
        (0.01, Grade.LIMITED),
        (0.05 - JUST, Grade.LIMITED),
        (0.05, Grade.NOTABLE),
        (0.10 - JUST, Grade.NOTABLE),
        (0.10, Grade.SUBSTANTIAL),
        (1.0, Grade.SUBSTANTIAL),
        (None, Grade.NOT_SETTLED),
    ],
)
def test_a_band_of_volume_includes_its_lower_edge(share: float | None, expected: Grade) -> None:
    assert grade(share, read_thresholds().bands["volume"]) is expected


def test_every_pair_of_grades_has_one_row_in_the_decision_table() -> None:
    table = read_thresholds()
    settled = [grade for grade in Grade if grade is not Grade.NOT_SETTLED]
    for volume in settled:
        for overlap in settled:
            rows = [row for row in table.decisions if volume in row.volume and overlap in row.overlap]
            assert len(rows) == 1, (volume, overlap)
    assert table.decide(Grade.NOT_SETTLED, Grade.NOTABLE) is Decision.NOT_SETTLED


# K0 lower is 5 additional persons, K1+K2 upper 33.597525.
@pytest.mark.parametrize(
    ("persons", "expected"),
    [
        (75_000, Decision.NOT_SIGNIFICANT),
        (672, Decision.NOT_SIGNIFICANT),  # 33.597525 of 672 is just below 5 %
        (671, Decision.NOT_SETTLED),  # just above, while 5 of 671 is below
        (101, Decision.NOT_SETTLED),  # 5 of 101 is just below 5 %
        (100, Decision.SIGNIFICANT),  # 5 of 100 is 5 %
        (0, Decision.NOT_SETTLED),
    ],
)
def test_the_finding_is_settled_only_where_both_ends_of_the_range_agree(
    run: Run, persons: int, expected: Decision
) -> None:
    finding = run.assessment(with_persons(run, persons)).finding
    assert finding.suggested is expected
    assert bool(finding.needs) == (expected is Decision.NOT_SETTLED)


def test_what_a_finding_needs_names_the_unknowns_that_concern_most_records(run: Run) -> None:
    needs = run.assessment(with_persons(run, 671)).finding.needs
    assert needs[0] == "evidence on 'No agreement was delivered', which decides 32 records"


def test_without_the_acquirers_identifiers_a_finding_needs_them(run: Run) -> None:
    cube = replace(run.cube, persons=run.cube.persons.with_columns(novelty=pl.lit("unknown")))
    finding = replace(run, cube=cube).assessment(with_persons(run, 10)).finding
    assert finding.suggested is Decision.NOT_SETTLED
    assert finding.needs[0].startswith("identifiers of the acquirer")


def test_many_additional_persons_who_are_nearly_all_known_are_left_to_the_analyst(run: Run) -> None:
    known = run.cube.persons.with_columns(novelty=pl.lit("known"), persons=pl.col("persons") * 1000)
    cube = replace(run.cube, persons=pl.concat([run.cube.persons.select(known.columns), known], how="vertical_relaxed"))
    finding = replace(run, cube=cube).assessment(with_persons(run, 20)).finding
    assert finding.suggested is Decision.NOT_SETTLED
    assert finding.needs[0].startswith("the analyst's judgement")


def test_every_band_is_labelled_as_this_tools_default_or_as_the_cases(run: Run) -> None:
    for limb in run.assessment().limbs:
        assert "default of this tool; no authority has published one" in limb.band
    text = (EXAMPLE / "case.yaml").read_text(encoding="utf-8")
    own = parse_case(text + "thresholds: {volume: {limited: 0.00001, notable: 0.00002, substantial: 0.00003}}\n")
    volume = run.assessment(own).limbs[0]
    assert "set in the case; no authority has published one" in volume.band
    assert volume.grade is Grade.SUBSTANTIAL


def test_the_analysts_decision_stands_beside_the_suggestion(run: Run) -> None:
    text = (EXAMPLE / "case.yaml").read_text(encoding="utf-8")
    decided = "finding: {decision: significant, reasons: Niche data., by: A. Nalyst, on: 2022-02-01}\n"
    finding = run.assessment(parse_case(text + decided)).finding
    assert finding.suggested is Decision.NOT_SIGNIFICANT
    assert finding.decided is not None
    assert (finding.decided.decision, finding.decided.by) == (Decision.SIGNIFICANT, "A. Nalyst")
