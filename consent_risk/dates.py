"""Days and months. Everything takes its day as an argument; nothing reads the clock."""

from __future__ import annotations

import calendar
from datetime import date


def months_before(day: date, months: int) -> date:
    """The day `months` calendar months earlier, or that month's last day where the day does not exist.

    >>> months_before(date(2022, 3, 31), 1)
    datetime.date(2022, 2, 28)
    """
    index = day.year * 12 + (day.month - 1) - months
    year, month = divmod(index, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
