"""Statements: what the consent columns, lists and groups of an export say, and what they leave unknown."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from intake.conftest import Intake
from readings import events, lines, of_records, read, recipe, states

from consent_risk.case import ExportSettings

OPT_IN = """
  - columns: [OptIn]
    polarity: "+"
    purpose: DirectMarketing
    channel: email
    evidence_level: 1
    yes: ["Yes", "1"]
    no: ["No", "0"]
"""
HEADER = "Id,Org,Mail,OptIn"


def test_a_blank_says_nothing_and_its_record_is_unknown(intake) -> None:
    given = read(intake, of_records(OPT_IN), {"x.csv": f"{HEADER}\n1,T,,Yes\n2,T,,No\n3,T,,\n"})
    assert states(given) == {"given": 1, "none_recorded": 1, "unknown": 1}
    assert intake.table("consents").height == 2


def test_a_value_is_compared_without_regard_to_case_as_a_second_try(intake) -> None:
    given = read(intake, of_records(OPT_IN), {"x.csv": f"{HEADER}\n1,T,,YES\n2,T,,nO\n"})
    assert states(given) == {"given": 1, "none_recorded": 1}
    assert events(intake, "raw_value") == [("YES",), ("nO",)]


def test_two_values_that_differ_in_case_alone_keep_their_own_meanings(intake) -> None:
    how = of_records("""
  - columns: [Status]
    polarity: mapped
    purpose: DirectMarketing
    evidence_level: 1
    values:
      P: {event_state: given, legal_basis: consent}
      p: {event_state: requested, legal_basis: consent}
      X: {event_state: refused, legal_basis: consent}
""")
    given = read(intake, how, {"x.csv": "Id,Org,Mail,Status\n1,T,,P\n2,T,,p\n3,T,,x\n"})
    assert states(given) == {"given": 1, "refused": 1, "requested": 1}


def test_a_column_that_the_export_lacks_makes_no_statement(intake) -> None:
    given = read(intake, of_records(OPT_IN), {"x.csv": "Id,Org,Mail\n1,T,a@example.com\n"})
    assert (states(given), given.fields[-1].column) == ({"unknown": 1}, "Org")
    assert "consents" not in {field.field for field in given.fields}


def test_conditions_decide_whether_a_statement_is_made(intake) -> None:
    how = of_records("""
  - when: [{columns: [Kind], not_values: [Staff]}, {columns: [Left], filled: false}]
    columns: [OptIn]
    polarity: "+"
    purpose: DirectMarketing
    evidence_level: 1
    yes: ["1"]
    no: ["0"]
""")
    rows = "1,T,,1,staff,\n2,T,,1,Guest,\n3,T,,1,,\n4,T,,1,Guest,2020\n"
    given = read(intake, how, {"x.csv": f"{HEADER},Kind,Left\n{rows}"})
    assert states(given) == {"given": 2, "unknown": 2}


def test_the_highest_evidence_whose_conditions_hold_counts(intake) -> None:
    how = of_records("""
  - columns: [OptIn]
    polarity: "+"
    purpose: DirectMarketing
    time: {columns: [At]}
    evidence_level: 1
    evidence:
      - {level: 5, when: [{columns: [At], filled: true}, {columns: [Confirmed], values: ["true"]}]}
      - {level: 2, when: [{columns: [At], filled: true}]}
    yes: ["1"]
    no: ["0"]
""")
    rows = "1,T,,1,,TRUE\n2,T,,1,2020-01-02,\n3,T,,1,2020-01-02T03:04:05Z,true\n"
    read(intake, how, {"x.csv": f"{HEADER},At,Confirmed\n{rows}"})
    assert events(intake, "evidence_level", "event_time", "time_quality") == [
        (1, None, "none"),
        (2, "2020-01-02 00:00:00", "day"),
        (5, "2020-01-02 03:04:05", "exact"),
    ]


PURPOSES = """
  - columns: [Status]
    polarity: mapped
    purpose:
      columns: [Topics]
      separator: ","
      values: {News: DirectMarketing, Partners: DisclosureToThirdParty}
    evidence_level: 1
    values: {"on": {event_state: given, legal_basis: consent}}
