"""Files that belong together: statements about records of other files, merges, and the tenant they share."""

from __future__ import annotations

import polars as pl
import pytest
from readings import events, known, lines, of_records, recipe, states

from consent_risk.errors import UserError
from consent_risk.intake import seal_folder
from consent_risk.intake.sealing import Sealer

PEOPLE = recipe(
    "records: {tenant_id: [Org], source_id: [Id], email: [Mail], phone: [Phone]}\n", name="people", recognised="Mail"
)
OPT_OUTS = recipe(
    """
subject: {tenant_id: [Org], source_id: [Who], email: [Address], phone: [Number]}
consents:
  - polarity: present
    says: {event_state: objected, legal_basis: none_recorded}
    purpose: DirectMarketing
    time: {columns: [At]}
    evidence_level: 1
""",
    name="opt_outs",
    recognised="Who",
)
RECORDS = "Id,Org,Mail,Phone\n1,T,ana@example.com,+49 1\n2,T,ana@example.com,\n3,T2,ana@example.com,\n"


@pytest.fixture(autouse=True)
def recipes(monkeypatch) -> None:
    known(monkeypatch, PEOPLE, OPT_OUTS)


def opt_outs(intake, *rows: str, earlier=()):
    files = {"outs.csv": "Who,Org,Address,Number,At\n" + "".join(f"{row}\n" for row in rows)}
    return intake.seal(files if earlier else {"people.csv": RECORDS} | files, earlier=earlier)


@pytest.mark.parametrize(
    ("row", "records"),
    [
        ("1,T,,,", 1),
        ("1,T,nobody@example.com,,", 1),
        (",T,ANA@example.com,,", 2),
        ("9,T,ana@example.com,,", 2),
        (",T2,ana@example.com,,", 1),
        (",T,,+491,", 1),
        (",T,ana@example.com,+491,", 2),
    ],
)
def test_a_statement_is_about_every_record_that_holds_the_contact_point(intake, row: str, records: int) -> None:
    manifest = opt_outs(intake, row)
    given = next(one for one in manifest.inputs if one.file == "outs.csv")
    assert (given.events, given.used, given.orphans, states(given)) == (records, 1, 0, {"objected": 1})
    assert intake.table("consents")["record_key"].n_unique() == records


@pytest.mark.parametrize("row", ["9,T,,,", ",T,nobody@example.com,,", "1,T3,ana@example.com,,", "1,,ana@example.com,,"])
def test_an_orphan_is_set_aside_and_counted(intake, row: str) -> None:
    manifest = opt_outs(intake, row, "1,T,,,")
    given = next(one for one in manifest.inputs if one.file == "outs.csv")
    assert (given.rows, given.used, given.orphans, states(given)) == (2, 1, 1, {"objected": 2})
    assert ("outs.csv", "no record with this tenant_id and source_id", 1) in intake.rejected(manifest)


def test_addresses_of_subjects_that_are_none_are_counted(intake) -> None:
    manifest = opt_outs(intake, ",T,3d4c,,", ",T,,+491,", ",T,ana@example.com,,")
    assert ("outs.csv", "e-mail addresses that are no addresses", 1) in intake.notes(manifest)


def test_records_of_earlier_drops_are_known(intake, tmp_path) -> None:
    (intake.folder / "people.csv").write_text(RECORDS)
    seal_folder([intake.folder / "people.csv"], intake.case(), Sealer(bytes(range(32))), tmp_path / "before")
    manifest = opt_outs(intake, ",T,ana@example.com,,", "3,T2,,,", earlier=[tmp_path / "before" / "records.parquet"])
    assert (manifest.inputs[0].events, manifest.inputs[0].orphans) == (3, 0)


def test_a_file_of_statements_alone_is_read_where_no_records_are_asked_for(intake) -> None:
    manifest = intake.seal({"outs.csv": "Who,Org\n1,T\n"}, without_records=True)
    assert (manifest.inputs[0].orphans, manifest.delivered, manifest.inputs[0].table) == (1, ("consents",), "consents")
    assert intake.problems({"outs.csv": "Who,Org\n1,T\n"}) == [
        "records.csv: the file is missing: without records there is nothing to assess. Add it beside case.yaml, or "
        "hand in a CRM's export."
    ]


