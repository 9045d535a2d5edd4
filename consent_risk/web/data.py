"""What the assessment stands on: the files handed in, what was understood of them, the assumptions and the notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from consent_risk.assessment import Assessment
from consent_risk.intake.file_report import FileReport, is_in_report
from consent_risk.intake.recipes import built_in_recipes
from consent_risk.numbers import bytes_text, counted_text, number_text
from consent_risk.report.file_words import (
    columns_by_use,
    how_read,
    meaning_text,
    other_counts,
    places_text,
    question_text,
    reasons,
    states_told,
    unmapped_text,
    value_text,
)
from consent_risk.report.recipe_words import delivers_text, recipe_words
from consent_risk.report.text import states_text
from consent_risk.web.cases import OpenedCase
from consent_risk.web.heading import show_heading
from consent_risk.web.proposing import show_proposing
from consent_risk.web.tables import show_table
from consent_risk.web.text import plain, points


def draw(opened: OpenedCase) -> None:
    """The page for this case."""
    show_heading(opened, "Data")
    assessment = opened.assessment
    delivered = assessment.delivered
    plain(
        f"Delivered: {counted_text(delivered.records, 'record')} of {counted_text(delivered.tenants, 'tenant')}; "
        f"consent events: {states_text(delivered.consent_events)}.",
        "delivered",
        "delivered",
    )
    _show_inputs(assessment)
    _show_file(assessment.inputs)
    _show_questions(assessment)
    _show_quality(assessment)
    _show_assumptions(assessment)
    _show_recipes()
    show_proposing(opened.run.case_dir)
    st.header("Notices", anchor=False)
    points(assessment.notices, "notices")
    versions = f"consent_risk {assessment.program_version} · rules {assessment.rules_version}"
    plain(versions, "quiet", "versions")


def _show_inputs(assessment: Assessment) -> None:
    st.header("Files handed in", anchor=False)
    rows = [
        {
            "Drop": file.drop,
            "File": file.file,
            "Read by": how_read(file),
            "Rows": file.rows,
            "Rejected": file.rejected_rows,
            "Records": file.records,
            "Persons": file.persons,
            "Events": file.events,
            "Size": file.bytes,
            "SHA-256": file.sha256,
        }
        for file in assessment.inputs
    ]
    numbers = dict.fromkeys(("Rows", "Rejected", "Records", "Persons", "Events"), number_text)
    show_table(rows, "Files handed in", written=numbers | {"Size": bytes_text})
    plain(
        "Persons are told apart within each tenant. The assessment links across tenants, so it may count fewer.",
        "quiet",
        "persons-of-files",
    )


def _show_file(files: Sequence[FileReport]) -> None:
    """All that is known of the file that the visitor chooses."""
    st.header("What one file says", anchor=False)
    chosen = st.selectbox("File", range(len(files)), format_func=lambda index: _called(files[index]), key="file")
    if chosen is None:
        return
    file = files[chosen]
    _show_counts("Consent by state", _state_rows(file))
    _show_counts("Values of the consent fields", _value_rows(file))
    _show_counts("Rejected rows", _rejected_rows(file))
    _show_points("Columns", [f"{use}: {names}" for use, names in columns_by_use(file).items()])
    _show_counts("Dates", _date_rows(file))
    counted = other_counts(file) | dict(file.tallies)
    _show_counts("Also counted", [{"What": name, "Number": count} for name, count in counted.items()])
    _show_points("Warnings", file.warnings)


def _called(file: FileReport) -> str:
    return f"{file.file} (drop {file.drop})"


def _show_counts(title: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        st.subheader(title, anchor=False)
        counts = {name: number_text for name, value in rows[0].items() if isinstance(value, int)}
        show_table(rows, title, written=counts, wide=("Where", "Value"))


def _show_points(title: str, lines: Sequence[str]) -> None:
    if lines:
        st.subheader(title, anchor=False)
        points(lines, title.lower())


def _state_rows(file: FileReport) -> list[dict[str, Any]]:
    day = file.as_of.isoformat() if file.as_of else "the as-of day"
    return [
        {
            "State": state.value,
            "As told": file.states.get(state, 0),
            f"On {day}": file.effective.get(state, 0),
        }
        for state in states_told(file)
    ]


def _value_rows(file: FileReport) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"Value": value_text(value), "Read as": meaning_text(value), "Statements": value.statements}
        for value in file.understood
    ]
    if unmapped := unmapped_text(file):
        plain(f"Values unknown to the recipe, by field: {unmapped}", "quiet", "unmapped")
    return rows


def _rejected_rows(file: FileReport) -> list[dict[str, Any]]:
    return [{"Reason": reason, "Where": places_text(file, reason), "Rows": rows} for reason, rows in reasons(file)]


def _date_rows(file: FileReport) -> list[dict[str, Any]]:
    return [
        {
            "Field": dates.field,
            "First day": dates.first.isoformat() if dates.first else "",
            "Last day": dates.last.isoformat() if dates.last else "",
            "Place-holders": dates.placeholders,
            "Unreadable": dates.unreadable,
        }
        for dates in file.dates
    ]


def _show_questions(assessment: Assessment) -> None:
    questions = assessment.delivered.questions
    if not questions:
        return
    st.header("What the files cannot say", anchor=False)
    st.text("Until somebody answers, the answers count as unknown, never as a yes.")
    points(map(question_text, questions), "questions")


def _show_quality(assessment: Assessment) -> None:
    st.header("Rejected rows and remarks on the data", anchor=False)
    notes = [note for note in assessment.quality if not is_in_report(note)]
    if not notes:
        st.text("Nothing was rejected and nothing stood out.")
        return
    rows = [{"File": note.file, "What": note.what, "Rows": note.rows} for note in notes]
    show_table(rows, "Rejected rows and remarks", written={"Rows": number_text}, wide=("What",))


def _show_assumptions(assessment: Assessment) -> None:
    st.header("Assumptions", anchor=False)
    rows = [{"Assumption": a.key, "Value": a.value, "What it means": a.meaning} for a in assessment.assumptions]
    show_table(rows, "Assumptions", wide=("What it means",))


def _show_recipes() -> None:
    """The recipes that come with the program, and one of them in words."""
    st.header("Recipes", anchor=False)
    recipes = built_in_recipes()
    rows = [
        {"Recipe": name, "System": recipe.system, "Delivers": delivers_text(recipe), "Title": recipe.title}
        for name, recipe in sorted(recipes.items())
    ]
    show_table(rows, "Recipes", wide=("Title",), height=320)
    chosen = st.selectbox("What a recipe reads", sorted(recipes), index=None, key="recipe")
    if chosen:
        st.code(recipe_words(recipes[chosen]), language=None, wrap_lines=True)
