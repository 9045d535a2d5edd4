"""Recipes: how one system's export maps to the canonical tables, as YAML beside this file (see model.py).

A recipe is checked when it is loaded: unknown keys, a consent column without polarity, and values that mean nothing
in our vocabulary are errors with file and line.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from consent_risk.intake.recipes.model import Recipe
from consent_risk.yaml_models import parse_model

__all__ = ["Recipe", "built_in_recipes", "built_in_texts", "parse_recipe"]


def parse_recipe(text: str, file: str) -> Recipe:
    """The recipe in `text`. Raises UserError naming the key, its line and the mend for every problem found."""
    start = "Start from one of the recipes that come with the program."
    return parse_model(Recipe, text, file, what="recipe", start=start)


@cache
def built_in_texts() -> Mapping[str, str]:
    """The YAML of the recipes that come with the program, by file name."""
    texts = sorted((item.name, item) for item in files(__name__).iterdir() if item.name.endswith(".yaml"))
    return {name: item.read_text(encoding="utf-8") for name, item in texts}


@cache
def built_in_recipes() -> Mapping[str, Recipe]:
    """The recipes that come with the program, by name."""
    recipes = [parse_recipe(text, name) for name, text in built_in_texts().items()]
    return {recipe.name: recipe for recipe in recipes}
