"""`manifest.json` of a data drop: what was handed in, how it was read, and what was sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

from consent_risk.vocabulary import EventState, LegalBasis


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Understood(_Frozen):
    """What one value of one field was read as, with the number of statements that carry it.

    `raw_value` is null where the value is not one that the recipe lists: it might be anything.
    """

    field: str
    raw_value: str | None
    event_state: EventState
    legal_basis: LegalBasis
    statements: int


class FieldRead(_Frozen):
    """A column (or JSON path) of the file that was read, what it became, and in how many rows it is filled."""

    column: str
    field: str
    filled: int


class DateRange(_Frozen):
    """The first and last day of a field, in UTC; null where it has none. Place-holders and unreadable texts count."""

    field: str
    first: date | None
    last: date | None
    placeholders: int = 0
    unreadable: int = 0


class Input(_Frozen):
    """A file that was handed in, or a member of an archive. For every input, rows = used + rows set aside.

    `file` names a member as `archive.zip/member.csv`; `sha256` and `bytes` are of the file that was handed in.
    `table` is the table that one of its rows is a row of ("" where it fills none).
    `records` and `events` are the rows that it wrote to the sealed records and consents, `first_record` the position
    of its first record in records.parquet, so that what belongs to a file can be told later.
    `states` counts consent statements as understood, whether or not they found their record, and once as `unknown`
    every record of an export that says nothing about consent. `effective` is the same on the day `as_of` of the case:
    expired ones are `expired`, later ones are not there. `unmapped` counts by field the statements (or cells) whose
    value is not known. `fields` are the columns understood, `ignored` those not read, `dropped` those held secret.
    `tallies` are figures of the recipe that no table keeps. `questions` are what the file cannot say.
    """

    file: str
    sha256: str
    bytes: int
    recipe: str
    table: str
    rows: int
    used: int
    format: str = "CSV"
    encoding: str | None = None
    delimiter: str | None = None
    records: int = 0
    first_record: int = 0
    events: int = 0
    states: Mapping[EventState, int] = {}
    effective: Mapping[EventState, int] = {}
    understood: tuple[Understood, ...] = ()
    unmapped: Mapping[str, int] = {}
    fields: tuple[FieldRead, ...] = ()
    ignored: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    dates: tuple[DateRange, ...] = ()
    duplicates: int = 0
    merged: int = 0
    deleted: int = 0
    orphans: int = 0
    contradictions: int = 0
    tallies: Mapping[str, int] = {}
    warnings: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


class Output(_Frozen):
    """A sealed Parquet file of the drop."""

    table: str
    file: str
    sha256: str
    rows: int


class Note(_Frozen):
    """Something about the data that the reader must know, with the number of rows it concerns."""

    file: str
    what: str
    rows: int


class Rejected(_Frozen):
    """How many rows of a file were set aside for a reason."""

    file: str
    reason: str
    rows: int


class Manifest(_Frozen):
    """Everything about a data drop but the data.

    `delivered` names the tables that a file was handed in for: no rows and not asked are different things.
    `rejects` counts the rows set aside by file and reason; for every input, rows = used + rows set aside.
    `consent_tenants` are the tenants that a consent event was read of, in order: also of events that were set aside,
    for want of a record or for a fault, so that no events and no usable events can be told apart.
    `profile` names how identifiers were normalised (normalising.py).
    """

    program_version: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    delivered: tuple[str, ...]
    rejects: tuple[Rejected, ...]
    consent_tenants: tuple[str, ...]
    quality: tuple[Note, ...]
    profile: str

    def to_json(self) -> str:
        """The manifest as text, the same bytes for the same manifest."""
        return self.model_dump_json(indent=2) + "\n"
