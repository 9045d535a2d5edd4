"""Any export -> sealed tables: `seal_folder` reads the files of a delivery and writes one Parquet file per table.

What a file may hold, and what each cell means, is in docs/method.md ("Canonical input"); `columns.py` says it in code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from consent_risk import __version__
from consent_risk.case import Case
from consent_risk.errors import Problem, UserError
from consent_risk.intake.delivery import Delivery
from consent_risk.intake.exports import Export, open_export
from consent_risk.intake.findings import Findings
from consent_risk.intake.manifest import Input, Manifest
from consent_risk.intake.recognising import Reading, recognise
from consent_risk.intake.seal_tables import derive_tenants, note_unlisted_tenants
from consent_risk.intake.sealing import Sealer
from consent_risk.intake.writing import Store, sha256_of
from consent_risk.tables import SCHEMAS

MANIFEST = "manifest.json"
Progress = Callable[[int, int], None]

_NO_EXPORTS = ("case.yaml", "README*", "LICENSE*", ".*", "*.pdf", "*.md", "expected.json", "assessment*.json")
# Records are looked up in tenants, events in records. Both come first, whatever the order of the files.
_ORDER = ("tenants", "records", "agreements", "consents", "interactions", "acquirer_keys", "holders")


def exports_in(folder: Path) -> list[Path]:
    """The files beside case.yaml that a run would read, by name. Subfolders (`drops/`, `runs/`) are left out."""
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
    progress: Progress | None = None,
) -> Manifest:
    """Read the export files and write `staging`/<table>.parquet for every table, and `staging`/manifest.json.

    `earlier` are the records.parquet files of the case's earlier drops: their records are known, so that an event
    about one is no orphan, and one that is delivered again is refused. `progress` is told (bytes done, bytes in all).

    Raises UserError with every problem found in any file; then `staging` holds no file of ours. With `set_aside`
    rows that cannot be used go to the rejects instead; files that cannot be used are still refused.
    """
    meter = _Meter(files, progress)
    with Store(staging) as store:
        findings = Findings(store["rejects"], set_aside=set_aside)
        delivery = Delivery(store, sealer, findings)
        delivery.remember(earlier)
        sources = _open_all(files, case, findings)
        _check_records_come(sources, earlier, findings)
        inputs = [_seal_file(export, reading, delivery, meter) for export, reading in sources]
        delivered = {table for _, reading in sources for table in reading.delivers}
        (note_unlisted_tenants if "tenants" in delivered else derive_tenants)(delivery)
        findings.check()
    manifest = Manifest(
        program_version=__version__,
        inputs=tuple(inputs),
        outputs=store.outputs(),
        delivered=tuple(table for table in SCHEMAS if table in delivered),
        rejects=dict(sorted(findings.rejected.items())),
        quality=findings.quality(),
    )
    _write_durably(staging / MANIFEST, manifest.to_json())
    return manifest


def _open_all(files: Sequence[Path], case: Case, findings: Findings) -> list[tuple[Export, Reading]]:
    """The files that can be read, in the order in which they are; the others become problems."""
    sources = []
    for path in sorted(files):
        try:
            export = open_export(path)
            sources.append((export, recognise(export, case)))
        except UserError as error:
            _add_all(error.problems, findings)
    return sorted(sources, key=lambda source: _ORDER.index(source[1].delivers[0]))


def _check_records_come(sources: Iterable[tuple[Export, Reading]], earlier: Sequence[Path], findings: Findings) -> None:
    if earlier or findings.any_problem or any("records" in reading.delivers for _, reading in sources):
        return
    reason = "the file is missing: without records there is nothing to assess"
    findings.add_problem(Problem("records.csv", reason, "Add it beside case.yaml, or hand in a CRM's export."))


def _seal_file(export: Export, reading: Reading, delivery: Delivery, meter: _Meter) -> Input:
    """Read one file to its end. Whatever is wrong with it goes to the findings."""
    findings, state = delivery.findings, export.path.stat()
    rows = unused = 0
    sha256 = sha256_of(export.path)
    try:
        reading.prepare(export)
        for batch in export.batches(reading.columns, meter.add):
            bad = findings.add_bad_rows(export.name, batch.bad)
            rows += batch.cells.height + bad
            unused += bad + reading.seal(batch.cells, delivery)
    except UserError as error:
        _add_all(error.problems, findings)
    _check_unchanged(export, state, findings)
    if not rows and reading.delivers[0] == "records" and not findings.any_problem:
        findings.add_problem(Problem(export.name, "the file has a header and no rows", "Export the records again."))
    if ignored := reading.ignored():
        findings.note(export.name, ignored, rows)
    return Input(
        file=export.name,
        sha256=sha256,
        bytes=state.st_size,
        recipe=reading.recipe,
        table=reading.delivers[0],
        rows=rows,
        used=rows - unused,
    )


def _check_unchanged(export: Export, before: os.stat_result, findings: Findings) -> None:
    """The hash in the manifest must be of the bytes that were read."""
    after = export.path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        findings.add_problem(Problem(export.name, "the file changed while it was read", "Wait until it is complete."))


def _add_all(problems: Iterable[Problem], findings: Findings) -> None:
    for problem in problems:
        findings.add_problem(problem)


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
