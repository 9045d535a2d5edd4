"""Any export -> sealed tables: `seal_folder` reads the files of a delivery and writes one Parquet file per table.

What a file may hold, and what each cell means, is in docs/method.md ("Canonical input"); `columns.py` says it in code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl

from consent_risk import __version__
from consent_risk.case import Case
from consent_risk.errors import Problem, UserError
from consent_risk.intake.columns import CANONICAL_FILES
from consent_risk.intake.delivery import Delivery
from consent_risk.intake.exports import Export, open_export
from consent_risk.intake.faults import Faults
from consent_risk.intake.manifest import Input, Manifest
from consent_risk.intake.personal import is_id_of_person
from consent_risk.intake.recognising import CanonicalReading, Reading, recognise
from consent_risk.intake.seal_tables import note_tenants_without_file, note_unlisted_tenants
from consent_risk.intake.sealing import Sealer
from consent_risk.intake.writing import Fingerprint, Store, fingerprint
from consent_risk.tables import SCHEMAS

MANIFEST = "manifest.json"
Progress = Callable[[int, int], None]

_NO_EXPORTS = ("case.yaml", "README*", "LICENSE*", ".*", "*.pdf", "*.md", "*.json")
# Records are looked up in tenants, events in records. Both come first, whatever the order of the files.
_ORDER = ("tenants", "records", "agreements", "consents", "interactions", "acquirer_keys", "holders")


def exports_in(folder: Path) -> list[Path]:
    """The files beside case.yaml that a run would read, by name.

    Left out are subfolders (`drops/`, `runs/`), hidden files, README and LICENSE, and `*.md`, `*.pdf` and `*.json`:
    no recipe reads JSON yet, and assessments are written as JSON. Any other file is read or refused, never skipped.
    """
    files = [path for path in folder.iterdir() if path.is_file()]
    return sorted(path for path in files if not any(path.match(pattern) for pattern in _NO_EXPORTS))


def seal_folder(
    files: Sequence[Path],
    case: Case,
    sealer: Sealer,
    staging: Path,
    *,
    set_aside: bool = False,
    earlier: Sequence[Path] = (),
    fingerprints: Mapping[Path, Fingerprint] | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Read the export files and write `staging`/<table>.parquet for every table, and `staging`/manifest.json.

    `earlier` are the records.parquet files of the case's earlier drops: their records are known, so that an event
    about one is no orphan, and one that is delivered again is refused. `fingerprints` are those of files that were
    hashed before. `progress` is told (bytes done, bytes in all).

    Raises UserError with every problem found in any file; then `staging` holds no file of ours. With `set_aside`
    rows that cannot be used go to the rejects instead; files that cannot be used are still refused.
    """
    meter = _Meter(files, progress)
    (staging / MANIFEST).unlink(missing_ok=True)
    with Store(staging) as store:
        faults = Faults(store["rejects"], set_aside=set_aside)
        delivery = Delivery(store, sealer, faults)
        delivery.remember(earlier)
        sources, refused = _open_all(files, case, faults)
        if not earlier:
            _check_records_come((reading for _, reading in sources), refused, faults)
        known = fingerprints or {}
        inputs = [
            _seal_file(export, reading, delivery, meter, known.get(export.path) or fingerprint(export.path))
            for export, reading in sources
        ]
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
    )
    _write_durably(staging / MANIFEST, manifest.to_json())
    return manifest


def _open_all(files: Sequence[Path], case: Case, faults: Faults) -> tuple[list[tuple[Export, Reading]], list[Path]]:
    """The files that can be read, in the order in which they are, and those that cannot, which become problems."""
    sources, refused = [], []
    for number, path in enumerate(sorted(files), 1):
        if pl.select(is_id_of_person(pl.lit(path.name))).item():
            reason = "its name carries an e-mail address or a phone number, and names of files are kept"
            faults.add_problem(Problem(f"file number {number} by name", reason, "Rename the file."))
            refused.append(path)
            continue
        try:
            export = open_export(path)
            sources.append((export, recognise(export, case)))
        except UserError as error:
            _add_all(error.problems, faults)
            refused.append(path)
    return sorted(sources, key=lambda source: _ORDER.index(source[1].delivers[0])), refused


def _check_records_come(readings: Iterable[Reading], refused: Iterable[Path], faults: Faults) -> None:
    """Records are the one thing that cannot be left out; a file that was refused may have been theirs."""
    others = CANONICAL_FILES.keys() - {"records"}
    if any("records" in reading.delivers for reading in readings) or any(p.stem.lower() not in others for p in refused):
        return
    reason = "the file is missing: without records there is nothing to assess"
    faults.add_problem(Problem("records.csv", reason, "Add it beside case.yaml, or hand in a CRM's export."))


def _seal_file(export: Export, reading: Reading, delivery: Delivery, meter: _Meter, before: Fingerprint) -> Input:
    """Read one file to its end. Whatever is wrong with it goes to the faults."""
    faults = delivery.faults
    rows = unused = 0
    try:
        reading.prepare(export)
        encoded = isinstance(reading, CanonicalReading)
        for batch in export.batches(reading.columns, meter.add, encoded=encoded):
            bad = faults.add_bad_rows(export.name, batch.bad)
            rows += batch.cells.height + bad
            unused += bad + reading.seal(batch.cells, delivery)
        _check_rows(export, reading, rows)
    except UserError as error:
        _add_all(error.problems, faults)
    _check_unchanged(export, before, faults)
    if ignored := reading.ignored():
        faults.note(export.name, ignored, rows)
    return Input(
        file=export.name,
        sha256=before.sha256,
        bytes=before.bytes,
        recipe=reading.recipe,
        table=reading.delivers[0],
        rows=rows,
        used=rows - unused,
    )


def _check_rows(export: Export, reading: Reading, rows: int) -> None:
    if not rows and "records" in reading.delivers:
        raise UserError(Problem(export.name, "the file has a header and no rows", "Export the records again."))


def _check_unchanged(export: Export, before: Fingerprint, faults: Faults) -> None:
    """The hash in the manifest must be of the bytes that were read."""
    if not before.still_fits(export.path):
        faults.add_problem(Problem(export.name, "the file changed while it was read", "Wait until it is complete."))


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