def test_yes_and_no_at_the_same_time_contradict_each_other_and_a_later_no_does_not(intake, monkeypatch) -> None:
    said = recipe(
        """
subject: {tenant_id: [Org], source_id: [Who]}
consents:
  - columns: [Says]
    polarity: mapped
    purpose: DirectMarketing
    time: {columns: [At]}
    evidence_level: 1
    values: {"in": {event_state: given, legal_basis: consent}, out: {event_state: withdrawn, legal_basis: consent}}
""",
        name="said",
        recognised="Says",
    )
    known(monkeypatch, PEOPLE, said)
    monkeypatch.setattr("consent_risk.intake.csv_reading.BATCH_ROWS", 1)
    rows = "1,T,in,2020-01-01\n2,T,in,2020-01-01\n1,T,out,2020-01-01\n2,T,out,2020-01-02\n"
    manifest = intake.seal({"people.csv": RECORDS, "said.csv": f"Who,Org,Says,At\n{rows}"})
    assert [one.contradictions for one in manifest.inputs] == [0, 1]


def test_entries_may_have_subjects_of_their_own(intake, monkeypatch) -> None:
    how = recipe(
        """
subject: {tenant_id: [Org], source_id: [.who]}
consents:
  - each: "said[]"
    columns: [.state]
    polarity: "+"
    purpose: DirectMarketing
    evidence_level: 1
    yes: ["in"]
    no: ["out"]
""",
        name="said",
        recognised="said",
    )
    known(monkeypatch, PEOPLE, how)
    said = [{"who": 1, "state": "in"}, {"who": 2, "state": "out"}, {"who": 9, "state": "in"}]
    files = {"people.csv": RECORDS, "said.jsonl": lines({"Org": "T", "said": said}, {"Org": "T", "said": said[2:]})}
    manifest = intake.seal(files)
    given = manifest.inputs[1]
    assert (states(given), given.events, given.orphans, given.used) == ({"given": 3, "none_recorded": 1}, 2, 1, 1)
    assert intake.table("consents")["record_key"].n_unique() == 2


MERGES = recipe("merged: {tenant_id: [Org], loser: [Old], winner: [New]}\n", name="merges", recognised="Old")


def test_merged_records_are_set_aside_whatever_the_order_of_the_files(intake, monkeypatch) -> None:
    known(monkeypatch, PEOPLE, MERGES)
    merges = "Old,New,Org\n2,1,T\n3,1,T\n8,9,T\n1,1,T\n"
    manifest = intake.seal({"zz_merges.csv": merges, "people.csv": RECORDS})
    merged, people = manifest.inputs
    assert (people.merged, people.records, people.used) == (1, 2, 2)  # record 3 is another tenant's
    assert (merged.file, merged.orphans, merged.rows, merged.used, merged.table) == ("zz_merges.csv", 2, 4, 2, "")
    assert ("people.csv", "merged into another contact", 1) in intake.rejected(manifest)
    assert merged.warnings == ()


def test_a_merge_into_a_record_that_is_not_there_is_told(intake, monkeypatch) -> None:
    known(monkeypatch, PEOPLE, MERGES)
    manifest = intake.seal({"merges.csv": "Old,New,Org\n2,7,T\n", "people.csv": RECORDS})
    assert manifest.inputs[0].warnings == ("records were set aside as merged into a record that was not handed in",)


DELETIONS = recipe("deleted: {tenant_id: [Org], source_id: [Gone]}\n", name="deletions", recognised="Gone")


@pytest.mark.parametrize("name", ["aa_gone.csv", "zz_gone.csv"])
def test_deleted_records_are_sealed_as_deleted_whatever_the_order_of_the_files(intake, monkeypatch, name: str) -> None:
    known(monkeypatch, PEOPLE, DELETIONS)
    manifest = intake.seal({name: "Gone,Org\n2,T\n2,T\n1,T2\n,T\n9,T\n", "people.csv": RECORDS})
    given = {one.file: one for one in manifest.inputs}
    assert intake.table("records")["record_state"].cast(pl.String).to_list() == ["active", "deleted", "active"]
    assert (given["people.csv"].deleted, given["people.csv"].records) == (1, 3)
    assert (given[name].rows, given[name].used, given[name].orphans, given[name].table) == (5, 2, 3, "")
    assert (states(given[name]), given[name].events, given[name].deleted) == ({}, 0, 0)
    assert (name, "no record with this tenant_id and source_id", 3) in intake.rejected(manifest)


def test_a_deletion_reaches_records_in_the_canonical_form(intake, monkeypatch) -> None:
    known(monkeypatch, DELETIONS)
    manifest = intake.seal({"gone.csv": "Gone,Org\n1,T\n", "records.csv": "tenant_id,source_id\nT,1\nT,2\n"})
    assert intake.table("records")["record_state"].cast(pl.String).to_list() == ["deleted", "active"]
    assert [(one.deleted, one.orphans) for one in manifest.inputs] == [(0, 0), (1, 0)]


