"""What a workbook's own bytes say before it is read: how large its sheets are, and what its cells do not show."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree import ElementTree

from consent_risk.intake.opening.kinds import Kind, kind_of_bytes
from consent_risk.intake.opening.limits import (
    BOMB_FROM_BYTES,
    BOMB_RATIO,
    CHUNK_BYTES,
    WORKBOOK_BYTES,
    WORKBOOK_CELLS,
)
from consent_risk.intake.opening.raw import Raw
from consent_risk.intake.opening.refusing import COPY_AGAIN, refused
from consent_risk.intake.opening.workbook_reading import PASSWORD, PASSWORD_MEND

_SMALL_PART = 16 << 20
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_WIDE_COLUMN = re.compile(rb'\br="([A-Z]{2,3})[0-9]')
_ROW = re.compile(rb'<row\s[^>]*?\br="([0-9]+)"')
_FORMULA = re.compile(rb"<f[\s>/]")
_VALUE = re.compile(rb"<v[^>/]*>[^<]|<is>")
_DAMAGE = (zipfile.BadZipFile, OSError, ValueError, KeyError, EOFError, zlib.error, NotImplementedError, RuntimeError)


@dataclass
class SheetPart:
    """What the XML of a sheet tells: groups of merged cells, and formulas, with or without a stored value."""

    merged: int = 0
    formulas: int = 0
    formulas_without_value: int = 0
    columns: int = 26
    first_row: int = 0
    last_row: int = 0

    @property
    def cells(self) -> int:
        """The cells of the smallest rectangle that holds all that are used, at most."""
        return self.columns * (self.last_row - self.first_row + 1)


def is_old(raw: Raw) -> bool:
    """Is it an OLE2 file, as XLS is, and as XLSX is with a password?"""
    with raw.seekable() as file:
        return kind_of_bytes(file.read(8)) == Kind.OLD_WORKBOOK


def check_old_workbook(raw: Raw) -> None:
    """Raises UserError for an OLE2 file that is encrypted or no workbook."""
    with raw.seekable() as file:
        found = {name for name in ("EncryptedPackage", "Workbook", "Book") if _holds(file, name)}
    if "EncryptedPackage" in found:
        raise refused(raw.name, PASSWORD, PASSWORD_MEND)
    if not found:
        raise refused(raw.name, "an old Office document that is no workbook", "Hand in its table as XLSX or CSV.")


def parts_of(raw: Raw) -> dict[str, SheetPart]:
    """For each sheet by name what its XML tells; a workbook in another form than XLSX has none.

    Raises UserError for damage, and for a workbook that would not fit into memory.
    """
    try:
        with raw.seekable() as file, zipfile.ZipFile(file) as archive:
            _check_size(raw, file, archive)
            names = _part_names(archive)
            parts = {sheet: _sheet_part(archive, part) for sheet, part in names.items()}
    except _DAMAGE:
        raise refused(raw.name, "the workbook is damaged", COPY_AGAIN) from None
    if any(part.cells > WORKBOOK_CELLS for part in parts.values()):
        reason = f"a sheet spans more than {WORKBOOK_CELLS // 1_000_000} million cells"
        raise refused(raw.name, reason, "Remove what stands far away from the table, or save the sheet as CSV.")
    return parts


def _holds(file: BinaryIO, name: str) -> bool:
    """Does the name of an OLE2 stream stand in the file?"""
    sought, tail = name.encode("utf-16-le") + b"\0\0", b""
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        if sought in tail + chunk:
            return True
        tail = chunk[-len(sought) :]
    return False


def _check_size(raw: Raw, file: BinaryIO, archive: zipfile.ZipFile) -> None:
    packed = file.seek(0, 2)
    most = min(max(BOMB_FROM_BYTES, packed * BOMB_RATIO), WORKBOOK_BYTES)
    if sum(info.file_size for info in archive.infolist()) > most:
        raise refused(raw.name, f"the workbook unpacks to more than {most >> 20} MB", "Save its sheets as CSV.")


def _part_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The XML part of each sheet, by the sheet's name."""
    try:
        book = ElementTree.fromstring(_small(archive, "xl/workbook.xml"))
        relations = ElementTree.fromstring(_small(archive, "xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return {}
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    names = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in archive.NameToInfo and part.endswith(".xml"):
                names[sheet.get("name", "")] = part
    return names


def _small(archive: zipfile.ZipFile, part: str) -> bytes:
    with archive.open(part) as stream:
        return stream.read(_SMALL_PART)


def _sheet_part(archive: zipfile.ZipFile, name: str) -> SheetPart:
    found = SheetPart()
    with archive.open(name) as stream:
        for text in _whole_tags(iter(lambda: stream.read(CHUNK_BYTES), b"")):
            _count(text, found)
    return found


def _whole_tags(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The text in pieces that end between two cells, or at least between two tags."""
    held = b""
    for chunk in chunks:
        held += chunk
        cut = held.rfind(b"<c ")
        cut = cut if cut > 0 else held.rfind(b"<")
        if cut > 0:
            yield held[:cut]
            held = held[cut:]
    yield held


def _count(text: bytes, found: SheetPart) -> None:
    found.merged += text.count(b"<mergeCell ")
    if b"<f" in text:
        cells = [cell for cell in text.split(b"<c ") if _FORMULA.search(cell)]
        found.formulas += len(cells)
        found.formulas_without_value += sum(not _VALUE.search(cell) for cell in cells)
    for letters in set(_WIDE_COLUMN.findall(text)):
        found.columns = max(found.columns, _column_number(letters))
    rows = [int(number) for number in _ROW.findall(text)]
    if rows:
        found.last_row = max(found.last_row, *rows)
        found.first_row = min(found.first_row or rows[0], *rows)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
