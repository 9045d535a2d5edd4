"""Which characters the shipped fonts can draw, and a guard for text that comes from outside.

Under PDF/A a character that no font covers stops the whole document, so one odd name in an export would
deny the report. `safe_text` replaces such characters by their code point and drops invisible ones, which
could also turn the reading direction of a line (U+202E).
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import lru_cache, reduce
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

LONGEST = 4000  # characters of one text; what is longer is cut, and says so
_LONG_TOKEN = re.compile(r"[^\s\u200b]{31,}")
_BREAK_EVERY = 15


def font_folder() -> Traversable:
    """Where the shipped fonts lie."""
    return files("consent_risk.report") / "fonts"


def safe_text(text: str) -> str:
    """The text as the shipped fonts can draw it, on one line, with breaks allowed in very long words."""
    return _LONG_TOKEN.sub(_with_breaks, safe_characters(text.replace("\n", " ").replace("\t", " ")))


def safe_characters(text: str) -> str:
    """The text with uncovered characters as `[U+1F600]` and without control and direction characters."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]} […]"
    return drawable(unicodedata.normalize("NFC", text))


def drawable(text: str) -> str:
    """The text without what no shipped font draws; line breaks stay."""
    covered = covered_characters()
    return "".join(character if ord(character) in covered else _stand_in(character) for character in text)


def safe_data(data: Any) -> Any:
    """Plain data with every text in it made safe; keys stay."""
    if isinstance(data, str):
        return safe_text(data)
    if isinstance(data, dict):
        return {key: safe_data(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [safe_data(value) for value in data]
    return data


def _with_breaks(match: re.Match[str]) -> str:
    """The word with breaks after its punctuation, and inside what is still long."""
    pieces = re.findall(r"[^._/=?&-]+[._/=?&-]*|[._/=?&-]+", match[0])
    return "\u200b".join(part for piece in pieces for part in _cut(piece))


def _cut(piece: str) -> list[str]:
    if len(piece) <= 2 * _BREAK_EVERY:
        return [piece]
    return [piece[start : start + _BREAK_EVERY] for start in range(0, len(piece), _BREAK_EVERY)]


_NEAREST = {0x2010: "-", 0x2011: "-"}  # hyphens that Liberation lacks; their plain look-alike says the same


def _stand_in(character: str) -> str:
    if character == "\n" or ord(character) in _NEAREST:
        return _NEAREST.get(ord(character), character)
    if unicodedata.category(character) in ("Cc", "Cf"):
        return ""
    return f"[U+{ord(character):04X}]"


@lru_cache(maxsize=1)
def covered_characters() -> frozenset[int]:
    """Code points that every shipped face can draw, without control, format and private-use characters."""
    faces = (set(_mapped(face.read_bytes())) for face in font_folder().iterdir() if face.name.endswith(".ttf"))
    common = reduce(set.intersection, faces)
    return frozenset(code for code in common if unicodedata.category(chr(code)) not in ("Cc", "Cf", "Co", "Cs", "Cn"))


def _mapped(font: bytes) -> Iterator[int]:
    """The code points in a TrueType font's character map (OpenType `cmap`, format 4: all Liberation has)."""
    table = _unicode_map(font)
    segments = struct.unpack_from(">H", font, table + 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", font, table + 14)
    starts_at = table + 16 + 2 * segments
    starts = struct.unpack_from(f">{segments}H", font, starts_at)
    deltas = struct.unpack_from(f">{segments}H", font, starts_at + 2 * segments)
    offsets_at = starts_at + 4 * segments
    offsets = struct.unpack_from(f">{segments}H", font, offsets_at)
    for index, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                glyph = struct.unpack_from(">H", font, offsets_at + 2 * index + offset + 2 * (code - start))[0]
            if (glyph + delta) % 0x10000 if glyph or not offset else 0:
                yield code


def _unicode_map(font: bytes) -> int:
    """Where the Windows Unicode map (platform 3, encoding 1) begins."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4s3I", font, 12 + 16 * index) for index in range(tables))
    cmap = next(int(offset) for tag, _, offset, _ in records if tag == b"cmap")
    maps = struct.unpack_from(">H", font, cmap + 2)[0]
    for index in range(maps):
        platform, encoding, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * index)
        if (platform, encoding) == (3, 1):
            return cmap + int(offset)
    raise AssertionError("a shipped font has no Unicode map")
