"""A few hundred damaged exports through the check; `make fuzz` tries twenty thousand."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"
sys.path.insert(0, str(BENCH))
import fuzz  # noqa: E402
import mutations  # noqa: E402

SEED, COUNT = 2026, 300


@pytest.mark.slow
def test_damaged_exports_are_read_or_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", "1")
    began = time.monotonic()
    results = fuzz.fuzz(SEED, COUNT, seconds=10, workers=min(2, os.cpu_count() or 1))
    print(fuzz.figures(results, time.monotonic() - began))
    assert len(results) == COUNT
    assert {result.outcome for result in results} >= {fuzz.READ, fuzz.REFUSED}
    assert not fuzz.told(results, SEED)


def test_the_same_seed_and_number_give_the_same_mutant() -> None:
    sources = mutations.read_sources()
    for number in range(50):
        assert mutations.mutant(sources, 7, number) == mutations.mutant(sources, 7, number)
    assert len({mutations.mutant(sources, 7, number).content for number in range(50)}) > 40


def test_every_mutant_differs_from_its_source() -> None:
    sources = mutations.read_sources()
    for number in range(200):
        made = mutations.mutant(sources, 3, number)
        assert made.kinds
        assert not any((made.files, made.options) == (source.files, source.options) for source in sources)


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("records.csv, row 3: ana@example.com is no day.", {"e-mail"}),
        ("ignored: ANA@EXAMPLE.COM", {"e-mail"}),
        ("call +44 20 7946 0188", {"phone"}),
        ("call +442079460188", {"phone"}),
        ("the row of Ana-Maria Quist", {"name or id"}),
        ("the record 5f19187f9c0ca3ba4e5f85a4", {"name or id"}),
        ("records.csv, row 3, column email: not an address. sha256 442079460188ab, 20 rows", set()),
    ],
)
def test_the_search_finds_identifiers_in_what_is_printed(printed: str, found: set[str]) -> None:
    content = b"id,full name,email,phone\n5f19187f9c0ca3ba4e5f85a4,Ana-Maria Quist,Ana@example.com,+44 20 7946 0188\n"
    known = fuzz.identifiers_in(content)
    assert fuzz.leaks(printed, known, "id,full name,email,phone") == found


def test_identifiers_are_found_within_archives_and_json() -> None:
    inner = '{"firstName": "Leonora", "email": "leo@example.org"}'.encode("utf-16")
    known = fuzz.identifiers_in(mutations.zipped({"a.json": inner}))
    assert known.emails == {"leo@example.org"}
    assert not fuzz.leaks("a.zip: not read", known, "")


def test_a_hang_and_a_leak_are_failures() -> None:
    results = [
        fuzz.Result(1, "a", ("bytes: flip",), fuzz.FAILED, trouble="no end after 10 s"),
        fuzz.Result(2, "a", ("bytes: flip",), fuzz.READ, leaks=("e-mail",)),
        fuzz.Result(3, "a", ("bytes: flip",), fuzz.REFUSED),
    ]
    assert [result.number for result in fuzz.failures(results)] == [1, 2]
    assert "--seed 5 --only 1" in fuzz.told(results, 5)
