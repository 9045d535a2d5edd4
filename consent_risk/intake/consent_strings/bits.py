"""The bits of a consent string, read from left to right: numbers, letters, instants, sets and ranges of ids.

A string is a row of base64url characters of six bits each. Bits are kept as a text of 0 and 1: reading is then slicing,
takes time in proportion to what is read, and looks like the tables of the specifications.

Strings come from outside and may be made to hurt. So no string may be longer than `MAX_CHARACTERS`, no id may
exceed `MAX_ID`, and overlapping ranges are merged before any of them is spelt out as ids.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

MAX_ID = 65_535  # what the 16 bits of an id can say; Fibonacci numbers could say more
# A bit for each of 65,535 vendors takes 10,923 characters, and a string has at most four such lists. The rest is room
# for publisher restrictions.
MAX_CHARACTERS = 100_000

_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
_SIX_BITS = {character: f"{value:06b}" for value, character in enumerate(_ALPHABET)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Ranges = tuple[range, ...]
"""Ids as ranges: sorted, apart from each other, none empty."""


class UndecodableConsentString(ValueError):
    """The string cannot be read. `reason` says why and never repeats any of the string."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def check_length(text: str) -> None:
    """Raises UndecodableConsentString for a string that is empty or longer than any honest one."""
    if not text:
        raise UndecodableConsentString("it is empty")
    if len(text) > MAX_CHARACTERS:
        raise UndecodableConsentString(f"it is longer than {MAX_CHARACTERS} characters")


class Bits:
    """One base64url segment and how far it has been read.

    Every reading raises UndecodableConsentString where the segment ends too early.

    >>> Bits("CO").number(6)
    2
    """

    def __init__(self, segment: str) -> None:
        # Segments may end on any character, so that Python's base64 module, which wants whole bytes, is of no use.
        # Some encoders pad with `=` to a multiple of four characters all the same: with one or two of them.
        padded = segment.endswith("=") and len(segment) % 4 == 0
        characters = segment.removesuffix("=").removesuffix("=") if padded else segment
        try:
            self._bits = "".join([_SIX_BITS[character] for character in characters])
        except KeyError:
            # `from None`: the key is a character of the string.
            raise UndecodableConsentString("it holds a character that is not base64url") from None
        self._at = 0

    @property
    def left(self) -> int:
        """How many bits are not read yet."""
        return len(self._bits) - self._at

    def peek(self, width: int) -> int:
        """The unsigned number in the next `width` bits, which stay unread."""
        return int(self._slice(width), 2)

    def number(self, width: int) -> int:
        """The unsigned number in the next `width` bits, the highest bit first."""
        return int(self._take(width), 2)

    def flag(self) -> bool:
        """The next bit: 1 is true."""
        return self._take(1) == "1"

    def letters(self, count: int) -> str:
        """Capital letters of six bits each, 0 for A."""
        values = [self.number(6) for _ in range(count)]
        if max(values) >= len(string.ascii_uppercase):
            raise UndecodableConsentString("a language or country is not made of letters")
        return "".join(string.ascii_uppercase[value] for value in values)

    def instant(self) -> datetime:
        """36 bits of deciseconds since 1970, as a UTC instant. The latest that fits lies in the year 2187."""
        return _EPOCH + timedelta(milliseconds=100 * self.number(36))

    def ids(self, width: int) -> frozenset[int]:
        """One bit for each of the ids 1 to `width`: those whose bit is 1."""
        return frozenset(id_ for id_, bit in enumerate(self._take(width), 1) if bit == "1")

    def ranges(self, highest: int) -> Ranges:
        """A range field: 12 bits of count, then single ids and pairs of first and last id, of 16 bits each.

        Raises UndecodableConsentString where an id is 0 or above `highest`, or a pair runs backwards.
        """
        found = []
        for _ in range(self.number(12)):
            is_pair = self.flag()
            first = self.number(16)
            found.append(_checked(first, self.number(16) if is_pair else first, highest))
        return _merged(found)

    def fibonacci_ranges(self) -> Ranges:
        """A Fibonacci range field: like `ranges`, but each number is the distance from the one before it."""
        found = []
        last = 0
        for _ in range(self.number(12)):
            is_pair = self.flag()
            first = last + self._fibonacci()
            last = first + (self._fibonacci() if is_pair else 0)
            found.append(_checked(first, last, MAX_ID))
        return _merged(found)

    def check_finished(self) -> None:
        """Only zeros may be left, with which encoders fill up the last character or byte."""
        if "1" in self._bits[self._at :]:
            raise UndecodableConsentString("it goes on after its last field")

    def _fibonacci(self) -> int:
        """A number as a sum of 1, 2, 3, 5, 8 …: a 1 for each that is part of it, and another 1 at the end."""
        value, term, next_term, before = 0, 1, 2, False
        while before or term <= MAX_ID:  # a number's closing 1 may follow its largest term
            bit = self.flag()
            if bit and before:
                return value
            value += term if bit else 0
            term, next_term, before = next_term, term + next_term, bit
        raise UndecodableConsentString("a number is too large")

    def _slice(self, width: int) -> str:
        if self.left < width:
            raise UndecodableConsentString("it ends before its last field")
        return self._bits[self._at : self._at + width]

    def _take(self, width: int) -> str:
        taken = self._slice(width)
        self._at += width
        return taken


def spelt_out(ranges: Iterable[range]) -> frozenset[int]:
    """Every id in the ranges; at most MAX_ID of them."""
    return frozenset(id_ for ids in ranges for id_ in ids)


def _checked(first: int, last: int, highest: int) -> range:
    if not 1 <= first <= last <= highest:
        raise UndecodableConsentString("a range of ids is empty, backwards or beyond the highest id")
    return range(first, last + 1)


def _merged(ranges: Iterable[range]) -> Ranges:
    merged: list[range] = []
    for ids in sorted(ranges, key=lambda ids: ids.start):
        if merged and ids.start <= merged[-1].stop:
            merged[-1] = range(merged[-1].start, max(merged[-1].stop, ids.stop))
        else:
            merged.append(ids)
    return tuple(merged)
