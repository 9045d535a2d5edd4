"""gzip, ZIP and Parquet: read without touching the disk, and guarded against what archives can do."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from opened import Opener, read

CSV = "id;name\n1;Ana\n2;Bo\n"
DAMAGED = "Copy or export it again."


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    return Opener(tmp_path)


def zipped(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook_of(*rows: tuple[object, ...]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(rows[1:], schema=list(rows[0]), orient="row").write_excel(buffer)
    return buffer.getvalue()


def test_a_gzip_file_is_read_as_what_it_holds(opener: Opener) -> None:
    data = gzip.compress(CSV.encode())
    found = opener.one("contacts.csv.gz", data)
    export = found.export
    assert (export.name, export.stem, export.format, export.delimiter) == ("contacts.csv.gz", "contacts", "CSV", ";")
    assert (export.sha256, export.size, found.bytes_told) == (hashlib.sha256(data).hexdigest(), len(data), len(data))
    assert found.rows == [(1, "1", "Ana"), (2, "2", "Bo")]
    assert opener.one("a.jsonl.gz", gzip.compress(b'{"a": 1}')).rows == [(1, "1")]
    assert opener.one("two.csv.gz", data + gzip.compress(b"3;Cy\n")).rows[2] == (3, "3", "Cy")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(CSV.encode() * 900)[:-20], f"a.gz: the gzip file is cut off. {DAMAGED}"),
        (gzip.compress(CSV.encode())[:-8] + bytes(8), f"a.gz: the gzip file is damaged. {DAMAGED}"),
        (gzip.compress(CSV.encode()) + b"junk", f"a.gz: the gzip file is damaged. {DAMAGED}"),
        (b"\x1f\x8b\x08\x00", f"a.gz: the gzip file is cut off. {DAMAGED}"),
        (gzip.compress(b""), "a.gz: the file is empty. Export it again, or leave it out."),
        (
            gzip.compress(gzip.compress(b"a")),
            "a.gz: there is an archive inside the gzip file. Unpack the inner one first.",
        ),
    ],
)
def test_a_gzip_file_that_cannot_be_read(opener: Opener, data: bytes, message: str) -> None:
    assert opener.message("a.gz", data) == message


def test_members_of_a_zip_archive_are_exports(opener: Opener) -> None:
    members = {
        "data/contacts.csv": CSV,
        "events.jsonl": '{"id": 1}\n',
        "book.xlsx": workbook_of(("id",), ("7",)),
        "__MACOSX/._x": "x",
        ".DS_Store": "x",
        "README.txt": "x",
    }
    data = zipped(members)
    exports = opener.exports("all.zip", data)
    assert [(export.name, export.stem, export.format) for export in exports] == [
        ("all.zip/data/contacts.csv", "contacts", "CSV"),
        ("all.zip/events.jsonl", "events", "JSON Lines"),
        ("all.zip/book.xlsx", "book", "XLSX"),
    ]
    assert {(export.sha256, export.size) for export in exports} == {(hashlib.sha256(data).hexdigest(), len(data))}
    assert exports[0].notes == ("3 files of the archive left out: hidden or no export",)
    assert [read(export).rows[0] for export in exports] == [(1, "1", "Ana"), (1, "1"), (1, "7")]


def test_a_zip_archive_without_exports_is_refused(opener: Opener) -> None:
    assert opener.message("a.zip", zipped({"README.md": "x"})).startswith("a.zip: the archive holds no export.")


@pytest.mark.parametrize("name", ["../x.csv", "a/../../x.csv", "/etc/x.csv", "C:/x.csv", "..\\x.csv"])
def test_a_name_that_leads_out_of_the_archive_is_refused(opener: Opener, name: str) -> None:
    said = opener.message("a.zip", zipped({"b.csv": CSV, name: CSV}))
    assert (
        said == "a.zip, file number 2: its name leads out of the archive. Pack the files again, without `..` in names."
    )


def test_a_name_that_is_a_person_is_refused_and_not_shown(opener: Opener) -> None:
    said = opener.message("a.zip", zipped({"ana@example.com.csv": CSV}))
    assert said.startswith("a.zip, file number 1: its name carries an e-mail address")
    assert "ana" not in said


def test_every_member_that_cannot_be_read_is_named(opener: Opener) -> None:
    said = opener.message("a.zip", zipped({"a.csv": "", "b.csv": CSV, "c.zip": zipped({"d.csv": CSV})}))
    assert said.splitlines() == [
        "a.zip/a.csv: the file is empty. Export it again, or leave it out.",
        "a.zip/c.zip: there is an archive inside the ZIP archive. Unpack the inner one first.",
    ]


def test_an_encrypted_member_is_refused_with_the_mend(opener: Opener) -> None:
    data = bytearray(zipped({"a.csv": CSV}))
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    mend = "Hand in the archive without a password, or the files unpacked."
    assert opener.message("a.zip", bytes(data)) == f"a.zip, file number 1: it is encrypted. {mend}"


def test_a_member_whose_checksum_is_wrong_is_refused(opener: Opener) -> None:
    data = bytearray(zipped({"a.csv": CSV}))
    data[14] ^= 1
    data[data.find(b"PK\x01\x02") + 16] ^= 1
    assert opener.message("a.zip", bytes(data)) == f"a.zip/a.csv: the ZIP archive is damaged. {DAMAGED}"


def test_a_zip_archive_that_is_cut_off_is_refused(opener: Opener) -> None:
    said = opener.message("a.zip", zipped({"a.csv": CSV})[:-30])
    assert said == f"a.zip: the ZIP archive or workbook is damaged or cut off. {DAMAGED}"


@pytest.mark.parametrize(("mega_bytes", "is_bomb"), [(64, False), (65, True)])
def test_an_archive_bomb_is_stopped(opener: Opener, mega_bytes: int, is_bomb: bool) -> None:
    rows = b"id\n" + b"1\n" * ((mega_bytes << 19) - 2)
    bomb = "unpacks to more than 64 MB, over 200 times its size: an archive bomb."
    for name, data in (("a.csv.gz", gzip.compress(rows)), ("a.zip", zipped({"a.csv": rows}))):
        if is_bomb:
            assert bomb in opener.message(name, data)
        else:
            assert opener.exports(name, data)[0].header == ("id",)


@pytest.mark.parametrize(("members", "is_refused"), [(1_000, False), (1_001, True)])
def test_an_archive_of_too_many_files_is_refused(opener: Opener, members: int, is_refused: bool) -> None:
    data = zipped({f"d/README{number}": "x" for number in range(members)})
    assert ("holds more than 1000 files" in opener.message("a.zip", data)) is is_refused


def test_other_documents_that_are_archives_are_refused(opener: Opener) -> None:
    assert "a Word document, which cannot be read" in opener.message("a.docx", zipped({"word/document.xml": "x"}))
    assert "an OpenDocument file" in opener.message("a.ods", zipped({"mimetype": "x", "content.xml": "x"}))


def test_parquet_is_read_by_its_content_and_nested_cells_become_json(opener: Opener) -> None:
    frame = pl.DataFrame(
        {
            "id": [1, 2],
            "about": [{"city": "Zürich", "n": 1.5}, None],
            "emails": [[{"email": "a@example.com"}], []],
            "tags": [["a", "b"], None],
        }
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    for name, data in (("a.csv", buffer.getvalue()), ("a.zip", zipped({"b.parquet": buffer.getvalue()}))):
        found = opener.one(name, data)
        assert found.export.format == "Parquet"
        assert found.rows == [
            (1, "1", '{"city":"Zürich","n":1.5}', '[{"email":"a@example.com"}]', "a;b"),
            (2, "2", None, "[]", None),
        ]
    assert opener.exports("a.csv", buffer.getvalue())[0].notes == ("by its name CSV, by its content Parquet",)
