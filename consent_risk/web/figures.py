"""Every figure with its trace: how it was computed, from which rows, under which rules and assumptions."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from consent_risk.assessment import Assessment, Figure
from consent_risk.numbers import number_text
from consent_risk.report.wording import with_range
from consent_risk.vocabulary import Purpose, Scenario
from consent_risk.web.cases import OpenedCase
from consent_risk.web.choices import choose_country, choose_purpose, choose_scenario
from consent_risk.web.heading import show_heading
from consent_risk.web.tables import show_table
from consent_risk.web.text import plain

_FIRST = "persons.additional"  # the figure that the finding is about


def draw(opened: OpenedCase) -> None:
    """The page for this case."""
    show_heading(opened, "Figures")
    found = _chosen(opened.assessment)
    if not found:
        st.text("There is no figure for this choice.")
        return
    _show_figures(found)
    names = [figure.id for figure in found]
    start = names.index(_FIRST) if _FIRST in names else 0
    chosen = st.selectbox("Trace of", range(len(names)), index=start, format_func=names.__getitem__)
    _show_trace(found[chosen])


def _chosen(assessment: Assessment) -> list[Figure]:
    """The figures of the chosen purpose, scenario and country, with those that depend on no purpose."""
    left, middle, right, _ = st.columns([2, 2, 2, 1])
    with left:
        purpose = choose_purpose(assessment)
    with middle:
        scenario = choose_scenario()
    with right:
        country = choose_country(assessment)
    return [figure for figure in assessment.figures if _matches(figure, purpose, scenario, country)]


def _matches(figure: Figure, purpose: Purpose, scenario: Scenario, country: str | None) -> bool:
    return figure.purpose in (None, purpose) and figure.scenario is scenario and figure.country == country


def _show_figures(figures: list[Figure]) -> None:
    rows = [
        {
            "Figure": figure.id,
            "Value": figure.value,
            "Lower": figure.lower,
            "Upper": figure.upper,
            "Unit": figure.unit.value,
            "How it was computed": figure.computed,
            "Rows": figure.rows,
            "Rules": ", ".join(figure.rules),
            "Assumptions": ", ".join(figure.assumptions),
        }
        for figure in figures
    ]
    show_table(rows, "Figures", written=dict.fromkeys(("Value", "Lower", "Upper"), number_text), height=_height(rows))


def _height(rows: Sequence[object]) -> int | None:
    """A long table scrolls inside; a short one is shown whole."""
    return 420 if len(rows) > 11 else None


def _show_trace(figure: Figure) -> None:
    with st.container(border=True):
        left, right = st.columns(2, gap="large")
        with left:
            _part("Value, and in brackets from lower to upper", (f"{with_range(figure)} {figure.unit}",))
            _part("How it was computed", (figure.computed,))
            _part("From which rows of the cube", (figure.rows,))
        with right:
            _part("Under the rules", figure.rules)
            _part("Under the assumptions", figure.assumptions)


def _part(name: str, lines: tuple[str, ...]) -> None:
    with st.container(gap="xxsmall"):
        plain(name, "head", f"trace-{name}")
        for line in lines or ("none",):
            st.text(line)
