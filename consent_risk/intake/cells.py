"""Kinds of cells: how the text of a cell becomes a value, and which texts cannot be used.

Every cell arrives as trimmed text or null (blank). A kind turns it into the stored value and names its checks.
A text that fails a check is reported with its place, a reason and a mend; the text itself is never shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

from consent_risk.case import COUNTRIES, country_mend
from consent_risk.errors import did_you_mean
from consent_risk.intake.personal import identifies, is_id_of_person
from consent_risk.tables import LIST_SEPARATOR
from consent_risk.vocabulary import DataCategory, TimeQuality

FIRST_YEAR, LAST_YEAR = 1900, 2200
# Births from here on are kept to the day: an age of consent is at most 16, and no earlier birth can then matter
# for an event after 1989, before which nobody consented online. Earlier ones are kept to the year
# (docs/data-risks.md).
FIRST_BIRTH_KEPT = date(1973, 1, 1)

# [0-9] and not \d, which also means the digits of other scripts.
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
DAY = f"^{_DATE}$"
# Spreadsheets and pandas write days as midnights; that adds nothing to the day.
_DAY_OR_MIDNIGHT = f"^{_DATE}([T ]00:00(:00([.]0+)?)?)?$"
INSTANT = (
    f"^{_DATE}[T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.,][0-9]{{1,9}})?)?( ?(Z|z|UTC|[+-][0-9]{{2}}(:?[0-9]{{2}})?))?$"
)
_USUAL_INSTANT = f"^{_DATE}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z?$"
_MONTH = "^[0-9]{4}-[0-9]{2}$"
_REGION = "^[A-Z0-9]{2,3}$"
_DIGITS = "^[0-9]+$"
# Sums over millions of rows still fit into 64 bits.
_LARGEST = 10**12


def _always(mend: str) -> Callable[[str], str]:
    return lambda _text: mend


@dataclass(frozen=True)
class Check:
    """What makes a non-blank cell unusable.

    `wrong` is told the text and the value that it became; `mend` is told the text and must not repeat it.
    """

    wrong: Callable[[pl.Expr, pl.Expr], pl.Expr]
    reason: str
    mend: Callable[[str], str]


@dataclass(frozen=True)
class Kind:
    """How cells of one kind are read."""

    value: Callable[[pl.Expr], pl.Expr]
    checks: tuple[Check, ...] = ()


def _same(text: pl.Expr) -> pl.Expr:
    return text


def _no_value(_text: pl.Expr, value: pl.Expr) -> pl.Expr:
    return value.is_null()


def _by_distinct(value: Callable[[pl.Expr], pl.Expr], result: pl.DataType) -> Callable[[pl.Expr], pl.Expr]:
    """The same function, computed once for each distinct text: lists are slow and repeat a lot."""

    def of_series(texts: pl.Series) -> pl.Series:
        distinct = texts.drop_nulls().unique()
        if distinct.is_empty():
            return pl.Series(texts.name, [None] * len(texts), dtype=result)
        values = distinct.to_frame("text").select(value(pl.col("text"))).to_series()
        return texts.replace_strict(distinct, values, default=None, return_dtype=result)

    return lambda text: text.map_batches(of_series, return_dtype=result)


def one_of(values: type[StrEnum]) -> Kind:
    """One word of a closed list, exactly as written there."""
    words = [value.value for value in values]
    return Kind(
        lambda text: text.cast(pl.Enum(words), strict=False),
        (Check(_no_value, "not one of the values allowed", lambda text: did_you_mean(text, words)),),
    )


def categories() -> Kind:
    """A list of data categories, kept sorted, distinct and joined with `;`."""
    words = [category.value for category in DataCategory]

    def value(text: pl.Expr) -> pl.Expr:
        parts = _parts(text)
        joined = parts.list.unique().list.sort().list.join(LIST_SEPARATOR)
        return pl.when(parts.list.eval(pl.element().is_in(words)).list.all()).then(joined)

    def mend(text: str) -> str:
        unknown = [part.strip() for part in text.split(LIST_SEPARATOR) if part.strip() not in ("", *words)]
        return did_you_mean(unknown[0], words)

    reason = f"a part of the list is not a data category (the list is joined with `{LIST_SEPARATOR}`)"
    return Kind(_by_distinct(value, pl.String()), (Check(_no_value, reason, mend),))


def _parts(text: pl.Expr) -> pl.Expr:
    trimmed = text.str.split(LIST_SEPARATOR).list.eval(pl.element().str.strip_chars())
    return trimmed.list.eval(pl.element().filter(pl.element() != ""))


def truth() -> Kind:
    """`true`, `false` or blank (not known)."""
    return Kind(
        lambda text: text.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean),
        (
            Check(
                _no_value,
                "not a truth value",
                _always("Write true or false, or leave the cell blank where it is not known."),
            ),
        ),
    )


def whole_number() -> Kind:
    """A whole number from 0 to 10¹²."""
    reason = f"larger than {_LARGEST} (10¹²), and no such number is counted here"
    mend = _always("Correct the number; an id or a place-holder may stand in its place.")
    return Kind(
        _digits_value,
        (
            Check(_no_digits, "not a whole number of at least 0", _always("Write digits only.")),
            Check(lambda text, number: ~_no_digits(text, number) & _above(number, _LARGEST), reason, mend),
        ),
    )


def level(highest: int) -> Kind:
    """A whole number from 0 to `highest`."""

    def wrong(text: pl.Expr, number: pl.Expr) -> pl.Expr:
        return _no_digits(text, number) | _above(number, highest)

    return Kind(
        _digits_value, (Check(wrong, f"not a whole number from 0 to {highest}", _always("Write digits only.")),)
    )


def _digits_value(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(_DIGITS)).then(text).cast(pl.Int64, strict=False)


def _no_digits(text: pl.Expr, _number: pl.Expr) -> pl.Expr:
    return ~text.str.contains(_DIGITS)


def _above(number: pl.Expr, highest: int) -> pl.Expr:
    """Digits that make no 64-bit number are above every limit."""
    return number.is_null() | (number > highest)


def country() -> Kind:
    """An ISO 3166-1 alpha-2 code."""

    def wrong(text: pl.Expr, _value: pl.Expr) -> pl.Expr:
        return ~text.is_in(COUNTRIES)

    return Kind(_same, (Check(wrong, "not an ISO 3166-1 country code", country_mend),))


def region() -> Kind:
    """Two or three capital letters or digits; anything else may be an address and is dropped."""
    return Kind(lambda text: pl.when(text.str.contains(_REGION)).then(text))


def identifier() -> Kind:
    """Text that is sealed before it is stored."""
    return Kind(_same)


def business_id() -> Kind:
    """An id that is stored as it stands, so it must not be a person's."""
    return Kind(
        _same,
        (
            Check(
                lambda text, _value: is_id_of_person(text),
                "looks like an e-mail address or a phone number, or holds a control character",
                _always("Ids are stored as they stand: replace this one with a number or code of your own."),
            ),
        ),
    )


