"""Annex A: what every file was understood to say, what was rejected, and what must still be asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from consent_risk.assessment import Assessment
from consent_risk.intake.file_report import FileReport, is_in_report, note_text
from consent_risk.numbers import NONE, day_text, number_text
from consent_risk.report.blocks import Cell, Column, Part, Span, Writer, bold, italic, lines, number_column
from consent_risk.report.file_words import (
    columns_by_use,
    how_read,
    meaning_text,
    other_counts,
    places_text,
    reasons,
    states_told,
    unmapped_text,
    value_text,
)

Rows = list[list[Cell]]
_VALUES_SHOWN = 30


def write_quality(writer: Writer, assessment: Assessment) -> None:
    """Annex A: what the reader must know about the data."""
    writer.annex("Data quality")
    if assessment.inputs:
        _write_files(writer, assessment)
        _write_consent(writer, assessment)
        _write_rejected(writer, assessment)
        _write_columns(writer, assessment)
    _write_notes(writer, assessment)
    _write_questions(writer, assessment)


def _write_files(writer: Writer, assessment: Assessment) -> None:
    writer.sub("What was read")
    writer.para(
        "Each file was read by a recipe, which says what its columns mean. Persons are told apart within each tenant: "
        "records of one tenant that share an e-mail address or a telephone number are one person. The assessment also "
        "links across tenants, so it may count fewer. A rejected row was set aside and is in no figure."
    )
    columns = [
        Column("File", 1.4),
        Column("Read by", 1),
        *(number_column(title) for title in ("Rows", "Rejected", "Records", "Persons", "Events")),
    ]
    rows: Rows = [
        [
            file.file,
            how_read(file),
            *(number_text(count) for count in (file.rows, file.rejected_rows)),
            *(number_text(count) if count else NONE for count in (file.records, file.persons, file.events)),
        ]
        for file in assessment.inputs
    ]
    writer.table("Files as read", columns, rows)
    counted = [Column("Counted", 1), number_column("Number")]
    parts = _parts(assessment, lambda file: [[name, number_text(count)] for name, count in _counted(file).items()])
    if parts:
        writer.table("What else was counted in the files", counted, parts)


def _counted(file: FileReport) -> dict[str, int]:
    return other_counts(file) | dict(file.tallies)


def _write_consent(writer: Writer, assessment: Assessment) -> None:
    states = _parts(assessment, _state_rows)
    if not states:
        return
    writer.sub("Consent as understood")
    writer.para(
        "The first number counts what the file says, the second what still stands on the as-of day: consents that have "
        "run out are expired, later ones are left out. A record about whose consent the file says nothing is unknown."
    )
    columns = [Column("State", 1), number_column("As told"), number_column(f"On {day_text(assessment.as_of)}")]
    writer.table("Consent by state", columns, states)
    values = _parts(assessment, _value_rows)
    if values:
        read_as = [Column("Field and value", 1.6), Column("Read as", 1), number_column("Statements")]
        note = "Values that no recipe lists are not shown: they might be anything."
        writer.table("Values of the consent fields, and what they were read as", read_as, values, note)


def _state_rows(file: FileReport) -> Rows:
    return [
        [state.value, *(number_text(counts.get(state, 0)) for counts in (file.states, file.effective))]
        for state in states_told(file)
    ]


def _value_rows(file: FileReport) -> Rows:
    shown = file.understood[:_VALUES_SHOWN]
    rows: Rows = [[value_text(value), meaning_text(value), number_text(value.statements)] for value in shown]
    if unmapped := unmapped_text(file):
        rows.append([f"not known to the recipe ({unmapped})", "unknown", NONE])
    if more := len(file.understood) - len(shown):
        rows.append([f"and {number_text(more)} more values", "", ""])
    return rows


def _write_rejected(writer: Writer, assessment: Assessment) -> None:
    parts = _parts(
        assessment,
        lambda file: [[reason, places_text(file, reason) or NONE, number_text(rows)] for reason, rows in reasons(file)],
    )
    if not parts:
        return
    writer.sub("Rejected rows")
    writer.para("Places are named by row and column only; the content of a row is never shown.")
    columns = [Column("Reason", 1), Column("First places", 1.2), number_column("Rows")]
    writer.table("Rejected rows by reason and place", columns, parts)


def _write_columns(writer: Writer, assessment: Assessment) -> None:
    parts = _parts(
        assessment, lambda file: [[lines(bold(use.capitalize()), names)] for use, names in columns_by_use(file).items()]
    )
    dates = _parts(assessment, _date_rows)
    if parts or dates:
        writer.sub("Columns and dates")
        writer.para(
            "A column that is held secret (passwords, tokens) was not read. Behind a column that was: the field it "
            "fills, and the rows in which it is filled."
        )
    if parts:
        writer.table("What became of the columns", [Column("Columns", 1)], parts)
    if dates:
        columns = [Column("Field", 1), Column("First day"), Column("Last day")]
        numbers = [number_column("Place-holders"), number_column("Unreadable")]
        writer.table("Range of the dates", [*columns, *numbers], dates)


def _date_rows(file: FileReport) -> Rows:
    return [
        [
            dates.field,
            *(day.isoformat() if day else NONE for day in (dates.first, dates.last)),
            *(number_text(count) for count in (dates.placeholders, dates.unreadable)),
        ]
        for dates in file.dates
    ]


def _write_notes(writer: Writer, assessment: Assessment) -> None:
    noted = [(file.file, warning) for file in assessment.inputs for warning in file.warnings]
    others = [note for note in assessment.quality if not is_in_report(note)]
    rows: Rows = [[note.file, note.what, number_text(note.rows)] for note in others]
    said = {(note.file, note_text(note)) for note in others}
    rows += [[file, warning, NONE] for file, warning in noted if (file, warning) not in said]
    if not rows:
        writer.para("Nothing else about the data had to be noted.")
        return
    writer.sub("Notes on the data")
    writer.para("The following was noted while the files were read.")
    writer.table("Notes on the data", [Column("File", 0.6), Column("What", 1.4), number_column("Rows")], rows)


def _write_questions(writer: Writer, assessment: Assessment) -> None:
    if not assessment.delivered.questions:
        return
    writer.sub("What the files cannot say")
    writer.para("No file answers the following. Until somebody does, the answers count as unknown, never as a yes.")
    items: list[list[Span]] = [
        [question.question, *([italic(f" ({', '.join(question.files)})")] if question.files else [])]
        for question in assessment.delivered.questions
    ]
    writer.points(items)


def _parts(assessment: Assessment, rows_of: Callable[[FileReport], Sequence[Sequence[Cell]]]) -> list[Part]:
    """The rows of each file that has any, below its name."""
    found = ((file, rows_of(file)) for file in assessment.inputs)
    return [Part(rows, file.file) for file, rows in found if rows]
