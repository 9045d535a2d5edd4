"""The times that real exports hold: ISO 8601 in its spellings, days with slashes or dots, and epochs.

* A time with a zone is converted. One without is local time in the zone that the caller names. Where clocks are put
  forward or back, a local time that does not exist, or exists twice, has the offset in force before the change.
* A day without a clock is kept as its midnight in UTC whatever the zone, so that it stays that day.
* `3/4/2020` has two readings. Which one holds is a property of the column: `OrderSurvey` says what a column proves.
* Place-holders are no times: years before 1900 or after 2200 (`0000-00-00`, `9999-12-31`), 1900-01-01, 2154-12-31 (the
  last day that Dynamics knows), and the epoch 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal, TypeAlias

import polars as pl

from consent_risk.dates import months_before
from consent_risk.intake.cells import DAY, FIRST_YEAR, INSTANT, LAST_YEAR, MICROSECONDS, QUALITIES, instants_of_series
from consent_risk.vocabulary import TimeQuality

TimeUnit = Literal["text", "iso", "seconds", "milliseconds", "deciseconds"]
DateOrder = Literal["day_first", "month_first"]
OrderVerdict = Literal["day_first", "month_first", "ambiguous", "both"]
TimesRead: TypeAlias = pl.DataFrame


class TimeFault(StrEnum):
    """Why a text that is not blank gave no time."""

    UNREADABLE = "unreadable"
    SENTINEL = "sentinel"
    AMBIGUOUS_ORDER = "ambiguous order"


FAULTS = pl.Enum([fault.value for fault in TimeFault])
_PLACE_HOLDERS = ["1900-01-01", "2154-12-31"]
_MICROSECONDS_PER = {"seconds": 1_000_000, "milliseconds": 1_000, "deciseconds": 100_000}
_EPOCH = r"^(-?)([0-9]{1,18})(?:[.]([0-9]{1,9}))?$"
_WITHOUT_OFFSET = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?( ?(Z|z|UTC|[+]00:?00))?$"
)
_ZONE = "[ZzC+-]"  # in the clock of a readable text: Z, z, UTC or an offset
_LATEST = pl.lit(datetime(LAST_YEAR + 1, 1, 1))  # noqa: DTZ001 (times are kept in UTC without a zone)
_EARLIEST = pl.lit(datetime(FIRST_YEAR, 1, 1))  # noqa: DTZ001

_BLANK = "[ \u00a0\u202f]"  # browsers write a narrow no-break space before AM and PM
_PARTS = (
    r"(?<a>[0-9]{1,2})(?:/(?<slashed>[0-9]{1,2})/|[.](?<dotted>[0-9]{1,2})[.]|-(?<dashed>[0-9]{1,2})-)(?<year>[0-9]{4})"
)
_CLOCK = (
    f"(?:(?:,?{_BLANK}+|T)(?<hour>[0-9]{{1,2}}):(?<minute>[0-9]{{2}})(?<second>:[0-9]{{2}}(?:[.,][0-9]{{1,9}})?)?"
    f"(?:{_BLANK}?(?<half>[AaPp])[.]?[Mm][.]?)?{_BLANK}?(?<zone>Z|z|UTC|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)?)?"
)
_LOOSE = f"^(?:(?<iso>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})|{_PARTS}){_CLOCK}$"


def read_times(
    texts: pl.Series,
    *,
    unit: TimeUnit = "text",
    date_order: DateOrder | None = None,
    time_zone: str = "UTC",
) -> TimesRead:
    """The times in `texts` (String), one row for each.

    `text` reads every textual form, `iso` those of ISO 8601 alone, the other units take digits as an epoch. Without
    `date_order` a day in parts is read only where both orders mean the same day or one of them means none.

    Columns: `time` (Datetime in µs, UTC, no zone; null where there is none), `quality` (TimeQuality: `exact`, `day`
    or `none`) and `fault` (TimeFault; null where the text was read or is blank).

    >>> print(*read_times(pl.Series(["2020-10-13T20:00:38.000+0000", "3/4/2020", "9999-12-31"])).rows(), sep="\\n")
    (datetime.datetime(2020, 10, 13, 20, 0, 38), 'exact', None)
    (None, 'none', 'ambiguous order')
    (None, 'none', 'sentinel')
    """
    texts = texts.cast(pl.String).str.strip_chars().replace("", None)
    if unit in _MICROSECONDS_PER:
        return _epochs(texts, _MICROSECONDS_PER[unit])
    return _textual(texts if unit == "iso" else _as_iso(texts, date_order), texts, time_zone)


def survey_order(texts: pl.Series) -> OrderVerdict | None:
    """What one column proves, see `OrderSurvey.verdict`.

    >>> survey_order(pl.Series(["3/4/2020", "13/4/2020"])), survey_order(pl.Series(["3/4/2020"]))
    ('day_first', 'ambiguous')
    """
    survey = OrderSurvey()
    survey.add(texts)
    return survey.verdict()


@dataclass
class OrderSurvey:
    """What the days in parts of a column (`3/4/2020`, `3.4.2020`, `3-4-2020`) prove about their order, over batches.

    `day_first_row` and `month_first_row` are the rows of the first proof of either.
    """

    day_first: bool = False
    month_first: bool = False
    day_first_row: int | None = None
    month_first_row: int | None = None
    month_first_dotted: bool = False
    undecided: bool = False
    undecided_dotted: bool = False

    def add(self, batch: pl.Series, rows: pl.Series | None = None) -> None:
        """Learn from more texts of the column. `rows` are the numbers of their rows."""
        numbers = pl.int_range(len(batch), eager=True) if rows is None else rows
        parts = _parts_of(batch).with_columns(numbers.alias("row"))
        first, second, dotted = pl.col("first"), pl.col("second"), pl.col("dotted")
        is_day, is_month = first.is_between(13, 31) & second.is_between(1, 12), second.is_between(13, 31)
        is_month &= first.is_between(1, 12)
        undecided = first.is_between(1, 12) & second.is_between(1, 12) & (first != second)
        seen = parts.select(
            day_first=is_day.any(),
            month_first=is_month.any(),
            day_first_row=pl.col("row").filter(is_day).first(),
            month_first_row=pl.col("row").filter(is_month).first(),
            month_first_dotted=(is_month & dotted).any(),
            undecided=(undecided & ~dotted).any(),
            undecided_dotted=(undecided & dotted).any(),
        ).row(0, named=True)
        for name, value in seen.items():
            known = getattr(self, name)
            setattr(self, name, value if known is None or known is False else known)

    def verdict(self) -> OrderVerdict | None:
        """The order that the texts prove, `both` where they prove two, None where none needs an order.

        A part above 12 proves it. Without proof, dots alone mean day first, as they do wherever they are written;
        slashes and dashes are `ambiguous`. So is a column that proves month first, but not of its dotted days.
        """
        if self.day_first and self.month_first:
            return "both"
        if self.day_first:
            return "day_first"
        if self.month_first:
            return "ambiguous" if self.undecided_dotted and not self.month_first_dotted else "month_first"
        if self.undecided:
            return "ambiguous"
        return "day_first" if self.undecided_dotted else None


_DURATION = re.compile(r"P(?=[0-9])(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?", re.ASCII)


def add_duration(time: date, duration: str) -> date:
    """The day that an ISO 8601 duration of years, months, weeks and days ends, counted from the day of `time`.

    A day that the month does not have becomes its last.

    Raises ValueError for any other duration, and for days that no calendar has.

    >>> add_duration(datetime(2023, 11, 5, 16, 8, 50), "P6M"), add_duration(date(2024, 1, 31), "P1M")
    (datetime.date(2024, 5, 5), datetime.date(2024, 2, 29))
    """
    found = _DURATION.fullmatch(duration.strip())
    if not found:
        raise ValueError("not an ISO 8601 duration of years, months, weeks and days")
    years, months, weeks, days = (int(digits or 0) for digits in found.groups())
    try:
        return months_before(date(time.year, time.month, time.day), -(12 * years + months)) + timedelta(
            7 * weeks + days
        )
    except (OverflowError, ValueError):
        raise ValueError("the duration ends after the last day of the calendar") from None


def _epochs(texts: pl.Series, factor: int) -> TimesRead:
    """Digits as an epoch, with or without a fraction; `factor` is the microseconds of one unit."""
    parts = (
        texts.to_frame("text").select("text", pl.col("text").str.extract_groups(_EPOCH).alias("part")).unnest("part")
    )
    whole = pl.col("2").cast(pl.Int64, strict=False)
    micros = pl.col("3").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0) * factor // 1_000_000
    sign = pl.when(pl.col("1") == "-").then(-1).otherwise(1)
    # Beyond this many units the product might not fit; it is far outside the years that count as times.
    time = pl.when(whole <= 10**16 // factor).then(sign * (whole * factor + micros)).cast(MICROSECONDS)
    is_zero = (whole == 0) & (micros == 0)
    sentinel = whole.is_not_null() & (is_zero | time.is_null() | ~time.is_between(_EARLIEST, _LATEST, closed="left"))
    return _result(parts, time, sentinel, ambiguous=pl.lit(False), is_day=pl.lit(False))


def _textual(iso: pl.Series, texts: pl.Series, time_zone: str) -> TimesRead:
    """Times of texts in the forms of ISO 8601; where `iso` is null and `texts` is not, the order is ambiguous."""
    frame = pl.DataFrame({"text": texts, "iso": iso, "local": _instants(iso)})
    text, local = pl.col("iso"), pl.col("local")
    is_day = text.str.contains(DAY)
    time = local
    if time_zone != "UTC":
        time = (
            pl.when(is_day | text.str.slice(11).str.contains(_ZONE)).then(local).otherwise(_from_zone(local, time_zone))
        )
    year = text.str.slice(0, 4).cast(pl.Int32, strict=False)
    held = ~year.is_between(FIRST_YEAR, LAST_YEAR) | text.str.slice(0, 10).is_in(_PLACE_HOLDERS)
    held |= ~time.is_between(_EARLIEST, _LATEST, closed="left")
    sentinel = held & (is_day | text.str.contains(INSTANT))
    return _result(frame, time, sentinel, ambiguous=text.is_null(), is_day=is_day)


def _instants(texts: pl.Series) -> pl.Series:
    """As `instants_of_series`, four times as fast where every text is in UTC or has no zone, as in most exports."""
    if not texts.str.contains(_WITHOUT_OFFSET).all():
        return instants_of_series(texts)
    text = pl.col("text")
    clock = text.str.slice(11).str.extract("^([0-9:.]+)")
    whole = pl.concat_str(text.str.slice(0, 10), pl.lit("T"), clock)
    return texts.to_frame("text").select(whole.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False)).to_series()


def _result(frame: pl.DataFrame, time: pl.Expr, sentinel: pl.Expr, *, ambiguous: pl.Expr, is_day: pl.Expr) -> TimesRead:
    fault = (
        pl.when(pl.col("text").is_null())
        .then(None)
        .when(ambiguous)
        .then(pl.lit(TimeFault.AMBIGUOUS_ORDER.value))
        .when(sentinel)
        .then(pl.lit(TimeFault.SENTINEL.value))
        .when(time.is_null())
        .then(pl.lit(TimeFault.UNREADABLE.value))
    )
    read = frame.select(time=time, is_day=is_day, fault=fault.cast(FAULTS))
    found = pl.col("time").is_not_null() & pl.col("fault").is_null()
    quality = (
        pl.when(found & pl.col("is_day"))
        .then(pl.lit(TimeQuality.DAY.value))
        .when(found)
        .then(pl.lit(TimeQuality.EXACT.value))
        .otherwise(pl.lit(TimeQuality.NONE.value))
    )
    return read.select(pl.when(found).then("time").alias("time"), quality.cast(QUALITIES).alias("quality"), "fault")


def _from_zone(local: pl.Expr, time_zone: str) -> pl.Expr:
    """Local times as UTC, with the offset in force before a change of clocks where they exist twice or not at all.

    That offset is taken from the day before: no clock was ever put forward by more than 24 hours.
    """

    def utc(times: pl.Expr) -> pl.Expr:
        there = times.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
        return there.dt.convert_time_zone("UTC").dt.replace_time_zone(None)

    return utc(local).fill_null(utc(local - timedelta(days=1)) + timedelta(days=1))


def _as_iso(texts: pl.Series, date_order: DateOrder | None) -> pl.Series:
    """Texts rewritten as ISO 8601 where they are in another form; null where the order of the day is ambiguous."""
    others = ~(texts.str.contains(INSTANT) | texts.str.contains(DAY))
    if not others.any():
        return texts
    parts = _parts_of(texts.set(~others, None))
    is_unknown = pl.col("first").is_null() & pl.col("iso").is_null()
    rewritten = pl.when(is_unknown).then("text").otherwise(pl.concat_str(_day(date_order), _clock()))
    return pl.select(pl.when(others).then(parts.select(rewritten).to_series()).otherwise(texts)).to_series()


def _parts_of(texts: pl.Series) -> pl.DataFrame:
    """The parts of texts like `3/4/2020 1:05 PM`, null where a text is not of that form.

    `first`, `second` (numbers), `dotted` (are dots between them), `year`, `iso` (the day, if it is written that way),
    and `hour`, `minute`, `clock_second`, `half` (a or p), `zone` as written.
    """
    frame = texts.cast(pl.String).str.strip_chars().to_frame("text")
    parts = frame.select("text", pl.col("text").str.extract_groups(_LOOSE).alias("part")).unnest("part")
    return parts.select(
        "text",
        "iso",
        "year",
        "hour",
        "minute",
        "half",
        "zone",
        clock_second="second",
        first=pl.col("a").cast(pl.Int32),
        second=pl.coalesce("slashed", "dotted", "dashed").cast(pl.Int32),
        dotted=pl.col("dotted").is_not_null(),
    )


def _day(date_order: DateOrder | None) -> pl.Expr:
    """The day as YYYY-MM-DD (be it in the calendar or not); null where it has two readings and no order is given."""

    def written(month: str, day: str) -> pl.Expr:
        return pl.format("{}-{}-{}", "year", *(pl.col(name).cast(pl.String).str.zfill(2) for name in (month, day)))

    day_first, month_first = written("second", "first"), written("first", "second")
    if date_order:
        return pl.coalesce("iso", day_first if date_order == "day_first" else month_first)
    can_be_day_first, can_be_month_first = (_is_day(text) for text in (day_first, month_first))
    year = pl.col("year").cast(pl.Int32)
    is_clear = ~(can_be_day_first & can_be_month_first) | (pl.col("first") == pl.col("second"))
    is_clear |= ~year.is_between(FIRST_YEAR, LAST_YEAR)  # a place-holder in either order
    clear = pl.when(is_clear).then(pl.when(can_be_month_first).then(month_first).otherwise(day_first))
    return pl.coalesce("iso", clear)


def _is_day(text: pl.Expr) -> pl.Expr:
    return text.str.to_date("%Y-%m-%d", strict=False).is_not_null()


def _clock() -> pl.Expr:
    """`Thh:mm:ss` and the zone as written, empty where the text has no clock. Hours that no clock shows become 99."""
    hour = pl.col("hour").cast(pl.Int32)
    half = pl.col("half").str.to_lowercase()
    of_half = pl.when(hour.is_between(1, 12)).then(hour % 12 + pl.when(half == "p").then(12).otherwise(0)).otherwise(99)
    of_day = pl.when(half.is_null()).then(hour).otherwise(of_half).cast(pl.String).str.zfill(2)
    blank = pl.lit("")
    seconds, zone = pl.col("clock_second").fill_null(blank), pl.col("zone").fill_null(blank)
    clock = pl.concat_str(pl.lit("T"), of_day, pl.lit(":"), "minute", seconds, zone)
    return pl.when(pl.col("hour").is_null()).then(blank).otherwise(clock)
