"""Recipes: how one system's export maps to the canonical tables, as YAML beside this file.

A recipe is checked when it is loaded: unknown keys, a consent column without polarity, and values that mean nothing
in our vocabulary are errors with file and line. Where a list of columns is given, it holds the spellings of one thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from consent_risk.vocabulary import (
    Channel,
    DataCategory,
    EventState,
    LegalBasis,
    Purpose,
    RecordState,
)
from consent_risk.yaml_models import parse_model

FILE_NAME: Literal["file_name"] = "file_name"

Columns = Annotated[tuple[str, ...], Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StateColumn(_Model):
    """A column that says the life-cycle state of a record. Blank is active; a value not listed is an error."""

    columns: Columns
    values: Mapping[str, RecordState]


class MergedColumn(_Model):
    """A column that lists the ids of records merged into this one."""

    columns: Columns
    separator: Annotated[str, Field(min_length=1)]


class RecordColumns(_Model):
    """Where the columns of `records` come from: the first cell that is not blank, for e-mail and phone every one.

    `tenant_id: file_name` takes the file's name without its ending. `separator` splits several addresses in a cell.
    Countries that are no ISO 3166-1 alpha-2 code are dropped and counted.
    """

    tenant_id: Columns | Literal["file_name"]
    source_id: Columns
    email: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()
    separator: str | None = None
    country: tuple[str, ...] = ()
    birth_date: tuple[str, ...] = ()
    created_at: tuple[str, ...] = ()
    last_activity_at: tuple[str, ...] = ()
    record_state: StateColumn | None = None


class Meaning(_Model):
    """What a value of a consent column says."""

    event_state: EventState
    legal_basis: LegalBasis


class ConsentColumn(_Model):
    """A consent column of the export, for one purpose. Blank cells say nothing.

    Polarity is a property of the column, not of the value: the same TRUE is a yes in one and a no in another.

    * `+`: a `yes` claims consent, a `no` says that none is recorded;
    * `-`: a `yes` is an objection, a `no` says that none is recorded (which is no consent);
    * `mapped`: `values` says for each value what it means.

    In column names `*` stands for any text and `#` for digits; every column that fits is read.
    """

    columns: Columns
    polarity: Literal["+", "-", "mapped"]
    purpose: Purpose
    channel: Channel | None = None
    evidence_level: Annotated[int, Field(ge=0, le=5)]
    separator: str | None = None
    values: Mapping[str, Meaning] = {}
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check_values(self) -> ConsentColumn:
        if self.polarity == "mapped" and (not self.values or self.yes or self.no):
            raise ValueError("with `polarity: mapped` every value is listed under `values`")
        if self.polarity != "mapped" and (self.values or not self.yes or not self.no):
            raise ValueError("with polarity + or - the spellings stand under `yes` and `no`")
        if set(self.yes) & set(self.no):
            raise ValueError("a value is listed under `yes` and under `no`")
        return self

    @property
    def meanings(self) -> dict[str, Meaning]:
        """What each value says, whatever the polarity. Anything else is an error, never a yes."""
        nothing = Meaning(event_state=EventState.NONE_RECORDED, legal_basis=LegalBasis.NONE_RECORDED)
        claimed = Meaning(event_state=EventState.GIVEN, legal_basis=LegalBasis.CONSENT)
        objected = Meaning(event_state=EventState.OBJECTED, legal_basis=LegalBasis.NONE_RECORDED)
        yes = claimed if self.polarity == "+" else objected
        return dict(self.values) | dict.fromkeys(self.yes, yes) | dict.fromkeys(self.no, nothing)


class Recipe(_Model):
    """How an export is recognised and read.

    A header is recognised if it holds at least one name of every line of `recognise`. Columns under `json_columns`
    hold JSON; other keys reach into them with dots, and `[]` for every entry of a list.
    `data_categories` names the columns that show that data of a category is held: one of them is not empty.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    title: str
    json_columns: tuple[str, ...] = ()
    recognise: Annotated[tuple[Columns, ...], Field(min_length=1)]
    records: RecordColumns
    merged_ids: MergedColumn | None = None
    data_categories: Mapping[DataCategory, Columns]
    consents: tuple[ConsentColumn, ...] = ()

    def recognises(self, header: Sequence[str]) -> bool:
        """Does the header hold a name of every line?"""
        return all(any(name in header for name in line) for line in self.recognise)


def parse_recipe(text: str, file: str) -> Recipe:
    """The recipe in `text`. Raises UserError naming the key, its line and the mend for every problem found."""
    start = "Start from one of the recipes that come with the program."
    return parse_model(Recipe, text, file, what="recipe", start=start)


@cache
def built_in_recipes() -> Mapping[str, Recipe]:
    """The recipes that come with the program, by name."""
    texts = sorted((item.name, item) for item in files(__name__).iterdir() if item.name.endswith(".yaml"))
    recipes = [parse_recipe(item.read_text(encoding="utf-8"), name) for name, item in texts]
    return {recipe.name: recipe for recipe in recipes}
