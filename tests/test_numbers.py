"""Numbers are written the same everywhere, and a small one is never written as nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent_risk.numbers import bytes_text, day_text, figure_text, number_text, range_text, share_text
from consent_risk.vocabulary import Unit


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (0.049, "< 0.1"),
        (0.05, "0.1"),
        (0.95, "1.0"),
        (9.15, "9.2"),
        (16.0, "16"),
        (15.999999999, "16"),
        (38.960275, "39.0"),
        (999, "999"),
        (1000, "1 000"),
        (1234567.25, "1 234 567.3"),
        (-251, "−251"),
        (None, "—"),
    ],
)
def test_a_count_has_at_most_one_decimal(value: float | None, expected: str) -> None:
    assert plain(number_text(value)) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0, "0 %"),
        (0.00000999, "< 0.001 %"),
        (0.00001, "0.0010 %"),
        (5 / 75_000, "0.0067 %"),
        (0.00099, "0.099 %"),
        (0.001, "0.10 %"),
        (0.0099, "0.99 %"),
        (0.01, "1.0 %"),
        (0.5, "50.0 %"),
        (0.9994, "99.9 %"),
        (0.9996, "> 99.9 %"),
        (1, "100 %"),
        (1.25, "125.0 %"),
        (None, "—"),
    ],
)
def test_a_share_has_sensible_digits(share: float | None, expected: str) -> None:
    assert plain(share_text(share)) == expected


# Below a millionth a number is the dust of floating-point sums.
@given(st.floats(min_value=1e-6, max_value=1e12))
def test_what_is_there_is_never_written_as_nothing(value: float) -> None:
    assert number_text(value) != "0"
    assert not share_text(min(value, 1)).startswith(("0\u202f", "0.0\u202f", "0.00\u202f", "0.000\u202f"))


def test_a_range_of_one_number_is_that_number() -> None:
    assert plain(range_text(5, 5, Unit.PERSONS)) == "5"
    assert plain(range_text(5, 11, Unit.PERSONS)) == "5 – 11"
    assert plain(figure_text(0.41, Unit.SHARE)) == "41.0 %"


def test_days_and_sizes() -> None:
    assert plain(day_text(date(2022, 1, 27))) == "27 January 2022"
    assert [plain(bytes_text(size)) for size in (999, 1000, 12_345_678)] == ["999 bytes", "1.0 kB", "12.3 MB"]
