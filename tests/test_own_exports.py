"""Twelve exports of our own, one per shape of files that the samples lack, are read as was written down before."""

from __future__ import annotations

import codecs
import json
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from consent_risk import cli

EXPORTS = Path(__file__).parent / "data" / "exports"
FOLDERS = sorted(path.parent for path in EXPORTS.glob("*/expected.json"))
# A recipe's name in the report -> its name in expected.json, where they differ.
RECIPES: dict[str, str] = {}
FORMATS = {"jsonl": ("jsonl", "ndjson", "json lines"), "csv": ("csv", "text"), "xlsx": ("xlsx",), "json": ("json",)}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "vertical bar": "|"}
DIRECT = ("rows", "records", "persons", "states", "unmapped")


def checked(words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What `consent-risk check WORDS --json` prints; fails with what it refused."""
    monkeypatch.setattr(sys, "argv", ["consent-risk", "check", *words, "--json"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    printed = capsys.readouterr()
    assert not stopped.value.code, f"refused: {printed.err}"
    return json.loads(printed.out)


def figures(entry: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The figures of a file that `expected` names, in its words."""
    rejected = sum(entry["rejected"].values())
    told = " ".join([*map(str, entry["warnings"]), *entry["rejected"]]).lower()
    every: dict[str, Any] = {name: entry.get(name) for name in DIRECT}
    every |= {
        "recipe": RECIPES.get(entry["recipe"], entry["recipe"]),
        "format": expected.get("format") if names_format(entry.get("format"), expected.get("format")) else None,
        "encoding": entry.get("encoding") and codec(entry["encoding"]),
        "delimiter": DELIMITERS.get(entry.get("delimiter"), entry.get("delimiter")),
        "dropped": sorted(entry["dropped"]),
        "rejected_rows": rejected,
        "accounted": entry["records"] + rejected,
        "states_but_unknown": {state: n for state, n in entry["states"].items() if state != "unknown"},
        "told": expected.get("told") if any(word in told for word in expected.get("told", ())) else None,
    }
    return {name: every[name] for name in expected if name not in ("file", "why")}


def names_format(found: str | None, wanted: str | None) -> bool:
    words = re.split(r"[^a-z]+", (found or "").lower())
    return any(all(word in words for word in name.split()) for name in FORMATS.get(wanted or "", ()))


def codec(name: str) -> str:
    """One name for an encoding, with or without byte order mark."""
    known = codecs.lookup(name.replace("Windows-", "cp").replace("windows-", "cp")).name
    return re.sub("-(sig|le|be)$", "", known).replace("ascii", "utf-8")


def as_written(expected: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in expected.items() if name not in ("file", "why")}
    if "dropped" in given:
        given["dropped"] = sorted(given["dropped"])
    return given


def entry_of(file: str, report: dict[str, Any]) -> dict[str, Any]:
    fitting = [entry for entry in report["files"] if entry["file"].endswith(file) and named_whole(entry["file"], file)]
    assert len(fitting) == 1, f"{file} among {[entry['file'] for entry in report['files']]}"
    return fitting[0]


def named_whole(found: str, file: str) -> bool:
    return found == file or not found[: -len(file)][-1:].isalnum()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_export_of_our_own_is_read_as_written_down_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    report = checked([str(folder / expected["target"]), *expected["arguments"]], monkeypatch, capsys)
    assert len(report["files"]) == len(expected["files"])
    for file in expected["files"]:
        assert figures(entry_of(file["file"], report), file) == as_written(file), file["file"]
    if total := expected.get("total"):
        found: dict[str, Any] = {name: sum(entry[name] for entry in report["files"]) for name in ("records", "persons")}
        states = {state for entry in report["files"] for state in entry["states"]}
        found["states"] = {state: sum(entry["states"].get(state, 0) for entry in report["files"]) for state in states}
        assert found == as_written(total)


def test_every_figure_expected_has_its_reason() -> None:
    assert len(FOLDERS) == 12
    for folder in FOLDERS:
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        for part in [*expected["files"], *([expected["total"]] if "total" in expected else [])]:
            assert part["why"].keys() == part.keys() - {"file", "why"}, f"{folder.name}, {part.get('file')}"


def test_the_exports_are_what_their_script_makes(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in EXPORTS.glob("*/export/**/*") if path.is_file()}
    script = runpy.run_path(str(EXPORTS / "make_exports.py"))
    script["main"].__globals__["HERE"] = tmp_path
    script["main"]()
    made = {EXPORTS / path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert made == before
