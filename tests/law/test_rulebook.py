"""The rule pack: every rule is cited, reachable and named once, and a faulty file is refused with its name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import ibis
import pytest

from consent_risk.case import Case, parse_case
from consent_risk.law.agreement_rules import agreement_conditions
from consent_risk.law.person_rules import event_conditions, is_child, other_bases, standing_bars, without_answer
from consent_risk.law.purposes import covering
from consent_risk.law.rulebook import parse_rulebook
from consent_risk.resources import read_rulebook
from consent_risk.vocabulary import Gate, Outcome, Purpose

LAW = Path(__file__).parents[2] / "consent_risk" / "law"
GOOD = (LAW / "rules" / "person" / "acquirer_not_named.yaml").read_text(encoding="utf-8")
PARAMETERS = {"age_of_consent.yaml": (LAW / "parameters" / "age_of_consent.yaml").read_text(encoding="utf-8")}

CASE = """
case: rules
as_of: 2026-03-31
provider: {name: A provider}
acquirer: {name: An acquirer, gatekeeper: true}
purposes: [PersonalisedAdvertising]
combines_data: true
consent_stale_after_months: 12
retention_months: 12
"""


@pytest.fixture(scope="module")
def case() -> Case:
    return parse_case(CASE)


def rows(**columns: str) -> ibis.Table:
    return ibis.table(columns, name="rows")


def conditions(case: Case) -> set[str]:
    """The ids of every condition that the logic can ask, and of the two that the gates ask in place."""
    agreement = rows(
        **dict.fromkeys(
            [
                "change_of_control",
                "anti_assignment",
                "change_of_control_response",
                "use_for_provider_purposes",
                "provider_role",
                "affiliate_use",
            ],
            "string",
        )
    )
    event = rows(
        event_state="string",
        legal_basis="string",
        collection_method="string",
        double_opt_in="string",
        recipients="string",
        valid_until="date",
        event_time="timestamp",
        evidence_level="int8",
        covers_combination="boolean",
    )
    record = rows(
        record_state="string",
        transfer_objection="boolean",
        last_activity_on="date",
        created_on="date",
        has_special_category="boolean",
        country="string",
        tenant_delivered="boolean",
    )
    purpose, yes = case.purposes[0], ibis.literal(True)
    claims = dict.fromkeys(("contract", "legitimate_interest", "other"), yes)
    return {
        *agreement_conditions(agreement, purpose),
        *event_conditions(event, case),
        *standing_bars(record, case),
        *other_bases(record, purpose, case, claims=claims, objected=yes),
        *without_answer(record, purpose),
        "agreement.none_delivered",
        "agreement.not_in_force",
        "person.refused_or_withdrawn",
        "person.special_category_not_explicit",
        "person.child_not_authorised",
    }


def test_every_rule_has_its_logic_and_every_condition_its_rule(case: Case) -> None:
    assert {rule.id for rule in read_rulebook().rules} == conditions(case)


@pytest.mark.parametrize("gate", [Gate.AGREEMENT, Gate.PERSON])
def test_a_worse_outcome_has_a_greater_code_and_the_lowest_rank_the_greatest_of_its_outcome(gate: Gate) -> None:
    rulebook = read_rulebook()
    ordered = rulebook.of(gate)
    severities = [rule.outcome.severity for rule in ordered]
    assert severities == sorted(severities)
    for outcome in Outcome:
        ranks = [rule.rank for rule in ordered if rule.outcome is outcome]
        assert ranks == sorted(ranks, reverse=True)


def test_every_citation_says_how_well_it_was_verified_and_links_are_bare_urls() -> None:
    for rule in read_rulebook().rules:
        for reference in rule.references:
            assert reference.verified in {"primary", "secondary", "design"}, rule.id
            assert reference.href is None or reference.href.startswith("https://"), rule.id
            assert reference.checked_on <= date(2026, 11, 22), rule.id


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("rank: 50", "rank: 50\nrank: 51"), "rank"),
        (("rank: 50", "rank: 50\ncolour: red"), "colour"),
        (("outcome: re_askable", "outcome: perhaps"), "outcome"),
        (("references:", "references: []\nlinks:"), "references"),
        (("id: person.acquirer_not_named", "id: person.someone_else"), "does not match the file"),
    ],
    ids=["duplicate key", "unknown key", "no such outcome", "no citation", "id unlike its file"],
)
def test_a_faulty_rule_file_is_refused_by_name(change: tuple[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said) as error:
        parse_rulebook({"person/acquirer_not_named.yaml": GOOD.replace(*change)}, PARAMETERS)
    assert "person/acquirer_not_named.yaml" in str(error.value)


def test_two_rules_of_one_rank_are_refused() -> None:
    twin = GOOD.replace("id: person.acquirer_not_named", "id: person.a_twin")
    with pytest.raises(ValueError, match="have rank 50"):
        parse_rulebook({"person/acquirer_not_named.yaml": GOOD, "person/a_twin.yaml": twin}, PARAMETERS)


def test_a_refusal_reaches_every_narrower_purpose_and_no_broader_one() -> None:
    assert Purpose.MARKETING in covering(Purpose.TARGETED_ADVERTISING)
    assert Purpose.TARGETED_ADVERTISING not in covering(Purpose.MARKETING)
    assert Purpose.MARKETING not in covering(Purpose.SERVICE_PROVISION)
    assert covering(Purpose.ANALYTICS) == {
        Purpose.ANALYTICS,
        Purpose.ALL_PROCESSING,
        Purpose.DISCLOSURE_TO_THIRD_PARTY,
    }


@pytest.mark.parametrize(
    ("country", "birth", "on", "child"),
    [
        ("DE", date(2006, 3, 2), date(2022, 3, 1), True),  # 16 tomorrow
        ("DE", date(2006, 3, 1), date(2022, 3, 1), False),  # 16 today
        ("DE", date(2006, 2, 28), date(2022, 3, 1), False),
        ("DK", date(2010, 6, 1), date(2023, 12, 31), False),  # 13, the last day on which 13 is enough
        ("DK", date(2010, 6, 1), date(2024, 1, 1), True),  # 13, the first day on which 15 is needed
        ("DK", date(2009, 1, 1), date(2024, 1, 1), False),  # 15 today
        ("DE", date(2004, 2, 29), date(2020, 2, 28), True),  # a birthday on 29 February ...
        ("SE", date(2004, 2, 29), date(2017, 2, 28), True),  # ... is kept on 1 March in other years
        ("SE", date(2004, 2, 29), date(2017, 3, 1), False),
        ("US", date(2020, 1, 1), date(2022, 1, 1), False),  # no verified age: no check
        ("", date(2020, 1, 1), date(2022, 1, 1), False),
    ],
)
def test_the_age_of_consent_is_that_of_the_country_on_the_day(country: str, birth: date, on: date, child: bool) -> None:
    asked = is_child(ibis.literal(birth), ibis.literal(country), ibis.literal(on), read_rulebook().age_of_consent)
    assert ibis.duckdb.connect().to_pyarrow(asked).as_py() is child
