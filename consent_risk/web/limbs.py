"""The limbs of the assessment: what each asks, what was measured, the suggested grade, and who asked before."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from consent_risk.assessment import Limb, Measured
from consent_risk.numbers import figure_text, range_text
from consent_risk.vocabulary import Grade
from consent_risk.web.cases import OpenedCase
from consent_risk.web.heading import show_heading
from consent_risk.web.tables import show_table
from consent_risk.web.text import plain, points

_GRADES = "The grades are defaults of this tool: no authority has published a number for what is significant."
_COLOURS: dict[Grade, Literal["gray", "blue", "orange", "red", "violet"]] = {
    Grade.NEGLIGIBLE: "gray",
    Grade.LIMITED: "blue",
    Grade.NOTABLE: "orange",
    Grade.SUBSTANTIAL: "red",
    Grade.NOT_SETTLED: "violet",
}


def draw(opened: OpenedCase) -> None:
    """The page for this case."""
    show_heading(opened, "Limbs")
    plain(_GRADES, "quiet", "grades")
    limbs = opened.assessment.limbs
    overview = [{"Limb": limb.title, "Grade": limb.grade.value, "Question": limb.question} for limb in limbs]
    show_table(overview, "Limbs and their grades", wide=("Question",))
    for limb in limbs:
        _show_limb(limb)


def _show_limb(limb: Limb) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            plain(limb.title, "lead", f"limb-{limb.id}", width="content")
            st.badge(str(limb.grade), color=_COLOURS[limb.grade])
        st.text(limb.question)
        if limb.measured:
            show_table([_row(measured) for measured in limb.measured], f"Measured for {limb.id}", wide=("How",))
        left, right = st.columns(2, gap="large")
        with left, st.container(gap="xsmall"):
            plain("Why this grade", "head", f"band-{limb.id}")
            points(filter(None, (limb.band, limb.remark)), f"band-{limb.id}")
        with right, st.container(gap="xsmall"):
            plain("Asked in", "head", f"cases-{limb.id}")
            points(limb.cases or ("no published case known to this tool",), f"cases-{limb.id}")


def _row(measured: Measured) -> dict[str, str]:
    return {
        "Measured": measured.label,
        "Value": figure_text(measured.value, measured.unit),
        "Lower – upper": range_text(measured.lower, measured.upper, measured.unit),
        "How": measured.formula,
    }
