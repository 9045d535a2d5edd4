"""`make bench`: `measure` beside DuckDB SQL written by hand for the same counts, on the same data, in one run.

Each side runs in a process of its own, in turn, three times; the median counts. Both must give the same cube.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path

import ibis
import polars as pl

sys.path.insert(0, str(Path(__file__).parent))
from by_hand import counts_by_hand
from generate import CASE, generate

from consent_risk.case import parse_case
from consent_risk.measure import Cube, Tables, measure, tenants_of
from consent_risk.measure.assemble import assemble
from consent_risk.measure.codes import Codes
from consent_risk.resources import read_rulebook
from consent_risk.vocabulary import Gate

SIDES = ("measure", "by hand")


def one_side(side: str, folder: Path, memory: str | None) -> dict[str, object]:
    """Seconds, peak memory and a hash of the cube of one side."""
    case, rulebook = parse_case(CASE), read_rulebook()
    with tempfile.TemporaryDirectory(dir=folder) as spill:
        engine = ibis.duckdb.connect(temp_directory=spill, **({"memory_limit": memory} if memory else {}))
        views = {
            name: engine.read_parquet(str(folder / f"{name}.parquet"), table_name=name)
            for name in ("tenants", "agreements", "records", "consents", "interactions")
        }
        total = int(views["records"].count().execute())
        consent_tenants = views["consents"].select("tenant_id").distinct()
        tables = Tables(**views, consent_tenants=consent_tenants, records_total=total)
        began = time.perf_counter()
        if side == "measure":
            cube = measure(tables, case, rulebook, engine)
        else:
            agreement, person = Codes.of(rulebook, Gate.AGREEMENT), Codes.of(rulebook, Gate.PERSON)
            tenants = tenants_of(tables, case, agreement)
            counts = counts_by_hand(engine.con, case, tenants, person, rulebook.age_of_consent)
            cube = assemble(
                case,
                counts,
                tenants,
                agreement,
                person,
                records_total=total,
                messages_unattributed=0,
                rules_version=rulebook.version,
            )
        seconds = time.perf_counter() - began
        engine.disconnect()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "peak": peak, "cube": cube_hash(cube), "rows": cube.persons.height}


def cube_hash(cube: Cube) -> str:
    """A hash of all counts of a cube, whatever the order of its rows."""
    digest = hashlib.sha256(repr(sorted(cube.totals.items())).encode())
    for field in fields(cube):
        frame = getattr(cube, field.name)
        if isinstance(frame, pl.DataFrame):
            rows = frame.select(sorted(frame.columns)).with_columns(pl.all().cast(pl.String))
            digest.update(rows.sort(rows.columns).write_csv().encode())
    return digest.hexdigest()


def main() -> None:
    """Generate, run both sides in turn, print the table. Exit code 1 where the cubes differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--memory", help="DuckDB's memory limit, such as 4GB (default: its own)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        print(json.dumps(one_side(arguments.side, arguments.folder, arguments.memory)))
        return
    print(f"{'records':>12} {'events':>12}  {'side':<8} {'seconds':>8} {'peak MB':>8}  ratio")
    for records in arguments.records:
        with tempfile.TemporaryDirectory(prefix="consent-risk-bench-") as scratch:
            folder = Path(scratch)
            generate(folder, records)
            compare(records, folder, arguments)


def compare(records: int, folder: Path, arguments: argparse.Namespace) -> None:
    """Run both sides in turn on the tables of a folder and print a line for each."""
    results: dict[str, list[dict]] = {side: [] for side in SIDES}
    for _ in range(arguments.repeats):
        for side in SIDES:
            command = [sys.executable, "-W", "ignore", __file__, "--side", side, "--folder", str(folder)]
            command += ["--memory", arguments.memory] if arguments.memory else []
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            results[side].append(json.loads(done.stdout))
    seconds = {side: statistics.median(result["seconds"] for result in results[side]) for side in SIDES}
    for side in SIDES:
        peak = max(result["peak"] for result in results[side]) / 1e6
        ratio = f"{seconds[side] / seconds['by hand']:.2f}"
        print(f"{records:>12,} {2 * records:>12,}  {side:<8} {seconds[side]:>8.2f} {peak:>8,.0f}  {ratio}")
    cubes = {result["cube"] for side in SIDES for result in results[side]}
    if len(cubes) > 1:
        sys.exit("The two sides do not give the same cube.")
    print(f"{'':>12} the same cube on both sides, {results['measure'][0]['rows']:,} rows of persons")


if __name__ == "__main__":
    main()
