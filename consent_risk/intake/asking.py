"""What no export contains and somebody must be asked, each question only where it is open.

Whether a question is open is read off the report on a file: which fields it fills, and which states it tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from fnmatch import fnmatchcase

from consent_risk.case import Case, ExportSettings
from consent_risk.intake.file_report import FileReport, Question
from consent_risk.vocabulary import EventState

_CANONICAL = "canonical"
_YES = {EventState.GIVEN, EventState.RENEWED}
_NO = {EventState.OBJECTED, EventState.WITHDRAWN, EventState.REFUSED, EventState.REVOKED}
_CLAIMS = _YES | _NO | {EventState.REQUESTED}
_INSTANTS = ("event_time", "valid_until", "created_at", "last_activity_at")

PURPOSE = (
    "What did the persons agree to, in the words that they saw? The recipe assumes the purpose from the column. "
    "Where the tenant says otherwise, name it under `exports` in case.yaml (`purposes`)."
)
RECIPIENTS = (
    "Does any consent name the acquirer's group, or foresee that a new company receives the data? "
    "The files name no recipients."
)
ROLE = "Which role has the provider towards each tenant, under which version of the agreement? Hand in agreements.csv."
ROLE_BLANK = "Which role has the provider under the agreements that do not say so?"
MECHANISM = (
    "How was consent asked for: did the persons tick a box, or did they fail to object (opt-out)? "
    "The files do not say how it was collected."
)
TIME_ZONE = (
    "In which time zone are the times that name none? They are read as UTC, so a day may be off by one. "
    "Name the zone under `exports` in case.yaml (`time_zone`)."
)
CHOICES = "What do the values mean that no recipe knows? They count as unknown until somebody says."
SUPPRESSED = (
    "Is there a list of the persons who objected and were then deleted? Without it they come back as unknown. "
    "Hand it in beside the records."
)


def open_questions(files: Sequence[FileReport], delivered: Collection[str], case: Case) -> Iterator[Question]:
    """The questions of the files, each once, then what no export contains. `delivered` names the tables handed in."""
    own = dict.fromkeys(question for file in files for question in file.questions)
    yield from (_question(text, [file for file in files if text in file.questions]) for text in own)
    for text, is_open in _OF_A_FILE:
        if text not in own and (asked := [file for file in files if is_open(file, _settings(file, case))]):
            yield _question(text, asked)
    yield from _of_the_delivery(files, delivered)


def _question(text: str, files: Sequence[FileReport]) -> Question:
    return Question(question=text, files=tuple(dict.fromkeys(file.file for file in files)))


def _of_the_delivery(files: Sequence[FileReport], delivered: Collection[str]) -> Iterator[Question]:
    with_records = [file for file in files if file.records]
    if with_records and "agreements" not in delivered:
        yield Question(question=ROLE)
    if blank := [file for file in files if file.table == "agreements" and _is_blank(file, "provider_role")]:
        yield _question(ROLE_BLANK, blank)
    if with_records and not any(_says_no(file) and not file.records for file in files):
        yield Question(question=SUPPRESSED)


def _purpose_open(file: FileReport, settings: ExportSettings) -> bool:
    return _tells(file, _CLAIMS) and file.recipe != _CANONICAL and not (_fills(file, "purpose") or settings.purposes)


def _recipients_open(file: FileReport, settings: ExportSettings) -> bool:
    return _tells(file, _YES) and not _fills(file, "recipients")


def _mechanism_open(file: FileReport, settings: ExportSettings) -> bool:
    return _tells(file, _YES) and not (_fills(file, "collection_method") or _fills(file, "double_opt_in"))


def _time_zone_open(file: FileReport, settings: ExportSettings) -> bool:
    has_times = any(dates.field in _INSTANTS and dates.first for dates in file.dates)
    return has_times and file.recipe != _CANONICAL and settings.time_zone is None


def _choices_open(file: FileReport, settings: ExportSettings) -> bool:
    return any(file.unmapped.values())


_OF_A_FILE: Sequence[tuple[str, Callable[[FileReport, ExportSettings], bool]]] = (
    (PURPOSE, _purpose_open),
    (RECIPIENTS, _recipients_open),
    (MECHANISM, _mechanism_open),
    (TIME_ZONE, _time_zone_open),
    (CHOICES, _choices_open),
)


def _settings(file: FileReport, case: Case) -> ExportSettings:
    """What the case says about a file, by the first pattern that fits."""
    return next((said for name, said in case.exports.items() if fnmatchcase(file.file, name)), ExportSettings())


def _tells(file: FileReport, states: Collection[EventState]) -> bool:
    return any(count for state, count in file.states.items() if state in states)


def _says_no(file: FileReport) -> bool:
    return _tells(file, _NO)


def _fills(file: FileReport, field: str) -> bool:
    return any(read.filled for read in file.fields if read.field == field)


def _is_blank(file: FileReport, field: str) -> bool:
    """Is a field that the report tells of not filled in every row? Where it tells of none, nothing is known."""
    return bool(file.fields) and sum(read.filled for read in file.fields if read.field == field) < file.rows
