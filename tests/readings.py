"""Small recipes and exports: what the tests of the reading by recipe share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from consent_risk.intake import recognising
from consent_risk.intake.manifest import Input, Manifest
from consent_risk.intake.recipes import Recipe, parse_recipe

HEAD = """
name: {name}
title: Test
system: test
recognise: [[{recognised}]]
"""
RECORDS = """
records:
  tenant_id: [Org]
  source_id: [Id]
  email: [Mail]
"""


def recipe(body: str, *, name: str = "test", recognised: str = "Id") -> Recipe:
    """A recipe with what every recipe needs."""
    return parse_recipe(HEAD.format(name=name, recognised=recognised) + body, f"{name}.yaml")


def of_records(consents: str, more: str = "") -> Recipe:
    """A recipe of records with an Id, an Org and a Mail, and these consents."""
    return recipe(RECORDS + more + (f"consents:\n{consents}" if consents else ""))


def known(monkeypatch: Any, *recipes: Recipe) -> None:
    """Let these be the recipes that come with the program."""
    monkeypatch.setattr(recognising, "built_in_recipes", lambda: {one.name: one for one in recipes})


def lines(*documents: Mapping[str, Any]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(document) + "\n" for document in documents)


def read(intake: Any, how: Recipe, files: Mapping[str, str], **settings: Any) -> Input:
    """Seal one export by the recipe; its entry in the manifest."""
    return only(intake.seal(files, recipe=how, **settings))


def only(manifest: Manifest) -> Input:
    """The one input."""
    (given,) = manifest.inputs
    return given


def states(given: Input) -> dict[str, int]:
    """The states by their words."""
    return {state.value: number for state, number in given.states.items()}


def events(intake: Any, *columns: str) -> list[tuple[Any, ...]]:
    """The sealed events as rows of these columns, times as text, sorted."""
    rows = intake.table("consents").select(columns).rows()
    return sorted((tuple(str(cell) if isinstance(cell, date) else cell for cell in row) for row in rows), key=str)
