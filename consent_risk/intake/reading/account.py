"""The account of one file: what was understood of it, what was not, and what must be asked. It becomes an Input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl

from consent_risk.intake.manifest import FieldRead, Understood
from consent_risk.vocabulary import EventState, LegalBasis

YES = (EventState.GIVEN.value, EventState.RENEWED.value)
NO = (
    EventState.REFUSED.value,
    EventState.WITHDRAWN.value,
    EventState.REVOKED.value,
    EventState.OBJECTED.value,
)
_FIELD, _RAW_VALUE = pl.col("field"), pl.col("raw_value")
_MEANING = ["field", "raw_value", "event_state", "legal_basis"]


class FileAccount:
    """Adds up over the batches of a file. `as_of` is the day for which `effective` is told."""

    def __init__(self, as_of: date) -> None:
        self._as_of = as_of
        self.states: Counter[str] = Counter()
        self.effective: Counter[str] = Counter()
        self.understood: Counter[tuple[str, str | None, str, str]] = Counter()
        self.unmapped: Counter[str] = Counter()
        self.fields: Counter[tuple[str, str]] = Counter()
        self.numbers: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self.questions: list[str] = []

    def add_statements(
        self, statements: pl.DataFrame, field: pl.Expr = _FIELD, raw_value: pl.Expr = _RAW_VALUE
    ) -> None:
        """Count statements: field, raw_value, event_state, legal_basis, event_time, valid_until (see statements.py)."""
        later = (pl.col("event_time").dt.date() > self._as_of).fill_null(False)
        past = (pl.col("valid_until") < self._as_of).fill_null(False)
        by = [name for name in _MEANING if name in statements.columns]
        counts = statements.group_by(*by, later.alias("later"), past.alias("past")).len("statements")
        counts = counts.with_columns(field.alias("field"), raw_value.alias("raw_value"))
        columns = (*_MEANING, "later", "past", "statements")
        for place, text, state, basis, is_later, is_past, number in counts.select(columns).iter_rows():
            self.states[state] += number
            self.understood[place, text, state, basis] += number
            if not is_later:
                self.effective[EventState.EXPIRED.value if is_past and state in YES else state] += number

    def add_unmapped(self, fields: pl.Series) -> None:
        """Count the statements by the fields whose value is not known (lists of names)."""
        for field, number in (
            fields.explode(empty_as_null=True, keep_nulls=True).drop_nulls().value_counts().iter_rows()
        ):
            self.unmapped[field] += number

    def add_silent(self, records: int) -> None:
        """Records of an export that says nothing about their consent: each is one `unknown`."""
        if records:
            self.states[EventState.UNKNOWN.value] += records
            self.effective[EventState.UNKNOWN.value] += records

    def ask(self, question: str) -> None:
        """A question that the file leaves open, once."""
        if question not in self.questions:
            self.questions.append(question)

    def as_input(self) -> dict[str, Any]:
        """The fields of manifest.Input that are known here."""
        return {
            "states": _by_state(self.states),
            "effective": _by_state(self.effective),
            "understood": tuple(
                Understood(field=f, raw_value=v, event_state=EventState(s), legal_basis=LegalBasis(b), statements=n)
                for (f, v, s, b), n in sorted(self.understood.items(), key=lambda item: (item[0][0], str(item[0])))
            ),
            "unmapped": dict(sorted((+self.unmapped).items())),
            "fields": tuple(
                FieldRead(column=column, field=field, filled=filled)
                for (column, field), filled in sorted(self.fields.items())
            ),
            **{name: self.numbers[name] for name in ("duplicates", "merged", "deleted", "orphans", "contradictions")},
            "warnings": tuple(_warnings(self.warnings)),
            "questions": tuple(self.questions),
        }


class Contradictions:
    """Records for which one file says both yes and no for the same purpose and channel, at the same time or untimed.

    A no after a yes is no contradiction but a change.
    """

    def __init__(self) -> None:
        self._said: list[pl.DataFrame] = []

    def add(self, events: pl.DataFrame) -> None:
        """Learn from events: record_key, purpose, channel, event_time, event_state."""
        state = pl.col("event_state")
        about = pl.struct("record_key", "purpose", "channel", "event_time").hash().alias("about")
        spoken = events.filter(state.is_in([*YES, *NO]))
        if spoken.height:
            self._said.append(spoken.select("record_key", about, state.is_in(YES).alias("yes")).unique())

    def count(self) -> int:
        """The number of records."""
        if not self._said:
            return 0
        by_subject = pl.concat(self._said).group_by("about").agg("record_key", pl.col("yes").n_unique())
        both = by_subject.filter(pl.col("yes") > 1)["record_key"].explode(empty_as_null=True, keep_nulls=True)
        return both.n_unique() if len(both) else 0


def _by_state(counts: Mapping[str, int]) -> dict[EventState, int]:
    return {state: counts[state.value] for state in EventState if counts.get(state.value)}


def _warnings(counts: Mapping[str, int]) -> Iterable[str]:
    for warning, number in sorted(counts.items()):
        yield f"{warning} ({number} times)" if number > 1 else warning
