"""Exports to damage, and the ways to damage them: bytes, cells, rows, headers, JSON, archives, names and options.

Everything follows from a seed: the same seed and number give the same mutant.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT.parent / "shared" / "samples"
OWN = ROOT / "tests" / "data" / "exports"
WORKED = ROOT / "tests" / "data" / "worked_example"
EXAMPLE = ROOT / "docs" / "example"
# An address and a number that come with inserted cells, so that what is inserted can be searched for too.
CANARY_EMAIL, CANARY_PHONE, CANARY_NAME = "canary.seven@example.org", "+44 20 7946 0199", "Zyxwina Quartzdottir"

csv.field_size_limit(1 << 27)
_LARGEST = 4 << 20


@dataclass(frozen=True)
class Mutant:
    """Files by relative path, the one of them that is damaged, what is checked ("." is the folder), and options.

    `kinds` are the ways in which it was damaged, none for an export as it is.
    """

    source: str
    files: dict[str, bytes]
    damaged: str
    target: str
    options: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def content(self) -> bytes:
        return self.files[self.damaged]


@dataclass(frozen=True)
class Table:
    """CSV text as rows of cells; `rows[0]` is the header."""

    rows: list[list[str]]
    delimiter: str
    encoding: str
    end: str = field(default="\n")

    def to_bytes(self) -> bytes:
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator=self.end).writerows(self.rows)
        return out.getvalue().encode(self.encoding, errors="replace")


def read_sources() -> list[Mutant]:
    """Every sample, our own twelve, the canonical files of the worked example, and the small example as a folder."""
    found = []
    for path in sorted(SAMPLES.rglob("*")):
        if path.suffix in (".csv", ".json"):
            found.append(_alone(f"samples/{path.parent.name}/{path.name}", path))
    for expected in sorted(OWN.glob("*/expected.json")):
        told, folder = json.loads(expected.read_text(encoding="utf-8")), expected.parent
        target, options = folder / told["target"], tuple(told["arguments"])
        if target.is_file():
            found.append(replace(_alone(f"own/{folder.name}", target), options=options))
        else:
            paths = sorted(path for path in target.rglob("*") if path.is_file())
            files = {str(path.relative_to(target)): path.read_bytes() for path in paths}
            found += [Mutant(f"own/{folder.name}", files, name, ".", options) for name in files]
    found += [_alone(f"worked/{path.name}", path) for path in sorted(WORKED.glob("*.csv"))]
    files = {path.name: path.read_bytes() for path in sorted(EXAMPLE.glob("*.csv"))}
    return found + [Mutant("example", files, name, ".") for name in files]


def _alone(source: str, path: Path) -> Mutant:
    return Mutant(source, {path.name: path.read_bytes()}, path.name, path.name)


def mutant(sources: list[Mutant], seed: int, number: int) -> Mutant:
    """The mutant of this number: an export damaged in one to three ways that suit it."""
    rng = random.Random(f"{seed}/{number}")
    source = made = rng.choice(sources)
    ways = rng.choice((1, 1, 1, 2, 3))
    while len(made.kinds) < ways and len(made.content) < _LARGEST:
        changed = _damaged(made, rng)
        if (changed.files, changed.options) != (made.files, made.options) or made is not source:
            made = changed
    return made


def _damaged(given: Mutant, rng: random.Random) -> Mutant:
    """Damaged in one more way: the family first, so that each family gets its share."""
    families = [BYTES, *_families(given.content)]
    family = rng.choice([*families, *families[1:], *families[1:], WHOLE])
    kind = rng.choice(sorted(family))
    changed = family[kind](given, rng)
    return replace(changed, kinds=(*given.kinds, kind))


def _families(content: bytes) -> list[dict[str, Way]]:
    if content[:2] == b"PK":
        return [ZIP]
    if content[:2] == b"\x1f\x8b":
        return [GZIP]
    if content.lstrip()[:1] in (b"{", b"["):
        return [JSON]
    return [CELLS, ROWS, HEADER]


Way = Callable[[Mutant, random.Random], Mutant]


def _on_bytes(change: Callable[[bytes, random.Random], bytes]) -> Way:
    def way(given: Mutant, rng: random.Random) -> Mutant:
        return replace(given, files={**given.files, given.damaged: change(given.content, rng)})

    return way


# Bytes


def _flip(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 3, 20))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _inserting(*choices: bytes) -> Callable[[bytes, random.Random], bytes]:
    def insert(content: bytes, rng: random.Random) -> bytes:
        at = rng.randint(0, len(content))
        return content[:at] + rng.choice(choices) + content[at:]

    return insert


def _delete(content: bytes, rng: random.Random) -> bytes:
    at = rng.randint(0, len(content))
    return content[:at] + content[at + rng.choice((1, 2, 10, 200)) :]


def _truncate(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randint(0, len(content))]


def _duplicate_block(content: bytes, rng: random.Random) -> bytes:
    a, b = sorted(rng.randint(0, len(content)) for _ in range(2))
    return content[:b] + content[a:b] * rng.choice((1, 1, 3)) + content[b:]


def _swap_blocks(content: bytes, rng: random.Random) -> bytes:
    a, b, c = sorted(rng.randint(0, len(content)) for _ in range(3))
    return content[:a] + content[b:c] + content[a:b] + content[c:]


BYTES: dict[str, Way] = {
    "bytes: flip": _on_bytes(_flip),
    "bytes: insert": _on_bytes(_inserting(b"x", b"\x80\x81", b"\x1a", b"\x7f", b"\r", b"\n\n\n", b'"', b",,,", b"\\")),
    "bytes: NUL": _on_bytes(_inserting(b"\x00", b"\x00" * 40)),
    "bytes: bad UTF-8": _on_bytes(
        _inserting(b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80", b"\xe2\x28\xa1")
    ),
    "bytes: BOM in the middle": _on_bytes(_inserting(b"\xef\xbb\xbf", b"\xff\xfe")),
    "bytes: delete": _on_bytes(_delete),
    "bytes: truncate": _on_bytes(_truncate),
    "bytes: duplicate block": _on_bytes(_duplicate_block),
    "bytes: swap blocks": _on_bytes(_swap_blocks),
}


# Cells, rows and headers of CSV


def _on_table(change: Callable[[list[list[str]], random.Random], list[list[str]]]) -> Way:
    def on_content(content: bytes, rng: random.Random) -> bytes:
        table = table_of(content)
        if table is None or not table.rows:
            return _flip(content, rng)
        return replace(table, rows=change([list(row) for row in table.rows], rng)).to_bytes()

    return _on_bytes(on_content)


def table_of(content: bytes) -> Table | None:
    """The content as CSV, cut by the commonest delimiter of its first line; None where it cannot be cut."""
    encoding = "utf-8-sig" if content[:3] == b"\xef\xbb\xbf" else "utf-8"
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding, text = "cp1252", content.decode("cp1252", errors="replace")
    line = text[:65536].splitlines()[:1] or [""]
    delimiter = max(",;\t|", key=line[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return None
    return Table(rows, delimiter, encoding, "\r\n" if "\r\n" in text else "\n")


_ODD_CELLS = (
    '=HYPERLINK("http://example.com")', "=1+1", "@SUM(A1)", "-2+3", "+1", "'", '"', '""', '"unclosed', ",", ";",
    "\t", "|", "\n", "\r\n", " ", "\u00a0", "\u200b", "\u202e", "ﬁ", "🜁", "İ", "\x0b", "\x1f", "NULL", "null",
    "None", "N/A", "NaN", "-", "?", "TRUE", "false", "Yes", "no", "1", "0", "1.0", "2", "-1", "1e308", "9"*40,
    "0x1F", "{", "[]", '{"a": 1}', '{"emails": [{"email": "x"', "^consent^", "a;b;;c", "03/04/2021",
    "04.03.2021", "2021-13-45", "0000-00-00", "9999-12-31T23:59:59Z", "1900-01-01", "12/31/2154 23:59",
    "1600000000", "1600000000000", "25:61", "2021-03-28T02:30:00", "2021-06-30T23:59:60Z",
    "2020-10-13T20:00:38.000+0000", "2020-10-13T20:00:38+99:99", CANARY_EMAIL, CANARY_PHONE, CANARY_NAME,
    f"{CANARY_NAME} <{CANARY_EMAIL}>", f"call {CANARY_PHONE} or {CANARY_EMAIL}", "a@", "@b", "a@@b.example",
    "+", "()", "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA", "DBABLA~BVQqAAAAAgA.QA", "1YNN", "B", "C",
)  # fmt: skip


_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_OTHER_DAYS = (r"\3/\2/\1", r"\2/\3/\1", r"\3.\2.\1", r"\1\2\3")


def _at(rows: list[list[str]], rng: random.Random) -> tuple[int, int] | None:
    filled = [number for number in range(1, len(rows)) if rows[number]]
    if not filled:
        return None
    row = rng.choice(filled)
    return row, rng.randrange(len(rows[row]))


def _cell(new: Callable[[str, random.Random], str]) -> Way:
    def change(rows: list[list[str]], rng: random.Random) -> list[list[str]]:
        for _ in range(rng.choice((1, 1, 2, 10))):
            if place := _at(rows, rng):
                rows[place[0]][place[1]] = new(rows[place[0]][place[1]], rng)
        return rows

    return _on_table(change)


def _filled(text: str, length: int) -> str:
    return (text * (length // len(text) + 1))[:length]


def _swap_cells(rows: list[list[str]], rng: random.Random) -> list[list[str]]:
    one, other = _at(rows, rng), _at(rows, rng)
    if one and other:
        (a, b), (c, d) = one, other
        rows[a][b], rows[c][d] = rows[c][d], rows[a][b]
    return rows


def _column_of(rows: list[list[str]], rng: random.Random) -> list[list[str]]:
    """One odd value in a whole column."""
    column, value = rng.randrange(max(len(rows[0]), 1)), rng.choice(_ODD_CELLS)
    return [rows[0], *([*row[:column], value, *row[column + 1 :]] for row in rows[1:])]


CELLS: dict[str, Way] = {
    "cells: blank": _cell(lambda text, rng: ""),
    "cells: odd": _cell(lambda text, rng: rng.choice(_ODD_CELLS)),
    "cells: huge": _cell(lambda text, rng: _filled(text or "x", rng.choice((3_000, 300_000)))),
    "cells: case and blanks": _cell(
        lambda text, rng: rng.choice((text.upper(), text.title(), f" {text} ", f"\t{text}"))
    ),
    "cells: quotes": _cell(lambda text, rng: rng.choice((f'"{text}"', f"'{text}", f'{text}"', text.replace("-", "–")))),
    "cells: days in another order": _cell(lambda text, rng: _DAY.sub(rng.choice(_OTHER_DAYS), text)),
    "cells: joined": _cell(lambda text, rng: text + rng.choice((";", ",", "|", "\n", "")) + rng.choice(_ODD_CELLS)),
    "cells: swap": _on_table(_swap_cells),
    "cells: column": _on_table(_column_of),
}


def _body(change: Callable[[list[list[str]], random.Random], list[list[str]]]) -> Way:
    return _on_table(lambda rows, rng: [rows[0], *change(rows[1:], rng)])


def _some(rows: list[list[str]], rng: random.Random) -> list[list[str]]:
    return [row for row in rows if rng.random() < 0.7]


def _ragged(rows: list[list[str]], rng: random.Random) -> list[list[str]]:
    for row in rng.sample(rows, min(len(rows), rng.choice((1, 3)))):
        change = rng.choice(("short", "long", "shifted", "empty"))
        row[:] = {"short": row[: len(row) // 2], "long": [*row, "x", ""], "shifted": ["", *row], "empty": []}[change]
    return rows


def _misaligned(rows: list[list[str]], rng: random.Random) -> list[list[str]]:
    """A block of rows whose cells stand in another order."""
    if not rows:
        return rows
    begin = rng.randrange(len(rows))
    order = list(range(max(map(len, rows))))
    rng.shuffle(order)
    block = [[row[i] for i in order if i < len(row)] for row in rows[begin : begin + 5]]
    return rows[:begin] + block + rows[begin + 5 :]


def _inserted(rows: list[list[str]], rng: random.Random) -> list[list[str]]:
    width = max((len(row) for row in rows), default=1)
    at = rng.randint(0, len(rows))
    return [*rows[:at], [rng.choice(_ODD_CELLS) for _ in range(width)], *rows[at:]]


ROWS: dict[str, Way] = {
    "rows: drop": _body(_some),
    "rows: drop all": _body(lambda rows, rng: []),
    "rows: duplicate": _body(lambda rows, rng: rows + [list(row) for row in rng.sample(rows, min(len(rows), 3))]),
    "rows: shuffle": _body(lambda rows, rng: rng.sample(rows, len(rows))),
    "rows: ragged": _body(_ragged),
    "rows: misaligned block": _body(_misaligned),
    "rows: insert": _body(_inserted),
    "rows: the header again": _on_table(lambda rows, rng: [*rows, rows[0]]),
}


def _header(change: Callable[[list[str], random.Random], list[str]]) -> Way:
    return _on_table(lambda rows, rng: [change(list(rows[0]), rng), *rows[1:]])


def _rename(header: list[str], rng: random.Random) -> list[str]:
    if header:
        at = rng.randrange(len(header))
        header[at] = rng.choice(
            (header[at] + "x", header[at][:-1], "", "column", rng.choice(header), CANARY_EMAIL, CANARY_PHONE, "=x")
        )
    return header


def _drop_column(rows: list[list[str]], rng: random.Random) -> list[list[str]]:
    column = rng.randrange(max(len(rows[0]), 1))
    return [row[:column] + row[column + 1 :] for row in rows]


def _permute_columns(rows: list[list[str]], rng: random.Random) -> list[list[str]]:
    order = list(range(len(rows[0])))
    rng.shuffle(order)
    return [[row[i] if i < len(row) else "" for i in order] for row in rows]


HEADER: dict[str, Way] = {
    "header: rename": _header(_rename),
    "header: duplicate": _header(lambda names, rng: [*names[:-1], rng.choice(names)] if names else names),
    "header: case": _header(lambda names, rng: [rng.choice((n.upper(), n.lower(), n.title(), n)) for n in names]),
    "header: blanks": _header(lambda names, rng: [rng.choice((f" {n}", f"{n} ", n)) for n in names]),
    "header: one short": _header(lambda names, rng: names[:-1]),
    "header: one more": _header(lambda names, rng: [*names, ""]),
    "header: names permuted": _header(lambda names, rng: rng.sample(names, len(names))),
    "header: drop": _on_table(lambda rows, rng: rows[1:]),
    "header: drop column": _on_table(_drop_column),
    "header: permute columns": _on_table(_permute_columns),
    "header: title above": _on_table(lambda rows, rng: [["Contacts of", CANARY_NAME], [], *rows]),
}


# JSON


def _on_json(change: Callable[[str, random.Random], str]) -> Way:
    return _on_bytes(
        lambda content, rng: change(content.decode("utf-8", errors="replace"), rng).encode("utf-8", "surrogatepass")
    )


def _on_document(change: Callable[[Any, random.Random], Any]) -> Way:
    """Changes one document: the whole text or, of JSON Lines, one line."""

    def on_text(text: str, rng: random.Random) -> str:
        parts = text.split("\n") if _is_lines(text) else [text]
        number = rng.randrange(len(parts))
        try:
            parts[number] = json.dumps(change(json.loads(parts[number]), rng), ensure_ascii=rng.random() < 0.5)
        except (ValueError, RecursionError):
            return text + "\n" + text[: len(text) // 2]
        return "\n".join(parts)

    return _on_json(on_text)


def _is_lines(text: str) -> bool:
    first, _, rest = text.partition("\n")
    return first.startswith("{") and first.rstrip().endswith("}") and bool(rest.strip())


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in the document."""
    found, waiting = [], [node]
    while waiting:
        current = waiting.pop()
        keys = list(current) if isinstance(current, dict) else range(len(current)) if isinstance(current, list) else []
        found += [(current, key) for key in keys]
        waiting += [current[key] for key in keys]
    return found


_ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    1e308,
    10**30,
    "",
    "x",
    "true",
    [],
    {},
    [[]],
    [None],
    {"": ""},
    {"id": None},
    CANARY_EMAIL,
    CANARY_PHONE,
    "=1+1",
    "\x00",
    "\ud83d",
)


def _retype(node: Any, rng: random.Random) -> Any:
    for _ in range(rng.choice((1, 1, 3))):
        if places := _places(node):
            container, key = rng.choice(places)
            container[key] = rng.choice(
                [*_ODD_VALUES, [container[key]], {"value": container[key]}, str(container[key])]
            )
    return node


def _remove_key(node: Any, rng: random.Random) -> Any:
    if places := _places(node):
        container, key = rng.choice(places)
        del container[key]
    return node


def _rename_key(node: Any, rng: random.Random) -> Any:
    places = [(container, key) for container, key in _places(node) if isinstance(container, dict)]
    if places:
        container, key = rng.choice(places)
        container[rng.choice((key.upper(), key + " ", "", f"dpv:{key}", CANARY_EMAIL))] = container.pop(key)
    return node


def _repeat_key(text: str, rng: random.Random) -> str:
    pairs = list(re.finditer(r'"[^"\\]{1,40}"\s*:\s*("[^"\\]*"|-?\d+|true|false|null)(?=\s*[,}])', text))
    if not pairs:
        return text
    pair, other = rng.choice(pairs), rng.choice(pairs)
    return text[: pair.end()] + ", " + pair[0][: pair[0].index(":") + 1] + other[1] + text[pair.end() :]


