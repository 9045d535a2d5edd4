"""The product from a folder of exports to its figures, in this process."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from consent_risk.assessment import Assessment
from consent_risk.intake import exports_in
from consent_risk.workspace.cases import read_case
from consent_risk.workspace.drops import add_drop
from consent_risk.workspace.keys import new_key
from consent_risk.workspace.runs import Run, open_run

Figures = dict[tuple[str, str | None, str], tuple[float, float, float]]


def run_of(folder: Path, case_dir: Path) -> Run:
    """Seal the exports of a folder into `case_dir` (made if need be) and measure them."""
    case_dir.mkdir(exist_ok=True, parents=True)
    (case_dir / "case.yaml").write_bytes((folder / "case.yaml").read_bytes())
    now = datetime(2026, 1, 1, tzinfo=UTC)
    add_drop(case_dir, read_case(case_dir), exports_in(folder), key=new_key(), now=now)
    return open_run(case_dir)


def assessment_of(folder: Path) -> Assessment:
    """The assessment of a folder of exports, as `consent-risk run` makes it."""
    with tempfile.TemporaryDirectory() as case_dir:
        return run_of(folder, Path(case_dir)).assessment()


def figures_of(assessment: Assessment) -> Figures:
    """The figures of the whole (country null) by id, purpose and scenario: value, lower, upper."""
    return {
        (figure.id, figure.purpose and figure.purpose.value, figure.scenario.value): (
            figure.value,
            figure.lower,
            figure.upper,
        )
        for figure in assessment.figures
        if figure.country is None
    }


def differences(found: Figures, expected: list[dict]) -> list[str]:
    """What differs by more than 1e-6, or is missing on one side, a line each."""
    wanted = {(f["id"], f["purpose"], f["scenario"]): (f["value"], f["lower"], f["upper"]) for f in expected}
    lines = [f"{key}: only on one side" for key in sorted(found.keys() ^ wanted.keys(), key=str)]
    for key in found.keys() & wanted.keys():
        if any(abs(a - b) > 1e-6 for a, b in zip(found[key], wanted[key], strict=True)):
            lines.append(f"{key}: product {found[key]}, expected {wanted[key]}")
    return lines
