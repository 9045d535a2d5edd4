"""Errors meant for users: what is wrong, where, and the mend. Everything else is our own mistake and fails loudly."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LINES = 60
_FIRST_OF_FILE, _MOST_OF_FILE = 5, 20


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input. Never carries a cell's content: after a shifted column it may be a name.

    `stands_for` is the number of problems that it reports together.
    """

    file: str
    reason: str
    mend: str = ""
    row: int | None = None
    column: str | None = None
    place: str = "row"
    stands_for: int = 1

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", {self.place} {self.row}"
        if self.column:
            where += f", {'key' if self.place == 'line' else 'column'} {self.column}"
        reason = self.reason if self.reason.endswith((".", "?")) else self.reason + "."
        return printable(f"{where}: {reason} {self.mend}".rstrip())


class UserError(Exception):
    """The input cannot be used as it is. `problems` says why, each with its place and mend."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """The problems as text, file by file, in at most sixty lines: one bad file does not hide the others.

        Up to five of each file, then, where room is left, up to twenty; the rest as a number for each file.
        """
        files: dict[str, list[Problem]] = {}
        for problem in self.problems:
            files.setdefault(problem.file, []).append(problem)
        named = list(files.items()) if 2 * len(files) <= _LINES else list(files.items())[: (_LINES - 1) // 2]
        shown = _shown([len(problems) for _, problems in named])
        lines = [line for (file, problems), n in zip(named, shown, strict=True) for line in _lines(file, problems, n)]
        if len(named) < len(files):
            lines.append(f"… and problems in {len(files) - len(named)} more files.")
        return lines


def _shown(counts: Sequence[int]) -> list[int]:
    """How many of each file's problems are shown, so that all lines, with those for the rest, are at most `_LINES`."""
    shown = [0] * len(counts)
    for most in (*range(1, _FIRST_OF_FILE + 1), _MOST_OF_FILE):
        for index, count in enumerate(counts):
            others = sum(_height(n, of) for n, of in zip(shown, counts, strict=True)) - _height(shown[index], count)
            room = _LINES - others
            shown[index] = max(shown[index], min(count if count <= room else room - 1, most))
    return shown


def _height(shown: int, count: int) -> int:
    return shown + (shown < count)


def _lines(file: str, problems: Sequence[Problem], shown: int) -> list[str]:
    lines = [str(problem) for problem in problems[:shown]]
    if more := sum(problem.stands_for for problem in problems[shown:]):
        lines.append(f"{file}: … and {more} more problem{'s' if more > 1 else ''}.")
    return lines


def printable(text: str) -> str:
    """The text with a mark in place of every character that would not be seen, or do something to a terminal.

    >>> printable("legal\x7fbasis")
    'legal\ufffdbasis'
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or unicodedata.category(letter) == "Zs" else "\ufffd" for letter in text
    )


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """A sentence that names the likely slip, or else the valid choices.

    >>> did_you_mean("nmae", ["name", "persons"])
    'Did you mean `name`?'
    >>> did_you_mean("xyz", ["name", "persons"])
    'Use one of: name, persons.'
    """
    known = list(choices)
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.7)
    return f"Did you mean `{close[0]}`?" if close else f"Use one of: {', '.join(known)}."
