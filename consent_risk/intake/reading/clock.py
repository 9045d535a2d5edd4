"""The times of one export: in what order its days are written, read into UTC, and their range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from consent_risk.errors import Problem, UserError
from consent_risk.intake.cells import FIRST_YEAR, LAST_YEAR
from consent_risk.intake.manifest import DateRange
from consent_risk.intake.reading.places import Scope
from consent_risk.intake.recipes.model import DateOrder, Time, TimeUnit
from consent_risk.intake.times import OrderSurvey, TimeFault, read_times
from consent_risk.vocabulary import TimeQuality

BIRTH = "birth_date"
_EPOCH = r"^-?[0-9]+([.][0-9]+)?$"
_ORDER_MEND = (
    "Say `date_order: day_first` or `date_order: month_first` for this file under `exports` in case.yaml, "
    "or in its recipe."
)
_CLOCK_WITHOUT_ZONE = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(\s?[AaPp]\.?[Mm]\.?)?$"
# Years and months in any number would leave the calendar; no consent was meant to last so long.
_DURATION = r"^P(?:([0-9]{1,3})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?:T[0-9HMS.]+)?$"


_READ: dict[str, pl.DataType | type[pl.DataType]] = {
    "time": pl.Datetime("us"),
    "quality": pl.String,
    "unreadable": pl.Boolean,
}


@dataclass
class _Range:
    first: date | None = None
    last: date | None = None
    placeholders: int = 0
    unreadable: int = 0


class DateRanges:
    """The range of every field of a file, over its batches."""

    def __init__(self) -> None:
        self._ranges: dict[str, _Range] = {}

    def add(self, field: str, days: pl.Series, *, placeholders: int = 0, unreadable: int = 0) -> None:
        """Widen the range of a field by the days (Date)."""
        found = self._ranges.setdefault(field, _Range())
        first, last = days.min(), days.max()
        assert first is None or isinstance(first, date)
        assert last is None or isinstance(last, date)
        found.first = min((day for day in (found.first, first) if day), default=None)
        found.last = max((day for day in (found.last, last) if day), default=None)
        found.placeholders += placeholders
        found.unreadable += unreadable

    def told(self) -> tuple[DateRange, ...]:
        """The range of every field that was read. Of births the years alone: the last day would be one person's."""
        return tuple(
            DateRange(
                field=field,
                first=_year(found.first) if field == BIRTH else found.first,
                last=_year(found.last) if field == BIRTH else found.last,
                placeholders=found.placeholders,
                unreadable=found.unreadable,
            )
            for field, found in sorted(self._ranges.items())
        )


