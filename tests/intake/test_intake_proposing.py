"""Proposed recipes: what is proven is written out and passes the check; what is not is asked and fails it."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from consent_risk.errors import UserError
from consent_risk.intake.aliases import CONSENT, FIELDS, normalised_name
from consent_risk.intake.proposal_text import proposal_text
from consent_risk.intake.proposing import NO_ID, WHICH_ORDER, Proposal, propose
from consent_risk.intake.recipes import Recipe, parse_recipe
from consent_risk.vocabulary import EventState, Purpose

FORMATS = Path(__file__).parents[3] / "shared" / "formats.md"
Cells = dict[str, list[str | None]]
PEOPLE: Cells = {"Customer ID": ["C1", "C2"], "E-mail": ["ana@example.com", None]}


def proposed(cells: Cells, file: str = "contacts.csv") -> Proposal:
    return propose(file, list(cells), pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)))


def recipe_of(cells: Cells) -> Recipe:
    found = proposed(PEOPLE | cells)
    assert found.questions == ()
    return parse_recipe(proposal_text(found), "ours.yaml")


def refused(cells: Cells) -> list[str]:
    """What the check says of the proposal, which leaves something open."""
    found = proposed(cells)
    text = proposal_text(found)
    assert found.questions
    assert all(f"# decide: {question}" in text for question in found.questions)
    with pytest.raises(UserError) as error:
        parse_recipe(text, "ours.yaml")
    return error.value.lines()


def test_a_proposal_that_leaves_nothing_open_is_a_recipe() -> None:
    dates: list[str | None] = ["13/4/2020", "2/5/2021"]
    recipe = recipe_of({"Phone": ["+49 151 2345678", None], "Country": ["DE", "FR"], "Created At": dates})
    assert recipe.records is not None
    assert (recipe.name, recipe.records.tenant_id, recipe.records.source_id) == (
        "contacts",
        "file_name",
        ("Customer ID",),
    )
    assert (recipe.records.email, recipe.records.phone, recipe.records.country) == (
        ("E-mail",),
        ("Phone",),
        ("Country",),
    )
    assert recipe.date_order == "day_first"
    assert recipe.consents == ()


@pytest.mark.parametrize(
    ("column", "cells", "yes", "state"),
    [
        ("Accepts Email Marketing", ["yes", "no"], "yes", EventState.GIVEN),
        ("subscribed_to_emails", ["TRUE", "FALSE"], "true", EventState.GIVEN),
        ("Newsletter", ["1", "0"], "1", EventState.GIVEN),
        ("has_opted_out_of_email", ["true", None], "true", EventState.OBJECTED),
        ("Email Opt Out", ["No", "No"], "yes", EventState.OBJECTED),
        ("Opted out of email: Product news", ["TRUE", None], "true", EventState.OBJECTED),
        ("Do not allow Bulk Emails", ["Allow", "Do Not Allow"], "do not allow", EventState.OBJECTED),
        ("Don't Process", ["1.0", "0.0"], "1.0", EventState.OBJECTED),
    ],
)
def test_the_polarity_of_a_known_column_is_that_of_its_system(
    column: str, cells: list[str | None], yes: str, state: EventState
) -> None:
    (statement,) = recipe_of({column: cells}).consents
    assert statement.fits([column]) == (column,)
    assert statement.meanings[yes].event_state is state
    assert {meaning.event_state for text, meaning in statement.meanings.items() if text in statement.no} == {
        EventState.NONE_RECORDED
    }


def test_opt_in_is_partner_offers_and_do_not_trade_forbids_passing_on() -> None:
    opt_in, trade = recipe_of({"Opt-in": ["1", "0"], "do_not_trade": ["0", "1"]}).consents
    assert (opt_in.polarity, opt_in.purpose) == ("+", Purpose.DISCLOSURE_TO_THIRD_PARTY)
    assert (trade.polarity, trade.transfer_objection) == ("-", True)


def test_a_time_says_that_it_happened() -> None:
    columns: Cells = {"CONFIRM_TIME": ["2020-01-01 10:00:00", None], "UNSUB_TIME": [None, "2021-01-01 10:00:00"]}
    confirmed, left = recipe_of(columns).consents
    assert confirmed.says and left.says and confirmed.time and left.time
    assert (confirmed.says.event_state, left.says.event_state) == (EventState.GIVEN, EventState.OBJECTED)
    assert (confirmed.time.columns, left.time.columns) == (("CONFIRM_TIME",), ("UNSUB_TIME",))


@pytest.mark.parametrize(
    "column", ["Opt in email", "E-mail opt-out (old)", "marketing_consent", "Newsletter abo", "optout_sms"]
)
def test_a_column_that_is_only_like_a_known_one_is_asked(column: str) -> None:
    lines = refused(PEOPLE | {column: ["yes", "no"]})
    assert any("consents.0.polarity: the key is missing" in line for line in lines)


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("Newsletter", ["yes", "no"]),  # known with 0 and 1 only
        ("Email Opt Out", ["Yes", "Vielleicht"]),
        ("Email Opt Out", [None, None]),
        ("Do not allow Bulk Emails", ["1", "0"]),
        ("UNSUB_TIME", ["soon", None]),
    ],
)
def test_values_that_are_not_known_are_asked_and_never_shown(column: str, cells: list[str | None]) -> None:
    assert any("polarity" in line for line in refused(PEOPLE | {column: cells}))
    text = proposal_text(proposed(PEOPLE | {column: cells}))
    assert "Vielleicht" not in text and "soon" not in text


def test_an_order_of_days_that_the_sample_does_not_prove_is_asked() -> None:
    (line,) = refused(PEOPLE | {"Created at": ["3/4/2020", "5/6/2021"]})
    assert re.search(r"line \d+, key date_order", line)
    assert proposed(PEOPLE | {"Created at": ["3/4/2020", None]}).questions == (WHICH_ORDER,)
    both: Cells = {"Created at": ["13/4/2020", None], "Birthday": ["4/13/1980", None]}
    assert proposed(PEOPLE | both).questions == (WHICH_ORDER,)
    assert proposed(PEOPLE | {"Created at": ["2020-04-03", None]}).order is None


def test_epochs_are_told_by_their_digits() -> None:
    columns: Cells = {"created_at": ["1586908800", "1586908801"], "Last seen": ["1586908800000", None]}
    records = recipe_of(columns).records
    assert records and records.created_at and records.last_activity_at
    assert (records.created_at.unit, records.last_activity_at.unit) == ("seconds", "milliseconds")


@pytest.mark.parametrize("ids", [["C1", "C1"], ["C1", None]])
def test_an_id_that_is_blank_or_stands_twice_is_no_id(ids: list[str | None]) -> None:
    lines = refused({"Customer ID": ids, "Email": ["ana@example.com", "bo@example.com"]})
    assert any("records.source_id: the key is missing" in line for line in lines)


def test_a_header_that_says_nothing_is_no_recipe() -> None:
    lines = refused({"Farbe": ["rot"], "Größe": ["38"]})
    assert any("recognise" in line for line in lines)
    assert NO_ID in proposed({"Farbe": ["rot"]}).questions


def test_no_cell_reaches_the_text() -> None:
    cells: Cells = {
        "Customer ID": ["SECRET-1"],
        "Name": ["SECRET Ana"],
        "Country": ["SECRETLAND"],
        "Email": ["secret@example.com"],
        "Consent": ["secret yes"],
        "Notes": ["secret"],
        "Created": ["secret"],
    }
    found = proposed(cells)
    assert "secret" not in proposal_text(found).casefold().replace("# decide", "")
    assert "secret" not in str(found).casefold()


@pytest.mark.parametrize("name", ["ana@example.com", "+49 151 2345678", "a\nb", "x" * 80])
def test_a_header_that_looks_like_data_is_refused_without_showing_it(name: str) -> None:
    with pytest.raises(UserError) as error:
        proposed({"Customer ID": ["1"], name: ["2"]})
    assert "column 2" in str(error.value) and name not in str(error.value)


@pytest.mark.parametrize(
    "name", ['a"b', "a: b", "- a", "yes", "null", "{a}", "a # b", "a*b", "[a]", "'a'", "Ä ö", "a\\b", "%", "!x"]
)
def test_any_name_of_a_column_makes_valid_yaml(name: str) -> None:
    cells: Cells = {
        "Customer ID": ["1", "2"],
        f"Opted out of email: {name}": ["true", "false"],
        f"{name} unread": ["1", "2"],
    }
    recipe = parse_recipe(proposal_text(proposed(cells)), "ours.yaml")
    (statement,) = recipe.consents
    assert statement.fits(list(cells)) == (f"Opted out of email: {name}",)


@pytest.mark.parametrize("file", ["A B (1).csv", "ÄÖÜ.xlsx", "-.csv", "2024.csv.gz", "x/y.csv"])
def test_any_name_of_a_file_makes_the_name_of_a_recipe(file: str) -> None:
    parse_recipe(proposal_text(proposed(PEOPLE, file)), "ours.yaml")


def test_every_alias_of_the_list_is_known_with_its_polarity() -> None:
    if not FORMATS.exists():
        pytest.skip("../shared is not beside the checkout")
    listed = FORMATS.read_text(encoding="utf-8").split("Minimal header aliases")[1].split("Anything else")[0]
    found = dict(re.findall(r"`([^`]+?) ([+-])", listed.split("stripped; each with polarity):")[1]))
    timed = dict(re.findall(r"`(\w+) \(time, ([+-])\)", listed))
    names = {re.sub(r" \(0/1\)", "", name): polarity for name, polarity in (found | timed).items()}
    names = {name: polarity for name, polarity in names.items() if "(time" not in name}
    names.pop("opted out of email: *")
    assert len(names) > 20
    known = {name: alias.polarity for name, alias in CONSENT.items()}
    assert {normalised_name(name): polarity for name, polarity in names.items()} == known


def test_no_name_stands_for_two_things() -> None:
    names = [name for listed in FIELDS.values() for name in listed]
    assert len(names) == len(set(names))
    assert not set(names) & CONSENT.keys()