def free_text() -> Kind:
    """Text that is stored as it stands, so it must not identify a person."""
    reason = "carries what looks like an e-mail address or a phone number"
    mend = _always("This text is stored as it stands: take the address or number out of it.")
    return Kind(_same, (Check(lambda text, _value: identifies(text), reason, mend),))


def names() -> Kind:
    """A list of names that must not identify a person: each trimmed and case-folded, joined with `;`."""
    return Kind(
        _by_distinct(lambda text: text.map_batches(_folded_names, return_dtype=pl.String()), pl.String()),
        free_text().checks,
    )


def _folded_names(texts: pl.Series) -> pl.Series:
    """Null where no name is left. In Python: no engine's lower() makes one of `STRASSE` and `Straße`."""
    lists = [[part.strip().casefold() for part in text.split(LIST_SEPARATOR)] for text in texts]
    return pl.Series(texts.name, [LIST_SEPARATOR.join(filter(None, parts)) or None for parts in lists], dtype=pl.String)


def day() -> Kind:
    """A day, `YYYY-MM-DD`."""
    return _dated(_day_value(_DAY_OR_MIDNIGHT), "not a day", "Write it as YYYY-MM-DD.")


def birth() -> Kind:
    """A birth date, kept to the day only from 1973 on; earlier ones become 1 January of their year.

    Some systems write it as an instant; its UTC day is taken.
    """
    plain = day_of_instant()

    def value(text: pl.Expr) -> pl.Expr:
        return birth_kept(plain.value(text))

    return Kind(value, plain.checks)


def birth_kept(born: pl.Expr) -> pl.Expr:
    """A day of birth as it is kept: see `birth`."""
    return pl.when(born >= FIRST_BIRTH_KEPT).then(born).otherwise(pl.date(born.dt.year(), 1, 1))


