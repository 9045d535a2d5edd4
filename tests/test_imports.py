"""The house of design.md, section 8: imports run one way, and the middle touches nothing outside itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "consent_risk"

# A part may import itself and parts of lower floors. Parts of one floor do not know each other.
FLOORS: list[set[str]] = [
    {"vocabulary", "errors", "dates"},
    {"numbers", "yaml_models"},
    {"tables", "case"},
    {"intake", "law", "identity"},
    {"measure"},
    {"analysis"},
    {"assessment"},
    {"report", "resources"},
    {"workspace"},
    {"web", "cli"},
    {"__main__"},
]
FLOOR_OF = {part: floor for floor, parts in enumerate(FLOORS) for part in parts}
MIDDLE = {"law", "identity", "measure", "analysis", "assessment"}
OUTSIDE = {"os", "io", "pathlib", "shutil", "tempfile", "socket", "urllib", "http", "requests", "subprocess", "glob"}
OUTSIDE |= {"time", "random", "secrets", "streamlit", "importlib", "logging"}
CALLS = {
    "open",
    "print",
    "input",
    "now",
    "today",
    "utcnow",
    "read_csv",
    "read_parquet",
    "scan_parquet",
    "write_parquet",
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{name.name}" for name in node.names if node.module == "consent_risk")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    own = part_of(path)
    if own == "__init__":
        return
    assert own in FLOOR_OF, f"{own} has no floor yet: add it to FLOORS where it belongs"
    for name in imported(path):
        if not name.startswith("consent_risk.") or name == "consent_risk.__version__":
            continue
        other = name.split(".")[1]
        assert other == own or FLOOR_OF[other] < FLOOR_OF[own], f"{own} must not import {other}"


@pytest.mark.parametrize(
    "path", [path for path in modules() if part_of(path) in MIDDLE], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_the_middle_is_pure(path: Path) -> None:
    assert not {name.split(".")[0] for name in imported(path)} & OUTSIDE
    calls = {
        node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
    }
    assert not calls & CALLS


def test_workspace_is_used_by_web_and_cli_alone() -> None:
    users = {
        part_of(path) for path in modules() if any(name.startswith("consent_risk.workspace") for name in imported(path))
    }
    assert users <= {"workspace", "web", "cli"}
