"""An Assessment as the pipeline would make it, with the figures of the worked example; every name is invented."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from filereport import FULL

from consent_risk.assessment import (
    Assessment,
    DecidedFinding,
    Delivered,
    Figure,
    Finding,
    Limb,
    Measured,
    Reference,
    RuleCount,
    StatedAssumption,
    Waterfall,
    WaterfallStep,
)
from consent_risk.intake.file_report import FileReport, Question
from consent_risk.intake.manifest import Note
from consent_risk.vocabulary import Decision, EventState, Gate, Grade, Outcome, Purpose, Scenario, Unit

EXAMPLE = Path(__file__).parents[1] / "data" / "worked_example"
MAIN = Purpose.PERSONALISED_ADVERTISING
PURPOSES = (MAIN, Purpose.ANALYTICS, Purpose.SERVICE_PROVISION)
UNITS = {
    "records": Unit.RECORDS,
    "persons": Unit.PERSONS,
    "data_points": Unit.DATA_POINTS,
    "messages": Unit.MESSAGES,
}
# Steps that the worked example does not give are invented here: (value, upper) between its neighbours.
BETWEEN = {
    "persons": {"agreement": (104, 131), "person": (8, 16), "link": (7, 14)},
    "data_points": {"agreement": (466, 580), "person": (25, 50)},
    "messages": {"agreement": (2873, 3405), "person": (115, 193)},
    "records": {"agreement": (125, 157), "person": (8, 16)},
}


@pytest.fixture(scope="session")
def assessment() -> Assessment:
    """The worked example, with countries, limbs and rules beside its figures."""
    return build()


@pytest.fixture(scope="session")
def make() -> Callable[..., Assessment]:
    """The same with some fields changed: `make(title="…")`."""
    return build


def build(**changed: Any) -> Assessment:
    figures = (*whole_figures(), *country_figures())
    fields: dict[str, Any] = {
        "program_version": "0.1.0",
        "rules_version": "2026-11",
        "case": "worked-example",
        "title": "Example Social / Example CRM",
        "provider": "Example CRM",
        "acquirer": "Example Social",
        "as_of": date(2022, 1, 27),
        "purposes": PURPOSES,
        "acquirer_persons": 75_000,
        "finding": finding(),
        "limbs": limbs(),
        "waterfalls": tuple(waterfall(figures, purpose, unit) for purpose in PURPOSES for unit in UNITS),
        "figures": figures,
        "rules": rules(),
        "assumptions": assumptions(),
        "delivered": Delivered(
            tenants=15,
            records=600,
            consent_events=dict.fromkeys(EventState, 0) | {EventState.GIVEN: 500},
            questions=(
                Question(question="Does any consent name the acquirer's group?", files=("contacts.csv",)),
                Question(question="Which role has the provider towards each tenant?"),
            ),
        ),
        "inputs": inputs(),
        "quality": quality(),
        "notices": NOTICES,
    }
    return Assessment(**{**fields, **changed})


def whole_figures() -> tuple[Figure, ...]:
    entries = json.loads((EXAMPLE / "expected.json").read_text(encoding="utf-8"))
    return tuple(_figure(entry) for entry in entries)


def _figure(entry: dict[str, Any]) -> Figure:
    scenario = Scenario(entry["scenario"])
    return Figure(
        **entry,
        unit=UNITS[entry["id"].split(".")[0]],
        computed=f"{entry['id'].replace('.', ', ').replace('_', ' ')}, {scenario.label}",
        rows="all rows of the cube",
        rules=("agreement.controller", "person.consent"),
        assumptions=() if scenario is Scenario.K0 else ("renegotiation", "opt_in"),
    )


def country_figures() -> tuple[Figure, ...]:
    split = {"DE": (3, 6), "FR": (2, 4), "AT": (0, 1)}
    return tuple(
        Figure(
            id="persons.additional",
            purpose=MAIN,
            scenario=Scenario.K0,
            country=country,
            value=value,
            lower=value,
            upper=upper,
            unit=Unit.PERSONS,
            computed="persons that pass both gates and are new",
            rows=f"rows of {country}",
        )
        for country, (value, upper) in split.items()
    )


def waterfall(figures: tuple[Figure, ...], purpose: Purpose, unit: str) -> Waterfall:
    found = {(f.id, f.purpose): f for f in figures if f.scenario is Scenario.K0 and f.country is None}
    scope = found[f"{unit}.in_scope", None].value
    passed = found[f"{unit}.transferable", purpose]
    new = found.get((f"{unit}.additional", purpose))
    steps: list[tuple[str, str, Gate | None, float, float]] = []
    if unit == "records":
        total = found["records.total", None].value
        steps.append(("all", "all records", None, total, total))
    steps.append(("in_scope", f"{unit.replace('_', ' ')} in scope", None, scope, scope))
    value, upper = BETWEEN[unit]["agreement"]
    steps.append(("agreement", "agreement lets it pass", Gate.AGREEMENT, value, upper))
    steps.append(("person", "person's basis lets it pass", Gate.PERSON, passed.value, passed.upper))
    if unit == "persons" and new:
        steps.append(("link", "can be matched", Gate.LINK, passed.value - 1, passed.upper - 1))
    if new:
        steps.append(("new", "new to the acquirer", Gate.NOVELTY, new.value, new.upper))
    removed = [0.0, *(before[3] - after[3] for before, after in pairwise(steps))]
    return Waterfall(
        purpose=purpose,
        unit=UNITS[unit],
        steps=tuple(
            WaterfallStep(step=step, label=label, gate=gate, value=value, lower=value, upper=upper, removed=gone)
            for (step, label, gate, value, upper), gone in zip(steps, removed, strict=True)
        ),
    )


def finding(**changed: Any) -> Finding:
    fields: dict[str, Any] = {
        "purpose": MAIN,
        "suggested": Decision.NOT_SIGNIFICANT,
        "headline": "5 persons (up to 11) would be new to Example Social: 0.007 % of the 75 000 persons it reaches.",
        "reasons": (
            "Volume is negligible in every scenario up to K1+K2 and for both bounds.",
            "A third of what is additional stays additional only if nobody is asked again.",
            "The agreements of the largest tenants bar any use of their data by an affiliate.",
        ),
        "needs": ("Agreements of four tenants (32 records) were not delivered; they decide the upper bound.",),
        "table": "finding-table 2026-11",
        "decided": DecidedFinding(
            decision=Decision.NOT_SIGNIFICANT,
            reasons="The range stays below one per mille of the acquirer's persons even where all is renegotiated.",
            by="E. Analyst",
            on=date(2022, 2, 3),
        ),
    }
    return Finding(**{**fields, **changed})


def limbs() -> tuple[Limb, ...]:
    return (
        Limb(
            id="volume",
            title="Volume",
            question="How many persons would be added to those the acquirer reaches already?",
            measured=(
                Measured(label="additional persons", value=5, lower=5, upper=11, unit=Unit.PERSONS, formula="K0"),
                Measured(
                    label="share of the acquirer's persons",
                    value=5 / 75_000,
                    lower=5 / 75_000,
                    upper=11 / 75_000,
                    unit=Unit.SHARE,
                    formula="additional persons / persons of the acquirer",
                ),
            ),
            grade=Grade.NEGLIGIBLE,
            band="below 1 %: negligible; 1 % to 5 %: limited; 5 % to 15 %: notable; above: substantial",
            cases=("M.10262 Meta/Kustomer (2022)", "M.9660 Google/Fitbit (2020)"),
        ),
        Limb(
            id="overlap",
            title="Overlap",
            question="How many of the persons does the acquirer know already?",
            measured=(
                Measured(
                    label="known persons",
                    value=0.41,
                    lower=0.37,
                    upper=0.52,
                    unit=Unit.SHARE,
                    formula="persons known / persons with an identifier",
                ),
            ),
            grade=Grade.NOTABLE,
            band="25 % to 50 %: notable",
            cases=("M.8124 Microsoft/LinkedIn (2016)",),
            remark="Persons without an identifier cannot be matched and stand in the upper bound.",
        ),
        Limb(
            id="replicability",
            title="Replicability",
            question="Can rivals obtain comparable data?",
            measured=(
                Measured(
                    label="holders of comparable data",
                    value=None,
                    lower=None,
                    upper=None,
                    unit=Unit.PERSONS,
                    formula="holders.csv was not delivered",
                ),
            ),
            grade=Grade.NOT_SETTLED,
            band="no grade without holders of comparable data",
            cases=("M.4731 Google/DoubleClick (2008)", "M.7217 Facebook/WhatsApp (2014)"),
        ),
    )


def rules() -> tuple[RuleCount, ...]:
    gdpr = Reference(
        title="Regulation (EU) 2016/679, Article 28(3)(a)",
        href="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
        verified="read in a secondary source",
    )
    consent = Reference(title="Regulation (EU) 2016/679, recital 42", href=None, verified="not verified")
    deciding = (
        (
            "agreement.processor",
            "Processor acts on documented instructions only",
            Gate.AGREEMENT,
            "processor_only",
            216,
        ),
        ("agreement.permitted", "Agreement permits own use and affiliates' use", Gate.AGREEMENT, "accessible", 125),
        ("agreement.expired", "No agreement in force on the day", Gate.AGREEMENT, "barred", 116),
        ("agreement.missing", "No agreement was delivered", Gate.AGREEMENT, "unknown", 32),
        (
            "agreement.change_of_control",
            "Change of control needs the tenant's consent",
            Gate.AGREEMENT,
            "re_askable",
            31,
        ),
        ("person.withdrawal", "Withdrawal, refusal or objection", Gate.PERSON, "barred", 245),
        ("person.acquirer_not_named", "Consent does not name the acquirer", Gate.PERSON, "re_askable", 219),
        ("person.consent", "Consent given, names the acquirer, proven", Gate.PERSON, "accessible", 30),
        ("person.evidence", "Consent without enough evidence", Gate.PERSON, "unknown", 26),
    )
    return tuple(
        RuleCount(
            rule=rule,
            title=title,
            explanation=f"{title}: the answer of the {gate} gate is {Outcome(outcome).value.replace('_', ' ')}.",
            gate=gate,
            purpose=purpose,
            outcome=Outcome(outcome),
            records=records,
            references=(gdpr,) if gate is Gate.AGREEMENT else (gdpr, consent),
        )
        for purpose in PURPOSES
        for rule, title, gate, outcome, records in deciding
    )


def assumptions() -> tuple[StatedAssumption, ...]:
    return (
        StatedAssumption(
            key="renegotiation",
            value="micro 0.4, small 0.5, medium 0.45, large 0.55, default 0.25",
            meaning="K1, K1+K2",
        ),
        StatedAssumption(key="opt_in", value="DE 0.05, FR 0.4, default 0.3", meaning="K2, K1+K2"),
        StatedAssumption(key="retention_months", value="36", meaning="records without activity for longer are barred"),
    )


def inputs() -> tuple[FileReport, ...]:
    names = ("tenants", "agreements", "records", "consents", "interactions", "acquirer_identifiers")
    canonical = (
        FileReport(
            file=f"{name}.csv",
            sha256=hashlib.sha256(name.encode()).hexdigest(),
            bytes=12_345 * (index + 1),
            recipe="canonical",
            table=name,
            rows=120 * (index + 1),
            used=119 * (index + 1),
        )
        for index, name in enumerate(names)
    )
    return (*canonical, FULL)


def quality() -> tuple[Note, ...]:
    return (
        Note(file="records.csv", what="country is blank", rows=14),
        Note(file="consents.csv", what="event_time is not a day or an instant", rows=3),
    )


NOTICES = (
    "This is an assessment by a computer program, not a decision of an authority and not legal advice.",
    "No authority has published a number for 'significant'; every band is a default of this tool.",
    "Two rules rest on sources that were not read in the primary text.",
)
