"""The documents of a JSON file one after another, with memory for one at a time."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from consent_risk.errors import UserError
from consent_risk.intake.opening.limits import CHUNK_BYTES, DOCUMENT_BYTES
from consent_risk.intake.opening.raw import Readable
from consent_risk.intake.opening.refusing import AGAIN, refused

_BLANKS = " \t\r\n"
_LINES_NAMES = (".jsonl", ".ndjson")
_SAMPLE_LINES = 20
_TOO_LONG = f"a document is longer than {DOCUMENT_BYTES >> 20} MB"
_DEEP = "the JSON is nested too deeply"
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True)
class Found:
    """A document: its text, and its value, which is null where the text is no JSON."""

    text: str
    value: Any = None


def is_json_lines(head: str, file: str, *, whole: bool) -> bool:
    """Does each line hold a document? So it is if most of the first lines do, or if the name says so."""
    if file.lower().endswith(_LINES_NAMES):
        return True
    lines = [line for line in head.split("\n", _SAMPLE_LINES + 1) if line.strip()]
    lines = lines if whole and len(lines) <= _SAMPLE_LINES else lines[:-1] or lines
    return len(lines) > 1 and sum(map(_is_document, lines)) * 2 >= len(lines)


def _is_document(line: str) -> bool:
    try:
        return isinstance(_DECODER.decode(line), dict)
    except (ValueError, RecursionError):
        return False


def documents_in(
    stream: Readable, name: str, path: str | None, *, by_line: bool, parsed: bool = True
) -> Iterator[Found]:
    """The documents of the stream of UTF-8. Where each is a line they need not be `parsed`.

    `path` leads to the list that holds them, key by key, such as `data.results[]`; without it they are the entries
    of the file's list, or the values that follow each other. Raises UserError where the file as a whole is no JSON.
    """
    if by_line:
        return (_parsed(text) if parsed else Found(text) for text in _lines(stream, name))
    return _Text(stream, name).documents([key.removesuffix("[]") for key in path.split(".")] if path else [])


def _lines(stream: Readable, name: str) -> Iterator[str]:
    held = b""
    while chunk := stream.read(CHUNK_BYTES):
        *lines, held = (held + chunk).split(b"\n")
        yield from (line.decode(errors="replace") for line in lines if line.strip())
        if len(held) > DOCUMENT_BYTES:
            raise refused(name, _TOO_LONG, AGAIN)
    if held.strip():
        yield held.decode(errors="replace")


def _parsed(text: str) -> Found:
    try:
        return Found(text, _DECODER.decode(text))
    except (ValueError, RecursionError):
        return Found(text)


class _Text:
    """JSON text that is read as far as it is needed. `_at` is the place of the next character."""

    def __init__(self, stream: Readable, name: str) -> None:
        self._stream = stream
        self._name = name
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False

    def documents(self, path: list[str]) -> Iterator[Found]:
        """See documents_in."""
        if path:
            yield from self._below(path)
        elif self._next() == "[":
            yield from self._entries()
        else:
            while self._next():
                yield self._value()
        if self._next():
            raise self._broken()

    def _below(self, path: list[str]) -> Iterator[Found]:
        """The documents at the path in the object that begins here. A path that leads nowhere has none."""
        if not path:
            if self._next() == "[":
                yield from self._entries()
            else:
                yield self._value()
            return
        if self._next() != "{":
            raise refused(self._name, "the file is not an object that holds a list of documents", AGAIN)
        for _ in self._parts("{", "}"):
            key = self._value().value
            if not isinstance(key, str) or self._next() != ":":
                raise self._broken()
            self._at += 1
            if key == path[0]:
                yield from self._below(path[1:])
            else:
                self._value()

    def _entries(self) -> Iterator[Found]:
        for _ in self._parts("[", "]"):
            yield self._value()

    def _parts(self, opening: str, closing: str) -> Iterator[None]:
        """Stops at each part of the list or object that begins here, and passes the commas between them."""
        assert self._next() == opening
        self._at += 1
        if self._next() == closing:
            self._at += 1
            return
        while True:
            yield
            sign = self._next()
            if sign not in (",", closing):
                raise self._broken()
            self._at += 1
            if sign == closing:
                return

    def _next(self) -> str:
        """The next character that is no blank, which stays there; nothing at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _BLANKS:
                    return self._text[self._at]
                self._at += 1
            if not self._grow():
                return ""

    def _value(self) -> Found:
        """The value that begins here."""
        if not self._next():
            raise self._broken()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._may_continue(error) and self._grow():
                    continue
                self._at = error.pos
                raise self._broken() from None
            except ValueError:
                raise self._broken() from None
            except RecursionError:
                raise refused(self._name, _DEEP, AGAIN, self._line_here()) from None
            if end < len(self._text) or not self._grow():  # a number may go on
                found = Found(self._text[self._at : end], value)
                self._at = end
                return found

    def _may_continue(self, error: json.JSONDecodeError) -> bool:
        return "Unterminated string" in error.msg or error.pos >= len(self._text) - len("-Infinity")

    def _grow(self) -> bool:
        """Read on; was there more? What is behind `_at` is dropped, and the text at least doubles."""
        if self._ended:
            return False
        self._line += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :]
        self._at = 0
        if len(self._text) > DOCUMENT_BYTES:
            raise refused(self._name, _TOO_LONG, AGAIN, self._line)
        parts = [self._text]
        wanted = max(CHUNK_BYTES, len(self._text))
        while wanted > 0 and not self._ended:
            chunk = self._stream.read(CHUNK_BYTES)
            self._ended = not chunk
            parts.append(self._decode(chunk, self._ended))
            wanted -= len(chunk)
        self._text = "".join(parts)
        return True

    def _line_here(self) -> int:
        return self._line + self._text.count("\n", 0, self._at)

    def _broken(self) -> UserError:
        if self._ended and not self._text[self._at :].strip():
            return refused(self._name, "the JSON is cut off", "Copy or export it again.")
        mend = "Export it again; JSON must not be edited by hand."
        return refused(self._name, "the file is not JSON from here on", mend, self._line_here())
