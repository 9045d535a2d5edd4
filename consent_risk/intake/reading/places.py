"""Where something stands in the rows of a batch: columns, paths into JSON, entries of lists, the file's name.

A `Scope` answers for many things at once: `Rows` for the rows of a batch, `Entries` for the entries of a list (or of
a group of keys) within them. Flat columns stay Polars columns; only JSON is walked in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from consent_risk.intake.faults import no_bad_rows
from consent_risk.intake.json_cells import Entry, Node, entries_at, holds_something, parse_cells, texts_at
from consent_risk.intake.reading.words import is_among
from consent_risk.intake.recipes.model import Condition

FILE, NUMBER, ROW, KEY = "@file", "@number", "@row", ".@key"
_TEXTS = pl.List(pl.String)
_NOTHING = ["[]", "{}"]


@dataclass(frozen=True)
class Source:
    """What is known of an export before its rows are read.

    `json_columns` are those whose cells hold JSON; in a file `is_json` every column may. `groups` are what the
    recipe's `file_name` found in the file's name. `columns` are those of the header that may be read.
    """

    stem: str
    columns: tuple[str, ...]
    groups: Mapping[str, str] = field(default_factory=dict)
    json_columns: frozenset[str] = frozenset()
    is_json: bool = False

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self.columns)

    def resolve(self, place: str) -> tuple[str, str] | None:
        """The column that a place of the row lies in, and the path from there; null where there is no such column."""
        if place in self._names:
            return place, ""
        for at in sorted((index for index, letter in enumerate(place) if letter in ".[{"), reverse=True):
            column, path = place[:at], place[at:].removeprefix(".")
            if column in self._names and (self.is_json or column in self.json_columns):
                return column, path
        return None

    def columns_of(self, places: Iterable[str]) -> set[str]:
        """The columns that the places lie in."""
        wanted: set[str] = set()
        for place in places:
            if place == ROW:
                wanted |= set(self.columns)
            elif found := self.resolve(place):
                wanted.add(found[0])
        return wanted

    def has(self, place: str) -> bool:
        """Can there be anything at the place?"""
        return place.startswith(("@", ".")) or self.resolve(place) is not None


class Scope:
    """A number of things (rows, or entries) and the texts at their places."""

    height: int

    def texts(self, place: str) -> pl.Series | None:
        """The text (String), or the texts (List of String), at a place; null where the file has no such place."""
        raise NotImplementedError

    def holds(self, place: str) -> pl.Series:
        """Whether anything stands at or below the place; for JSON but blanks, zeros and false."""
        raise NotImplementedError

    @property
    def rows(self) -> pl.Series:
        """The number of each thing's row."""
        raise NotImplementedError

    def first(self, places: Sequence[str]) -> pl.Series:
        """The first text at the first place that is filled (String)."""
        found = [_one(texts) for place in places if (texts := self.texts(place)) is not None]
        return _coalesced(found, self.height, pl.String())

    def of_first(self, places: Sequence[str]) -> pl.Series:
        """The texts at the first place that is filled (List of String, null where there is none)."""
        found = [_many(texts) for place in places if (texts := self.texts(place)) is not None]
        return _coalesced([_null_if_empty(texts) for texts in found], self.height, _TEXTS)

    def all(self, places: Sequence[str], separator: str | None = None) -> pl.Series:
        """The texts at all places (List of String, empty where there is none), parted at `separator`, trimmed."""
        found = [_many(texts).alias(place) for place in places if (texts := self.texts(place)) is not None]
        if not found:
            return pl.Series([[]], dtype=_TEXTS).new_from_index(0, self.height)
        joined = pl.DataFrame(found).select(pl.concat_list(pl.all().fill_null([]))).to_series()
        return parted(joined, separator) if separator else joined

    def filled(self, places: Sequence[str]) -> pl.Series:
        """Whether anything stands at any of the places."""
        flags = pl.repeat(False, self.height, dtype=pl.Boolean, eager=True)
        for place in places:
            flags = flags | self.holds(place)
        return flags

    def meets(self, conditions: Iterable[Condition]) -> pl.Series:
        """Whether every condition holds."""
        flags = pl.repeat(True, self.height, dtype=pl.Boolean, eager=True)
        for condition in conditions:
            flags = flags & self._meets(condition)
        return flags

    def _meets(self, condition: Condition) -> pl.Series:
        texts = self.of_first(condition.columns)
        if condition.filled is not None:
            is_filled = texts.is_not_null() | self.filled(condition.columns)
            return is_filled if condition.filled else ~is_filled
        flat = pl.DataFrame({"at": pl.int_range(self.height, eager=True), "text": texts})
        flat = flat.explode("text", empty_as_null=True, keep_nulls=True)
        fitting = flat.filter(is_among(flat["text"], condition.values or condition.not_values))["at"]
        is_among_them = pl.int_range(self.height, eager=True).is_in(fitting.unique().implode())
        return is_among_them if condition.values else ~is_among_them


