"""The limbs: one question of the significance assessment each, with measured figures and a suggested grade.

Grades come from `thresholds.yaml` or the case and are defaults of this tool: no authority has published a threshold.
Source: docs/method.md, "Limbs".
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from consent_risk.analysis.figures import EvaluatedPurpose
from consent_risk.analysis.results import Limb, Measured
from consent_risk.analysis.thresholds import DecisionTable, grade
from consent_risk.case import Bands, Case
from consent_risk.measure.cube import Cube
from consent_risk.numbers import share_of, share_text
from consent_risk.vocabulary import Bound, Grade, Novelty, Scenario, Unit


@dataclass(frozen=True)
class Ends:
    """A grade at the lower and at the upper end of a range."""

    lower: Grade
    upper: Grade

    @property
    def grade(self) -> Grade:
        """The grade where both ends agree, else not settled."""
        return self.lower if self.lower is self.upper else Grade.NOT_SETTLED


def bands_of(name: str, case: Case, table: DecisionTable) -> tuple[Bands, str]:
    """The bands of a limb and whose they are: the case's, else this tool's default."""
    own: Bands | None = getattr(case.thresholds, name)
    return (own, "set in the case") if own else (table.bands[name], table.label)


def volume_ends(evaluated: EvaluatedPurpose, case: Case, table: DecisionTable) -> Ends:
    """The volume grade at the least (K0, proven only) and at the most (K1+K2, unknown counted as a yes)."""
    bands, _ = bands_of("volume", case, table)
    least, most = _additional_shares(evaluated, case)
    return Ends(grade(least, bands), grade(most, bands))


def _additional_shares(evaluated: EvaluatedPurpose, case: Case) -> tuple[float | None, float | None]:
    least = evaluated.passed[Scenario.K0, Bound.LOWER].persons_additional.sum()
    most = evaluated.passed[Scenario.K1_K2, Bound.UPPER].persons_additional.sum()
    known = case.acquirer.persons_total
    return share_of(float(least), known), share_of(float(most), known)


def volume_limb(evaluated: EvaluatedPurpose, case: Case, table: DecisionTable) -> Limb:
    """How many additional persons, beside the persons the acquirer knows already?"""
    bands, whose = bands_of("volume", case, table)
    ends = volume_ends(evaluated, case, table)
    known = case.acquirer.persons_total
    measured = [
        _measured(
            f"additional persons, {scenario.value} ({scenario.label})",
            *(float(evaluated.passed[scenario, bound].persons_additional.sum()) for bound in Bound),
            unit=Unit.PERSONS,
            formula=f"persons.additional under {scenario.value}",
        )
        for scenario in Scenario
    ]
    shares = [
        _measured(
            f"share of the acquirer's persons, {scenario.value}",
            *(share_of(float(evaluated.passed[scenario, bound].persons_additional.sum()), known) for bound in Bound),
            unit=Unit.SHARE,
            formula="persons.additional / persons the acquirer knows in the countries of the case",
        )
        for scenario in Scenario
    ]
    acquirer = _measured(
        "persons the acquirer knows", known, known, known, unit=Unit.PERSONS, formula="sum of case.acquirer.persons"
    )
    return Limb(
        id="volume",
        title="Volume",
        question="How many persons would be additional, compared with those the acquirer knows already?",
        measured=(*measured, acquirer, *shares),
        grade=ends.grade,
        band=_band_text(bands, whose, ends, "proven only, as it stands (K0)", "K1+K2 with everything unknown as a yes"),
        cases=("M.10262 Meta/Kustomer", "M.9660 Google/Fitbit", "CMA Facebook/Kustomer (2021)"),
        remark="" if known else "The case names no persons of the acquirer, so no share can be computed.",
    )


def overlap_ends(evaluated: EvaluatedPurpose, cube: Cube, case: Case, table: DecisionTable) -> Ends:
    """The grade of what is new, with unknown persons counted as known (lower) and as new (upper)."""
    bands, _ = bands_of("overlap", case, table)
    persons = _persons_by_novelty(cube, evaluated)
    total = sum(persons.values())
    new, unknown = persons[Novelty.NEW], persons[Novelty.UNKNOWN]
    return Ends(grade(share_of(new, total), bands), grade(share_of(new + unknown, total), bands))


def overlap_limb(evaluated: EvaluatedPurpose, cube: Cube, case: Case, table: DecisionTable) -> Limb:
    """What of the provider's data would be new to the acquirer?"""
    bands, whose = bands_of("overlap", case, table)
    ends = overlap_ends(evaluated, cube, case, table)
    persons = _persons_by_novelty(cube, evaluated)
    total = sum(persons.values())
    known, new, unknown = (persons[novelty] for novelty in Novelty)
    own_channels = [channel.value for channel in case.acquirer.own_channels]
    messages = cube.messages.filter(pl.col("purpose") == evaluated.purpose.value)
    on_own = float(messages.filter(pl.col("channel").is_in(own_channels))["messages"].sum())
    sent = float(messages["messages"].sum())
    points = cube.data_points.filter(pl.col("purpose") == evaluated.purpose.value)
    held = {category.value for category in case.acquirer.categories_held}
    categories = sorted(points["category"].unique())
    new_categories = [category for category in categories if category not in held]
    return Limb(
        id="overlap",
        title="Overlap",
        question="How much of the provider's data does the acquirer hold already, and how much would be new to it?",
        measured=(
            _exactly("persons known to the acquirer", known, Unit.PERSONS, "persons with an identifier it knows"),
            _exactly("persons new to the acquirer", new, Unit.PERSONS, "persons with identifiers, none of them known"),
            _exactly("persons that cannot be compared", unknown, Unit.PERSONS, "persons without an identifier"),
            _measured(
                "share of persons new to the acquirer",
                share_of(new, total),
                share_of(new, total),
                share_of(new + unknown, total),
                unit=Unit.SHARE,
                formula="new / all in scope; upper: (new + not comparable) / all in scope",
            ),
            _exactly("messages over the acquirer's channels", on_own, Unit.MESSAGES, "channel among own_channels"),
            _exactly(
                "share of messages over the acquirer's channels",
                share_of(on_own, sent),
                Unit.SHARE,
                "messages over own channels / messages in scope",
            ),
            _exactly(
                "share of categories new to the acquirer",
                share_of(len(new_categories), len(categories)),
                Unit.SHARE,
                "categories held by the provider and not by the acquirer / categories held by the provider",
            ),
        ),
        grade=ends.grade,
        band=_band_text(bands, whose, ends, "persons not comparable taken as known", "taken as new"),
        cases=("M.7217 Facebook/WhatsApp", "M.8788 Apple/Shazam"),
        remark=f"Categories new to the acquirer: {', '.join(new_categories) or 'none'}.",
    )


