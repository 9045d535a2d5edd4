"""Export files: opened, told apart by their content, and read in batches of text cells.

This is the way in to `consent_risk.intake.opening`, which knows the formats one by one.
"""

from __future__ import annotations

from pathlib import Path

from consent_risk.intake.opening.export import Batch, Export
from consent_risk.intake.opening.files import open_file_exports
from consent_risk.intake.opening.folders import files_in

__all__ = ["Batch", "Export", "files_in", "open_exports"]


def open_exports(
    path: Path, *, encoding: str | None = None, delimiter: str | None = None, documents: str | None = None
) -> list[Export]:
    """The exports that the file at `path` holds: one, or one for each member of an archive or sheet of a workbook.

    `encoding` and `delimiter` overrule what would be found, `documents` is the path of the list that holds the
    documents of a JSON file (`results[]`).

    Raises UserError for a file that is empty, damaged, of a kind that cannot be read, or without a header.
    """
    return open_file_exports(path, encoding=encoding, delimiter=delimiter, documents=documents)
