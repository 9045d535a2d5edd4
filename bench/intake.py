"""`make bench-intake`: `consent-risk add` beside DuckDB's bare COPY of the same CSV files to Parquet, in one run.

DuckDB reads and writes and does nothing else. `add` also checks every cell, seals the identifiers, looks every event
up among the records, and hashes what it reads and writes. Each side runs in a process of its own, in turn; the median
counts. Peak memory is the process's largest resident set. The files are made once and kept in `bench-data/`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).parent
FILES = ("tenants", "agreements", "records", "consents")
SIDES = ("copy", "add")
_COPY = """
import sys, duckdb
for path in sys.argv[2:]:
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{path}')) TO '{sys.argv[1]}/{path.rsplit('/', 1)[1]}.parquet'")
"""


@dataclass(frozen=True)
class Cost:
    """Wall time, time on the cores and largest resident set of one process."""

    seconds: float
    core_seconds: float
    peak_bytes: int


def files_of(data: Path, records: int) -> list[Path]:
    """The CSV files of that size; made by another process, since a child's peak would include ours."""
    folder = data / f"csv-{records}"
    if not folder.exists():
        draft = data / f".csv-{records}"
        subprocess.run([sys.executable, str(BENCH / "generate_csv.py"), str(draft), str(records)], check=True)
        draft.rename(folder)
    return [folder / f"{name}.csv" for name in FILES]


def run_side(side: str, files: list[Path], scratch: Path) -> Cost:
    """Run one side once in an empty folder."""
    if side == "copy":
        return run([sys.executable, "-c", _COPY, str(scratch), *map(str, files)], {})
    case = scratch / "case"
    case.mkdir()
    (case / "case.yaml").write_bytes((files[0].parent / "case.yaml").read_bytes())
    cost = run(
        [sys.executable, "-m", "consent_risk", "add", str(case), *map(str, files), "--json"],
        {"CONSENT_RISK_KEYS": str(scratch / "keys")},
    )
    check_all_used(case, files)
    return cost


def run(command: list[str], variables: dict[str, str]) -> Cost:
    """Run the command to its end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | variables, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        sys.exit(f"{' '.join(command[:4])} failed")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def check_all_used(case: Path, files: list[Path]) -> None:
    """A fast `add` that drops rows proves nothing."""
    manifest = json.loads(next(case.glob("drops/*/manifest.json")).read_text(encoding="utf-8"))
    used = {given["file"]: given["used"] for given in manifest["inputs"]}
    records = int(files[0].parent.name.rpartition("-")[2])
    if (used["records.csv"], used["consents.csv"]) != (records, 2 * records):
        sys.exit(f"add used {used}")


def compare(records: int, files: list[Path], repeats: int, scratch: Path | None) -> None:
    """Run both sides in turn and print a line for each."""
    costs: dict[str, list[Cost]] = {side: [] for side in SIDES}
    for _ in range(repeats):
        for side in SIDES:
            with tempfile.TemporaryDirectory(prefix="consent-risk-bench-", dir=scratch) as folder:
                costs[side].append(run_side(side, files, Path(folder)))
    seconds = {side: statistics.median(cost.seconds for cost in costs[side]) for side in SIDES}
    size = sum(path.stat().st_size for path in files)
    for side in SIDES:
        peak = max(cost.peak_bytes for cost in costs[side]) / 1e6
        rows, ratio = 3 * records / seconds[side], seconds[side] / seconds["copy"]
        cores = statistics.median(cost.core_seconds for cost in costs[side])
        line = f"{records:>12,} {2 * records:>12,} {size / 1e6:>8,.0f}  {side:<6} {seconds[side]:>8.1f} {cores:>8.1f}"
        print(f"{line} {rows:>12,.0f} {peak:>8,.0f}  {ratio:>5.2f}", flush=True)


def main() -> None:
    """Generate what is missing, run both sides in turn, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--data", type=Path, default=BENCH.parent / "bench-data", help="where the CSV files are kept")
    parser.add_argument("--scratch", type=Path, help="where the sides write (default: the system's temporary folder)")
    arguments = parser.parse_args()
    arguments.data.mkdir(parents=True, exist_ok=True)
    print("copy: DuckDB COPY (SELECT * FROM read_csv(...)) TO parquet; add: consent-risk add; the same files in turn")
    head = f"{'records':>12} {'events':>12} {'MB':>8}  {'side':<6} {'seconds':>8} {'cores s':>8}"
    print(f"{head} {'rows/s':>12} {'peak MB':>8}  {'ratio':>5}")
    for records in arguments.records:
        compare(records, files_of(arguments.data, records), arguments.repeats, arguments.scratch)


if __name__ == "__main__":
    main()
