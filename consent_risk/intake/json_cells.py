"""JSON inside cells: parsed row by row, and read by paths such as `attributes.emails[].email`.

In a path `.` goes to a key, `[]` to every entry of a list and `{}` to every value of a group of keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import polars as pl

from consent_risk.intake.faults import BAD_ROWS

Node: TypeAlias = Any
Entry: TypeAlias = tuple[str | None, Node]
"""The key of the group that a node stands in (null where it stands in none), and the node."""

HALF_MEND = "Export the file again; texts must not be cut off within a character."
_STEP = re.compile(r"(?P<name>[^\[\]{}]*)(?P<all>(?:\[\]|\{\})*)")


class Twice(ValueError):
    """An object names a key twice; Python's json would silently keep the last one."""


def parse_cells(cells: pl.DataFrame, column: str, *, only_nested: bool = False) -> tuple[list[Node], pl.DataFrame]:
    """The parsed cells of a column, null where blank or bad, and the bad rows (faults.BAD_ROWS).

    With `only_nested` a cell that is no list or object is the text that it shows (how exports keep JSON files).
    """
    parsed: list[Node] = []
    bad: list[tuple[int, str, str, str]] = []
    for row, text in cells.select("row", column).iter_rows():
        if only_nested and text and text[0] not in "[{":
            parsed.append(text)
            continue
        try:
            parsed.append(_parsed(text) if text else None)
        except Twice:
            parsed.append(None)
            bad.append((row, column, "the JSON names a key twice", "Keep one of them."))
        except UnicodeEncodeError:
            parsed.append(None)
            bad.append((row, column, "the JSON holds half of a character (a lone surrogate)", HALF_MEND))
        except (ValueError, RecursionError):
            parsed.append(text if only_nested else None)
            if not only_nested:
                bad.append((row, column, "not JSON", "Export the file again; cells must not be cut off."))
    return parsed, pl.DataFrame(bad, schema=BAD_ROWS, orient="row")


def texts_at(document: Node, path: str) -> list[str]:
    """The texts, numbers and truth values at the path, in their order, as text. A list at its end gives its entries.

    >>> texts_at({"emails": [{"email": "a"}, {"email": None}]}, "emails[].email")
    ['a']
    """
    found = []
    for _, node in entries_at(document, path):
        for leaf in node if isinstance(node, list) else [node]:
            if (text := _text(leaf)) is not None:
                found.append(text)
    return found


def holds_something(document: Node, path: str) -> bool:
    """Is there anything at or below the path but blanks, zeros and false?"""
    return any(_filled(node) for _, node in entries_at(document, path))


def entries_at(document: Node, path: str) -> list[Entry]:
    """What stands at the path, each with the key of the innermost group (`{}`) on its way. No path is the document.

    >>> entries_at({"consents": {"news": {"status": "GRANTED"}}}, "consents{}")
    [('news', {'status': 'GRANTED'})]
    """
    found: list[Entry] = [(None, document)]
    for step in path.split(".") if path else []:
        found = [entry for key, node in found for entry in _step(key, node, step)]
    return [(key, node) for key, node in found if node is not None]


def _step(key: str | None, node: Node, step: str) -> Iterator[Entry]:
    parts = _STEP.fullmatch(step)
    name, everything = (parts["name"], parts["all"]) if parts else (step, "")
    if name:
        node = node.get(name) if isinstance(node, dict) else None
    found: list[Entry] = [(key, node)]
    for mark in (everything[at : at + 2] for at in range(0, len(everything), 2)):
        if mark == "[]":
            found = [(k, inner) for k, outer in found if isinstance(outer, list) for inner in outer]
        else:
            found = [(k, inner) for _, outer in found if isinstance(outer, dict) for k, inner in outer.items()]
    yield from found


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


def _parsed(text: str) -> Node:
    document = json.loads(text, object_pairs_hook=distinct_keys)
    check_whole_characters(text, document)
    return document


def _text(node: Node) -> str | None:
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, str | int | float):
        return str(node).strip() or None
    return None


def _filled(node: Node) -> bool:
    """Without recursion: what json can parse may be nested as deeply as Python's own stack."""
    left = [node]
    while left:
        inner = left.pop()
        if isinstance(inner, dict):
            left += inner.values()
        elif isinstance(inner, list):
            left += inner
        elif inner.strip() if isinstance(inner, str) else inner:
            return True
    return False
