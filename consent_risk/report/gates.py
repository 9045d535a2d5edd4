"""Sections 3 and 4: what passes each gate, and what would pass under the scenarios."""

from __future__ import annotations

from consent_risk.assessment import Assessment, Figure, Waterfall
from consent_risk.numbers import NONE, number_text, share_of, share_text
from consent_risk.report.blocks import Cell, Column, Part, Writer, bold, number_column
from consent_risk.report.charts import (
    country_chart,
    country_name,
    figures_by_country,
    figures_by_scenario,
    range_chart,
    waterfall_chart,
)
from consent_risk.report.figures import Figures
from consent_risk.report.wording import (
    GATE_QUESTIONS,
    OUTCOME_MEANINGS,
    UNIT_ORDER,
    capital,
    outcome_name,
    purpose_name,
    purpose_title,
    with_range,
)
from consent_risk.vocabulary import Gate, Outcome, Purpose, Scenario, Unit

ADDITIONAL = "persons.additional"
_SHORT = {
    Scenario.K0: "as it stands",
    Scenario.K1: "renegotiated",
    Scenario.K2: "asked again",
    Scenario.K1_K2: "both",
    Scenario.K3: "all not barred",
}


def write_gates(writer: Writer, assessment: Assessment, figures: Figures) -> None:
    """Section 3: the waterfalls, the main purpose in full."""
    writer.section("What passes each gate")
    writer.sub("The gates")
    writer.para("Four questions are asked of every record, for each purpose, at the as-of day:")
    writer.points([[bold(f"{capital(gate.value)}: "), GATE_QUESTIONS[gate]] for gate in Gate])
    writer.para("The first two answer with one of five outcomes; of several rules the worst decides:")
    writer.points([[bold(f"{outcome_name(o)}: "), OUTCOME_MEANINGS[o], "."] for o in Outcome])
    main = assessment.finding.purpose
    for purpose in sorted(assessment.purposes, key=lambda p: p is not main):
        writer.sub(purpose_title(purpose))
        _write_course(writer, assessment, purpose)
        _write_outcomes(writer, figures, purpose)
        _write_waterfall_tables(writer, assessment, purpose)


def _waterfalls(assessment: Assessment, purpose: Purpose) -> list[Waterfall]:
    found = {w.unit: w for w in assessment.waterfalls if w.purpose is purpose and w.steps}
    return [found[unit] for unit in UNIT_ORDER if unit in found]


def _write_course(writer: Writer, assessment: Assessment, purpose: Purpose) -> None:
    """The waterfall in a sentence, and for the main purpose as a chart."""
    waterfalls = _waterfalls(assessment, purpose)
    if not waterfalls:
        writer.para("No waterfall was computed for this purpose.")
        return
    drawn = waterfalls[0]
    first, last = drawn.steps[0], drawn.steps[-1]
    share = share_text(share_of(last.value, first.value))
    writer.para(
        f"Of {number_text(first.value)} {drawn.unit} ({first.label}), {number_text(last.value)} are left after the "
        f"last gate ({share}); with everything unknown counted as a yes, {number_text(last.upper)}."
    )
    if purpose is not assessment.finding.purpose:
        return
    chart = waterfall_chart(assessment, purpose, drawn.unit)
    title = f"{capital(drawn.unit)} left after each gate, {purpose_name(purpose)}, as it stands (K0)"
    number = writer.chart(title, chart)
    writer.para(
        f"Figure {number} shows what each gate takes away. Its axis is linear, so the lengths of the bars "
        "can be compared."
    )


def _write_outcomes(writer: Writer, figures: Figures, purpose: Purpose) -> None:
    """In-scope records by what the two gates answered."""
    scope = figures.find("records.in_scope", purpose)
    rows: list[list[Cell]] = []
    for outcome in Outcome:
        pair = [figures.find(f"records.{gate}.{outcome}", purpose) for gate in (Gate.AGREEMENT, Gate.PERSON)]
        if any(pair):
            cells = [cell for figure in pair for cell in _with_share(figure, scope)]
            rows.append([capital(outcome_name(outcome)), *cells])
    if not rows:
        return
    if scope:
        total = number_text(scope.value)
        rows.append([{"b": "In scope"}, {"b": total}, "", {"b": total}, ""])
    columns = [
        Column("Outcome", 1.4),
        *(number_column(title, 0.8) for title in ("Records", "of in scope") * 2),
    ]
    writer.table(
        f"Records in scope by the outcome of each gate, {purpose_name(purpose)}",
        columns,
        rows,
        over=[("", 1), ("Agreement gate", 2), ("Person gate", 2)],
    )


def _with_share(figure: Figure | None, scope: Figure | None) -> list[Cell]:
    if figure is None:
        return [NONE, ""]
    return [number_text(figure.value), share_text(share_of(figure.value, scope.value)) if scope else ""]


