"""What the analysis answers: figures with their trace, waterfalls, limbs and the finding, as frozen models."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from consent_risk.vocabulary import Decision, Gate, Grade, Purpose, Scenario, Unit


class Frozen(BaseModel):
    """A result that nobody changes; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(Frozen):
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


class WaterfallStep(Frozen):
    """What is left after a gate. `removed` is what the gate took away from the step before (value)."""

    step: str
    label: str
    gate: Gate | None
    value: float
    lower: float
    upper: float
    removed: float


class Waterfall(Frozen):
    """From everything to what is additional, in the canonical order of the gates, as it stands (K0)."""

    purpose: Purpose
    unit: Unit
    steps: tuple[WaterfallStep, ...]


class Measured(Frozen):
    """A figure that a limb rests on, with its formula in words. A `share` runs from 0 to 1."""

    label: str
    value: float | None
    lower: float | None
    upper: float | None
    unit: Unit
    formula: str


class Limb(Frozen):
    """One question of the significance assessment. `band` says why the grade, labelled as this tool's default."""

    id: str
    title: str
    question: str
    measured: tuple[Measured, ...]
    grade: Grade
    band: str
    cases: tuple[str, ...]
    remark: str = ""


class DecidedFinding(Frozen):
    """What the analyst decided, with the reasons."""

    decision: Decision
    reasons: str
    by: str
    on: date


class Finding(Frozen):
    """The suggested finding with its reasons, and the analyst's own where there is one."""

    purpose: Purpose
    suggested: Decision
    headline: str
    reasons: tuple[str, ...]
    needs: tuple[str, ...]
    table: str
    decided: DecidedFinding | None = None
