"""The built-in recipes of CRM, help desk and mailing systems, each on an invented export and on the real samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from intake.recipes.exports_of_crm_and_mailing import SAMPLES, Sample

from consent_risk.intake import seal_folder
from consent_risk.intake.manifest import Input, Manifest
from consent_risk.intake.recipes import parse_recipe
from consent_risk.intake.recognising import receive
from consent_risk.intake.sealing import Sealer

KEY = bytes(range(32))
RECIPES = sorted({sample.recipe for sample in SAMPLES})
REAL = Path(__file__).parents[4] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not REAL.is_dir(), reason="the sample exports are not beside the checkout")


@pytest.mark.parametrize("name", RECIPES)
def test_the_recipe_loads_strictly(name: str) -> None:
    text = files("consent_risk.intake.recipes").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    recipe = parse_recipe(text, f"{name}.yaml")
    assert recipe.name == name
    assert recipe.source.startswith("https://")
    assert recipe.asks or not recipe.delivers, "whoever hands in people or consents is asked what no export says"


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_an_invented_export_reads_as_written_down(intake, sample: Sample) -> None:
    more = f"exports: {sample.exports}" if sample.exports else ""
    files_in = {**sample.beside, sample.file: sample.text}
    manifest = intake.seal(files_in, case=more, set_aside=True)
    given = input_of(manifest, sample.file)
    assert (given.recipe, given.records) == (sample.recipe, sample.records)
    assert states_of(given) == sample.states
    assert dict(given.unmapped) == dict(sample.unmapped)
    assert rejected_of(manifest, sample.file) == dict(sample.rejected)
    assert given.orphans == sample.orphans
    assert {name: number for name, number in given.tallies.items() if number} == dict(sample.tallies)
    assert given.dropped == sample.dropped
    assert events_of(intake, given, before=manifest) == Counter(sample.events)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_an_invented_export_is_recognised_by_its_own_recipe_alone(intake, sample: Sample) -> None:
    path = intake.folder / sample.file
    path.write_text(sample.text, encoding="utf-8")
    ((_, reading),) = receive(path, intake.case())
    assert reading.recipe == sample.recipe


def read(intake, *samples: str, **settings: Any) -> Mapping[str, Input]:
    paths = [REAL / sample for sample in samples]
    manifest = seal_folder(paths, intake.case(), Sealer(KEY), intake.staging, set_aside=True, **settings)
    return {given.file: given for given in manifest.inputs}


def input_of(manifest: Manifest, file: str) -> Input:
    (given,) = (given for given in manifest.inputs if given.file == file)
    return given


def states_of(given: Input) -> dict[str, int]:
    return {state.value: number for state, number in given.states.items()}


def rejected_of(manifest: Manifest, file: str) -> dict[str, int]:
    return {rejected.reason: rejected.rows for rejected in manifest.rejects if rejected.file == file}


def events_of(intake, given: Input, before: Manifest) -> Counter[tuple[Any, ...]]:
    """The sealed events of one file: those of the files read before it come first."""
    others = sum(other.events for other in before.inputs if other.file != given.file)
    table = intake.table("consents")
    own = table.tail(given.events) if others else table
    columns = ["purpose", "channel", "event_state", "legal_basis", "evidence_level"]
    day = pl.col("event_time").dt.date().cast(pl.String)
    return Counter(own.select(*columns, day, "time_quality").rows())
