"""The report as PDF: tagged (PDF/UA-1), archivable (PDF/A-3a), with the assessment attached as JSON.

What comes from a case or an export reaches Typst as JSON values and is shown as text. It is never pasted
into markup, and the compiler sees an empty folder, no system fonts and no clock.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from functools import lru_cache
from importlib.resources import as_file, files
from tempfile import TemporaryDirectory

import typst

from consent_risk.assessment import Assessment
from consent_risk.report.charts import chart_svg
from consent_risk.report.document import document_of
from consent_risk.report.glyphs import drawable, font_folder, safe_data

ATTACHMENT = "assessment.json"
STANDARDS = ["a-3a", "ua-1"]


def render_pdf(assessment: Assessment) -> bytes:
    """The report of this assessment. The same assessment gives the same bytes, on any day and machine."""
    data, charts = document_of(assessment)
    inputs = {name: drawable(chart_svg(chart).decode()) for name, chart in charts.items()}
    inputs["data"] = json.dumps(safe_data(data), ensure_ascii=False, sort_keys=True)
    inputs["attachment"] = assessment_json(assessment)
    return _compiled(inputs, assessment) + b"\n"  # signing tools need the line to end (PDF/A, 6.1.9)


def assessment_json(assessment: Assessment) -> str:
    """The assessment as the JSON text that the PDF carries."""
    return json.dumps(assessment.to_json_data(), ensure_ascii=False, indent=1) + "\n"


def _compiled(inputs: dict[str, str], assessment: Assessment) -> bytes:
    # The root is empty: nothing in a template or in data could read a file even if it tried.
    with TemporaryDirectory() as empty:
        # The stub wants `root` to be of the type of the template; the function takes a folder beside bytes.
        pdf = typst.compile(  # type: ignore[call-overload]
            _template(),
            root=empty,
            font_paths=_fonts(),
            sys_inputs=inputs,
            pdf_standards=STANDARDS,
            timestamp=int(datetime.combine(assessment.as_of, time(), UTC).timestamp()),
            format="pdf",
        )
    assert isinstance(pdf, bytes), type(pdf)
    return pdf


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (files("consent_risk.report") / "report.typ").read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    with as_file(font_folder()) as folder:
        return typst.Fonts(include_system_fonts=False, font_paths=[folder])