class Clock:
    """Reads the times of an export. `date_order` is what recipe or case say; without it each column proves its own."""

    def __init__(self, file: str, *, date_order: DateOrder | None, time_zone: str) -> None:
        self._file = file
        self._order = date_order
        self._zone = time_zone
        self._surveys: dict[tuple[str, ...], OrderSurvey] = {}
        self.ranges = DateRanges()
        self.without_zone = 0

    def wants(self, time: Time | None) -> bool:
        """Must the column be looked through before it is read?"""
        return time is not None and time.unit == "text" and self._order is None

    def survey(self, scope: Scope, time: Time) -> None:
        """Learn from a batch what the column proves about its order."""
        self._surveys.setdefault(time.columns, OrderSurvey()).add(scope.first(time.columns), scope.rows)

    def check(self) -> None:
        """Raises UserError for columns whose order cannot be told, or that hold two."""
        problems = []
        for columns, survey in self._surveys.items():
            verdict = survey.verdict()
            if verdict == "ambiguous":
                reason = "cannot be told whether day or month comes first"
                problems.append(Problem(self._file, reason, _ORDER_MEND, column=columns[0]))
            elif verdict == "both":
                problems.append(_two_orders(self._file, columns[0], survey))
        if problems:
            raise UserError(problems)

    def times(self, scope: Scope, time: Time) -> pl.Series:
        """For each thing the time (Datetime, UTC), null where there is none. It counts in no range."""
        return self._times(scope.first(time.columns), time.unit, self._order_of(time))["time"]

    def read(self, scope: Scope, time: Time | None, field: str) -> pl.DataFrame:
        """For each thing `time` (Datetime, UTC), `quality` and `unreadable` (true where a text gave no time)."""
        if time is None:
            return _no_times(scope.height)
        texts = scope.first(time.columns)
        read = self._times(texts, time.unit, self._order_of(time))
        if time.quality:
            quality = pl.when(pl.col("time").is_not_null()).then(pl.lit(time.quality.value))
            read = read.with_columns(quality.otherwise(pl.col("quality").cast(pl.String)).alias("quality"))
        fault = pl.col("fault").cast(pl.String)
        read = read.select(
            "time",
            pl.col("quality").cast(pl.String),
            (fault.is_not_null() & (fault != TimeFault.SENTINEL.value)).fill_null(False).alias("unreadable"),
            (fault == TimeFault.SENTINEL.value).fill_null(False).alias("placeholder"),
        )
        if any(scope.texts(place) is not None for place in time.columns):
            self._remember(field, read)
            if time.unit == "text":
                self.without_zone += int(texts.str.contains(_CLOCK_WITHOUT_ZONE).sum())
        return read.drop("placeholder")

    def _times(self, texts: pl.Series, unit: TimeUnit, order: DateOrder | None) -> pl.DataFrame:
        """See times.read_times. Connectors write an API's epochs as ISO 8601, so that is read beside them."""
        digits = texts.str.contains(_EPOCH).fill_null(True)
        if unit in ("text", "iso") or digits.all():
            return read_times(texts, unit=unit, date_order=order, time_zone=self._zone)
        epochs = read_times(texts.set(~digits, None), unit=unit)
        others = read_times(texts.set(digits, None), unit="iso", time_zone=self._zone)
        columns = [epochs[name].zip_with(digits, others[name]) for name in epochs.columns]
        return pl.DataFrame(columns)

    def _order_of(self, time: Time) -> DateOrder | None:
        survey = self._surveys.get(time.columns)
        verdict = survey.verdict() if survey else None
        return self._order or (verdict if verdict in ("day_first", "month_first") else None)

    def _remember(self, field: str, read: pl.DataFrame) -> None:
        self.ranges.add(
            field,
            read["time"].dt.date(),
            placeholders=int(read["placeholder"].sum()),
            unreadable=int(read["unreadable"].sum()),
        )


def _two_orders(file: str, column: str, survey: OrderSurvey) -> Problem:
    """The second order is the one that is told of, with the row where it first shows."""
    day, month = survey.day_first_row or 0, survey.month_first_row or 0
    here, there = ("the month", "the day") if day < month else ("the day", "the month")
    reason = f"holds days in two orders: here {here} comes first, in row {min(day, month)} {there}"
    return Problem(file, reason, f"Write them all in one order. {_ORDER_MEND}", max(day, month), column)


def _no_times(height: int) -> pl.DataFrame:
    blank = pl.DataFrame({"time": None, "quality": TimeQuality.NONE.value, "unreadable": False}, schema=_READ)
    return pl.DataFrame([column.new_from_index(0, height) for column in blank])


def after(times: pl.Series, durations: pl.Series) -> pl.DataFrame:
    """The day (`day`) that an ISO 8601 duration ends, counted from the times, and whether it is `unreadable`.

    A day that the month does not have becomes its last. Parts of a day add nothing. Without a time there is no day.
    """
    part = pl.col("duration").str.extract_groups(_DURATION).struct
    amounts = [part.field(str(index)).fill_null("0") for index in range(1, 5)]
    offset = pl.concat_str(*(pl.concat_str(amount, pl.lit(unit)) for amount, unit in zip(amounts, _UNITS, strict=True)))
    frame = pl.DataFrame({"time": times, "duration": durations.str.strip_chars().str.to_uppercase()})
    readable = pl.col("duration").str.contains(_DURATION) & ~pl.col("duration").is_in(["P", "PT"])
    frame = frame.with_columns(pl.when(readable).then(offset).alias("offset"), readable.alias("readable"))
    day = pl.col("time").dt.offset_by(pl.col("offset")).dt.date()
    within = day.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    return frame.select(
        pl.when(within).then(day).alias("day"),
        (pl.col("duration").is_not_null() & ~pl.col("readable")).fill_null(False).alias("unreadable"),
    )


_UNITS = ("y", "mo", "w", "d")


def columns_of(times: Sequence[Time | None]) -> list[str]:
    """The places that the times stand at."""
    return [place for time in times if time for place in time.columns]


def _year(day: date | None) -> date | None:
    return day and date(day.year, 1, 1)
