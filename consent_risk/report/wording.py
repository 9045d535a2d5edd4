"""How the report names things: purposes, units, gates, outcomes, scenarios."""

from __future__ import annotations

from consent_risk.assessment import Figure, Measured
from consent_risk.numbers import figure_text, range_text
from consent_risk.vocabulary import Gate, Outcome, Purpose, Scenario, Unit

UNIT_ORDER = (Unit.PERSONS, Unit.RECORDS, Unit.DATA_POINTS, Unit.MESSAGES)
GATE_TITLES = {
    Gate.AGREEMENT: "Agreement gate",
    Gate.PERSON: "Person gate",
    Gate.LINK: "Link gate",
    Gate.NOVELTY: "Novelty gate",
}
GATE_QUESTIONS = {
    Gate.AGREEMENT: "does the tenant's agreement let the provider's new group use the data for its own purpose?",
    Gate.PERSON: "does the person's consent, or another legal basis, cover this purpose by this acquirer?",
    Gate.LINK: "can the record be matched to the acquirer's own data?",
    Gate.NOVELTY: "would it be new to the acquirer?",
}
OUTCOME_MEANINGS = {
    Outcome.ACCESSIBLE: "the gate lets it pass, and that is proven",
    Outcome.UNKNOWN: "the inputs do not say; counted in the upper bound only",
    Outcome.RE_ASKABLE: "does not pass as it stands, but could be asked for",
    Outcome.PROCESSOR_ONLY: "may be used for the tenant's purposes only, on its instructions",
    Outcome.BARRED: "may not be used; no scenario lets it pass",
}
_VERIFIED = {
    "primary": "read in the primary text",
    "secondary": "read in a secondary source",
    "unverified": "not verified",
    "design": "a choice of this tool",
}


def purpose_name(purpose: Purpose) -> str:
    """`PersonalisedAdvertising` in words: `personalised advertising`."""
    return purpose.in_words


def purpose_title(purpose: Purpose) -> str:
    """The same with a capital: `Personalised advertising`."""
    return capital(purpose_name(purpose))


def purpose_term(purpose: Purpose) -> str:
    """The words and the term of the W3C vocabulary that they stand for."""
    return f"{purpose_name(purpose)} (dpv:{purpose.value})"


def outcome_name(outcome: Outcome) -> str:
    """`re_askable` in words: `re-askable`."""
    return {"re_askable": "re-askable", "processor_only": "processor only"}.get(outcome.value, outcome.value)


def verified_words(verified: str) -> str:
    """How well a source was verified, in words."""
    return _VERIFIED.get(verified, verified)


def scenario_name(scenario: Scenario) -> str:
    """`K1, agreements renegotiated`."""
    return f"{scenario.value}, {scenario.label}"


def capital(text: str) -> str:
    """The text with a capital first letter; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def with_range(item: Figure | Measured) -> str:
    """`5 (5–11)`, or `5` where the bounds are the value."""
    value = figure_text(item.value, item.unit)
    span = range_text(item.lower, item.upper, item.unit)
    return value if span == value else f"{value} ({span})"
