"""Consent statements: what a recipe's `consents` read in a batch, one row a statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeVar

import polars as pl

from consent_risk.intake import cells
from consent_risk.intake.checking import shown_name
from consent_risk.intake.decoders import DECODERS, Decoded, Undecodable
from consent_risk.intake.json_cells import Node
from consent_risk.intake.personal import identifies, is_id_of_person
from consent_risk.intake.reading.account import YES, FileAccount
from consent_risk.intake.reading.clock import Clock, after
from consent_risk.intake.reading.places import Entries, Rows, Scope, Source, parted
from consent_risk.intake.reading.words import words_of
from consent_risk.intake.recipes.model import Lookup, Meaning, Statement
from consent_risk.tables import LIST_SEPARATOR
from consent_risk.vocabulary import (
    Channel,
    CollectionMethod,
    DoubleOptIn,
    EventState,
    LegalBasis,
    Purpose,
    TimeQuality,
)

STATEMENT: dict[str, pl.DataType] = {
    "row": pl.Int64(),
    "field": pl.String(),  # where it stands
    "raw_value": pl.String(),  # as read, where the recipe lists it
    "event_state": pl.String(),
    "legal_basis": pl.String(),
    "purposes": pl.List(pl.String()),  # those that are known, one event for each
    "channels": pl.List(pl.String()),  # null is every channel
    "event_time": pl.Datetime("us"),
    "time_quality": pl.String(),
    "valid_until": pl.Date(),
    "evidence_level": pl.Int64(),
    "collection_method": pl.String(),
    "double_opt_in": pl.String(),
    "notice_version": pl.String(),
    "recipients": pl.String(),
    "third_party_disclosure": pl.Boolean(),
    "transfer_objection": pl.Boolean(),
    "unmapped": pl.List(pl.String()),  # the fields whose value is not known
}
_LISTS = pl.List(pl.String)
About: TypeAlias = Callable[[Scope], pl.DataFrame]
_Word = TypeVar("_Word", bound=StrEnum)
_FORBIDDING = (EventState.OBJECTED.value, EventState.WITHDRAWN.value)


@dataclass(frozen=True)
class Column:
    """A statement at one place: `place` is null where that the row (or entry) is there says it."""

    statement: Statement
    place: str | None
    field: str


def live_columns(statements: Iterable[Statement], source: Source) -> list[Column]:
    """What the statements read in an export: a column for each place that it has."""
    return [column for statement in statements for column in _columns(statement, source)]


def read_statements(
    rows: Rows,
    columns: Sequence[Column],
    clock: Clock,
    account: FileAccount,
    purposes: Mapping[str, Purpose],
    about: About | None = None,
) -> pl.DataFrame:
    """The statements of a batch, see STATEMENT. `purposes` says what texts stand for that the recipe does not list.

    Blank says nothing. A value that is not listed is `unknown`; so is what a decoder cannot read. `about` tells of each
    row or entry whom it is about; its columns are added.
    """
    batch = _Batch(rows, clock, account, purposes, about)
    nothing = pl.DataFrame(schema=STATEMENT | (about(rows).schema if about else {}))
    return pl.concat([nothing, *(frame for column in columns for frame in batch.read(column))])


def events_of(statements: pl.DataFrame) -> pl.DataFrame:
    """One row for each purpose and channel of a statement, as the consents table names its columns."""
    events = statements.explode("purposes", empty_as_null=True, keep_nulls=True).filter(
        pl.col("purposes").is_not_null()
    )
    events = events.explode("channels", empty_as_null=True, keep_nulls=True)
    return events.rename({"purposes": "purpose", "channels": "channel", "field": "raw_field"}).drop("unmapped")


def statement_fields(columns: Iterable[Column]) -> Iterator[tuple[str, str]]:
    """Every place that the statements read beside their own, with the field that it becomes."""
    for column in columns:
        said = column.statement
        named: dict[str, Sequence[str]] = {
            "condition": [place for condition in said.when for place in condition.columns],
            "evidence": [place for one in said.evidence for condition in one.when for place in condition.columns],
            "duration": said.duration or (),
            "notice_version": said.notice_version or (),
            "recipients": said.recipients or (),
            "third_party_disclosure": said.third_party_disclosure or (),
            "event_time": said.time.columns if said.time else (),
            "valid_until": said.valid_until.columns if said.valid_until else (),
        }
        for name in ("purpose", "channel", "legal_basis", "collection_method", "double_opt_in"):
            lookup = getattr(said, name)
            named[name] = lookup.columns if isinstance(lookup, Lookup) else ()
        yield from ((place, name) for name, places in named.items() for place in places)


def _columns(statement: Statement, source: Source) -> Iterator[Column]:
    if statement.each and not source.has(statement.each):
        return
    if not statement.columns:
        if all(any(source.has(place) for place in condition.columns) for condition in statement.when):
            yield Column(statement, None, statement.each or _first_place(statement))
        return
    named = dict.fromkeys(statement.fits(source.columns))
    for place in statement.columns:
        if not ("*" in place or "#" in place) and source.has(place):
            named[place] = None
    for place in named:
        yield Column(statement, place, _field(statement, place, source))


def _first_place(statement: Statement) -> str:
    return next((place for condition in statement.when for place in condition.columns), "row")


def _field(statement: Statement, place: str, source: Source) -> str:
    """The place as it may be kept: a name that might be a cell is given by the recipe's own."""
    if place.startswith("."):
        return f"{statement.each}{place}"
    if place in source.columns and shown_name(place, 0) != place:
        return statement.columns[0]
    return place


