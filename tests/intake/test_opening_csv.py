"""CSV in every dialect that systems write: what is found is said, and nothing is lost in silence."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from opened import Opener, read

from consent_risk.errors import UserError
from consent_risk.intake import seal_folder
from consent_risk.intake.exports import open_exports
from consent_risk.intake.sealing import Sealer

SHORT = "rows with fewer cells than the header were read with blanks"
BLANK = "blank rows were left out"
ONE_MORE = "every row has one more, empty cell than the header"


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    return Opener(tmp_path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(opener: Opener, delimiter: str) -> None:
    text = "id,name,note\n1,Ana,a\n2,Bo,b\n".replace(",", delimiter)
    found = opener.one("contacts.csv", text)
    assert (found.export.format, found.export.delimiter, found.export.encoding) == ("CSV", delimiter, "utf-8")
    assert found.export.header == ("id", "name", "note")
    assert found.rows == [(1, "1", "Ana", "a"), (2, "2", "Bo", "b")]


def test_a_delimiter_inside_quotation_marks_does_not_count(opener: Opener) -> None:
    found = opener.one("a.csv", '"Name, first";"Name, last";"a, b"\n"1, 2";"3, 4";5,5\n')
    assert found.export.delimiter == ";"
    assert found.rows == [(1, "1, 2", "3, 4", "5,5")]


def test_rows_decide_where_the_header_leaves_a_choice(opener: Opener) -> None:
    found = opener.one("a.csv", "a,b;c,d;e\n1;2;3\n4;5;6\n")
    assert (found.export.delimiter, found.export.header) == (";", ("a,b", "c,d", "e"))


def test_a_delimiter_that_is_named_overrules(opener: Opener) -> None:
    assert opener.one("a.csv", "a,b;c\n1,2;3\n", delimiter="semicolon").export.header == ("a,b", "c")
    with pytest.raises(UserError, match=r"^--delimiter: not a delimiter\. Use one character"):
        opener.exports("a.csv", "a\n", delimiter="ab")


def test_the_line_sep_of_excel_names_the_delimiter(opener: Opener) -> None:
    found = opener.one("a.csv", "sep=;\nid;price\n1;2,5\n")
    assert (found.export.header, found.rows) == (("id", "price"), [(1, "1", "2,5")])


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("id,name\n1,Zoë €\n".encode(), "utf-8"),
        ("id,name\n1,Zoë €\n".encode("utf-8-sig"), "utf-8-sig"),
        ("id,name\n1,Zoë €\n".encode("utf-16"), "utf-16"),
        ("id,name\n1,Zoë €\n".encode("utf-16-le"), "utf-16-le"),
        ("id,name\n1,Zoë €\n".encode("utf-16-be"), "utf-16-be"),
        ("id,name\n1,Zoë €\n".encode("cp1252"), "windows-1252"),
    ],
)
def test_the_encoding_is_found(opener: Opener, data: bytes, encoding: str) -> None:
    found = opener.one("a.csv", data)
    assert (found.export.encoding, found.export.header) == (encoding, ("id", "name"))
    assert (found.rows, found.bad) == ([(1, "1", "Zoë €")], [])


def test_latin_1_is_never_taken_for_granted(opener: Opener) -> None:
    data = b"id,name\n1,caf\xe9\x81\n"
    assert opener.message("a.csv", data) == (
        "a.csv, line 2: the text is neither UTF-8 nor windows-1252, so its encoding cannot be told. "
        "Say which it is with --encoding, or save the file as UTF-8."
    )
    assert opener.one("a.csv", data, encoding="latin-1").rows == [(1, "1", "café\x81")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_the_first_line_that_is_not_utf_8_is_told(opener: Opener, monkeypatch, end: bytes) -> None:
    for chunk in (3, 1 << 20):  # characters may be cut apart
        monkeypatch.setattr("consent_risk.intake.opening.files.CHUNK_BYTES", chunk)
        lines = [b"id,name", "1,Zoë".encode(), b"2,caf\xe9\x81", b"3,\x81\xff", b""]
        assert opener.message("a.csv", end.join(lines)).startswith("a.csv, line 3: the text is neither UTF-8")


def test_an_encoding_that_is_named_overrules(opener: Opener) -> None:
    assert opener.one("a.csv", "id,name\n1,č\n".encode("cp1250"), encoding="cp1250").rows == [(1, "1", "č")]
    with pytest.raises(UserError, match=r"^--encoding: there is no such encoding\. Did you mean `utf-8`\?"):
        opener.exports("a.csv", "a\n", encoding="utf-88")
    with pytest.raises(UserError, match="there is no such encoding"):
        opener.exports("a.csv", "a\n", encoding="base64")


def test_a_few_damaged_bytes_leave_a_file_utf8_and_their_rows_bad(opener: Opener) -> None:
    found = opener.one("a.csv", "id,name\n1,Zoë Żółć\n".encode() + b"2,\xff\n3,ok\n4\xff\n")
    assert found.export.encoding == "utf-8"
    assert found.rows == [(1, "1", "Zoë Żółć"), (3, "3", "ok")]
    assert sorted(found.bad) == [(2, "name", "the cell is not UTF-8"), (4, None, "the row is not UTF-8")]


def test_the_whole_file_decides_on_the_encoding(opener: Opener) -> None:
    rows = "".join(f"{number},plain text of a row\n" for number in range(200_000))
    found = opener.one("a.csv", f"id,name\n{rows}".encode() + b"x,caf\xe9\n")
    assert (found.export.encoding, found.rows[-1]) == ("windows-1252", (200_001, "x", "café"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(opener: Opener, end: str) -> None:
    found = opener.one("a.csv", f'id,name{end}1,"a{end}b"{end}2,c')
    assert (found.rows, found.export.notes) == ([(1, "1", f"a{end}b"), (2, "2", "c")], ())


def test_mixed_line_ends_are_noted(opener: Opener) -> None:
    found = opener.one("a.csv", 'id,name\r\n1,a\n2,b\r3,"x\ny"\r\n')
    assert found.rows == [(1, "1", "a"), (2, "2", "b"), (3, "3", "x\ny")]
    assert found.export.notes == ("mixed line ends",)


def test_a_line_break_in_a_cell_is_no_mixed_line_end(opener: Opener) -> None:
    assert opener.one("a.csv", 'id,name\r\n1,"x\ny"\r\n').export.notes == ()


def test_a_delimiter_at_the_end_of_the_header(opener: Opener) -> None:
    found = opener.one("a.csv", "id;active;\n1;true;\n2;false\n")
    assert found.export.header == ("id", "active", "")
    assert (found.rows, found.bad, found.notes) == ([(1, "1", "true"), (2, "2", "false")], [], {})


def test_a_delimiter_at_the_end_of_the_rows(opener: Opener) -> None:
    found = opener.one(
        "a.csv", "email\na@example.com,\nb@example.com,\n" + "c@example.com,\n" * 60 + "d@example.com,x\n"
    )
    assert (found.rows[:2], len(found.rows)) == ([(1, "a@example.com"), (2, "b@example.com")], 62)
    assert found.bad == [(63, None, "number of cells: 2 in the row, 1 in the header")]
    assert found.export.notes == (ONE_MORE,)


def test_short_rows_are_read_with_blanks_and_counted(opener: Opener) -> None:
    found = opener.one("a.csv", 'a,b,c\n1,2,3\n4\n"5\n5",6\n,,\n  \n7,8,9,,\n7,8,9,x\n10,11,12\n')
    assert found.rows == [
        (1, "1", "2", "3"),
        (2, "4", None, None),
        (3, "5\n5", "6", None),
        (4, None, None, None),
        (6, "7", "8", "9"),
        (8, "10", "11", "12"),
    ]
    assert found.bad == [(7, None, "number of cells: 4 in the row, 3 in the header")]
    assert found.notes == {SHORT: 2, BLANK: 1}


def test_a_file_whose_rows_are_mostly_short(opener: Opener) -> None:
    found = opener.one("a.csv", "a,b,c\n1,2\n3,4\n5,6,7\n")
    assert found.rows == [(1, "1", "2", None), (2, "3", "4", None), (3, "5", "6", "7")]
    assert found.notes == {SHORT: 2}


def test_a_strict_file_has_no_short_rows(opener: Opener) -> None:
    found = opener.one("a.csv", "a,b\n1\n1,2,\n1,2\n", strict=True)
    assert (found.rows, [row for row, _, _ in found.bad]) == ([(3, "1", "2")], [1, 2])


def test_blanks_beside_quotation_marks(opener: Opener) -> None:
    found = opener.one("a.csv", 'id, First name ,note\n1, "A, ""B""" ,"x "\n"2"  ,\t"c""d", "e\n"\n')
    assert found.export.header == ("id", "First name", "note")
    assert found.rows == [(1, "1", 'A, "B"', "x"), (2, "2", 'c"d', "e")]


