"""The built-in recipes of CRM, help desk and mailing systems, each on an invented export and on the real samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from intake.recipes.exports_of_crm_and_mailing import SAMPLES, Sample

from consent_risk.intake import seal_folder
from consent_risk.intake.manifest import Input, Manifest
from consent_risk.intake.recipes import parse_recipe
from consent_risk.intake.recognising import receive
from consent_risk.intake.sealing import Sealer

KEY = bytes(range(32))
RECIPES = sorted({sample.recipe for sample in SAMPLES})
REAL = Path(__file__).parents[4] / "shared" / "samples"
NO_ADDRESSES = "e-mail addresses that are no addresses"
needs_samples = pytest.mark.skipif(not REAL.is_dir(), reason="the sample exports are not beside the checkout")


@pytest.mark.parametrize("name", RECIPES)
def test_the_recipe_loads_strictly(name: str) -> None:
    text = files("consent_risk.intake.recipes").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    recipe = parse_recipe(text, f"{name}.yaml")
    assert recipe.name == name
    assert recipe.source.startswith("https://")
    assert recipe.asks or not recipe.delivers, "whoever hands in people or consents is asked what no export says"


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_an_invented_export_reads_as_written_down(intake, sample: Sample) -> None:
    more = f"exports: {sample.exports}" if sample.exports else ""
    files_in = {**sample.beside, sample.file: sample.text}
    manifest = intake.seal(files_in, case=more, set_aside=True)
    given = input_of(manifest, sample.file)
    assert (given.recipe, given.records) == (sample.recipe, sample.records)
    assert states_of(given) == sample.states
    assert dict(given.unmapped) == dict(sample.unmapped)
    assert rejected_of(manifest, sample.file) == dict(sample.rejected)
    assert given.orphans == sample.orphans
    assert {name: number for name, number in given.tallies.items() if number} == dict(sample.tallies)
    assert given.dropped == sample.dropped
    assert events_of(intake, given, before=manifest) == Counter(sample.events)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_an_invented_export_is_recognised_by_its_own_recipe_alone(intake, sample: Sample) -> None:
    path = intake.folder / sample.file
    path.write_text(sample.text, encoding="utf-8")
    ((_, reading),) = receive(path, intake.case())
    assert reading.recipe == sample.recipe


@pytest.mark.parametrize(
    ("file", "header"),
    [
        ("contacts.csv", "id,created_at,updated_at,email,first_name,last_name"),
        ("leads.csv", "Id,Email,FirstName,LastName,LeadSource"),
        ("people.csv", "Contact ID,First Name,Email,Email Opt Out"),
        ("users.csv", "id,name,email,role,active"),
        ("channels.csv", "email,channel_id,message_type_id"),
        ("events.json", '{"data": [{"type": "event", "id": "1", "attributes": {}}]}'),
    ],
)
def test_an_export_of_another_system_is_not_claimed(intake, file: str, header: str) -> None:
    text = header if file.endswith(".json") else f"{header}\n{','.join('1' for _ in header.split(','))}\n"
    (problem,) = intake.problems({file: text})
    assert problem.startswith(f"{file}: no recipe recognises this file.")


def test_the_files_of_one_mailchimp_audience_are_one_tenant(intake) -> None:
    header = "Email Address,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID,EUID"
    kept = {f"{status}_members_export_0a1b2c": f"{status}@example.com" for status in ("subscribed", "unsubscribed")}
    files_in = {f"{name}.csv": f"{header}\n{email},2,,,,,1,{name}\n" for name, email in kept.items()}
    manifest = intake.seal({**files_in, "renamed.csv": f"{header}\nana@example.com,2,,,,,1,e9\n"})
    assert sorted(intake.table("records")["tenant_id"].unique()) == ["0a1b2c", "renamed"]
    assert states_of(input_of(manifest, "renamed.csv")) == {"unknown": 1}


def test_consents_of_an_individual_are_about_every_contact_that_names_it(intake) -> None:
    contacts = "Id,Email,HasOptedOutOfEmail,IndividualId\n003A,ana@example.com,,0PKA\n003B,ana@example.org,,0PKA\n"
    individuals = "Id,HasOptedOutProcessing,HasOptedOutSolicit,CanStorePiiElsewhere\n0PKA,true,false,false\n"
    intake.seal({"org.csv": contacts, "individual.csv": individuals})
    consents = intake.table("consents").filter(pl.col("purpose") == "AllProcessing")
    assert consents.select("event_state", "transfer_objection").rows() == [("objected", True)] * 2
    assert consents["record_key"].sort().equals(intake.table("records")["record_key"].sort())


def test_channels_that_no_file_explains_are_counted(intake) -> None:
    opt_outs = "_fivetran_id,channel_id\nu1,11\nu1,12\nu1,13\n"
    users = "email,signup_source,iterable_user_id,_fivetran_id\nana@example.com,API,1,u1\n"
    channels = "id,name,channel_type,message_medium\n11,News,Marketing,Email\n"
    given = {"user_unsubscribed_channel.csv": opt_outs, "user_history.csv": users}
    alone = intake.seal(given)
    assert input_of(alone, "user_unsubscribed_channel.csv").warnings == ()
    explained = intake.seal({**given, "channel.csv": channels})
    warnings = input_of(explained, "user_unsubscribed_channel.csv").warnings
    assert warnings == ("channels that no file explains (2 times)",)


def test_a_deleted_marketo_lead_is_sealed_as_deleted(intake) -> None:
    leads = "id,created_at,updated_at,email,first_name,last_name\n1,,,a@example.com,A,A\n2,,,b@example.com,B,B\n"
    deletes = "id,activity_date,activity_type_id,lead_id\n1,2021-05-06 07:08:09.000,29,2\n"
    manifest = intake.seal({"marketo_leads.csv": leads, "activity_delete_lead.csv": deletes})
    assert intake.table("records")["record_state"].cast(pl.String).to_list() == ["active", "deleted"]
    assert input_of(manifest, "marketo_leads.csv").deleted == 1


@needs_samples
def test_the_hubspot_samples(intake) -> None:
    contacts, merges, lists = "contact_data.csv", "contact_merge_audit_data.csv", "contact_list_member_data.csv"
    given = read(intake, *(f"hubspot/{name}" for name in (contacts, merges, lists)))
    assert {name: one.recipe for name, one in given.items()} == {
        contacts: "hubspot",
        merges: "hubspot_merges",
        lists: "hubspot_lists",
    }
    assert (given[contacts].rows, given[contacts].records, given[contacts].merged) == (22, 19, 3)
    assert states_of(given[contacts]) == {"unknown": 19}
    assert (given[merges].rows, given[merges].orphans) == (4, 4)
    assert (given[lists].rows, states_of(given[lists])) == (100, {})
    assert given[lists].tallies == {"list: 1070": 68, "list: 38": 28, "list: 268": 4, "current memberships": 68}


@needs_samples
def test_the_intercom_sample(intake) -> None:
    (given,), notes = read_with_notes(intake, "intercom/contact_history_data.csv")
    assert ("contact_history_data.csv", NO_ADDRESSES, 9) in notes
    assert (given.recipe, given.rows, given.records) == ("intercom", 9, 9)
    assert states_of(given) == {"none_recorded": 9}
    assert intake.table("records")["tenant_id"].n_unique() == 1


@needs_samples
def test_the_iterable_samples(intake) -> None:
    _, notes = read_with_notes(intake, "iterable/user_history_bq_json_data.csv")
    assert ("user_history_bq_json_data.csv", NO_ADDRESSES, 2) in notes
    assert intake.table("records")["email_keys"].list.len().to_list() == [1, 1]  # strict-1 takes them as they are
    (users,) = read(intake, "iterable/user_history_bq_json_data.csv", case="identifiers: {profile: uid2-1}").values()
    assert (users.recipe, users.records, states_of(users)) == ("iterable", 2, {"unknown": 2})
    # Neither `fake_emailatdotcome` nor its like is an address: unusable under every profile that checks.
    assert intake.table("records")["email_keys"].list.len().to_list() == [0, 0]
    channels, kinds = "user_unsubscribed_channel_data.csv", "user_unsubscribed_message_type_data.csv"
    given = read(intake, *(f"iterable/{name}" for name in (channels, kinds, "channel_data.csv")), without_records=True)
    assert {given[name].recipe for name in (channels, kinds)} == {"iterable_unsubscribed"}
    assert states_of(given[channels]) == {"objected": 2}
    assert states_of(given[kinds]) == {"objected": 3}
    assert [given[name].tallies["users opted out"] for name in (channels, kinds)] == [1, 1]
    assert given[channels].tallies["channels opted out of"] == 2
    assert given[kinds].tallies["message types opted out of"] == 3
    assert given[channels].warnings == ("channels that no file explains (2 times)",)
    assert given["channel_data.csv"].recipe == "iterable_channels"


@needs_samples
def test_the_marketo_samples(intake) -> None:
    leads, deletes = "marketo_lead_data.csv", "marketo_activity_delete_lead_data.csv"
    given = read(intake, f"marketo/{leads}", f"marketo/{deletes}")
    assert (given[leads].recipe, given[leads].records) == ("marketo", 100)
    assert states_of(given[leads]) == {"unknown": 100}
    assert (given[deletes].recipe, given[deletes].rows, given[deletes].orphans) == ("marketo_deletes", 31, 31)
    assert (states_of(given[deletes]), given[leads].deleted) == ({}, 0)


@needs_samples
def test_the_salesforce_sample(intake) -> None:
    (given,) = read(intake, "salesforce/sf_contact_data.csv").values()
    assert (given.recipe, given.rows, given.records) == ("salesforce", 4, 4)
    # has_opted_out_of_email is FALSE 3 and blank 1, as formats.md counts; do_not_call is FALSE once beside it.
    by_field = {(one.field, one.raw_value): one.statements for one in given.understood}
    assert by_field == {("has_opted_out_of_email", "FALSE"): 3, ("do_not_call", "FALSE"): 1}
    assert states_of(given) == {"none_recorded": 3 + 1, "unknown": 1}


@needs_samples
def test_the_freshdesk_sample(intake) -> None:
    (given,) = read(intake, "freshdesk/contact.json").values()
    assert (given.recipe, given.rows, given.records, states_of(given)) == ("freshdesk", 1, 1, {"unknown": 1})
    assert intake.table("records")["email_keys"].list.len().to_list() == [2]


def read(intake, *samples: str, case: str = "", **settings: Any) -> Mapping[str, Input]:
    return {given.file: given for given in sealed(intake, *samples, case=case, **settings).inputs}


def read_with_notes(intake, *samples: str) -> tuple[tuple[Input, ...], list[tuple[str, str, int]]]:
    manifest = sealed(intake, *samples)
    return manifest.inputs, intake.notes(manifest)


def sealed(intake, *samples: str, case: str = "", **settings: Any) -> Manifest:
    paths = [REAL / sample for sample in samples]
    return seal_folder(paths, intake.case(case), Sealer(KEY), intake.staging, set_aside=True, **settings)


def input_of(manifest: Manifest, file: str) -> Input:
    (given,) = (given for given in manifest.inputs if given.file == file)
    return given


def states_of(given: Input) -> dict[str, int]:
    return {state.value: number for state, number in given.states.items()}


def rejected_of(manifest: Manifest, file: str) -> dict[str, int]:
    return {rejected.reason: rejected.rows for rejected in manifest.rejects if rejected.file == file}


def events_of(intake, given: Input, before: Manifest) -> Counter[tuple[Any, ...]]:
    """The sealed events of one file: those of the files read before it come first."""
    others = sum(other.events for other in before.inputs if other.file != given.file)
    table = intake.table("consents")
    own = table.tail(given.events) if others else table
    columns = ["purpose", "channel", "event_state", "legal_basis", "evidence_level"]
    day = pl.col("event_time").dt.date().cast(pl.String)
    return Counter(own.select(*columns, day, "time_quality").rows())