def test_a_record_that_was_merged_and_deleted_is_no_orphan_of_either(intake, monkeypatch) -> None:
    known(monkeypatch, PEOPLE, DELETIONS, MERGES)
    files = {"gone.csv": "Gone,Org\n2,T\n", "merges.csv": "Old,New,Org\n2,1,T\n", "people.csv": RECORDS}
    assert [(one.file, one.orphans, one.deleted) for one in intake.seal(files).inputs] == [
        ("gone.csv", 0, 0),
        ("merges.csv", 0, 0),
        ("people.csv", 0, 0),
    ]


def test_a_deletion_of_a_record_of_an_earlier_drop_is_told(intake, monkeypatch, tmp_path) -> None:
    known(monkeypatch, PEOPLE, DELETIONS)
    (intake.folder / "people.csv").write_text(RECORDS)
    seal_folder([intake.folder / "people.csv"], intake.case(), Sealer(bytes(range(32))), tmp_path / "before")
    earlier = [tmp_path / "before" / "records.parquet"]
    given = intake.seal({"gone.csv": "Gone,Org\n2,T\n8,T\n"}, earlier=earlier).inputs[0]
    assert (given.orphans, given.used) == (1, 1)
    assert given.warnings == ("deletions of records of an earlier drop, which stay as they were sealed",)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("deleted: {source_id: [Gone]}\nsubject: {tenant_id: [Org], source_id: [Gone]}\n", "give `deleted` alone"),
        ("deleted: {when: [{columns: [Gone], filled: true}]}\n", "`deleted` with `when` needs `records`"),
        ("deleted: {tenant_id: [Org]}\n", "deletions are told by `when` within records, or by `source_id`"),
    ],
)
def test_deletions_are_told_in_one_way(body: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        recipe(body)


SHOP = recipe("records: {tenant_id: file_name, source_id: [Id]}\n", name="shop", recognised="Made")
SHOP_OUTS = recipe(
    """
subject: {tenant_id: file_name, source_id: [Who]}
consents:
  - polarity: present
    says: {event_state: objected, legal_basis: none_recorded}
    purpose: DirectMarketing
    evidence_level: 1
""",
    name="shop_outs",
    recognised="Who",
)


def test_exports_of_one_system_share_the_tenant_of_its_records(intake, monkeypatch) -> None:
    known(monkeypatch, SHOP, SHOP_OUTS)
    manifest = intake.seal({"north.csv": "Id,Made\n1,\n", "outs.csv": "Who\n1\n"})
    assert [one.orphans for one in manifest.inputs] == [0, 0]
    assert events(intake, "tenant_id") == [("north",)]
    two = {"north.csv": "Id,Made\n1,\n", "south.csv": "Id,Made\n1,\n", "outs.csv": "Who\n1\n"}
    assert [one.orphans for one in intake.seal(two).inputs] == [0, 0, 1]
    manifest = intake.seal(two, case="exports: {outs.csv: {tenant: south}}")
    assert [one.orphans for one in manifest.inputs] == [0, 0, 0]


def test_rows_without_an_id_are_counted_by_their_number(intake, monkeypatch) -> None:
    known(monkeypatch, recipe('records: {tenant_id: [Org], source_id: ["@number"]}\n', name="list", recognised="Org"))
    manifest = intake.seal({"a.csv": "Org\nT\nT\n", "b.csv": "Org\nT\n"})
    assert (intake.table("records")["record_key"].n_unique(), [one.used for one in manifest.inputs]) == (3, [2, 1])


def test_broken_cells_of_a_companion_are_problems_of_their_rows(intake, monkeypatch) -> None:
    how = recipe("json_columns: [Data]\nsubject: {tenant_id: [Org], source_id: [Data.id]}\n", recognised="Data")
    known(monkeypatch, PEOPLE, how)
    rows = 'Org,Data\nT,"{""id"": 1}"\nT,{\n'
    manifest = intake.seal({"people.csv": RECORDS, "x.csv": rows}, set_aside=True)
    assert (manifest.inputs[1].rows, manifest.inputs[1].used) == (2, 1)
    assert pl.DataFrame(intake.table("rejects"))["reason"].to_list() == ["not JSON"]


def test_of_records_alone_nothing_is_kept_for_contact_points(intake) -> None:
    manifest = intake.seal({"x.csv": "Id,Org,Mail\n1,T,a@example.com\n"}, recipe=of_records(""))
    assert manifest.inputs[0].recipe == "test"
