"""One frozen `Assessment`: the object that page, PDF and JSON draw, with every figure traced to rows, rules, assumptions."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from consent_risk.vocabulary import Decision, Gate, Grade, Outcome, Purpose, Scenario, Unit


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Frozen):
    """A number with its range and its trace.

    `value` is as the scenario assumes, `lower` counts what is proven, `upper` also what is unknown.
    `country` is null for the whole. `computed` says how, `rows` from which rows of the cube,
    `rules` and `assumptions` under what.
    """

    id: str
    purpose: Purpose | None
    scenario: Scenario
    country: str | None = None
    value: float
    lower: float
    upper: float
    unit: Unit
    computed: str
    rows: str
    rules: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


class WaterfallStep(_Frozen):
    """What is left after a gate. `removed` is what the gate took away from the step before (value)."""

    step: str
    label: str
    gate: Gate | None
    value: float
    lower: float
    upper: float
    removed: float


class Waterfall(_Frozen):
    """From everything to what is additional, in the canonical order of the gates, as it stands (K0)."""

    purpose: Purpose
    unit: Unit
    steps: tuple[WaterfallStep, ...]


class Measured(_Frozen):
    """A figure that a limb rests on, with its formula in words. A `share` runs from 0 to 1."""

    label: str
    value: float | None
    lower: float | None
    upper: float | None
    unit: Unit
    formula: str


class Limb(_Frozen):
    """One question of the significance assessment. `band` says why the grade, labelled as this tool's default."""

    id: str
    title: str
    question: str
    measured: tuple[Measured, ...]
    grade: Grade
    band: str
    cases: tuple[str, ...]
    remark: str = ""


class DecidedFinding(_Frozen):
    """What the analyst decided, with the reasons."""

    decision: Decision
    reasons: str
    by: str
    on: date


class Finding(_Frozen):
    """The suggested finding with its reasons, and the analyst's own where there is one."""

    purpose: Purpose
    suggested: Decision
    headline: str
    reasons: tuple[str, ...]
    needs: tuple[str, ...]
    table: str
    decided: DecidedFinding | None = None


class Reference(_Frozen):
    """A source: its title, a link where there is one, and how well it was verified."""

    title: str
    href: str | None = None
    verified: str


class RuleCount(_Frozen):
    """How many in-scope records a rule decided at a gate for a purpose."""

    rule: str
    title: str
    explanation: str
    gate: Gate
    purpose: Purpose
    outcome: Outcome
    records: int
    references: tuple[Reference, ...]


class StatedAssumption(_Frozen):
    """An assumption of the case, as set, and which scenarios lean on it."""

    key: str
    value: str
    meaning: str


class InputFile(_Frozen):
    """A file that was handed in: its hash, how it was read and what became of its rows."""

    file: str
    sha256: str
    bytes: int
    recipe: str
    table: str
    rows: int
    used: int


class QualityNote(_Frozen):
    """Something about the data that the reader must know, with the number of rows it concerns."""

    file: str
    what: str
    rows: int


class Assessment(_Frozen):
    """The whole assessment of a case at one day. Page, PDF and JSON are drawings of this object."""

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
    inputs: tuple[InputFile, ...]
    quality: tuple[QualityNote, ...]
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