class _Batch:
    """What the statements of one batch share: lists are walked and decoded once."""

    def __init__(
        self,
        rows: Rows,
        clock: Clock,
        account: FileAccount,
        purposes: Mapping[str, Purpose],
        about: About | None,
    ) -> None:
        self._about = about
        self._rows = rows
        self._clock = clock
        self._account = account
        self._purposes = purposes
        self._entries: dict[tuple[str, str | None], Entries] = {}
        self._undecodable: dict[tuple[str, str | None], tuple[Entries, list[int]]] = {}

    def read(self, column: Column) -> Iterator[pl.DataFrame]:
        """The statements at one place, and once for each decoder those that it could not read."""
        statement = column.statement
        scope: Scope = self._rows
        if statement.each:
            key = (statement.each, statement.decoder)
            if key not in self._entries:
                self._entries[key] = self._walk(*key)
                if key in self._undecodable:
                    yield self._not_read(column, *self._undecodable[key])
            scope = self._entries[key]
        yield self._at(column, scope)

    def _walk(self, each: str, decoder: str | None) -> Entries:
        entries = self._rows.entries(each)
        if not decoder:
            return entries
        decoded: list[tuple[int, Mapping[str, Node]]] = []
        failed = []
        known: dict[str, Decoded | None] = {}
        for at, node in enumerate(entries.nodes):
            found = _decoded(decoder, node, known)
            if found is None:
                failed.append(at)
                continue
            decoded += [(at, entry) for entry in found.entries]
            self._account.warnings.update(f"{each}: {warning}" for warning in found.warnings)
        if failed:
            self._undecodable[each, decoder] = entries, failed
        return entries.decoded(decoded)

    def _not_read(self, column: Column, scope: Entries, failed: list[int]) -> pl.DataFrame:
        """What the decoder could not read is unknown, for the purpose of the statement where it has one."""
        statement = column.statement
        at = pl.Series(failed, dtype=pl.UInt32)
        rows = scope.rows.gather(at)
        fixed = [statement.purpose.value] if isinstance(statement.purpose, Purpose) else []
        return self._with_subjects(
            scope,
            at,
            {
                "row": rows,
                "field": column.statement.each,
                "event_state": EventState.UNKNOWN.value,
                "legal_basis": LegalBasis.NONE_RECORDED.value,
                "purposes": pl.Series([fixed], dtype=_LISTS).new_from_index(0, len(rows)),
                "channels": pl.Series([[None]], dtype=_LISTS).new_from_index(0, len(rows)),
                "time_quality": TimeQuality.NONE.value,
                "evidence_level": 0,
                "unmapped": pl.Series([[statement.each]], dtype=_LISTS).new_from_index(0, len(rows)),
            },
        )

    def _at(self, column: Column, scope: Scope) -> pl.DataFrame:
        statement = column.statement
        said = _said(column, scope)
        if said.is_empty():
            return pl.DataFrame(schema=STATEMENT | (self._about(self._rows).schema if self._about else {}))
        at = said["at"]
        state = said["event_state"]
        unmapped = [said.select(pl.when("unlisted").then(pl.lit(column.field))).to_series()]

        def word(lookup: Lookup[_Word] | _Word | None, blank: str | None, unknown: str | None) -> pl.Series:
            words, faults = _word(scope, lookup, at, blank, unknown)
            unmapped.append(faults)
            return words

        basis = said["legal_basis"]
        if statement.legal_basis:
            own = word(statement.legal_basis, None, LegalBasis.NONE_RECORDED.value)
            basis = own.zip_with(own.is_not_null() & ~said["unlisted"], basis)
        purposes, faults = self._purposes_at(statement, scope, at)
        unmapped.append(faults)
        channels, faults = _channels(statement.channel, scope, at, state)
        unmapped.append(faults)
        times = self._clock.read(scope, statement.time, "event_time").select(pl.all().gather(at))
        ends, unreadable_end = self._ends(statement, scope, at, times["time"])
        # Whether a consent still stands whose end cannot be read is not known.
        unsure = state.is_in(YES) & unreadable_end
        state = pl.Series([EventState.UNKNOWN.value]).new_from_index(0, len(at)).zip_with(unsure, state)
        unmapped.append(
            pl.DataFrame({"unsure": unsure}).select(pl.when("unsure").then(pl.lit("valid_until"))).to_series()
        )
        return self._with_subjects(
            scope,
            at,
            {
                "row": scope.rows.gather(at),
                "field": column.field,
                "raw_value": said["raw_value"],
                "event_state": state,
                "legal_basis": basis,
                "purposes": purposes,
                "channels": channels,
                "event_time": times["time"],
                "time_quality": times["quality"],
                "valid_until": ends,
                "evidence_level": _evidence(statement, scope, at),
                "collection_method": word(statement.collection_method, None, CollectionMethod.UNKNOWN.value),
                "double_opt_in": word(statement.double_opt_in, None, DoubleOptIn.UNKNOWN.value),
                "notice_version": self._notice(statement, scope, at),
                "recipients": self._recipients(statement, scope, at),
                "third_party_disclosure": _truth(scope.first(statement.third_party_disclosure or ())).gather(at),
                "transfer_objection": _objection(state) if statement.transfer_objection else None,
                "unmapped": pl.DataFrame([field.alias(str(n)) for n, field in enumerate(unmapped)])
                .select(pl.concat_list(pl.all()).list.drop_nulls())
                .to_series(),
            },
        )

    def _with_subjects(
        self, scope: Scope, at: pl.Series, values: Mapping[str, pl.Series | str | int | None]
    ) -> pl.DataFrame:
        frame = _frame(len(at), values)
        return (
            pl.concat([frame, self._about(scope).select(pl.all().gather(at))], how="horizontal")
            if self._about
            else frame
        )

    def _purposes_at(self, statement: Statement, scope: Scope, at: pl.Series) -> tuple[pl.Series, pl.Series]:
        """The purposes of each statement, and the field where one is not known (or, save for decoders, not named)."""
        lookup = statement.purpose
        if not isinstance(lookup, Lookup):
            one = pl.Series([[lookup.value]], dtype=_LISTS).new_from_index(0, len(at))
            return one, pl.repeat(None, len(at), dtype=pl.String, eager=True)
        values = {**self._purposes, **lookup.values}
        lists, unlisted, blank = _word_lists(scope, lookup, at, values)
        named = f"purpose ({_place(statement, lookup)})"
        faulty = unlisted if statement.decoder else unlisted | blank
        if faulty.any():
            self._account.ask(
                f"For what purpose do the texts under {_place(statement, lookup)} stand that the recipe does not list? "
                "Say it under `purposes` of the file's `exports` in case.yaml."
            )
        return lists, _named_where(faulty, named)

    def _ends(self, statement: Statement, scope: Scope, at: pl.Series, times: pl.Series) -> tuple[pl.Series, pl.Series]:
        """The last day of each statement, and whether what is said about it cannot be read."""
        read = self._clock.read(scope, statement.valid_until, "valid_until").select(pl.all().gather(at))
        day = read["time"].dt.date()
        if not statement.duration:
            return day, read["unreadable"]
        spans = after(times, scope.first(statement.duration).gather(at))
        self._clock.ranges.add("valid_until", spans["day"], unreadable=int(spans["unreadable"].sum()))
        return day.zip_with(day.is_not_null(), spans["day"]), read["unreadable"] | spans["unreadable"]

    def _notice(self, statement: Statement, scope: Scope, at: pl.Series) -> pl.Series:
        texts = scope.first(statement.notice_version or ()).gather(at)
        kept = texts.to_frame("text").select(pl.when(~is_id_of_person(pl.col("text"))).then("text")).to_series()
        if dropped := texts.count() - kept.count():
            self._account.warnings["notice versions not kept: they look like an address or a number"] += dropped
        return kept

    def _recipients(self, statement: Statement, scope: Scope, at: pl.Series) -> pl.Series:
        """Names joined with `;`. One that may be a person's address is left out."""
        if not statement.recipients:
            return pl.repeat(None, len(at), dtype=pl.String, eager=True)
        lists = scope.all(statement.recipients, statement.recipients_separator)
        names = pl.DataFrame({"at": at, "name": lists.gather(at)}).unique("at", maintain_order=True)
        names = names.explode("name", empty_as_null=True, keep_nulls=True).drop_nulls()
        kept = names.filter(~identifies(pl.col("name")))
        if dropped := names.height - kept.height:
            self._account.warnings["recipients not kept: they look like an address or a number"] += dropped
        joined = kept.group_by("at").agg(pl.col("name").str.join(LIST_SEPARATOR))
        joined = joined.with_columns(cells.names().value(pl.col("name")).alias("name"))
        return pl.DataFrame({"at": at}).join(joined, on="at", how="left", maintain_order="left")["name"]


