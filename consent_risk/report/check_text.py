"""The report on files as plain text, for the command line: one block for each file, questions at the end."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

from consent_risk.intake.file_report import FileReport, Question, Report
from consent_risk.intake.manifest import DateRange, Understood
from consent_risk.numbers import bytes_text, number_text
from consent_risk.report.file_words import (
    columns_by_use,
    how_read,
    meaning_text,
    other_counts,
    places_text,
    question_text,
    range_of_days,
    reasons,
    states_told,
    unmapped_text,
    value_text,
)

WIDE = 100
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
_VALUES_SHOWN = 20


def check_text(report: Report) -> str:
    """What was understood of each file, what was rejected and where, and what is left to ask."""
    blocks = [list(_file(file)) for file in report.files]
    if report.contradictions is not None:
        found = number_text(report.contradictions)
        blocks.append([f"Records that say yes and no to the same purpose at the same time, over all files: {found}"])
    if report.notes:
        blocks.append(
            ["To know:", *(f"  {note.file}: {note.what} ({number_text(note.rows)})" for note in report.notes)]
        )
    if report.questions:
        blocks.append(["To ask, since no file says it:", *_questions(report.questions)])
    return "\n\n".join("\n".join(map(_clean, block)) for block in blocks)


def _file(file: FileReport) -> Iterator[str]:
    yield from _wrapped(f"{file.file}  ({how_read(file)}, {bytes_text(file.bytes)})", 0, 2)
    yield from _figures(file)
    yield from _states(file)
    yield from _understood(file.understood)
    yield from _rejected(file)
    yield from _columns(file)
    yield from _dates(file.dates)
    yield from _counts("Figures of the recipe", file.tallies)
    yield from _listed("Warnings", file.warnings)


def _figures(file: FileReport) -> Iterator[str]:
    """The rows of the file, then whatever else there is of it, in columns of one width."""
    sealed = {"records": file.records, "persons": file.persons, "events": file.events}
    rows = {"rows": file.rows, "used": file.used, "rejected": file.rejected_rows}
    for shown in (rows | {name: count for name, count in sealed.items() if count}, other_counts(file)):
        if shown:
            yield "".join(f"{name:>15}" for name in shown)
            yield "".join(f"{number_text(count):>15}" for count in shown.values())


def _states(file: FileReport) -> Iterator[str]:
    states = states_told(file)
    if not states:
        return
    day = file.as_of.isoformat() if file.as_of else "the as-of day"
    yield f"  {'Consent':<36}{'as told':>12}{f'on {day}':>16}"
    for state in states:
        told, stands = (number_text(counts.get(state, 0)) for counts in (file.states, file.effective))
        yield f"    {state.value:<34}{told:>12}{stands:>16}"


def _understood(values: Sequence[Understood]) -> Iterator[str]:
    if not values:
        return
    yield f"  {'Read as':<36}{'statements':>12}  field = value"
    for value in values[:_VALUES_SHOWN]:
        yield f"    {meaning_text(value):<34}{number_text(value.statements):>12}  {_cut(value_text(value), 48)}"
    if len(values) > _VALUES_SHOWN:
        yield f"    … and {number_text(len(values) - _VALUES_SHOWN)} more; --json lists all"


def _rejected(file: FileReport) -> Iterator[str]:
    if not file.rejected:
        return
    yield "  Rejected"
    for reason, rows in reasons(file):
        yield from _wrapped(f"{number_text(rows)}  {reason}: {places_text(file, reason)}", 4, 8)


def _columns(file: FileReport) -> Iterator[str]:
    for use, names in columns_by_use(file).items():
        yield from _wrapped(f"Columns {use}: {names}", 2, 4)
    if unmapped := unmapped_text(file):
        yield from _wrapped(f"Values unknown to the recipe, by field: {unmapped}", 2, 4)


def _dates(ranges: Sequence[DateRange]) -> Iterator[str]:
    if not ranges:
        return
    yield "  Dates"
    for dates in ranges:
        yield f"    {_cut(dates.field, 34):<34}{range_of_days(dates)}"


def _counts(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts:
        yield f"  {title}"
        yield from (f"    {_cut(name, 70):<70}{number_text(count):>12}" for name, count in counts.items())


def _listed(title: str, texts: Iterable[str]) -> Iterator[str]:
    listed = list(texts)
    if listed:
        yield f"  {title}"
        for text in listed:
            yield from _wrapped(f"- {text}", 4, 6)


def _questions(questions: Sequence[Question]) -> Iterator[str]:
    for number, question in enumerate(questions, 1):
        yield from _wrapped(f"{number}. {question_text(question)}", 2, 5)


def _wrapped(text: str, indent: int, hanging: int) -> list[str]:
    return wrap(
        text,
        WIDE,
        initial_indent=" " * indent,
        subsequent_indent=" " * hanging,
        break_on_hyphens=False,
    )


def _cut(text: str, wide: int) -> str:
    return text if len(text) <= wide else f"{text[: wide - 1]}…"


def _clean(line: str) -> str:
    """The line without control characters: names of files and columns come from whoever wrote the export."""
    return "".join(" " if unicodedata.category(letter) in _UNSEEN else letter for letter in line).rstrip()
