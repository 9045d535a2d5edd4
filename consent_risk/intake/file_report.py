"""The report on the files of a delivery: what was understood, what was rejected, and what must still be asked.

One `FileReport` is drawn everywhere: by `consent-risk check` and `add`, on the Data page and in the annex of the PDF.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict

from consent_risk.intake.manifest import DateRange, FieldRead, Input, Manifest, Note, Understood
from consent_risk.vocabulary import EventState

PLACES_SHOWN = 100


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Frozen):
    """Where a row was set aside, and why: never what stood there. `row` 1 is the first row of data."""

    row: int | None
    column: str | None
    reason: str


class Question(_Frozen):
    """What the files cannot say and somebody must answer; no file where the whole delivery leaves it open."""

    question: str
    files: tuple[str, ...] = ()


class FileReport(_Frozen):
    """What became of one file, as `manifest.Input` has it, with what the rest of the drop adds.

    `drop` is the number of the drop in its case, 0 for a file that was only looked at. `persons` are the end customers
    told apart *within* each tenant: records of one tenant that share an e-mail or phone key are one. The assessment
    links across tenants, so the persons of a case may be fewer. `effective` counts `states` as they stand on the day
    `as_of`. `rejected` counts rows by reason, `places` has the first of them. `questions` are those of this file alone.
    """

    file: str
    drop: int = 0
    sha256: str
    bytes: int
    recipe: str
    table: str = ""
    format: str = "CSV"
    encoding: str | None = None
    delimiter: str | None = None
    rows: int
    used: int
    records: int = 0
    persons: int = 0
    events: int = 0
    rejected: Mapping[str, int] = {}
    states: Mapping[EventState, int] = {}
    effective: Mapping[EventState, int] = {}
    as_of: date | None = None
    unmapped: Mapping[str, int] = {}
    fields: tuple[FieldRead, ...] = ()
    ignored: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    understood: tuple[Understood, ...] = ()
    dates: tuple[DateRange, ...] = ()
    duplicates: int = 0
    merged: int = 0
    deleted: int = 0
    orphans: int = 0
    contradictions: int = 0
    tallies: Mapping[str, int] = {}
    warnings: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def rejected_rows(self) -> int:
        """The rows that were set aside, for whatever reason."""
        return sum(self.rejected.values())


class Report(_Frozen):
    """The report on the files of a case or of a folder.

    `notes` concern no single file. `contradictions` are the records of a case that say yes and no to the same purpose
    at the same time, over all its files; null where it was not asked.
    """

    files: tuple[FileReport, ...]
    questions: tuple[Question, ...]
    notes: tuple[Note, ...] = ()
    contradictions: int | None = None

    def to_json_data(self) -> dict[str, Any]:
        """The report as plain data, in the order of its fields."""
        return self.model_dump(mode="json")


def file_reports(
    manifest: Manifest, places: pl.DataFrame, persons: Sequence[int], *, as_of: date, drop: int = 0
) -> list[FileReport]:
    """The reports on the files of one delivery.

    `places` are its rejects (tables.Rejects), or the first of each file; `persons` belong to its inputs, in their
    order; `as_of` is the day for which `effective` was counted.
    """
    return [
        _file_report(given, manifest, places, found, as_of, drop)
        for given, found in zip(manifest.inputs, persons, strict=True)
    ]


def notes_beside_files(manifest: Manifest) -> list[Note]:
    """The notes of a delivery that concern none of its files alone."""
    files = {given.file for given in manifest.inputs}
    return [note for note in manifest.quality if note.file not in files]


def note_text(note: Note) -> str:
    """A note on a file as one of its warnings."""
    return f"{note.what} ({note.rows} {'row' if note.rows == 1 else 'rows'})"


def is_in_report(note: Note) -> bool:
    """Is it the list of ignored columns, which the report on the file has of its own? Not where a slip is guessed."""
    return note.what.startswith("columns ignored:") and "did you mean" not in note.what


def _file_report(
    given: Input, manifest: Manifest, places: pl.DataFrame, persons: int, as_of: date, drop: int
) -> FileReport:
    first = places.filter(pl.col("file") == given.file).head(PLACES_SHOWN)
    notes = [note for note in manifest.quality if note.file == given.file and not is_in_report(note)]
    return FileReport(
        **given.model_dump(exclude={"used", "warnings", "first_record"}),
        drop=drop,
        used=given.used,
        persons=persons,
        rejected={reject.reason: reject.rows for reject in manifest.rejects if reject.file == given.file},
        as_of=as_of,
        warnings=tuple(dict.fromkeys((*given.warnings, *map(note_text, notes)))),
        places=tuple(Place(**place) for place in first.select("row", "column", "reason").iter_rows(named=True)),
    )
