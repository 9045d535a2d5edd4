"""Does a text that would be stored as it stands carry an e-mail address or a phone number?

Phone numbers have no certain shape. These patterns catch international numbers (`+49 …`), national ones written with
separators, and in prose any run of seven digits or more. Days and parts of longer codes (`A1234567B`) are not numbers.
Bare digits are let through as *ids*: account and contract numbers look like that (docs/data-risks.md).
"""

from __future__ import annotations

import polars as pl

_E_MAIL = r"[^\s@]@[^\s@]"
_ISO_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_EUROPEAN_DAY = "[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}"
_COMPACT_DAY = "(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
_DAYS = rf"\b({_ISO_DAY}|{_EUROPEAN_DAY}|{_COMPACT_DAY})\b"
_INTERNATIONAL = r"(^|[^\w+])\+[0-9]([\s()./-]?[0-9]){6,}"
_NATIONAL = r"(^|[^\w.-])\(?0[1-9][0-9]{0,4}\)?[\s./-]+[0-9]([\s./-]?[0-9]){4,}"
_NORTH_AMERICAN = r"(^|[^\w.-])\(?[0-9]{3}\)?[\s.-][0-9]{3}[\s.-][0-9]{4}($|\W)"
_BARE = r"(^|[^\w.,-])[0-9]{7,}($|[^\w.-])"
UNPRINTABLE = r"[\p{C}\p{Zl}\p{Zp}]"  # what Python's isprintable refuses, blanks aside
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"

_SEPARATED = f"{_INTERNATIONAL}|{_NATIONAL}|{_NORTH_AMERICAN}"


def identifies(text: pl.Expr) -> pl.Expr:
    """True where prose carries an e-mail address or what looks like a phone number."""
    return text.str.contains(_E_MAIL) | _dateless(text).str.contains(f"{_SEPARATED}|{_BARE}")


def is_id_of_person(text: pl.Expr) -> pl.Expr:
    """True where an id carries an e-mail address, a phone number that is written as one, or a control character."""
    return text.str.contains(f"{_E_MAIL}|{_CONTROL}") | _dateless(text).str.contains(_SEPARATED)


def _dateless(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_DAYS, "")
