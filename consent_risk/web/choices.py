"""The choices that keep their answer from page to page: purpose, unit, scenario, country."""

from __future__ import annotations

import streamlit as st

from consent_risk.assessment import Assessment
from consent_risk.report.charts import country_name
from consent_risk.report.wording import purpose_title, scenario_name
from consent_risk.vocabulary import Purpose, Scenario, Unit

WHOLE = "all countries"


def choose_purpose(assessment: Assessment) -> Purpose:
    """The planned use that the page shows; the finding's own until the visitor chooses."""
    purposes = list(assessment.purposes)
    return st.selectbox("Purpose", purposes, format_func=purpose_title, key="purpose", persist_state="session")


def choose_unit(assessment: Assessment, purpose: Purpose) -> Unit:
    """What the charts count; persons until the visitor chooses."""
    units = [waterfall.unit for waterfall in assessment.waterfalls if waterfall.purpose is purpose]
    start = units.index(Unit.PERSONS) if Unit.PERSONS in units else 0
    return st.selectbox(
        "Counted in", units, index=start, format_func=lambda unit: unit.value, key="unit", persist_state="session"
    )


def choose_scenario(label: str = "Scenario") -> Scenario:
    """The scenario that the page shows; as it stands until the visitor chooses."""
    scenarios = list(Scenario)
    return st.selectbox(
        label,
        scenarios,
        format_func=scenario_name,
        key="scenario",
        persist_state="session",
    )


def choose_country(assessment: Assessment) -> str | None:
    """The country that the page shows, None for the whole."""
    codes = sorted({figure.country for figure in assessment.figures if figure.country}, key=country_name)
    chosen = st.selectbox(
        "Country",
        [WHOLE, *codes],
        format_func=lambda code: code if code == WHOLE else country_name(code),
        key="country",
        persist_state="session",
    )
    return None if chosen == WHOLE else chosen
