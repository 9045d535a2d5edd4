"""An export read by a recipe: its rows become canonical records, and its consent columns consent events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from consent_risk.case import COUNTRIES
from consent_risk.errors import Problem, UserError, did_you_mean
from consent_risk.intake.checking import read_values, shown_name
from consent_risk.intake.columns import RECORDS
from consent_risk.intake.delivery import Delivery
from consent_risk.intake.exports import Export
from consent_risk.intake.faults import BAD_ROWS, no_bad_rows
from consent_risk.intake.json_cells import holds_something, parse_cells, texts_at
from consent_risk.intake.recipes import Recipe
from consent_risk.intake.recipes.model import FILE_NAME, Statement, Time
from consent_risk.intake.seal_tables import seal_records
from consent_risk.tables import LIST_SEPARATOR
from consent_risk.vocabulary import TimeQuality

_MERGED = "merged into another contact"
_EVENT = {
    "row": pl.Int64,
    "purpose": pl.String,
    "channel": pl.String,
    "event_state": pl.String,
    "legal_basis": pl.String,
    "evidence_level": pl.Int64,
    "raw_field": pl.String,
    "raw_value": pl.String,
}
_NO_EVENTS = pl.DataFrame(schema=_EVENT)
_SHOWN_COLUMNS = 30


class RecipeReading:
    """An export with the recipe that reads it."""

    def __init__(self, export: Export, recipe: Recipe) -> None:
        if not recipe.recognises(export.header, export.path.stem):
            raise UserError(_misfits(export, recipe))
        self.recipe = recipe.name
        self._file = export.name
        self._header = export.header
        self._stem = export.stem
        self._map = recipe
        self._consent_columns = list(_consent_columns(recipe, export.header))
        self._merged: frozenset[str] = frozenset()
        self.columns = _columns_read(recipe, self._consent_columns, export.header)
        self.delivers = ("records", "consents") if self._consent_columns else ("records",)

    def ignored(self) -> str | None:
        """A note on the columns that are not read."""
        unread = [name for name in self._header if name not in self.columns]
        shown = [shown_name(name, self._header.index(name)) for name in unread[:_SHOWN_COLUMNS]]
        more = [f"and {len(unread) - _SHOWN_COLUMNS} more"] if len(unread) > _SHOWN_COLUMNS else []
        return f"columns ignored: {', '.join(shown + more)}" if unread else None

    def prepare(self, export: Export) -> None:
        """Collect the ids that another row says were merged into it."""
        if merged := self._map.merged:
            columns = [*_present(merged.columns, self._header), *_present(self._map.records.source_id, self._header)]
            found: set[str] = set()
            for batch in export.batches(columns, lambda _count: None):
                rows = _Rows(batch.cells, self._map)
                for own, lists in zip(rows.first(self._map.records.source_id), rows.all(merged.columns), strict=True):
                    listed = {part.strip() for cell in lists for part in cell.split(merged.separator or ";")}
                    found |= listed - {own, ""}
            self._merged = frozenset(found)

    def seal(self, cells: pl.DataFrame, delivery: Delivery) -> int:
        """Seal a batch; the number of its rows that were not used."""
        rows = _Rows(cells, self._map)
        read = self._records(rows, delivery)
        records, bad_records = read_values(read, RECORDS.columns)
        events, bad_events = _events(cells, self._consent_columns, self._map.name)
        told_of = pl.concat([events.select("row"), bad_events.select("row")])
        delivery.learn_consent_tenants(read.join(told_of, on="row", how="semi")["tenant_id"])
        bad = pl.concat([rows.bad, bad_records, bad_events])
        unused = delivery.faults.add_bad_rows(self._file, bad)
        records = records.join(bad, on="row", how="anti", maintain_order="left")
        is_merged = pl.col("source_id").is_in(self._merged)
        unused += self._set_merged_aside(records.filter(is_merged), delivery)
        kept = records.filter(~is_merged)
        sealed = seal_records(kept, self._file, delivery)
        _write_events(events, sealed, delivery)
        return unused + kept.height - sealed.height

    def _records(self, rows: _Rows, delivery: Delivery) -> pl.DataFrame:
        """The batch as canonical text cells; e-mails and phones as lists."""
        places = self._map.records
        tenants = [self._stem] * rows.height if places.tenant_id == FILE_NAME else rows.first(places.tenant_id)
        countries = rows.first(places.country)
        decoded = [country if country in COUNTRIES else None for country in countries]
        dropped = sum(country is not None for country in countries) - sum(country is not None for country in decoded)
        delivery.faults.note(self._file, "countries not kept: not an ISO 3166-1 alpha-2 code", dropped)
        states, bad_states = self._states(rows)
        rows.bad = pl.concat([rows.bad, bad_states])
        text = {
            "tenant_id": tenants,
            "source_id": rows.first(places.source_id),
            "country": decoded,
            "birth_date": rows.first(_columns(places.birth_date)),
            "created_at": rows.first(_columns(places.created_at)),
            "last_activity_at": rows.first(_columns(places.last_activity_at)),
            "record_state": states,
            "data_categories": self._categories(rows),
        }
        lists = {
            "email": rows.all(places.email, places.separator),
            "phone": rows.all(places.phone, places.separator),
        }
        schema = {"row": pl.Int64} | dict.fromkeys(text, pl.String) | dict.fromkeys(lists, pl.List(pl.String))
        return pl.DataFrame({"row": rows.numbers} | text | lists, schema=schema)

    def _states(self, rows: _Rows) -> tuple[list[str | None], pl.DataFrame]:
        state = next(iter(self._map.records.record_state), None)
        if state is None:
            return [None] * rows.height, no_bad_rows()
        read = rows.first(state.columns)
        unmapped = [
            (row, text) for row, text in zip(rows.numbers, read, strict=True) if text and text not in state.values
        ]
        bad = [(row, state.columns[0], _unmapped(self.recipe), _map_it(text, state.values)) for row, text in unmapped]
        return [state.values.get(text) if text else None for text in read], pl.DataFrame(
            bad, schema=BAD_ROWS, orient="row"
        )

    def _categories(self, rows: _Rows) -> list[str | None]:
        held = {category.value: rows.filled(places) for category, places in self._map.data_categories.items()}
        names = [[name for name, flags in held.items() if flags[index]] for index in range(rows.height)]
        return [LIST_SEPARATOR.join(row) or None for row in names]

    def _set_merged_aside(self, merged: pl.DataFrame, delivery: Delivery) -> int:
        if merged.is_empty():
            return 0
        column = pl.lit("source_id").alias("column")
        bad = merged.select("row", column, pl.lit(_MERGED).alias("reason"), pl.lit("").alias("mend"))
        return delivery.faults.set_rows_aside(self._file, bad)


class _Rows:
    """The cells of a batch, reached by a recipe's column names and JSON paths. `bad` are rows with broken JSON."""

    def __init__(self, cells: pl.DataFrame, recipe: Recipe) -> None:
        self.numbers: list[int] = cells["row"].to_list()
        self.height = cells.height
        self._cells = cells
        self._documents: dict[str, list[Any]] = {}
        bad = [no_bad_rows()]
        for column in recipe.json_columns:
            if column in cells.columns:
                self._documents[column], broken = parse_cells(cells, column)
                bad.append(broken)
        self.bad = pl.concat(bad)

    def all(self, places: Sequence[str], separator: str | None = None) -> list[list[str]]:
        """For each row the texts at all places."""
        columns = [column for place in places if (column := self._texts(place)) is not None]
        joined = [[text for column in columns for text in column[index]] for index in range(self.height)]
        return [[part for text in row for part in text.split(separator)] for row in joined] if separator else joined

    def first(self, places: Sequence[str]) -> list[str | None]:
        """For each row the first text at any of the places, null where there is none."""
        return [row[0] if row else None for row in self.all(places)]

    def filled(self, places: Sequence[str]) -> list[bool]:
        """For each row whether anything stands at any of the places."""
        flags = [False] * self.height
        for place in places:
            column, path = _split(place, self._documents)
            if path:
                found = [holds_something(document, path) for document in self._documents[column]]
            else:
                found = [bool(texts) for texts in self._texts(place) or [[]] * self.height]
            flags = [flag or new for flag, new in zip(flags, found, strict=True)]
        return flags

    def _texts(self, place: str) -> list[list[str]] | None:
        column, path = _split(place, self._documents)
        if path:
            return [texts_at(document, path) for document in self._documents[column]]
        if column not in self._cells.columns:
            return None
        return [[text] if text else [] for text in self._cells[column]]


