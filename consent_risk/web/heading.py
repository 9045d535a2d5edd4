"""What stands on top of every page: its title, the case, the main action, and a word where rates were changed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from consent_risk.assessment import Assessment
from consent_risk.numbers import day_text
from consent_risk.web.cases import OpenedCase
from consent_risk.web.rates import is_changed, reset_rates
from consent_risk.web.text import plain


def show_heading(opened: OpenedCase, title: str, *, action: Callable[[Assessment], None] | None = None) -> None:
    """The page's title, the case it is about, and the page's main action at the right."""
    assessment = opened.assessment
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left, st.container(gap="xxsmall"):
        st.title(title, anchor=False)
        plain(assessment.title or assessment.case, "head", "case")
        parties = f"{assessment.acquirer} acquires {assessment.provider}"
        plain(f"{parties} · as of {day_text(assessment.as_of)}", "quiet", "parties")
    if action:
        with right, st.container(horizontal_alignment="right"):
            action(assessment)
    if is_changed(opened.run.case, opened.run.key):
        _show_changed(opened)


def _show_changed(opened: OpenedCase) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="changed-rates"):
        st.text("Rates were changed on the page Scenarios. Every page and the PDF follow them; the case file does not.")
        st.button("Reset the rates", on_click=reset_rates, args=(opened.run.key,), key="reset-in-heading")
