"""What a recipe can say: how one system's export is recognised and how it maps to the canonical tables.

A *place* is where something stands in a row: the name of a column, or a path into a column of JSON, with dots between
the keys, `[]` for every entry of a list and `{}` for every value of a group of keys (`attributes.emails[].email`). Some
places are not in the row: `@file` is the file's name without its ending, and `@NAME` the group NAME that `file_name`
found in it; `@number` is the row's number, an id for rows that have none (it holds within one file and says nothing
outside it); `@row` is the whole row as an object, for decoders. Where a list of places is
given, it holds the spellings of one thing, and the first that is filled is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from consent_risk.case import TimeZone
from consent_risk.vocabulary import (
    Channel,
    CollectionMethod,
    DataCategory,
    DoubleOptIn,
    EventState,
    LegalBasis,
    Purpose,
    RecordState,
    TimeQuality,
)

FILE_NAME: Literal["file_name"] = "file_name"  # a tenant that no column names: the file's name, see `Recipe.system`
Places = Annotated[tuple[str, ...], Field(min_length=1)]
DateOrder = Literal["day_first", "month_first"]
TimeUnit = Literal["text", "iso", "seconds", "milliseconds", "deciseconds"]
Decoder = Literal["dpv_record", "tcf_string", "gpp_string", "tcf_decoded"]
_Word = TypeVar("_Word")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Lookup(_Model, Generic[_Word]):
    """A word of ours by the text at a place. Texts not listed are `otherwise`; without it they are unmapped."""

    columns: Places
    values: Annotated[Mapping[str, _Word], Field(min_length=1)]
    separator: str | None = None
    otherwise: _Word | None = None


class Condition(_Model):
    """The text at a place is one of `values`, or none of `not_values`, or is `filled`, or is blank.

    Values are compared without regard to case. Blank is none of `not_values`.
    """

    columns: Places
    values: tuple[str, ...] = ()
    not_values: tuple[str, ...] = ()
    filled: bool | None = None

    @model_validator(mode="after")
    def _check(self) -> Condition:
        if [bool(self.values), bool(self.not_values), self.filled is not None].count(True) != 1:
            raise ValueError("a condition names `values` or `not_values`, or says `filled: true` or `filled: false`")
        return self


class Time(_Model):
    """When something happened. Digits are an epoch only where `unit` says so; other texts are then read as ISO 8601.

    `iso` is for columns of ISO 8601 and nothing else, which need not be looked through for the order of their days.

    `quality` overrides what the text shows (exact or day): a `last changed` column is no time of consent.
    """

    columns: Places
    unit: TimeUnit = "text"
    quality: TimeQuality | None = None


class Meaning(_Model):
    """What a value of a consent column says."""

    event_state: EventState
    legal_basis: LegalBasis


class Evidence(_Model):
    """The evidence level of statements for which every condition holds."""

    level: Annotated[int, Field(ge=0, le=5)]
    when: Annotated[tuple[Condition, ...], Field(min_length=1)]


class Statement(_Model):
    """A consent statement that the export makes, for one purpose (or several, where `purpose` says so).

    `each` names a list in the row (`purposes[]`) or a group of keys (`consents{}`): every entry is a statement, and a
    place that begins with a dot lies in the entry (`.status`; `.@key` is the key of a group). With `decoder` the text
    or object at `each` is decoded first, and its entries are those that the decoder tells of.

    Polarity is a property of the column, not of the value: the same TRUE is a yes in one and a no in another.

    * `+`: a `yes` claims consent, a `no` says that none is recorded;
    * `-`: a `yes` is an objection, a `no` says that none is recorded (which is no consent);
    * `mapped`: `values` says for each value what it means;
    * `present`: that the row (or entry) is there says it; `says` is the meaning.

    Values are compared as written, else without regard to case. Blank says nothing. A value that is not listed is
    counted as unmapped and read as `unknown`. In column names `*` stands for any text and `#` for digits; every column
    that fits makes a statement, save those that `but_not` names. `option` names an option of the recipe; the statement
    is read only where the case switches it on. `legal_basis` overrides the basis of the meaning where the place is
    filled.
    """

    option: str | None = None
    each: str | None = None
    decoder: Decoder | None = None
    when: tuple[Condition, ...] = ()
    columns: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()
    polarity: Literal["+", "-", "mapped", "present"]
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    values: Mapping[str, Meaning] = {}
    says: Meaning | None = None
    separator: str | None = None
    purpose: Purpose | Lookup[Purpose]
    channel: Channel | Lookup[Channel] | None = None
    legal_basis: Lookup[LegalBasis] | None = None
    time: Time | None = None
    valid_until: Time | None = None
    duration: Places | None = None  # ISO 8601, from the time of the statement
    evidence_level: Annotated[int, Field(ge=0, le=5)]
    evidence: tuple[Evidence, ...] = ()  # the highest level whose conditions hold, if above evidence_level
    collection_method: CollectionMethod | Lookup[CollectionMethod] | None = None
    double_opt_in: Lookup[DoubleOptIn] | None = None
    notice_version: Places | None = None
    recipients: Places | None = None  # every text at every place is a recipient
    recipients_separator: str | None = None
    third_party_disclosure: Places | None = None  # true or false, as written there
    transfer_objection: bool = False  # an objection or a withdrawal forbids passing the data on

    @model_validator(mode="after")
    def _check(self) -> Statement:
        given = {
            "values": bool(self.values),
            "says": self.says is not None,
            "yes and no": bool(self.yes or self.no),
            "columns": bool(self.columns),
        }
        wanted = {
            "mapped": {"values", "columns"},
            "present": {"says"},
            "+": {"yes and no", "columns"},
            "-": {"yes and no", "columns"},
        }[self.polarity]
        for key, there in given.items():
            if there != (key in wanted):
                raise ValueError(f"with `polarity: {self.polarity}` there {'must' if not there else 'cannot'} be {key}")
        if "yes and no" in wanted and not (self.yes and self.no):
            raise ValueError("with polarity + or - the spellings stand under `yes` and `no`, both")
        if {text.casefold() for text in self.yes} & {text.casefold() for text in self.no}:
            raise ValueError("a value is listed under `yes` and under `no`")
        if self.decoder and not self.each:
            raise ValueError("a decoder needs `each`, the place of what it decodes")
        return self

    @property
    def meanings(self) -> dict[str, Meaning]:
        """What each value says, whatever the polarity. Any other value is unknown, never a yes."""
        nothing = Meaning(event_state=EventState.NONE_RECORDED, legal_basis=LegalBasis.NONE_RECORDED)
        claimed = Meaning(event_state=EventState.GIVEN, legal_basis=LegalBasis.CONSENT)
        objected = Meaning(event_state=EventState.OBJECTED, legal_basis=LegalBasis.NONE_RECORDED)
        yes = claimed if self.polarity == "+" else objected
        return dict(self.values) | dict.fromkeys(self.yes, yes) | dict.fromkeys(self.no, nothing)

    def fits(self, header: Sequence[str]) -> tuple[str, ...]:
        """The names of the header that its `columns` name, wildcards resolved; places in JSON stay as they are."""
        wild = [name for name in self.columns if "*" in name or "#" in name]
        patterns = [re.compile(re.escape(name).replace(r"\*", ".*").replace(r"\#", r"\d+")) for name in wild]
        plain = frozenset(self.columns).difference(wild)
        named = (name for name in header if name not in self.but_not)
        return tuple(name for name in named if name in plain or any(one.fullmatch(name) for one in patterns))


class Subject(_Model):
    """Whom the statements of a row are about, in a file whose rows are no records: a record of the tenant.

    By `source_id` (also among the `other_ids` of records), else by contact point: every record of the tenant that holds
    the address. Places that begin with a dot lie in the entry of the statement (`each`), which then has a subject of
    its own.
    """

    tenant_id: Places | Literal["file_name"]
    source_id: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Subject:
        if not (self.source_id or self.email or self.phone):
            raise ValueError("a subject is found by source_id, email or phone; name a column of one")
        return self

    @property
    def lies_in_entries(self) -> bool:
        """Has each statement of a row a subject of its own?"""
        tenant = () if self.tenant_id == FILE_NAME else self.tenant_id
        return any(place.startswith(".") for place in (*tenant, *self.source_id, *self.email, *self.phone))


class StateColumn(_Model):
    """A column that says the life-cycle state of a record. Blank is active; a value not listed is an error."""

    columns: Places
    values: Annotated[Mapping[str, RecordState], Field(min_length=1)]


class RecordColumns(_Model):
    """Where the columns of `records` come from: the first cell that is not blank, for e-mail and phone every one.

    `other_ids` are ids by which other files of the delivery name the record, such as that of a privacy record behind
    it; several records can have the same one. `tenant_id: file_name` takes the file's name without its ending.
    `separator` splits several addresses in a cell. Countries that are no ISO 3166-1 alpha-2 code are dropped and
    counted, unless `country_names` maps them. Several `record_state` columns: the first listed state that a column
    shows other than active.
    """

    tenant_id: Places | Literal["file_name"]
    source_id: Places
    other_ids: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()
    separator: str | None = None
    country: tuple[str, ...] = ()
    country_names: Mapping[str, str] = {}
    region: tuple[str, ...] = ()
    birth_date: Time | None = None
    created_at: Time | None = None
    last_activity_at: Time | None = None
    record_state: tuple[StateColumn, ...] = ()
    is_natural_person: Lookup[bool] | None = None


class Merged(_Model):
    """Which records were merged into another. Those are set aside in favour of the one that stays.

    Within records: `columns` lists the ids merged into the row. In a file of merges: `loser` and `winner`.
    """

    columns: tuple[str, ...] = ()
    separator: str | None = None
    tenant_id: Places | Literal["file_name"] = FILE_NAME
    loser: tuple[str, ...] = ()
    winner: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Merged:
        if bool(self.columns) == bool(self.loser) or bool(self.loser) != bool(self.winner):
            raise ValueError("merges are told by `columns`, or by `loser` and `winner` together")
        return self


class Deleted(_Model):
    """Which records were deleted. They are sealed as deleted, and not counted in any figure of the assessment.

    Within records: those for which every condition of `when` holds. In a file of deletions: each row says that the
    record of the tenant with this `source_id` was deleted, wherever it may still stand.
    """

    when: tuple[Condition, ...] = ()
    tenant_id: Places | Literal["file_name"] = FILE_NAME
    source_id: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Deleted:
        if bool(self.when) == bool(self.source_id):
            raise ValueError("deletions are told by `when` within records, or by `source_id` in a file of their own")
        return self


class Snapshot(_Model):
    """Rows that list, each time something changed, all that held for their subject then: the whole set.

    `columns` say when, which tells a subject's snapshots apart; `lists` what is listed. Only the latest snapshot of a
    subject counts: what an earlier one lists and the latest does not was taken back, so that nothing is recorded of it.
    Where a file has none of the `columns`, its rows are the latest snapshot.
    """

    columns: Places
    unit: TimeUnit = "text"
    lists: Places

    @property
    def time(self) -> Time:
        """When a row's snapshot was made."""
        return Time(columns=self.columns, unit=self.unit)


