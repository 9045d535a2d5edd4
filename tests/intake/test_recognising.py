"""Which recipe reads a file, and which must be asked for."""

from __future__ import annotations

import json

import pytest
from readings import known, of_records, only, recipe, states

from consent_risk.errors import UserError
from consent_risk.intake.recipes import Recipe

PLAIN = recipe("records: {tenant_id: file_name, source_id: [Id]}\n", name="plain")


def named(name: str, more: str = "") -> Recipe:
    return recipe(f"records: {{tenant_id: file_name, source_id: [Id]}}\n{more}", name=name)


def test_of_several_recipes_the_most_specific_is_meant(intake, monkeypatch) -> None:
    special = named("special", "recognise_values: [{columns: [Kind], values: [vip]}]\n")
    known(monkeypatch, PLAIN, special)
    assert only(intake.seal({"x.csv": "Id,Kind\n1,VIP\n2,x\n"})).recipe == "special"
    assert only(intake.seal({"x.csv": "Id,Kind\n1,x\n2,VIP\n"})).recipe == "plain"


def test_a_draw_is_a_question(intake, monkeypatch) -> None:
    known(monkeypatch, PLAIN, named("other"))
    assert intake.problems({"x.csv": "Id\n1\n"}) == [
        "x.csv: which recipe reads this file? plain and other recognise it. Name one in case.yaml: "
        "`recipes: {x.csv: plain}`."
    ]
    assert only(intake.seal({"x.csv": "Id\n1\n"}, case="recipes: {x.csv: other}")).recipe == "other"


def test_a_file_name_may_be_needed(intake, monkeypatch) -> None:
    known(monkeypatch, named("by_name", 'file_name: "members-.*"\nfile_name_required: true\n'))
    assert only(intake.seal({"Members-2020.csv": "Id\n1\n"})).recipe == "by_name"
    assert "no recipe recognises this file" in intake.problems({"people.csv": "Id\n1\n"})[0]
    assert intake.problems({"people.csv": "Id\n1\n"}, case="recipe: by_name") == [
        "people.csv: the header does not fit the recipe by_name. Its name does not fit the recipe's `file_name`: "
        "rename the file as the system named it."
    ]


def test_the_first_row_is_looked_at_and_no_other(intake, monkeypatch) -> None:
    known(
        monkeypatch, named("json", 'json_columns: [Data]\nrecognise_values: [{columns: ["Data[].x"], filled: true}]\n')
    )
    assert only(intake.seal({"x.csv": 'Id,Data\n1,"[{""x"": 1}]"\n'})).recipe == "json"
    assert "no recipe recognises" in intake.problems({"x.csv": 'Id,Data\n1,[]\n2,"[{""x"": 1}]"\n'})[0]


@pytest.mark.parametrize("name", ["x.csv", "records.csv"])
def test_a_recipe_from_outside_reads_what_is_not_canonical(intake, name: str) -> None:
    assert only(intake.seal({name: "Id,Org,Mail\n1,T,\n"}, recipe=of_records(""))).recipe == "test"
    canonical = {"records.csv": "tenant_id,source_id\nT,1\n"}
    assert only(intake.seal(canonical, recipe=of_records(""))).recipe == "canonical"


def test_what_the_case_says_about_a_file_goes_before_a_recipe_from_outside(intake, monkeypatch) -> None:
    known(monkeypatch, PLAIN)
    files = {"x.csv": "Id,Org,Mail\n1,T,\n"}
    given = only(intake.seal(files, recipe=of_records(""), case="exports: {x.csv: {recipe: plain}}"))
    assert given.recipe == "plain"
    given = only(intake.seal(files, recipe=of_records(""), case="recipe: plain"))
    assert given.recipe == "test"


EVENTS = recipe(
    """
documents: "data.items[]"
records: {tenant_id: [Org], source_id: [Id]}
consents:
  - columns: [said.state]
    polarity: "+"
    purpose: DirectMarketing
    evidence_level: 1
    yes: ["in"]
    no: ["out"]
""",
    name="events",
)


def test_the_list_of_documents_within_a_json_file(intake, monkeypatch) -> None:
    known(monkeypatch, PLAIN, EVENTS)
    items = [{"Id": 1, "Org": "T", "said": {"state": "in"}}, {"Id": 2, "Org": "T", "said": "in"}]
    whole = {"x.json": json.dumps({"page": 1, "data": {"items": items}})}
    for how in ({}, {"recipe": EVENTS}, {"case": "recipe: events"}):
        given = only(intake.seal(whole, **how))
        assert (given.recipe, given.rows, states(given)) == ("events", 2, {"given": 1, "unknown": 1})
    bare = {"x.json": json.dumps(items)}
    assert states(only(intake.seal(bare, recipe=EVENTS))) == {"given": 1, "unknown": 1}


def test_the_case_says_how_a_file_is_written(intake) -> None:
    text = "Id;Org;Mail\n1;Straße;\n".encode("cp1252")
    given = only(intake.seal({"x.csv": text}, recipe=of_records(""), case="exports: {x.csv: {encoding: windows-1252}}"))
    assert (given.encoding, given.delimiter, given.rows) == ("windows-1252", ";", 1)


def test_a_case_names_time_zones_as_they_are(intake) -> None:
    with pytest.raises(UserError, match=r"not a time zone\. Use its IANA name, such as Europe/Berlin\."):
        intake.case("exports: {x.csv: {time_zone: Berlin}}")