def _said(column: Column, scope: Scope) -> pl.DataFrame:
    """What is said: at (index in the scope), raw_value, event_state, legal_basis, unlisted. Blank says nothing."""
    statement = column.statement
    at = pl.int_range(scope.height, eager=True).alias("at")
    applies = scope.meets(statement.when)
    if column.place is None:
        assert statement.says is not None
        meaning = statement.says
        found = pl.DataFrame({"at": at.filter(applies)})
        return found.with_columns(
            pl.lit(None, dtype=pl.String).alias("raw_value"),
            pl.lit(meaning.event_state.value).alias("event_state"),
            pl.lit(meaning.legal_basis.value).alias("legal_basis"),
            pl.lit(False).alias("unlisted"),
        )
    texts = scope.texts(column.place)
    if texts is None:
        texts = pl.repeat(None, scope.height, dtype=pl.String, eager=True)
    if statement.separator:
        texts = parted(scope.all([column.place]), statement.separator)
    found = pl.DataFrame({"at": at, "text": texts}).filter(applies)
    if isinstance(found.schema["text"], pl.List):
        found = found.explode("text", empty_as_null=True, keep_nulls=True)
    return _meant(found.drop_nulls("text"), statement.meanings)


def _meant(found: pl.DataFrame, meanings: Mapping[str, Meaning]) -> pl.DataFrame:
    codes = {text: f"{meaning.event_state.value} {meaning.legal_basis.value}" for text, meaning in meanings.items()}
    found = found.with_columns(words_of(found["text"], codes).alias("code"))
    parts = pl.col("code").fill_null(f"{EventState.UNKNOWN.value} {LegalBasis.NONE_RECORDED.value}").str.split(" ")
    return found.select(
        "at",
        pl.when(pl.col("code").is_not_null()).then("text").alias("raw_value"),
        parts.list.get(0).alias("event_state"),
        parts.list.get(1).alias("legal_basis"),
        pl.col("code").is_null().alias("unlisted"),
    )


