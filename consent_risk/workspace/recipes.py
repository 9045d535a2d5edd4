"""Recipes by name: those that come with the program, and files of one's own beside the case."""

from __future__ import annotations

import hashlib
from pathlib import Path

from consent_risk.case import EARLIEST, Case
from consent_risk.errors import Problem, UserError, did_you_mean
from consent_risk.intake.exports import Export, open_exports
from consent_risk.intake.manifest import RecipeFile
from consent_risk.intake.proposing import Proposal, propose, sample_of
from consent_risk.intake.recognising import recognise
from consent_risk.workspace.checks import neutral_case
from consent_risk.intake.recipes import Recipe, built_in_recipes, built_in_texts, parse_recipe

_ENDINGS = (".yaml", ".yml")
_START = "Have one proposed with `consent-risk recipe propose FILE`."


def is_recipe_file(name: str) -> bool:
    """Is it the name of a file rather than of a recipe that comes with the program?"""
    return name.lower().endswith(_ENDINGS)


def read_recipe(path: Path) -> RecipeFile:
    """The recipe in a file, checked, with its text.

    Raises UserError naming the key, its line and the mend for every problem found.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError:
        raise UserError(Problem(path.name, "there is no such recipe file", _START)) from None
    except UnicodeDecodeError:
        raise UserError(Problem(path.name, "not UTF-8 text", "Save it as UTF-8.")) from None
    name = parse_recipe(text, path.name).name
    return RecipeFile(name=name, file=path.name, sha256=hashlib.sha256(content).hexdigest(), text=text)


def named_recipe(name: str) -> tuple[Recipe, dict[str, RecipeFile]]:
    """The recipe of this name that comes with the program, or the one in the file; then with the file by its name.

    Raises UserError where there is none, or the file is no recipe.
    """
    if is_recipe_file(name):
        file = read_recipe(Path(name))
        return file.recipe, {name: file}
    recipes = built_in_recipes()
    if name not in recipes:
        raise UserError(Problem(name, "there is no recipe of this name", did_you_mean(name, recipes)))
    return recipes[name], {}


def recipe_text(name: str) -> str:
    """The YAML of a recipe that comes with the program, or of a file. Raises UserError where there is none."""
    _, own = named_recipe(name)
    return own[name].text if own else built_in_texts()[f"{name}.yaml"]


def own_recipes(case: Case, case_dir: Path) -> dict[str, RecipeFile]:
    """The recipe files that `case.yaml` names, by the name that it gives them; they lie in the case folder.

    Raises UserError for one that is missing, lies elsewhere or is no recipe.
    """
    named = [case.recipe, *case.recipes.values(), *(settings.recipe for settings in case.exports.values())]
    return {name: read_recipe(_inside(case_dir, name)) for name in named if name and is_recipe_file(name)}


def propose_recipe(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Proposal:
    """What a recipe for the file could be (see proposing.py).

    Raises UserError for a file that cannot be read, that a recipe recognises already, or that holds several exports.
    """
    exports = open_exports(path, encoding=encoding, delimiter=delimiter)
    if len(exports) > 1:
        reason = f"it holds {len(exports)} exports, and a recipe is for one kind of them"
        raise UserError(Problem(path.name, reason, "Unpack it, or save the sheet alone, and name one."))
    (export,) = exports
    if known := _recognised(export):
        mend = f"See it with `consent-risk recipe show {known}`." if known in built_in_recipes() else ""
        raise UserError(Problem(path.name, f"the recipe {known} reads this file already", mend))
    return propose(export.name, *sample_of(export), encoding=export.encoding, delimiter=export.delimiter)


def _recognised(export: Export) -> str | None:
    """The name of the recipe that reads the export unasked, if there is one."""
    try:
        return recognise(export, neutral_case(EARLIEST))[1].recipe
    except UserError:
        return None


def write_new(path: Path, text: str) -> None:
    """Write a recipe to a new file. Raises UserError where there is one already: nothing is overwritten."""
    if not is_recipe_file(path.name):
        raise UserError(Problem(str(path), "not the name of a recipe", "Name a file, such as ours.yaml."))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UserError(Problem(str(path), "the file exists already", "Name one that does not.")) from None


def _inside(case_dir: Path, name: str) -> Path:
    path = (case_dir / name).resolve()
    if not path.is_relative_to(case_dir.resolve()):
        reason = f"the recipe `{name}` lies outside the folder of the case"
        raise UserError(Problem("case.yaml", reason, "Copy it beside case.yaml and give its name alone."))
    return path
