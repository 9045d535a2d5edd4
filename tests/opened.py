"""What the tests of opening share: a file is written, opened, and read to its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from consent_risk.errors import UserError
from consent_risk.intake.exports import Export, open_exports


@dataclass(frozen=True)
class Read:
    """An export read to its end: the rows with their numbers, the reasons of bad rows, and what the batches noted."""

    export: Export
    rows: list[tuple[Any, ...]]
    bad: list[tuple[int, str | None, str]]
    notes: dict[str, int]
    bytes_told: int


def read(export: Export, *, strict: bool = False, columns: list[str] | None = None) -> Read:
    rows, bad, notes, told = [], [], Counter[str](), []
    for batch in export.batches(columns if columns is not None else export.header, told.append, strict=strict):
        rows += batch.cells.rows()
        bad += batch.bad.select("row", "column", "reason").rows()
        notes.update(batch.notes)
    return Read(export, rows, bad, dict(notes), sum(told))


class Opener:
    """Writes files into a folder and opens them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def exports(self, name: str, content: str | bytes, **settings: Any) -> list[Export]:
        return open_exports(self.path(name, content), **settings)

    def one(self, name: str, content: str | bytes, *, strict: bool = False, **settings: Any) -> Read:
        (export,) = self.exports(name, content, **settings)
        return read(export, strict=strict)

    def message(self, name: str, content: str | bytes, **settings: Any) -> str:
        """The message of a file that cannot be used, whether it shows when it is opened or when it is read."""
        with pytest.raises(UserError) as refused:
            for export in self.exports(name, content, **settings):
                read(export)
        return str(refused.value)
