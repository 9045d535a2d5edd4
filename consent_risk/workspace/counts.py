"""`counts.json` of a data drop: what only its sealed tables can tell, counted once, when the drop is made.

Without it every look at a case would have to read all records and consents again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from consent_risk.identity.within_tenants import COLUMNS, count_persons
from consent_risk.intake.manifest import Input, Manifest
from consent_risk.vocabulary import EventState

COUNTS = "counts.json"
_BATCH = 1 << 20  # records: some 30 MB of keys


class Counts(BaseModel):
    """Counts of the sealed tables of a drop.

    `persons` belong to the manifest's inputs, in their order (file_report.FileReport says what they are).
    `consent_events` are the sealed events by state, `tenants` the tenants of the tables tenants and records, in
    order. `as_of` is the day for which the manifest's `effective` was counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date
    persons: tuple[int, ...]
    consent_events: Mapping[EventState, int]
    tenants: tuple[str, ...]


def count_sealed(folder: Path, manifest: Manifest, *, as_of: date) -> Counts:
    """The counts of the sealed tables in a folder. Nothing is held in memory but keys."""
    return Counts(
        as_of=as_of,
        persons=tuple(_persons(folder / "records.parquet", given) for given in manifest.inputs),
        consent_events=_consent_events(folder / "consents.parquet"),
        tenants=_tenants(folder),
    )


def write_counts(folder: Path, counts: Counts) -> None:
    """Store the counts beside the tables that they are of."""
    (folder / COUNTS).write_text(counts.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_counts(folder: Path) -> Counts | None:
    """The counts of a drop; None where they are missing or damaged, which counting again mends."""
    try:
        return Counts.model_validate_json((folder / COUNTS).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None


def _persons(records: Path, given: Input) -> int:
    return count_persons(_batches_of(records, given)) if given.records else 0


def _batches_of(records: Path, given: Input) -> Callable[[], Iterator[pl.DataFrame]]:
    """The records of one file, in batches, as often as they are asked for."""
    last = given.first_record + given.records
    of_file = pl.scan_parquet(records).select(COLUMNS)

    def batches() -> Iterator[pl.DataFrame]:
        for start in range(given.first_record, last, _BATCH):
            yield of_file.slice(start, min(_BATCH, last - start)).collect()

    return batches


def _consent_events(consents: Path) -> dict[EventState, int]:
    states = pl.scan_parquet(consents).group_by("event_state").len().collect(engine="streaming")
    found = dict(states.with_columns(pl.col("event_state").cast(pl.String)).iter_rows())
    return {state: found.get(state.value, 0) for state in EventState}


def _tenants(folder: Path) -> tuple[str, ...]:
    ids = [pl.scan_parquet(folder / f"{table}.parquet").select("tenant_id") for table in ("tenants", "records")]
    return tuple(pl.concat(ids).unique().collect(engine="streaming")["tenant_id"].sort().to_list())
