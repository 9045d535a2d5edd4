"""Records by recipe: their columns, their times, the rows that are set aside, and the figures of their file."""

from __future__ import annotations

import json

import polars as pl
import pytest
from readings import of_records, read, recipe, states


def sealed(intake, *columns: str) -> list[tuple[object, ...]]:
    return intake.table("records").select(pl.col(columns).cast(pl.String)).rows()


def test_marks_that_keep_cells_text_are_taken_off(intake) -> None:
    how = recipe("""
text_marker: "'"
records: {tenant_id: [Org], source_id: [Id], created_at: {columns: [Made]}, region: [Zip]}
""")
    read(intake, how, {"x.csv": "Id,Org,Made,Zip\n'1,'T,'2020-01-02,'\n1,T2,2020-01-02,'AB\n"})
    assert sealed(intake, "tenant_id", "created_on", "region") == [
        ("T", "2020-01-02", None),
        ("T2", "2020-01-02", "AB"),
    ]


def test_rows_that_continue_others_are_set_aside(intake) -> None:
    how = of_records("", "continuation_rows: true\n")
    manifest = intake.seal({"x.csv": "Id,Org,Mail\n1,T,\n,T,second@example.com\n2,T,\n"}, recipe=how)
    assert intake.rejected(manifest) == [("x.csv", "continues the row above", 1)]
    assert (manifest.inputs[0].used, states(manifest.inputs[0])) == (2, {"unknown": 2})


def test_rows_that_are_no_end_customers_are_set_aside_with_the_reason_of_the_recipe(intake) -> None:
    how = of_records("", "set_aside:\n  - {when: [{columns: [Kind], values: [test]}], reason: a test receipt}\n")
    manifest = intake.seal({"x.csv": "Id,Org,Mail,Kind\n1,T,,TEST\n2,T,,\n"}, recipe=how)
    assert intake.rejected(manifest) == [("x.csv", "a test receipt", 1)]


STATES = recipe("""
records:
  tenant_id: [Org]
  source_id: [Id]
  record_state:
    - {columns: [Gone], values: {"true": deleted, "false": active}}
    - {columns: [Asleep], values: {"true": suspended, "false": active}}
""")


@pytest.mark.parametrize(
    ("gone", "asleep", "state"),
    [
        ("", "", "active"),
        ("False", "", "active"),
        ("false", "TRUE", "suspended"),
        ("true", "true", "deleted"),
        ("", "true", "suspended"),
    ],
)
def test_the_first_state_other_than_active_counts(intake, gone: str, asleep: str, state: str) -> None:
    given = read(intake, STATES, {"x.csv": f"Id,Org,Gone,Asleep\n1,T,{gone},{asleep}\n"})
    assert sealed(intake, "record_state") == [(state,)]
    assert given.deleted == (state == "deleted")


def test_rows_that_say_so_are_records_that_were_deleted(intake) -> None:
    how = of_records("", "deleted: {when: [{columns: [Gone], filled: true}]}\n")
    given = read(intake, how, {"x.csv": "Id,Org,Mail,Gone\n1,T,,\n2,T,,2020-01-01\n"})
    assert (sealed(intake, "record_state"), given.deleted) == ([("active",), ("deleted",)], 1)


def test_a_state_that_is_not_listed_is_an_error(intake) -> None:
    assert intake.problems({"x.csv": "Id,Org,Gone\n1,T,perhaps\n"}, recipe=STATES) == [
        "x.csv, row 1, column Gone: the recipe test does not know this value. Use one of: true, false. Otherwise "
        "correct the export, or hand it in in the canonical form."
    ]


def test_countries_persons_and_special_categories(intake) -> None:
    how = recipe("""
records:
  tenant_id: [Org]
  source_id: [Id]
  country: [Land]
  country_names: {Deutschland: DE}
  is_natural_person: {columns: [Type], values: {person: true, firm: false}}
data_categories: {Health: [Blood], Name: [First, Last]}
special_categories: [Blood]
""")
    rows = "1,T,deutschland,Person,,,Example\n2,T,FR,FIRM,A,Ana,\n3,T,Narnia,,,,\n"
    manifest = intake.seal({"x.csv": f"Id,Org,Land,Type,Blood,First,Last\n{rows}"}, recipe=how)
    columns = ("country", "is_natural_person", "has_special_category", "data_categories")
    assert sealed(intake, *columns) == [
        ("DE", "true", None, "Name"),
        ("FR", "false", "true", "Health;Name"),
        (None, None, None, ""),
    ]
    assert ("x.csv", "countries not kept: not an ISO 3166-1 alpha-2 code", 1) in intake.notes(manifest)


