"""What is wrong with the files: collected over all of them, so that one bad row does not hide the rest."""

from __future__ import annotations

from collections import Counter

import polars as pl

from consent_risk.errors import Problem, UserError
from consent_risk.intake.manifest import Note, Rejected
from consent_risk.intake.personal import UNPRINTABLE
from consent_risk.intake.writing import TableWriter

BAD_ROWS = {"row": pl.Int64, "column": pl.String, "reason": pl.String, "mend": pl.String}
# An export that is wrong throughout has as many problems as rows; beyond this many they are only counted.
KEPT_PER_FILE = 1_000


def no_bad_rows() -> pl.DataFrame:
    """A frame of bad rows without rows: row (1 = first data row), column, reason, mend."""
    return pl.DataFrame(schema=BAD_ROWS)


class Faults:
    """Problems, rows set aside and quality notes of one sealing.

    Without `set_aside` bad rows are problems and `check` raises them; with it they become rejects.
    Problems of a whole file are raised in either case.
    """

    def __init__(self, rejects: TableWriter, *, set_aside: bool) -> None:
        self._rejects = rejects
        self._set_aside = set_aside
        self._problems: list[Problem] = []
        self._kept: Counter[str] = Counter()
        self._uncounted: Counter[str] = Counter()
        self._notes: Counter[tuple[str, str]] = Counter()
        self._rejected: Counter[tuple[str, str]] = Counter()

    @property
    def any_problem(self) -> bool:
        """Is the delivery refused already?"""
        return bool(self._problems)

    def add_problem(self, problem: Problem) -> None:
        """A file that cannot be used at all."""
        self._problems.append(problem)

    def add_foremost(self, problem: Problem) -> None:
        """A problem of a file beside which its others are of no account: of those only the first are shown."""
        self._problems.insert(0, problem)

    def add_bad_rows(self, file: str, bad: pl.DataFrame) -> int:
        """Rows with cells that cannot be used (see BAD_ROWS); the number of distinct rows among them."""
        if bad.is_empty():
            return 0
        bad = bad.sort("row", maintain_order=True)
        if self._set_aside:
            return self.set_rows_aside(file, bad)
        room = KEPT_PER_FILE - self._kept[file]
        for row, column, reason, mend in bad.head(max(room, 0)).iter_rows():
            self._problems.append(Problem(file, reason, mend, row, column))
        self._kept[file] += min(bad.height, max(room, 0))
        self._uncounted[file] += max(bad.height - max(room, 0), 0)
        return bad["row"].n_unique()

    def set_rows_aside(self, file: str, bad: pl.DataFrame) -> int:
        """Rows that are no error but cannot be used; each becomes one reject, for its first reason."""
        first = bad.unique("row", keep="first", maintain_order=True)
        column = pl.col("column").str.replace_all(UNPRINTABLE, "\ufffd")
        self._rejects.write(first.select(pl.lit(file).alias("file"), "row", column, "reason"))
        for reason, rows in first["reason"].value_counts().iter_rows():
            self._rejected[file, reason] += rows
        return first.height

    def note(self, file: str, what: str, rows: int) -> None:
        """Something the reader must know, with the number of rows it concerns; counts of the same note add up."""
        if rows:
            self._notes[file, what] += rows

    def rejected(self) -> tuple[Rejected, ...]:
        """How many rows were set aside, by file and reason."""
        counts = sorted(self._rejected.items())
        return tuple(Rejected(file=file, reason=reason, rows=rows) for (file, reason), rows in counts)

    def quality(self) -> tuple[Note, ...]:
        """The quality notes, by file and text."""
        return tuple(Note(file=file, what=what, rows=rows) for (file, what), rows in sorted(self._notes.items()))

    def check(self) -> None:
        """Raises UserError with every problem found, if there is any."""
        for file, rows in self._uncounted.items():
            if rows:
                reason = f"{rows} more cells cannot be used"
                self._problems.append(Problem(file, reason, "Mend the ones above first.", stands_for=rows))
        if self._problems:
            raise UserError(self._problems)