class SetAside(_Model):
    """Rows that are no end customers of a tenant (test receipts, personas, staff): left out, counted, with a reason."""

    when: Annotated[tuple[Condition, ...], Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]


class Tally(_Model):
    """A figure for the report on the file, from what the recipe reads but no table keeps.

    `rows` counts those where a place is filled, `true` those where it says so, `sum` adds numbers up, `distinct`
    counts different texts, `by_value` counts rows by text. Shown are texts that hold a digit and no blank (codes), and
    words that stand in the recipe, here under `values`; whatever else stands there may be anything and is `other`.
    """

    name: Annotated[str, Field(min_length=1)]
    columns: Places
    figure: Literal["rows", "true", "sum", "distinct", "by_value"]
    values: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()


class Recipe(_Model):
    """How an export is recognised and read.

    A header is recognised if it holds at least one name of every line of `recognise`, if `file_name` (a regular
    expression, without regard to case) fits where `file_name_required`, and if every condition of `recognise_values`
    holds for its first row. Exports of one `system` belong together: where their tenant is `file_name`, statements,
    merges and deletions without records take the tenant of the one file of records of that system in the delivery.

    `documents` is the list within a JSON file that holds its rows. Columns under `json_columns` hold JSON; for JSON
    files every path may be used without listing. `text_marker` is a mark before cells that keeps them text (`'`).
    `continuation_rows`: a row whose source_id is blank continues the row above and is set aside.
    `data_categories` names the columns that show that data of a category is held: one of them is not empty.
    `secret` names columns that are never read, beside the usual ones (passwords, tokens, hashes of passwords).
    `explains` names lists of codes (channels, topics) that the rows explain, `refers_to` those that they use; of codes
    that no file of the system explains, though one explains others of the list, there is a warning.
    `asks` are questions that the export cannot answer and whoever hands it in must.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    title: Annotated[str, Field(min_length=1)]
    system: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    source: str = ""  # link to the description of the export
    recognise: Annotated[tuple[Places, ...], Field(min_length=1)]
    recognise_values: tuple[Condition, ...] = ()
    file_name: str | None = None
    file_name_required: bool = False
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    text_marker: str | None = None
    continuation_rows: bool = False
    date_order: DateOrder | None = None
    time_zone: TimeZone = "UTC"
    documents: str | None = None
    json_columns: tuple[str, ...] = ()
    options: Mapping[str, str] = {}
    set_aside: tuple[SetAside, ...] = ()
    records: RecordColumns | None = None
    merged: Merged | None = None
    deleted: Deleted | None = None
    data_categories: Mapping[DataCategory, Places] = {}
    special_categories: tuple[str, ...] = ()
    subject: Subject | None = None
    snapshot: Snapshot | None = None
    consents: tuple[Statement, ...] = ()
    tallies: tuple[Tally, ...] = ()
    explains: Mapping[str, Places] = {}
    refers_to: Mapping[str, Places] = {}
    secret: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()

    @field_validator("file_name")
    @classmethod
    def _check_pattern(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern

    @model_validator(mode="after")
    def _check(self) -> Recipe:
        if self.records and self.subject:
            raise ValueError("a row is a record or is about one: give `records` or `subject`, not both")
        if self.consents and not (self.records or self.subject):
            raise ValueError("`consents` need `records` or a `subject`, to say whom they are about")
        if self.deleted and self.deleted.when and not self.records:
            raise ValueError("`deleted` with `when` needs `records`: it says which of them were deleted")
        if self.deleted and self.deleted.source_id and (self.records or self.subject or self.merged):
            raise ValueError("a row of a file of deletions says nothing else: give `deleted` alone")
        if self.snapshot and (not self.subject or self.subject.lies_in_entries):
            raise ValueError("a `snapshot` needs a `subject` of the row, to say whose it is")
        if not (self.records or self.subject or self.merged or self.deleted or self.tallies):
            raise ValueError("the recipe reads nothing: give `records`, `subject`, `merged`, `deleted` or `tallies`")
        if unknown := {statement.option for statement in self.consents} - {None, *self.options}:
            raise ValueError(f"the option `{sorted(map(str, unknown))[0]}` is not described under `options`")
        if self.file_name_required and not self.file_name:
            raise ValueError("`file_name_required` needs `file_name`")
        return self

    @property
    def delivers(self) -> tuple[str, ...]:
        """The tables that an export of this kind is handed in for, that of its rows first."""
        tables = ("records",) if self.records else ()
        return (*tables, *(("consents",) if self.consents else ()))

    def recognises(self, header: Sequence[str], stem: str) -> bool:
        """Does the header hold a name of every line, and the file's name fit where it must?"""
        fits = not self.lacking(header)
        return fits and (not self.file_name_required or self.file_name_groups(stem) is not None)

    def lacking(self, header: Sequence[str]) -> list[Places]:
        """The lines of `recognise` of which the header holds no name."""
        names = _names_of(tuple(header))
        return [line for line in self.recognise if not any(_held(name, names) for name in line)]

    @property
    def specificity(self) -> int:
        """How much must fit before the recipe is chosen: of several that fit the most specific one is meant."""
        return len(self.recognise) + len(self.recognise_values) + self.file_name_required

    def file_name_groups(self, stem: str) -> dict[str, str] | None:
        """The groups that `file_name` finds in a file's name without its ending; null where it does not fit."""
        found = re.fullmatch(self.file_name, stem, re.IGNORECASE) if self.file_name else None
        return {name: text for name, text in found.groupdict().items() if text} if found else None


@lru_cache(maxsize=8)
def _names_of(header: tuple[str, ...]) -> frozenset[str]:
    """Every recipe is asked about the same few headers."""
    return frozenset(header)


def _held(name: str, names: frozenset[str]) -> bool:
    if "*" not in name:
        return name in names
    return any(fnmatchcase(column, name.replace("[", "[[]")) for column in names)
