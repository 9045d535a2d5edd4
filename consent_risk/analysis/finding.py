"""The suggested finding: what the decision table says at both ends of the range, with its reasons.

Source: docs/method.md, "Finding". The table is a default of this tool; the analyst decides.
"""

from __future__ import annotations

import polars as pl

from consent_risk.analysis.figures import EvaluatedPurpose
from consent_risk.analysis.limbs import overlap_ends, volume_ends
from consent_risk.analysis.results import DecidedFinding, Finding
from consent_risk.analysis.thresholds import DecisionTable
from consent_risk.case import Case
from consent_risk.law.rulebook import Rulebook
from consent_risk.measure.cube import Cube
from consent_risk.numbers import counted_text, number_text, range_text, share_of, share_text
from consent_risk.vocabulary import Bound, Decision, Gate, Grade, Outcome, Scenario, Unit

_MOST_NEEDED = 3


def suggest_finding(
    cube: Cube, case: Case, evaluated: EvaluatedPurpose, table: DecisionTable, rulebook: Rulebook
) -> Finding:
    """The finding for the purpose measured, with reasons and, where it is not settled, what evidence it needs."""
    volume, overlap = volume_ends(evaluated, case, table), overlap_ends(evaluated, cube, case, table)
    least, most = table.decide(volume.lower, overlap.lower), table.decide(volume.upper, overlap.upper)
    suggested = least if least is most else Decision.NOT_SETTLED
    decided = case.finding and DecidedFinding(**case.finding.model_dump())
    return Finding(
        purpose=evaluated.purpose,
        suggested=suggested,
        headline=_headline(case, evaluated),
        reasons=tuple(_reasons(cube, case, evaluated, least, most)),
        needs=tuple(_needs(cube, case, evaluated, table, rulebook)) if suggested is Decision.NOT_SETTLED else (),
        table=f"thresholds {table.version}, {table.label}",
        decided=decided or None,
    )


def _headline(case: Case, evaluated: EvaluatedPurpose) -> str:
    lower, value, upper = _additional(evaluated, Scenario.K0)
    known = case.acquirer.persons_total
    gained = counted_text(value, "additional person")
    words = (
        f"As it stands, {case.acquirer.name} would gain data about {gained} for {evaluated.purpose.in_words} "
        f"(range {range_text(lower, upper, Unit.PERSONS)})"
    )
    share = share_of(upper, known)
    if share is None:
        return f"{words}."
    return f"{words}; at the upper bound {share_text(share)} of the {number_text(known)} persons it knows."


def _reasons(cube: Cube, case: Case, evaluated: EvaluatedPurpose, least: Decision, most: Decision) -> list[str]:
    records = cube.records.filter(pl.col("purpose") == evaluated.purpose.value)
    total = float(records["records"].sum())
    agreed, consented = (_accessible(records, gate) for gate in (Gate.AGREEMENT, Gate.PERSON))
    passed = float(evaluated.passed[Scenario.K0, Bound.VALUE].records.sum())
    lower, value, upper = _additional(evaluated, Scenario.K1_K2)
    known = case.acquirer.persons_total
    share = share_of(upper, known)
    of_known = f", at the upper bound {share_text(share)} of those the acquirer knows" if share is not None else ""
    everything = _additional(evaluated, Scenario.K3)[1]
    if share is None:
        ends = "The case names no persons of the acquirer, so the range cannot be graded."
    elif least is most:
        ends = f"Both ends of the range suggest '{least.value}'."
    else:
        ends = f"The lower end of the range suggests '{least.value}', the upper end '{most.value}'."
    return [
        f"Agreements: those in force let {_part(agreed, total)} of the in-scope records pass for this purpose.",
        f"Persons: a legal basis that covers the acquirer's use is proven for {_part(consented, total)}.",
        f"Both gates together let {_part(passed, total)} pass.",
        f"If agreements were renegotiated and persons asked again (K1+K2), {counted_text(value, 'person')} would be "
        f"additional (range {range_text(lower, upper, Unit.PERSONS)}{of_known}).",
        f"If everything not barred passed (K3), {counted_text(everything, 'person')} would be additional.",
        f"{ends} The bands are defaults of this tool; no authority has published a threshold for 'significant'.",
    ]


def _part(count: float, total: float) -> str:
    return f"{counted_text(count, 'record')} ({share_text(share_of(count, total))})"


def _accessible(records: pl.DataFrame, gate: Gate) -> float:
    outcome = pl.col(f"{gate.value}_outcome") == Outcome.ACCESSIBLE.value
    return float(records.filter(outcome)["records"].sum())


def _needs(cube: Cube, case: Case, evaluated: EvaluatedPurpose, table: DecisionTable, rulebook: Rulebook) -> list[str]:
    """What would settle the finding: what was not handed in, then the unknowns that concern most records."""
    if not case.acquirer.persons_total:
        return ["the number of persons the acquirer knows, by country (acquirer.persons in the case)"]
    volume, overlap = volume_ends(evaluated, case, table), overlap_ends(evaluated, cube, case, table)
    needs = []
    if overlap.grade is Grade.NOT_SETTLED:
        needs.append("identifiers of the acquirer (acquirer_identifiers) or of persons without one: who is new to it?")
    if volume.grade is Grade.NOT_SETTLED:
        needs += _unknowns(cube, evaluated, rulebook)
    return needs or [
        "the analyst's judgement: many persons are additional, yet nearly all of the provider's are known already"
    ]


def _unknowns(cube: Cube, evaluated: EvaluatedPurpose, rulebook: Rulebook) -> list[str]:
    records = cube.records.filter(pl.col("purpose") == evaluated.purpose.value)
    unknown = pl.concat(
        records.filter(pl.col(f"{gate.value}_outcome") == Outcome.UNKNOWN.value)
        .group_by(rule=f"{gate.value}_rule")
        .agg(pl.col("records").sum())
        for gate in (Gate.AGREEMENT, Gate.PERSON)
    ).sort("records", "rule", descending=[True, False])
    return [
        f"evidence on '{rulebook.rule(rule).title}', which decides {counted_text(records, 'record')}"
        for rule, records in unknown.head(_MOST_NEEDED).rows()
    ] or ["evidence for the rates assumed under K1 and K2: nothing is unknown as it stands"]


def _additional(evaluated: EvaluatedPurpose, scenario: Scenario) -> tuple[float, float, float]:
    lower, value, upper = (float(evaluated.passed[scenario, bound].persons_additional.sum()) for bound in Bound)
    return lower, value, upper
