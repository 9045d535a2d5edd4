"""Streams that change the bytes of another stream on their way."""

from __future__ import annotations

from consent_risk.intake.opening.limits import CHUNK_BYTES
from consent_risk.intake.opening.raw import Readable

_LONGEST_RUN = 1 << 20


class Stage:
    """Reads `stream` in chunks and hands on what `_changed` makes of each; b"" tells it of the end."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._ready = bytearray()
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """`size` bytes, fewer only at the end."""
        while len(self._ready) < size and not self._ended:
            chunk = self._stream.read(CHUNK_BYTES)
            self._ended = not chunk
            self._ready += self._changed(chunk)
        given = bytes(self._ready[:size])
        del self._ready[:size]
        return given

    def _changed(self, chunk: bytes) -> bytes:
        raise NotImplementedError


class WithoutBlanksAtQuotes(Stage):
    """Drops blanks between a delimiter and the quotation mark that opens a cell, and after the one that closes it.

    Some exports write `1, "a, b" ,2`; RFC 4180 would make the quotation marks part of the cells.
    """

    def __init__(self, stream: Readable, delimiter: str) -> None:
        super().__init__(stream)
        self._blanks = b" " if delimiter == "\t" else b" \t"
        self._ends = (delimiter.encode(), b"\r", b"\n")
        self._held = b""
        self._inside = False
        self._at_start = True

    def _changed(self, chunk: bytes) -> bytes:
        at_end = not chunk
        chunk = self._held + chunk
        cut = len(chunk) if at_end else self._finished(chunk)
        self._held = chunk[cut:]
        return self._joined(chunk[:cut], at_end=at_end)

    def _finished(self, chunk: bytes) -> int:
        """Where the run of quotation marks, delimiters and blanks begins that the chunk ends in: it may go on."""
        cut = len(chunk.rstrip(self._blanks + b'"' + b"".join(self._ends)))
        return cut if len(chunk) - cut <= _LONGEST_RUN else len(chunk)

    def _joined(self, chunk: bytes, *, at_end: bool) -> bytes:
        parts = chunk.split(b'"')
        last = len(parts) - 1
        for index, part in enumerate(parts):
            if not self._inside and part:
                if index > 0:
                    part = self._after_closing(part, at_end=at_end and index == last)
                if index < last:
                    part = self._before_opening(part)
                parts[index] = part
            if index < last:
                self._inside = not self._inside
            self._at_start = self._at_start and not chunk
        return b'"'.join(parts)

    def _before_opening(self, part: bytes) -> bytes:
        kept = part.rstrip(self._blanks)
        return kept if kept.endswith(self._ends) or (self._at_start and not kept) else part

    def _after_closing(self, part: bytes, *, at_end: bool) -> bytes:
        kept = part.lstrip(self._blanks)
        return kept if kept.startswith(self._ends) or (at_end and not kept) else part
