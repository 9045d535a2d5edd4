"""JSON and JSON Lines: a row for each document, nothing rounded, nothing overwritten in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from opened import Opener, read


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    return Opener(tmp_path)


ONE, TWO = '{"id": 1, "name": "Ana"}', '{"id": 2, "tags": ["a", {"b": 1.50}]}'


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.json", f"[{ONE}, {TWO}]", "JSON"),
        ("a.json", f"\ufeff[\n {ONE},\n {TWO}\n]\n", "JSON"),
        ("a.json", f"{ONE}{TWO}", "JSON"),
        ("a.txt", f'{{"id": 1,\n"name": "Ana"}}\n{TWO}', "JSON"),
        ("a.jsonl", f"{ONE}\n{TWO}\n", "JSON Lines"),
        ("a.json", f"\ufeff{ONE}\r\n\r\n{TWO}", "JSON Lines"),
        ("a.csv", f"{ONE}\n{TWO}", "JSON Lines"),
    ],
)
def test_documents_are_rows(opener: Opener, name: str, text: str, kind: str) -> None:
    found = opener.one(name, text)
    assert (found.export.format, found.export.delimiter) == (kind, None)
    assert found.export.header == ("id", "name", "tags")
    assert found.rows == [(1, "1", "Ana", None), (2, "2", None, '["a",{"b":1.50}]')]
    assert (found.bad, found.bytes_told) == ([], len(text.encode()))


def test_one_object_is_one_row(opener: Opener) -> None:
    assert opener.one("a.json", '{"id": 7, "list": []}').rows == [(1, "7", "[]")]


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("results[]", [(1, "1")]),
        ("data.contacts[]", [(1, "2"), (2, "3")]),
        ("data", [(1, '[{"id":2},{"id":3}]')]),
    ],
)
def test_the_list_of_documents_may_lie_deeper(opener: Opener, path: str, rows: list[tuple[object, ...]]) -> None:
    text = '{"page": {"next": null}, "data": {"contacts": [{"id": 2}, {"id": 3}]}, "results": [{"id": 1}], "x": [1]}'
    assert opener.one("a.json", text, documents=path).rows == rows


def test_a_path_that_leads_nowhere_is_refused(opener: Opener) -> None:
    assert "the file holds no object with a key" in opener.message("a.json", '{"a": []}', documents="results[]")
    assert "not an object that holds a list" in opener.message("a.json", "[1]", documents="results[]")


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("12345678901234567890123", "12345678901234567890123"),
        ("1.10", "1.10"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("1e400", "1e400"),
        ("2.0", "2.0"),
        ("true", "true"),
        ("false", "false"),
        ("null", None),
        ('""', None),
        ('"  x "', "x"),
        ('"\\u00e9\\ud83d\\ude42"', "é🙂"),
        ('{"n": [1.10, 9007199254740993, "é", null]}', '{"n":[1.10,9007199254740993,"é",null]}'),
    ],
)
def test_values_become_text_as_they_are_written(opener: Opener, written: str, cell: str | None) -> None:
    assert opener.one("a.json", f'[{{"id": 1, "x": {written}}}]').rows == [(1, "1", cell)]


def test_documents_that_would_lose_something_are_bad_rows(opener: Opener) -> None:
    lines = [
        '{"id": 1}',
        '{"id": 2, "id": 3}',
        '{"id": 4, "x": {"y": 1, "y": 2}}',
        '{"id": 5',
        "[1, 2]",
        "7",
        '{"id": "\\ud800"}',
        '{"id": NaN}',
        '{"id": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"id": 10}',
    ]
    found = opener.one("a.jsonl", "\n".join(lines))
    assert [(number, cell) for number, cell, *_ in found.rows] == [(1, "1"), (10, "10")]
    assert [(number, reason) for number, _, reason in found.bad] == [
        (2, "the JSON names a key twice"),
        (3, "the JSON names a key twice"),
        (4, "not JSON"),
        (5, "the document is not an object"),
        (6, "the document is not an object"),
        (7, "the JSON holds half of a character (a lone surrogate)"),
        (8, "not JSON"),
        (9, "the JSON is nested too deeply"),
    ]


def test_bytes_that_are_no_text_make_their_document_bad(opener: Opener) -> None:
    found = opener.one("a.json", '[{"name": "Żółć"}, {"name": "'.encode() + b"\xff" + b'"}, {"name": "b"}]')
    assert found.rows == [(1, "Żółć"), (3, "b")]
    assert found.bad == [(2, None, "the document is not UTF-8")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"id": 1},\n{"id": 2', "a.json: the JSON is cut off. Copy or export it again."),
        ('[{"id": 1},\n{id: 2}]', "a.json, line 2: the file is not JSON from here on."),
        ('[{"id": 1}]\n[{"id": 2}]', "a.json, line 2: the file is not JSON from here on."),
        ('[{"id": 1}\n{"id": 2}]', "a.json, line 2: the file is not JSON from here on."),
        ("[" * 100_000, "a.json, line 1: the JSON is nested too deeply."),
        ('{"a":' * 100_000, "a.json, line 1: the JSON is nested too deeply."),
        ("[]", "a.json: the file holds no object with a key."),
        ("hello", "a.json, line 1: the file is not JSON from here on."),
    ],
)
def test_a_file_that_is_no_json_is_refused_with_its_line(opener: Opener, text: str, message: str) -> None:
    assert opener.message("a.json", text).startswith(message)


def test_a_document_that_is_too_long_is_refused(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consent_risk.intake.opening.json_documents.DOCUMENT_BYTES", 1 << 21)
    long = json.dumps({"id": "x" * (5 << 20)})
    assert "a document is longer than 64 MB" in opener.message("a.json", f"[{long}]")
    assert "a document is longer than 64 MB" in opener.message("a.jsonl", f"{ONE}\n{long}")


@pytest.mark.parametrize("size", range(1, 60))
def test_documents_are_found_across_reads(opener: Opener, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consent_risk.intake.opening.json_documents.CHUNK_BYTES", size)
    text = '[ {"a": "é\\n\\u00e9", "b": [true, null, -1.5e10]} ,\n{"a": 12345},{}]'
    assert opener.one("a.json", text).rows == [(1, "é\né", "[true,null,-1.5e10]"), (2, "12345", None), (3, None, None)]


def test_keys_of_late_documents_are_columns_too(opener: Opener) -> None:
    lines = "".join(f'{{"id": {number}}}\n' for number in range(30_000))
    (export,) = opener.exports("a.jsonl", lines + '{"id": 0, "objected": true}\n')
    assert export.header == ("id", "objected")
    found = read(export, columns=["objected", "absent"])
    assert (len(found.rows), found.rows[-1]) == (30_001, (30_001, "true"))
