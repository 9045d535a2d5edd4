"""The report on what was handed in: of the drops of a case, of one delivery, or of files that are only looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from consent_risk.case import Acquirer, Case, ExportSettings, Provider
from consent_risk.intake import NO_OWN_RECIPES, seal_folder
from consent_risk.intake.asking import open_questions
from consent_risk.intake.file_report import PLACES_SHOWN, FileReport, Report, file_reports, notes_beside_files
from consent_risk.intake.manifest import Manifest, RecipeFile
from consent_risk.intake.recipes import Recipe, built_in_recipes
from consent_risk.intake.recognising import CANONICAL
from consent_risk.intake.sealing import Sealer
from consent_risk.law.person_rules import NEGATIVE, STANDING
from consent_risk.vocabulary import EventState, Purpose
from consent_risk.workspace.counts import Counts, count_sealed, read_counts
from consent_risk.workspace.drops import Drop, sealed_tables
from consent_risk.workspace.keys import new_key

_YES = [state.value for state in STANDING]
_NO = [state.value for state in (*NEGATIVE, EventState.REVOKED)]
_SAME = ["record_key", "purpose", "channel", "event_time"]


@dataclass(frozen=True)
class SealedDelivery:
    """A sealed delivery as the report needs it; `drop` is its number in the case, 0 where it is not kept."""

    folder: Path
    manifest: Manifest
    counts: Counts
    drop: int = 0

    @property
    def reports(self) -> list[FileReport]:
        """The reports on its files."""
        places = _first_places(self.folder)
        return file_reports(self.manifest, places, self.counts.persons, as_of=self.counts.as_of, drop=self.drop)


def delivered_by(drops: Sequence[Drop], case: Case) -> list[SealedDelivery]:
    """The drops of a case with their counts, which are made again where a drop has none."""
    return [
        SealedDelivery(
            drop.path,
            drop.manifest,
            read_counts(drop.path) or count_sealed(drop.path, drop.manifest, as_of=case.as_of),
            number,
        )
        for number, drop in enumerate(drops, 1)
    ]


def check_drops(drops: Sequence[Drop], case: Case) -> Report:
    """The report on the drops of a case, with the records that contradict themselves over all its files."""
    contradictions = count_contradictions(sealed_tables(drops)["consents"]) if drops else None
    return report_of(delivered_by(drops, case), case, contradictions)


def check_drop(drop: Drop, drops: Sequence[Drop], case: Case) -> Report:
    """The report on one of the drops of a case alone."""
    delivered = delivered_by(drops, case)
    return report_of([one for one, known in zip(delivered, drops, strict=True) if known.id == drop.id], case)


def check_files(
    files: Sequence[Path],
    case: Case,
    *,
    progress: Callable[[int, int], None] | None = None,
    recipe: Recipe | None = None,
    settings: ExportSettings | None = None,
    own: Mapping[str, RecipeFile] = NO_OWN_RECIPES,
) -> Report:
    """The report on files that nobody keeps: they are sealed under a key that is written nowhere, into a folder that
    is removed. Rows that cannot be used are set aside, so that the report names them; records need not be among them.

    Raises UserError for files that cannot be read at all.
    """
    with tempfile.TemporaryDirectory(prefix="consent-risk-") as scratch:
        staging = Path(scratch) / "drop"
        manifest = seal_folder(
            files,
            case,
            Sealer(new_key()),
            staging,
            set_aside=True,
            progress=progress,
            recipe=recipe,
            settings=settings,
            without_records=True,
            own=own,
        )
        counts = count_sealed(staging, manifest, as_of=case.as_of)
        return report_of([SealedDelivery(staging, manifest, counts)], case)


def neutral_case(as_of: date) -> Case:
    """A case that says nothing, to look at files that belong to none."""
    provider, acquirer = Provider(name="provider"), Acquirer(name="acquirer")
    return Case(case="files", as_of=as_of, provider=provider, acquirer=acquirer, purposes=(Purpose.MARKETING,))


def report_of(deliveries: Sequence[SealedDelivery], case: Case, contradictions: int | None = None) -> Report:
    """The deliveries' files in their order, the notes on none of them, and what is left to ask."""
    files = [report for delivery in deliveries for report in delivery.reports]
    tables = {table for delivery in deliveries for table in delivery.manifest.delivered}
    own = [file.recipe for delivery in deliveries for file in delivery.manifest.recipes]
    used = {file.recipe for file in files} - {CANONICAL, *(recipe.name for recipe in own)}
    built_in = built_in_recipes() if used else {}
    recipes = {**built_in, **{recipe.name: recipe for recipe in own}}
    return Report(
        files=tuple(files),
        questions=tuple(open_questions(files, tables, case, recipes)),
        notes=tuple(note for delivery in deliveries for note in notes_beside_files(delivery.manifest)),
        contradictions=contradictions,
    )


def count_contradictions(consents: Sequence[Path]) -> int:
    """The records with an event that says yes and one that says no to the same purpose at the same time.

    Events of one channel are compared; those without a time are of the same time, since nobody knows which came first.
    """
    events = pl.scan_parquet(list(consents)).select(*_SAME, pl.col("event_state").cast(pl.String))
    yes, no = (events.filter(pl.col("event_state").is_in(states)).select(_SAME) for states in (_YES, _NO))
    both = yes.join(no, on=_SAME, how="semi", nulls_equal=True)
    return int(both.select(pl.col("record_key").n_unique()).collect(engine="streaming").item())


def _first_places(folder: Path) -> pl.DataFrame:
    rejects = pl.scan_parquet(folder / "rejects.parquet")
    return rejects.group_by("file", maintain_order=True).head(PLACES_SHOWN).collect()
