"""Bad input is survived: a message says what is wrong, where and how to mend it; nothing is lost or half-written."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msoffcrypto.format.ooxml
import polars as pl
import pytest
import xlsxwriter

from consent_risk import cli
from consent_risk.case import parse_case
from consent_risk.errors import UserError
from consent_risk.workspace.drops import add_drop, list_drops
from consent_risk.workspace.keys import new_key

CASE = """\
case: bad
as_of: 2026-03-31
provider: {name: Provider}
acquirer: {name: Acquirer, named_as: [Acquirer]}
purposes: [DirectMarketing]
"""
HEADER = "tenant_id,source_id,email,phone,country\n"
ROWS = [f"T1,S{n},raw{n}@example.com,+44 20 7946 00{n:02},GB\n" for n in range(10, 60)]
RAW = re.compile(r"raw\d+@example|7946")
SECONDS = 15  # for each message; a loaded machine needs some of them

MENDS = "again copy close save correct write hand.in hand.it.in leave remove use rename split give wait"
AGAIN = rf"\b({MENDS.replace(' ', '|')})\b"
# What a message has to say, in words that leave its wording open: every pattern, in one line, whatever the capitals.
WORDS = {
    "truncated gzip": ("gz", "cut off|truncated|incomplete|ends too early|damaged", AGAIN),
    "zip bomb": (r"\.zip", r"times|ratio|: ?1|bomb", AGAIN),
    "gzip bomb": (r"\.gz", r"times|ratio|: ?1|bomb", AGAIN),
    "zip with paths": (r"\.zip", r"outside|path|\.\.|name", AGAIN),
    "NUL bytes": ("zero byte|NUL", AGAIN),
    "bad UTF-8": ("UTF-8|encod|decod", "row 26|line 27", AGAIN),
    "million columns": ("column", r"1[ ,.’']?000[ ,.’']?00\d|million|too many|more than", AGAIN),
    "huge cell": ("cell|value|row|line|field", "long|large|big|MB|characters|bytes", AGAIN),
    "unbalanced quotes": ("quot", r"(row|line) 2\d", AGAIN),
    "ragged rows": ("cells|fields|columns", r"(row|line) (26|27)", AGAIN),
    "duplicate headers": ("twice|duplicate|more than once|repeated", "email", AGAIN),
    "misaligned rows": (r"(row|line) 2[67]", "column", AGAIN),
    "duplicate keys": ("twice|duplicate|more than once|repeat", "key|email"),
    "broken JSON line": (r"(row|line) 3", "JSON", AGAIN),
    "formulas": ("formula",),
    "merged cells": ("merge",),
    "password": ("password|protected|encrypted", AGAIN),
    "two date orders": ("date|day|order", r"row \d", "Create Date|created", AGAIN),
    "empty file": ("empty", AGAIN),
    "header only": ("header", "no row|without row|nothing (below|under)|only", AGAIN),
    "changed": ("changed while", AGAIN),
    "full disk": ("disk|space", "full|no space|room|left"),
}


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


class Desk:
    """A case with one drop, a folder for exports, and a temporary folder that must be empty again."""

    def __init__(self, folder: Path, run: Callable[..., Said]) -> None:
        self.case, self.folder, self.temporary, self._run = folder / "case", folder / "exports", folder / "tmp", run
        for place in (self.case, self.folder, self.temporary):
            place.mkdir()
        (self.case / "case.yaml").write_text(CASE, encoding="utf-8")
        first = self.file("records.csv", HEADER + "T9,S9,first@example.org,,GB\n")
        assert run("add", self.case, first).code == 0
        (self.first,) = (drop.id for drop in list_drops(self.case))
        first.unlink()

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def state(self) -> dict[str, bytes]:
        files = (path for path in self.case.rglob("*") if path.is_file())
        return {str(path.relative_to(self.case)): path.read_bytes() for path in files}

    def refused(self, entry: str, path: Path, seconds: float = SECONDS) -> None:
        """`add` and `check` refuse the file in the words of the entry, in time, and leave no trace."""
        before = self.state()
        for words in (("add", self.case, path), ("check", path, "--json")):
            said = self.timed(seconds, *words)
            assert said.code == 2, said
            assert said.out == ""
            assert_says(entry, said.err)
            assert self.state() == before
            assert list(self.temporary.iterdir()) == []

    def refused_row(self, entry: str, path: Path) -> None:
        """`add` refuses the file for one row, and `check`, which sets rows aside, names it with its reason."""
        before = self.state()
        said = self.timed(SECONDS, "add", self.case, path)
        assert (said.code, said.out, self.state()) == (2, "", before), said
        assert_says(entry, said.err)
        (given,) = json.loads(self.report(path))["files"]
        (place,) = given["places"]
        assert given["rejected"] == {place["reason"]: 1}
        assert given["rows"] == given["used"] + 1
        assert any(place["reason"] in line and f"row {place['row']}" in line for line in said.lines)

    def taken(self, path: Path, *options: str, seconds: float = SECONDS) -> pl.DataFrame:
        """`add` takes the file; the records of its drop."""
        said = self.timed(seconds, "add", self.case, path, *options)
        assert said.code == 0, said.err
        assert list(self.temporary.iterdir()) == []
        return self.table("records")

    def table(self, name: str) -> pl.DataFrame:
        """A table of the second drop."""
        (drop,) = (drop for drop in list_drops(self.case) if drop.id != self.first)
        return pl.read_parquet(drop.path / f"{name}.parquet")

    def report(self, path: Path, *options: str) -> str:
        """What `check FILE --json` prints about a file that it can read."""
        said = self.timed(SECONDS, "check", path, *options, "--json")
        assert said.code == 0, said.err
        assert json.loads(said.out)["files"]
        return said.out

    def timed(self, seconds: float, *words: str | Path) -> Said:
        began = time.monotonic()
        said = self._run(*words)
        assert time.monotonic() - began < seconds
        assert not RAW.search(said.out + said.err), "a raw identifier is shown"
        assert all(len(line) < 2_000 and line.isprintable() for line in said.lines)
        return said


def assert_says(entry: str, text: str) -> None:
    """One line of the text has every word of the entry; the folders of a path are no words of it."""
    lines = [re.sub(r"\S+/", "", line) for line in text.splitlines()]
    fits = [all(re.search(word, line, re.IGNORECASE) for word in WORDS[entry]) for line in lines]
    assert any(fits), f"{WORDS[entry]} in {lines}"


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Desk:
    monkeypatch.setenv("CONSENT_RISK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))

    def run(*words: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["consent-risk", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        printed = capsys.readouterr()
        return Said(int(stopped.value.code or 0), printed.out, printed.err)

    return Desk(tmp_path, run)


def with_row(row: str, at: int = 25) -> str:
    """Fifty good rows and, behind the first `at`, one that is as given."""
    return HEADER + "".join([*ROWS[:at], row, *ROWS[at:]])


def zipped(name: str, *parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as member:
        for part in parts:
            member.write(part)
    return buffer.getvalue()


# Archives


def test_a_gzip_file_that_was_cut_off_is_refused(desk: Desk) -> None:
    whole = gzip.compress(with_row("").encode())
    desk.refused("truncated gzip", desk.file("records.csv.gz", whole[: len(whole) // 2]))


def test_a_zip_bomb_is_stopped_at_a_ratio(desk: Desk) -> None:
    rows = b"T1,S1,,,GB\n" * (1 << 16)
    desk.refused("zip bomb", desk.file("records.zip", zipped("records.csv", HEADER.encode(), *[rows] * 400)))


def test_a_gzip_bomb_is_stopped_at_a_ratio(desk: Desk) -> None:
    rows = HEADER.encode() + b"T1,S1,,,GB\n" * (400 << 16)
    desk.refused("gzip bomb", desk.file("records.csv.gz", gzip.compress(rows, 9)))


@pytest.mark.parametrize("name", ["../../records.csv", "/evil/records.csv", "..\\records.csv"])
def test_a_zip_with_names_that_lead_out_of_it_writes_nothing_there(desk: Desk, tmp_path: Path, name: str) -> None:
    before = sorted(path for path in tmp_path.rglob("*") if path.name == "records.csv")
    desk.refused("zip with paths", desk.file("delivery.zip", zipped(name, with_row("").encode())))
    assert sorted(path for path in tmp_path.rglob("*") if path.name == "records.csv") == before
    assert not Path("/evil").exists()


# Text


def test_zero_bytes_in_a_text_are_refused(desk: Desk) -> None:
    desk.refused_row("NUL bytes", desk.file("records.csv", with_row("T1,S1,\x00\x00,,GB\n")))


def test_bytes_of_no_encoding_in_the_middle_are_refused_with_their_row(desk: Desk) -> None:
    good = with_row("T1,Zoë,,,GB\nT1,S1,caf\ue000,,GB\n", 24).encode()
    desk.refused("bad UTF-8", desk.file("records.csv", good.replace("\ue000".encode(), b"\xc3\x28\x81")))


def test_a_header_of_a_million_columns_is_refused(desk: Desk) -> None:
    header = HEADER.strip() + "".join(f",c{n}" for n in range(1_000_000))
    desk.refused("million columns", desk.file("records.csv", f"{header}\nT1,S1\n"), seconds=60)


def test_a_cell_of_fifty_megabytes_is_refused(desk: Desk) -> None:
    row = f'T1,S1,"{"x" * 50_000_000}",,GB\n'
    desk.refused("huge cell", desk.file("records.csv", with_row(row)), seconds=60)


def test_a_quotation_mark_that_is_never_closed_is_refused_with_its_row(desk: Desk) -> None:
    desk.refused("unbalanced quotes", desk.file("records.csv", with_row('T1,S1,"open,,GB\n')))


@pytest.mark.parametrize("row", ["T1,S1\n", "T1,S1,,,GB,more,still\n"])
def test_a_ragged_row_is_refused_with_its_place_or_set_aside_and_counted(desk: Desk, row: str) -> None:
    path = desk.file("records.csv", with_row(row))
    said = desk.timed(SECONDS, "add", desk.case, path)
    assert said.code == 2
    assert_says("ragged rows", said.err)
    assert desk.taken(path, "--set-aside").height == len(ROWS)
    assert desk.table("rejects")["row"].to_list() == [26]


def test_a_header_that_names_a_column_twice_is_refused(desk: Desk) -> None:
    desk.refused("duplicate headers", desk.file("records.csv", with_row("").replace("phone,", "email,", 1)))


def test_a_block_of_misaligned_rows_is_set_aside_whole(desk: Desk) -> None:
    block = "GB,raw98@example.com,T1,S98,+44 20 7946 0098\nGB,raw99@example.com,T1,S99,+44 20 7946 0099\n"
    path = desk.file("records.csv", with_row(block))
    said = desk.timed(SECONDS, "add", desk.case, path)
    assert said.code == 2
    assert_says("misaligned rows", said.err)
    assert desk.taken(path, "--set-aside").height == len(ROWS)
    assert sorted(desk.table("rejects")["row"]) == [26, 27]


def test_cells_that_look_like_formulas_stay_text(desk: Desk) -> None:
    names = ['=HYPERLINK("http://example.com")', "+1+1", "-2", "@SUM(A1)"]
    rows = "".join(f'T{n},"{name.replace(chr(34), chr(34) * 2)}"\n' for n, name in enumerate(names))
    desk.taken(desk.file("tenants.csv", f"tenant_id,tenant_name\n{rows}"))
    kept = desk.table("tenants")
    assert kept.sort("tenant_id")["tenant_name"].to_list()[: len(names)] == names


def test_every_row_is_read_whatever_its_line_end(desk: Desk) -> None:
    ends = ("\n", "\r\n")
    text = "".join(row.strip() + ends[number % 2] for number, row in enumerate([HEADER, *ROWS]))
    assert desk.taken(desk.file("records.csv", text)).height == len(ROWS)


def test_lone_carriage_returns_lose_no_row(desk: Desk) -> None:
    text = "".join(row.strip() + "\n\r"[number % 2] for number, row in enumerate([HEADER, *ROWS]))
    said = desk.timed(SECONDS, "add", desk.case, desk.file("records.csv", text))
    if said.code == 0:
        assert desk.table("records").height == len(ROWS)
    else:
        assert re.search("line end|carriage|cells|row", said.err)


def test_an_empty_file_is_refused(desk: Desk) -> None:
    desk.refused("empty file", desk.file("records.csv", ""))


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
def test_a_file_with_only_a_header_is_refused(desk: Desk, end: str) -> None:
    desk.refused("header only", desk.file("records.csv", HEADER.strip() + end))


def test_days_in_two_orders_in_one_column_are_refused_with_their_place(desk: Desk) -> None:
    days = ["25/12/2021", "12/25/2021", "03/04/2021"]
    rows = "".join(f"{n},raw{n}@example.com,{day}\n" for n, day in enumerate(days, 100))
    desk.refused("two date orders", desk.file("hubspot.csv", f"Record ID,Email,Create Date\n{rows}"))


# JSON


def test_a_key_that_stands_twice_in_an_object_is_told(desk: Desk) -> None:
    one = '{"id": 1, "email": "raw1@example.com", "email": "raw2@example.com", "role": "end-user", "shared": false,'
    users = desk.file(
        "users.json", f'[{one} "active": true, "suspended": false, "verified": true, "tags": [], "user_fields": {{}}}}]'
    )
    assert_says("duplicate keys", desk.report(users, "--tenant", "help"))  # fmt: skip


def test_a_line_that_is_no_json_is_refused_with_its_number(desk: Desk) -> None:
    lines = [f'{{"tenant_id": "T1", "source_id": "S{n}", "email": "raw{n}@example.com"}}' for n in range(5)]
    lines[2] = lines[2][:30]
    desk.refused_row("broken JSON line", desk.file("records.jsonl", "\n".join(lines) + "\n"))


# Workbooks


def workbook(fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]) -> bytes:
    """A workbook of a few records, and what `fill` adds."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("records")
        sheet.write_row(0, 0, HEADER.strip().split(","))
        for number, row in enumerate(ROWS[:5], 1):
            sheet.write_row(number, 0, row.strip().split(","))
        fill(book, sheet)
    return buffer.getvalue()


