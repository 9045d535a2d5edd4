"""Which files a person means."""

from __future__ import annotations

from pathlib import Path

import pytest

from consent_risk.errors import UserError
from consent_risk.intake.exports import files_in


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def names_in(*paths: Path, below: Path) -> list[str]:
    return [str(path.relative_to(below)) for path in files_in(paths)]


def test_a_folder_is_read_with_all_below_it(tmp_path: Path) -> None:
    make(tmp_path, "b.csv", "a/date=2024-01-01/part.jsonl", "a/date=2024-01-02/part.jsonl.gz", "c.json")
    make(tmp_path, ".hidden", ".git/x.csv", "README.txt", "a/LICENSE", "notes.md", "report.pdf")
    expected = ["a/date=2024-01-01/part.jsonl", "a/date=2024-01-02/part.jsonl.gz", "b.csv", "c.json"]
    assert names_in(tmp_path, below=tmp_path) == expected


def test_the_drops_and_runs_of_a_case_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "case/case.yaml", "case/records.csv", "case/drops/1/records.parquet", "case/runs/1/x.json")
    make(tmp_path, "drops/a.csv")
    assert names_in(tmp_path, below=tmp_path) == ["case/records.csv", "drops/a.csv"]


def test_patterns_and_files_are_taken_once(tmp_path: Path) -> None:
    make(tmp_path, "a.csv", "b.csv", "c.json", "d/e.csv")
    assert names_in(tmp_path / "*.csv", tmp_path / "a.csv", below=tmp_path) == ["a.csv", "b.csv"]
    assert names_in(tmp_path / "**" / "*.csv", below=tmp_path) == ["a.csv", "b.csv", "d/e.csv"]
    assert names_in(tmp_path / "c.json", tmp_path / "absent.csv", below=tmp_path) == ["c.json", "absent.csv"]


def test_a_file_whose_name_is_a_pattern_is_a_file(tmp_path: Path) -> None:
    make(tmp_path, "a[1].csv", "a1.csv")
    assert names_in(tmp_path / "a[1].csv", below=tmp_path) == ["a[1].csv"]


def test_nothing_found_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no file fits this pattern"):
        files_in([tmp_path / "*.csv"])
    with pytest.raises(UserError, match="there are no exports in it"):
        files_in([tmp_path])
