"""The data that ships with the program, read at the edge so that the middle opens no file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from consent_risk.analysis.thresholds import DecisionTable, parse_thresholds
from consent_risk.law.rulebook import Rulebook, parse_rulebook


@cache
def read_rulebook() -> Rulebook:
    """The rulebook that ships with this version."""
    law = files("consent_risk") / "law"
    return parse_rulebook(_texts(law / "rules"), _texts(law / "parameters"))


@cache
def read_thresholds() -> DecisionTable:
    """The bands and the decision table that ship with this version."""
    return parse_thresholds((files("consent_risk") / "analysis" / "thresholds.yaml").read_text(encoding="utf-8"))


def _texts(folder: Traversable, prefix: str = "") -> dict[str, str]:
    """The YAML files below a folder: path from the folder to text."""
    texts: dict[str, str] = {}
    for item in folder.iterdir():
        if item.is_dir():
            texts |= _texts(item, f"{prefix}{item.name}/")
        elif item.name.endswith(".yaml"):
            texts[prefix + item.name] = item.read_text(encoding="utf-8")
    return texts
