"""What kind of file it is. Its first bytes decide; its name only where they leave a choice."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of files that can be read."""

    TEXT = "CSV"
    JSON = "JSON"
    WORKBOOK = "XLSX"
    OLD_WORKBOOK = "XLS"
    PARQUET = "Parquet"
    ZIP = "ZIP"
    GZIP = "gzip"


_SIGNATURES = {
    b"PK\x03\x04": Kind.ZIP,
    b"PK\x05\x06": Kind.ZIP,
    b"\x1f\x8b": Kind.GZIP,
    b"PAR1": Kind.PARQUET,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": Kind.OLD_WORKBOOK,
}
_OTHERS = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"{\\rtf": "an RTF document",
    b"SQLite format 3": "an SQLite database",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\x00": "an xz archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"\xff\xfe\x00\x00": "text in UTF-32",
    b"\x00\x00\xfe\xff": "text in UTF-32",
    b"Obj\x01": "an Avro file",
    b"ORC": "an ORC file",
    b"\x7fELF": "a program",
}
_TAR = b"ustar"
_NO_TEXT = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1a\x1b")
_SAMPLE_BYTES = 4096
_JSON_START = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*(?:[\[{\]\"]|-?\d|true\b|false\b|null\b))")
_MARKUP = re.compile(r"\s*<[!?a-zA-Z]")
_JSON_NAMES = (".json", ".jsonl", ".ndjson")


def kind_of_bytes(head: bytes) -> Kind | None:
    """The kind that the first bytes give away; null for text, and for anything that cannot be read."""
    return next((kind for start, kind in _SIGNATURES.items() if head.startswith(start)), None)


def other_kind(head: bytes) -> str | None:
    """What a file is that cannot be read, in words, where its first bytes tell."""
    if head[257:262] == _TAR:
        return "a tar archive"
    return next((what for start, what in _OTHERS.items() if head.startswith(start)), None)


def is_no_text(head: bytes) -> bool:
    """Do the first bytes hold more control characters than a damaged text would?"""
    sample = head[:_SAMPLE_BYTES]
    return len(sample.translate(None, _NO_TEXT)) < 0.9 * len(sample)


def is_json(text: str, file: str) -> bool:
    """Is the text JSON, going by how it begins and by its file's name?"""
    return bool(_JSON_START.match(text)) or file.lower().endswith(_JSON_NAMES)


def is_markup(text: str) -> bool:
    """Is the text XML or a web page?"""
    return bool(_MARKUP.match(text))