def _persons_by_novelty(cube: Cube, evaluated: EvaluatedPurpose) -> dict[Novelty, float]:
    persons = cube.persons.filter(pl.col("purpose") == evaluated.purpose.value)
    return {novelty: float(persons.filter(pl.col("novelty") == novelty.value)["persons"].sum()) for novelty in Novelty}


def _band_text(bands: Bands, whose: str, ends: Ends, lower: str, upper: str) -> str:
    words = (
        f"Bands ({whose}; no authority has published one): below {share_text(bands.limited)} negligible, "
        f"from {share_text(bands.limited)} limited, from {share_text(bands.notable)} notable, "
        f"from {share_text(bands.substantial)} substantial."
    )
    if ends.grade is Grade.NOT_SETTLED:
        return f"{words} The range runs from {ends.lower.value} ({lower}) to {ends.upper.value} ({upper})."
    return f"{words} Both ends of the range ({lower}; {upper}) are {ends.grade.value}."


def _measured(
    label: str, lower: float | None, value: float | None, upper: float | None, *, unit: Unit, formula: str
) -> Measured:
    return Measured(label=label, lower=lower, value=value, upper=upper, unit=unit, formula=formula)


def _exactly(label: str, value: float | None, unit: Unit, formula: str) -> Measured:
    return _measured(label, value, value, value, unit=unit, formula=formula)
