"""What no export contains and somebody must be asked, each question only where it is open.

Whether a question is open is read off the report on a file (which fields it fills, which states it tells of) and off
the recipe that read it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consent_risk.case import Case, ExportSettings
from consent_risk.intake.file_report import FileReport, Question
from consent_risk.intake.recipes import Recipe
from consent_risk.intake.recipes.model import Lookup
from consent_risk.intake.recognising import settings_of
from consent_risk.vocabulary import EventState

_YES = {EventState.GIVEN, EventState.RENEWED}
_NO = {EventState.OBJECTED, EventState.WITHDRAWN, EventState.REFUSED, EventState.REVOKED}
_CLAIMS = _YES | _NO | {EventState.REQUESTED}

PURPOSE = (
    "What did the persons agree to, in the words that they saw? The recipe assumes the purpose from the column. "
    "Where the tenant says otherwise, change it in a recipe of your own."
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
CHOICES = "What do the values mean that no recipe knows? They count as unknown until somebody says."
SUPPRESSED = (
    "Is there a list of the persons who objected and were then deleted? Without it they come back as unknown. "
    "Hand it in beside the records."
)


def open_questions(
    files: Sequence[FileReport], delivered: Collection[str], case: Case, recipes: Mapping[str, Recipe]
) -> Iterator[Question]:
    """The questions of the files, each once, then what no export contains.

    `delivered` names the tables handed in, `recipes` has the recipes that the files were read by.
    """
    own = dict.fromkeys(question for file in files for question in file.questions)
    yield from (_question(text, [file for file in files if text in file.questions]) for text in own)
    asked = [_Asked(file, recipes.get(file.recipe), settings_of(file.file, case)) for file in files]
    for text, is_open in _OF_A_FILE:
        if left_open := [one.file for one in asked if is_open(one)]:
            yield _question(text, left_open)
    yield from _of_the_delivery(files, delivered)


@dataclass(frozen=True)
class _Asked:
    """A file with the recipe that read it (null for the canonical form) and what the case says about it."""

    file: FileReport
    recipe: Recipe | None
    settings: ExportSettings

    def tells(self, states: Collection[EventState]) -> bool:
        """Does the file tell of one of the states?"""
        return _tells(self.file, states)

    def reads(self, *fields: str) -> bool:
        """Is one of the fields filled in the file, or does a statement of the recipe take it from there?"""
        filled = any(read.filled for read in self.file.fields if read.field in fields)
        statements = self.recipe.consents if self.recipe else ()
        return filled or any(_is_read(getattr(said, field)) for said in statements for field in fields)


def _is_read(value: object) -> bool:
    """Is it read from the export, rather than fixed by the recipe or left out?"""
    return isinstance(value, Lookup) or (isinstance(value, tuple) and bool(value))


def _purpose_open(asked: _Asked) -> bool:
    return bool(asked.recipe) and asked.tells(_CLAIMS) and not (asked.reads("purpose") or asked.settings.purposes)


def _recipients_open(asked: _Asked) -> bool:
    return asked.tells(_YES) and not asked.reads("recipients")


def _mechanism_open(asked: _Asked) -> bool:
    return asked.tells(_YES) and not asked.reads("collection_method", "double_opt_in")


def _choices_open(asked: _Asked) -> bool:
    return any(asked.file.unmapped.values())


_OF_A_FILE: Sequence[tuple[str, Callable[[_Asked], bool]]] = (
    (PURPOSE, _purpose_open),
    (RECIPIENTS, _recipients_open),
    (MECHANISM, _mechanism_open),
    (CHOICES, _choices_open),
)


def _of_the_delivery(files: Sequence[FileReport], delivered: Collection[str]) -> Iterator[Question]:
    with_records = any(file.records for file in files)
    if with_records and "agreements" not in delivered:
        yield Question(question=ROLE)
    if blank := [file for file in files if file.table == "agreements" and _leaves_role_blank(file)]:
        yield _question(ROLE_BLANK, blank)
    if with_records and not any(_tells(file, _NO) and not file.records for file in files):
        yield Question(question=SUPPRESSED)


def _question(text: str, files: Sequence[FileReport]) -> Question:
    return Question(question=text, files=tuple(dict.fromkeys(file.file for file in files)))


def _tells(file: FileReport, states: Collection[EventState]) -> bool:
    return any(count for state, count in file.states.items() if state in states)


def _leaves_role_blank(file: FileReport) -> bool:
    """Is the provider's role not filled in every row? Where the report tells of no field, nothing is known."""
    filled = sum(read.filled for read in file.fields if read.field == "provider_role")
    return bool(file.fields) and filled < file.rows