"""


def test_several_purposes_are_several_events_and_one_statement(intake) -> None:
    given = read(intake, of_records(PURPOSES), {"x.csv": 'Id,Org,Mail,Status,Topics\n1,T,,on,"News, Partners"\n'})
    assert (states(given), given.events) == ({"given": 1}, 2)
    assert events(intake, "purpose") == [("DirectMarketing",), ("DisclosureToThirdParty",)]


def test_a_purpose_that_is_not_known_is_counted_asked_for_and_not_sealed(intake) -> None:
    rows = 'Id,Org,Mail,Status,Topics\n1,T,,on,"News,Ana Example"\n2,T,,on,Puzzles\n3,T,,on,\n'
    given = read(intake, of_records(PURPOSES), {"x.csv": rows})
    assert (states(given), given.events, given.unmapped) == ({"given": 3}, 1, {"purpose (Topics)": 3})
    assert any("For what purpose do the texts under Topics stand" in question for question in given.questions)
    assert "Ana" not in str(given) and "Puzzles" not in str(given)


def test_the_case_says_what_a_purpose_stands_for(intake) -> None:
    files = {"x.csv": "Id,Org,Mail,Status,Topics\n1,T,,on,Puzzles\n"}
    given = read(intake, of_records(PURPOSES), files, case='exports: {"x.*": {purposes: {puzzles: Marketing}}}')
    assert (given.unmapped, events(intake, "purpose")) == ({}, [("Marketing",)])


def test_a_channel_that_is_not_known_widens_no_consent(intake) -> None:
    how = of_records("""
  - columns: [Status]
    polarity: mapped
    purpose: DirectMarketing
    channel: {columns: [Via], values: {Mail: email}}
    evidence_level: 1
    values: {"on": {event_state: given, legal_basis: consent}, "off": {event_state: objected, legal_basis: consent}}
""")
    rows = "1,T,,on,mail\n2,T,,on,fax\n3,T,,off,fax\n4,T,,on,\n"
    given = read(intake, how, {"x.csv": f"Id,Org,Mail,Status,Via\n{rows}"})
    assert events(intake, "event_state", "channel") == [
        ("given", "custom"),
        ("given", "email"),
        ("given", None),
        ("objected", None),
    ]
    assert given.unmapped == {"Via": 2}


def test_an_option_is_read_only_where_the_case_switches_it_on(intake) -> None:
    how = of_records(
        OPT_IN.replace("- columns", "- option: guess\n    columns"), "options: {guess: It may mean consent.}\n"
    )
    files = {"x.csv": f"{HEADER}\n1,T,,Yes\n2,T,,\n"}
    given = read(intake, how, files)
    assert states(given) == {"unknown": 2}
    assert any(
        "`guess` is off, although its columns are filled in 1 rows: It may mean consent." in q for q in given.questions
    )
    given = read(intake, how, files, case="exports: {x.csv: {options: [guess]}}")
    assert states(given) == {"given": 1, "unknown": 1}
    assert not any("guess" in question for question in given.questions)


def test_wildcards_name_columns_and_a_name_that_may_be_a_cell_is_not_kept(intake) -> None:
    how = of_records(OPT_IN.replace("[OptIn]", '["Opted in: *", opt_in_#]'))
    header = "Id,Org,Mail,Opted in: News,opt_in_7,opt_in_x,Opted in: ana@example.com"
    given = read(intake, how, {"x.csv": f"{header}\n1,T,,1,0,1,0\n"})
    assert states(given) == {"given": 1, "none_recorded": 2}
    assert events(intake, "raw_field") == [("Opted in: *",), ("Opted in: News",), ("opt_in_7",)]
    assert "ana@" not in given.model_dump_json()


LISTS = """
  - each: "purposes[]"
    columns: [.status]
    polarity: mapped
    purpose: {columns: [.topic], values: {news: DirectMarketing, partners: DisclosureToThirdParty}}
    time: {columns: [.at, at]}
    valid_until: {columns: [.until]}
    recipients: ["to[].name", .to]
    evidence_level: 3
    values:
      YES: {event_state: given, legal_basis: consent}
      NO: {event_state: refused, legal_basis: consent}
