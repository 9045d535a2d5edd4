"""Which recipe reads a file: what the case says, else its canonical name, else its header."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Protocol

import polars as pl

from consent_risk.case import Case
from consent_risk.errors import Problem, UserError, did_you_mean
from consent_risk.intake.checking import check_header, ignored_columns, read_values
from consent_risk.intake.columns import CANONICAL_FILES, CanonicalFile
from consent_risk.intake.delivery import Delivery
from consent_risk.intake.exports import Export
from consent_risk.intake.recipe_reading import RecipeReading
from consent_risk.intake.recipes import Recipe, built_in_recipes
from consent_risk.intake.seal_tables import SEAL

CANONICAL = "canonical"


class Reading(Protocol):
    """How one export is read. `delivers` are the tables it was handed in for, the first one that of its rows."""

    @property
    def recipe(self) -> str: ...

    @property
    def delivers(self) -> tuple[str, ...]: ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file to read."""

    def ignored(self) -> str | None:
        """A note on the columns that are not read."""

    def prepare(self, export: Export) -> None:
        """Look through the file before anything is sealed, where rows depend on later ones."""

    def seal(self, cells: pl.DataFrame, delivery: Delivery) -> int:
        """Seal a batch; the number of its rows that were not used."""


class CanonicalReading:
    """An export in the canonical form."""

    recipe = CANONICAL

    def __init__(self, export: Export, canonical: CanonicalFile) -> None:
        if problems := check_header(export.name, export.header, canonical):
            raise UserError(problems)
        self._file = export.name
        self._header = export.header
        self._canonical = canonical
        self.delivers = (canonical.table,)
        self.columns = canonical.header

    def ignored(self) -> str | None:
        """A note on the columns that are not read."""
        return ignored_columns(self._header, self._canonical)

    def prepare(self, export: Export) -> None:
        """Nothing: every row stands for itself."""

    def seal(self, cells: pl.DataFrame, delivery: Delivery) -> int:
        """Seal a batch; the number of its rows that were not used."""
        values, bad = read_values(cells, self._canonical.columns)
        unused = delivery.faults.add_bad_rows(self._file, bad)
        _note_regions(self._file, cells, values, delivery)
        if self._canonical.table == "consents":
            delivery.learn_consent_tenants(cells["tenant_id"])
        return unused + SEAL[self._canonical.stem](values, self._file, delivery)


def recognise(export: Export, case: Case) -> Reading:
    """How the export is read.

    Raises UserError where no recipe fits, the recipe named does not exist, or the header lacks what it needs.
    """
    named = _named(export.name, case)
    canonical = CANONICAL_FILES.get(export.stem.lower())
    if canonical and named in (None, CANONICAL):
        return CanonicalReading(export, canonical)
    if name := named or case.recipe:
        return RecipeReading(export, _recipe(name, export.name))
    fitting = [recipe for recipe in built_in_recipes().values() if recipe.recognises(export.header, export.path.stem)]
    if len(fitting) == 1:
        return RecipeReading(export, fitting[0])
    raise UserError(Problem(export.name, "no recipe recognises this file", _how_to_name_one()))


def _named(file: str, case: Case) -> str | None:
    """The recipe that the case names for this file: by its name, else by the first pattern that fits."""
    if file in case.recipes:
        return case.recipes[file]
    return next((recipe for pattern, recipe in case.recipes.items() if fnmatchcase(file, pattern)), None)


def _recipe(name: str, file: str) -> Recipe:
    recipes = built_in_recipes()
    if name not in recipes:
        reason = f"there is no recipe `{name}`, which should read {file}"
        raise UserError(Problem("case.yaml", reason, did_you_mean(name, recipes)))
    return recipes[name]


def _how_to_name_one() -> str:
    files = ", ".join(f"{stem}.csv" for stem in CANONICAL_FILES)
    known = ", ".join(built_in_recipes())
    return (
        f"Give it a canonical name ({files}), or name its recipe in case.yaml, for instance "
        f"`recipes: {{contacts.csv: hubspot}}` (there are: {known})."
    )


def _note_regions(file: str, cells: pl.DataFrame, values: pl.DataFrame, delivery: Delivery) -> None:
    if "region" in cells.columns and "region" in values.columns:
        read = cells.join(values.select("row"), on="row", how="semi")["region"].count()
        dropped = read - values["region"].count()
        delivery.faults.note(file, "regions not kept: not two or three capital letters or digits", dropped)
