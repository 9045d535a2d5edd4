"""The report on files: what of it comes from the manifest, what from the sealed tables, and what is left to ask."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from consent_risk import tables
from consent_risk.case import Case, ExportSettings
from consent_risk.intake import asking
from consent_risk.intake.file_report import FileReport, Report
from consent_risk.intake.manifest import FieldRead, Input, Manifest, Note, Output, Rejected
from consent_risk.vocabulary import EventState, Purpose
from consent_risk.workspace.checks import SealedDelivery, check_files, count_contradictions, neutral_case, report_of
from consent_risk.workspace.counts import COUNTS, Counts, count_sealed, read_counts, write_counts

DAY = date(2022, 1, 27)
CASE = neutral_case(DAY)
OWN = "Which list was this taken from?"


def an_input(file: str = "contacts.csv", **changed: object) -> Input:
    fields = {"file": file, "sha256": "0" * 64, "bytes": 100, "recipe": "hubspot", "table": "records"}
    return Input(**{**fields, "rows": 5, "used": 4, **changed})


def a_manifest(*inputs: Input, delivered: tuple[str, ...] = ("records",), **changed: object) -> Manifest:
    fields = {"outputs": (), "rejects": (), "consent_tenants": (), "quality": ()}
    return Manifest(
        **{**fields, "program_version": "0", "profile": "strict-1", "inputs": inputs, "delivered": delivered, **changed}
    )


def sealed(folder: Path, records: list[tuple[int, str, list[int]]], states: tuple[str, ...] = ()) -> Path:
    """A folder of sealed tables with these records (key, tenant, e-mail keys) and an event in each state."""
    folder.mkdir(exist_ok=True)
    frames = {name: tables.empty(name) for name in tables.SCHEMAS}
    wanted = {"record_key": pl.Int64, "tenant_id": pl.String, "email_keys": pl.List(pl.Int64)}
    found = pl.DataFrame(records, schema=wanted, orient="row").with_columns(
        phone_keys=pl.lit([], dtype=pl.List(pl.Int64)), record_state=pl.lit("active"), data_categories=pl.lit("")
    )
    frames["records"] = pl.concat([frames["records"].cast({"record_state": pl.String}), found], how="diagonal")
    frames["consents"] = events([(1, "Marketing", state, None) for state in states])
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return folder


def events(rows: list[tuple[int, str, str, datetime | None]], channel: str | None = None) -> pl.DataFrame:
    schema = {"record_key": pl.Int64, "purpose": pl.String, "event_state": pl.String, "event_time": pl.Datetime("us")}
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return found.with_columns(pl.lit(channel, dtype=pl.String).alias("channel"))


def report(*inputs: Input, case: Case = CASE, delivered: tuple[str, ...] = ("records",), folder: Path) -> Report:
    manifest = a_manifest(*inputs, delivered=delivered)
    counts = count_sealed(sealed(folder, [(1, "T1", [1]), (2, "T1", [1]), (3, "T1", [])]), manifest, as_of=DAY)
    return report_of([SealedDelivery(folder, manifest, counts)], case)


def asked(*inputs: Input, folder: Path, **given: object) -> dict[str, tuple[str, ...]]:
    return {question.question: question.files for question in report(*inputs, folder=folder, **given).questions}


def test_a_file_counts_its_own_records_and_rejects(tmp_path: Path) -> None:
    one = an_input("one.csv", records=2, first_record=0, states={EventState.GIVEN: 3}, warnings=("a warning",))
    other = an_input("other.csv", records=3, first_record=2)
    manifest = a_manifest(
        one,
        other,
        rejects=(Rejected(file="one.csv", reason="not a day", rows=1),),
        quality=(Note(file="other.csv", what="countries not kept", rows=2), Note(file="tenants", what="x", rows=1)),
        outputs=(Output(table="records", file="records.parquet", sha256="0", rows=5),),
    )
    records = [(1, "T1", [10]), (2, "T1", [10]), (3, "T1", [10]), (4, "T1", [20]), (5, "T2", [20])]
    folder = sealed(tmp_path / "drop", records, ("given", "given", "objected"))
    rejects = {"file": ["one.csv"] * 2, "row": [3, 4], "column": ["created_at"] * 2, "reason": ["not a day"] * 2}
    pl.DataFrame(rejects).write_parquet(folder / "rejects.parquet")
    counts = count_sealed(folder, manifest, as_of=DAY)
    assert counts.persons == (1, 3)  # keys 10 and 10; keys 10, 20 of T1 and 20 of T2
    assert {state: count for state, count in counts.consent_events.items() if count} == {"given": 2, "objected": 1}
    assert counts.tenants == ("T1", "T2")
    found = report_of([SealedDelivery(folder, manifest, counts, 1)], CASE)
    first, second = found.files
    assert (first.drop, first.records, first.persons, first.rejected) == (1, 2, 1, {"not a day": 1})
    assert [(place.row, place.column) for place in first.places] == [(3, "created_at"), (4, "created_at")]
    assert (first.warnings, second.warnings) == (("a warning",), ("countries not kept (2 rows)",))
    assert [note.file for note in found.notes] == ["tenants"]
    assert (first.as_of, first.states) == (DAY, {EventState.GIVEN: 3})


def test_the_json_has_every_key_for_every_file(tmp_path: Path) -> None:
    data = report(an_input(), folder=tmp_path / "drop").to_json_data()
    wanted = {"file", "recipe", "encoding", "rows", "records", "persons", "rejected", "states", "unmapped", "ignored"}
    assert wanted | {"dropped", "warnings"} <= data["files"][0].keys()
    assert {"files", "questions"} <= data.keys()


def test_counts_are_stored_beside_the_manifest_and_damage_is_noticed(tmp_path: Path) -> None:
    counts = Counts(as_of=DAY, persons=(1,), consent_events=dict.fromkeys(EventState, 0), tenants=("T1",))
    assert read_counts(tmp_path) is None
    write_counts(tmp_path, counts)
    assert read_counts(tmp_path) == counts
    (tmp_path / COUNTS).write_text("{")
    assert read_counts(tmp_path) is None


def test_yes_and_no_to_one_purpose_at_one_time_contradict_each_other(tmp_path: Path) -> None:
    noon, later = datetime(2021, 1, 1, 12), datetime(2021, 1, 2)
    rows = [
        *[(1, "Marketing", state, noon) for state in ("given", "withdrawn")],  # contradicts itself
        *[(2, "Marketing", "given", noon), (2, "Marketing", "withdrawn", later)],  # changed its mind
        *[(3, "Marketing", "given", noon), (3, "Analytics", "refused", noon)],  # another purpose
        *[(4, "Marketing", state, None) for state in ("renewed", "objected")],  # both without a time
        *[(5, "Marketing", state, noon) for state in ("given", "none_recorded", "unknown")],  # nobody said no
        (6, "Marketing", "given", noon),
        (6, "Marketing", "revoked", noon),  # in another file
    ]
    for number, part in enumerate((rows[:-1], rows[-1:])):
        events(part).write_parquet(tmp_path / f"{number}.parquet")
    events([(6, "Marketing", "refused", noon)], "sms").write_parquet(tmp_path / "another channel.parquet")
    assert count_contradictions(sorted(tmp_path.glob("*.parquet"))) == 3  # records 1, 4 and 6


TOLD = {"states": {EventState.GIVEN: 2}, "events": 2, "records": 3}
CONSENTED = an_input(**TOLD)
SILENT = an_input(records=3, states={EventState.UNKNOWN: 3})


def test_what_no_export_says_is_asked_of_the_files_that_leave_it_open(tmp_path: Path) -> None:
    found = asked(an_input("silent.csv", records=3), CONSENTED, folder=tmp_path)
    assert found == {
        asking.PURPOSE: ("contacts.csv",),
        asking.RECIPIENTS: ("contacts.csv",),
        asking.MECHANISM: ("contacts.csv",),
        asking.ROLE: (),
        asking.SUPPRESSED: (),
    }


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (asking.PURPOSE, {"fields": (FieldRead(column="Topic", field="purpose", filled=2),)}),
        (asking.PURPOSE, {"recipe": "kantara"}),
        (asking.MECHANISM, {"recipe": "kantara"}),
        (asking.PURPOSE, {"recipe": "canonical"}),
        (asking.PURPOSE, {"states": {EventState.NONE_RECORDED: 2}}),
        (asking.RECIPIENTS, {"fields": (FieldRead(column="To", field="recipients", filled=1),)}),
        (asking.RECIPIENTS, {"states": {EventState.OBJECTED: 2}}),
        (asking.MECHANISM, {"fields": (FieldRead(column="How", field="collection_method", filled=1),)}),
    ],
)
def test_what_a_file_answers_is_not_asked(question: str, answer: dict[str, object], tmp_path: Path) -> None:
    assert question in asked(CONSENTED, folder=tmp_path)
    assert question not in asked(CONSENTED.model_copy(update=answer), folder=tmp_path)


def test_a_field_that_is_never_filled_answers_nothing(tmp_path: Path) -> None:
    blank = {"fields": (FieldRead(column="To", field="recipients", filled=0),)}
    assert asking.RECIPIENTS in asked(CONSENTED.model_copy(update=blank), folder=tmp_path)


def test_what_the_case_answers_is_not_asked(tmp_path: Path) -> None:
    said = {"contacts.*": ExportSettings(purposes={"News": Purpose.MARKETING})}
    found = asked(CONSENTED, case=CASE.model_copy(update={"exports": said}), folder=tmp_path)
    assert asking.PURPOSE not in found and asking.RECIPIENTS in found


def test_what_another_file_answers_is_not_asked(tmp_path: Path) -> None:
    suppressed = an_input("suppressed.csv", table="consents", states={EventState.OBJECTED: 4}, orphans=4)
    found = asked(SILENT, suppressed, delivered=("records", "agreements"), folder=tmp_path)
    assert asking.ROLE not in found and asking.SUPPRESSED not in found


def test_a_question_of_several_files_is_asked_once(tmp_path: Path) -> None:
    files = [an_input(name, questions=(OWN,)) for name in ("a.csv", "b.csv")]
    assert asked(*files, folder=tmp_path) == {OWN: ("a.csv", "b.csv")}


def test_files_that_are_only_looked_at_need_no_case(tmp_path: Path) -> None:
    export = tmp_path / "records.csv"
    export.write_text("tenant_id,source_id,country\nT1,S1,DE\nT1,S2,Nowhere\n")
    (found,) = check_files([export], CASE).files
    assert (found.file, found.rows, found.used, found.recipe) == ("records.csv", 2, 1, "canonical")
    assert list(found.rejected.values()) == [1]
    assert [(place.row, place.column) for place in found.places] == [(2, "country")]
    assert sorted(tmp_path.iterdir()) == [export]


def test_a_file_report_of_an_older_manifest_has_blanks(tmp_path: Path) -> None:
    bare = {key: an_input().model_dump()[key] for key in ("file", "sha256", "bytes", "recipe", "table", "rows", "used")}
    (found,) = report(Input(**bare), folder=tmp_path).files
    assert isinstance(found, FileReport)
    assert (found.states, found.persons, found.fields) == ({}, 0, ())
