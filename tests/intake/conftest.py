"""Files in, sealed tables out: what the tests of the intake share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from consent_risk.case import Case, parse_case
from consent_risk.errors import UserError
from consent_risk.intake import seal_folder
from consent_risk.intake.manifest import Manifest
from consent_risk.intake.sealing import Sealer

KEY = bytes(range(32))
CASE = """
case: test
title: Test
as_of: 2022-01-27
provider: {name: Example CRM}
acquirer: {name: Example Social}
purposes: [DirectMarketing]
"""
RECORDS = "tenant_id,source_id,email\nT1,S1,ana@example.com\nT1,S2,\n"


class Intake:
    """Seals files given as text or bytes, by name, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "exports"
        self.staging = folder / "staging"
        self.folder.mkdir()

    def case(self, more: str = "") -> Case:
        return parse_case(CASE + more)

    def seal(self, files: Mapping[str, str | bytes], *, case: str = "", **settings: Any) -> Manifest:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (self.folder / name).write_bytes(data)
        paths = [self.folder / name for name in files]
        return seal_folder(paths, self.case(case), Sealer(KEY), self.staging, **settings)

    def problems(self, files: Mapping[str, str | bytes], **settings: Any) -> list[str]:
        """The messages of a delivery that must be refused. Nothing of it may be left on the disk."""
        with pytest.raises(UserError) as refused:
            self.seal(files, **settings)
        assert not self.staging.exists() or not list(self.staging.iterdir())
        return [str(problem) for problem in refused.value.problems]

    def table(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.staging / f"{name}.parquet")

    def rejected(self, manifest: Manifest) -> list[tuple[str, str, int]]:
        return [(rejected.file, rejected.reason, rejected.rows) for rejected in manifest.rejects]

    def notes(self, manifest: Manifest) -> list[tuple[str, str, int]]:
        return [(note.file, note.what, note.rows) for note in manifest.quality]


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    return Intake(tmp_path)
