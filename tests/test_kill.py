"""`add`, killed with SIGKILL at any moment: the case keeps what it had, and nothing raw stays on the disk."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from test_privacy import text_of

from consent_risk.workspace.drops import Drop, list_drops

CASE = """\
case: kill
as_of: 2026-03-31
provider: {name: Provider}
acquirer: {name: Acquirer, named_as: [Acquirer]}
purposes: [DirectMarketing]
"""
ROWS, TENANTS = 100_000, 40
SEED = 20
# Every raw value carries one of these, so that a plain search finds any of them.
RAW = (b"@example.", b"20 7946 0", b"rawid-", b"kilname ")
# As the profile writes a number; the digits alone also stand in some key of a hundred thousand.
RAW_NUMBER = re.compile(rb"(\+44|(?<![0-9])(44|0))2079460")
COMPRESSED = {b"\x28\xb5\x2f\xfd": "zstd", b"\x1f\x8b\x08": "gzip"}

# The process that is killed kills itself, before or after the call that is named, the first time that it meets it.
AT_A_CALL = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path

    owner, name, when, part = sys.argv[1:5]
    holder = {"os": os, "Path": Path}[owner]
    call = getattr(holder, name)

    def deadly(*given, **named):
        fits = any(part in str(word) for word in given)
        if fits and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*given, **named)
        if fits:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, deadly)
    sys.argv = ["consent-risk", *sys.argv[5:]]
    from consent_risk.cli import main

    main()
    """
)
PUBLISHING = [
    ("Path", "chmod", "before", ".parquet"),
    ("os", "rename", "before", ".staging-"),
    ("os", "rename", "after", ".staging-"),
    ("Path", "chmod", "before", "manifest.json"),
]


