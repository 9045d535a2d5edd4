"""JSON and JSON Lines as a table: a row for each document, a column for each key of its top level.

Texts, numbers and truth values become the cell's text, numbers as they are written; objects and lists become compact
JSON. A document that would lose something on the way (a key named twice, half a character) is a bad row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from consent_risk.intake.csv_reading import blank_as_null
from consent_risk.intake.faults import BAD_ROWS
from consent_risk.intake.json_cells import HALF_MEND, Twice, check_whole_characters, distinct_keys
from consent_risk.intake.opening import encodings
from consent_risk.intake.opening.csv_files import TextFile
from consent_risk.intake.opening.export import Batch, OnBytes
from consent_risk.intake.opening.json_documents import Found, documents_in, is_json_lines
from consent_risk.intake.opening.limits import COLUMNS
from consent_risk.intake.opening.refusing import refused

_BATCH_ROWS = 20_000
_BATCH_CHARACTERS = 16 << 20
_AGAIN = "Export the file again."
_Fault = tuple[int, str | None, str, str]


@dataclass(frozen=True)
class JsonTable:
    """The documents of a JSON file; `documents` is the path of the list that holds them, such as `results[]`."""

    file: TextFile
    documents: str | None
    by_line: bool
    header: tuple[str, ...]

    def batches(self, wanted: Sequence[str], on_bytes: OnBytes, *, strict: bool) -> Iterator[Batch]:
        """See export.Content."""
        rows: list[tuple[Any, ...]] = []
        bad: list[_Fault] = []
        characters = 0
        with self.file.open(on_bytes) as stream:
            found = documents_in(stream, self.file.raw.name, self.documents, by_line=self.by_line, parsed=False)
            for number, document in enumerate(found, 1):
                cells = _read(document, self.file)
                if isinstance(cells, dict):
                    rows.append((number, *(cells.get(name) for name in wanted)))
                else:
                    bad.append((number, None, *cells))
                characters += len(document.text)
                if len(rows) + len(bad) >= _BATCH_ROWS or characters >= _BATCH_CHARACTERS:
                    yield _batch(rows, bad, wanted)
                    rows, bad, characters = [], [], 0
        if rows or bad:
            yield _batch(rows, bad, wanted)


def open_json(file: TextFile, documents: str | None) -> JsonTable:
    """The documents of the file.

    Raises UserError for a file that is not JSON as a whole, and for one without a document that is an object.
    """
    name = file.raw.name
    text, whole = file.head()
    by_line = documents is None and is_json_lines(text, file.raw.file, whole=whole)
    header: dict[str, None] = {}
    with file.open(lambda _count: None) as stream:
        for document in documents_in(stream, name, documents, by_line=by_line):
            if isinstance(document.value, dict) and not document.value.keys() <= header.keys():
                header.update(dict.fromkeys(document.value))
                if len(header) > COLUMNS:
                    raise refused(name, f"the documents have more than {COLUMNS} keys", "Export fewer keys.")
    header.pop("", None)
    if not header:
        raise refused(name, "the file holds no object with a key", "Export it again, or leave it out.")
    return JsonTable(file, documents, by_line, tuple(key for key in header if _is_text(key)))


def _is_text(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


def _batch(rows: list[tuple[Any, ...]], bad: list[_Fault], wanted: Sequence[str]) -> Batch:
    schema = {"row": pl.Int64} | dict.fromkeys(wanted, pl.String)
    cells = pl.DataFrame(rows, schema=schema, orient="row").with_columns(blank_as_null(pl.col(name)) for name in wanted)
    return Batch(cells, pl.DataFrame(bad, schema=BAD_ROWS, orient="row"))


def _read(document: Found, file: TextFile) -> dict[str, str | None] | tuple[str, str]:
    """The document's cells by key, or what is wrong with it and the mend."""
    if encodings.SUBSTITUTE in document.text:
        return f"the document is not {encodings.label(file.encoding)}", "Save the file as UTF-8."
    exact: list[str] = []
    decoder = json.JSONDecoder(
        object_pairs_hook=distinct_keys,
        parse_float=lambda text: _float(text, exact),
        parse_constant=_no_number,
        strict=False,
    )
    try:
        value = decoder.decode(document.text)
        check_whole_characters(document.text, value)
        if not isinstance(value, dict):
            return "the document is not an object", "Hand in a list of objects, one for each row."
        return {key: _cell(node, exact=bool(exact)) for key, node in value.items()}
    except Twice:
        return "the JSON names a key twice", "Keep one of them."
    except UnicodeEncodeError:
        return "the JSON holds half of a character (a lone surrogate)", HALF_MEND
    except RecursionError:
        return "the JSON is nested too deeply", _AGAIN
    except ValueError:
        return "not JSON", "Export the file again; documents must not be cut off."


def _no_number(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity, which Python's json would take


class _Exact(str):
    """A number that a float would not give back as it is written."""


def _float(text: str, exact: list[str]) -> float | _Exact:
    number = float(text)
    if repr(number) == text:
        return number
    exact.append(text)
    return _Exact(text)


def _cell(node: Any, *, exact: bool) -> str | None:
    if node is None or isinstance(node, str):
        return node
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, int | float):
        return repr(node)
    return _compact(node) if exact else json.dumps(node, ensure_ascii=False, separators=(",", ":"))


def _compact(node: Any) -> str:
    """Compact JSON with every number as it was written."""
    if isinstance(node, dict):
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{_compact(at)}" for key, at in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ",".join(_compact(inner) for inner in node) + "]"
    return str(node) if isinstance(node, _Exact) else json.dumps(node, ensure_ascii=False)
