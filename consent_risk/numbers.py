"""How numbers, shares, days and sizes are written: one place, so that page, chart and PDF say the same.

Every function takes a value as it stands in the Assessment and returns text; nothing is rounded before it gets here.
"""

from __future__ import annotations

from datetime import date

from consent_risk.vocabulary import Unit

THIN = "\u202f"  # narrow no-break space: groups thousands (SI brochure, 5.4.4) and never breaks a number over two lines
MINUS = "\u2212"
DASH = "\u2013"
NONE = "\u2014"
# Not from the locale of the machine: the same assessment gives the same bytes.
_MONTHS = "January,February,March,April,May,June,July,August,September,October,November,December"


def number_text(value: float | None) -> str:
    """A count, or an expected value with one decimal. A small value that is not zero is never written as zero.

    >>> [number_text(v).replace(THIN, " ") for v in (1234567, 9.15, 16.0, 0.004, -310, None)]
    ['1 234 567', '9.2', '16', '< 0.1', '−310', '—']
    """
    if value is None:
        return NONE
    if value < 0:
        return MINUS + number_text(-value)
    # Sums of products of rates leave dust in the last places: 16.000000000000004 is 16.
    whole = round(value, 6) == round(value)
    if whole:
        return _grouped(f"{round(value):,d}")
    if value < 0.05:
        return f"<{THIN}0.1"
    return _grouped(f"{_half_up(value, 1):,.1f}")


def counted_text(value: float, thing: str) -> str:
    """A count and what is counted: `1 record`, `1 024 records`."""
    return f"{number_text(value)} {thing if value == 1 else thing + 's'}"


def share_text(share: float | None) -> str:
    """A share from 0 to 1 as a percentage: one decimal, below 1 % two significant digits.

    Neither 0 % nor 100 % is written for a share that is not exactly that.

    >>> [share_text(s).replace(THIN, " ") for s in (0, 1e-6, 0.0000312, 0.00011, 0.0456, 0.99999, 1)]
    ['0 %', '< 0.001 %', '0.0031 %', '0.011 %', '4.6 %', '> 99.9 %', '100 %']
    """
    if share is None:
        return NONE
    if share < 0:
        return MINUS + share_text(-share)
    percent = round(share * 100, 9)
    return f"{_percent_digits(percent)}{THIN}%"


def _percent_digits(percent: float) -> str:
    if percent in (0, 100):
        return f"{percent:.0f}"
    if percent < 0.001:
        return f"<{THIN}0.001"
    if percent < 0.00995:
        return f"{_half_up(percent, 4):.4f}"
    if percent < 0.0995:
        return f"{_half_up(percent, 3):.3f}"
    if percent < 0.995:
        return f"{_half_up(percent, 2):.2f}"
    if 99.95 <= percent < 100:
        return f">{THIN}99.9"
    return _grouped(f"{_half_up(percent, 1):,.1f}")


def _half_up(value: float, digits: int) -> float:
    """Rounded as people round: 9.15 is 9.2, although its binary neighbour lies a hair below."""
    nudge: float = 10.0 ** -(digits + 7)
    return round(value + nudge, digits)


def _grouped(text: str) -> str:
    return text.replace(",", THIN)


def figure_text(value: float | None, unit: Unit) -> str:
    """A value in its unit: shares as a percentage, everything else as a count."""
    return share_text(value) if unit is Unit.SHARE else number_text(value)


def range_text(lower: float | None, upper: float | None, unit: Unit) -> str:
    """`5–11`, or one number where the bounds are written the same."""
    low, high = figure_text(lower, unit), figure_text(upper, unit)
    return low if low == high else f"{low}{THIN}{DASH}{THIN}{high}"


def day_text(day: date) -> str:
    """`27 January 2022`."""
    return f"{day.day}\u00a0{_MONTHS.split(',')[day.month - 1]} {day.year}"


def bytes_text(size: int) -> str:
    """A file's size in the largest unit that keeps it above one: `1.4 MB`."""
    amount, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{number_text(size) if unit == 'bytes' else f'{amount:.1f}'}{THIN}{unit}"


def share_of(part: float, whole: float) -> float | None:
    """What share of the whole a part is; None where there is no whole."""
    return part / whole if whole else None
