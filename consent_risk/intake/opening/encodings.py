"""How a text file's characters are written, and its bytes as UTF-8 whatever they were.

A file is UTF-8 if all of it is, or if at least as many bytes continue characters of UTF-8 as are damaged: then the
damaged rows are bad rows. Otherwise it is windows-1252, unless it holds bytes that windows-1252 does not define:
Latin-1 would read those as control characters, so a person must say what they are.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from consent_risk.errors import Problem, UserError, did_you_mean
from consent_risk.intake.opening.raw import Readable
from consent_risk.intake.opening.refusing import refused
from consent_risk.intake.opening.stages import Stage
from consent_risk.intake.opening.survey import Survey

# Stands in for what cannot be decoded: ASCII's SUB, made for that. A file that holds it already was damaged before.
SUBSTITUTE = "\x1a"
KNOWN = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252", "iso-8859-1")
_ALIASES = {"latin-1": "iso-8859-1", "latin1": "iso-8859-1", "cp1252": "windows-1252", "ansi": "windows-1252"}
_ALIASES |= {"utf8": "utf-8", "utf16": "utf-16", "utf_8": "utf-8", "utf_16": "utf-16", "windows1252": "windows-1252"}


def named(encoding: str) -> str:
    """The encoding as we call it. Raises UserError for one that we do not know."""
    name = encoding.strip().lower()
    name = _ALIASES.get(name, name)
    if name in KNOWN:
        return name
    try:
        known = codecs.lookup(name)
        plain = known.encode("a,\n")[0] == b"a,\n" and known.decode(b"a,\n")[0] == "a,\n"
    except Exception:
        plain = False
    if not plain:
        raise UserError(Problem("--encoding", "there is no such encoding", did_you_mean(name, KNOWN)))
    return known.name


def of_head(head: bytes) -> str | None:
    """The encoding that the first bytes give away: a byte order mark, or the zero bytes of UTF-16."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[: 4096 & ~1]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(sample) >= 4 and max(even, odd) * 2 > 0.7 * len(sample) and min(even, odd) * 2 < 0.1 * len(sample):
        return "utf-16-be" if even > odd else "utf-16-le"
    return None


def of_survey(survey: Survey) -> str | None:
    """The encoding of a file whose head does not give it away; null where it cannot be told."""
    if survey.damaged <= survey.continued:
        return "utf-8"
    return None if survey.undefined_in_windows_1252 else "windows-1252"


def in_no_encoding(name: str, chunks: Iterable[bytes], newline: bytes) -> UserError:
    """The error of a file whose encoding cannot be told, with the first line that is not UTF-8."""
    reason = "the text is neither UTF-8 nor windows-1252, so its encoding cannot be told"
    mend = "Say which it is with --encoding, or save the file as UTF-8."
    return refused(name, reason, mend, _first_damaged_line(chunks, newline))


def _first_damaged_line(chunks: Iterable[bytes], newline: bytes) -> int:
    decoder, line = codecs.getincrementaldecoder("utf-8")("strict"), 1
    for chunk in chunks:
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return line + error.object[: error.start].count(newline)
        line += chunk.count(newline)
    return line


def label(encoding: str) -> str:
    """How messages call the encoding."""
    return "UTF-8" if encoding.startswith("utf-8") else "UTF-16" if encoding.startswith("utf-16") else encoding


def as_utf8(stream: Readable, encoding: str, *, clean: bool) -> Readable:
    """The stream as UTF-8 without byte order mark. A `clean` one is UTF-8 as it stands and passed on."""
    if not clean:
        return AsUtf8(stream, encoding)
    if encoding == "utf-8-sig":
        stream.read(len(codecs.BOM_UTF8))
    return stream


class AsUtf8(Stage):
    """A stream of UTF-8 without byte order mark, made of one in `encoding`.

    What cannot be decoded becomes `SUBSTITUTE`.
    """

    def __init__(self, stream: Readable, encoding: str) -> None:
        super().__init__(stream)
        codec = {"windows-1252": "cp1252", "utf-8-sig": "utf-8"}.get(encoding, encoding)
        self._decoder = codecs.getincrementaldecoder(codec)("consent_risk.substitute")
        self._at_start = True

    def _changed(self, chunk: bytes) -> bytes:
        try:
            text = self._decoder.decode(chunk, not chunk)
        except UnicodeError:  # `utf-16` named by hand, and no byte order mark
            text = SUBSTITUTE
        if self._at_start and text:
            self._at_start = False
            text = text.removeprefix("\ufeff")
        return text.encode(errors="replace")


def _substitute(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return SUBSTITUTE, error.end


codecs.register_error("consent_risk.substitute", _substitute)
