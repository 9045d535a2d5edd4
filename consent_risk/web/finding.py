"""The front page: the finding, its reasons, the headline figures, the waterfall and the range over the scenarios."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from consent_risk.assessment import Assessment, DecidedFinding, Finding
from consent_risk.numbers import day_text, figure_text, range_text
from consent_risk.report.charts import figure_name, range_chart, waterfall_chart
from consent_risk.report.pdf import render_pdf
from consent_risk.report.wording import purpose_name
from consent_risk.vocabulary import Decision, Purpose, Unit
from consent_risk.web.cases import OpenedCase
from consent_risk.web.choices import choose_purpose, choose_unit
from consent_risk.web.heading import show_heading
from consent_risk.web.text import plain, points
from consent_risk.web.theme import show_chart

# What the finding counts in each unit. Whether a record is new is not asked, only whether its person is.
COUNTED = {
    Unit.PERSONS: "persons.additional",
    Unit.DATA_POINTS: "data_points.additional",
    Unit.MESSAGES: "messages.additional",
    Unit.RECORDS: "records.transferable",
}
_COLOURS: dict[Decision, Literal["green", "red", "orange"]] = {
    Decision.NOT_SIGNIFICANT: "green",
    Decision.SIGNIFICANT: "red",
    Decision.NOT_SETTLED: "orange",
}


def draw(opened: OpenedCase) -> None:
    """The page for this case."""
    show_heading(opened, "Finding", action=_offer_pdf)
    assessment = opened.assessment
    _show_finding(assessment.finding)
    left, right = st.columns([5, 3], gap="medium")
    with left:
        purpose, unit = _choices(assessment)
        _show_charts(opened, purpose, unit)
    with right:
        _show_metrics(assessment, purpose)
        _show_reasons(assessment.finding)


def _offer_pdf(assessment: Assessment) -> None:
    """One click: the PDF is made when it is asked for, not with every view."""
    st.download_button(
        "Download the PDF",
        data=lambda: render_pdf(assessment),
        file_name=f"{assessment.case}-assessment.pdf",
        mime="application/pdf",
        on_click="ignore",
        type="primary",
        key="download-pdf",
    )


def show_suggestion(finding: Finding) -> None:
    """The suggested decision and the purpose it is about, named as this tool's."""
    label = f"Suggested by this tool, {purpose_name(finding.purpose)}: {finding.suggested}"
    st.badge(label, color=_COLOURS[finding.suggested])


def _show_finding(finding: Finding) -> None:
    with st.container(border=True, gap="xsmall"):
        show_suggestion(finding)
        plain(finding.headline, "lead", "headline")
        if finding.decided:
            _show_decided(finding.decided)


def _show_decided(decided: DecidedFinding) -> None:
    st.badge(f"Decided by the analyst: {decided.decision}", color=_COLOURS[decided.decision])
    st.text(decided.reasons)
    plain(f"{decided.by}, {day_text(decided.on)}", "quiet", "decided")


def _choices(assessment: Assessment) -> tuple[Purpose, Unit]:
    left, right = st.columns(2)
    with left:
        purpose = choose_purpose(assessment)
    with right:
        return purpose, choose_unit(assessment, purpose)


def _show_charts(opened: OpenedCase, purpose: Purpose, unit: Unit) -> None:
    assessment, counted = opened.assessment, COUNTED[unit]
    st.header(f"What each gate leaves, in {unit}, as it stands", anchor=False)
    show_chart(
        "waterfall",
        (opened.content, "waterfall", purpose, unit),
        lambda palette: waterfall_chart(assessment, purpose, unit, palette=palette),
    )
    st.header(f"{figure_name(counted)} in each scenario", anchor=False)
    show_chart(
        "range",
        (opened.content, "range", purpose, counted),
        lambda palette: range_chart(assessment, purpose, counted, palette=palette),
    )


def _show_metrics(assessment: Assessment, purpose: Purpose) -> None:
    """Two by two: value and range as it stands."""
    plain("As it stands (K0): the value, and its lower and upper bound", "quiet", "metrics")
    columns = st.columns(2)
    for index, figure_id in enumerate(COUNTED.values()):
        figure = assessment.figure(figure_id, purpose)
        columns[index % 2].metric(
            figure_name(figure_id),
            figure_text(figure.value, figure.unit),
            range_text(figure.lower, figure.upper, figure.unit),
            delta_color="off",
            delta_arrow="off",
            border=True,
        )


def _show_reasons(finding: Finding) -> None:
    with st.container(gap="xsmall"):
        st.header("Why", anchor=False)
        points(finding.reasons, "reasons")
    if finding.needs:
        with st.container(gap="xsmall"):
            st.header("What would settle it", anchor=False)
            points(finding.needs, "needs")
