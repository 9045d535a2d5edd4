"""Does a text that would be stored as it stands carry an e-mail address or a phone number?

Phone numbers have no certain shape. These patterns catch international numbers (`+49 …`), national ones written with
separators, and in prose any run of seven digits or more. Days and parts of longer codes (`A1234567B`) are not numbers.
Bare digits are let through as *ids*: account and contract numbers look like that (docs/data-risks.md).
"""

from __future__ import annotations

import polars as pl

_E_MAIL = r"[^\s@]@[^\s@]"
_DAYS = r"\b(\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}|(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))\b"
_INTERNATIONAL = r"(^|[^\w+])\+\d([\s()./-]?\d){6,}"
_NATIONAL = r"(^|[^\w.-])\(?0[1-9]\d{0,4}\)?[\s./-]+\d([\s./-]?\d){4,}"
_NORTH_AMERICAN = r"(^|[^\w.-])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}($|\W)"
_BARE = r"(^|[^\w.,-])\d{7,}($|[^\w.-])"
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
