"""How numbers are written, under the name that page and PDF use; the one place is `consent_risk.numbers`."""

from consent_risk.numbers import (
    DASH,
    MINUS,
    NONE,
    THIN,
    bytes_text,
    day_text,
    figure_text,
    number_text,
    range_text,
    share_of,
    share_text,
)

__all__ = [
    "DASH",
    "MINUS",
    "NONE",
    "THIN",
    "bytes_text",
    "day_text",
    "figure_text",
    "number_text",
    "range_text",
    "share_of",
    "share_text",
]