DATED = recipe("records: {tenant_id: [Org], source_id: [Id], created_at: {columns: [Made]}}\n")


def dated(*days: str) -> dict[str, str]:
    return {"x.csv": "Id,Org,Made\n" + "".join(f"{number},T,{day}\n" for number, day in enumerate(days))}


def test_dates_that_cannot_be_read_are_blank_and_counted(intake) -> None:
    given = read(intake, DATED, dated("2020-01-02", "soon", "9999-12-31", "", "2021-03-04T05:06:07Z"))
    assert sealed(intake, "created_on") == [("2020-01-02",), (None,), (None,), (None,), ("2021-03-04",)]
    (made,) = given.dates
    assert (made.field, str(made.first), str(made.last)) == ("created_at", "2020-01-02", "2021-03-04")
    assert (made.placeholders, made.unreadable, given.used) == (1, 1, 5)


def test_a_column_proves_the_order_of_its_days_wherever_the_proof_stands(intake, monkeypatch) -> None:
    monkeypatch.setattr("consent_risk.intake.csv_reading.BATCH_ROWS", 1)
    read(intake, DATED, dated("3/4/2020", "1/2/2020", "13/4/2020"))
    assert sealed(intake, "created_on") == [("2020-04-03",), ("2020-02-01",), ("2020-04-13",)]


ORDER_MEND = (
    "Say `date_order: day_first` or `date_order: month_first` for this file under `exports` in case.yaml, or in its "
    "recipe."
)


def test_an_order_that_nothing_proves_is_asked_for(intake) -> None:
    assert intake.problems(dated("3/4/2020"), recipe=DATED) == [
        f"x.csv, column Made: cannot be told whether day or month comes first. {ORDER_MEND}"
    ]
    read(intake, DATED, dated("3/4/2020"), case="exports: {x.csv: {date_order: month_first}}")
    assert sealed(intake, "created_on") == [("2020-03-04",)]


def test_two_orders_in_one_column_are_a_problem(intake) -> None:
    for days, row, reason in (
        (["13/4/2020", "3/4/2020", "4/13/2020"], 3, "here the month comes first, in row 1 the day"),
        (["", "4/13/2020", "14/4/2020", "15/4/2020"], 3, "here the day comes first, in row 2 the month"),
    ):
        assert intake.problems(dated(*days), recipe=DATED) == [
            f"x.csv, row {row}, column Made: holds days in two orders: {reason}. Write them all in one order. "
            f"{ORDER_MEND}"
        ]


def test_of_births_the_years_alone_are_told(intake) -> None:
    how = recipe("records: {tenant_id: [Org], source_id: [Id], birth_date: {columns: [Born]}}\n")
    given = read(intake, how, {"x.csv": "Id,Org,Born\n1,T,1960-05-06\n2,T,2001-02-03\n3,T,1900-01-01\n"})
    assert sealed(intake, "birth_date") == [("1960-01-01",), ("2001-02-03",), (None,)]
    assert [(str(one.first), str(one.last), one.placeholders) for one in given.dates] == [
        ("1960-01-01", "2001-01-01", 1)
    ]


def test_an_epoch_is_read_only_where_the_recipe_says_so(intake) -> None:
    how = recipe("records: {tenant_id: [Org], source_id: [Id], created_at: {columns: [Made], unit: milliseconds}}\n")
    read(intake, how, dated("1577934245000", "2020-01-02T03:04:05Z"))
    assert sealed(intake, "created_on") == [("2020-01-02",), ("2020-01-02",)]
    given = read(intake, DATED, dated("1577934245000"))
    assert given.dates[0].unreadable == 1


def test_secrets_are_never_read_and_listed_as_dropped(intake) -> None:
    how = of_records("", "secret: [Codeword]\ndata_categories: {Identifying: [Password *, Codeword]}\n")
    given = read(intake, how, {"x.csv": "Id,Org,Mail,Password *,Codeword,rp_token,Note\n1,T,,hunter2,x,y,z\n"})
    assert (given.dropped, given.ignored) == (("Password *", "Codeword", "rp_token"), ("Note",))
    assert sealed(intake, "data_categories") == [("",)]


