"""An export as the recipes see it: a header, and batches of text cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import polars as pl

from consent_risk.errors import Problem, UserError

ROW = "row"
OnBytes = Callable[[int], None]


@dataclass(frozen=True)
class Batch:
    """Some rows of an export: `row` (Int64) and the columns asked for, as trimmed text or null (blank).

    `bad` are rows that cannot be cut into cells or decoded (faults.BAD_ROWS); they are not in `cells`. `notes` says
    what was done to rows of the batch so that they could be read, with the number of rows.
    """

    cells: pl.DataFrame
    bad: pl.DataFrame
    notes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


class Content(Protocol):
    """Where an export's rows come from."""

    def batches(self, wanted: Sequence[str], on_bytes: OnBytes, *, strict: bool) -> Iterator[Batch]:
        """The rows in order; `wanted` are distinct names of the header."""


@dataclass(frozen=True)
class HandedIn:
    """A file as it was handed in: its place, bytes and hash, and its state when they were read."""

    path: Path
    sha256: str
    size: int
    modified_ns: int

    def is_unchanged(self) -> bool:
        """Is the file still the one that was hashed?"""
        try:
            now = self.path.stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.modified_ns)


_NOT_YET_HASHED = HandedIn(Path(), "", 0, 0)


@dataclass(frozen=True)
class Export:
    """A file, a member of an archive, or a sheet of a workbook.

    `name` is how messages and the manifest call it, `stem` the stem of the innermost file's name. `format`,
    `encoding` and `delimiter` say what was found (the last two are null where a format has none), `notes` what was
    done to read it. `handed_in` is the file itself, of a member its archive.
    """

    name: str
    stem: str
    header: tuple[str, ...]
    format: str
    content: Content
    handed_in: HandedIn = _NOT_YET_HASHED
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file that was handed in."""
        return self.handed_in.path

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file that was handed in."""
        return self.handed_in.sha256

    @property
    def size(self) -> int:
        """The bytes of the file that was handed in."""
        return self.handed_in.size

    def batches(self, columns: Sequence[str], on_bytes: OnBytes, *, strict: bool = False) -> Iterator[Batch]:
        """The rows in order, with those of `columns` that the header holds; `on_bytes` hears of bytes read.

        Row 1 is the first row of data. Rows are counted as records, so a line break inside a quoted cell does not
        count. `strict` is for files that say to follow the canonical form: uneven rows are bad rows.
        Raises UserError where the file as a whole turns out to be broken.
        """
        names = frozenset(self.header)
        wanted = [name for name in dict.fromkeys(columns) if name and name in names]
        _check_once(self, wanted)
        yield from self.content.batches(wanted, on_bytes, strict=strict)


def places_in(header: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """Where in the header each of the wanted names stands."""
    places = {name: index for index, name in reversed(list(enumerate(header)))}
    return {name: places[name] for name in wanted}


def _check_once(export: Export, wanted: Sequence[str]) -> None:
    """A name that stands twice does no harm unless it is read."""
    if ROW in wanted:
        mend = "Rename the column, or leave it out of the recipe."
        raise UserError(Problem(export.name, "this name is kept for the number of the row", mend, column=ROW))
    counts = Counter(export.header)
    for name in wanted:
        if counts[name] > 1:
            places = [str(index + 1) for index, other in enumerate(export.header) if other == name]
            reason = f"the header holds this name more than once, in columns {' and '.join(places)}"
            raise UserError(Problem(export.name, reason, "Rename or remove all but one.", column=name))
