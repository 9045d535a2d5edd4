"""A recipe proposed for an export that none recognises, from its header and a sample of its rows.

What the header and the sample prove is written out. What they do not prove is left open: a commented-out line with a
question behind `# decide:`, and beside it something that `recipe check` refuses, so that nobody uses it unasked. No
cell of the export is repeated but the known spellings of yes and no.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import polars as pl

from consent_risk.case import COUNTRIES
from consent_risk.errors import Problem, UserError
from consent_risk.intake.aliases import (
    CATEGORIES,
    CONSENT,
    CONSENT_PREFIXES,
    CONSENT_WORDS,
    FIELDS,
    LABELS,
    TRUTHS,
    UPDATED,
    ZERO_ONE,
    ConsentAlias,
    normalised_name,
)
from consent_risk.intake.checking import shown_name
from consent_risk.intake.exports import Export
from consent_risk.intake.times import TimeFault, TimeUnit, read_times, survey_order
from consent_risk.vocabulary import DataCategory

SAMPLE_ROWS = 1000
Order = Literal["day_first", "month_first", "open"]
_PAIRS = {"flag": TRUTHS, "zero_one": ZERO_ONE, "labels": LABELS}
_TIMES = ("birth_date", "created_at", "last_activity_at")
_HELD = {
    "email": DataCategory.EMAIL_ADDRESS,
    "phone": DataCategory.TELEPHONE_NUMBER,
    "birth_date": DataCategory.AGE,
    "country": DataCategory.LOCATION,
}
# What an epoch of the years 2001 to 2286 looks like.
_EPOCHS: Mapping[TimeUnit, str] = {"seconds": r"^[0-9]{9,10}([.]0)?$", "milliseconds": r"^[0-9]{12,13}([.]0)?$"}


@dataclass(frozen=True)
class ConsentColumn:
    """A consent column: what its name says (null: nobody knows), and the spellings of its yes and its no.

    `open` is the question that must be answered first; "" where nothing is left open.
    """

    column: str
    alias: ConsentAlias | None
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    open: str = ""


@dataclass(frozen=True)
class Proposal:
    """What was understood of a header. `fields` has the columns of each field of records, surest first.

    `times` are the units of the columns that hold times, `order` is what they prove about day and month. `unread` are
    the columns that nothing is proposed for, `remarks` say why some of those were left out.
    """

    name: str
    rows: int
    fields: Mapping[str, tuple[str, ...]]
    times: Mapping[str, TimeUnit]
    order: Order | None
    consents: tuple[ConsentColumn, ...]
    categories: Mapping[DataCategory, tuple[str, ...]]
    unread: tuple[str, ...]
    remarks: tuple[str, ...]
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        """What must be decided before the proposal is a recipe."""
        own = [] if self.fields.get("source_id") else [NO_ID]
        order = [WHICH_ORDER] if self.order == "open" else []
        return (*own, *order, *(column.open for column in self.consents if column.open))


NO_ID = "which column is the id of the person's record? It must be filled and different in every row"
WHICH_ORDER = "does 3/4/2020 mean 3 April (day_first) or 4 March (month_first)? The sample does not prove it"


def propose(
    file: str,
    header: Sequence[str],
    sample: pl.DataFrame,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Proposal:
    """What a recipe for this file could be. `sample` holds the first rows, all columns as text, null where blank.

    Raises UserError where the header seems to be a row of data: its names would stand in the recipe.
    """
    _check_names(file, header)
    columns = _Columns(header, sample)
    fields = {name: columns.take(aliases) for name, aliases in FIELDS.items()}
    fields["source_id"] = columns.keep_if_unique(fields["source_id"])
    fields["tenant_id"] = fields["tenant_id"][:1]
    fields["country"] = columns.keep_if_countries(fields["country"])
    consents = columns.take_consents()
    said_at = [found.column for found in consents if found.alias and found.alias.kind == "time"]
    times = columns.read_times([*(name for kind in _TIMES for name in fields[kind]), *said_at])
    fields |= {kind: _of_one_unit(fields[kind], times) for kind in _TIMES}
    categories = {category: columns.take(aliases) for category, aliases in CATEGORIES.items()}
    for kind, category in _HELD.items():
        categories[category] = (*categories.get(category, ()), *fields[kind])
    columns.remark_updated()
    used = columns.used(fields, categories, consents)
    return Proposal(
        name=_recipe_name(file),
        rows=sample.height,
        fields={name: places for name, places in fields.items() if places},
        times=times,
        order=columns.order([name for name, unit in times.items() if unit == "text"]),
        consents=tuple(consents),
        categories={category: places for category, places in categories.items() if places},
        unread=tuple(name for name in header if name not in used),
        remarks=tuple(columns.remarks),
        encoding=encoding,
        delimiter=delimiter,
    )


def sample_of(export: Export) -> tuple[list[str], pl.DataFrame]:
    """The names that stand once in the header, and the first rows of their columns.

    Raises UserError where the file as a whole turns out to be broken.
    """
    counts = Counter(export.header)
    names = [name for name in export.header if name and counts[name] == 1]
    frames, rows = [pl.DataFrame(schema=dict.fromkeys(names, pl.String))], 0
    for batch in export.batches(names, lambda _bytes: None):
        frames.append(batch.cells.select(names).head(SAMPLE_ROWS - rows))
        rows += frames[-1].height
        if rows == SAMPLE_ROWS:
            break
    return names, pl.concat(frames)


def _check_names(file: str, header: Sequence[str]) -> None:
    hidden = [index + 1 for index, name in enumerate(header) if name and shown_name(name, index) != name]
    if hidden:
        reason = "names of columns look like data, so the file may have no header"
        mend = f"Give it a header, or rename column {hidden[0]}."
        raise UserError(Problem(file, reason, mend))


def _recipe_name(file: str) -> str:
    stem = file.rsplit("/", 1)[-1].split(".", 1)[0].lower()
    slug = re.sub(r"[^a-z0-9]+", "-", stem).strip("-")
    return slug or "export"


@dataclass
class _Columns:
    """The columns of a file by their normalised names. `remarks` grow as columns are looked at."""

    header: Sequence[str]
    sample: pl.DataFrame
    remarks: list[str] = field(default_factory=list)

    def take(self, aliases: Sequence[str]) -> tuple[str, ...]:
        """The columns of these names, in the order of the names."""
        return tuple(name for alias in aliases for name in self._by_normalised_name.get(alias, ()))

    @cached_property
    def _by_normalised_name(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for name in self.header:
            found.setdefault(normalised_name(name), []).append(name)
        return found

    def texts(self, name: str) -> pl.Series:
        """The cells of a column that are filled."""
        return self.sample[name].drop_nulls() if name in self.sample.columns else pl.Series(dtype=pl.String)

    def keep_if_unique(self, names: Sequence[str]) -> tuple[str, ...]:
        """The first column that is filled and different in every row of the sample, if there is one."""
        for name in names:
            texts = self.texts(name)
            if len(texts) == self.sample.height > 0 and texts.n_unique() == len(texts):
                return (name,)
            self.remarks.append(f"{_quoted(name)} is blank or not unique in the sample, so it is no id")
        return ()

    def keep_if_countries(self, names: Sequence[str]) -> tuple[str, ...]:
        """The columns that hold codes of countries and nothing else."""
        kept = [name for name in names if (texts := self.texts(name)).len() and texts.is_in(sorted(COUNTRIES)).all()]
        for name in names:
            if name not in kept:
                self.remarks.append(
                    f"{_quoted(name)} holds other texts than codes of countries; `country_names` can map them"
                )
        return tuple(kept)

    def take_consents(self) -> list[ConsentColumn]:
        """The columns whose names say that they hold consent, and those whose names let us think so."""
        found = []
        for name in self.header:
            plain = normalised_name(name)
            prefixed = next((alias for start, alias in CONSENT_PREFIXES.items() if _is_of_list(name, start)), None)
            if alias := CONSENT.get(plain) or prefixed:
                found.append(self._consent(name, alias))
            elif any(word in plain for word in CONSENT_WORDS):
                found.append(ConsentColumn(name, None, open=_what_means(name)))
        return found

    def _consent(self, name: str, alias: ConsentAlias) -> ConsentColumn:
        if alias.kind == "time":
            unread = f"how are the times in {_quoted(name)} written? The sample does not show it"
            return ConsentColumn(name, alias, open="" if self._unit(name) else unread)
        seen = set(self.texts(name).str.strip_chars().str.to_lowercase())
        pairs = [pair for pair in _PAIRS[alias.kind] if seen & set(pair)]
        yes, no = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
        others = len(seen - set(yes) - set(no))
        question = ""
        if not seen:
            question = f"what stands in {_quoted(name)} for yes and for no? The sample has no value"
        elif others:
            question = f"what do {others} other values in {_quoted(name)} mean? They are not shown here"
        return ConsentColumn(name, alias, yes, no, question)

    def read_times(self, names: Sequence[str]) -> dict[str, TimeUnit]:
        """The unit of each column that holds times and nothing else."""
        units: dict[str, TimeUnit] = {}
        for name in names:
            unit = self._unit(name)
            if unit:
                units[name] = unit
            else:
                self.remarks.append(f"{_quoted(name)} holds nothing, or not only times, in the sample")
        return units

    def _unit(self, name: str) -> TimeUnit | None:
        texts = self.texts(name)
        if texts.is_empty():
            return None
        for unit, pattern in _EPOCHS.items():
            if texts.str.contains(pattern).all():
                return unit
        faults = (
            read_times(texts, date_order="day_first")["fault"],
            read_times(texts, date_order="month_first")["fault"],
        )
        readable = any((fault.drop_nulls() != TimeFault.UNREADABLE.value).all() for fault in faults)
        return "text" if readable else None

    def order(self, names: Sequence[str]) -> Order | None:
        """What all columns of times prove together about day and month; null where none needs an order."""
        verdicts = {survey_order(self.texts(name)) for name in names} - {None}
        if not verdicts:
            return None
        (verdict, *others) = verdicts
        return verdict if verdict in ("day_first", "month_first") and not others else "open"

    def remark_updated(self) -> None:
        """Say why a time of change is not read: somebody's edit is no activity of the person, and no consent."""
        for name in self.take(UPDATED):
            self.remarks.append(f"{_quoted(name)} is when somebody changed the record: no activity, no time of consent")

    def used(
        self,
        fields: Mapping[str, Sequence[str]],
        categories: Mapping[DataCategory, Sequence[str]],
        consents: Sequence[ConsentColumn],
    ) -> set[str]:
        """The columns that the proposal reads."""
        places = [name for names in (*fields.values(), *categories.values()) for name in names]
        return {*places, *(column.column for column in consents)}


def _of_one_unit(names: Sequence[str], times: Mapping[str, TimeUnit]) -> tuple[str, ...]:
    """The columns that hold times, in the unit of the first of them: a recipe names one for a field."""
    readable = [name for name in names if name in times]
    return tuple(name for name in readable if times[name] == times[readable[0]])


def _is_of_list(name: str, start: str) -> bool:
    """`Opted out of email: Product news`: the name of a list stands behind a colon."""
    head, colon, _ = name.partition(":")
    return bool(colon) and normalised_name(head) == start


def _what_means(name: str) -> str:
    return f'does a yes in {_quoted(name)} mean consent ("+") or objection ("-"), and for what? If neither, delete this'


def _quoted(name: str) -> str:
    return f"`{' '.join(name.split())}`"