def test_fields_name_what_every_column_became(intake) -> None:
    given = read(intake, of_records(""), {"x.csv": "Id,Org,Mail\n1,T,\n2,T,a@example.com\n"})
    assert [(one.column, one.field, one.filled) for one in given.fields] == [
        ("Id", "source_id", 2),
        ("Mail", "email", 1),
        ("Org", "tenant_id", 2),
    ]


def test_a_header_that_may_be_a_row_of_cells_is_not_told(intake) -> None:
    given = read(intake, of_records(""), {"x.csv": "Id,Org,Mail,ana@example.com\n1,T,,\n"})
    assert given.ignored == ("column 4",)


def test_tallies(intake) -> None:
    how = of_records(
        "",
        """json_columns: [data]
tallies:
  - {name: filled, columns: ["data.mails[]"], figure: rows}
  - {name: verified, columns: [data.verified], figure: "true"}
  - {name: talks, columns: [data.talks], figure: sum}
  - {name: mails, columns: ["data.mails[]"], figure: distinct}
  - {name: list, columns: [data.list], figure: by_value}
  - name: talks of the verified
    columns: [data.talks]
    figure: sum
    when: [{columns: [data.verified], values: ["true"]}]
""",
    )
    documents = [
        {"mails": ["a@example.com", "b@example.com"], "verified": True, "talks": 3, "list": 7},
        {"mails": ["a@example.com"], "verified": False, "talks": 2.0, "list": 7},
        {"mails": [], "talks": "many", "list": "ana@example.com"},
    ]
    cells = ['"' + json.dumps(document).replace('"', '""') + '"' for document in documents]
    rows = "".join(f"{number},T,,{cell}\n" for number, cell in enumerate(cells))
    given = read(intake, how, {"x.csv": f"Id,Org,Mail,data\n{rows}"})
    assert given.tallies == {
        "filled": 2,
        "verified": 1,
        "talks": 5,
        "mails": 2,
        "list: 7": 2,
        "list: other": 1,
        "talks of the verified": 3,
    }


def test_the_case_names_the_tenant_of_a_file_that_does_not(intake) -> None:
    how = recipe("records: {tenant_id: file_name, source_id: [Id]}\n")
    given = read(intake, how, {"contacts.csv": "Id\n1\n"})
    assert (sealed(intake, "tenant_id"), len(given.questions)) == ([("contacts",)], 1)
    given = read(intake, how, {"contacts.csv": "Id\n1\n"}, case="exports: {contacts.csv: {tenant: Shop}}")
    assert (sealed(intake, "tenant_id"), given.questions) == ([("Shop",)], ())


def test_the_case_names_the_tenant_before_the_name_of_the_file_does(intake) -> None:
    how = recipe('records: {tenant_id: [Org, "@file"], source_id: [Id]}\n')
    case = "exports: {contacts.csv: {tenant: Shop}}"
    read(intake, how, {"contacts.csv": "Id,Org\n1,\n2,T\n"})
    assert sealed(intake, "tenant_id") == [("contacts",), ("T",)]
    read(intake, how, {"contacts.csv": "Id,Org\n1,\n2,T\n"}, case=case)
    assert sealed(intake, "tenant_id") == [("Shop",), ("T",)]
    assert len(read(intake, how, {"contacts.csv": "Id\n1\n"}).questions) == 1


def test_the_same_record_twice_is_a_duplicate(intake) -> None:
    given = read(intake, of_records(""), {"x.csv": "Id,Org,Mail\n1,T,\n1,T,\n1,T2,\n"}, set_aside=True)
    assert (given.rows, given.used, given.duplicates, given.records) == (3, 2, 1, 2)


def test_what_belongs_to_a_file_can_be_told_later(intake) -> None:
    files = {"a.csv": "Id,Org,Mail\n1,T,\n2,T,\n", "b.csv": "Id,Org,Mail\n3,T,\n"}
    manifest = intake.seal(files, recipe=of_records(""))
    assert [(one.file, one.first_record, one.records) for one in manifest.inputs] == [("a.csv", 0, 2), ("b.csv", 2, 1)]
