"""Short cuts for large files lead where the long way leads."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent_risk.intake.ahead import Behind, ahead
from consent_risk.intake.cells import _instant_value, instant
from consent_risk.intake.csv_reading import _trimmed
from consent_risk.intake.known_keys import KnownKeys

CELLS = {
    "tenant_id": ["T1", " T1", "T2 ", "", "a@example.com"],
    "email": ["", "ana@example.com", " Ana@example.com "],
    "is_natural_person": ["true", "", "false ", "yes"],
    "country": ["DE", "\u00a0FR", "UK", ""],
    "region": ["BE", "Berlin", "", "75"],
    "birth_date": ["1950-05-05", "2001-02-03", "", "2021-02-29", "2001-02-03T00:00:00Z"],
    "created_at": ["2021-03-04T16:08:50Z", "2021-03-04 16:08", "", "1899-12-31", "2021-03-04"],
    "record_state": ["active", "", "actve", " suspended"],
    "data_categories": ["Identifying", "EmailAddress; Identifying;", ";", "Name", ""],
    "has_special_category": ["true", "", "\x1cfalse"],
    "stored_bytes": ["7", "", "-1", "9999999999999"],
}


def messy_records(rows: int) -> str:
    header = ["source_id", *CELLS]
    lines = [
        [f"S{i // 2}"] + [cells[((i * 7919) >> n) % len(cells)] for n, cells in enumerate(CELLS.values())]
        for i in range(rows)
    ]
    return "\n".join(map(",".join, [header, *lines])) + "\n"


def test_columns_that_repeat_are_read_as_others_are(intake, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    for repeats in (0, 10**9):
        monkeypatch.setattr("consent_risk.intake.csv_reading._REPEATS", repeats)
        manifest = intake.seal({"records.csv": messy_records(2_000)}, set_aside=True)
        read.append(
            (manifest.rejects, manifest.inputs, manifest.quality, intake.table("records"), intake.table("rejects"))
        )
    (rejects, *others, records, rejected), (rejects_2, *others_2, records_2, rejected_2) = read
    assert (rejects, others) == (rejects_2, others_2)
    assert len(rejects) > 5
    assert records.height > 20
    assert records.equals(records_2)
    assert rejected.equals(rejected_2)


def test_problems_of_columns_that_repeat_are_those_of_others(intake, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    for repeats in (0, 10**9):
        monkeypatch.setattr("consent_risk.intake.csv_reading._REPEATS", repeats)
        read.append(intake.problems({"records.csv": messy_records(400)}))
    assert len(read[0]) > 400
    assert read[0] == read[1]


@settings(deadline=None)
@given(
    st.sampled_from(["2021-03-04T16:08:50Z", "2021-03-04 16:08:50", "2021-03-04"]),
    st.lists(st.tuples(st.integers(0, 19), st.sampled_from("0123456789-:TtZz +.,é")), max_size=3),
)
def test_times_of_the_usual_length_are_read_as_others_are(text: str, changes: list[tuple[int, str]]) -> None:
    letters = list(text)
    for place, letter in changes:
        letters[place % len(letters)] = letter
    texts = pl.DataFrame({"text": ["".join(letters)]})
    assert texts.select(instant().value(pl.col("text"))).equals(
        texts.select(_instant_value(pl.col("text")).alias("text"))
    )


@settings(deadline=None)
@given(st.text())
def test_few_texts_are_trimmed_as_many_are(text: str) -> None:
    assert _trimmed(text) == (pl.Series([text]).str.strip_chars().item() or None)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(-3, 20)), max_size=6))
def test_known_keys_are_a_set(batches: list[list[int]]) -> None:
    known, expected = KnownKeys(), set()
    for batch in batches:
        keys = np.array(batch, dtype=np.int64)
        assert known.contain(keys).tolist() == [key in expected for key in batch]
        new = [key not in expected and key not in batch[:at] for at, key in enumerate(batch)]
        assert known.learn(keys).tolist() == new
        expected |= set(batch)
        assert len(known) == len(expected)


def test_what_goes_wrong_ahead_is_raised_in_its_place() -> None:
    def items() -> Generator[int, None, None]:
        yield 1
        yield 2
        raise OSError("no more")

    running = ahead(items())
    assert (next(running), next(running)) == (1, 2)
    with pytest.raises(OSError, match="no more"):
        next(running)


def test_who_stops_early_stops_what_runs_ahead() -> None:
    closed = []

    def items() -> Generator[int, None, None]:
        try:
            yield from range(1_000_000)
        finally:
            closed.append(True)

    running = ahead(items())
    assert next(running) == 0
    running.close()
    assert closed == [True]


def test_what_goes_wrong_behind_is_raised_at_the_latest_when_all_must_be_done() -> None:
    behind, done = Behind(), []

    def fail() -> None:
        raise OSError("the disk is full")

    behind.run(lambda: done.append(1))
    behind.run(fail)
    with pytest.raises(OSError, match="the disk is full"):
        behind.finish()
    behind.stop()
    assert done == [1]
