"""An assessment as plain text, for the command line."""

from __future__ import annotations

from collections.abc import Mapping

from consent_risk.assessment import Assessment
from consent_risk.numbers import counted_text, figure_text, number_text
from consent_risk.vocabulary import EventState, Gate, Outcome, Scenario, Unit


def finding_text(assessment: Assessment) -> str:
    """The finding, its reasons, the waterfall of persons and the scenarios, as text."""
    finding = assessment.finding
    lines = [
        assessment.title or assessment.case,
        f"{assessment.provider} / {assessment.acquirer}, as of {assessment.as_of.isoformat()}",
        _delivered(assessment),
        "",
        f"Suggested finding: {finding.suggested.value.upper()} ({finding.table})",
        finding.headline,
        "",
        *(f"  - {reason}" for reason in finding.reasons),
    ]
    if finding.needs:
        lines += ["", "Not settled, needs:", *(f"  - {need}" for need in finding.needs)]
    if finding.decided:
        decided = finding.decided
        lines += ["", f"Decided by {decided.by} on {decided.on}: {decided.decision.value.upper()}", decided.reasons]
    lines += ["", *_outcomes(assessment), "", *_waterfall(assessment), "", *_scenarios(assessment)]
    if assessment.quality:
        notes = (f"  {note.file}: {note.what} ({number_text(note.rows)})" for note in assessment.quality)
        lines += ["", "To know about the data:", *notes]
    return "\n".join([*lines, "", *assessment.notices[:2]])


def _delivered(assessment: Assessment) -> str:
    delivered = assessment.delivered
    return (
        f"Delivered: {counted_text(delivered.records, 'record')} of {counted_text(delivered.tenants, 'tenant')}; "
        f"consent events: {states_text(delivered.consent_events)}"
    )


def states_text(events: Mapping[EventState, int]) -> str:
    """How many events have which state, those that occur, or `none`."""
    return ", ".join(f"{state.value} {number_text(count)}" for state, count in events.items() if count) or "none"


def _outcomes(assessment: Assessment) -> list[str]:
    purpose = assessment.finding.purpose
    lines = [_row(f"In-scope records by outcome, {purpose.value}", *(outcome.value for outcome in Outcome), wide=16)]
    for gate in (Gate.AGREEMENT, Gate.PERSON):
        counts = (assessment.figure(f"records.{gate.value}.{outcome.value}", purpose).value for outcome in Outcome)
        lines.append(_row(f"  {gate.value} gate", *map(number_text, counts), wide=16))
    return lines


def _waterfall(assessment: Assessment) -> list[str]:
    lines = [_row(f"What passes for {assessment.finding.purpose.value} (K0)", "value", "lower", "upper")]
    for waterfall in assessment.waterfalls:
        if waterfall.purpose is assessment.finding.purpose:
            for step in waterfall.steps:
                texts = (figure_text(number, waterfall.unit) for number in (step.value, step.lower, step.upper))
                lines.append(_row(f"  {waterfall.unit.value}: {step.label}", *texts))
    return lines


def _scenarios(assessment: Assessment) -> list[str]:
    lines = [_row("Additional persons", "value", "lower", "upper")]
    for scenario in Scenario:
        figure = assessment.figure("persons.additional", assessment.finding.purpose, scenario)
        texts = (figure_text(number, Unit.PERSONS) for number in (figure.value, figure.lower, figure.upper))
        lines.append(_row(f"  {scenario.value}", *texts) + f"   {scenario.label}")
    return lines


def _row(label: str, *cells: str, wide: int = 12) -> str:
    return f"{label:<52}" + "".join(f"{cell:>{wide}}" for cell in cells)
