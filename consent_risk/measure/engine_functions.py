"""The two functions that Ibis cannot say for every engine, declared in one place.

The names are DuckDB's. Spark's are `unix_micros` and `timestamp_micros`.
"""

from __future__ import annotations

from datetime import datetime

import ibis


@ibis.udf.scalar.builtin(name="epoch_us")  # type: ignore[untyped-decorator]
def microseconds_of(instant: datetime) -> int:  # type: ignore[empty-body]
    """Microseconds since 1970 of an instant."""


@ibis.udf.scalar.builtin(name="make_timestamp")  # type: ignore[untyped-decorator]
def instant_of(microseconds: int) -> datetime:  # type: ignore[empty-body]
    """The instant that lies so many microseconds after 1970."""