def _split(place: str, documents: dict[str, list[Any]]) -> tuple[str, str]:
    """The column and the path into its JSON; no path for other columns, whose names may hold dots."""
    column, _, path = place.partition(".")
    return (column, path) if column in documents else (place, "")


def _events(
    cells: pl.DataFrame, columns: Sequence[tuple[str, Statement]], recipe: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The events that the consent columns tell of, and the rows with a value that the recipe does not know."""
    events, bad = [_NO_EVENTS], [no_bad_rows()]
    for name, column in columns:
        parts = cells.select("row", pl.col(name).alias("raw_value")).drop_nulls()
        if column.separator:
            parts = parts.with_columns(pl.col("raw_value").str.split(column.separator)).explode("raw_value")
        parts = parts.with_columns(pl.col("raw_value").str.strip_chars()).filter(pl.col("raw_value") != "")
        known = parts["raw_value"].is_in(list(column.meanings))
        events.append(_known_events(parts.filter(known), name, column))
        unknown = [
            (row, name, _unmapped(recipe), _map_it(t, column.meanings)) for row, t in parts.filter(~known).iter_rows()
        ]
        bad.append(pl.DataFrame(unknown, schema=BAD_ROWS, orient="row"))
    return pl.concat(events), pl.concat(bad)


def _known_events(parts: pl.DataFrame, name: str, column: Statement) -> pl.DataFrame:
    states = {value: meaning.event_state.value for value, meaning in column.meanings.items()}
    bases = {value: meaning.legal_basis.value for value, meaning in column.meanings.items()}
    value = pl.col("raw_value")
    return parts.select(
        "row",
        pl.lit(column.purpose.value).alias("purpose"),
        pl.lit(column.channel and column.channel.value, dtype=pl.String).alias("channel"),
        value.replace_strict(states, default=None, return_dtype=pl.String).alias("event_state"),
        value.replace_strict(bases, default=None, return_dtype=pl.String).alias("legal_basis"),
        pl.lit(column.evidence_level, dtype=pl.Int64).alias("evidence_level"),
        pl.lit(shown_name(name, 0) if shown_name(name, 0) == name else column.columns[0]).alias("raw_field"),
        value,
    )


def _write_events(events: pl.DataFrame, sealed: pl.DataFrame, delivery: Delivery) -> None:
    """The events of the rows whose record was sealed. No export read so far says when a flag was set."""
    schema = delivery.store["consents"].columns
    known = events.join(sealed.select("row", "record_key", "tenant_id"), on="row", maintain_order="left")
    known = known.with_columns(pl.lit(TimeQuality.NONE.value).alias("time_quality"))
    blanks = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in known.columns]
    delivery.write("consents", known.with_columns(blanks))


def _unmapped(recipe: str) -> str:
    return f"the recipe {recipe} does not know this value"


def _map_it(text: str, known: Any) -> str:
    return f"{did_you_mean(text, list(known))} Otherwise correct the export, or hand it in in the canonical form."


def _misfits(export: Export, recipe: Recipe) -> list[Problem]:
    lacking = [line for line in recipe.recognise if not any(name in export.header for name in line)]
    reason = f"the header does not fit the recipe {recipe.name}"
    return [Problem(export.name, reason, f"It needs one of the columns {', '.join(line)}.") for line in lacking]


def _columns(time: Time | None) -> tuple[str, ...]:
    return time.columns if time else ()


def _consent_columns(recipe: Recipe, header: Sequence[str]) -> Iterator[tuple[str, Statement]]:
    for column in recipe.consents:
        patterns = [_pattern(name) for name in column.columns]
        yield from ((name, column) for name in header if any(pattern.fullmatch(name) for pattern in patterns))


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(re.escape(name).replace(r"\*", ".*").replace(r"\#", r"\d+"))


def _present(places: Sequence[str], header: Sequence[str]) -> list[str]:
    return [place for place in places if place in header]


def _columns_read(recipe: Recipe, consents: Sequence[tuple[str, Statement]], header: Sequence[str]) -> tuple[str, ...]:
    """The header's names that the recipe reads; a JSON path reads its column."""
    records = recipe.records
    places = [*records.source_id, *records.email, *records.phone, *records.country, *_columns(records.birth_date)]
    places += [*_columns(records.created_at), *_columns(records.last_activity_at)]
    places += [] if records.tenant_id == FILE_NAME else records.tenant_id
    places += [place for state in records.record_state for place in state.columns]
    places += recipe.merged.columns if recipe.merged else ()
    places += [place for columns in recipe.data_categories.values() for place in columns]
    roots = [place.partition(".")[0] for place in places]
    wanted = {*places, *(root for root in roots if root in recipe.json_columns), *(name for name, _ in consents)}
    return tuple(name for name in header if name in wanted)
