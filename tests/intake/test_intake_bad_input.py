"""Bad input, one by one: each is refused with what is wrong, where and the mend, and nothing is written."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from consent_risk.errors import Problem, UserError
from consent_risk.intake import seal_folder
from consent_risk.intake.sealing import Sealer

RECORDS = "tenant_id,source_id,email\nT1,S1,ana@example.com\nT1,S2,\n"
CONSENTS = "tenant_id,source_id,purpose,event_state,legal_basis,event_time,evidence_level\n"
HAND_IN = "Hand it in as CSV, JSON, XLSX or Parquet."
CUT_OFF = "Copy or export it again."
RAGGED = "Quote cells that hold commas, and export the file again."
NAMES = "records.csv, row 1, column "
KEPT = "Ids are stored as they stand: replace this one with a number or code of your own."
LARGE = (
    "larger than 1000000000000 (10¹²), and no such number is counted here. "
    "Correct the number; an id or a place-holder may stand in its place."
)
PERSONAL = "This text is stored as it stands: take the address or number out of it."


def record(column: str, cell: str) -> str:
    return f"tenant_id,source_id,{column}\nT1,S1,{cell}\n"


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [
        (
            "is_natural_person",
            "yes",
            "not a truth value. Write true or false, or leave the cell blank where it is not known.",
        ),
        (
            "is_natural_person",
            "TRUE",
            "not a truth value. Write true or false, or leave the cell blank where it is not known.",
        ),
        ("country", "UK", "not an ISO 3166-1 country code. ISO 3166-1 writes GB."),
        (
            "country",
            "Germany",
            "not an ISO 3166-1 country code. Use the two capital letters of ISO 3166-1, such as DE.",
        ),
        ("birth_date", "31.12.1999", "not a day or an instant. Write it as 2021-03-04 or 2021-03-04T16:08:50Z."),
        ("birth_date", "2021-02-29", "not a day or an instant. Write it as 2021-03-04 or 2021-03-04T16:08:50Z."),
        ("birth_date", "2021-02-28T11:60", "not a day or an instant. Write it as 2021-03-04 or 2021-03-04T16:08:50Z."),
        ("created_at", "1614556800", "not a day or an instant. Write it as 2021-03-04 or 2021-03-04T16:08:50Z."),
        (
            "created_at",
            "2021-03-04T24:00:00",
            "not a day or an instant. Write it as 2021-03-04 or 2021-03-04T16:08:50Z.",
        ),
        (
            "created_at",
            "2021-03-04T10:00+25:00",
            "not a day or an instant. Write it as 2021-03-04 or 2021-03-04T16:08:50Z.",
        ),
        (
            "created_at",
            "9999-12-31",
            "the year lies before 1900 or after 2200, as in place-holder dates. "
            "Leave the cell blank where the date is not known or open.",
        ),
        (
            "birth_date",
            "1899-12-31",
            "the year lies before 1900 or after 2200, as in place-holder dates. "
            "Leave the cell blank where the date is not known or open.",
        ),
        ("record_state", "Active", "not one of the values allowed. Did you mean `active`?"),
        (
            "record_state",
            "gone",
            "not one of the values allowed. Use one of: active, suspended, deleted, erasure_requested, deceased, test.",
        ),
        (
            "data_categories",
            "Name;Emailaddress",
            "a part of the list is not a data category (the list is joined with `;`). Did you mean `EmailAddress`?",
        ),
        ("stored_bytes", "-1", "not a whole number of at least 0. Write digits only."),
        ("stored_bytes", "1.5", "not a whole number of at least 0. Write digits only."),
        ("stored_bytes", "1000000000001", LARGE),
        ("stored_bytes", "999999999999999999", LARGE),
        ("stored_bytes", "9" * 30, LARGE),
    ],
)
def test_a_cell_of_a_record(intake, column: str, cell: str, message: str) -> None:
    assert intake.problems({"records.csv": record(column, cell)}) == [f"{NAMES}{column}: {message}"]


@pytest.mark.parametrize(
    ("number", "fits"), [("999999999999", True), ("1000000000000", True), ("1000000000001", False)]
)
def test_counted_numbers_have_a_limit(intake, number: str, fits: bool) -> None:
    files = {
        "records.csv": f"tenant_id,source_id,stored_bytes\nT1,S1,{number}\n",
        "interactions.csv": f"tenant_id,channel,count\nT1,chat,{number}\n",
        "holders.csv": f"holder,persons\nOther Data,{number}\n",
    }
    if fits:
        intake.seal(files)
        assert intake.table("interactions")["count"].to_list() == [int(number)]
    else:
        assert intake.problems(files) == [
            f"records.csv, row 1, column stored_bytes: {LARGE}",
            f"interactions.csv, row 1, column count: {LARGE}",
            f"holders.csv, row 1, column persons: {LARGE}",
        ]


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (
            "T1,S1,Sales,given,consent,,",
            "purpose",
            "not one of the values allowed. Use one of: ServiceProvision, CustomerCare, Marketing, DirectMarketing, "
            "Advertising, PersonalisedAdvertising, TargetedAdvertising, Personalisation, Profiling, Analytics, "
            "ResearchAndDevelopment, DisclosureToThirdParty, Tracking, AllProcessing.",
        ),
        ("T1,S1,Marketing,gievn,consent,,", "event_state", "not one of the values allowed. Did you mean `given`?"),
        (
            "T1,S1,Marketing,given,,,",
            "legal_basis",
            "the cell is blank, and this column must be filled. Fill it in, or leave the row out.",
        ),
        (
            "T1,S1,Marketing,given,consent,yesterday,",
            "event_time",
            "not a day or an instant. Write it as 2021-03-04 or 2021-03-04T16:08:50Z.",
        ),
        ("T1,S1,Marketing,given,consent,,6", "evidence_level", "not a whole number from 0 to 5. Write digits only."),
    ],
)
def test_a_cell_of_a_consent(intake, row: str, column: str, message: str) -> None:
    files = {"records.csv": RECORDS, "consents.csv": f"{CONSENTS}{row}\n"}
    assert intake.problems(files) == [f"consents.csv, row 1, column {column}: {message}"]


@pytest.mark.parametrize("day", ["01/02/2020", "2020-02-30", "2020-02-01T10:00"])
def test_a_day(intake, day: str) -> None:
    agreement = f"agreement_id,tenant_id,effective_date\nA,T1,{day}\n"
    problems = intake.problems({"records.csv": RECORDS, "agreements.csv": agreement})
    assert problems == ["agreements.csv, row 1, column effective_date: not a day. Write it as YYYY-MM-DD."]


@pytest.mark.parametrize("month", ["2021-13", "2021-11-01", "1899-12"])
def test_a_month(intake, month: str) -> None:
    files = {"records.csv": RECORDS, "interactions.csv": f"tenant_id,period,channel,count\nT1,{month},chat,1\n"}
    (problem,) = intake.problems(files)
    assert problem.startswith("interactions.csv, row 1, column period: ")


@pytest.mark.parametrize(
    "name",
    ["Ana, ana@example.com", "Call +49 151 2345678", "tel. 030 1234567", "(555) 123-4567", "no 1234567"],
)
def test_kept_text_must_not_identify_a_person(intake, name: str) -> None:
    files = {"records.csv": RECORDS, "tenants.csv": f'tenant_id,tenant_name\nT1,"{name}"\n'}
    reason = "carries what looks like an e-mail address or a phone number"
    assert intake.problems(files) == [f"tenants.csv, row 1, column tenant_name: {reason}. {PERSONAL}"]


@pytest.mark.parametrize(
    "name",
    ["Shop 24", "v2.1 of 2021-03-04", "20210304", "04.03.2021", "EUR 1,000,000", "A1234567B", "(EU) 2016/679"],
)
def test_kept_text_may_hold_other_numbers(intake, name: str) -> None:
    intake.seal({"records.csv": RECORDS, "tenants.csv": f'tenant_id,tenant_name\nT1,"{name}"\n'})
    assert intake.table("tenants")["tenant_name"].to_list() == [name]


@pytest.mark.parametrize("tenant", ["ana@example.com", "+491512345678", "0151 2345678", "a\x1fb"])
def test_a_tenant_id_must_not_be_a_person(intake, tenant: str) -> None:
    reason = "looks like an e-mail address or a phone number, or holds a control character"
    problems = intake.problems({"records.csv": f"tenant_id,source_id\n{tenant},S1\n"})
    assert problems == [f"{NAMES}tenant_id: {reason}. {KEPT}"]


def test_an_account_number_is_a_tenant_id(intake) -> None:
    intake.seal({"records.csv": "tenant_id,source_id\n0000100234567,S1\n10b4b695386a4459a26fad78a341fd04,S1\n"})
    assert intake.table("records").height == 2


def test_every_problem_of_every_file_is_listed(intake) -> None:
    files = {
        "records.csv": "tenant_id,source_id,country,birth_date\nT1,,XX,soon\nT1,S1\n",
        "consents.csv": "tenant_id,source_id,purpose,event_stat\n",
        "holders.csv": b"\x89PNG\r\n\x1a\n",
    }
    assert intake.problems(files) == [
        "consents.csv, column event_state: the column is missing. Rename the column `event_stat` to it.",
        "consents.csv, column legal_basis: the column is missing. Add it to the export.",
        f"holders.csv: a PNG picture, which cannot be read. {HAND_IN}",
        f"records.csv, row 2: number of cells: 2 in the row, 4 in the header. {RAGGED}",
        "records.csv, row 1, column source_id: the cell is blank, and this column must be filled. "
        "Fill it in, or leave the row out.",
        "records.csv, row 1, column country: not an ISO 3166-1 country code. "
        "Use the two capital letters of ISO 3166-1, such as DE.",
        "records.csv, row 1, column birth_date: not a day or an instant. "
        "Write it as 2021-03-04 or 2021-03-04T16:08:50Z.",
    ]


def test_thousands_of_bad_cells_are_counted(intake) -> None:
    rows = "".join(f"T1,S{index},maybe\n" for index in range(1500))
    problems = intake.problems({"records.csv": f"tenant_id,source_id,is_natural_person\n{rows}"})
    assert len(problems) == 1001
    assert problems[-1] == "records.csv: 500 more cells cannot be used. Mend the ones above first."


def rows_of(*counts: int) -> list[Problem]:
    return [Problem(f"file {n}", "bad", row=row) for n, count in enumerate(counts) for row in range(1, count + 1)]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((1,), [(1, 0)]),
        ((20,), [(20, 0)]),
        ((21,), [(20, 1)]),
        ((1000, 1), [(20, 980), (1, 0)]),  # one bad file does not hide the other
        ((1000, 1000, 1000), [(20, 980), (20, 980), (17, 983)]),  # 21 + 21 + 18 lines
        ((6,) * 10, [(6, 0)] * 10),  # the sixth takes the line that would count it
        ((7,) * 10, [(5, 2)] * 10),
        ((7,) * 12, [(4, 3)] * 12),
        ((2,) * 30, [(2, 0)] * 30),
        ((9,) * 30, [(1, 8)] * 30),
    ],
)
def test_every_file_is_seen_and_the_lines_are_bounded(counts: tuple[int, ...], shown: list[tuple[int, int]]) -> None:
    expected = []
    for n, (first, more) in enumerate(shown):
        expected += [f"file {n}, row {row}: bad." for row in range(1, first + 1)]
        expected += [f"file {n}: … and {more} more problem{'s' if more > 1 else ''}."] if more else []
    assert UserError(rows_of(*counts)).lines() == expected
    assert len(expected) <= 60


def test_more_files_than_lines() -> None:
    lines = UserError(rows_of(*[2] * 100)).lines()
    assert len(lines) == 59
    assert lines[-1] == "… and problems in 71 more files."


def test_cells_that_were_only_counted_are_among_the_rest(intake) -> None:
    rows = "".join(f"T1,S{index},maybe\n" for index in range(1500))
    with pytest.raises(UserError) as refused:
        intake.seal({"records.csv": f"tenant_id,source_id,is_natural_person\n{rows}", "holders.csv": "persons\n"})
    lines = refused.value.lines()
    assert lines[0] == "holders.csv, column holder: the column is missing. Add it to the export."
    assert (len(lines), lines[-1]) == (22, "records.csv: … and 1480 more problems.")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("records.csv", "", "the file is empty. Export it again, or leave it out."),
        ("records.csv", "\n\n", "the file holds no header. Export it again, or leave it out."),
        ("records.csv", "tenant_id,source_id\n", "the file has a header and no rows. Export the records again."),
        ("records.csv", b"PK\x03\x04rest", f"the ZIP archive or workbook is damaged or cut off. {CUT_OFF}"),
        ("records.csv", b"PAR1rest", f"the Parquet file is damaged or cut off. {CUT_OFF}"),
        (
            "records.csv",
            b"tenant_id\x00,source_id\n",
            "not CSV: it holds zero bytes. Hand it in as CSV (UTF-8, comma, header) or Parquet.",
        ),
        ("records.csv", "<html>", f"XML or a web page, which cannot be read. {HAND_IN}"),
        ("records.csv", "é,tenant_id".encode() + b"\xff,\n", "the header is not UTF-8. Save the file as UTF-8."),
        (
            "records.csv",
            b"tenant_id,caf\x81\xe9\n",
            "line 1: the text is neither UTF-8 nor windows-1252, so its encoding cannot be told. "
            "Say which it is with --encoding, or save the file as UTF-8.",
        ),
        ("records.parquet", b"PAR1" + bytes(20), f"the Parquet file is damaged or cut off. {CUT_OFF}"),
        ("records.xlsx", b"PK\x03\x04rest", f"the ZIP archive or workbook is damaged or cut off. {CUT_OFF}"),
    ],
)
def test_a_file_that_is_not_what_it_should_be(intake, name: str, content: str | bytes, message: str) -> None:
    expected = f"{name}, {message}" if message.startswith("line") else f"{name}: {message}"
    assert intake.problems({name: content}) == [expected]
    assert intake.problems({name: content}, set_aside=True) == [expected]


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        (
            'T1,S1,5" pipe\n',
            2,
            "a quotation mark stands inside a cell that is not quoted, or is not doubled in one that is. "
            "Export it again with quoting.",
        ),
        (
            'T1,S1,"a\nb"\nT1,S2,"a"b"\n',
            4,
            "a quotation mark stands inside a cell that is not quoted, or is not doubled in one that is. "
            "Export it again with quoting.",
        ),
        (
            'T1,S1,a\nT1,S2,"b\nT1,S3,c\n',
            3,
            "a quotation mark opens a cell that is never closed. Close the cell, or export the file again.",
        ),
    ],
)
def test_quotation_marks_that_would_swallow_rows(intake, rows: str, line: int, message: str) -> None:
    problems = intake.problems({"records.csv": f"tenant_id,source_id,email\n{rows}"})
    assert problems == [f"records.csv, line {line}: {message}"]


def test_a_header_that_names_a_column_twice(intake) -> None:
    problems = intake.problems({"records.csv": "tenant_id,source_id,email,email\nT1,S1,a@b.c,d@e.f\n"})
    assert problems == [
        "records.csv, column email: the header holds this name more than once, in columns 3 and 4. "
        "Rename or remove all but one."
    ]
    intake.seal({"records.csv": "tenant_id,source_id,other,other\nT1,S1,a,b\n"})


def test_a_parquet_column_that_is_no_text(intake) -> None:
    frame = pl.DataFrame({"tenant_id": ["T1"], "source_id": ["S1"], "country": [timedelta(hours=1)]})
    frame.write_parquet(intake.folder / "records.parquet")
    content = (intake.folder / "records.parquet").read_bytes()
    assert intake.problems({"records.parquet": content}) == [
        "records.parquet, column country: the column's type cannot be read as text. "
        "Write it as text, number, truth value, day or time."
    ]


def test_records_that_are_missing(intake) -> None:
    files = {"consents.csv": f"{CONSENTS}T1,S1,Marketing,given,consent,never,\n"}
    assert intake.problems(files) == [
        "records.csv: the file is missing: without records there is nothing to assess. "
        "Add it beside case.yaml, or hand in a CRM's export.",
        "consents.csv, row 1, column event_time: not a day or an instant. "
        "Write it as 2021-03-04 or 2021-03-04T16:08:50Z.",
    ]


def test_a_file_that_is_not_there(intake) -> None:
    intake.folder.joinpath("records.csv").mkdir()
    with pytest.raises(UserError, match=r"records\.csv: the file cannot be read\. Check its name, place"):
        seal_folder([intake.folder / "records.csv"], intake.case(), Sealer(bytes(32)), intake.staging)


def test_keys_that_stand_twice(intake) -> None:
    once = "stands in an earlier row. Keep one of the rows."
    files = {
        "records.csv": f"{RECORDS}T2,S1,\nT1,S1,\n",
        "tenants.csv": "tenant_id\nT1\nT1\n",
        "agreements.csv": "agreement_id,tenant_id,effective_date\nA,T1,2020-01-01\nA,T2,2020-01-01\nA,T1,2021-01-01\n",
    }
    assert intake.problems(files) == [
        f"tenants.csv, row 2, column tenant_id: the same tenant_id {once}",
        f"records.csv, row 4, column source_id: the same tenant_id and source_id {once}",
        f"agreements.csv, row 3, column agreement_id: the same tenant_id and agreement_id {once}",
    ]


def test_cells_that_are_not_utf8(intake) -> None:
    rows = "T0,S0,déjà\n".encode() + b"T1,S1,caf\xe9\nT1,S2,ok\nT1,S3,na\xefve\n"
    problems = intake.problems({"records.csv": b"tenant_id,source_id,email\n" + rows})
    assert problems == [
        f"records.csv, row {row}, column email: the cell is not UTF-8. Save the file as UTF-8." for row in (2, 4)
    ]


def test_a_ragged_row_that_is_not_utf8_does_not_vanish(intake) -> None:
    rows = "T1,Ségolène\n".encode() + b"T1,S2,caf\xe9,\xff\nT1,S3\xc3\n" + "T1,é\n".encode()
    manifest = intake.seal({"records.csv": b"tenant_id,source_id\n" + rows}, set_aside=True)
    assert (manifest.inputs[0].rows, manifest.inputs[0].used) == (4, 2)
    assert intake.table("rejects")["row"].to_list() == [2, 3]


def test_characters_are_decoded_across_reads(intake, monkeypatch) -> None:
    rows = "".join(f"T1,é名🙂{index}\n" for index in range(50))
    intake.seal({"records.csv": f"tenant_id,source_id\n{rows}"})
    whole = intake.table("records")
    for size in range(30, 37):
        monkeypatch.setattr("consent_risk.intake.csv_reading.BLOCK_BYTES", size)
        intake.seal({"records.csv": f"tenant_id,source_id\n{rows}"})
        assert intake.table("records").equals(whole)


def test_set_aside_keeps_the_good_rows_and_counts_the_bad(intake) -> None:
    consents = "T1,S1,Marketing,given,consent,,\nT1,S2,Marketing,given,consent,,\nT1,S3,Marketing,maybe,consent,,\n"
    files = {
        "records.csv": b"tenant_id,source_id,country,email\n"
        b"T1,S1,DE,a@b.c\n"  # good
        b"T1,S2,XX,\n"  # no such country
        b"T1,S3\n"  # too few cells
        b"T1,S4,DE,\xc3\xa9\xe9\n"  # not UTF-8
        b"T1,S1,FR,\n"  # the first row's key again
        b",S5,YY,\n",  # two faults, one row
        "consents.csv": CONSENTS + consents,
    }
    manifest = intake.seal(files, set_aside=True)
    assert [(given.file, given.rows, given.used) for given in manifest.inputs] == [
        ("records.csv", 6, 1),
        ("consents.csv", 3, 1),
    ]
    assert intake.rejected(manifest) == [
        ("consents.csv", "no record with this tenant_id and source_id", 1),
        ("consents.csv", "not one of the values allowed", 1),
        ("records.csv", "not an ISO 3166-1 country code", 1),
        ("records.csv", "number of cells: 2 in the row, 4 in the header", 1),
        ("records.csv", "the cell is blank, and this column must be filled", 1),
        ("records.csv", "the cell is not UTF-8", 1),
        ("records.csv", "the same tenant_id and source_id stands in an earlier row", 1),
    ]
    rejects = intake.table("rejects").sort("file", "row")
    assert rejects.select("file", "row", "column").rows() == [
        ("consents.csv", 2, "source_id"),
        ("consents.csv", 3, "event_state"),
        ("records.csv", 2, "country"),
        ("records.csv", 3, None),
        ("records.csv", 4, "email"),
        ("records.csv", 5, "source_id"),
        ("records.csv", 6, "tenant_id"),
    ]
    assert intake.table("records")["country"].to_list() == ["DE"]
    assert intake.table("consents").height == 1
    assert not [what for _, what, _ in intake.notes(manifest) if "set aside" in what]  # the rejects say it


def test_the_same_reason_is_counted_for_each_file(intake) -> None:
    files = {
        "records.csv": RECORDS,
        "consents.csv": f"{CONSENTS}T1,S8,Marketing,given,consent,,\nT1,S9,Marketing,given,consent,,\n",
        "interactions.csv": "tenant_id,source_id,channel,count\nT1,S9,chat,1\n",
    }
    no_record = "no record with this tenant_id and source_id"
    assert intake.rejected(intake.seal(files)) == [("consents.csv", no_record, 2), ("interactions.csv", no_record, 1)]


def test_rows_are_counted_as_records_across_blocks(intake, monkeypatch) -> None:
    rows = "".join(f'T1,S{index},"line\nbreak"\n' if index % 3 else f"T1,S{index}\n" for index in range(1, 41))
    expected = [
        f"records.csv, row {row}: number of cells: 2 in the row, 3 in the header. {RAGGED}" for row in range(3, 41, 3)
    ]
    for size in (40, 64, 100, 1 << 20):
        monkeypatch.setattr("consent_risk.intake.csv_reading.BLOCK_BYTES", size)
        assert intake.problems({"records.csv": f"tenant_id,source_id,email\n{rows}"}) == expected


def test_quotation_marks_are_checked_across_blocks(intake, monkeypatch) -> None:
    rows = "".join(f'"T1","S""{index}","a,""b"""\n' for index in range(30))
    for size in (30, 31, 32, 33, 34, 35, 36, 37):
        monkeypatch.setattr("consent_risk.intake.csv_reading.BLOCK_BYTES", size)
        intake.seal({"records.csv": f"tenant_id,source_id,email\n{rows}"})
        assert intake.table("records").height == 30
        (problem,) = intake.problems({"records.csv": f'tenant_id,source_id,email\n{rows}"T1","S"x,\n'})
        assert problem.startswith("records.csv, line 32: a quotation mark stands inside a cell")