def _write_waterfall_tables(writer: Writer, assessment: Assessment, purpose: Purpose) -> None:
    waterfalls = _waterfalls(assessment, purpose)
    if not waterfalls:
        return
    parts = [Part(_waterfall_rows(waterfall), capital(waterfall.unit)) for waterfall in waterfalls]
    columns = [
        Column("Left after the step", 1.7),
        *(number_column(title, 0.75) for title in ("Removed", "Left", "Lower", "Upper", "Left of all")),
    ]
    writer.table(
        f"What is left after each gate, {purpose_name(purpose)}, as it stands (K0)",
        columns,
        parts,
        "What is left before a step, less what the step removed, is what is left after it. "
        "Lower and upper are bounds of what is left.",
    )


def _waterfall_rows(waterfall: Waterfall) -> list[list[Cell]]:
    first = waterfall.steps[0].value
    return [
        [
            capital(step.label),
            number_text(-step.removed) if step.removed else NONE,
            {"b": number_text(step.value)},
            number_text(step.lower),
            number_text(step.upper),
            share_text(share_of(step.value, first)),
        ]
        for step in waterfall.steps
    ]


def write_scenarios(writer: Writer, assessment: Assessment, figures: Figures) -> None:
    """Section 4: the figures under K0 to K3."""
    main = assessment.finding.purpose
    writer.section("Scenarios")
    writer.para("The acquirer could change what the gates answer. Five scenarios say how far that would carry:")
    writer.points([[bold(f"{scenario}: "), scenario_meaning(scenario)] for scenario in Scenario])
    writer.para(
        "Figures under K1, K2 and K1+K2 are expected values: sums of probabilities, hence with a decimal. "
        "They rest on the assumptions in section 7, which nobody can read from the files."
    )
    if figures_by_scenario(assessment, main, ADDITIONAL):
        chart = range_chart(assessment, main, ADDITIONAL)
        number = writer.chart(f"Additional persons under each scenario, {purpose_name(main)}", chart)
        writer.para(f"Figure {number} shows the additional persons for {purpose_name(main)} under all five.")
    for purpose in sorted(assessment.purposes, key=lambda p: p is not main):
        writer.sub(purpose_title(purpose))
        _write_scenario_table(writer, figures, purpose)
        if purpose is main:
            _write_countries(writer, assessment)


def scenario_meaning(scenario: Scenario) -> str:
    """What the scenario assumes, in a sentence."""
    return {
        Scenario.K0: "as it stands; every gate answers as the files and the rules say.",
        Scenario.K1: "agreements renegotiated; a tenant whose agreement is unknown, re-askable or processor only "
        "agrees with the probability assumed for its size.",
        Scenario.K2: "persons asked again; each person is asked once and says yes with the country's assumed rate.",
        Scenario.K1_K2: "both, independently of each other.",
        Scenario.K3: "everything not barred; an outer limit, not a forecast.",
    }[scenario]


def _write_scenario_table(writer: Writer, figures: Figures, purpose: Purpose) -> None:
    parts: list[Part] = []
    for unit in UNIT_ORDER:
        rows = [row for scenario in Scenario if (row := _scenario_row(figures, purpose, unit, scenario))]
        if rows:
            parts.append(Part(rows, capital(unit)))
    if not parts:
        writer.para("No figures were computed for this purpose.")
        return
    columns = [Column("Scenario", 1.7), *(number_column(title, 0.7) for title in ("Lower", "Value", "Upper") * 2)]
    writer.table(
        f"Transferable and additional under each scenario, {purpose_name(purpose)}",
        columns,
        parts,
        "Lower: unknown never passes. Upper: unknown passes. A dash: not counted for this unit.",
        over=[("", 1), ("Transferable", 3), ("Additional", 3)],
    )


def _scenario_row(figures: Figures, purpose: Purpose, unit: Unit, scenario: Scenario) -> list[Cell] | None:
    stem = unit.value.replace(" ", "_")
    pair = [figures.find(f"{stem}.{what}", purpose, scenario) for what in ("transferable", "additional")]
    if not any(pair):
        return None
    return [f"{scenario.value}, {_SHORT[scenario]}", *(cell for figure in pair for cell in _three(figure))]


def _three(figure: Figure | None) -> list[Cell]:
    if figure is None:
        return [NONE, NONE, NONE]
    return [number_text(figure.lower), {"b": number_text(figure.value)}, number_text(figure.upper)]


def _write_countries(writer: Writer, assessment: Assessment) -> None:
    purpose = assessment.finding.purpose
    by_country = figures_by_country(assessment, purpose, ADDITIONAL, Scenario.K0)
    if not by_country:
        return
    counted = [f for f in by_country if f.upper]
    largest = by_country[0]
    if not counted:
        writer.para("As it stands, additional persons were counted in no country, not even at the upper bound.")
        return
    chart = country_chart(assessment, purpose)
    number = writer.chart(f"Additional persons by country, {purpose_name(purpose)}, as it stands (K0)", chart)
    writer.para(
        f"As it stands, additional persons were counted, at least at the upper bound, in {number_text(len(counted))} "
        f"of {number_text(len(by_country))} countries; most of them in {country_name(largest.country)}, with "
        f"{with_range(largest)} (Figure {number})."
    )
