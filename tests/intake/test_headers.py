"""Headers that are out of the ordinary: very wide ones, and names that cannot be printed."""

from __future__ import annotations

import time

import pytest
from readings import of_records, recipe, states

from consent_risk.errors import UserError
from consent_risk.intake.exports import open_exports
from consent_risk.intake.proposing import propose, sample_of

WIDE = 19_990  # with the other names fewer than opening.limits.COLUMNS
MANY = [f"c{number}" for number in range(WIDE)]
CONTACTS = recipe("records: {tenant_id: [Org], source_id: [Id], email: [Mail]}\n", name="contacts")
SECONDS = 2  # of computing time; a step for every pair of columns would take ten


def wide(*names: str) -> str:
    return ",".join([*names, *MANY]) + "\n" + ",".join("1" for _ in names) + "," * WIDE + "\n"


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("records.csv", ["tenant_id", "source_id", "emial"]),
        ("contacts.csv", ["Id", "Org", "Mail"]),
        ("holders.csv", ["holde", "persons"]),
    ],
)
def test_a_wide_header_is_answered_at_once(intake, file: str, names: list[str]) -> None:
    how = None if file == "holders.csv" else CONTACTS
    intake.seal({"records.csv": "tenant_id,source_id\n1,1\n"})  # what is loaded once
    began = time.process_time()
    try:
        manifest = intake.seal({file: wide(*names)}, recipe=how, without_records=True)
    except UserError as error:
        assert "column holder: the column is missing. Rename the column `holde` to it." in str(error)
    else:
        assert manifest.inputs[0].ignored[-1] == MANY[-1]
        (note,) = (note.what for note in manifest.quality if note.what.startswith("columns ignored"))
        assert note.endswith(f", and {len(manifest.inputs[0].ignored) - 30} more")
        assert ("emial (did you mean `email`?)" in note) == ("emial" in names)
    assert time.process_time() - began < SECONDS


def test_a_recipe_for_a_wide_header_is_proposed_at_once(intake) -> None:
    path = intake.folder / "contacts.csv"
    path.write_text(wide("Id", "Email", "Newsletter"))
    began = time.process_time()
    (export,) = open_exports(path)
    proposal = propose(export.name, *sample_of(export))
    assert (proposal.fields["email"], len(proposal.unread)) == (("Email",), WIDE)
    assert time.process_time() - began < 3 * SECONDS


def test_more_columns_than_anybody_exports_are_refused_at_once(intake) -> None:
    began = time.process_time()
    (problem,) = intake.problems({"records.csv": "tenant_id,source_id," + ",".join(MANY + MANY) + "\n"})
    assert problem == "records.csv: the header has more than 20000 columns. Export fewer columns."
    (problem,) = intake.problems({"records.csv": ",".join(f"column {n}" for n in range(1_000_000)) + "\n"})
    assert problem.startswith("records.csv: the first line is longer than 1 MB")
    assert time.process_time() - began < SECONDS


HIDDEN = ["legal\x7fbasis", "a\x1b[31mb", "a\u202eb", "a\u2028b", "tenant\x9fid"]


@pytest.mark.parametrize("name", HIDDEN)
def test_a_name_that_cannot_be_printed_is_given_by_its_position(intake, name: str) -> None:
    """In notes, reports, refusals and rejects alike."""
    canonical = intake.seal({"records.csv": f"tenant_id,source_id,{name}\n1,1,1\n"})
    by_recipe = intake.seal({"x.csv": f"Id,Org,Mail,{name}\n1,1,,1\n"}, recipe=CONTACTS)
    for manifest, place in ((canonical, "column 3"), (by_recipe, "column 4")):
        assert manifest.inputs[0].ignored == (place,)
        assert ("columns ignored: " + place) in [note.what for note in manifest.quality]
        assert name not in manifest.model_dump_json()
    for header in (f"{name},source_id", f"source_id,{name},{name}"):
        for problem in intake.problems({"records.csv": f"{header}\n1,1,1\n"}):
            assert problem.isprintable()


@pytest.mark.parametrize("name", HIDDEN)
def test_a_column_of_consent_whose_name_cannot_be_printed_is_read(intake, name: str) -> None:
    how = of_records(
        '  - {columns: ["out: *"], polarity: "-", purpose: DirectMarketing, evidence_level: 1, yes: [x], no: [y]}\n'
    )
    text = f"Id,Org,Mail,out: {name}\n1,T,,x\n2,T,,".encode() + b"\xe2\x28\n"
    manifest = intake.seal({"x.csv": text + "3,é,,\n".encode()}, recipe=how, set_aside=True)
    assert states(manifest.inputs[0]) == {"objected": 1, "unknown": 1}
    assert name not in manifest.model_dump_json()
    columns = intake.table("rejects")["column"].to_list()
    assert len(columns) == 1 and name not in columns[0] and columns[0].isprintable()
    for problem in intake.problems({"x.csv": text + "3,é,,\n".encode()}, recipe=how):
        assert problem.isprintable()


@pytest.mark.parametrize("sign", ["\x1b", "\x7f", "\n"])
def test_a_file_whose_name_cannot_be_printed_is_refused(intake, sign: str) -> None:
    assert intake.problems({f"records{sign}.csv": "tenant_id,source_id\n1,1\n"})[0] == (
        "file number 1 by name: its name holds control characters. Rename the file."
    )
    assert intake.seal({"Kunden\u202f2.csv": "Id,Org,Mail\n1,1,\n"}, recipe=CONTACTS).inputs[0].records == 1