def test_an_unclosed_cell_is_the_only_problem_named(intake) -> None:
    problems = intake.problems({"records.csv": 'tenant_id,source_id,email\nT1,"S1,a\nT1,S2,b\n'})
    assert problems == [
        "records.csv, line 2: a quotation mark opens a cell that is never closed. "
        "Close the cell, or export the file again."
    ]


def test_messages_never_repeat_a_cell(intake) -> None:
    secret = "anasecret"
    columns = ["tenant_id", "source_id", "email", "is_natural_person", "country", "birth_date", "created_at"]
    columns += ["record_state", "data_categories", "has_special_category", "stored_bytes"]
    row = ",".join([f"{secret}@x.y", "S1", *[secret] * 9])
    problems = intake.problems({"records.csv": f"{','.join(columns)}\n{row}\n{row},{secret}\n"})
    assert len(problems) == 10
    assert not [problem for problem in problems if secret in problem]


def test_a_file_without_header_does_not_show_its_first_row(intake) -> None:
    problems = intake.problems({"records.csv": "T1,ana@example.com,+4915112345678\nT1,bob@example.com,\n"})
    assert problems == [
        "records.csv, column tenant_id: the column is missing. Add it to the export.",
        "records.csv, column source_id: the column is missing. Add it to the export.",
    ]
