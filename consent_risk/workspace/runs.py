"""Runs: a case's sealed tables measured once, and assessed as often as its assumptions change."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import ibis
import polars as pl
import polars.selectors as cs
from ibis.backends.duckdb import Backend

from consent_risk import __version__
from consent_risk.assessment import Assessment, Delivered, assess
from consent_risk.case import Case
from consent_risk.errors import Problem, UserError
from consent_risk.identity import resolve_persons
from consent_risk.intake.file_report import FileReport, Report
from consent_risk.intake.manifest import Note
from consent_risk.intake.writing import sha256_of
from consent_risk.law.rulebook import Rulebook
from consent_risk.measure import Cube, Tables, measure
from consent_risk.resources import read_rulebook, read_thresholds
from consent_risk.tables import empty
from consent_risk.vocabulary import EventState
from consent_risk.workspace.checks import SealedDelivery, delivered_by, report_of
from consent_risk.workspace.cases import list_cases, read_case
from consent_risk.workspace.cubes import read_cube, write_cube
from consent_risk.workspace.drops import Drop, list_drops, sealed_tables

__all__ = ["Run", "list_cases", "open_run"]

RUNS = "runs"
# What may change without measuring again: arithmetic on the cube.
_AFTER_THE_CUBE = {"assumptions", "thresholds", "finding", "title", "recipe", "recipes", "exports"}


@dataclass(frozen=True)
class Run:
    """A measured case. `key` is a hash of everything the cube depends on, `files` the reports on its files."""

    case_dir: Path
    case: Case
    key: str
    cube: Cube
    delivered: Delivered
    files: tuple[FileReport, ...]
    rulebook: Rulebook
    drops: tuple[Drop, ...]

    def assessment(self, case: Case | None = None) -> Assessment:
        """The assessment of the run, or what it would be with the assumptions and thresholds of another `case`."""
        table = read_thresholds()
        return assess(self.cube, case or self.case, self.rulebook, table, self.delivered, self.files, self._quality)

    @cached_property
    def _quality(self) -> list[Note]:
        notes = [note for drop in self.drops for note in drop.manifest.quality]
        rejects = [
            Note(file=reject.file, what=f"set aside: {reject.reason}", rows=reject.rows)
            for drop in self.drops
            for reject in drop.manifest.rejects
        ]
        return [*rejects, *notes]


def open_run(case_dir: Path) -> Run:
    """The run of a case folder: its stored cube where case, drops and rules are the same, else measured and stored.

    Raises UserError where the case cannot be used or has no drops.
    """
    case, drops, rulebook = read_case(case_dir), list_drops(case_dir), read_rulebook()
    if not drops:
        mend = f"Add its exports with `consent-risk add {case_dir} FILES…`."
        raise UserError(Problem(str(case_dir), "the case has no data yet", mend))
    key = _key(case, drops, rulebook)
    folder = case_dir / RUNS / key
    cube = _stored_cube(folder)
    if cube is None:
        check_sealed(drops)
        cube = measure_drops(case, drops, rulebook, scratch=case_dir)
        write_cube(cube, folder)
    deliveries = delivered_by(drops, case)
    report = report_of(deliveries, case)
    return Run(case_dir, case, key, cube, _delivered(deliveries, report), report.files, rulebook, tuple(drops))


def _stored_cube(folder: Path) -> Cube | None:
    """The cube stored as `folder`; None where there is none or it is damaged, which measuring again mends."""
    try:
        return read_cube(folder)
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        shutil.rmtree(folder, ignore_errors=True)
        return None


def check_sealed(drops: Sequence[Drop]) -> None:
    """Raises UserError for every sealed file that is not what its manifest says."""
    problems = []
    for drop in drops:
        for output in drop.manifest.outputs:
            path = drop.path / output.file
            if not path.is_file() or sha256_of(path) != output.sha256:
                mend = "Restore the drop from a copy, or add the delivery again."
                where = f"drops/{drop.id}/{output.file}"
                problems.append(Problem(where, "the sealed file is missing or was changed", mend))
    if problems:
        raise UserError(problems)


def measure_drops(case: Case, drops: Sequence[Drop], rulebook: Rulebook, *, scratch: Path) -> Cube:
    """The cube of the drops, measured by DuckDB inside this process; what it spills goes below `scratch`."""
    files = sealed_tables(drops)
    records = _read_all(files, "records")
    delivered = {table for drop in drops for table in drop.manifest.delivered}
    acquirer_keys = _read_all(files, "acquirer_keys") if "acquirer_keys" in delivered else None
    with duckdb_engine(scratch) as engine:
        tables = Tables(
            **{name: _view(engine, name, files) for name in ("tenants", "agreements", "consents", "interactions")},
            records=ibis.memtable(resolve_persons(records, acquirer_keys).with_columns(cs.enum().cast(pl.String))),
            consent_tenants=ibis.memtable(_consent_tenants(drops)),
            records_total=records.height,
        )
        return measure(tables, case, rulebook, engine)


def _delivered(deliveries: Sequence[SealedDelivery], report: Report) -> Delivered:
    """What was counted when each drop was made: no table is read again."""
    counts = [delivery.counts for delivery in deliveries]
    outputs = [output for delivery in deliveries for output in delivery.manifest.outputs]
    return Delivered(
        tenants=len({tenant for counted in counts for tenant in counted.tenants}),
        records=sum(output.rows for output in outputs if output.table == "records"),
        consent_events={state: sum(counted.consent_events[state] for counted in counts) for state in EventState},
        questions=report.questions,
    )


def _consent_tenants(drops: Sequence[Drop]) -> pl.DataFrame:
    tenants = {tenant for drop in drops for tenant in drop.manifest.consent_tenants}
    return pl.DataFrame({"tenant_id": sorted(tenants)}, schema={"tenant_id": pl.String})


@contextmanager
def duckdb_engine(scratch: Path) -> Iterator[Backend]:
    """DuckDB in memory, which never looks for extensions on the network; it holds sealed tables only."""
    with tempfile.TemporaryDirectory(prefix=".duckdb-", dir=scratch) as spill:
        engine = ibis.duckdb.connect(
            temp_directory=spill,
            autoinstall_known_extensions=False,
            autoload_known_extensions=False,
        )
        try:
            yield engine
        finally:
            engine.disconnect()


def _view(engine: Backend, table: str, files: dict[str, list[Path]]) -> ibis.Table:
    return engine.read_parquet([str(path) for path in files[table]], table_name=table)


def _read_all(files: dict[str, list[Path]], table: str) -> pl.DataFrame:
    return pl.concat([empty(table), *(pl.read_parquet(path) for path in files[table])], how="vertical_relaxed")


def _key(case: Case, drops: Sequence[Drop], rulebook: Rulebook) -> str:
    measured = case.model_dump_json(exclude=_AFTER_THE_CUBE)
    parts = [__version__, rulebook.version, measured, *(drop.id for drop in drops)]
    parts += [output.sha256 for drop in drops for output in drop.manifest.outputs]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
