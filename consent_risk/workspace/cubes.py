"""Cubes on disk: Parquet files and a header beside them. A stored cube appears whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import fields
from datetime import date
from pathlib import Path

import polars as pl

from consent_risk.measure.cube import Cube
from consent_risk.vocabulary import Purpose

_HEADER = "cube.json"
_FRAMES = [field.name for field in fields(Cube) if field.type == "pl.DataFrame"]


def write_cube(cube: Cube, folder: Path) -> None:
    """Store the cube as `folder`, which must not exist yet; a store that lost a race to another keeps the other's."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = folder.with_name(f".staging-{secrets.token_hex(8)}")
    staging.mkdir()
    try:
        for name in _FRAMES:
            getattr(cube, name).write_parquet(staging / f"{name}.parquet")
        header = {
            "as_of": cube.as_of.isoformat(),
            "purposes": [purpose.value for purpose in cube.purposes],
            "rules_version": cube.rules_version,
            "totals": dict(cube.totals),
        }
        (staging / _HEADER).write_text(json.dumps(header, indent=2) + "\n", encoding="utf-8")
        try:
            os.rename(staging, folder)  # noqa: PTH104 - one system call, fails where another was quicker
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def read_cube(folder: Path) -> Cube:
    """The cube stored as `folder`."""
    header = json.loads((folder / _HEADER).read_text(encoding="utf-8"))
    return Cube(
        as_of=date.fromisoformat(header["as_of"]),
        purposes=tuple(Purpose(purpose) for purpose in header["purposes"]),
        rules_version=header["rules_version"],
        totals=header["totals"],
        **{name: pl.read_parquet(folder / f"{name}.parquet") for name in _FRAMES},
    )
