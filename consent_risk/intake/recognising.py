"""Which recipe reads a file: what whoever hands it in or the case says, else its canonical name, else its content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import polars as pl

from consent_risk.case import Case, ExportSettings
from consent_risk.errors import Problem, UserError, did_you_mean
from consent_risk.intake.checking import check_header, ignored_columns, read_values, shown_names
from consent_risk.intake.columns import CANONICAL_FILES, CanonicalFile
from consent_risk.intake.delivery import Delivery
from consent_risk.intake.exports import Export, open_exports
from consent_risk.intake.reading.account import FileAccount
from consent_risk.intake.reading.clock import DateRanges
from consent_risk.intake.reading.places import Rows, Source
from consent_risk.intake.reading.secrets import secret_columns
from consent_risk.intake.recipe_reading import RecipeReading, is_json
from consent_risk.intake.recipes import Recipe, built_in_recipes
from consent_risk.intake.respelling import respelled
from consent_risk.intake.seal_tables import SEAL, with_deletions

CANONICAL = "canonical"
NO_RECIPES: Mapping[str, Recipe] = {}
# What rows of a table are that are read well and yet not used.
_LEFT = {"records": "duplicates", "consents": "orphans", "interactions": "orphans"}
_Said = TypeVar("_Said")


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

    def prepare(self, export: Export, delivery: Delivery) -> None:
        """Look through the file before anything is sealed, where rows depend on later ones."""

    def seal(self, cells: pl.DataFrame, delivery: Delivery) -> int:
        """Seal a batch; the number of its rows that were not used."""

    def finish(self, delivery: Delivery) -> int:
        """After the last file was read: the number of rows that turned out not to be used."""

    def told(self) -> Mapping[str, Any]:
        """The fields of manifest.Input that the reading knows."""


class CanonicalReading:
    """An export in the canonical form."""

    recipe = CANONICAL

    def __init__(self, export: Export, canonical: CanonicalFile, as_of: date) -> None:
        if problems := check_header(export.name, export.header, canonical):
            raise UserError(problems)
        self._file = export.name
        self._header = export.header
        self._canonical = canonical
        self._account = FileAccount(as_of)
        self._ranges = DateRanges()
        self.delivers = (canonical.table,)
        self.columns = canonical.header

    def ignored(self) -> str | None:
        """A note on the columns that are not read."""
        return ignored_columns(self._header, self._canonical)

    def prepare(self, export: Export, delivery: Delivery) -> None:
        """Nothing: every row stands for itself."""

    def seal(self, cells: pl.DataFrame, delivery: Delivery) -> int:
        """Seal a batch; the number of its rows that were not used."""
        values, bad = read_values(cells, self._canonical.columns)
        unused = delivery.faults.add_bad_rows(self._file, bad)
        _note_regions(self._file, cells, values, delivery)
        if self._canonical.table == "consents":
            delivery.learn_consent_tenants(cells["tenant_id"])
        if self._canonical.table == "records":
            values = with_deletions(values, delivery)
        self._count(cells, values)
        left = SEAL[self._canonical.stem](values, self._file, delivery)
        if kind := _LEFT.get(self._canonical.table):
            self._account.numbers[kind] += left
        return unused + left

    def finish(self, delivery: Delivery) -> int:
        """Nothing: every row stands for itself."""
        return 0

    def told(self) -> Mapping[str, Any]:
        """The fields of manifest.Input that the reading knows."""
        secret = secret_columns(self._header)
        unread = set(self._header).difference(self._canonical.header)
        return self._account.as_input() | {
            "ignored": shown_names(self._header, unread.difference(secret)),
            "dropped": shown_names(self._header, unread.intersection(secret)),
            "dates": self._ranges.told(),
        }

    def _count(self, cells: pl.DataFrame, values: pl.DataFrame) -> None:
        """What was understood of a batch: a few numbers of each column."""
        names = [name for name in self.columns if name in cells.columns]
        filled = cells.select(pl.col(names).count()).row(0, named=True)
        for name, number in filled.items():
            self._account.fields[name, name] += number
        for name, kind in values.schema.items():
            if name in names and isinstance(kind, pl.Date | pl.Datetime):
                self._ranges.add(name, values[name].cast(pl.Date))
        if self._canonical.table == "consents":
            self._account.add_statements(values, pl.lit("event_state"), pl.col("event_state").cast(pl.String))
        if "record_state" in values.columns:
            gone = values["record_state"].cast(pl.String).is_in(["deleted", "erasure_requested"])
            self._account.numbers["deleted"] += int(gone.sum())


def settings_of(file: str, case: Case, given: ExportSettings | None = None) -> ExportSettings:
    """What the case says about a file, by its name, else by the first pattern that fits; `given` goes first."""
    said = _by_name(file, case.exports) or ExportSettings()
    return said.model_copy(update=given.model_dump(exclude_unset=True)) if given else said


def receive(
    path: Path,
    case: Case,
    recipe: Recipe | None = None,
    settings: ExportSettings | None = None,
    own: Mapping[str, Recipe] = NO_RECIPES,
) -> list[tuple[Export, Reading]]:
    """The exports in a file, each with how it is read.

    Raises UserError with the problems of all of them: see `exports.open_exports` and `recognise`.
    """
    said = settings_of(path.name, case, settings)
    opened = partial(open_exports, path, encoding=said.encoding, delimiter=said.delimiter)
    found: list[tuple[Export, Reading]] = []
    problems: list[Problem] = []
    lists: dict[str, dict[str, Export]] = {}
    for export in opened():
        try:
            for documents in sorted(_lists_in(export, [*own.values(), *([recipe] if recipe else [])])):
                if documents not in lists:
                    lists[documents] = _by_documents(opened, documents)
            inner = {key: exports[export.name] for key, exports in lists.items() if export.name in exports}
            found.append(recognise(export, case, recipe, settings, inner, own))
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(problems)
    return found


def recognise(
    export: Export,
    case: Case,
    recipe: Recipe | None = None,
    settings: ExportSettings | None = None,
    documents: Mapping[str, Export] | None = None,
    own: Mapping[str, Recipe] = NO_RECIPES,
) -> tuple[Export, Reading]:
    """The export and how it is read. `recipe` reads whatever is not in the canonical form.

    `own` are recipes that do not come with the program, by the name under which the case names them. `documents` are
    the same JSON file opened at a list within it, by the path of the list; a recipe reads the one that it names.
    Raises UserError where no recipe fits, or several do, the recipe named does not exist, or the header lacks what it
    needs.
    """
    said = settings_of(export.name, case, settings)
    named = said.recipe or _by_name(export.name, case.recipes)
    canonical = CANONICAL_FILES.get(export.stem.lower())
    fits = canonical and not check_header(export.name, export.header, canonical)
    if canonical and named in (None, CANONICAL) and (fits or not recipe):
        return export, CanonicalReading(export, canonical, case.as_of)
    name = named or (None if recipe else case.recipe)
    chosen = _recipe(name, export.name, own) if name else recipe
    opened = documents or {}
    if chosen is None:
        export, chosen = _recognised(export, opened)
    else:
        export = opened.get(chosen.documents or "", export)
    export = respelled(export, chosen)
    return export, RecipeReading(export, chosen, said, case.as_of)


def _lists_in(export: Export, others: Iterable[Recipe]) -> set[str]:
    """The paths of lists of documents that recipes know and whose first key the file has."""
    if not is_json(export):
        return set()
    recipes = [*built_in_recipes().values(), *others]
    paths = {known.documents for known in recipes if known.documents}
    return {path for path in paths if path.partition(".")[0].removesuffix("[]") in export.header}


def _by_documents(opened: Callable[..., list[Export]], documents: str) -> dict[str, Export]:
    """The exports of the file by name, opened at the list; none where there is no such list."""
    try:
        return {export.name: export for export in opened(documents=documents)}
    except UserError:
        return {}


def _recognised(export: Export, documents: Mapping[str, Export]) -> tuple[Export, Recipe]:
    """The most specific of the recipes that recognise the export by its header, its name and its first row."""
    openings = [(documents.get(recipe.documents or "", export), recipe) for recipe in built_in_recipes().values()]
    fitting = _fitting(openings) or _fitting((respelled(meant, recipe), recipe) for meant, recipe in openings)
    if not fitting:
        raise UserError(Problem(export.name, "no recipe recognises this file", _how_to_name_one()))
    highest = max(recipe.specificity for _, recipe in fitting)
    best = [(meant, recipe) for meant, recipe in fitting if recipe.specificity == highest]
    if len(best) > 1:
        names = " and ".join(recipe.name for _, recipe in best)
        mend = f"Name one in case.yaml: `recipes: {{{export.name}: {best[0][1].name}}}`."
        raise UserError(Problem(export.name, f"which recipe reads this file? {names} recognise it", mend))
    return best[0]


def _fitting(openings: Iterable[tuple[Export, Recipe]]) -> list[tuple[Export, Recipe]]:
    return [
        (export, recipe)
        for export, recipe in openings
        if recipe.recognises(export.header, export.stem) and _fits_first_row(recipe, export)
    ]


def _fits_first_row(recipe: Recipe, export: Export) -> bool:
    if not recipe.recognise_values:
        return True
    source = Source(
        stem=export.stem,
        columns=export.header,
        groups=recipe.file_name_groups(export.stem) or {},
        json_columns=frozenset(recipe.json_columns),
        is_json=is_json(export),
    )
    places = [place for condition in recipe.recognise_values for place in condition.columns]
    for batch in export.batches(sorted(source.columns_of(places)), lambda _count: None):
        if batch.cells.height:
            return bool(Rows(batch.cells.head(1), source).meets(recipe.recognise_values).all())
    return False


def _by_name(file: str, said: Mapping[str, _Said]) -> _Said | None:
    """What is said of a file: by its name, else by the first pattern that fits. A member's own name counts too."""
    names = (file, file.rpartition("/")[2])
    for name in names:
        if name in said:
            return said[name]
    return next((one for pattern, one in said.items() if any(fnmatchcase(name, pattern) for name in names)), None)


def _recipe(name: str, file: str, own: Mapping[str, Recipe]) -> Recipe:
    recipes = {**built_in_recipes(), **own}
    if name not in recipes:
        reason = f"there is no recipe `{name}`, which should read {file}"
        raise UserError(Problem("case.yaml", reason, did_you_mean(name, recipes)))
    return recipes[name]


def _how_to_name_one() -> str:
    files = ", ".join(f"{stem}.csv" for stem in CANONICAL_FILES)
    known = ", ".join(built_in_recipes())
    return (
        f"Give it a canonical name ({files}), or name its recipe in case.yaml, for instance "
        f"`recipes: {{contacts.csv: hubspot}}` (there are: {known}). "
        "`consent-risk recipe propose FILE` drafts a new one."
    )


def _note_regions(file: str, cells: pl.DataFrame, values: pl.DataFrame, delivery: Delivery) -> None:
    if "region" in cells.columns and "region" in values.columns:
        read = cells.join(values.select("row"), on="row", how="semi")["region"].count()
        dropped = read - values["region"].count()
        delivery.faults.note(file, "regions not kept: not two or three capital letters or digits", dropped)
