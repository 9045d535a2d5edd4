"""JSON inside cells: parsed row by row, and read by paths such as `attributes.emails[].email`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from consent_risk.intake.faults import BAD_ROWS

_ENTRY = "[]"
HALF_MEND = "Export the file again; texts must not be cut off within a character."


class Twice(ValueError):
    """An object names a key twice; Python's json would silently keep the last one."""


def parse_cells(cells: pl.DataFrame, column: str) -> tuple[list[Any], pl.DataFrame]:
    """The parsed cells of a column, null where blank or bad, and the bad rows (faults.BAD_ROWS)."""
    parsed: list[Any] = []
    bad: list[tuple[int, str, str, str]] = []
    for row, text in cells.select("row", column).iter_rows():
        try:
            parsed.append(_parsed(text) if text else None)
        except Twice:
            parsed.append(None)
            bad.append((row, column, "the JSON names a key twice", "Keep one of them."))
        except UnicodeEncodeError:
            parsed.append(None)
            bad.append((row, column, "the JSON holds half of a character (a lone surrogate)", HALF_MEND))
        except (ValueError, RecursionError):
            parsed.append(None)
            bad.append((row, column, "not JSON", "Export the file again; cells must not be cut off."))
    return parsed, pl.DataFrame(bad, schema=BAD_ROWS, orient="row")


def texts_at(document: Any, path: str) -> list[str]:
    """The texts, numbers and truth values at the path below the column, in their order, as text.

    >>> texts_at({"emails": [{"email": "a"}, {"email": None}]}, "emails[].email")
    ['a']
    """
    return [text for node in _nodes_at(document, path) if (text := _text(node)) is not None]


def holds_something(document: Any, path: str) -> bool:
    """Is there anything at or below the path but blanks, zeros and false?"""
    return any(_filled(node) for node in _nodes_at(document, path))


def distinct_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of json's pairs. Raises Twice where a key stands twice."""
    named = dict(pairs)
    if len(named) < len(pairs):
        raise Twice
    return named


def check_whole_characters(text: str, document: Any) -> None:
    """Raises UnicodeEncodeError for an escape like `\\ud800` without its other half: JSON has it, no text can."""
    if "\\ud" in text.lower():
        json.dumps(document, ensure_ascii=False).encode()


def _parsed(text: str) -> Any:
    document = json.loads(text, object_pairs_hook=distinct_keys)
    check_whole_characters(text, document)
    return document


def _nodes_at(document: Any, path: str) -> Iterator[Any]:
    key, _, rest = path.partition(".")
    name = key.removesuffix(_ENTRY)
    node = document.get(name) if isinstance(document, dict) else None
    nodes = (node if isinstance(node, list) else []) if key.endswith(_ENTRY) else [node]
    for inner in nodes:
        if rest:
            yield from _nodes_at(inner, rest)
        else:
            yield inner


def _text(node: Any) -> str | None:
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, str | int | float):
        return str(node).strip() or None
    return None


def _filled(node: Any) -> bool:
    if isinstance(node, dict):
        return any(_filled(inner) for inner in node.values())
    if isinstance(node, list):
        return any(_filled(inner) for inner in node)
    return bool(node.strip() if isinstance(node, str) else node)
