"""The report on files as plain text, for the command line: one block for each file, questions at the end."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

from consent_risk.intake.file_report import FileReport, Place, Question, Report
from consent_risk.intake.manifest import DateRange, FieldRead, Understood
from consent_risk.numbers import NONE, bytes_text, counted_text, number_text
from consent_risk.report.wording import delimiter_name
from consent_risk.vocabulary import EventState

WIDE = 100
_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
_PLACES_SHOWN = 10
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


def how_read(file: FileReport) -> str:
    """Recipe, format, encoding and delimiter, those that there are: `hubspot, CSV, utf-8, comma`."""
    delimiter = delimiter_name(file.delimiter) if file.delimiter else None
    return ", ".join(part for part in (file.recipe, file.format, file.encoding, delimiter) if part)


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
    others = {
        "duplicates": file.duplicates,
        "merged": file.merged,
        "deleted": file.deleted,
        "orphans": file.orphans,
        "contradictions": file.contradictions,
        "unmapped": sum(file.unmapped.values()),
    }
    rows = {"rows": file.rows, "used": file.used, "rejected": file.rejected_rows}
    for shown in (rows | _filled(sealed), _filled(others)):
        if shown:
            yield "".join(f"{name:>15}" for name in shown)
            yield "".join(f"{number_text(count):>15}" for count in shown.values())


def _filled(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _states(file: FileReport) -> Iterator[str]:
    states = [state for state in EventState if file.states.get(state) or file.effective.get(state)]
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
        meaning = f"{value.event_state.value} ({value.legal_basis.value})"
        example = "any other value" if value.raw_value is None else value.raw_value
        yield f"    {meaning:<34}{number_text(value.statements):>12}  {_cut(f'{value.field} = {example}', 48)}"
    if len(values) > _VALUES_SHOWN:
        yield f"    … and {number_text(len(values) - _VALUES_SHOWN)} more; --json lists all"


def _rejected(file: FileReport) -> Iterator[str]:
    if not file.rejected:
        return
    yield "  Rejected"
    for reason, rows in sorted(file.rejected.items(), key=lambda item: (-item[1], item[0])):
        places = [place for place in file.places if place.reason == reason]
        yield from _wrapped(f"{number_text(rows)}  {reason}: {_places(places, rows)}", 4, 8)


def _places(places: Sequence[Place], rows: int) -> str:
    """Where the first of them are: `rows 3, 7 and 12, column country; and 8 more`."""
    columns = dict.fromkeys(place.column for place in places)
    parts = []
    for column in columns:
        numbers = [str(place.row) for place in places if place.column == column and place.row is not None]
        shown = numbers[:_PLACES_SHOWN]
        text = f"{'row' if len(shown) == 1 else 'rows'} {', '.join(shown)}" if shown else "the file"
        parts.append(f"{text}, column {column}" if column else text)
    named = sum(min(sum(place.column == column for place in places), _PLACES_SHOWN) for column in columns)
    more = [f"and {number_text(rows - named)} more"] if rows > named else []
    return "; ".join(parts + more)


def _columns(file: FileReport) -> Iterator[str]:
    understood = [_field(read) for read in file.fields]
    for title, names in (("understood", understood), ("ignored", file.ignored), ("held secret", file.dropped)):
        if names:
            yield from _wrapped(f"Columns {title} ({len(names)}): {', '.join(names)}", 2, 4)
    unmapped = [f"{field} ({number_text(count)})" for field, count in file.unmapped.items() if count]
    if unmapped:
        yield from _wrapped(f"Values that the recipe does not know: {', '.join(unmapped)}", 2, 4)


def _field(read: FieldRead) -> str:
    same = read.column == read.field
    return f"{read.column}{'' if same else f' → {read.field}'} ({number_text(read.filled)})"


def _dates(ranges: Sequence[DateRange]) -> Iterator[str]:
    if not ranges:
        return
    yield "  Dates"
    for dates in ranges:
        yield f"    {_cut(dates.field, 34):<34}{range_of_days(dates)}"


def range_of_days(dates: DateRange) -> str:
    """`2019-01-01 to 2021-03-02; 1 place-holder; 2 unreadable`."""
    days = f"{dates.first} to {dates.last}" if dates.first and dates.last else NONE
    held = counted_text(dates.placeholders, "place-holder") if dates.placeholders else None
    unread = f"{number_text(dates.unreadable)} unreadable" if dates.unreadable else None
    return "; ".join(part for part in (days, held, unread) if part)


def _counts(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts:
        yield f"  {title}"
        yield from (f"    {_cut(name, 34):<34}{number_text(count):>12}" for name, count in counts.items())


def _listed(title: str, texts: Iterable[str]) -> Iterator[str]:
    listed = list(texts)
    if listed:
        yield f"  {title}"
        for text in listed:
            yield from _wrapped(f"- {text}", 4, 6)


def _questions(questions: Sequence[Question]) -> Iterator[str]:
    for number, question in enumerate(questions, 1):
        about = f" ({', '.join(question.files)})" if question.files else ""
        yield from _wrapped(f"{number}. {question.question}{about}", 2, 5)


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
