"""Data drops: sealed once, whole or not at all, and without a raw identifier anywhere."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from consent_risk.case import parse_case
from consent_risk.errors import UserError
from consent_risk.workspace.drops import Drop, add_drop, list_drops, sealed_tables

KEY = bytes(range(32))
NOW = datetime(2022, 1, 27, 10, 30, tzinfo=UTC)
CASE = parse_case(
    "case: test\ntitle: Test\nas_of: 2022-01-27\nprovider: {name: Example CRM}\n"
    "acquirer: {name: Example Social}\npurposes: [DirectMarketing]\n"
)
RECORDS = "tenant_id,source_id,email,phone,region\nT1,ana@shop.example,ana@example.com,+49 151 2345678,Calle Ana 5\n"


class Workspace:
    def __init__(self, folder: Path) -> None:
        self.case_dir = folder / "case"
        self.case_dir.mkdir()
        self.drops = self.case_dir / "drops"

    def file(self, name: str, text: str) -> Path:
        path = self.case_dir / name
        path.write_text(text)
        return path

    def add(self, *files: Path, now: datetime = NOW, **settings: object) -> Drop:
        return add_drop(self.case_dir, CASE, files, key=KEY, now=now, **settings)

    def visible(self) -> list[str]:
        """Everything in `drops` but the lock."""
        return sorted(path.name for path in self.drops.iterdir() if path.name != ".lock")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def test_a_drop_is_listed_with_its_manifest(workspace) -> None:
    assert list_drops(workspace.case_dir) == []
    drop = workspace.add(workspace.file("records.csv", RECORDS))
    assert drop.id.startswith("20220127T103000Z-") and len(drop.id) == len("20220127T103000Z-") + 8
    assert list_drops(workspace.case_dir) == [drop]
    assert workspace.visible() == [drop.id]
    assert drop.manifest.inputs[0].file == "records.csv"
    assert not any(path.stat().st_mode & 0o222 for path in drop.path.iterdir())


def test_the_same_content_gets_the_same_mark(workspace, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    second = Workspace(tmp_path / "second")
    marks = {w.add(w.file("records.csv", RECORDS)).id for w in (workspace, second)}
    assert len(marks) == 1


def test_no_raw_identifier_is_written(workspace) -> None:
    consents = "tenant_id,source_id,purpose,event_state,legal_basis\nT1,ana@shop.example,Marketing,given,consent\n"
    acquirer = "identifier_type,value\nemail,eva@example.org\n"
    drop = workspace.add(
        workspace.file("records.csv", RECORDS + "T1,broken\n"),
        workspace.file("consents.csv", consents + "T1,orphan@example.net,Marketing,given,consent\n"),
        workspace.file("acquirer_identifiers.csv", acquirer),
        set_aside=True,
    )
    written = {path: path.read_bytes() for path in workspace.drops.rglob("*") if path.is_file()}
    assert len(written) == 11  # eight tables, manifest, counts and the lock
    for raw in (b"ana@", b"eva@", b"orphan@", b"2345678", b"Calle", b"example.com", b"broken", KEY.hex().encode()):
        assert [path.name for path, content in written.items() if raw in content.replace(b" ", b"")] == []
    assert pl.read_parquet(drop.path / "rejects.parquet").height == 2
    # Parquet compresses: look at the values, too.
    for output in drop.manifest.outputs:
        texts = str(pl.read_parquet(drop.path / output.file).to_dicts())
        assert "@" not in texts and "2345678" not in texts


def test_a_file_is_added_once(workspace) -> None:
    records = workspace.file("records.csv", RECORDS)
    drop = workspace.add(records)
    copy = workspace.file("records.csv", RECORDS)
    with pytest.raises(UserError) as refused:
        workspace.add(copy)
    assert str(refused.value) == f"records.csv: the same file: drop {drop.id} has it already. Leave it out."
    twin = workspace.file("contacts.csv", "tenant_id\nT1\n"), workspace.file("tenants.csv", "tenant_id\nT1\n")
    with pytest.raises(
        UserError, match=r"tenants\.csv: the same file: another file of this delivery has the same content"
    ):
        workspace.add(*twin)
    assert workspace.visible() == [drop.id]


def test_a_later_drop_builds_on_the_earlier_ones(workspace) -> None:
    first = workspace.add(
        workspace.file("records.csv", "tenant_id,source_id\nT1,S1\n"),
        workspace.file("tenants.csv", "tenant_id\nT1\n"),
    )
    consents = "tenant_id,source_id,purpose,event_state,legal_basis\n"
    second = workspace.add(
        workspace.file("consents.csv", f"{consents}T1,S1,Marketing,given,consent\nT1,S9,Marketing,given,consent\n"),
        now=datetime(2022, 1, 28, tzinfo=UTC),
    )
    assert [drop.id for drop in list_drops(workspace.case_dir)] == [first.id, second.id]
    (reject,) = second.manifest.rejects
    assert (reject.file, reject.rows) == ("consents.csv", 1)
    assert reject.reason == "no record with this tenant_id and source_id"
    assert second.manifest.delivered == ("consents",)
    tables = sealed_tables(list_drops(workspace.case_dir))
    assert tables["consents"] == [first.path / "consents.parquet", second.path / "consents.parquet"]
    assert pl.read_parquet(tables["consents"]).height == 1
    assert pl.read_parquet(tables["tenants"])["tenant_id"].to_list() == ["T1"]


def test_what_came_before_is_not_taken_twice(workspace) -> None:
    agreements = "agreement_id,tenant_id,effective_date\nA1,T1,2020-01-01\n"
    workspace.add(
        workspace.file("records.csv", "tenant_id,source_id\nT1,S1\n"),
        workspace.file("tenants.csv", "tenant_id\nT1\n"),
        workspace.file("agreements.csv", agreements),
    )
    again = [
        workspace.file("records.csv", "tenant_id,source_id\nT1,S1\nT2,S1\n"),
        workspace.file("tenants.csv", "tenant_id\nT1\nT2\n"),
        workspace.file("agreements.csv", f"{agreements}A2,T1,2021-01-01\n"),
    ]
    with pytest.raises(UserError) as refused:
        workspace.add(*again)
    mend = "came with an earlier drop. Leave out what was delivered before."
    assert [str(problem) for problem in refused.value.problems] == [
        f"tenants.csv, row 1, column tenant_id: this tenant_id {mend}",
        f"records.csv, row 1, column source_id: this tenant_id and source_id {mend}",
        f"agreements.csv, row 1, column agreement_id: this tenant_id and agreement_id {mend}",
    ]
    drop = workspace.add(*again, set_aside=True)
    assert [(given.file, given.rows, given.used) for given in drop.manifest.inputs] == [
        ("tenants.csv", 2, 1),
        ("records.csv", 2, 1),
        ("agreements.csv", 2, 1),
    ]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_in_the_middle_leaves_nothing(workspace, error: type[BaseException]) -> None:
    before = workspace.add(workspace.file("records.csv", RECORDS))

    def fail(done: int, total: int) -> None:
        raise error("stop")

    files = [workspace.file("records.csv", "tenant_id,source_id\nT1,S7\n")]
    with pytest.raises(error, match="stop"):
        workspace.add(*files, progress=fail)
    assert workspace.visible() == [before.id]
    assert workspace.add(*files).manifest.inputs[0].used == 1


def test_bad_input_leaves_nothing(workspace) -> None:
    with pytest.raises(UserError, match="not an ISO 3166-1 country code"):
        workspace.add(workspace.file("records.csv", "tenant_id,source_id,country\nT1,S1,XX\n"))
    assert workspace.visible() == []


def test_a_full_disk_is_said_and_leaves_nothing(workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("consent_risk.intake.writing.TableWriter.write", full)
    with pytest.raises(UserError, match="the disk is full; nothing was added"):
        workspace.add(workspace.file("records.csv", RECORDS))
    assert workspace.visible() == []


def test_a_killed_run_is_cleaned_up_by_the_next(workspace) -> None:
    before = workspace.add(workspace.file("records.csv", RECORDS))
    script = """
        import sys, time
        from datetime import UTC, datetime
        from pathlib import Path
        from consent_risk.case import parse_case
        from consent_risk.workspace.drops import add_drop

        def hang(done, total):
            print("sealing", flush=True)
            time.sleep(60)

        case = parse_case("case: t\\ntitle: t\\nas_of: 2022-01-27\\nprovider: {name: a}\\nacquirer: {name: b}\\n"
                          "purposes: [Marketing]\\n")
        folder = Path(sys.argv[1])
        add_drop(folder, case, [folder / "tenants.csv"], key=bytes(32), now=datetime.now(UTC), progress=hang)
    """
    workspace.file("tenants.csv", "tenant_id\nT7\n")
    command = [sys.executable, "-c", textwrap.dedent(script), str(workspace.case_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout and process.stdout.readline() == b"sealing\n"
        # While it runs nothing of it is visible, and nobody else can add.
        assert list_drops(workspace.case_dir) == [before]
        with pytest.raises(UserError, match="another delivery is being added"):
            workspace.add(workspace.case_dir / "tenants.csv")
        process.send_signal(signal.SIGKILL)
    time.sleep(0.1)
    assert [name.startswith(".staging-") for name in workspace.visible()] == [True, False]
    assert list_drops(workspace.case_dir) == [before]
    workspace.add(workspace.case_dir / "tenants.csv")
    assert not [name for name in workspace.visible() if name.startswith(".")]


def test_adding_waits_for_nobody(workspace) -> None:
    records = workspace.file("records.csv", RECORDS)
    workspace.drops.mkdir()
    with (workspace.drops / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UserError, match="another delivery is being added"):
            workspace.add(records)
    assert workspace.add(records)


def test_a_damaged_manifest_is_said(workspace) -> None:
    drop = workspace.add(workspace.file("records.csv", RECORDS))
    manifest = drop.path / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text("{}")
    with pytest.raises(UserError, match=rf"drops/{drop.id}/manifest\.json: the manifest cannot be read"):
        list_drops(workspace.case_dir)
