"""Names of columns that differ from a recipe's in capitals or blanks alone."""

from __future__ import annotations

import pytest

from consent_risk.vocabulary import EventState

LABELS = "Record ID,Email,First Name,Unsubscribed from all email"


@pytest.mark.parametrize(
    "header",
    [
        LABELS,
        LABELS.upper(),
        LABELS.lower(),
        "Record  ID, EMAIL ,first name,unsubscribed from  all email",
    ],
)
def test_capitals_and_blanks_in_names_make_no_difference(intake, header: str) -> None:
    drop = intake.seal({"contacts.csv": f"{header}\n1,ana@example.com,Ana,TRUE\n"})
    read = drop.inputs[0]
    assert read.recipe == "hubspot"
    assert read.states == {EventState.OBJECTED: 1}
    assert {field.field for field in read.fields} >= {"source_id", "email", "consent"}


def test_of_two_columns_that_differ_so_only_the_one_that_is_named_is_read(intake) -> None:
    both = f"{LABELS},unsubscribed from all EMAIL"
    drop = intake.seal({"contacts.csv": f"{both}\n1,ana@example.com,Ana,TRUE,FALSE\n"})
    assert drop.inputs[0].states == {EventState.OBJECTED: 1}
    assert "unsubscribed from all EMAIL" in drop.inputs[0].ignored