"""


def test_every_entry_of_a_list_is_a_statement(intake) -> None:
    documents = lines(
        {
            "Id": "1",
            "Org": "T",
            "at": "2020-01-01",
            "to": [{"name": "Beta Ltd"}, {"name": "ana@example.com"}],
            "purposes": [
                {"status": "yes", "topic": "news", "at": "2021-02-03T04:05:06Z", "until": "2021-05-06T00:00:00Z"},
                {"status": "NO", "topic": "partners", "to": ["STRASSE", "Straße"]},
                {"topic": "news"},
            ],
        },
        {"Id": "2", "Org": "T", "purposes": []},
    )
    given = read(intake, of_records(LISTS), {"x.jsonl": documents})
    assert states(given) == {"given": 1, "refused": 1, "unknown": 1}
    assert {state.value: n for state, n in given.effective.items()} == {"expired": 1, "refused": 1, "unknown": 1}
    assert events(intake, "purpose", "event_time", "valid_until", "recipients", "raw_field") == [
        ("DirectMarketing", "2021-02-03 04:05:06", "2021-05-06", "beta ltd", "purposes[].status"),
        ("DisclosureToThirdParty", "2020-01-01 00:00:00", None, "beta ltd;strasse;strasse", "purposes[].status"),
    ]
    assert given.warnings == ("recipients not kept: they look like an address or a number (2 times)",)


def test_every_key_of_a_group_is_a_statement(intake) -> None:
    how = of_records("""
  - each: "consents{}"
    columns: [.]
    polarity: "+"
    purpose: {columns: [.@key], values: {news: DirectMarketing, ads: Advertising}}
    evidence_level: 1
    yes: ["true"]
    no: ["false"]
""")
    given = read(intake, how, {"x.jsonl": lines({"Id": "1", "Org": "T", "consents": {"news": True, "ads": False}})})
    assert states(given) == {"given": 1, "none_recorded": 1}
    assert events(intake, "purpose", "event_state") == [("Advertising", "none_recorded"), ("DirectMarketing", "given")]


def test_lists_in_a_column_of_json(intake) -> None:
    cell = json.dumps({"purposes": [{"status": "YES", "topic": "news"}]}).replace('"', '""')
    how = of_records(LISTS.replace('"purposes[]"', '"data.purposes[]"'), "json_columns: [data]\n")
    given = read(intake, how, {"x.csv": f'Id,Org,Mail,data\n1,T,,"{cell}"\n'})
    assert states(given) == {"given": 1}


@pytest.mark.parametrize(
    ("duration", "until", "state"),
    [
        ("P6M", "2020-07-31", "given"),
        ("P1M", "2020-02-29", "given"),
        ("P1Y2M3W4DT5H", "2021-04-25", "given"),
        ("", None, "given"),
        ("six months", None, "unknown"),
        ("P", None, "unknown"),
        ("P999Y", None, "given"),
    ],
)
def test_a_consent_lasts_from_its_time_and_an_end_that_cannot_be_read_leaves_it_unknown(
    intake, duration: str, until: str | None, state: str
) -> None:
    how = of_records(OPT_IN + "    time: {columns: [At]}\n    duration: [For]\n")
    given = read(intake, how, {"x.csv": f"{HEADER},At,For\n1,T,,1,2020-01-31,{duration}\n"})
    assert events(intake, "valid_until", "event_state") == [(until, state)]
    assert given.unmapped == ({"valid_until": 1} if state == "unknown" else {})


def test_on_the_day_of_the_case_later_statements_are_not_there(intake) -> None:
    how = of_records(OPT_IN + "    time: {columns: [At]}\n    valid_until: {columns: [Until]}\n")
    rows = "1,T,,1,2022-01-28,\n2,T,,1,2022-01-27,2022-01-27\n3,T,,1,2020-01-01,2022-01-26\n"
    given = read(intake, how, {"x.csv": f"{HEADER},At,Until\n{rows}"})  # the day of the case is 2022-01-27
    assert states(given) == {"given": 3}
    assert {state.value: n for state, n in given.effective.items()} == {"given": 1, "expired": 1}


def test_an_objection_may_forbid_passing_the_data_on(intake) -> None:
    how = of_records(OPT_IN.replace('"+"', '"-"') + "    transfer_objection: true\n")
    read(intake, how, {"x.csv": f"{HEADER}\n1,T,,1\n2,T,,0\n"})
    assert events(intake, "event_state", "transfer_objection") == [("none_recorded", None), ("objected", True)]


def test_words_beside_a_statement(intake) -> None:
    how = of_records(
        OPT_IN
        + """
    collection_method: {columns: [How], values: {Web: website}}
    double_opt_in: {columns: [Double], values: {"yes": confirmed}, otherwise: single}
    legal_basis: {columns: [Basis], values: {LI: legitimate_interest}}
    notice_version: [Notice]
    third_party_disclosure: [Shared]
