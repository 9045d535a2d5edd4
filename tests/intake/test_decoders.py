"""Decoders: consent strings and consent records as the entries that recipes read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from consent_risk.intake.decoders import DECODERS, Undecodable
from consent_risk.intake.recipes.model import Decoder

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample exports are not beside the checkout")


def dpv(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(entry) for entry in DECODERS["dpv_record"](record).entries]


def test_every_decoder_that_a_recipe_can_name_exists() -> None:
    assert set(DECODERS) == set(Decoder.__args__)


def bits(*on: int, size: int = 24) -> list[bool]:
    return [number in on for number in range(1, size + 1)]


def decoded_tcf(**changes: Any) -> dict[str, Any]:
    return {
        "Version": 2,
        "LastUpdated": "2025-02-26T00:00:00.000Z",
        "CmpId": 407,
        "PolicyVersion": 5,
        "PurposeConsents": bits(1, 3, 4),
        "PurposeLegitimateInterests": bits(2, 7, 8, 10),
        "VendorConsents": [740],
        "VendorLegitimateInterests": [740],
        "PublisherRestrictions": [],
    } | changes


def by_purpose(entries: Any) -> dict[str, list[tuple[str, str, list[str]]]]:
    found: dict[str, list[tuple[str, str, list[str]]]] = {}
    for entry in entries:
        found.setdefault(entry["purpose"], []).append((entry["state"], entry["legal_basis"], entry["purposes"]))
    return found


def test_a_purpose_counts_where_all_that_make_it_up_are_given_on_one_basis() -> None:
    told = by_purpose(DECODERS["tcf_decoded"](decoded_tcf()).entries)
    nothing = ("none_recorded", "none_recorded")
    assert told == {
        "1": [("given", "consent", ["Tracking"])],
        "2": [("given", "legitimate_interest", ["Advertising"])],
        "3": [("given", "consent", ["PersonalisedAdvertising"])],
        "4": [("given", "consent", ["PersonalisedAdvertising"])],
        "5": [(*nothing, ["Personalisation"])],
        "6": [(*nothing, ["Personalisation"])],
        "7": [("given", "legitimate_interest", ["Advertising"])],
        "8": [("given", "legitimate_interest", [])],  # 9 is not, and both make up analytics
        "9": [(*nothing, ["Analytics"])],
        "10": [("given", "legitimate_interest", ["ResearchAndDevelopment"])],
        "11": [(*nothing, ["ServiceProvision"])],
    }


def test_a_purpose_without_any_vendor_authorises_nobody() -> None:
    decoded = DECODERS["tcf_decoded"](decoded_tcf(VendorConsents=[], VendorLegitimateInterests=[]))
    assert {entry["state"] for entry in decoded.entries} == {"none_recorded"}
    assert decoded.warnings == ("TCF purposes are given without any vendor, which authorises nobody",)


def test_legitimate_interest_that_policy_forbids_is_unknown() -> None:
    decoded = DECODERS["tcf_decoded"](decoded_tcf(PurposeConsents=bits(), PurposeLegitimateInterests=bits(1, 2)))
    told = by_purpose(decoded.entries)
    assert told["1"] == [("unknown", "none_recorded", ["Tracking"])]
    assert told["2"][0][:2] == ("given", "legitimate_interest")
    assert "legitimate interest is claimed for TCF purposes that policy allows on consent alone" in decoded.warnings


@pytest.mark.parametrize("node", [None, "text", {}, [], {"PurposeConsents": 3}, decoded_tcf(VendorConsents=["a"])])
def test_what_is_no_decoded_string_is_undecodable(node: Any) -> None:
    with pytest.raises(Undecodable):
        DECODERS["tcf_decoded"](node)


@needs_samples
def test_the_decoded_sample() -> None:
    (section,) = json.loads((SAMPLES / "tcf" / "mock_decoded_tcf.json").read_text())
    entries = DECODERS["tcf_decoded"](section).entries
    given = [(entry["purpose"], entry["legal_basis"]) for entry in entries if entry["state"] == "given"]
    assert [purpose for purpose, basis in given if basis == "consent"] == ["1", "3", "4"]
    assert [purpose for purpose, basis in given if basis == "legitimate_interest"] == ["2", "7", "8", "10"]
    assert {tuple(entry["vendors"]) for entry in entries if entry["state"] == "given"} == {("iab-vendor-740",)}
    assert {(entry["policy_version"], entry["cmp"]) for entry in entries} == {("5", "407")}


def test_a_tc_string() -> None:
    decoded = DECODERS["tcf_string"]("COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA")
    told = by_purpose(decoded.entries)
    assert [number for number, entries in told.items() if entries[0][0] == "given"] == ["1", "2", "3"]
    first = decoded.entries[0]
    assert first["vendors"] == ["iab-vendor-2", "iab-vendor-6", "iab-vendor-8"]
    assert str(first["last_updated"]).startswith("2020-02-20T23:57:39")


def test_version_1_numbered_other_purposes() -> None:
    string = "BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA"
    entries = DECODERS["tcf_string"](string).entries
    assert {entry["purpose"] for entry in entries} == {"v1-1", "v1-2", "v1-3", "v1-4", "v1-5"}
    assert all(entry["purposes"] == [] for entry in entries)


def test_not_to_have_opted_out_is_no_consent() -> None:
    entries = DECODERS["gpp_string"]("DBABTA~1YNN").entries
    assert [dict(entry) for entry in entries] == [
        {
            "section": "uspv1",
            "purpose": "DisclosureToThirdParty",
            "state": "none_recorded",
            "legal_basis": "none_recorded",
        }
    ]
    assert DECODERS["gpp_string"]("DBABTA~1YYN").entries[0]["state"] == "objected"
    assert DECODERS["gpp_string"]("DBABTA~1---").entries[0]["state"] == "unknown"


@pytest.mark.parametrize("decoder", ["tcf_string", "gpp_string"])
@pytest.mark.parametrize("node", [None, 3, {}, "", "oops", "C", "~"])
def test_strings_that_cannot_be_read_are_undecodable(decoder: str, node: Any) -> None:
    with pytest.raises(Undecodable) as refused:
        DECODERS[decoder](node)
    assert "oops" not in str(refused.value)


GIVEN = {"@type": "dpv:ConsentGiven", "dpv:isIndicatedAtTime": "2024-01-02T03:04:05Z"}


@pytest.mark.parametrize("prefix", ["dpv:", "https://w3id.org/dpv#", "https://w3id.org/dpv/owl#", ""])
def test_terms_come_with_prefixes_as_addresses_and_bare(prefix: str) -> None:
    record = {
        f"{prefix}hasDataSubject": {f"{prefix}hasIdentifier": "S1"},
        f"{prefix}hasProcess": [
            {
                f"{prefix}hasPurpose": [f"{prefix}DirectMarketing", {"@id": f"{prefix}Analytics"}],
                f"{prefix}hasLegalBasis": f"{prefix}ExplicitlyExpressedConsent",
                f"{prefix}hasConsentStatus": {
                    "@type": f"{prefix}ConsentGiven",
                    f"{prefix}isIndicatedAtTime": {"@value": "2024-01-02"},
                },
            }
        ],
    }
    assert dpv(record) == [
        {
            "process": "1",
            "state": "given",
            "purpose": ["DirectMarketing", "Analytics"],
            "legal_basis": "explicit_consent",
            "subject": ["S1"],
            "time": "2024-01-02",
        }
    ]


def test_inner_processes_inherit_and_say_what_differs() -> None:
    inner = [
        {"hasRecipient": "company:A", "hasConsentStatus": [GIVEN | {"hasDuration": {"rdf:value": "P6M"}}]},
        {"hasPurpose": "Analytics", "hasConsentStatus": ["dpv:ConsentRefused"]},
    ]
    outer = {"hasPurpose": "Marketing", "hasDataController": "company:C", "hasProcess": inner}
    first, second = dpv({"hasProcess": [outer]})
    assert (first["process"], first["purpose"], first["state"], first["duration"]) == (
        "1.1",
        ["Marketing"],
        "given",
        "P6M",
    )
    assert (first["recipients"], first["controller"]) == (["A"], ["C"])
    assert (second["process"], second["purpose"], second["state"]) == ("1.2", ["Analytics"], "refused")
    assert "recipients" not in second and "duration" not in second


def test_a_storage_duration_is_no_duration_of_the_consent() -> None:
    process = {
        "hasPurpose": "Marketing",
        "hasStorageCondition": {"@type": "StorageDuration", "hasDuration": "P1M"},
        "hasDuration": "P2M",
        "hasConsentStatus": GIVEN,
    }
    assert "duration" not in dpv({"hasProcess": process})[0]


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (["ConsentRequested 1", "ConsentGiven 1"], "given"),
        (["ConsentGiven 1", "ConsentRequested 1"], "given"),
        (["ConsentGiven 1", "ConsentRefused 1"], "refused"),
        (["ConsentWithdrawn 1", "ConsentGiven 1"], "withdrawn"),
        (["ConsentWithdrawn 1", "RenewedConsentGiven 2"], "renewed"),
        (["ConsentGiven 2", "ConsentRevoked"], "given"),  # what has no time comes before what has one
        (["ConsentGiven", "ConsentWithdrawn"], "withdrawn"),
        (["SomethingElse 2", "ConsentGiven 1"], "unknown"),
        ([], "unknown"),
    ],
)
def test_only_the_status_in_force_is_told(events: list[str], state: str) -> None:
    listed = []
    for event in events:
        term, _, day = event.partition(" ")
        listed.append({"@type": f"dpv:{term}"} | ({"dct:date": f"2024-01-0{day}"} if day else {}))
    record = {"hasProcess": [{"hasPurpose": "Marketing"}, {"hasPurpose": "Analytics"}], "hasConsentStatus": listed}
    assert [entry["state"] for entry in dpv(record)] == [state, state]


def test_the_first_generation_with_events_as_parts() -> None:
    record = {
        "dpv:hasPersonalDataHandling": [{"dpv:hasPurpose": "dpv:Marketing"}],
        "dct:hasPart": [
            {
                "@type": "dpv:ConsentRecordEvent",
                "dct:date": "2023-01-01",
                "dct:valid": "P1Y",
                "dpv:hasConsentStatus": "dpv:ConsentGiven",
                "dpv:hasLegalBasis": "eu-gdpr:A6-1-a-explicit-consent",
                "dpv:isImplementedByEntity": "company:C",
            }
        ],
    }
    (entry,) = dpv(record)
    assert (entry["state"], entry["time"], entry["duration"]) == ("given", "2023-01-01", "P1Y")
    assert (entry["legal_basis"], entry["indicated_by"]) == ("explicit_consent", ["C"])


def test_references_to_parties_that_the_record_does_not_describe_are_warned_of() -> None:
    record = {
        "hasProcess": [{"hasPurpose": "Marketing", "hasDataController": "company:B", "hasConsentStatus": GIVEN}],
        "hasEntity": {"company:A": {"hasName": "A Ltd"}},
    }
    warning = "refers to parties that the record does not describe"
    assert DECODERS["dpv_record"](record).warnings == (warning,)
    record["hasEntity"] = [{"@id": "company:B", "hasName": "B Ltd"}]
    decoded = DECODERS["dpv_record"](record)
    assert (decoded.warnings, decoded.entries[0]["controller"]) == ((), ["B Ltd"])


@pytest.mark.parametrize("node", [None, "text", [], {}, {"hasPurpose": "Marketing"}, {"@graph": [1, "a"]}])
def test_what_is_no_consent_record_is_undecodable(node: Any) -> None:
    with pytest.raises(Undecodable):
        DECODERS["dpv_record"](node)


def test_processes_nested_without_end_are_undecodable() -> None:
    process: dict[str, Any] = {"hasPurpose": "Marketing"}
    for _ in range(50):
        process = {"hasProcess": [process]}
    with pytest.raises(Undecodable):
        DECODERS["dpv_record"](process)


@needs_samples
def test_the_samples_of_consent_records() -> None:
    nested = json.loads((SAMPLES / "iso27560_dpv" / "SEP-01b.json").read_text())
    given, refused = dpv(nested)
    assert (given["state"], given["recipients"], given["duration"]) == ("given", ["SignatuAS", "Alpha"], "P6M")
    assert (refused["state"], refused["recipients"]) == ("refused", ["Beta"])
    assert DECODERS["dpv_record"](nested).warnings == ("refers to parties that the record does not describe",)
    flat = json.loads((SAMPLES / "iso27560_dpv" / "AUG23.json").read_text())
    assert [entry["state"] for entry in dpv(flat)] == ["given", "given", "given"]
    assert not any("duration" in entry for entry in dpv(flat))
    assert DECODERS["dpv_record"](flat).warnings == ()