def _word(
    scope: Scope, lookup: Lookup[_Word] | _Word | None, at: pl.Series, blank: str | None, unknown: str | None
) -> tuple[pl.Series, pl.Series]:
    """One word for each statement: `blank` where nothing stands, `unknown` (and a field) where it is not listed."""
    nothing = pl.repeat(None, len(at), dtype=pl.String, eager=True)
    if lookup is None:
        return nothing, nothing
    if not isinstance(lookup, Lookup):
        return pl.repeat(str(lookup), len(at), dtype=pl.String, eager=True), nothing
    lists, unlisted, is_blank = _word_lists(scope, lookup, at, lookup.values, otherwise_if_blank=False)
    words = pl.DataFrame({"word": lists.list.first(), "unlisted": unlisted, "blank": is_blank}).select(
        pl.when("blank").then(pl.lit(blank)).when("unlisted").then(pl.lit(unknown)).otherwise("word").cast(pl.String)
    )
    return words.to_series(), _named_where(unlisted, lookup.columns[0])


def _word_lists(
    scope: Scope,
    lookup: Lookup[_Word],
    at: pl.Series,
    values: Mapping[str, _Word],
    *,
    otherwise_if_blank: bool = True,
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """For each statement the words, whether a text is not listed, and whether there is no text."""
    texts = scope.of_first(lookup.columns)
    if lookup.separator:
        texts = parted(texts.fill_null([]), lookup.separator)
    flat = pl.DataFrame({"at": pl.int_range(scope.height, eager=True), "text": texts})
    flat = flat.explode("text", empty_as_null=True, keep_nulls=True)
    word = words_of(flat["text"], values)
    otherwise = lookup.otherwise and str(lookup.otherwise)
    fills = flat["text"].is_not_null() if not otherwise_if_blank else pl.repeat(True, flat.height, eager=True)
    flat = flat.with_columns(
        word.alias("word"), (flat["text"].is_not_null() & word.is_null()).alias("unlisted"), fills.alias("fills")
    )
    if otherwise:
        filled = pl.when("fills").then(pl.col("word").fill_null(otherwise)).otherwise("word")
        flat = flat.with_columns(filled.alias("word"), pl.lit(False).alias("unlisted"))
    grouped = flat.group_by("at", maintain_order=True).agg(
        pl.col("word").drop_nulls().unique(maintain_order=True),
        pl.col("unlisted").any(),
        (pl.col("text").is_null() & pl.col("word").is_null()).all().alias("blank"),
    )
    asked = pl.DataFrame({"at": at.cast(pl.Int64)}).join(grouped, on="at", how="left", maintain_order="left")
    return asked["word"].fill_null([]), asked["unlisted"].fill_null(False), asked["blank"].fill_null(True)


def _channels(
    channel: Channel | Lookup[Channel] | None, scope: Scope, at: pl.Series, state: pl.Series
) -> tuple[pl.Series, pl.Series]:
    """The channels of each statement. One that is not known is `custom` for a yes, and every channel otherwise."""
    if not isinstance(channel, Lookup):
        one = pl.Series([[channel and channel.value]], dtype=_LISTS).new_from_index(0, len(at))
        return one, pl.repeat(None, len(at), dtype=pl.String, eager=True)
    lists, unlisted, _ = _word_lists(scope, channel, at, channel.values, otherwise_if_blank=False)
    every, custom = pl.lit([None], dtype=_LISTS), pl.lit([Channel.CUSTOM.value], dtype=_LISTS)
    words = pl.col("words")
    found = pl.DataFrame({"words": lists, "unlisted": unlisted, "yes": state.is_in(YES)}).select(
        pl.when(pl.col("unlisted") & pl.col("yes"))
        .then(words.list.concat(custom))
        .when(pl.col("unlisted") | (words.list.len() == 0))
        .then(every)
        .otherwise(words)
        .alias("channels")
    )
    return found.to_series(), _named_where(unlisted, channel.columns[0])


def _evidence(statement: Statement, scope: Scope, at: pl.Series) -> pl.Series:
    level = pl.repeat(statement.evidence_level, scope.height, dtype=pl.Int64, eager=True)
    for evidence in sorted(statement.evidence, key=lambda evidence: evidence.level):
        if evidence.level > statement.evidence_level:
            higher = pl.repeat(evidence.level, scope.height, dtype=pl.Int64, eager=True)
            level = higher.zip_with(scope.meets(evidence.when), level)
    return level.gather(at)


def _truth(texts: pl.Series) -> pl.Series:
    return words_of(texts, {"true": "true", "false": "false"}).replace_strict(
        {"true": True, "false": False}, default=None, return_dtype=pl.Boolean
    )


def _objection(state: pl.Series) -> pl.Series:
    forbids = pl.DataFrame({"forbids": state.is_in(_FORBIDDING)})
    return forbids.select(pl.when("forbids").then(True)).to_series()


def _named_where(flags: pl.Series, field: str) -> pl.Series:
    return flags.to_frame("flag").select(pl.when("flag").then(pl.lit(field))).to_series()


def _place(statement: Statement, lookup: Lookup[Purpose]) -> str:
    place = lookup.columns[0]
    return f"{statement.each}{place}" if place.startswith(".") else place


def _decoded(decoder: str, node: Node, known: dict[str, Decoded | None]) -> Decoded | None:
    """What the decoder reads, null where it cannot. The same string is decoded once in a batch."""
    if isinstance(node, str) and node in known:
        return known[node]
    try:
        found = DECODERS[decoder](node)
    except Undecodable:
        found = None
    if isinstance(node, str):
        known[node] = found
    return found


def _frame(height: int, values: Mapping[str, pl.Series | str | int | None]) -> pl.DataFrame:
    columns = []
    for name, kind in STATEMENT.items():
        value = values.get(name)
        column = value if isinstance(value, pl.Series) else pl.repeat(value, height, dtype=kind, eager=True)
        columns.append(column.cast(kind).alias(name))
    return pl.DataFrame(columns)
