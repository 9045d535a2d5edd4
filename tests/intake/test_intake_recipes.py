"""Recipes: strict when loaded, exact when they read, and a yes is never guessed."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from consent_risk.errors import UserError
from consent_risk.intake import recipes, seal_folder
from consent_risk.intake.recipes import built_in_recipes, parse_recipe
from consent_risk.intake.sealing import Sealer
from consent_risk.vocabulary import IdentifierType

KEY = bytes(range(32))
RECORDS = "tenant_id,source_id\nT1,S1\n"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample exports are not beside the checkout")

MINIMAL = """name: test
title: Test
system: test
recognise: [[Id]]
records: {tenant_id: file_name, source_id: [Id]}
data_categories: {}
consents:
  - columns: [OptIn]
    polarity: "+"
    purpose: DirectMarketing
    evidence_level: 1
    yes: ["1"]
    no: ["0"]
"""


def seal_sample(intake, sample: str):
    return seal_folder([SAMPLES / sample], intake.case(), Sealer(KEY), intake.staging)


@needs_samples
def test_the_kustomer_sample(intake) -> None:
    manifest = seal_sample(intake, "kustomer/customers.csv")
    records = intake.table("records")
    assert (records.height, records["tenant_id"].n_unique(), intake.table("consents").height) == (20, 20, 0)
    assert (records["email_keys"].list.len() > 0).sum() == 10
    assert (records["phone_keys"].list.len() > 0).sum() == 6
    assert records["record_state"].unique().to_list() == ["active"]
    assert records.select(pl.col("created_on").null_count() + pl.col("last_activity_on").null_count()).item() == 0
    assert manifest.delivered == ("records",)
    (given,) = manifest.inputs
    assert (given.recipe, given.states, given.deleted) == ("kustomer", {"unknown": 20}, 0)
    assert given.tallies == {
        "customers with an e-mail address": 10,
        "customers with a phone number": 6,
        "customers with a shared e-mail address": 1,
        "customers verified": 10,
        "conversations": 16,
    }


def test_invented_customers_in_the_shape_of_the_sample(intake) -> None:
    export = Path(__file__).parent / "data" / "kustomer_customers.csv"
    manifest = seal_folder([export], intake.case(), Sealer(KEY), intake.staging)
    seen = intake.table("records").select(
        "tenant_id",
        pl.col("email_keys", "phone_keys").list.len(),
        "country",
        "record_state",
        pl.col("created_on").cast(pl.String),
        "data_categories",
    )
    named = "EmailAddress;Identifying;Name"
    assert seen.rows() == [
        ("org1", 1, 1, None, "active", "2023-01-02", f"{named};TelephoneNumber"),
        ("org1", 1, 0, None, "active", "2023-01-02", f"CommunicationContent;{named}"),
        ("org2", 0, 0, "FR", "deleted", "2023-01-02", "Identifying;Location;Name"),
    ]
    assert (manifest.delivered, manifest.inputs[0].recipe) == (("records",), "kustomer")


@needs_samples
def test_the_hubspot_sample(intake) -> None:
    manifest = seal_sample(intake, "hubspot/contact_data.csv")
    assert intake.table("records").height == 19
    assert intake.table("records")["tenant_id"].unique().to_list() == ["contact_data"]
    assert [(given.recipe, given.rows, given.used) for given in manifest.inputs] == [("hubspot", 22, 19)]
    assert intake.rejected(manifest) == [("contact_data.csv", "merged into another contact", 3)]
    assert intake.table("rejects")["row"].to_list() == [2, 3, 4]
    assert (manifest.inputs[0].states, manifest.inputs[0].merged) == ({"unknown": 19}, 3)


def kustomer_row(id: str, attributes: dict[str, object] | str, org: str = "org1") -> str:
    text = attributes if isinstance(attributes, str) else json.dumps(attributes)
    relationships = json.dumps({"org": {"data": {"type": "org", "id": org}}})
    cells = ["customer", id, text, relationships, "{}", ""]
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


KUSTOMER = "type,id,attributes,relationships,links,updated_at\n"


def test_kustomer_attributes(intake) -> None:
    attributes = {
        "firstName": "Ana",
        "emails": [{"email": "Ana@example.com"}, {"email": None}, {"email": "b@example.com"}],
        "sharedEmails": [{"email": "family@example.com"}],
        "phones": [],
        "whatsapps": [{"phone": "+49 1"}],
        "recentLocation": {"location": {"countryName": "DE"}},
        "conversationCounts": {"all": 0},
        "birthdayAt": "1999-05-06T00:00:00.000Z",
        "createdAt": "2020-01-01T23:30:00.000-01:00",
        "deleted": True,
    }
    plain = {"recentLocation": {"location": {"countryName": "Germany"}}, "deleted": False}
    manifest = intake.seal({"people.csv": KUSTOMER + kustomer_row("1", attributes) + kustomer_row("2", plain)})
    sealer = Sealer(KEY)
    emails = sealer.seal_identifiers(pl.Series(["ana@example.com", "b@example.com"]), IdentifierType.EMAIL)
    phones = sealer.seal_identifiers(pl.Series(["+491"]), IdentifierType.PHONE)
    first, second = intake.table("records").to_dicts()
    assert (first["email_keys"], first["phone_keys"]) == (sorted(emails), phones.to_list())
    assert (first["country"], second["country"]) == ("DE", None)
    assert (first["record_state"], second["record_state"]) == ("deleted", "active")
    assert first["data_categories"] == "Age;EmailAddress;Identifying;Location;Name;TelephoneNumber"
    assert (str(first["created_on"]), str(first["birth_date"])) == ("2020-01-02", "1999-05-06")
    assert ("people.csv", "countries not kept: not an ISO 3166-1 alpha-2 code", 1) in intake.notes(manifest)


def test_json_that_is_broken(intake) -> None:
    rows = kustomer_row("1", '{"deleted": fal') + kustomer_row("2", '{"a": 1, "a": 2}') + kustomer_row("3", {})
    files = {"people.csv": KUSTOMER + rows}
    assert intake.problems(files) == [
        "people.csv, row 1, column attributes: not JSON. Export the file again; cells must not be cut off.",
        "people.csv, row 2, column attributes: the JSON names a key twice. Keep one of them.",
    ]
    manifest = intake.seal(files, set_aside=True)
    assert (manifest.inputs[0].rows, manifest.inputs[0].used) == (3, 1)


def test_json_with_half_a_character(intake) -> None:
    halves = ["\\ud800", "\\uDC00", "\\ud83d cut"]
    rows = "".join(kustomer_row(str(n), f'{{"firstName": "{half}"}}') for n, half in enumerate(halves))
    whole = kustomer_row("3", '{"firstName": "\\ud83d\\ude42", "lastName": "\\\\udine"}')
    reason = "the JSON holds half of a character (a lone surrogate)"
    files = {"people.csv": KUSTOMER + rows + whole + kustomer_row("\ud7ff", {"\ud800": 1})}
    assert intake.problems(files) == [
        f"people.csv, row {row}, column attributes: {reason}. "
        "Export the file again; texts must not be cut off within a character."
        for row in (1, 2, 3, 5)
    ]
    assert intake.seal(files, set_aside=True).inputs[0].used == 1


HUBSPOT = "Record ID,Email,Phone Number,Legal basis for processing contact's data,Unsubscribed from all email"


def consents(intake) -> list[tuple[object, ...]]:
    columns = ["purpose", "channel", "event_state", "legal_basis", "time_quality", "evidence_level", "raw_value"]
    return intake.table("consents").select(columns).rows()


@pytest.mark.parametrize(
    ("basis", "opted_out", "expected"),
    [
        ("", "", []),
        ("", "TRUE", [("objected", "none_recorded", "TRUE")]),
        ("", "FALSE", [("none_recorded", "none_recorded", "FALSE")]),
        ("Not applicable", "", [("none_recorded", "none_recorded", "Not applicable")]),
        (
            "Freely given consent from contact; Performance of a contract",
            "",
            [
                ("given", "consent", "Freely given consent from contact"),
                ("given", "contract", "Performance of a contract"),
            ],
        ),
        (
            "Legitimate interest - prospect/lead;Legitimate interest – existing customer",
            "",
            [
                ("given", "legitimate_interest", "Legitimate interest - prospect/lead"),
                ("given", "legitimate_interest", "Legitimate interest – existing customer"),
            ],
        ),
    ],
)
def test_hubspot_consent_columns(intake, basis: str, opted_out: str, expected: list[tuple[str, str, str]]) -> None:
    manifest = intake.seal({"portal.csv": f"{HUBSPOT}\n1,a@b.c,,{basis},{opted_out}\n"})
    known = ("DirectMarketing", "email")
    assert consents(intake) == [(*known, state, legal, "none", 1, raw) for state, legal, raw in expected]
    assert manifest.delivered == ("records", "consents")


def test_hubspot_subscription_types(intake) -> None:
    header = f"{HUBSPOT},Opted out of email: News,hs_email_optout_survey_reason"
    intake.seal({"portal.csv": f"{header}\n1,a@b.c,,,,TRUE,too many\n"})
    assert intake.table("consents").select("event_state", "raw_field").rows() == [
        ("objected", "Opted out of email: News")
    ]
    connector = "id,property_email,property_hs_email_optout,property_hs_email_optout_77"
    intake.seal({"portal.csv": f"{connector}\n1,a@b.c,FALSE,true\n"})
    assert intake.table("consents").select("event_state", "raw_field").rows() == [
        ("none_recorded", "property_hs_email_optout"),
        ("objected", "property_hs_email_optout_77"),
    ]


def test_a_value_the_recipe_does_not_know_is_unknown_and_counted(intake) -> None:
    rows = "1,a@b.c,,Freely given consent,\n2,d@e.f,,,ja\n3,g@h.i,,Performance of a contract;Ana Example,\n"
    manifest = intake.seal({"portal.csv": f"{HUBSPOT}\n{rows}"})
    (given,) = manifest.inputs
    known = ("DirectMarketing", "email")
    unknown = (*known, "unknown", "none_recorded", "none", 1, None)
    contract = (*known, "given", "contract", "none", 1, "Performance of a contract")
    assert sorted(consents(intake), key=str) == sorted([unknown, unknown, unknown, contract], key=str)
    assert given.unmapped == {
        "Legal basis for processing contact's data": 2,
        "Unsubscribed from all email": 1,
    }
    assert (given.rows, given.used, given.states) == (3, 3, {"given": 1, "unknown": 3})
    assert "Ana" not in manifest.to_json()


@pytest.mark.parametrize(
    ("row", "tenants"),
    [
        ("1,a@b.c,,Performance of a contract,", ("portal",)),
        ("1,a@b.c,,,maybe", ("portal",)),  # a value the recipe does not know
        (",a@b.c,,Performance of a contract,", ("portal",)),  # no record, so an orphan
        ("1,a@b.c,,,", ()),
    ],
)
def test_tenants_with_consent_events(intake, row: str, tenants: tuple[str, ...]) -> None:
    assert intake.seal({"portal.csv": f"{HUBSPOT}\n{row}\n"}, set_aside=True).consent_tenants == tenants


def test_a_row_that_is_set_aside_tells_of_no_consent(intake) -> None:
    rows = "1,a@b.c,,Performance of a contract,\n1,a@b.c,,Freely given consent from contact,\n"
    intake.seal({"portal.csv": f"{HUBSPOT}\n{rows}"}, set_aside=True)
    assert intake.table("consents")["raw_value"].to_list() == ["Performance of a contract"]


def test_merged_contacts_are_found_wherever_they_stand(intake, monkeypatch) -> None:
    monkeypatch.setattr("consent_risk.intake.csv_reading.BATCH_ROWS", 1)
    text = "Record ID,Email,Merged Contact IDs\n2,b@x.y,\n3,c@x.y,3; 2\n1,a@x.y,\n"
    manifest = intake.seal({"portal.csv": text})
    assert intake.table("rejects").rows() == [("portal.csv", 1, "source_id", "merged into another contact")]
    assert (manifest.inputs[0].rows, manifest.inputs[0].used) == (3, 2)


def test_which_recipe_reads_a_file(intake) -> None:
    hubspot = f"{HUBSPOT}\n1,a@b.c,,,\n"
    for case in ("", "recipe: hubspot", "recipes: {contacts.csv: hubspot}", 'recipes: {"con*.csv": hubspot}'):
        manifest = intake.seal({"contacts.csv": hubspot}, case=case)
        assert manifest.inputs[0].recipe == "hubspot"
    # A canonical name is canonical, unless the case says otherwise about this very file.
    manifest = intake.seal({"records.csv": RECORDS}, case="recipe: hubspot")
    assert manifest.inputs[0].recipe == "canonical"
    manifest = intake.seal({"records.csv": hubspot}, case="recipes: {records.csv: hubspot}")
    assert manifest.inputs[0].recipe == "hubspot"


def test_a_file_that_no_recipe_recognises(intake) -> None:
    (problem,) = intake.problems({"contacts.csv": "a,b\n1,2\n"})
    assert problem == (
        "contacts.csv: no recipe recognises this file. Give it a canonical name (tenants.csv, records.csv, "
        "agreements.csv, consents.csv, interactions.csv, acquirer_identifiers.csv, holders.csv), or name its recipe in "
        "case.yaml, for instance `recipes: {contacts.csv: hubspot}` (there are: "
        f"{', '.join(built_in_recipes())}). `consent-risk recipe propose FILE` drafts a new one."
    )
    assert intake.problems({"contacts.csv": "a,b\n1,2\n"}, case="recipe: hubspt") == [
        "case.yaml: there is no recipe `hubspt`, which should read contacts.csv. Did you mean `hubspot`?"
    ]
    assert intake.problems({"contacts.csv": "id,b\n1,2\n"}, case="recipe: kustomer") == [
        "contacts.csv: the header does not fit the recipe kustomer. It needs one of the columns attributes.",
        "contacts.csv: the header does not fit the recipe kustomer. It needs one of the columns relationships.",
    ]


def test_built_in_recipes_are_named_as_their_files() -> None:
    folder = Path(recipes.__file__).parent
    assert list(built_in_recipes()) == sorted(path.stem for path in folder.glob("*.yaml"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('    polarity: "+"\n', "", "test.yaml, line 8, key consents.0.polarity: the key is missing. "
         "Add `polarity:` to the recipe."),
        ('polarity: "+"', "polarity: yes", "test.yaml, line 9, key consents.0.polarity: input should be '+', '-', "
         "'mapped' or 'present'."),
        ('polarity: "+"', "polarity: mapped", "test.yaml, line 8, key consents.0: with `polarity: mapped` there must "
         "be values."),
        ('    yes: ["1"]\n', "", "test.yaml, line 8, key consents.0: with polarity + or - the spellings stand under "
         "`yes` and `no`, both."),
        ('no: ["0"]', 'no: ["1"]', "test.yaml, line 8, key consents.0: a value is listed under `yes` and under `no`."),
        ("purpose: DirectMarketing", "purpose: Mail", "test.yaml, line 10, key consents.0.purpose: not one of the "
         "values allowed."),
        ("    purpose:", "    purpse: x\n    purpose:", "test.yaml, line 10, key consents.0.purpse: unknown key. "
         "Did you mean `purpose`?"),
        ("title: Test", "title: Test\ntitel: x", "test.yaml, line 3, key titel: unknown key. Did you mean `title`?"),
        ("title: Test", "title: Test\ntitle: x", "test.yaml, line 3, key title: the key stands twice."),
        ("data_categories: {}", "data_categories: {Mail: [x]}", "test.yaml, line 6, key data_categories.Mail: not one "
         "of the values allowed."),
        ("purpose: DirectMarketing", "purpose: {columns: [Why], values: {News: Mail}}", "test.yaml, line 10, key "
         "consents.0.purpose.values.News: not one of the values allowed."),
        ("purpose: DirectMarketing", "purpose: {columns: [Why], vals: {News: Marketing}}", "test.yaml, line 10, key "
         "consents.0.purpose.values: the key is missing."),
        ("purpose: DirectMarketing", "purpose: [Marketing]", "test.yaml, line 10, key consents.0.purpose: not one of "
         "the values allowed."),
        ("tenant_id: file_name", "tenant_id: Org", "test.yaml, line 5, key records.tenant_id: input should be "
         "'file_name'."),
        ("tenant_id: file_name", "tenant_id: [1]", "test.yaml, line 5, key records.tenant_id.0: not text."),
    ],
)  # fmt: skip
def test_a_recipe_is_checked_when_it_is_loaded(old: str, new: str, message: str) -> None:
    parse_recipe(MINIMAL, "test.yaml")
    assert old in MINIMAL
    with pytest.raises(UserError) as refused:
        parse_recipe(MINIMAL.replace(old, new), "test.yaml")
    assert str(refused.value).startswith(message)


def test_polarity_belongs_to_the_column() -> None:
    plus = parse_recipe(MINIMAL, "test.yaml").consents[0].meanings
    minus = parse_recipe(MINIMAL.replace('"+"', '"-"'), "test.yaml").consents[0].meanings
    assert (plus["1"].event_state, plus["1"].legal_basis) == ("given", "consent")
    assert (minus["1"].event_state, minus["1"].legal_basis) == ("objected", "none_recorded")
    assert plus["0"] == minus["0"] and plus["0"].event_state == "none_recorded"
