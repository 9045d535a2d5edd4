"""XLSX and XLS workbooks: every sheet with data is an export."""

from __future__ import annotations

from consent_risk.intake.opening.export import Export
from consent_risk.intake.opening.raw import Raw
from consent_risk.intake.opening.refusing import refused


def open_workbook(raw: Raw) -> list[Export]:
    raise refused(raw.name, "a workbook, which cannot be read yet", "Hand it in as CSV.")
