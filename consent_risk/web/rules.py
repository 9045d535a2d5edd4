"""The rules that decided: how many records each, with what outcome, and on which sources."""

from __future__ import annotations

import streamlit as st

from consent_risk.assessment import Assessment, Reference, RuleCount
from consent_risk.numbers import number_text
from consent_risk.report.wording import outcome_name, verified_words
from consent_risk.vocabulary import Gate
from consent_risk.web.cases import OpenedCase
from consent_risk.web.choices import choose_purpose
from consent_risk.web.heading import show_heading
from consent_risk.web.tables import show_table
from consent_risk.web.text import escaped, plain

_ALL = "both gates"


def draw(opened: OpenedCase) -> None:
    """The page for this case."""
    show_heading(opened, "Rules")
    rules = _chosen(opened.assessment)
    if not rules:
        st.text("No rule decided a record here.")
        return
    show_table([_row(rule) for rule in rules], "Rules that decided", written={"Records": number_text}, wide=("Title",))
    for rule in rules:
        _show_rule(rule)


def _chosen(assessment: Assessment) -> list[RuleCount]:
    """The rules of the chosen purpose and gate, those that decided most records first."""
    left, middle, _ = st.columns([2, 2, 3])
    with left:
        purpose = choose_purpose(assessment)
    gates = sorted({rule.gate for rule in assessment.rules}, key=list(Gate).index)
    with middle:
        gate = st.selectbox("Gate", [_ALL, *gates], format_func=str, key="gate", persist_state="session")
    found = [rule for rule in assessment.rules if rule.purpose is purpose and gate in (_ALL, rule.gate)]
    return sorted(found, key=lambda rule: (list(Gate).index(rule.gate), -rule.records, rule.rule))


def _row(rule: RuleCount) -> dict[str, object]:
    return {
        "Rule": rule.rule,
        "Gate": rule.gate.value,
        "Title": rule.title,
        "Outcome": outcome_name(rule.outcome),
        "Records": rule.records,
    }


def _show_rule(rule: RuleCount) -> None:
    key = f"{rule.gate}-{rule.rule}-{rule.outcome}"
    with st.container(border=True, gap="xsmall"):
        plain(f"{rule.rule} · {rule.title}", "head", key)
        plain(f"{outcome_name(rule.outcome)} · {number_text(rule.records)} records", "quiet", key)
        st.text(rule.explanation)
        for reference in rule.references:
            _show_reference(reference)


def _show_reference(reference: Reference) -> None:
    title = escaped(reference.title)
    linked = f"[{title}]({reference.href})" if reference.href else title
    st.markdown(f"{linked} ({verified_words(reference.verified)})")