@dataclass
class Kept:
    """A case with one drop, the exports of the next, and where temporary files and keys go."""

    case: Path
    exports: list[Path]
    more: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        places = {"CONSENT_RISK_KEYS": str(self.folder / "keys"), "TMPDIR": str(self.folder / "tmp")}
        return {**os.environ, **places, "PYTHONPATH": str(Path(__file__).parents[1])}

    def command(self, *files: Path) -> list[str]:
        return [sys.executable, "-m", "consent_risk", "add", str(self.case), *map(str, files)]

    def add(self, *files: Path) -> None:
        done = subprocess.run(self.command(*files), env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def killed_after(self, seconds: float) -> int:
        """The exit code of an `add` that was killed after so many seconds, if it was not done by then."""
        process = subprocess.Popen(
            self.command(*self.exports), env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            return process.wait()

    def killed_at(self, call: tuple[str, str, str, str]) -> int:
        """The exit code of an `add` that kills itself at a call."""
        command = [sys.executable, "-c", AT_A_CALL, *call, "add", str(self.case), *map(str, self.exports)]
        return subprocess.run(command, env=self.environment, capture_output=True, check=False).returncode


def write_exports(folder: Path, ending: str, prefix: str, rows: int) -> list[Path]:
    """records and consents of `rows` persons: every identifier and id is raw."""
    folder.mkdir(parents=True)
    records, consents = io.StringIO(), io.StringIO()
    of_records, of_consents = csv.writer(records), csv.writer(consents)
    of_records.writerow(("tenant_id", "source_id", "email", "phone", "name", "country", "last_activity_at"))
    of_consents.writerow(("tenant_id", "source_id", "purpose", "event_state", "legal_basis", "event_time"))
    for n in range(rows):
        tenant, source = f"T{n % TENANTS}", f"rawid-{prefix}{n}"
        phone, email = f"+44 20 7946 0{n % 1000:03}", f"{prefix}{n}@example.com"
        of_records.writerow((tenant, source, email, phone, f"Kilname {n}", "GB", "2026-01-01"))
        of_consents.writerow((tenant, source, "DirectMarketing", "given", "consent", "2025-05-05T10:00:00Z"))
    written = []
    for name, text in (("records", records.getvalue()), ("consents", consents.getvalue())):
        path = folder / f"{name}{ending}"
        path.write_bytes(gzip.compress(text.encode(), 1) if ending.endswith(".gz") else text.encode())
        written.append(path)
    return written


def kept_case(folder: Path, ending: str) -> Kept:
    """A case with one small drop, ready for a large one."""
    case = folder / "workspace" / "case"
    case.mkdir(parents=True)
    (folder / "tmp").mkdir()
    (case / "case.yaml").write_text(CASE, encoding="utf-8")
    exports = write_exports(folder / "exports", ending, "1", ROWS)
    (more, *_) = write_exports(folder / "more", ".csv", "2", 50)
    kept = Kept(case, exports, more, folder)
    kept.add(*write_exports(folder / "first", ".csv", "3", 100))
    return kept


def contents(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def is_whole(drop: Drop) -> bool:
    """Every file of the manifest is there with its hash and rows, and no other."""
    found = contents(drop.path)
    rows = all(pl.read_parquet(drop.path / o.file).height == o.rows for o in drop.manifest.outputs)
    beside = {name: found[name] for name in ("manifest.json", "counts.json")}
    return rows and found == {o.file: o.sha256 for o in drop.manifest.outputs} | beside


def raw_in(folder: Path) -> list[str]:
    """The files below the folder with a raw value: in their bytes, their name, or what is compressed in them."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path.relative_to(folder)) for path in files if is_raw(path.name.encode() + b"\n" + all_text(path))]


def is_raw(content: bytes) -> bool:
    lowered = content.lower()
    return any(mark in lowered for mark in RAW) or RAW_NUMBER.search(lowered) is not None


def all_text(path: Path) -> bytes:
    content = path.read_bytes()
    with suppress(pl.exceptions.PolarsError, OSError):  # a table that was never finished: its pages are unpacked below
        content += text_of(path)
    return content + b"\n".join(unpacked(content))


def unpacked(content: bytes) -> list[bytes]:
    """What is compressed anywhere in the content, as far as it goes."""
    found = []
    for magic, name in COMPRESSED.items():
        for begin in (match.start() for match in re.finditer(re.escape(magic), content)):
            parts = []
            with (
                suppress(OSError, pa.ArrowException),
                pa.CompressedInputStream(pa.BufferReader(content[begin : begin + (4 << 20)]), name) as stream,
            ):
                while part := stream.read(1 << 16):
                    parts.append(part)
            found.append(b"".join(parts))
    return found


def check_after_a_kill(kept: Kept, before: dict[str, str], earlier: str) -> bool:
    """All that must hold; whether the new drop had become visible."""
    drops = list_drops(kept.case)
    assert drops[0].id == earlier and len(drops) <= 2
    assert all(is_whole(drop) for drop in drops)
    assert contents(drops[0].path) == before
    places = {path.name for path in (kept.case / "drops").iterdir() if not path.name.startswith(".staging-")}
    assert places == {drop.id for drop in drops} | {"KEY_ID", ".lock"}
    for place in (kept.case.parent, kept.folder / "tmp", kept.folder / "keys"):
        assert raw_in(place) == [], place.name
    return len(drops) == 2


def check_it_goes_on(kept: Kept, drops: int) -> None:
    """A further delivery is taken, leftovers are cleared, and the commands open the case."""
    kept.add(kept.more)
    assert len(list_drops(kept.case)) == drops + 1
    assert not list((kept.case / "drops").glob(".staging-*"))
    done = subprocess.run(
        [sys.executable, "-m", "consent_risk", "check", str(kept.case), "--json"],
        env=kept.environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not is_raw(done.stdout + done.stderr)


@pytest.mark.slow
@pytest.mark.timeout(1800)  # twenty deliveries, each of some seconds
@pytest.mark.parametrize(("ending", "moments"), [(".csv", 16), (".csv.gz", 6)])
def test_a_killed_delivery_leaves_the_case_as_it_was_and_nothing_raw(tmp_path: Path, ending: str, moments: int) -> None:
    kept = kept_case(tmp_path, ending)
    (earlier,) = list_drops(kept.case)
    before, spare = contents(earlier.path), tmp_path / "spare"
    shutil.copytree(kept.case, spare)

    def start_again() -> None:
        shutil.rmtree(kept.case)
        shutil.copytree(spare, kept.case)

    began = time.monotonic()
    kept.add(*kept.exports)
    whole = time.monotonic() - began
    assert whole > 1.5, "too short a run to be killed in the middle"
    rng, visible = random.Random(SEED), 0
    for number in range(moments):
        start_again()
        code = kept.killed_after(whole * (number + rng.random()) / moments)
        assert code in (-signal.SIGKILL, 0)
        visible += check_after_a_kill(kept, before, earlier.id)
    for call in PUBLISHING:
        start_again()
        assert kept.killed_at(call) == -signal.SIGKILL, f"{call} was never met"
        published = check_after_a_kill(kept, before, earlier.id)
        assert published == (call[2] == "after"), call
    check_it_goes_on(kept, 1 + published)
    assert visible < moments, "no delivery was killed before its end"


def test_the_search_finds_raw_values_however_they_are_packed(tmp_path: Path) -> None:
    raw = pl.DataFrame({"text": [f"person{n}@example.com" for n in range(50)]})
    raw.write_parquet(tmp_path / "whole.parquet", compression="zstd")
    (tmp_path / "half.parquet").write_bytes((tmp_path / "whole.parquet").read_bytes()[:-100])
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"rawid-17"))
    (tmp_path / "b").write_bytes(b"call +44 20 7946 0123")
    (tmp_path / "442079460123").write_bytes(b"")
    (tmp_path / "clean").write_bytes(b"T1, GB, 2026-01-01, @example")
    assert sorted(raw_in(tmp_path)) == ["442079460123", "a.gz", "b", "half.parquet", "whole.parquet"]
