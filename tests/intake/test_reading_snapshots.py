"""Files of snapshots: only the latest of a subject counts, and what it no longer lists was taken back."""

from __future__ import annotations

import polars as pl
import pytest
from readings import events, known, lines, recipe, states

from consent_risk.errors import UserError

PEOPLE = recipe("records: {tenant_id: [Org], source_id: [Id], email: [Mail]}\n", name="people", recognised="Mail")
SUBJECT = "subject: {tenant_id: [Org], source_id: [Who], email: [Address]}\n"
SAID = """
consents:
  - polarity: present
    says: {event_state: objected, legal_basis: none_recorded}
    purpose: DirectMarketing
    time: {columns: [At]}
    evidence_level: 1
    transfer_objection: true
tallies: [{name: opt-outs, columns: [What], figure: rows}]
"""
OPT_OUTS = recipe(SUBJECT + "snapshot: {columns: [At], lists: [What]}\n" + SAID, name="outs", recognised="What")
RECORDS = "Id,Org,Mail\n1,T,ana@example.com\n2,T,ben@example.com\n1,T2,cy@example.com\n"
AGAIN = "of an earlier snapshot, and listed again in a later one"


@pytest.fixture(autouse=True)
def recipes(monkeypatch) -> None:
    known(monkeypatch, PEOPLE, OPT_OUTS)


def snapshots(intake, *rows: str, header: str = "Who,Org,Address,What,At"):
    text = header + "\n" + "".join(f"{row}\n" for row in rows)
    manifest = intake.seal({"people.csv": RECORDS, "outs.csv": text})
    (given,) = (one for one in manifest.inputs if one.file == "outs.csv")
    return given, manifest


@pytest.mark.parametrize(
    ("rows", "said", "again"),
    [
        (["1,T,,a,2020-01-01"], {"objected": 1}, 0),
        (["1,T,,a,2020-01-01", "1,T,,a,2020-01-02"], {"objected": 1}, 1),
        (["1,T,,a,2020-01-01", "1,T,,b,2020-01-02"], {"objected": 1, "none_recorded": 1}, 0),
        (["1,T,,b,2020-01-02", "1,T,,a,2020-01-01"], {"objected": 1, "none_recorded": 1}, 0),
        (["1,T,,a,2020-01-01", "1,T,,a,2020-01-02", "1,T,,b,2020-01-03"], {"objected": 1, "none_recorded": 1}, 1),
        (["1,T,,a,2020-01-01", "1,T,,b,2020-01-02", "1,T,,a,2020-01-03"], {"objected": 1, "none_recorded": 1}, 1),
        (["1,T,,a,2020-01-01", "2,T,,b,2020-01-02"], {"objected": 2}, 0),
        (["1,T,,a,2020-01-01", "1,T2,,b,2020-01-02"], {"objected": 2}, 0),
        (
            [",T,ana@example.com,a,2020-01-01", ",T,ANA@example.com,b,2020-01-02"],
            {"objected": 1, "none_recorded": 1},
            0,
        ),
        (["1,T,,a,", "1,T,,b,2020-01-02"], {"objected": 2}, 0),
        (["1,T,,a,whenever", "1,T,,b,2020-01-02"], {"objected": 2}, 0),
        (["9,T,,a,2020-01-01", "9,T,,b,2020-01-02"], {"objected": 1, "none_recorded": 1}, 0),
    ],
)
def test_only_the_latest_snapshot_of_a_subject_counts(intake, monkeypatch, rows, said, again) -> None:
    for batch in (1, 200_000):  # snapshots may lie in different batches
        monkeypatch.setattr("consent_risk.intake.csv_reading.BATCH_ROWS", batch)
        given, manifest = snapshots(intake, *rows)
        assert states(given) == said
        assert given.tallies == {"opt-outs": said["objected"]}
        aside = [count for file, reason, count in intake.rejected(manifest) if reason == AGAIN]
        assert aside == [again] * bool(again)


def test_what_was_taken_back_is_no_objection_and_forbids_nothing(intake) -> None:
    snapshots(intake, "1,T,,a,2020-01-01", "1,T,,b,2020-01-02")
    assert events(intake, "event_state", "legal_basis", "transfer_objection", "event_time") == [
        ("none_recorded", "none_recorded", None, "2020-01-01 00:00:00"),
        ("objected", "none_recorded", True, "2020-01-02 00:00:00"),
    ]


def test_without_the_time_of_the_snapshots_every_row_is_of_the_latest(intake) -> None:
    given, _ = snapshots(intake, "1,T,,a", "1,T,,b", header="Who,Org,Address,What")
    assert (states(given), given.used) == ({"objected": 2}, 2)


def test_the_order_of_days_is_known_before_snapshots_are_compared(intake) -> None:
    given, _ = snapshots(intake, "1,T,,a,02/01/2020", "1,T,,b,01/02/2020", "2,T,,c,25/12/2019")
    assert states(given) == {"objected": 2, "none_recorded": 1}
    table = intake.table("consents").filter(pl.col("event_state") == "none_recorded")
    assert str(table["event_time"].item()) == "2020-01-02 00:00:00"


def test_no_snapshot_without_a_subject_of_the_row() -> None:
    snapshot = "snapshot: {columns: [At], lists: [What]}\n"
    for body in ("records: {tenant_id: [Org], source_id: [Id]}\n", "subject: {tenant_id: [Org], source_id: [.who]}\n"):
        with pytest.raises(UserError) as refused:
            recipe(body + snapshot)
        assert "a `snapshot` needs a `subject` of the row" in str(refused.value)


def test_snapshots_are_read_from_json_too(intake) -> None:
    rows = [
        {"Who": 1, "Org": "T", "What": 11, "At": "2020-01-01"},
        {"Who": 1, "Org": "T", "What": 12, "At": "2020-01-02"},
    ]
    manifest = intake.seal({"people.csv": RECORDS, "outs.jsonl": lines(*rows)})
    assert states(manifest.inputs[1]) == {"none_recorded": 1, "objected": 1}