class Rows(Scope):
    """The rows of a batch: `row` and text columns. `bad` are rows with broken JSON (faults.BAD_ROWS)."""

    def __init__(self, cells: pl.DataFrame, source: Source, documents: Mapping[str, list[Node]] | None = None) -> None:
        self.height = cells.height
        self.cells = cells
        self.source = source
        self.bad = no_bad_rows()
        self._documents: dict[str, list[Node]] = dict(documents or {})
        self._texts: dict[str, pl.Series | None] = {}
        if documents is None:
            self._parse_json()

    @property
    def rows(self) -> pl.Series:
        """The number of each row."""
        return self.cells["row"]

    def keep(self, flags: pl.Series) -> Rows:
        """The rows whose flag is set."""
        if flags.all():
            return self
        chosen = flags.arg_true().to_list() if self._documents else []
        documents = {column: [nodes[at] for at in chosen] for column, nodes in self._documents.items()}
        kept = Rows(self.cells.filter(flags), self.source, documents)
        kept.bad = self.bad
        return kept

    def texts(self, place: str) -> pl.Series | None:
        """See Scope."""
        if place not in self._texts:
            self._texts[place] = self._read(place)
        return self._texts[place]

    def holds(self, place: str) -> pl.Series:
        """See Scope."""
        found = self.source.resolve(place)
        if found and found[1]:
            documents = self._document(found[0])
            return _flags(documents, lambda document: holds_something(document, found[1]))
        texts = self.texts(place)
        if texts is None:
            return pl.repeat(False, self.height, dtype=pl.Boolean, eager=True)
        if isinstance(texts.dtype, pl.List):
            return (texts.list.len() > 0).fill_null(False)
        return texts.is_not_null() & ~texts.is_in(_NOTHING).fill_null(False)

    def entries(self, each: str) -> Entries:
        """The entries at `each`; a place without `[]` or `{}` is one entry in each row where it is filled."""
        found: list[list[Entry]] = []
        resolved = self.source.resolve(each)
        if each == ROW:
            found = [[(None, row)] for row in self._whole_rows()]
        elif resolved:
            found = [entries_at(document, resolved[1]) for document in self._document(resolved[0])]
        parents = [at for at, entries in enumerate(found) for _ in entries]
        return Entries(self, parents, [entry for entries in found for entry in entries])

    def _parse_json(self) -> None:
        bad = [self.bad]
        for column in self.cells.columns:
            if column in self.source.json_columns and not self.source.is_json:
                self._documents[column], broken = parse_cells(self.cells, column)
                bad.append(broken)
        self.bad = pl.concat(bad)

    def _document(self, column: str) -> list[Node]:
        """The parsed cells of a column; the texts where it holds no JSON."""
        if column not in self._documents:
            if self.source.is_json:
                self._documents[column], _ = parse_cells(self.cells, column, only_nested=True)
            else:
                self._documents[column] = self.cells[column].to_list()
        return self._documents[column]

    def _whole_rows(self) -> list[dict[str, Node]]:
        columns = [column for column in self.source.columns if column in self.cells.columns]
        documents = [self._document(column) for column in columns]
        return [
            {column: nodes[at] for column, nodes in zip(columns, documents, strict=True) if nodes[at] is not None}
            for at in range(self.height)
        ]

    def _read(self, place: str) -> pl.Series | None:
        if place == NUMBER:
            return self.rows.to_frame("row").select(pl.format("{} {}", pl.lit(self.source.stem), "row")).to_series()
        if place.startswith("@"):
            text = self.source.stem if place == FILE else self.source.groups.get(place[1:])
            return pl.repeat(text, self.height, dtype=pl.String, eager=True)
        found = self.source.resolve(place)
        if found is None or found[0] not in self.cells.columns:
            return None
        column, path = found
        if not path and not (self.source.is_json and self._looks_nested(column)):
            return self.cells[column]
        return _text_series(texts_at(document, path) for document in self._document(column))

    def _looks_nested(self, column: str) -> bool:
        return bool(self.cells[column].str.contains(r"^\s*\[").any())


