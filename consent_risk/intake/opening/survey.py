"""One pass over the bytes of a text file before anything is read from it: is it UTF-8, and how do its lines end?

The pass is the one that makes the SHA-256 as well. Plain ASCII costs it next to nothing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

_Places = np.ndarray[Any, np.dtype[np.int64]]
_ESCAPED = re.compile("[\udc80-\udcff]")
_UNDEFINED_IN_WINDOWS_1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
_SUBSTITUTE = b"\x1a"
_BLANKS = np.frombuffer(b" \t", dtype=np.uint8)


@dataclass
class Survey:
    """What a text file's bytes are like. `continued` bytes continue a character of UTF-8, `damaged` ones are no UTF-8.

    `blanks_at_quotes` only says that a blank stands beside a quotation mark somewhere, in a cell or between cells.
    """

    continued: int = 0
    damaged: int = 0
    undefined_in_windows_1252: bool = False
    zero_bytes: bool = False
    substitutes: bool = False
    blanks_at_quotes: bool = False
    crlf: int = 0
    cr: int = 0
    lf: int = 0

    @property
    def mixed_line_ends(self) -> bool:
        """Do the lines end in more than one way? Line breaks inside quoted cells do not count."""
        return sum(count > 0 for count in (self.crlf, self.cr, self.lf)) > 1

    @property
    def newline(self) -> bytes:
        """The byte that every line end has, as far as there is one."""
        return b"\r" if self.cr and not (self.lf or self.crlf) else b"\n"


def survey_of(chunks: Iterable[bytes]) -> Survey:
    """The survey of a file's bytes."""
    survey, text, lines = Survey(), _Text(), _Lines()
    for chunk in chunks:
        survey.zero_bytes |= b"\0" in chunk
        survey.substitutes |= _SUBSTITUTE in chunk
        if not survey.blanks_at_quotes and b'"' in chunk:
            survey.blanks_at_quotes = _has_blank_at_quote(chunk)
        lines.add(chunk, survey)
        text.add(chunk, survey)
    text.end(survey)
    lines.end(survey)
    return survey


def _has_blank_at_quote(chunk: bytes) -> bool:
    """Does a blank or tab stand beside a quotation mark? (A search for each pair of bytes takes far longer.)"""
    data = np.frombuffer(chunk, dtype=np.uint8)
    quotes = np.flatnonzero(data == ord('"'))
    beside = np.concatenate([data[quotes[quotes > 0] - 1], data[quotes[quotes + 1 < len(data)] + 1]])
    return bool(np.isin(beside, _BLANKS).any())


class _Text:
    """Counts what is UTF-8 and what is not, across chunks."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._pending = False

    def add(self, chunk: bytes, survey: Survey) -> None:
        if chunk.isascii() and not self._pending:
            return
        survey.undefined_in_windows_1252 |= any(byte in chunk for byte in _UNDEFINED_IN_WINDOWS_1252)
        self._count(chunk, survey, final=False)

    def end(self, survey: Survey) -> None:
        self._count(b"", survey, final=True)

    def _count(self, chunk: bytes, survey: Survey, *, final: bool) -> None:
        state = self._decoder.getstate()
        held = len(state[0])
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            self._decoder.errors = "surrogateescape"  # from here on, damage is counted
            self._decoder.setstate(state)
            text = self._decoder.decode(chunk, final)
        if self._decoder.errors != "strict":
            survey.damaged += len(_ESCAPED.findall(text))
        still_held = len(self._decoder.getstate()[0])
        survey.continued += held + len(chunk) - still_held - len(text)
        self._pending = bool(still_held)


class _Lines:
    """Counts line ends outside quoted cells, across chunks. Files without CR are done in one search for it."""

    def __init__(self) -> None:
        self._quotes = 0
        self._held = b""

    def add(self, chunk: bytes, survey: Survey) -> None:
        chunk = self._held + chunk
        self._held = b"\r" if chunk.endswith(b"\r") else b""
        chunk = chunk[: len(chunk) - len(self._held)]
        if b"\r" in chunk or (survey.crlf + survey.cr and b"\n" in chunk):
            self._count(chunk, survey)
        elif not survey.lf and b"\n" in chunk:
            # Without CR it only matters whether any line ends in LF; a quoted one is told apart where CR comes too.
            self._count(chunk, survey)
        self._quotes += chunk.count(b'"')

    def end(self, survey: Survey) -> None:
        if self._held:
            self._count(self._held, survey)

    def _count(self, chunk: bytes, survey: Survey) -> None:
        data = np.frombuffer(chunk, dtype=np.uint8)
        quotes = np.flatnonzero(data == ord('"'))
        cr, lf = (self._outside(np.flatnonzero(data == ord(letter)), quotes) for letter in "\r\n")
        crlf = np.isin(cr + 1, lf, assume_unique=True).sum()
        survey.crlf += int(crlf)
        survey.cr += len(cr) - int(crlf)
        survey.lf += len(lf) - int(crlf)

    def _outside(self, places: _Places, quotes: _Places) -> _Places:
        inside = (np.searchsorted(quotes, places) + self._quotes) % 2 == 1
        return np.asarray(places[~inside], dtype=np.int64)