def test_formulas_in_a_workbook_are_told(desk: Desk) -> None:
    content = workbook(lambda book, sheet: sheet.write_formula(2, 4, '=CONCATENATE("G","B")', None, "GB"))
    assert_says("formulas", desk.report(desk.file("records.xlsx", content)))


def test_merged_cells_in_a_workbook_are_told(desk: Desk) -> None:
    content = workbook(lambda book, sheet: sheet.merge_range(6, 0, 8, 0, "T1"))
    assert_says("merged cells", desk.report(desk.file("records.xlsx", content)))


def test_a_workbook_behind_a_password_is_refused(desk: Desk) -> None:
    plain, locked = io.BytesIO(workbook(lambda book, sheet: None)), io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("invented", locked)
    desk.refused("password", desk.file("records.xlsx", locked.getvalue()))


# The machine


@pytest.mark.parametrize("times", [1, None], ids=["once", "for ever"])
def test_a_file_that_changes_while_it_is_read_is_refused(desk: Desk, times: int | None) -> None:
    path = desk.file("records.csv", with_row(""))
    before, left = desk.state(), itertools.repeat(None) if times is None else iter(range(times))

    def append(done: int, total: int) -> None:
        for _ in itertools.islice(left, 1):
            with path.open("a", encoding="utf-8") as file:
                file.write("T1,later,,,GB\n" * 100_000)

    with pytest.raises(UserError) as refused:
        now = datetime(2026, 4, 1, tzinfo=UTC)
        add_drop(desk.case, parse_case(CASE), [path], key=new_key(), progress=append, now=now)
    assert_says("changed", "\n".join(refused.value.lines()))
    assert desk.state() == before


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_that_never_stops_growing_is_refused(desk: Desk, pack: Callable[[bytes], bytes]) -> None:
    """Whoever writes to it may be faster than we read."""
    rows = pack(HEADER.encode() + "".join(ROWS).encode() * 2_000)
    path = desk.file("records.csv", rows)
    stop = threading.Event()

    def append() -> None:
        with path.open("ab") as file:
            while not stop.is_set() and path.stat().st_size < 1 << 30:
                file.write(rows)
                file.flush()
                stop.wait(0.001)

    writer = threading.Thread(target=append)
    before = desk.state()
    writer.start()
    try:
        said = desk.timed(60, "add", desk.case, path)
    finally:
        stop.set()
        writer.join()
    assert (said.code, desk.state()) == (2, before)
    assert_says("changed", said.err)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def many_rows() -> str:
    return HEADER + "".join(f"T1,S{n},raw{n}@example.com,,GB\n" for n in range(300_000))


def test_a_full_disk_leaves_the_case_as_it_was(desk: Desk, small_disk: Path) -> None:
    before = desk.state()
    case = small_disk / "case"
    subprocess.run(["cp", "-a", desk.case, case], check=True)
    said = desk.timed(60, "add", case, desk.file("records.csv", many_rows()))
    assert (said.code, said.out) == (2, "")
    assert_says("full disk", said.err)
    files = (path for path in case.rglob("*") if path.is_file())
    assert {str(path.relative_to(case)): path.read_bytes() for path in files} == before
    assert len(list_drops(case)) == 1


def test_a_full_temporary_folder_is_told(desk: Desk, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    said = desk.timed(60, "check", desk.file("records.csv", many_rows()), "--json")
    assert (said.code, said.out) == (2, "")
    assert_says("full disk", said.err)
    assert list(small_disk.iterdir()) == []
