"""How the report on a file is put in words: the same on the command line, on the page and in the PDF."""

from __future__ import annotations

from collections.abc import Sequence

from consent_risk.intake.file_report import FileReport, Place, Question
from consent_risk.intake.manifest import DateRange, FieldRead, Understood
from consent_risk.numbers import NONE, counted_text, number_text
from consent_risk.vocabulary import EventState

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_PLACES_NAMED = 10
_COLUMNS_NAMED = 60


def how_read(file: FileReport) -> str:
    """Recipe, format, encoding and delimiter, those that there are: `hubspot, CSV, utf-8, comma`."""
    delimiter = _DELIMITERS.get(file.delimiter, file.delimiter) if file.delimiter else None
    return ", ".join(part for part in (file.recipe, file.format, file.encoding, delimiter) if part)


def states_told(file: FileReport) -> list[EventState]:
    """The states that the file tells of, or that its statements have on the as-of day."""
    return [state for state in EventState if file.states.get(state) or file.effective.get(state)]


def other_counts(file: FileReport) -> dict[str, int]:
    """What else was counted in the file, as far as there is any."""
    counts = {
        "duplicates": file.duplicates,
        "merged": file.merged,
        "deleted": file.deleted,
        "orphans": file.orphans,
        "contradictions": file.contradictions,
        "unmapped": sum(file.unmapped.values()),
    }
    return {name: count for name, count in counts.items() if count}


def value_text(value: Understood) -> str:
    """A value as it stands in the file: `hs_email_optout = TRUE`. What no recipe lists is not shown."""
    return f"{value.field} = {'any other value' if value.raw_value is None else value.raw_value}"


def meaning_text(value: Understood) -> str:
    """What a value was read as: `given (legitimate_interest)`."""
    basis = "" if value.legal_basis.value == "none_recorded" else f" ({value.legal_basis.value})"
    return f"{value.event_state.value}{basis}"


def reasons(file: FileReport) -> list[tuple[str, int]]:
    """Why rows were rejected, and how many, those with most rows first."""
    return sorted(file.rejected.items(), key=lambda item: (-item[1], item[0]))


def places_text(file: FileReport, reason: str) -> str:
    """Where the first rows stand that were rejected for a reason: `rows 3, 7, column country; and 8 more`."""
    places = [place for place in file.places if place.reason == reason]
    parts, named = [], 0
    for column in dict.fromkeys(place.column for place in places):
        of_column = [place for place in places if place.column == column][:_PLACES_NAMED]
        named += len(of_column)
        parts.append(f"{_rows(of_column)}{f', column {column}' if column else ''}")
    more = file.rejected.get(reason, 0) - named
    return "; ".join([*parts, *([f"and {number_text(more)} more"] if more > 0 and parts else [])])


def _rows(places: list[Place]) -> str:
    numbers = [str(place.row) for place in places if place.row is not None]
    return f"{'row' if len(numbers) == 1 else 'rows'} {', '.join(numbers)}" if numbers else "the file"


def columns_by_use(file: FileReport) -> dict[str, str]:
    """What became of the columns: understood (with the fields and the rows filled), blank, ignored, held secret."""
    filled = [_read(column, reads) for column, reads in _by_column(file) if any(read.filled for read in reads)]
    blank = [column for column, reads in _by_column(file) if not any(read.filled for read in reads)]
    uses = {"understood": filled, "blank": blank, "ignored": file.ignored, "held secret": file.dropped}
    return {use: _named(names) for use, names in uses.items() if names}


def _by_column(file: FileReport) -> list[tuple[str, list[FieldRead]]]:
    columns: dict[str, list[FieldRead]] = {}
    for read in file.fields:
        columns.setdefault(read.column, []).append(read)
    return list(columns.items())


def _read(column: str, reads: Sequence[FieldRead]) -> str:
    """`Email → email, EmailAddress: 12 000`."""
    fields = dict.fromkeys(read.field.removeprefix("data_categories: ") for read in reads)
    named = ", ".join(field for field in fields if field != column)
    return f"{column}{' → ' if named else ''}{named}: {number_text(max(read.filled for read in reads))}"


def _named(names: Sequence[str]) -> str:
    more = [f"and {number_text(len(names) - _COLUMNS_NAMED)} more"] if len(names) > _COLUMNS_NAMED else []
    return "; ".join([*names[:_COLUMNS_NAMED], *more])


def unmapped_text(file: FileReport) -> str:
    """The fields with values that the recipe does not know, and how many: `hs_legal_basis: 7`."""
    return ", ".join(f"{field}: {number_text(count)}" for field, count in file.unmapped.items() if count)


def range_of_days(dates: DateRange) -> str:
    """`2019-01-01 to 2021-03-02; 1 place-holder; 2 unreadable`."""
    days = f"{dates.first} to {dates.last}" if dates.first and dates.last else NONE
    held = counted_text(dates.placeholders, "place-holder") if dates.placeholders else None
    unread = f"{number_text(dates.unreadable)} unreadable" if dates.unreadable else None
    return "; ".join(part for part in (days, held, unread) if part)


def question_text(question: Question) -> str:
    """The question and, in brackets, the files that leave it open."""
    return f"{question.question} ({', '.join(question.files)})" if question.files else question.question
