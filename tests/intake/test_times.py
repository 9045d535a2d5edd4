"""Times as real exports write them, on both sides of every limit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent_risk.intake import times as times_module
from consent_risk.intake.times import OrderSurvey, TimeUnit, add_duration, read_times, survey_order
from consent_risk.vocabulary import TimeQuality


def read(text: str | None, **settings: object) -> tuple[datetime | None, str, str | None]:
    (row,) = read_times(pl.Series([text], dtype=pl.String), **settings).rows()  # type: ignore[arg-type]
    return row


def at(*parts: int) -> tuple[datetime, str, None]:
    return datetime(*parts), "exact", None  # type: ignore[misc]  # noqa: DTZ001


def on(*parts: int) -> tuple[datetime, str, None]:
    return datetime(*parts), "day", None  # type: ignore[misc]  # noqa: DTZ001


UNREADABLE, SENTINEL, AMBIGUOUS = ((None, "none", fault) for fault in ("unreadable", "sentinel", "ambiguous order"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-10-13", on(2020, 10, 13)),
        ("  2020-10-13 ", on(2020, 10, 13)),
        ("2020-10-13T20:00", at(2020, 10, 13, 20)),
        ("2020-10-13T20:00:38Z", at(2020, 10, 13, 20, 0, 38)),
        ("2020-10-13 20:00:38", at(2020, 10, 13, 20, 0, 38)),
        ("2020-10-13T20:00:38.000+0000", at(2020, 10, 13, 20, 0, 38)),
        ("2020-10-13T20:00:38+02:00", at(2020, 10, 13, 18, 0, 38)),
        ("2020-10-13T20:00:38-0230", at(2020, 10, 13, 22, 30, 38)),
        ("2020-10-13T20:00:38-02", at(2020, 10, 13, 22, 0, 38)),
        ("2020-10-13 20:00:38 UTC", at(2020, 10, 13, 20, 0, 38)),
        ("2020-09-11 13:26:15.000 ", at(2020, 9, 11, 13, 26, 15)),
        ("2020-09-11T13:26:15.1234567Z", at(2020, 9, 11, 13, 26, 15, 123456)),
        ("2020-09-11 1:26 PM", at(2020, 9, 11, 13, 26)),
        ("2024-02-29", on(2024, 2, 29)),
        ("2023-02-29", UNREADABLE),
        ("2020-10-13T24:00:00Z", UNREADABLE),
        ("2020-10-13T23:59:60Z", UNREADABLE),
        ("2020-10", UNREADABLE),
        ("1600000000", UNREADABLE),
        ("yesterday", UNREADABLE),
        ("٢٠٢٠-١٠-١٣", UNREADABLE),
        ("", (None, "none", None)),
        ("   ", (None, "none", None)),
        (None, (None, "none", None)),
    ],
)
def test_iso_texts_are_read_in_every_spelling(text: str | None, expected: object) -> None:
    assert read(text) == expected
    if text is None or "PM" not in text:
        assert read(text, unit="iso") == expected


@pytest.mark.parametrize(
    ("text", "day_first", "month_first", "unknown"),
    [
        ("3/4/2020", on(2020, 4, 3), on(2020, 3, 4), AMBIGUOUS),
        ("03.04.2020", on(2020, 4, 3), on(2020, 3, 4), AMBIGUOUS),
        ("03-04-2020", on(2020, 4, 3), on(2020, 3, 4), AMBIGUOUS),
        ("12/12/2020", on(2020, 12, 12), on(2020, 12, 12), on(2020, 12, 12)),
        ("13/12/2020", on(2020, 12, 13), UNREADABLE, on(2020, 12, 13)),
        ("12/13/2020", UNREADABLE, on(2020, 12, 13), on(2020, 12, 13)),
        ("13/13/2020", UNREADABLE, UNREADABLE, UNREADABLE),
        ("31/4/2020", UNREADABLE, UNREADABLE, UNREADABLE),
        ("0/4/2020", UNREADABLE, UNREADABLE, UNREADABLE),
        ("3/4.2020", UNREADABLE, UNREADABLE, UNREADABLE),
        ("3/4/20", UNREADABLE, UNREADABLE, UNREADABLE),
        ("13/4/2020 21:15", at(2020, 4, 13, 21, 15), UNREADABLE, at(2020, 4, 13, 21, 15)),
        ("13.4.2020 21:15:16", at(2020, 4, 13, 21, 15, 16), UNREADABLE, at(2020, 4, 13, 21, 15, 16)),
        ("13.4.2020, 21:15:16.5", at(2020, 4, 13, 21, 15, 16, 500000), UNREADABLE, at(2020, 4, 13, 21, 15, 16, 500000)),
        ("4/13/2020 9:15 +02:00", UNREADABLE, at(2020, 4, 13, 7, 15), at(2020, 4, 13, 7, 15)),
        ("4/13/2020 12:00 AM", UNREADABLE, at(2020, 4, 13), at(2020, 4, 13)),
        ("4/13/2020 11:59 am", UNREADABLE, at(2020, 4, 13, 11, 59), at(2020, 4, 13, 11, 59)),
        ("4/13/2020 12:00 PM", UNREADABLE, at(2020, 4, 13, 12), at(2020, 4, 13, 12)),
        ("4/13/2020 12:00\u202fPM", UNREADABLE, at(2020, 4, 13, 12), at(2020, 4, 13, 12)),
        ("4/13/2020 12:59 p.m.", UNREADABLE, at(2020, 4, 13, 12, 59), at(2020, 4, 13, 12, 59)),
        ("4/13/2020 1:00 PM", UNREADABLE, at(2020, 4, 13, 13), at(2020, 4, 13, 13)),
        ("4/13/2020 13:00 PM", UNREADABLE, UNREADABLE, UNREADABLE),
        ("4/13/2020 0:00 AM", UNREADABLE, UNREADABLE, UNREADABLE),
    ],
)
def test_days_in_parts_are_read_in_their_order(
    text: str, day_first: object, month_first: object, unknown: object
) -> None:
    assert read(text, date_order="day_first") == day_first
    assert read(text, date_order="month_first") == month_first
    assert read(text) == unknown
    assert read(text, unit="iso") == UNREADABLE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1899-12-31", SENTINEL),
        ("1900-01-01", SENTINEL),
        ("1900-01-01T00:00:00Z", SENTINEL),
        ("1900-01-02", on(1900, 1, 2)),
        ("2154-12-30", on(2154, 12, 30)),
        ("2154-12-31", SENTINEL),
        ("12/31/2154 23:59", SENTINEL),
        ("2155-01-01", on(2155, 1, 1)),
        ("2200-12-31T23:59:59Z", at(2200, 12, 31, 23, 59, 59)),
        ("2200-12-31T23:59:59-01:00", SENTINEL),
        ("2201-01-01", SENTINEL),
        ("9999-12-31", SENTINEL),
        ("9999-12-31T23:59:59.9999999Z", SENTINEL),
        ("9999-12-31T23:59:59-12:00", SENTINEL),
        ("0000-00-00", SENTINEL),
        ("0000-00-00 00:00:00", SENTINEL),
        ("0001-01-01T00:00:00", SENTINEL),
        ("00/00/0000", SENTINEL),
        ("1/1/1900", SENTINEL),
        ("1/2/0001", SENTINEL),
        ("2020-00-00", UNREADABLE),
        ("9999 and more", UNREADABLE),
    ],
)
def test_place_holders_are_no_times(text: str, expected: object) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("unit", "text", "expected"),
    [
        ("seconds", "1600000000", at(2020, 9, 13, 12, 26, 40)),
        ("seconds", "1600000000.25", at(2020, 9, 13, 12, 26, 40, 250000)),
        ("milliseconds", "1600000000123", at(2020, 9, 13, 12, 26, 40, 123000)),
        ("milliseconds", "1600000000123.0", at(2020, 9, 13, 12, 26, 40, 123000)),
        ("deciseconds", "16000000001", at(2020, 9, 13, 12, 26, 40, 100000)),
        ("seconds", "1", at(1970, 1, 1, 0, 0, 1)),
        ("seconds", "0", SENTINEL),
        ("seconds", "0.0", SENTINEL),
        ("seconds", "-1", at(1969, 12, 31, 23, 59, 59)),
        ("seconds", "7289654399", at(2200, 12, 31, 23, 59, 59)),
        ("seconds", "7289654400", SENTINEL),
        ("seconds", "-2208988800", at(1900, 1, 1)),
        ("seconds", "-2208988801", SENTINEL),
        ("seconds", "999999999999999999", SENTINEL),
        ("seconds", "9" * 19, UNREADABLE),
        ("seconds", "1.6e9", UNREADABLE),
        ("seconds", "2020-10-13", UNREADABLE),
        ("seconds", " ", (None, "none", None)),
    ],
)
def test_digits_are_epochs_only_under_their_unit(unit: TimeUnit, text: str, expected: object) -> None:
    assert read(text, unit=unit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-03-29 01:59:59", at(2020, 3, 29, 0, 59, 59)),
        ("2020-03-29 02:00:00", at(2020, 3, 29, 1)),  # does not exist: +01:00 was in force before
        ("2020-03-29 02:59:59", at(2020, 3, 29, 1, 59, 59)),
        ("2020-03-29 03:00:00", at(2020, 3, 29, 1)),
        ("2020-10-25 01:59:59", at(2020, 10, 24, 23, 59, 59)),
        ("2020-10-25 02:00:00", at(2020, 10, 25, 0)),  # exists twice: +02:00 was in force before
        ("2020-10-25 02:59:59", at(2020, 10, 25, 0, 59, 59)),
        ("2020-10-25 03:00:00", at(2020, 10, 25, 2)),
        ("25.10.2020 03:00", at(2020, 10, 25, 2)),
        ("2020-07-01 12:00:00Z", at(2020, 7, 1, 12)),
        ("2020-07-01 12:00:00 UTC", at(2020, 7, 1, 12)),
        ("2020-07-01 12:00:00+00:00", at(2020, 7, 1, 12)),
        ("2020-07-01", on(2020, 7, 1)),
    ],
)
def test_times_without_a_zone_are_local_ones(text: str, expected: object) -> None:
    assert read(text, time_zone="Europe/Berlin") == expected


def test_a_day_that_a_zone_left_out_is_read_with_the_offset_before() -> None:
    # Samoa went from 29 to 31 December 2011.
    assert read("2011-12-30 12:00:00", time_zone="Pacific/Apia") == at(2011, 12, 30, 22)


def test_every_row_of_a_mixed_column_is_read_by_itself() -> None:
    texts = pl.Series(["2020-10-13", None, "13/4/2020 1:05 PM", "x", "2020-10-13T20:00:38Z", "0000-00-00", ""])
    expected = [
        on(2020, 10, 13),
        (None, "none", None),
        at(2020, 4, 13, 13, 5),
        UNREADABLE,
        at(2020, 10, 13, 20, 0, 38),
        SENTINEL,
        (None, "none", None),
    ]
    assert read_times(texts).rows() == expected
    assert read_times(texts.clear()).schema == read_times(texts).schema
    assert read_times(texts).schema == {
        "time": pl.Datetime("us"),
        "quality": pl.Enum([quality.value for quality in TimeQuality]),
        "fault": times_module.FAULTS,
    }


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        ([], None),
        (["2020-03-04", None, "", "x"], None),
        (["5/5/2020"], None),
        (["12/11/2020"], "ambiguous"),
        (["13/11/2020"], "day_first"),
        (["11/13/2020"], "month_first"),
        (["3/4/2020", "11/13/2020 9:00 PM"], "month_first"),
        (["13/11/2020", "11/13/2020"], "both"),
        (["31/11/2020"], "day_first"),
        (["32/11/2020", "13/13/2020", "0/13/2020"], None),
        (["3.4.2020"], "day_first"),
        (["3.4.2020", "3/4/2020"], "ambiguous"),
        (["3.4.2020", "3-4-2020"], "ambiguous"),
        (["3.4.2020", "13/4/2020"], "day_first"),
        (["3.4.2020", "4/13/2020"], "ambiguous"),
        (["3.4.2020", "4.13.2020"], "month_first"),
        (["13.4.2020", "4.13.2020"], "both"),
        (["12/31/2154 23:59"], "month_first"),
    ],
)
def test_a_column_proves_its_order_or_does_not(texts: list[str | None], verdict: str | None) -> None:
    assert survey_order(pl.Series(texts, dtype=pl.String)) == verdict
    survey = OrderSurvey()
    for text in texts:
        survey.add(pl.Series([text], dtype=pl.String))
    assert survey.verdict() == verdict


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        (datetime(2023, 11, 5, 16, 8, 50, tzinfo=UTC), "P6M", date(2024, 5, 5)),
        (date(2023, 1, 30), "P1M", date(2023, 2, 28)),
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2024, 2, 29), "P4Y", date(2028, 2, 29)),
        (date(2023, 1, 31), "P1M1D", date(2023, 3, 1)),
        (date(2023, 1, 31), "P2W", date(2023, 2, 14)),
        (date(2023, 1, 31), "P0D", date(2023, 1, 31)),
        (date(2023, 1, 31), " P1D ", date(2023, 2, 1)),
        (date(2023, 1, 1), "P1Y2M1W3D", date(2024, 3, 11)),
        (date(9999, 12, 30), "P1D", date(9999, 12, 31)),
    ],
)
def test_durations_end_on_a_day(start: date, duration: str, end: date) -> None:
    assert add_duration(start, duration) == end


@pytest.mark.parametrize(
    "duration",
    ["", "P", "6M", "p6m", "-P6M", "PT6H", "P1DT6H", "P1.5Y", "P1M1Y", "P٦M", "P8000Y", "P99999999999D"],
)
def test_other_durations_are_refused(duration: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        add_duration(date(2023, 1, 1), duration)


INSTANTS = st.datetimes(datetime(1900, 1, 3), datetime(2200, 12, 30)).filter(  # noqa: DTZ001
    lambda time: time.date() != date(2154, 12, 31)
)


@settings(deadline=None)
@given(st.lists(INSTANTS, min_size=1), st.sampled_from("T "), st.integers(-14 * 60, 14 * 60))
def test_instants_survive_being_written_and_read(moments: list[datetime], between: str, offset: int) -> None:
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    texts = pl.Series([time.isoformat(between, "microseconds") + zone for time in moments])
    expected = [time - timedelta(minutes=offset) for time in moments]
    assert read_times(texts, time_zone="Asia/Kolkata")["time"].to_list() == expected


@settings(deadline=None)
@given(st.lists(INSTANTS, min_size=1), st.sampled_from("/.-"), st.booleans())
def test_days_in_parts_survive_being_written_and_read(moments: list[datetime], mark: str, day_first: bool) -> None:
    def written(time: datetime) -> str:
        parts = (time.day, time.month) if day_first else (time.month, time.day)
        half = "AM" if time.hour < 12 else "PM"
        return mark.join(map(str, (*parts, time.year))) + f" {time.hour % 12 or 12}:{time.minute:02} {half}"

    order = "day_first" if day_first else "month_first"
    read_back = read_times(pl.Series([written(time) for time in moments]), date_order=order)
    assert read_back["time"].to_list() == [time.replace(second=0, microsecond=0) for time in moments]
    assert survey_order(pl.Series([written(time) for time in moments])) in (order, "ambiguous", "day_first", None)


@settings(deadline=None)
@given(st.lists(INSTANTS, min_size=1), st.sampled_from(["seconds", "milliseconds", "deciseconds"]))
def test_epochs_survive_being_written_and_read(moments: list[datetime], unit: TimeUnit) -> None:
    step = timedelta(microseconds=times_module._MICROSECONDS_PER[unit])
    counts = [(time - datetime(1970, 1, 1)) // step or 1 for time in moments]  # noqa: DTZ001
    read_back = read_times(pl.Series([str(count) for count in counts]), unit=unit)["time"].to_list()
    assert read_back == [datetime(1970, 1, 1) + count * step for count in counts]  # noqa: DTZ001


@settings(deadline=None)
@given(
    st.lists(INSTANTS, min_size=1), st.sampled_from("T "), st.sampled_from(["", "Z", "z", " UTC", "+00:00", " +0000"])
)
def test_instants_in_utc_survive_being_written_and_read(moments: list[datetime], between: str, zone: str) -> None:
    for step in ("microseconds", "milliseconds", "seconds"):
        written = [time.isoformat(between, step) for time in moments]
        read_back = read_times(pl.Series([text + zone for text in written]), time_zone="UTC")
        assert read_back["time"].to_list() == [datetime.fromisoformat(text) for text in written]


def test_a_column_in_utc_is_read_row_by_row_too() -> None:
    texts = [f"2020-10-13 {hour:02}:00:00.1234569 UTC" for hour in (0, 23, 24, 29)] + ["2020-02-30 00:00:00"]
    expected = [at(2020, 10, 13, 0, 0, 0, 123456), at(2020, 10, 13, 23, 0, 0, 123456), *[UNREADABLE] * 3]
    assert read_times(pl.Series(texts)).rows() == expected


LOCAL = st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 30))  # noqa: DTZ001


@settings(deadline=None)
@given(
    st.lists(LOCAL, min_size=1),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo"]),
)
def test_local_times_are_what_the_standard_library_makes_of_them(moments: list[datetime], zone: str) -> None:
    texts = pl.Series([time.isoformat(" ", "microseconds") for time in moments])
    expected = [time.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC).replace(tzinfo=None) for time in moments]
    assert read_times(texts, time_zone=zone)["time"].to_list() == expected


@settings(deadline=None)
@given(
    st.lists(st.text() | st.from_regex(r"[0-9 T:./Z+-]{0,20}"), min_size=1), st.sampled_from(["text", "iso", "seconds"])
)
def test_any_text_is_read_or_has_a_fault(texts: list[str], unit: TimeUnit) -> None:
    for text, (time, quality, fault) in zip(texts, read_times(pl.Series(texts), unit=unit).rows(), strict=True):
        assert (time is None) == (quality == "none")
        assert (fault is None) == (time is not None or pl.Series([text]).str.strip_chars().item() == "")
