"""XLSX and XLS: every sheet with data is an export of text cells."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile
from opened import Opener, read

ERRORS = "cells with an Excel error such as #REF! were read as blank"


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    return Opener(tmp_path)


class Book:
    """A workbook in the making."""

    def __init__(self, **options: Any) -> None:
        self._bytes = io.BytesIO()
        self.file = xlsxwriter.Workbook(self._bytes, {"in_memory": True, **options})

    def sheet(self, name: str, *rows: tuple[object, ...], from_row: int = 0) -> Any:
        sheet = self.file.add_worksheet(name)
        for number, row in enumerate(rows, from_row):
            sheet.write_row(number, 0, row)
        return sheet

    def data(self) -> bytes:
        self.file.close()
        return self._bytes.getvalue()


def test_cells_become_text(opener: Opener) -> None:
    book = Book(default_date_format="yyyy-mm-dd", strings_to_formulas=False)
    sheet = book.sheet("One", ("id", "day", "time", "share", "flag", "text"))
    cells = (12345678901, date(2021, 3, 4), datetime.fromisoformat("2021-03-04T16:08:50"), 0.25, True, " =1+1 ")
    for column, cell in enumerate(cells):
        sheet.write(1, column, cell)
    sheet.write_row(2, 0, (7.0, "", None, 1e20, False, "0012"))
    found = opener.one("book.xlsx", book.data())
    assert (found.export.format, found.export.encoding, found.export.stem) == ("XLSX", None, "book")
    assert found.rows == [
        (1, "12345678901", "2021-03-04", "2021-03-04T16:08:50", "0.25", "true", "=1+1"),
        (2, "7", None, None, "100000000000000000000", "false", "0012"),
    ]


def test_days_counted_from_1904(opener: Opener) -> None:
    book = Book(default_date_format="yyyy-mm-dd", date_1904=True)
    sheet = book.sheet("One", ("day",))
    sheet.write(1, 0, date(2021, 3, 4))
    assert opener.one("book.xlsx", book.data()).rows == [(1, "2021-03-04")]


def test_every_shown_sheet_with_data_is_an_export(opener: Opener) -> None:
    book = Book()
    book.sheet("Empty")
    book.sheet("Contacts", ("id", "name"), (1, "Ana"))
    book.sheet("Lists", ("list",), ("News",)).hide()
    book.sheet("ana@example.com", ("x",), ("y",))
    exports = opener.exports("book.xlsx", book.data())
    assert [(export.name, export.header) for export in exports] == [
        ("book.xlsx", ("id", "name")),
        ("book.xlsx/sheet 4", ("x",)),
    ]
    assert [export.notes for export in exports] == [("hidden sheets left out: 1",), ()]
    assert [read(export).rows for export in exports] == [[(1, "1", "Ana")], [(1, "y")]]


def test_rows_above_the_header_and_blank_rows(opener: Opener) -> None:
    book = Book()
    rows = (("Export of 2024",), (), ("id", "name", "mail"), (1, "Ana", "a"), (), (2, "Bo", "b"))
    book.sheet("One", *rows, from_row=3)
    found = opener.one("book.xlsx", book.data())
    assert found.export.notes == ("1 line before the header skipped",)
    assert found.rows == [(1, "1", "Ana", "a"), (3, "2", "Bo", "b")]
    assert found.notes == {"blank rows were left out": 1}


def test_formulas_are_read_as_their_stored_values(opener: Opener) -> None:
    book = Book()
    sheet = book.sheet("One", ("id", "sum", "error", "blank"))
    sheet.write(1, 0, "a")
    sheet.write_formula(1, 1, "=1+1", None, 2)
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    sheet.write_formula(1, 3, "=1+2", None, 333)
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book.data())) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>333</v>", b"<v></v>"))
    found = opener.one("book.xlsx", data.getvalue())
    assert found.rows == [(1, "a", "2", None, None)]
    assert found.export.notes == (
        "formulas (2) were read as the values stored with them",
        "formulas without a stored value (1) were read as blank",
    )
    assert found.notes == {ERRORS: 1}


def test_merged_cells_are_noted(opener: Opener) -> None:
    book = Book()
    sheet = book.sheet("One", ("id", "name"), (1, "Ana"))
    sheet.merge_range(2, 0, 3, 1, "both")
    found = opener.one("book.xlsx", book.data())
    assert found.rows == [(1, "1", "Ana"), (2, "both", None)]
    assert found.export.notes == ("merged cells (1): the value stands in the first of them",)


def test_an_old_workbook(opener: Opener) -> None:
    book, style = xlwt.Workbook(), xlwt.XFStyle()
    style.num_format_str = "yyyy-mm-dd"
    sheet = book.add_sheet("One")
    for column, cell in enumerate(("id", "day", "flag")):
        sheet.write(0, column, cell)
    sheet.write(1, 0, 12345678901)
    sheet.write(1, 1, date(2021, 3, 4), style)
    sheet.write(1, 2, True)
    data = io.BytesIO()
    book.save(data)
    found = opener.one("book.xls", data.getvalue())
    assert (found.export.format, found.rows) == ("XLS", [(1, "12345678901", "2021-03-04", "true")])
    cut = opener.message("book.xls", data.getvalue()[:3000])
    assert cut in (
        "book.xls: the workbook is damaged. Copy or export it again.",
        "book.xls: an old Office document that is no workbook. Hand in its table as XLSX or CSV.",
    )


def test_text_that_is_called_a_workbook_is_read_as_what_it_is(opener: Opener) -> None:
    (export,) = opener.exports("contacts.xls", "id\tname\n1\tAna\n")
    assert (export.format, export.notes) == ("CSV", ("by its name XLS, by its content CSV",))


def test_a_workbook_with_a_password_is_refused_with_the_mend(opener: Opener) -> None:
    book = Book()
    book.sheet("One", ("id",), (1,))
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(book.data())).encrypt("secret", locked)
    assert opener.message("book.xlsx", locked.getvalue()) == (
        "book.xlsx: the workbook is protected with a password. Open it, remove the password, and save it again."
    )


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_workbook_that_is_cut_off_is_refused(opener: Opener, keep: float) -> None:
    book = Book()
    book.sheet("One", ("id",), (1,))
    data = book.data()
    said = opener.message("book.xlsx", data[: int(len(data) * keep)])
    assert said == "book.xlsx: the ZIP archive or workbook is damaged or cut off. Copy or export it again."


def test_a_workbook_whose_parts_are_damaged_is_refused(opener: Opener) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
        archive.writestr("[Content_Types].xml", "")
    assert opener.message("a.xlsx", data.getvalue()) == "a.xlsx: the workbook is damaged. Copy or export it again."


def test_a_cell_far_away_is_refused_before_it_takes_the_memory(opener: Opener) -> None:
    book = Book()
    book.sheet("One", ("id",), (1,)).write(1_048_575, 16_383, "x")
    assert opener.message("book.xlsx", book.data()).startswith("book.xlsx: a sheet spans more than 30 million cells.")


def test_a_sheet_that_is_not_kept_is_read_again(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consent_risk.intake.opening.workbooks._KEPT_BYTES", 0)
    book = Book()
    book.sheet("One", ("id",), (1,))
    book.sheet("Two", ("id",), (2,))
    exports = opener.exports("book.xlsx", book.data())
    assert [read(export).rows for export in exports] == [[(1, "1")], [(1, "2")]]


def test_a_workbook_without_data_is_refused(opener: Opener) -> None:
    book = Book()
    book.sheet("One")
    assert opener.message("book.xlsx", book.data()).startswith("book.xlsx: the workbook holds no data.")
