"""Any file -> the exports that it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from consent_risk.errors import Problem, UserError
from consent_risk.intake.opening import encodings
from consent_risk.intake.opening.csv_files import TextFile, open_csv
from consent_risk.intake.opening.export import Export, HandedIn
from consent_risk.intake.opening.json_files import open_json
from consent_risk.intake.opening.kinds import Kind, is_json, is_markup, is_no_text, kind_of_bytes, other_kind
from consent_risk.intake.opening.limits import CHUNK_BYTES
from consent_risk.intake.opening.parquet_files import open_parquet
from consent_risk.intake.opening.raw import GzipFile, PlainFile, Raw, Readable, hash_of, head_of, stem_of
from consent_risk.intake.opening.refusing import CHANGED, WAIT, refused
from consent_risk.intake.opening.survey import Survey, survey_of
from consent_risk.intake.opening.workbooks import open_workbook
from consent_risk.intake.opening.zip_files import is_workbook, members_of

_HAND_IN = "Hand it in as CSV, JSON, XLSX or Parquet."
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


@dataclass(frozen=True)
class Settings:
    """What a person says about a file, overruling what would be found."""

    encoding: str | None = None
    delimiter: str | None = None
    documents: str | None = None


@dataclass
class _Hash:
    """The hash of the file, made by the pass that surveys it, if there is one."""

    digest: Any = field(default_factory=hashlib.sha256)
    is_made: bool = False


def open_file_exports(
    path: Path, *, encoding: str | None, delimiter: str | None, documents: str | None
) -> list[Export]:
    """See exports.open_exports."""
    settings = Settings(encoding and encodings.named(encoding), delimiter and _delimiter(delimiter), documents)
    plain = PlainFile(path)
    as_found = HandedIn(path, "", plain.size, path.stat().st_mtime_ns)
    try:
        found, digest = _opened(plain, settings)
    except UserError:
        if not as_found.is_unchanged():  # what is wrong may be wrong for that reason alone
            raise refused(path.name, CHANGED, WAIT) from None
        raise
    handed_in = replace(as_found, sha256=digest)
    return [replace(export, handed_in=handed_in) for export in found]


def _opened(plain: PlainFile, settings: Settings) -> tuple[list[Export], str]:
    """The exports of the file, and its SHA-256."""
    head = head_of(plain)
    if not head:
        raise refused(plain.name, "the file is empty", "Export it again, or leave it out.")
    sha256 = _Hash()
    found = list(_exports(plain, head, settings, sha256))
    return found, sha256.digest.hexdigest() if sha256.is_made else hash_of(plain)


def _delimiter(delimiter: str) -> str:
    sign = _DELIMITERS.get(delimiter.lower(), delimiter)
    if len(sign) != 1 or not sign.isascii() or sign in '"\r\n\0':
        reason = "not a delimiter"
        raise UserError(Problem("--delimiter", reason, "Use one character, such as ; or tab."))
    return sign


def _exports(plain: PlainFile, head: bytes, settings: Settings, sha256: _Hash) -> Iterable[Export]:
    kind = kind_of_bytes(head)
    if kind == Kind.GZIP:
        return _exports_of(GzipFile(plain), settings, sha256, inside="gzip file")
    if kind == Kind.ZIP and not is_workbook(plain):
        return _exports_of_members(plain, settings)
    return _exports_of(plain, settings, sha256)


def _exports_of_members(plain: PlainFile, settings: Settings) -> list[Export]:
    """The exports of an archive. Raises UserError with the problems of all its members."""
    members, left_out = members_of(plain.path)
    exports: list[Export] = []
    problems: list[Problem] = []
    for member in members:
        try:
            exports += _exports_of(member, settings, _Hash(), inside="ZIP archive")
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(problems)
    return [replace(export, notes=(*left_out, *export.notes)) for export in exports[:1]] + exports[1:]


def _exports_of(raw: Raw, settings: Settings, sha256: _Hash, *, inside: str = "") -> list[Export]:
    """The exports of a file that is no archive, or lies inside one."""
    head = head_of(raw)
    if not head:
        raise refused(raw.name, "the file is empty", "Export it again, or leave it out.")
    kind = kind_of_bytes(head)
    if kind in (Kind.ZIP, Kind.GZIP) and (kind == Kind.GZIP or not is_workbook(raw)):
        raise refused(raw.name, f"there is an archive inside the {inside}", "Unpack the inner one first.")
    if kind in (Kind.ZIP, Kind.OLD_WORKBOOK):
        return [_named(raw, sheet) for sheet in open_workbook(raw)]
    if kind == Kind.PARQUET:
        return [_named(raw, open_parquet(raw))]
    if what := other_kind(head):
        raise refused(raw.name, f"{what}, which cannot be read", _HAND_IN)
    return [_named(raw, _open_text(raw, head, settings, sha256))]


def _named(raw: Raw, export: Export) -> Export:
    """The export with a note where the file's name says that it is something else."""
    ending = PurePosixPath(raw.file).suffix.lower()
    says = {".xlsx": "XLSX", ".xls": "XLS", ".parquet": "Parquet", ".json": "JSON", ".csv": "CSV"}.get(ending)
    if says is None or export.format.startswith(says):
        return export
    return replace(export, notes=(f"by its name {says}, by its content {export.format}", *export.notes))


def _open_text(raw: Raw, head: bytes, settings: Settings, sha256: _Hash) -> Export:
    encoding = settings.encoding or encodings.of_head(head)
    if encoding is None and is_no_text(head):
        raise refused(raw.name, "neither text nor a format that can be read", _HAND_IN)
    with raw.open(lambda _count: None, sha256.digest) as stream:
        survey = _survey(stream, encoding)
    sha256.is_made = True
    encoding = encoding or encodings.of_survey(survey)
    if encoding is None:
        with raw.open(lambda _count: None) as stream:
            raise encodings.in_no_encoding(raw.name, _chunks(stream), survey.newline)
    file = TextFile(raw, encoding, survey)
    text, _ = file.head()
    if is_markup(text):
        raise refused(raw.name, "XML or a web page, which cannot be read", _HAND_IN)
    if is_json(text, raw.file):
        documents = open_json(file, settings.documents)
        kind = "JSON Lines" if documents.by_line else "JSON"
        return Export(raw.name, stem_of(raw), documents.header, kind, documents, encoding=file.encoding)
    table = open_csv(file, settings.delimiter)
    return Export(
        raw.name,
        stem_of(raw),
        table.header,
        "CSV",
        table,
        encoding=file.encoding,
        delimiter=table.delimiter,
        notes=table.notes,
    )


def _survey(stream: Readable, encoding: str | None) -> Survey:
    """The survey of the bytes; of text that is not UTF-8 for sure, of the bytes as UTF-8."""
    if encoding and not encoding.startswith("utf-8"):
        stream = encodings.AsUtf8(stream, encoding)
    return survey_of(_chunks(stream))


def _chunks(stream: Readable) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
