"""The whole report as data: cover, running lines, and the numbered blocks in their order."""

from __future__ import annotations

from typing import Any

import altair as alt

from consent_risk.assessment import Assessment
from consent_risk.numbers import day_text
from consent_risk.report.annexes import write_inputs, write_method, write_notices
from consent_risk.report.blocks import Writer
from consent_risk.report.figures import Figures
from consent_risk.report.gates import write_gates, write_scenarios
from consent_risk.report.opening import write_finding, write_parties
from consent_risk.report.quality import write_quality
from consent_risk.report.reasons import write_assumptions, write_limbs, write_rules

KIND = "Data in a concentration: assessment"


def document_of(assessment: Assessment) -> tuple[dict[str, Any], dict[str, alt.LayerChart]]:
    """What `report.typ` draws, and the charts by the names that the blocks use."""
    writer = Writer()
    figures = Figures(assessment)
    write_finding(writer, assessment, figures)
    write_parties(writer, assessment, figures)
    write_gates(writer, assessment, figures)
    write_scenarios(writer, assessment, figures)
    write_limbs(writer, assessment)
    write_rules(writer, assessment)
    write_assumptions(writer, assessment)
    write_quality(writer, assessment)
    write_inputs(writer, assessment)
    write_method(writer, assessment)
    write_notices(writer, assessment)
    data = {"cover": _cover(assessment), "running": _running(assessment), "blocks": writer.blocks}
    return data, writer.charts


def _cover(assessment: Assessment) -> dict[str, Any]:
    return {
        "kind": KIND,
        "title": assessment.title,
        "case": assessment.case,
        "parties": [
            {"role": "Acquirer", "name": assessment.acquirer},
            {"role": "Provider", "name": assessment.provider},
        ],
        "facts": [
            ["Case", assessment.case],
            ["As-of day", day_text(assessment.as_of)],
            ["Program", f"consent_risk {assessment.program_version}"],
            ["Rules", f"version {assessment.rules_version}"],
        ],
        "notice": [
            "This document is laid out like a published merger decision, so that it can be read like one. "
            "It is not one: no authority made it or endorses it. It is the work of a computer program on the files "
            "named in Annex B, under the assumptions in section 7. What the finding is not, Annex D says.",
            assessment.notices[0],
        ],
    }


def _running(assessment: Assessment) -> dict[str, str]:
    """Header and footer, and the properties of the file."""
    return {
        "title": f"{assessment.title} – {KIND}",
        "description": f"{KIND} of the case {assessment.case}, as of {day_text(assessment.as_of)}",
        "header_left": assessment.title,
        "header_right": f"as of {day_text(assessment.as_of)}",
        "footer": f"consent_risk {assessment.program_version}, rules {assessment.rules_version}. "
        "Not a decision of an authority.",
    }
