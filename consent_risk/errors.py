"""Errors meant for users: what is wrong, where, and the mend. Everything else is our own mistake and fails loudly."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SHOWN = 20


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input. Never carries a cell's content: after a shifted column it may be a name."""

    file: str
    reason: str
    mend: str = ""
    row: int | None = None
    column: str | None = None
    place: str = "row"

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", {self.place} {self.row}"
        if self.column:
            where += f", {'key' if self.place == 'line' else 'column'} {self.column}"
        reason = self.reason if self.reason.endswith((".", "?")) else self.reason + "."
        return f"{where}: {reason} {self.mend}".rstrip()


class UserError(Exception):
    """The input cannot be used as it is. `problems` says why, each with its place and mend."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """The problems as text, the first twenty in full and the rest as a number."""
        shown = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            shown.append(f"… and {len(self.problems) - _SHOWN} more problems like these.")
        return shown


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