def _nest(text: str, rng: random.Random) -> str:
    deep, (left, right) = rng.choice((50, 2_000, 100_000)), rng.choice((("[", "]"), ('{"a":', "}")))
    values = list(re.finditer(r'(?<=:)\s*("[^"\\]*"|-?\d+|true|false|null)(?=\s*[,}])', text))
    if not values:
        return left * deep
    value = rng.choice(values)
    return (
        text[: value.start()]
        + left * deep
        + value[0]
        + right * rng.choice((deep, deep, deep // 2))
        + text[value.end() :]
    )


def _break_line(text: str, rng: random.Random) -> str:
    parts = text.split("\n")
    number = rng.randrange(len(parts))
    parts[number] = rng.choice(
        (
            parts[number][: len(parts[number]) // 2],
            "not JSON",
            f'{{"email": "{CANARY_EMAIL}"',
            "NaN",
            "]",
            "{}",
            "[]",
            "null",
        )
    )
    return "\n".join(parts)


JSON: dict[str, Way] = {
    "json: remove key": _on_document(_remove_key),
    "json: rename key": _on_document(_rename_key),
    "json: other type": _on_document(_retype),
    "json: key twice": _on_json(_repeat_key),
    "json: deep nesting": _on_json(_nest),
    "json: broken line": _on_json(_break_line),
    "json: comments": _on_json(lambda text, rng: text.replace("\n", " // note\n", rng.choice((1, -1)))),
    "json: wrapped": _on_json(
        lambda text, rng: rng.choice(('{"data": %s}', "[%s]", '{"results": [%s]}', "%s\n%s")).replace("%s", text)
    ),
    "json: one line": _on_document(lambda node, rng: node),
    "json: repeated": _on_json(lambda text, rng: "\n".join([" ".join(text.split("\n"))] * rng.choice((2, 30)))),
}


# Archives


def _in_gzip(given: Mutant, rng: random.Random) -> Mutant:
    try:
        inner = gzip.decompress(given.content)
    except Exception:  # whatever broke it, it is damaged already
        return BYTES["bytes: flip"](given, rng)
    changed = _damaged(replace(given, files={given.damaged: inner}), rng)
    return replace(given, files={**given.files, given.damaged: gzip.compress(changed.content, 1, mtime=0)})


def _in_zip(given: Mutant, rng: random.Random) -> Mutant:
    """One member is damaged, and the archive made again."""
    try:
        with zipfile.ZipFile(io.BytesIO(given.content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # whatever broke it, it is damaged already
        return BYTES["bytes: flip"](given, rng)
    if not members:
        return given
    name = rng.choice(sorted(members))
    if name.endswith((".xml", ".rels")):
        members[name] = _damage_xml(members[name], rng)
    else:
        members[name] = _damaged(replace(given, files={given.damaged: members[name]}), rng).content
    return replace(given, files={**given.files, given.damaged: zipped(members)})


def _damage_xml(content: bytes, rng: random.Random) -> bytes:
    elements = list(re.finditer(rb"<(row|c|v|t|si|f)\b[^>]*>.*?</\1>", content, re.DOTALL))
    if not elements or rng.random() < 0.3:
        return BYTES[rng.choice(sorted(BYTES))](Mutant("", {"": content}, "", ""), rng).content
    element = rng.choice(elements)
    new = rng.choice(
        (b"", element[0] * 2, b"<f>1+1</f>", b"<v>99999</v>", b"<t>=x</t>", b'<c r="XFD1048576"><v>1</v></c>')
    )
    return content[: element.start()] + new + content[element.end() :]


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return buffer.getvalue()


def _odd_member(given: Mutant, rng: random.Random) -> Mutant:
    names = (
        "../../evil.csv",
        "/etc/evil.csv",
        "..\\evil.csv",
        "",
        "nested.zip",
        "a\x00b.csv",
        f"{CANARY_EMAIL}.csv",
        "README.txt",
        "__MACOSX/._x.csv",
    )
    buffer = io.BytesIO(given.content)
    try:
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr(zipfile.ZipInfo(rng.choice(names), (2026, 1, 1, 0, 0, 0)), b"id,email\n1,x\n")
    except Exception:  # whatever broke it, it is damaged already
        return BYTES["bytes: flip"](given, rng)
    return replace(given, files={**given.files, given.damaged: buffer.getvalue()})


GZIP: dict[str, Way] = {
    "gzip: inside": _in_gzip,
    "gzip: inside again": _in_gzip,
    "gzip: truncate": BYTES["bytes: truncate"],
    "gzip: flip": BYTES["bytes: flip"],
    "gzip: two members": _on_bytes(lambda content, rng: content + content),
    "gzip: rubbish behind": _on_bytes(lambda content, rng: content + b"rubbish"),
}
ZIP: dict[str, Way] = {
    "zip: inside": _in_zip,
    "zip: inside again": _in_zip,
    "zip: odd member": _odd_member,
    "zip: truncate": BYTES["bytes: truncate"],
    "zip: flip": BYTES["bytes: flip"],
    "zip: in a zip": _on_bytes(lambda content, rng: zipped({"inner.zip": content})),
}


# The file as a whole


def _renamed(given: Mutant, rng: random.Random) -> Mutant:
    stem, _, _ = given.damaged.rpartition(".")
    endings = (
        ".csv",
        ".txt",
        ".tsv",
        ".json",
        ".jsonl",
        ".xlsx",
        ".xls",
        ".parquet",
        ".gz",
        ".zip",
        ".csv.gz",
        "",
        ".CSV",
    )
    name = rng.choice(
        (stem + rng.choice(endings), "contacts.csv", "records.csv", "unsubscribed_members_export_1.csv", "ü 名.csv")
    )
    files = {path: content for path, content in given.files.items() if path != given.damaged} | {name: given.content}
    return replace(given, files=files, damaged=name, target="." if given.target == "." else name)


def _recoded(content: bytes, rng: random.Random) -> bytes:
    table = None if content[:2] in (b"PK", b"\x1f\x8b") else table_of(content)
    if table is None:
        return content
    text = content.decode(table.encoding, errors="replace")
    encoding = rng.choice(
        ("cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "cp437", "shift_jis")
    )
    return text.encode(encoding, errors="replace")


def _redelimited(content: bytes, rng: random.Random) -> bytes:
    table = None if content[:2] in (b"PK", b"\x1f\x8b") else table_of(content)
    return (
        content
        if table is None
        else replace(table, delimiter=rng.choice(",;\t|:"), end=rng.choice(("\n", "\r\n", "\r"))).to_bytes()
    )


def _mixed_ends(content: bytes, rng: random.Random) -> bytes:
    return b"".join(line.rstrip(b"\r\n") + rng.choice((b"\n", b"\r\n", b"\r")) for line in content.splitlines(True))


def _optioned(given: Mutant, rng: random.Random) -> Mutant:
    options = (
        ("--tenant", "t-1"),
        ("--tenant", ""),
        ("--tenant", CANARY_EMAIL),
        ("--encoding", "cp1252"),
        ("--encoding", "utf-16"),
        ("--encoding", "nonsense"),
        ("--delimiter", ";"),
        ("--delimiter", "\t"),
        ("--delimiter", "xx"),
        ("--recipe", "hubspot"),
        ("--recipe", "canonical"),
        ("--recipe", "nonsense"),
        ("--recipe", "shopify"),
    )
    return replace(given, options=(*given.options, *rng.choice(options)))


WHOLE: dict[str, Way] = {
    "whole: other name": _renamed,
    "whole: other encoding": _on_bytes(_recoded),
    "whole: other delimiter": _on_bytes(_redelimited),
    "whole: mixed line ends": _on_bytes(_mixed_ends),
    "whole: gzipped": _on_bytes(lambda content, rng: gzip.compress(content, 1, mtime=0)),
    "whole: zipped": _on_bytes(lambda content, rng: zipped({"export.csv": content})),
    "whole: options": _optioned,
    "whole: empty": _on_bytes(lambda content, rng: b""),
}
