"""The report on files as text: the whole of it for one file with everything in it, and what must never break it."""

from __future__ import annotations

from textwrap import dedent

from filereport import FULL

from consent_risk.intake.file_report import Question, Report
from consent_risk.intake.manifest import FieldRead, Note
from consent_risk.numbers import THIN
from consent_risk.report.check_text import WIDE, check_text

REPORT = Report(
    files=(FULL,),
    questions=(
        Question(question="Which role has the provider? " * 5),
        Question(question="Which zone?", files=("contacts.csv",)),
    ),
    notes=(Note(file="tenants", what="tenants known from records alone", rows=1),),
    contradictions=1,
)


def test_a_file_with_everything_in_it_reads_like_this() -> None:
    assert check_text(REPORT).replace(THIN, " ") == dedent(EXPECTED).strip()


EXPECTED = """
    contacts.csv  (hubspot, CSV, utf-8, semicolon, 1.4 MB)
               rows           used       rejected        records        persons         events
             12 345         12 330             15         12 330         12 001          9 000
         duplicates         merged       unmapped
                 13              3              7
      Consent                                  as told   on 2026-03-31
        given                                    6 000           5 500
        expired                                      0             500
        unknown                                  3 330           3 330
        objected                                 3 000           3 000
      Read as                               statements  field = value
        objected                                 3 000  Unsubscribed from all email = TRUE
        unknown                                      7  hs_legal_basis = any other value
      Rejected
        13  the same tenant_id and source_id stands in an earlier row: rows 2, 3, 4, 5, 6, 7, 8, 9, 10,
            11, column source_id; and 3 more
        2  not a day: row 3, column Create Date; row 9, column Last Activity Date
      Columns understood: Record ID → source_id: 12 345; Email → email: 12 000
      Columns ignored: First Name; Last Name
      Columns held secret: Password hash
      Values unknown to the recipe, by field: hs_legal_basis: 7
      Dates
        created_at                        2019-01-01 to 2021-03-02; 1 place-holder; 2 unreadable
        birth_date                        —
      Figures of the recipe
        conversations                                                                   16
      Warnings
        - the header holds this name more than once: Notes

    Records that say yes and no to the same purpose at the same time, over all files: 1

    To know:
      tenants: tenants known from records alone (1)

    To ask, since no file says it:
      1. Which role has the provider? Which role has the provider? Which role has the provider? Which
         role has the provider? Which role has the provider?
      2. Which zone? (contacts.csv)
"""


def test_no_line_is_wider_than_the_page_and_none_carries_control_characters() -> None:
    nasty = "Column \x1b[31m\u202e" + "name " * 60
    hostile = FULL.model_copy(
        update={
            "file": "a\nb\x07.csv",
            "ignored": (nasty,),
            "fields": (FieldRead(column=nasty, field="email", filled=1),),
            "tallies": {nasty: 1},
            "understood": tuple(value.model_copy(update={"field": nasty}) for value in FULL.understood),
        }
    )
    text = check_text(REPORT.model_copy(update={"files": (hostile,)}))
    assert max(len(line) for line in text.splitlines()) <= WIDE
    assert not set("\x1b\x07\u202e") & set(text)


def test_a_report_on_nothing_is_empty() -> None:
    assert check_text(Report(files=(), questions=())) == ""
