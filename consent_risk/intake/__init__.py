"""Any export -> sealed tables: `seal_folder` reads the files of a delivery and writes one Parquet file per table.

What a file may hold, and what each cell means, is in docs/method.md ("Canonical input"); `columns.py` says it in code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl

from consent_risk import __version__
from consent_risk.case import Case, ExportSettings
from consent_risk.errors import Problem, UserError, printable
from consent_risk.intake.columns import CANONICAL_FILES
from consent_risk.intake.delivery import Delivery
from consent_risk.intake.exports import Export
from consent_risk.intake.faults import Faults
from consent_risk.intake.manifest import Input, Manifest, RecipeFile
from consent_risk.intake.normalising import profile_named
from consent_risk.intake.opening.folders import exports_in_folder
from consent_risk.intake.opening.refusing import CHANGED, WAIT
from consent_risk.intake.personal import is_id_of_person
from consent_risk.intake.recipe_reading import RecipeReading
from consent_risk.intake.recipes import Recipe
from consent_risk.intake.recognising import CANONICAL, Reading, receive
from consent_risk.intake.seal_tables import note_tenants_without_file, note_unlisted_tenants
from consent_risk.intake.sealing import Sealer
from consent_risk.intake.writing import Store
from consent_risk.tables import SCHEMAS

MANIFEST = "manifest.json"
Progress = Callable[[int, int], None]
NO_OWN_RECIPES: Mapping[str, RecipeFile] = {}

# Records are looked up in tenants, events in records; merges and deletions say what became of records. They come first,
# whatever the order of the files.
_ORDER = ("tenants", "fates", "records", "agreements", "consents", "interactions", "acquirer_keys", "holders")


def exports_in(folder: Path) -> list[Path]:
    """The files beside case.yaml that a run would read, by name.

    Left out are subfolders (`drops/`, `runs/`), hidden files, README and LICENSE, `*.md`, `*.pdf`, and results of
    this program (an assessment or its figures as JSON). Any other file is read or refused, never skipped.
    """
    return exports_in_folder(folder)


def seal_folder(
    files: Sequence[Path],
    case: Case,
    sealer: Sealer,
    staging: Path,
    *,
    set_aside: bool = False,
    earlier: Sequence[Path] = (),
    progress: Progress | None = None,
    recipe: Recipe | None = None,
    settings: ExportSettings | None = None,
    without_records: bool = False,
    own: Mapping[str, RecipeFile] = NO_OWN_RECIPES,
) -> Manifest:
    """Read the export files and write `staging`/<table>.parquet for every table, and `staging`/manifest.json.

    Identifiers are normalised under the profile of the case, whatever that of the sealer.

    `earlier` are the records.parquet files of the case's earlier drops: their records are known, so that an event
    about one is no orphan, and one that is delivered again is refused. `progress` is told (bytes done, bytes in all).
    `recipe` reads the files that are not canonical, `settings` go before what the case says about a file. A delivery
    without records is refused unless `without_records` (to look at single files) or records came earlier. `own` are the
    recipes that do not come with the program, by the names that the case gives them; the manifest keeps their text.

    Raises UserError with every problem found in any file; then `staging` holds no file of ours. With `set_aside`
    rows that cannot be used go to the rejects instead; files that cannot be used are still refused.
    """
    meter = _Meter(files, progress)
    (staging / MANIFEST).unlink(missing_ok=True)
    profile = profile_named(case.identifiers.profile)
    with Store(staging) as store:
        faults = Faults(store["rejects"], set_aside=set_aside)
        delivery = Delivery(store, sealer.under(profile), faults)
        delivery.remember(earlier)
        sources, refused = _open_all(files, case, faults, recipe, settings, own)
        if not earlier and not without_records:
            _check_records_come((reading for _, reading in sources), refused, faults)
        _introduce([reading for _, reading in sources if isinstance(reading, RecipeReading)], delivery, earlier)
        given = [_seal_file(export, reading, delivery, meter) for export, reading in sources]
        _check_rows(given, [reading for _, reading in sources], faults)
        inputs = [_input(one, reading, delivery) for one, (_, reading) in zip(given, sources, strict=True)]
        delivered = {table for _, reading in sources for table in reading.delivers}
        (note_unlisted_tenants if "tenants" in delivered else note_tenants_without_file)(delivery)
        faults.check()
    manifest = Manifest(
        program_version=__version__,
        inputs=tuple(inputs),
        outputs=store.outputs(),
        delivered=tuple(table for table in SCHEMAS if table in delivered),
        rejects=faults.rejected(),
        consent_tenants=tuple(sorted(delivery.consent_tenants)),
        quality=faults.quality(),
        recipes=tuple(dict.fromkeys(file for file in own.values() if file.name in {one.recipe for one in inputs})),
        profile=profile.name,
    )
    _write_durably(staging / MANIFEST, manifest.to_json())
    return manifest


def _open_all(
    files: Sequence[Path],
    case: Case,
    faults: Faults,
    recipe: Recipe | None,
    settings: ExportSettings | None,
    own: Mapping[str, RecipeFile],
) -> tuple[list[tuple[Export, Reading]], list[Path]]:
    """The files that can be read, in the order in which they are, and those that cannot, which become problems."""
    sources, refused = [], []
    recipes = {name: file.recipe for name, file in own.items()}
    for number, path in enumerate(sorted(files), 1):
        if reason := _unfit_name(path.name):
            faults.add_problem(Problem(f"file number {number} by name", reason, "Rename the file."))
            refused.append(path)
            continue
        try:
            sources += receive(path, case, recipe, settings, recipes)
        except UserError as error:
            _add_all(error.problems, faults)
            refused.append(path)
    return sorted(sources, key=lambda source: _ORDER.index(_comes_with(source[1]))), refused


def _unfit_name(name: str) -> str:
    """Why the name of a file cannot be kept and shown; "" where it can."""
    if printable(name) != name:
        return "its name holds control characters"
    if pl.select(is_id_of_person(pl.lit(name))).item():
        return "its name carries an e-mail address or a phone number, and names of files are kept"
    return ""


def _comes_with(reading: Reading) -> str:
    """The table whose turn it is when the file is read. A file of merges or deletions comes before the records."""
    if isinstance(reading, RecipeReading) and reading.tells_fates:
        return "fates"
    return reading.delivers[0] if reading.delivers else "consents"


def _introduce(readings: Sequence[RecipeReading], delivery: Delivery, earlier: Sequence[Path]) -> None:
    """Let the readings know of each other: exports of one system that name no tenant share that of its records."""
    for reading in readings:
        records = [other for other in readings if other.system == reading.system and other.has_records]
        if not reading.has_records and reading.takes_tenant and len(records) == 1 and records[0].names_no_tenant:
            reading.share_tenant(records[0].tenant)
    if any(reading.asks_contact_points for reading in readings):
        delivery.keep_contact_points(earlier)


def _check_records_come(readings: Iterable[Reading], refused: Iterable[Path], faults: Faults) -> None:
    """Records are the one thing that cannot be left out; a file that was refused may have been theirs."""
    others = CANONICAL_FILES.keys() - {"records"}
    if any("records" in reading.delivers for reading in readings) or any(p.stem.lower() not in others for p in refused):
        return
    reason = "the file is missing: without records there is nothing to assess"
    faults.add_problem(Problem("records.csv", reason, "Add it beside case.yaml, or hand in a CRM's export."))


def _seal_file(export: Export, reading: Reading, delivery: Delivery, meter: _Meter) -> Input:
    """Read one file to its end. Whatever is wrong with it goes to the faults."""
    faults = delivery.faults
    records, events = delivery.store["records"].rows, delivery.store["consents"].rows
    rows = unused = 0
    try:
        reading.prepare(export, delivery)
        for batch in export.batches(reading.columns, meter.add, strict=reading.recipe == CANONICAL):
            bad = faults.add_bad_rows(export.name, batch.bad)
            rows += batch.cells.height + bad
            for what, count in batch.notes.items():
                faults.note(export.name, what, count)
            unused += bad + reading.seal(batch.cells, delivery)
    except UserError as error:
        _add_all(error.problems, faults)
    if not export.handed_in.is_unchanged():  # the hash in the manifest must be of the bytes that were read
        faults.add_foremost(Problem(export.name, CHANGED, WAIT))
    for what in (*export.notes, *filter(None, [reading.ignored()])):
        faults.note(export.name, what, rows)
    return Input(
        file=export.name,
        sha256=export.sha256,
        bytes=export.size,
        format=export.format,
        encoding=export.encoding,
        delimiter=export.delimiter,
        recipe=reading.recipe,
        table=reading.delivers[0] if reading.delivers else "",
        rows=rows,
        used=rows - unused,
        records=delivery.store["records"].rows - records,
        first_record=records,
        events=delivery.store["consents"].rows - events,
    )


def _input(given: Input, reading: Reading, delivery: Delivery) -> Input:
    """The entry of a file, with what could be told only once every file was read."""
    unused = reading.finish(delivery)
    return given.model_copy(update={"used": given.used - unused} | dict(reading.told()))


def _check_rows(inputs: Sequence[Input], readings: Sequence[Reading], faults: Faults) -> None:
    """A file of records without a row is a mistake, unless others hold records: a segment may be empty."""
    of_records = [one for one, reading in zip(inputs, readings, strict=True) if "records" in reading.delivers]
    for one in of_records:
        if one.rows:
            continue
        if any(other.rows for other in of_records):
            faults.note(one.file, "the file has a header and no rows", 1)
        elif not faults.any_problem:
            faults.add_problem(Problem(one.file, "the file has a header and no rows", "Export the records again."))


def _add_all(problems: Iterable[Problem], faults: Faults) -> None:
    for problem in problems:
        faults.add_problem(problem)


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


class _Meter:
    """Adds up the bytes read and tells whoever wants to know."""

    def __init__(self, files: Iterable[Path], progress: Progress | None) -> None:
        self._total = sum(path.stat().st_size for path in files if path.is_file())
        self._done = 0
        self._progress = progress

    def add(self, count: int) -> None:
        """`count` more bytes were read."""
        self._done = min(self._done + count, self._total)
        if self._progress:
            self._progress(self._done, self._total)
