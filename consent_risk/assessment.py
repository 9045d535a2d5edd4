"""All of it put together as one frozen `Assessment`: the object that page, PDF and JSON draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from pydantic import Field

from consent_risk import __version__
from consent_risk.analysis.figures import evaluate_purpose, figures
from consent_risk.analysis.finding import suggest_finding
from consent_risk.analysis.limbs import overlap_limb, volume_limb
from consent_risk.analysis.results import (
    DecidedFinding,
    Figure,
    Finding,
    Frozen,
    Limb,
    Measured,
    Waterfall,
    WaterfallStep,
)
from consent_risk.analysis.thresholds import DecisionTable
from consent_risk.analysis.waterfall import waterfalls
from consent_risk.case import Case
from consent_risk.intake.file_report import FileReport, Question
from consent_risk.intake.manifest import Note
from consent_risk.law.rulebook import Rulebook
from consent_risk.measure.cube import Cube
from consent_risk.numbers import share_text
from consent_risk.vocabulary import EventState, Gate, Outcome, Purpose, Scenario, SizeClass

__all__ = [
    "Assessment",
    "DecidedFinding",
    "Delivered",
    "Figure",
    "Finding",
    "Limb",
    "Measured",
    "Reference",
    "RuleCount",
    "StatedAssumption",
    "Waterfall",
    "WaterfallStep",
    "assess",
]

NOTICES = (
    "This finding is not legal advice and binds nobody.",
    "No authority has published a threshold for a 'significant' amount of data. Every band and the decision table are "
    "defaults of this tool; the analyst decides, with reasons.",
    "What is not proven is never counted as a yes: the lower bound counts what is proven, the upper bound also what "
    "is unknown.",
    "The rates under which agreements are renegotiated and persons consent when asked again are assumptions of the "
    "case, not measurements.",
    "The legal rules are short readings of their sources; each says how well it was verified.",
)


class Reference(Frozen):
    """A source: its title, a link where there is one, and how well it was verified."""

    title: str
    href: str | None = None
    verified: str


class RuleCount(Frozen):
    """How many in-scope records a rule decided at a gate for a purpose."""

    rule: str
    title: str
    explanation: str
    gate: Gate
    purpose: Purpose
    outcome: Outcome
    records: int
    references: tuple[Reference, ...]


class StatedAssumption(Frozen):
    """An assumption of the case, as set, and which scenarios lean on it."""

    key: str
    value: str
    meaning: str


class Delivered(Frozen):
    """What was handed in, as read: `consent_events` counts the sealed events by state, every state named.

    `questions` are what the files leave open and somebody must answer.
    """

    tenants: int
    records: int
    consent_events: Mapping[EventState, int]
    questions: tuple[Question, ...] = ()


class Assessment(Frozen):
    """The whole assessment of a case at one day. Page, PDF and JSON are drawings of this object.

    `inputs` are the reports on the files handed in, in the order in which they were sealed.
    """

    program_version: str
    rules_version: str
    case: str
    title: str
    provider: str
    acquirer: str
    as_of: date
    purposes: tuple[Purpose, ...]
    acquirer_persons: int
    finding: Finding
    limbs: tuple[Limb, ...]
    waterfalls: tuple[Waterfall, ...]
    figures: tuple[Figure, ...]
    rules: tuple[RuleCount, ...]
    assumptions: tuple[StatedAssumption, ...]
    delivered: Delivered
    inputs: tuple[FileReport, ...]
    quality: tuple[Note, ...]
    notices: tuple[str, ...] = Field(min_length=1)

    def figure(
        self,
        id: str,
        purpose: Purpose | None = None,
        scenario: Scenario = Scenario.K0,
        country: str | None = None,
    ) -> Figure:
        """The figure with this id. Raises KeyError where the assessment has none."""
        for figure in self.figures:
            if (figure.id, figure.purpose, figure.scenario, figure.country) == (id, purpose, scenario, country):
                return figure
        raise KeyError((id, purpose, scenario, country))

    def to_json_data(self) -> dict[str, Any]:
        """The assessment as plain data, in the order of its fields."""
        return self.model_dump(mode="json")


def assess(
    cube: Cube,
    case: Case,
    rulebook: Rulebook,
    table: DecisionTable,
    delivered: Delivered,
    inputs: Sequence[FileReport],
    quality: Sequence[Note],
) -> Assessment:
    """The assessment of a case from its cube: arithmetic on counts, no file and no clock.

    `case` may carry other assumptions and thresholds than the one the cube was measured for, but not another day,
    other purposes or other gate settings.
    """
    evaluated = [evaluate_purpose(cube, case, purpose) for purpose in cube.purposes]
    main = evaluated[0]
    return Assessment(
        program_version=__version__,
        rules_version=rulebook.version,
        case=case.case,
        title=case.title or f"{case.acquirer.name} / {case.provider.name}",
        provider=case.provider.name,
        acquirer=case.acquirer.name,
        as_of=cube.as_of,
        purposes=cube.purposes,
        acquirer_persons=case.acquirer.persons_total,
        finding=suggest_finding(cube, case, main, table, rulebook),
        limbs=(volume_limb(main, case, table), overlap_limb(main, cube, case, table)),
        waterfalls=tuple(waterfalls(cube, case, evaluated)),
        figures=tuple(figures(cube, case, evaluated)),
        rules=tuple(_rule_counts(cube, rulebook)),
        assumptions=tuple(_assumptions(case)),
        delivered=delivered,
        inputs=tuple(inputs),
        quality=(*quality, *_cube_notes(cube)),
        notices=NOTICES,
    )


def _rule_counts(cube: Cube, rulebook: Rulebook) -> Iterator[RuleCount]:
    """The rules that decided, by purpose and gate, those with most records first."""
    for purpose in cube.purposes:
        of_purpose = cube.records.filter(pl.col("purpose") == purpose.value)
        for gate in (Gate.AGREEMENT, Gate.PERSON):
            counted = of_purpose.group_by(rule=f"{gate.value}_rule").agg(pl.col("records").sum())
            for id, records in counted.sort("records", "rule", descending=[True, False]).rows():
                rule = rulebook.rule(id)
                yield RuleCount(
                    rule=id,
                    title=rule.title,
                    explanation=rule.explanation,
                    gate=gate,
                    purpose=purpose,
                    outcome=rule.outcome,
                    records=records,
                    references=tuple(
                        Reference(title=source.title, href=source.href, verified=source.verified)
                        for source in rule.references
                    ),
                )


def _assumptions(case: Case) -> Iterator[StatedAssumption]:
    """The rates that were set, then the settings of the gates."""
    for size in (*SizeClass, "default"):
        rate = getattr(case.assumptions.renegotiation, size)
        if rate is not None:
            whose = "other" if size == "default" else size
            yield StatedAssumption(
                key=f"assumptions.renegotiation.{size}",
                value=share_text(rate),
                meaning=f"share of {whose} tenants that agree to new terms (K1, K1+K2)",
            )
    for country, rate in sorted(case.assumptions.opt_in.items()):
        if rate is not None:
            where = "other countries" if country == "default" else country
            yield StatedAssumption(
                key=f"assumptions.opt_in.{country}",
                value=share_text(rate),
                meaning=f"share of persons asked again in {where} who say yes (K2, K1+K2)",
            )
    yield from _settings(case)


def _settings(case: Case) -> Iterator[StatedAssumption]:
    for key, value, meaning in (
        ("minimum_evidence", case.minimum_evidence, "evidence level (0-5) from which a consent counts as proven"),
        (
            "consent_stale_after_months",
            case.consent_stale_after_months,
            "a consent older than this must be asked again",
        ),
        (
            "retention_months",
            case.retention_months,
            "a record inactive for longer than this is past its retention limit",
        ),
        ("combines_data", case.combines_data, "whether the acquirer would combine the data with its own"),
        ("acquirer.gatekeeper", case.acquirer.gatekeeper, "whether the acquirer is a gatekeeper under the DMA"),
    ):
        yield StatedAssumption(key=key, value=_setting_text(value), meaning=meaning)


def _setting_text(value: int | bool | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not set" if value is None else str(value)


def _cube_notes(cube: Cube) -> Iterator[Note]:
    unattributed = cube.totals["messages.unattributed"]
    if unattributed:
        yield Note(
            file="interactions",
            what="messages delivered per tenant, without a record: in no total",
            rows=unattributed,
        )
    of_one_purpose = cube.records.filter(pl.col("purpose") == cube.purposes[0].value)
    unlinked = int(of_one_purpose.filter(pl.col("link") == "no")["records"].sum())
    if unlinked:
        yield Note(
            file="records", what="in-scope records without an identifier: each a person of its own", rows=unlinked
        )