@pytest.mark.parametrize("size", range(1, 40))
def test_blanks_beside_quotation_marks_across_reads(opener: Opener, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consent_risk.intake.opening.stages.CHUNK_BYTES", size)
    found = opener.one("a.csv", 'id,note\n1, "a, ""b""" \n "2" ,  "c, d"   \n3,"" \n4,  "  "\n')
    assert found.rows == [(1, "1", 'a, "b"'), (2, "2", "c, d"), (3, "3", None), (4, "4", None)]


def test_quotation_marks_that_belong_to_no_cell_are_refused_with_their_line(opener: Opener) -> None:
    reason = "a quotation mark stands inside a cell that is not quoted, or is not doubled in one that is"
    assert opener.message("a.csv", 'title\n\nid,name\n1,a\n2,"b" "c"\n').startswith("a.csv, line 5: " + reason)
    assert opener.message("a.csv", 'id;name\r1;a\r2;5" pipe\r').startswith("a.csv, line 3: " + reason)
    never = "a.csv, line 3: a quotation mark opens a cell that is never closed."
    assert opener.message("a.csv", 'id,name\n1,a\n2,"b\n3,c\n').startswith(never)


def test_lines_before_the_header_are_skipped_and_noted(opener: Opener) -> None:
    found = opener.one("a.csv", "Contacts export\nDate: 2024-01-01\n\nid,name,mail\n1,Ana,a@example.com\n")
    assert found.export.header == ("id", "name", "mail")
    assert found.export.notes == ("2 lines before the header skipped",)
    assert found.rows == [(1, "1", "Ana", "a@example.com")]


def test_a_first_row_of_data_is_never_taken_for_the_header(opener: Opener) -> None:
    found = opener.one("a.csv", "email\na@example.com,Bo Example\n")
    assert (found.export.header, found.bad[0][0]) == (("email",), 1)


def test_a_row_that_describes_the_columns_is_skipped_and_noted(opener: Opener) -> None:
    text = (
        "First name,Email,Phone,Notes\n"
        "First name of the client (required),Email of the client,Phone (optional),\n"
        "Ana,a@example.com,1,\n"
    )
    found = opener.one("a.csv", text)
    assert found.rows == [(1, "Ana", "a@example.com", "1", None)]
    assert found.export.notes == ("a row under the header that describes the columns was skipped",)
    assert opener.one("a.csv", text, strict=True).rows[1] == (2, "Ana", "a@example.com", "1", None)


@pytest.mark.parametrize(
    "row", ["Ana,a@example.com,Company name Ltd", "First name Ana,a@example.com,Company of Ana", "Ana,,Ana Company Ltd"]
)
def test_a_row_of_data_is_never_taken_for_a_description(opener: Opener, row: str) -> None:
    found = opener.one("a.csv", f"First name,Email,Company\n{row}\n")
    assert (len(found.rows), found.export.notes) == (1, ())


def test_names_of_columns_are_kept(opener: Opener) -> None:
    (export,) = opener.exports("a.csv", " (Do Not Modify) Contact,UNSUB,UNSUB,é\n1,2,3,4\n")
    assert export.header == ("(Do Not Modify) Contact", "UNSUB", "UNSUB", "é")
    assert read(export, columns=["(Do Not Modify) Contact", "é", "absent"]).rows == [(1, "1", "4")]
    with pytest.raises(UserError, match="this name more than once, in columns 2 and 3"):
        read(export, columns=["UNSUB"])


def test_the_name_of_the_row_number_cannot_be_read(opener: Opener) -> None:
    assert "column row: this name is kept for the number of the row." in opener.message("a.csv", "id,row\n1,2\n")


def test_cells_stay_text(opener: Opener) -> None:
    cells = ["'0123", "=1+1", "+49", "-5", "@x", "007", "1.0", "NULL", "N/A", "1e5", "true", '{"a": [1]}']
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    found = opener.one("a.csv", f"{','.join(f'c{n}' for n in range(len(cells)))}\n{quoted}\n")
    assert found.rows == [(1, *cells)]


def test_a_zero_byte_makes_its_row_bad(opener: Opener) -> None:
    found = opener.one("a.csv", "id,name\n1,a\0b\n2,c\n")
    assert (found.rows, found.bad) == ([(2, "2", "c")], [(1, "name", "the cell holds a zero byte")])


def test_a_file_with_a_header_alone(opener: Opener) -> None:
    for text in ("id,name\n", "id,name", "id,name\n\n\n"):
        found = opener.one("a.csv", text)
        assert (found.export.header, found.rows, found.bad) == (("id", "name"), [], [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a.csv: the file is empty. Export it again, or leave it out."),
        (b"\n \n", "a.csv: the file holds no header. Export it again, or leave it out."),
        (b",,\n1,2,3\n", "a.csv: the file holds no header. Export it again."),
        (b"\x00\x01\x02\x03" * 50, "a.csv: neither text nor a format that can be read."),
        (b"<?xml version='1.0'?><a/>", "a.csv: XML or a web page, which cannot be read."),
        (b"%PDF-1.7 ...", "a.csv: a PDF document, which cannot be read."),
        (b"x" * 257 + b"ustar" + b"x" * 300, "a.csv: a tar archive, which cannot be read."),
    ],
)
def test_a_file_without_a_table(opener: Opener, content: bytes, message: str) -> None:
    assert opener.message("a.csv", content).startswith(message)


def test_a_wide_file_is_read_and_a_million_columns_are_refused(opener: Opener) -> None:
    names = [f"column_{number}" for number in range(368)]
    found = opener.one("wide.csv", ",".join(names) + "\n" + "," * 366 + "x,y\n")
    assert (len(found.export.header), found.rows[0][-2:]) == (368, ("x", "y"))
    limit = ",".join(f"c{number}" for number in range(20_001))
    assert opener.message("a.csv", limit) == "a.csv: the header has more than 20000 columns. Export fewer columns."
    million = ",".join(f"c{number}" for number in range(1_000_000))
    assert opener.message("a.csv", million) == (
        "a.csv: the first line is longer than 1 MB: too many columns, or no header at all. "
        "Export fewer columns, or export it again with line ends."
    )


@pytest.mark.parametrize("cell", ["x" * 50_000_000, '"' + "x\n" * 25_000_000 + '"'])
def test_a_cell_of_50_mb_is_refused(opener: Opener, cell: str) -> None:
    message = opener.message("a.csv", f"id,name\n1,{cell}\n2,b\n")
    assert message.startswith("a.csv: it cannot be cut into rows: a row is longer than 8 MB")


def test_what_was_handed_in_is_known_by_its_hash_and_bytes(opener: Opener) -> None:
    data = "id;name\n1;Zoë\n".encode("cp1252")
    found = opener.one("contacts.csv", data)
    export = found.export
    assert (export.name, export.stem, export.path.name) == ("contacts.csv", "contacts", "contacts.csv")
    assert (export.sha256, export.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert found.bytes_told == len(data)


def test_a_file_that_changes_is_noticed(opener: Opener) -> None:
    path = opener.path("a.csv", "id,name\n1,a\n")
    (export,) = open_exports(path)
    assert export.handed_in.is_unchanged()
    path.write_text("id,name\n1,b\n")
    os.utime(path, ns=(1, 1))
    assert not export.handed_in.is_unchanged()


def test_a_file_that_changes_while_it_is_read_is_refused(intake, monkeypatch: pytest.MonkeyPatch) -> None:
    path = intake.folder / "records.csv"
    path.write_text("tenant_id,source_id\nT1,S1\n")

    def meddle(*_: object) -> None:
        path.write_text("tenant_id,source_id\nT1,S1\nT1,S2\n")

    with pytest.raises(UserError, match="the file changed while it was read"):
        seal_folder([path], intake.case(), Sealer(bytes(32)), intake.staging, progress=meddle)


def test_a_canonical_file_may_be_written_in_any_dialect(intake) -> None:
    rows = "tenant_id;source_id;country\r\nT1;Zoë;DE\r\n".encode("cp1252")
    manifest = intake.seal({"records.csv": rows})
    assert (manifest.inputs[0].rows, manifest.inputs[0].used) == (1, 1)
    assert manifest.inputs[0].sha256 == hashlib.sha256(rows).hexdigest()


def test_what_was_done_to_a_file_is_noted_in_the_manifest(intake) -> None:
    manifest = intake.seal({"records.csv": "Our records\n\ntenant_id,source_id,country\r\nT1,S1,DE\n"})
    assert intake.notes(manifest)[:2] == [
        ("records.csv", "1 line before the header skipped", 1),
        ("records.csv", "mixed line ends", 1),
    ]
