"""Rows with another number of cells than the usual row: read where nothing is lost, bad rows otherwise."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from consent_risk.intake.faults import BAD_ROWS
from consent_risk.intake.opening.dialects import Dialect
from consent_risk.intake.opening.encodings import SUBSTITUTE
from consent_risk.intake.opening.export import places_in
from consent_risk.intake.opening.layouts import DELIMITERS, cells_of

SHORT = "rows with fewer cells than the header were read with blanks"
BLANK = "blank rows were left out"
_Fault = tuple[int, str | None, str, str]


def bad_rows(rows: Iterable[int], dialect: Dialect, cells: int, named: int) -> pl.DataFrame:
    """The rows (faults.BAD_ROWS) that have `cells` cells under a header of `named`."""
    return pl.DataFrame([_uneven(row, dialect, cells, named) for row in rows], schema=BAD_ROWS, orient="row")


class UnevenRows:
    """Collects the rows of a file that are not as wide as the usual row, and reads them.

    A short row lacks cells at its end, which are blank; surplus cells do no harm where they are empty. In a strict
    file both are bad rows.
    """

    def __init__(self, dialect: Dialect, header: Sequence[str], wanted: Sequence[str]) -> None:
        self._dialect = dialect
        self._header = header
        self._wanted = places_in(header, wanted)
        self._named = max((index for index, name in enumerate(header, 1) if name), default=0)
        self._rows: dict[int, tuple[int, str]] = {}
        self._notes: Counter[str] = Counter()

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of the rows collected and not yet taken."""
        return list(self._rows)

    def first_even_from(self, number: int) -> int:
        """The first number from this one on that no row collected has."""
        while number in self._rows:
            number += 1
        return number

    def on_row(self, row: Any) -> str:
        """pyarrow's handler of invalid rows."""
        self._rows[row.number] = (row.actual_columns, "" if self._dialect.strict else row.text)
        return "skip"

    def up_to(self, number: int | None) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The cells of the rows up to a number (all where null), and the bad rows among them; they are given up."""
        taken = sorted(n for n in self._rows if number is None or n <= number)
        cells: list[tuple[int | str | None, ...]] = []
        bad: list[_Fault] = []
        for n in taken:
            count, text = self._rows.pop(n)
            read = None if self._dialect.strict else self._read(text)
            if read is None:
                bad.append(_uneven(n, self._dialect, count, len(self._header)))
            elif SUBSTITUTE in text:
                bad.append(_undecodable(n, self._dialect))
            elif any(read):
                cells.append((n, *(read[place] or None for place in self._wanted.values())))
            else:
                self._notes[BLANK] += 1
        schema = {"row": pl.Int64} | dict.fromkeys(self._wanted, pl.String)
        return pl.DataFrame(cells, schema=schema, orient="row"), pl.DataFrame(bad, schema=BAD_ROWS, orient="row")

    def note_short(self, rows: int) -> None:
        """Note that so many usual rows lack cells of columns that have a name."""
        if self._dialect.width < self._named:
            self._notes[SHORT] += rows

    def taken_notes(self) -> Mapping[str, int]:
        """What there is to note since the last time, with the number of rows."""
        notes, self._notes = self._notes, Counter()
        return {what: rows for what, rows in notes.items() if rows}

    def _read(self, text: str) -> list[str] | None:
        """The row's cells, one for each name of the header; null where filled ones would be lost."""
        try:
            cells = [cell.strip() for cell in cells_of(text, self._dialect.delimiter)]
        except csv.Error:
            return None
        width = len(self._header)
        if any(cells[width:]):
            return None
        if len(cells) < self._named and any(cells):
            self._notes[SHORT] += 1
        return cells[:width] + [""] * (width - len(cells))


def _uneven(row: int, dialect: Dialect, cells: int, named: int) -> _Fault:
    mend = f"Quote cells that hold {DELIMITERS.get(dialect.delimiter, 'delimiters')}, and export the file again."
    return row, None, f"number of cells: {cells} in the row, {named} in the header", mend


def _undecodable(row: int, dialect: Dialect) -> _Fault:
    return row, None, f"the row is not {dialect.encoding}", "Save the file as UTF-8."