"""
    )
    rows = "1,T,,1,web,no,LI,v1,TRUE\n2,T,,1,fax,yes,magic,ana@example.com,maybe\n3,T,,1,,,,,false\n"
    given = read(intake, how, {"x.csv": f"{HEADER},How,Double,Basis,Notice,Shared\n{rows}"})
    columns = ("collection_method", "double_opt_in", "legal_basis", "notice_version", "third_party_disclosure")
    assert intake.table("consents").select(columns).rows() == [
        ("website", "single", "legitimate_interest", "v1", True),
        ("unknown", "confirmed", "none_recorded", None, None),
        (None, None, "consent", None, False),
    ]
    assert given.unmapped == {"Basis": 1, "How": 1}


def test_that_a_row_is_there_can_say_it(intake) -> None:
    how = of_records(
        """
  - when: [{columns: ["@status"], values: [cleaned]}]
    polarity: present
    says: {event_state: objected, legal_basis: none_recorded}
    purpose: DirectMarketing
    evidence_level: 1
""",
        'file_name: "(?P<status>[a-z]+)_members.*"\n',
    )
    for name, expected in (("cleaned_members_1.csv", {"objected": 1}), ("new_members.csv", {"unknown": 1})):
        assert states(read(intake, how, {name: "Id,Org,Mail\n1,T,\n"})) == expected


def test_undecodable_strings_are_unknown_and_stop_nothing(intake) -> None:
    how = recipe("""
records: {tenant_id: [Org], source_id: [Id]}
consents:
  - each: tc
    decoder: tcf_string
    columns: [.state]
    polarity: mapped
    purpose: {columns: [.purposes], values: {Tracking: Tracking}, otherwise: Analytics}
    time: {columns: [.last_updated]}
    recipients: [.vendors]
    evidence_level: 3
    values:
      given: {event_state: given, legal_basis: consent}
      none_recorded: {event_state: none_recorded, legal_basis: none_recorded}
""")
    string = "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA"
    given = read(intake, how, {"x.csv": f"Id,Org,tc\n1,T,{string}\n2,T,oops\n3,T,\n4,T,C\n"})
    assert (given.used, given.unmapped) == (4, {"tc": 2})
    assert given.states[next(s for s in given.states if s.value == "unknown")] == 3  # two strings, one blank
    assert sum(given.states.values()) == 11 + 2 + 1


@hypothesis_settings(max_examples=15, deadline=None)
@hypothesis_given(st.lists(st.sampled_from(["Yes", "No", "", "perhaps", "yes", "1"]), min_size=1), st.randoms())
def test_the_order_of_rows_never_matters_and_a_blank_is_never_a_yes(tmp_path_factory, cells, shuffler) -> None:
    rows = [f"{number},T,,{cell}" for number, cell in enumerate(cells)]
    seen = []
    for _ in range(2):
        intake = Intake(tmp_path_factory.mktemp("order"))
        given = read(intake, of_records(OPT_IN), {"x.csv": "\n".join([HEADER, *rows, ""])})
        assert states(given).get("given", 0) == sum(cell.lower() in ("yes", "1") for cell in cells)
        table = intake.table("consents").sort("record_key").to_dicts()
        seen.append(
            (given.model_copy(update={"sha256": "", "bytes": 0}), table, sorted(intake.table("records")["record_key"]))
        )
        shuffler.shuffle(rows)
    assert seen[0] == seen[1]


def test_settings_from_outside_go_before_the_case(intake) -> None:
    how = of_records(OPT_IN + "    time: {columns: [At]}\n")
    files = {"x.csv": f"{HEADER},At\n1,T,,1,2020-01-01T12:00\n"}
    case = "exports: {x.csv: {time_zone: Europe/Berlin}}"
    read(intake, how, files, case=case)
    assert events(intake, "event_time") == [("2020-01-01 11:00:00",)]
    given = read(intake, how, files, case=case, settings=ExportSettings(time_zone="America/New_York"))
    assert events(intake, "event_time") == [("2020-01-01 17:00:00",)]
    assert not given.questions
    given = read(intake, how, files)
    assert given.questions == (
        "Times without a zone were read as UTC. Say another under `time_zone` of the file's `exports` in case.yaml.",
    )
    assert intake.table("consents")["event_time"].dtype == pl.Datetime("us")
