"""Headers that are out of the ordinary: very wide ones."""

from __future__ import annotations

import time

import pytest
from readings import recipe

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