def month() -> Kind:
    """A month, `YYYY-MM`, kept as its first day."""

    def value(text: pl.Expr) -> pl.Expr:
        return _to_date(pl.when(text.str.contains(_MONTH)).then(text + "-01"))

    return _dated(value, "not a month", "Write it as YYYY-MM.")


def instant() -> Kind:
    """A day or an ISO 8601 instant, kept in UTC without a zone; a plain day is its midnight."""
    return _dated(_instants, "not a day or an instant", "Write it as 2021-03-04 or 2021-03-04T16:08:50Z.")


def day_of_instant() -> Kind:
    """A day or an instant, kept as the UTC day."""
    exact = instant()
    return Kind(lambda text: exact.value(text).dt.date(), exact.checks)


def time_quality() -> Kind:
    """How far a time can be trusted: `exact` for an instant, `day` for a plain day, `none` for a blank."""

    def value(text: pl.Expr) -> pl.Expr:
        word = pl.when(text.is_null()).then(pl.lit("none"))
        return word.when(text.str.contains(DAY)).then(pl.lit("day")).otherwise(pl.lit("exact")).cast(QUALITIES)

    return Kind(value)


MICROSECONDS = pl.Datetime("us")
QUALITIES = pl.Enum([quality.value for quality in TimeQuality])


def _dated(value: Callable[[pl.Expr], pl.Expr], reason: str, mend: str) -> Kind:
    def outside(_text: pl.Expr, value: pl.Expr) -> pl.Expr:
        year = value.dt.year()
        return year.is_not_null() & ((year < FIRST_YEAR) | (year > LAST_YEAR))

    sentinel = f"the year lies before {FIRST_YEAR} or after {LAST_YEAR}, as in place-holder dates"
    return Kind(
        value,
        (
            Check(_no_value, reason, _always(mend)),
            Check(outside, sentinel, _always("Leave the cell blank where the date is not known or open.")),
        ),
    )


def _day_value(pattern: str) -> Callable[[pl.Expr], pl.Expr]:
    return lambda text: _to_date(pl.when(text.str.contains(pattern)).then(text.str.slice(0, 10)))


def _to_date(text: pl.Expr) -> pl.Expr:
    return text.str.to_date("%Y-%m-%d", strict=False)


def _instants(text: pl.Expr) -> pl.Expr:
    return text.map_batches(instants_of_series, return_dtype=MICROSECONDS)


def instants_of_series(texts: pl.Series) -> pl.Series:
    """The UTC times (null where unreadable) of days and ISO 8601 instants; no zone means UTC.

    Texts that are all days, or all in the usual form, are parsed in one step; else all go the long way.
    """
    if texts.str.contains(DAY).all():
        return texts.str.to_date("%Y-%m-%d", strict=False).cast(MICROSECONDS)
    if texts.str.contains(_USUAL_INSTANT).all():
        return texts.str.slice(0, 19).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us")
    return texts.to_frame("text").select(_instant_value(pl.col("text"))).to_series()


def _instant_value(text: pl.Expr) -> pl.Expr:
    """The UTC time of texts like `2021-03-04T16:08:50.123+02:00`; null where it is none."""
    readable = pl.when(text.str.contains(DAY) | text.str.contains(INSTANT)).then(text)
    clock = readable.str.slice(11)
    hours, minutes = _number(clock.str.slice(0, 2)), _number(clock.str.slice(3, 2))
    seconds = _number(clock.str.extract(r"^[0-9]{2}:[0-9]{2}:([0-9]{2})"))
    micros = _number(clock.str.extract(r"[.,]([0-9]{1,9})").str.pad_end(6, "0").str.slice(0, 6))
    east = pl.when(clock.str.contains(r"-[0-9]{2}(:?[0-9]{2})?$")).then(-1).otherwise(1)
    zone_hours = _number(clock.str.extract(r"[+-]([0-9]{2})(?::?[0-9]{2})?$"))
    zone_minutes = _number(clock.str.extract(r"[+-][0-9]{2}:?([0-9]{2})$"))
    time = pl.duration(
        hours=hours - east * zone_hours,
        minutes=minutes - east * zone_minutes,
        seconds=seconds,
        microseconds=micros,
        time_unit="us",
    )
    exists = (hours < 24) & (minutes < 60) & (seconds < 60) & (zone_hours < 24) & (zone_minutes < 60)
    return pl.when(exists).then(_to_date(readable.str.slice(0, 10)).cast(MICROSECONDS) + time)


def _number(digits: pl.Expr) -> pl.Expr:
    return digits.cast(pl.Int64, strict=False).fill_null(0)
