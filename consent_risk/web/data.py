"""What the assessment stands on: the files handed in, what is wrong with them, the assumptions and the notices."""

from __future__ import annotations

import streamlit as st

from consent_risk.assessment import Assessment
from consent_risk.numbers import bytes_text, counted_text, number_text
from consent_risk.report.text import states_text
from consent_risk.web.cases import OpenedCase
from consent_risk.web.heading import show_heading
from consent_risk.web.tables import show_table
from consent_risk.web.text import plain, points


def draw(opened: OpenedCase) -> None:
    """The page for this case."""
    show_heading(opened, "Data")
    assessment = opened.assessment
    delivered = assessment.delivered
    plain(
        f"Delivered: {counted_text(delivered.records, 'record')} of {counted_text(delivered.tenants, 'tenant')}; "
        f"consent events: {states_text(delivered.consent_events)}.",
        "delivered",
        "delivered",
    )
    _show_inputs(assessment)
    _show_quality(assessment)
    _show_assumptions(assessment)
    st.header("Notices", anchor=False)
    points(assessment.notices, "notices")
    versions = f"consent_risk {assessment.program_version} · rules {assessment.rules_version}"
    plain(versions, "quiet", "versions")


def _show_inputs(assessment: Assessment) -> None:
    st.header("Files handed in", anchor=False)
    rows = [
        {
            "File": file.file,
            "Table": file.table,
            "Recipe": file.recipe,
            "Rows": file.rows,
            "Used": file.used,
            "Size": file.bytes,
            "SHA-256": file.sha256,
        }
        for file in assessment.inputs
    ]
    written = {"Rows": number_text, "Used": number_text, "Size": bytes_text}
    show_table(rows, "Files handed in", written=written, wide=("SHA-256",))


def _show_quality(assessment: Assessment) -> None:
    st.header("Rejected rows and remarks on the data", anchor=False)
    if not assessment.quality:
        st.text("Nothing was rejected and nothing stood out.")
        return
    rows = [{"File": note.file, "What": note.what, "Rows": note.rows} for note in assessment.quality]
    show_table(rows, "Rejected rows and remarks", written={"Rows": number_text}, wide=("What",))


def _show_assumptions(assessment: Assessment) -> None:
    st.header("Assumptions", anchor=False)
    rows = [{"Assumption": a.key, "Value": a.value, "What it means": a.meaning} for a in assessment.assumptions]
    show_table(rows, "Assumptions", wide=("What it means",))