class Entries(Scope):
    """The entries of a list or of a group of keys. Places that begin with a dot lie in the entry, others in its row."""

    def __init__(self, outer: Rows, parents: Sequence[int], entries: Sequence[Entry]) -> None:
        self.height = len(entries)
        self.outer = outer
        self.nodes = [node for _, node in entries]
        self._keys = [key for key, _ in entries]
        self._parents = pl.Series("parent", parents, dtype=pl.UInt32)
        self._texts: dict[str, pl.Series | None] = {}

    @cached_property
    def rows(self) -> pl.Series:
        """The number of each entry's row."""
        return self.outer.rows.gather(self._parents)

    def decoded(self, entries: Sequence[tuple[int, Mapping[str, Any]]]) -> Entries:
        """Entries that a decoder made of these: pairs of the index here and the new entry."""
        parents = self._parents.gather([at for at, _ in entries])
        return Entries(self.outer, parents.to_list(), [(self._keys[at], entry) for at, entry in entries])

    def texts(self, place: str) -> pl.Series | None:
        """See Scope."""
        if place not in self._texts:
            self._texts[place] = self._read(place)
        return self._texts[place]

    def holds(self, place: str) -> pl.Series:
        """See Scope."""
        if not place.startswith("."):
            return self.outer.holds(place).gather(self._parents)
        if place == KEY:
            return _flags(self._keys, bool)
        return _flags(self.nodes, lambda node: holds_something(node, place.removeprefix(".")))

    def _read(self, place: str) -> pl.Series | None:
        if place == KEY:
            return pl.Series(self._keys, dtype=pl.String)
        if place.startswith("."):
            return _text_series(texts_at(node, place.removeprefix(".")) for node in self.nodes)
        outer = self.outer.texts(place)
        return None if outer is None else outer.gather(self._parents)


def parted(texts: pl.Series, separator: str) -> pl.Series:
    """Lists of texts, parted at the separator, each part trimmed, without the blank ones."""
    parts = pl.element().str.split(separator).explode(empty_as_null=True, keep_nulls=True).str.strip_chars()
    found = texts.to_frame("texts").select(pl.col("texts").list.eval(parts)).to_series()
    return (
        found.to_frame("texts")
        .select(pl.col("texts").list.eval(pl.element().filter(pl.element().is_not_null() & (pl.element() != ""))))
        .to_series()
    )


def _text_series(lists: Iterable[list[str]]) -> pl.Series:
    """Texts where no list has several, else lists of texts."""
    found = list(lists)
    if all(len(texts) < 2 for texts in found):
        return pl.Series([texts[0] if texts else None for texts in found], dtype=pl.String)
    return pl.Series(found, dtype=_TEXTS)


def _one(texts: pl.Series) -> pl.Series:
    return texts.list.first() if isinstance(texts.dtype, pl.List) else texts


def _many(texts: pl.Series) -> pl.Series:
    if isinstance(texts.dtype, pl.List):
        return texts
    lists = texts.to_frame("text").select(pl.when(pl.col("text").is_not_null()).then(pl.concat_list("text")))
    return lists.to_series()


def _null_if_empty(texts: pl.Series) -> pl.Series:
    return texts.to_frame("texts").select(pl.when(pl.col("texts").list.len() > 0).then("texts")).to_series()


def _coalesced(found: Sequence[pl.Series], height: int, kind: pl.DataType) -> pl.Series:
    if not found:
        return pl.repeat(None, height, dtype=kind, eager=True)
    frame = pl.DataFrame([texts.alias(str(index)) for index, texts in enumerate(found)])
    return frame.select(pl.coalesce(pl.all())).to_series().alias("text")


def _flags(things: Iterable[Any], question: Callable[[Any], bool]) -> pl.Series:
    return pl.Series([question(thing) for thing in things], dtype=pl.Boolean)
