"""An assessment and a delivery as plain text, for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from consent_risk.assessment import Assessment
from consent_risk.intake.manifest import Manifest
from consent_risk.numbers import counted_text, figure_text, number_text
from consent_risk.vocabulary import EventState, Gate, Outcome, Scenario, Unit

_REJECTS_SHOWN = 20


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


def check_text(deliveries: Sequence[tuple[Manifest, pl.DataFrame]]) -> str:
    """What was understood of each file, what was set aside and where, and what the reader must know.

    A delivery is its manifest and its `rejects` (tables.Rejects).
    """
    return "\n\n".join("\n".join(_delivery(manifest, rejects)) for manifest, rejects in deliveries)


def _delivery(manifest: Manifest, rejects: pl.DataFrame) -> list[str]:
    wide = max((len(given.file) for given in manifest.inputs), default=0) + 2
    lines = [f"{'file':<{wide}}{'recipe':<14}{'table':<16}{'rows':>10}{'used':>10}"]
    for given in manifest.inputs:
        counts = f"{number_text(given.rows):>10}{number_text(given.used):>10}"
        lines.append(f"{given.file:<{wide}}{given.recipe:<14}{given.table:<16}{counts}")
    if manifest.rejects:
        lines += ["", "Set aside:"]
        lines += [f"  {reject.file}: {reject.reason} ({number_text(reject.rows)})" for reject in manifest.rejects]
        lines += [f"    {_place(*row)}" for row in rejects.head(_REJECTS_SHOWN).iter_rows()]
        if rejects.height > _REJECTS_SHOWN:
            lines.append(f"    … and {number_text(rejects.height - _REJECTS_SHOWN)} more; --json lists all")
    if manifest.quality:
        lines += ["", "To know:"]
        lines += [f"  {note.file}: {note.what} ({number_text(note.rows)})" for note in manifest.quality]
    return lines


def _place(file: str, row: int | None, column: str | None, reason: str) -> str:
    where = f"{file}, row {row}" if row is not None else file
    return f"{where}{f', column {column}' if column else ''}: {reason}"
