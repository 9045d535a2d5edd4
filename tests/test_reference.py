"""The reference itself: against the worked example, and against arithmetic done by hand."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from reference import BEST_TO_WORST, Case, Row, age_of_consent, figures, months_before, person_outcome, read_folder
from strategies import cases, write_folder

SHARED = Path(__file__).parents[1].parent / "shared" / "worked_example"
COPY = Path(__file__).parent / "data" / "worked_example"
ADS = "PersonalisedAdvertising"


def test_the_worked_example_is_met_in_all_its_figures() -> None:
    folder = SHARED if SHARED.exists() else COPY
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    found = {named(figure): figure for figure in figures(read_folder(folder))}
    assert len(expected) == 141
    assert found.keys() == {named(figure) for figure in expected}
    for figure in expected:
        for bound in ("value", "lower", "upper"):
            assert found[named(figure)][bound] == pytest.approx(figure[bound], abs=1e-6), (named(figure), bound)


@pytest.mark.skipif(not SHARED.exists(), reason="a fresh checkout has the copy only")
def test_the_copy_of_the_worked_example_is_the_shared_one() -> None:
    shared = {file.name: file.read_bytes() for file in SHARED.iterdir()}
    assert {file.name: file.read_bytes() for file in COPY.iterdir()} == shared


# The person gate ---------------------------------------------------------------------------------


def test_specific_consent_after_a_broad_objection_stands() -> None:
    objection = consent(purpose="AllProcessing", event_state="objected", event_time="2021-06-01T12:00:00Z")
    assert gate([objection, consent(event_time="2021-06-02T12:00:00Z")]) == "accessible"
    assert gate([objection, consent(event_time="2021-05-31T12:00:00Z")]) == "barred"


def test_an_objection_to_a_narrower_purpose_does_not_cover_the_broader_one() -> None:
    narrower = consent(purpose="TargetedAdvertising", event_state="objected")
    assert gate([consent(event_time="2021-06-02"), narrower]) == "accessible"
    assert gate([consent(event_time="2021-06-02"), narrower], "TargetedAdvertising") == "barred"


def test_a_grant_for_a_broader_purpose_does_not_cover_a_narrower_one() -> None:
    assert gate([consent(purpose="Marketing")]) == "re_askable"  # as if there were none


def test_given_and_withdrawn_at_the_same_instant_is_withdrawn() -> None:
    given_ = consent(event_time="2021-06-01T12:00:00Z")
    withdrawn = consent(event_time="2021-06-01T14:00:00+02:00", event_state="withdrawn")
    assert gate([given_, withdrawn]) == gate([withdrawn, given_]) == "barred"


def test_of_two_events_at_the_same_instant_the_worst_decides() -> None:
    assert gate([consent(), consent(evidence_level="1")]) == "unknown"
    assert gate([consent(), consent(event_state="requested")]) == "re_askable"


def test_an_untimed_event_ranks_before_every_timed_one() -> None:
    untimed = consent(event_state="withdrawn", event_time="")
    assert gate([consent(), untimed]) == "accessible"
    assert gate([consent(event_time=""), untimed]) == "barred"
    assert gate([consent(event_time="")]) == "unknown"


@pytest.mark.parametrize(
    ("event_time", "outcome"),
    [
        ("2022-01-27T23:59:59.999999Z", "barred"),
        ("2022-01-28T00:00:00Z", "accessible"),
        ("2022-01-28T01:00:00+02:00", "barred"),
    ],
)
def test_events_count_until_the_end_of_the_as_of_day(event_time: str, outcome: str) -> None:
    assert gate([consent(), consent(event_state="objected", event_time=event_time)]) == outcome


@pytest.mark.parametrize(
    ("event_time", "outcome"),
    [("2019-01-26T23:59:59Z", "re_askable"), ("2019-01-27T00:00:00Z", "accessible"), ("2019-01-28", "accessible")],
)
def test_consent_is_stale_before_the_day_36_months_ago(event_time: str, outcome: str) -> None:
    assert gate([consent(event_time=event_time)]) == outcome


@pytest.mark.parametrize(
    ("valid_until", "outcome"),
    [("2022-01-26", "re_askable"), ("2022-01-27", "accessible"), ("2022-01-28", "accessible")],
)
def test_consent_is_valid_through_its_last_day(valid_until: str, outcome: str) -> None:
    assert gate([consent(valid_until=valid_until)]) == outcome


@pytest.mark.parametrize(
    ("birth_date", "outcome"),
    [("2005-05-31", "accessible"), ("2005-06-01", "accessible"), ("2005-06-02", "barred")],
)
def test_a_child_of_sixteen_may_consent_in_germany(birth_date: str, outcome: str) -> None:
    assert gate([consent(event_time="2021-06-01")], record_=record(birth_date=birth_date)) == outcome


def test_contract_carries_the_service_even_where_consent_is_missing() -> None:
    contract = consent(purpose="ServiceProvision", legal_basis="contract")
    withdrawn = consent(purpose="ServiceProvision", event_state="withdrawn")
    assert gate([contract, withdrawn], "ServiceProvision") == "accessible"  # the best of steps 4 and 5
    assert gate([consent(legal_basis="contract")]) == "re_askable"


def test_legitimate_interest_yields_to_an_objection_not_earlier() -> None:
    interest = consent(legal_basis="legitimate_interest")
    assert gate([interest]) == "unknown"
    assert gate([interest, consent(event_state="objected")]) == "barred"
    # an earlier objection bars step 4, but the interest was claimed after it
    assert gate([interest, consent(event_state="objected", event_time="2021-05-01")]) == "unknown"


def test_denmark_raised_its_age_in_2024() -> None:
    assert age_of_consent("DK", date(2023, 12, 31)) == 13
    assert age_of_consent("DK", date(2024, 1, 1)) == 15
    assert age_of_consent("NO", date(2024, 1, 1)) is None


def test_calendar_months_end_on_the_last_day() -> None:
    assert months_before(date(2022, 3, 31), 1) == date(2022, 2, 28)
    assert months_before(date(2024, 2, 29), 12) == date(2023, 2, 28)
    assert months_before(date(2022, 1, 31), 36) == date(2019, 1, 31)
    assert months_before(date(2022, 1, 15), 1) == date(2021, 12, 15)


# Persons and scenarios ---------------------------------------------------------------------------


def test_persons_link_in_chains_and_across_tenants() -> None:
    a = record("T1", "A", email=" ADA@Example.com")
    c = record("T2", "C", phone="+49 1500 0000 123")
    b = record("T1", "B", email="ada@example.com", phone="+4915000000123")
    lonely = [record("T1", "D"), record("T1", "E")]
    organisation = record("T1", "F", email="ada@example.com", phone="+33150000000", is_natural_person="false")
    beyond = record("T2", "G", phone="+33150000000")  # would be linked by the organisation alone
    found = counts(case_of([a, c, b, *lonely, organisation, beyond]))
    assert found["persons.in_scope", None, "K0"] == (4, 4, 4)  # A-B-C, D, E and G
    assert found["records.in_scope", None, "K0"] == (6, 6, 6)
    assert counts(case_of([a, c, *lonely]))["persons.in_scope", None, "K0"] == (4, 4, 4)  # nothing links A, C


def test_one_person_at_two_tenants_under_renegotiation_and_new_consent() -> None:
    """Ada is at T1 (small, must consent, agrees with 0.5), where her consent is in order, and at T2 (large,
    processor only, agrees with 0.2), where she is asked again and says yes with 0.3."""
    case = two_tenants()
    found = counts(case)

    # after a yes T1 or T2 must agree; after a no only T1's record passes
    expected = 0.3 * (1 - (1 - 0.5) * (1 - 0.2)) + (1 - 0.3) * 0.5
    assert expected == pytest.approx(0.3 * 0.6 + 0.7 * 0.5) == pytest.approx(0.53)
    assert expected == pytest.approx(by_enumeration(agrees=(0.5, 0.2), says_yes=0.3))
    assert found["persons.transferable", ADS, "K1+K2"] == pytest.approx((expected,) * 3)
    assert found["records.transferable", ADS, "K1+K2"] == pytest.approx((0.5 + 0.3 * 0.2,) * 3)

    assert found["persons.transferable", ADS, "K0"] == (0, 0, 0)
    assert found["persons.transferable", ADS, "K1"] == pytest.approx((0.5,) * 3)
    assert found["persons.transferable", ADS, "K2"] == (0, 0, 0)
    assert found["persons.transferable", ADS, "K3"] == (1, 1, 1)

    # Location is held at both tenants, Financial at T2 only; 10 messages at T1, 4 at T2 by the acquirer's channel
    assert found["data_points.transferable", ADS, "K1+K2"] == pytest.approx((expected + 0.3 * 0.2,) * 3)
    assert found["messages.transferable", ADS, "K1+K2"] == pytest.approx((10 * 0.5 + 4 * 0.3 * 0.2,) * 3)
    assert found["messages.additional", ADS, "K1+K2"] == pytest.approx((10 * 0.5,) * 3)


def test_unknown_never_passes_below_and_always_above() -> None:
    """As before, but T2 has no agreement (unknown), and her consent there lacks evidence (unknown)."""
    case = two_tenants()
    case["agreements"] = case["agreements"][:1]
    case["consents"].append(consent(tenant_id="T2", source_id="B", evidence_level="1"))
    found = counts(case)
    value = 0.3 * (1 - (1 - 0.5) * (1 - 0.2)) + 0.7 * 0.5
    assert found["persons.transferable", ADS, "K1+K2"] == pytest.approx((value, 0.5, 1))
    assert found["persons.transferable", ADS, "K0"] == (0, 0, 1)
    assert found["persons.transferable", ADS, "K1"] == pytest.approx((0.5, 0.5, 1))
    assert found["persons.transferable", ADS, "K2"] == (0, 0, 1)
    assert found["records.transferable", ADS, "K3"] == (2, 1, 2)


def test_the_opt_in_rate_is_that_of_the_country_most_records_carry() -> None:
    """A tie goes to the alphabetically first, blanks have no vote, blank alone takes the default."""
    rates = {"DE": 0.1, "FR": 0.2, "default": 0.4}
    for countries, rate in [("DE FR", 0.1), ("FR FR DE", 0.2), (["", "", "FR"], 0.2), ([""], 0.4), ("AT", 0.4)]:
        countries = countries.split() if isinstance(countries, str) else countries
        records = [record("T1", f"S{n}", email="ada@example.com", country=c) for n, c in enumerate(countries)]
        case = case_of(records, agreements=[agreement("T1")], consents=[consent(event_state="requested")])
        case["case"]["assumptions"] = {"opt_in": rates}
        assert counts(case)["persons.transferable", ADS, "K2"] == pytest.approx((rate,) * 3), countries


def by_enumeration(agrees: tuple[float, float], says_yes: float) -> float:
    """Every way the two tenants and the person may answer, with its probability."""
    total = 0.0
    for t1, t2, yes in product([True, False], repeat=3):
        weights = [agrees[0] if t1 else 1 - agrees[0], agrees[1] if t2 else 1 - agrees[1]]
        weights.append(says_yes if yes else 1 - says_yes)
        if t1 or (t2 and yes):
            total += weights[0] * weights[1] * weights[2]
    return total


# Invented cases ----------------------------------------------------------------------------------

invented = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@invented
@given(cases())
def test_what_is_written_is_what_is_read(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        short = read_folder(write_folder(case, Path(folder) / "short"))
        full = read_folder(write_folder(case, Path(folder) / "full", leave_out_blank_columns=False))
    assert figures(short) == figures(full) == figures(case)


@invented
@given(cases())
def test_what_must_hold_of_any_case(case: Case) -> None:
    found = counts(case)
    total, scoped, out = (found[f"records.{name}", None, "K0"][0] for name in ("total", "in_scope", "out_of_scope"))
    assert total == scoped + out
    for purpose in case["case"]["purposes"]:
        for gate_ in ("agreement", "person"):
            assert sum(found[f"records.{gate_}.{o}", purpose, "K0"][0] for o in BEST_TO_WORST) == scoped
    for (name, purpose, scenario), (value, lower, upper) in found.items():
        assert lower - 1e-9 <= value <= upper + 1e-9
        if name.endswith(".additional"):
            assert value <= found[name.replace("additional", "transferable"), purpose, scenario][0] + 1e-9
        if scenario != "K0":
            assert value >= found[name, purpose, "K0"][0] - 1e-9


# Rows --------------------------------------------------------------------------------------------


def named(figure: dict) -> tuple[str, str | None, str]:
    return figure["id"], figure["purpose"], figure["scenario"]


def counts(case: Case) -> dict[tuple[str, str | None, str], tuple[float, float, float]]:
    return {named(figure): (figure["value"], figure["lower"], figure["upper"]) for figure in figures(case)}


def record(tenant_id: str = "T1", source_id: str = "S0", **cells: str) -> Row:
    return {"tenant_id": tenant_id, "source_id": source_id, "country": "DE", "record_state": "active", **cells}


def consent(**cells: str) -> Row:
    """A consent to personalised advertising, in order unless told otherwise."""
    in_order = {
        "tenant_id": "T1",
        "source_id": "S0",
        "purpose": ADS,
        "event_state": "given",
        "legal_basis": "consent",
        "event_time": "2021-06-01T12:00:00Z",
        "collection_method": "form",
        "recipients": "example social",
        "evidence_level": "4",
    }
    return {**in_order, **cells}


def agreement(tenant_id: str, **cells: str) -> Row:
    """An agreement that lets everything pass unless told otherwise."""
    generous = {
        "agreement_id": f"A-{tenant_id}",
        "tenant_id": tenant_id,
        "effective_date": "2020-01-01",
        "provider_role": "controller",
        "use_for_provider_purposes": "permitted",
        "affiliate_use": "permitted",
    }
    return {**generous, **cells}


def case_of(records: list[Row], **tables: list[Row]) -> Case:
    header = {
        "as_of": date(2022, 1, 27),
        "acquirer": {"named_as": ["Example Social"], "own_channels": ["whatsapp"]},
        "purposes": [ADS],
        "minimum_evidence": 2,
        "consent_stale_after_months": 36,
        "retention_months": 36,
    }
    empty: Case = {table: [] for table in ("tenants", "agreements", "consents", "interactions")}
    return {**empty, "case": header, "records": records, "acquirer_identifiers": None, **tables}


def gate(events: list[Row], purpose: str = ADS, record_: Row | None = None) -> str:
    """What the person gate answers for one record with these events."""
    record_ = record_ or record()
    return person_outcome(case_of([record_], consents=events), record_, events, purpose, bool(events))


def two_tenants() -> Case:
    """Ada at T1 (asked to agree, consent in order) and at T2 (processor only, consent requested)."""
    case = case_of(
        [
            record("T1", "A", email="ada@example.com", data_categories="Location"),
            record("T2", "B", email="Ada@example.com", data_categories="Location;Financial"),
        ],
        tenants=[{"tenant_id": "T1", "size_class": "small"}, {"tenant_id": "T2", "size_class": "large"}],
        agreements=[
            agreement("T1", change_of_control="consent"),
            agreement("T2", use_for_provider_purposes="prohibited"),
        ],
        consents=[
            consent(tenant_id="T1", source_id="A"),
            consent(tenant_id="T2", source_id="B", event_state="requested", event_time="2021-05-01"),
        ],
        interactions=[
            {"tenant_id": "T1", "source_id": "A", "channel": "email", "count": "7"},
            {"tenant_id": "T1", "source_id": "A", "channel": "email", "count": "3"},
            {"tenant_id": "T2", "source_id": "B", "channel": "whatsapp", "count": "4"},
            {"tenant_id": "T2", "source_id": "", "channel": "email", "count": "100"},
        ],
    )
    case["case"]["assumptions"] = {"renegotiation": {"small": 0.5, "default": 0.2}, "opt_in": {"default": 0.3}}
    return case
