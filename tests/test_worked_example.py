"""The worked example, the whole way through the command line, against its expected figures."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from pipeline import Figures, assessment_of, differences, figures_of

EXAMPLE = Path(__file__).parent / "data" / "worked_example"
SHARED = Path(__file__).parents[2] / "shared" / "worked_example"


def expected() -> list[dict]:
    return json.loads((EXAMPLE / "expected.json").read_text(encoding="utf-8"))


def exports() -> list[Path]:
    return sorted(EXAMPLE.glob("*.csv"))


def figures_in(printed: str) -> Figures:
    return {
        (f["id"], f["purpose"], f["scenario"]): (f["value"], f["lower"], f["upper"])
        for f in json.loads(printed)["figures"]
        if f["country"] is None
    }


def test_run_gives_every_expected_figure_and_leaves_the_folder_as_it_was() -> None:
    before = {path: path.read_bytes() for path in EXAMPLE.iterdir()}
    command = [sys.executable, "-m", "consent_risk", "run", str(EXAMPLE), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert differences(figures_in(done.stdout), expected()) == []
    assert {path: path.read_bytes() for path in EXAMPLE.iterdir()} == before


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_makes_no_difference(seed: int, tmp_path: Path) -> None:
    shuffler = random.Random(seed)
    (tmp_path / "case.yaml").write_bytes((EXAMPLE / "case.yaml").read_bytes())
    for path in exports():
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        shuffler.shuffle(rows)
        with (tmp_path / path.name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    assert differences(figures_of(assessment_of(tmp_path)), expected()) == []


def test_parquet_with_the_same_columns_is_equal(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_bytes((EXAMPLE / "case.yaml").read_bytes())
    for path in exports():
        pl.read_csv(path, infer_schema=False).write_parquet(tmp_path / f"{path.stem}.parquet")
    assert differences(figures_of(assessment_of(tmp_path)), expected()) == []


def test_our_copy_is_the_shared_one() -> None:
    if not SHARED.exists():
        pytest.skip("../shared is not beside the checkout")
    for path in SHARED.iterdir():
        assert (EXAMPLE / path.name).read_bytes() == path.read_bytes(), path.name
