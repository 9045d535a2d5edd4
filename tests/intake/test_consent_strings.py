"""Consent strings: the shared vectors, strings of our own bit by bit, and whatever else a file may hold instead."""

from __future__ import annotations

import json
import re
import string
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent_risk.intake.consent_strings import (
    DPV_PURPOSES,
    MAX_CHARACTERS,
    Choice,
    GppSection,
    OptOut,
    PublisherPurposes,
    PublisherRestriction,
    RestrictionType,
    TcfFramework,
    UndecodableConsentString,
    UsPrivacyV1,
    YesNo,
    decode_gpp,
    decode_tcf,
    decode_tcf_canada,
    decode_us_section,
    dpv_purposes,
)
from consent_risk.vocabulary import Purpose

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "tcf"
BASE64URL = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
SIGNED = datetime(2022, 1, 27, 9, 30, 0, 700_000, tzinfo=UTC)
# Names of the vectors that are not ours.
OURS = {
    "consent_language": "language",
    "tcf_policy_version": "policy_version",
    "special_feature_opt_ins": "special_features",
    "purpose_consents": "purposes_consent",
    "purposes_allowed": "purposes_consent",
    "purpose_legitimate_interests": "purposes_li",
    "publisher_country_code": "publisher_country",
    "vendor_consents": "vendors_consent",
    "vendor_legitimate_interests": "vendors_li",
}
PUBLISHERS = {
    "publisher_consents": "purposes_consent",
    "publisher_legitimate_interests": "purposes_li",
    "num_custom_purposes": "custom_purposes",
    "custom_consents": "custom_consent",
    "custom_legitimate_interests": "custom_li",
}


# The shared vectors


def vectors() -> list[Any]:
    path = SAMPLES / "vectors_a.json"
    if not path.exists():
        return [pytest.param({}, marks=pytest.mark.skip(reason="../shared is not beside the checkout"))]
    found = json.loads(path.read_text(encoding="utf-8"))["vectors"]
    return [pytest.param(vector, id=vector["id"]) for vector in found]


@pytest.mark.parametrize("vector", vectors())
def test_the_shared_vectors(vector: dict[str, Any]) -> None:
    text, expected = vector["string"], vector["expected"]
    if vector["format"] in ("tcf_v1", "tcf_v2"):
        assert tcf_fields(decode_tcf(text), expected) == expected
    elif vector["format"] == "gpp":
        assert gpp_fields(decode_gpp(text), expected) == expected
    else:
        section = GppSection[vector["format"].removeprefix("gpp_section_").upper()]
        assert {section.name.lower(): us_fields(decode_us_section(text, section))} == expected


def tcf_fields(consent: Any, names: Iterable[str]) -> dict[str, Any]:
    """The named fields as the vectors write them."""

    def field(name: str) -> Any:
        if name in PUBLISHERS:
            return getattr(consent.publisher, PUBLISHERS[name])
        return getattr(consent, OURS.get(name, name))

    return {name: plain(field(name)) for name in names}


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return sorted(value) if isinstance(value, frozenset | tuple) else value


def gpp_fields(consent: Any, names: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"section_ids": list(consent.section_ids)}
    found |= {choices.section.name.lower(): us_fields(choices) for choices in consent.us}
    if consent.tcf_eu:
        found["tcfeuv2"] = tcf_fields(consent.tcf_eu, names["tcfeuv2"])
    if consent.us_privacy:
        letters = dict(zip((0, 1, 2), "-YN", strict=True))
        told = consent.us_privacy
        answers = {"Notice": told.notice, "OptOutSale": told.opt_out_sale, "LspaCovered": told.lspa_covered}
        found["uspv1"] = {"Version": told.version} | {name: letters[answer] for name, answer in answers.items()}
    return found


def us_fields(choices: Any) -> dict[str, Any]:
    """Every field that the section has, by its name in the specification."""
    fields = {name: value for name, value in vars(choices).items() if value not in (None, ()) and name != "section"}
    return {
        "".join(word.capitalize() for word in name.split("_")): list(value) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }


# Strings of our own, bit by bit


class Writer:
    """Writes bits; the plainest way to be sure what a string says."""

    def __init__(self) -> None:
        self.bits = ""

    def number(self, value: int, width: int) -> Writer:
        self.bits += format(value, f"0{width}b")
        return self

    def letters(self, text: str) -> Writer:
        for letter in text:
            self.number(ord(letter) - ord("A"), 6)
        return self

    def instant(self, when: datetime) -> Writer:
        return self.number(round((when - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=100)), 36)

    def ids(self, ids: Iterable[int], width: int) -> Writer:
        those = set(ids)
        self.bits += "".join("1" if id_ in those else "0" for id_ in range(1, width + 1))
        return self

    def ranges(self, ranges: Iterable[tuple[int, int]]) -> Writer:
        listed = list(ranges)
        self.number(len(listed), 12)
        for first, last in listed:
            self.number(first != last, 1).number(first, 16)
            if first != last:
                self.number(last, 16)
        return self

    def vendors(self, ids: Iterable[int] = (), ranges: Iterable[tuple[int, int]] = ()) -> Writer:
        """A list of vendors by bits, or by ranges where there are any."""
        listed = list(ranges)
        if listed:
            return self.number(max(last for _, last in listed), 16).number(1, 1).ranges(listed)
        highest = max(ids, default=0)
        return self.number(highest, 16).number(0, 1).ids(ids, highest)

    def fibonacci(self, value: int) -> Writer:
        terms = [1, 2]
        while terms[-1] <= value:
            terms.append(terms[-1] + terms[-2])
        digits = ""
        for term in reversed(terms[:-1]):
            digits = ("1" if term <= value else "0") + digits
            value -= term if term <= value else 0
        self.bits += digits.rstrip("0") + "1"
        return self

    def text(self) -> str:
        filled = self.bits + "0" * (-len(self.bits) % 6)
        return "".join(BASE64URL[int(filled[at : at + 6], 2)] for at in range(0, len(filled), 6))


def head(version: int, language: str = "FR") -> Writer:
    writer = Writer().number(version, 6).instant(SIGNED).instant(SIGNED + timedelta(days=1))
    return writer.number(31, 12).number(4, 12).number(2, 6).letters(language).number(150, 12)


def before_vendors(purposes: Iterable[int] = (1, 3, 4), li: Iterable[int] = (2, 7)) -> Writer:
    writer = head(2).number(4, 6).number(1, 1).number(0, 1).ids([2], 12).ids(purposes, 24).ids(li, 24)
    return writer.number(0, 1).letters("DE")


def core(restrictions: Iterable[tuple[int, int, list[tuple[int, int]]]] = ()) -> str:
    """Consent to the purposes 1, 3 and 4 by the vendors 5 and 10 to 12."""
    listed = list(restrictions)
    writer = before_vendors().vendors(ranges=[(10, 12), (5, 5)]).vendors([7]).number(len(listed), 12)
    for purpose, kind, ranges in listed:
        writer.number(purpose, 6).number(kind, 2).ranges(ranges)
    return writer.text()


def segment(kind: int) -> Writer:
    return Writer().number(kind, 3)


DISCLOSED = segment(1).vendors([5, 7]).text()
PUBLISHER = segment(3).ids([1], 24).ids([2], 24).number(2, 6).ids([2], 2).ids([], 2).text()


def test_a_string_of_version_2_field_by_field() -> None:
    consent = decode_tcf(core())
    assert (consent.framework, consent.version) == (TcfFramework.EU_V2, 2)
    assert (consent.created, consent.last_updated) == (SIGNED, SIGNED + timedelta(days=1))
    assert (consent.cmp_id, consent.cmp_version, consent.consent_screen) == (31, 4, 2)
    assert (consent.language, consent.publisher_country, consent.vendor_list_version) == ("FR", "DE", 150)
    assert (consent.policy_version, consent.is_service_specific, consent.use_non_standard_stacks) == (4, True, False)
    assert (consent.special_features, consent.purpose_one_treatment) == ({2}, False)
    assert (consent.purposes_consent, consent.purposes_li) == ({1, 3, 4}, {2, 7})
    assert (consent.vendors_consent, consent.vendors_li, consent.max_vendor_id) == ({5, 10, 11, 12}, {7}, 12)
    assert consent.publisher_restrictions == ()
    assert (consent.vendors_disclosed, consent.vendors_allowed, consent.publisher) == (None, None, None)


@pytest.mark.parametrize("parts", [[core(), DISCLOSED, PUBLISHER], [PUBLISHER, core(), DISCLOSED]])
def test_segments_come_in_any_order(parts: list[str]) -> None:
    consent = decode_tcf(".".join(parts))
    assert consent.vendors_consent == {5, 10, 11, 12}
    assert (consent.vendors_disclosed, consent.vendors_allowed) == ({5, 7}, None)
    assert consent.publisher == PublisherPurposes(frozenset({1}), frozenset({2}), 2, frozenset({2}), frozenset())


def test_an_empty_segment_is_not_an_absent_one() -> None:
    consent = decode_tcf(f"{core()}.{segment(2).vendors().text()}")
    assert (consent.vendors_disclosed, consent.vendors_allowed) == (None, frozenset())


def test_restrictions_withhold_a_purpose_from_the_vendors_named() -> None:
    consent = decode_tcf(core([(1, 0, [(10, 11)]), (3, 2, [(5, 5)]), (4, 1, [(1, 65_535)])]))
    assert consent.publisher_restrictions == (
        PublisherRestriction(1, RestrictionType.NOT_ALLOWED, (range(10, 12),)),
        PublisherRestriction(3, RestrictionType.REQUIRE_LI, (range(5, 6),)),
        PublisherRestriction(4, RestrictionType.REQUIRE_CONSENT, (range(1, 65_536),)),
    )
    allowed = {vendor: consent.consented_purposes(vendor) for vendor in (5, 7, 9, 10, 11, 12)}
    assert allowed == {5: {1, 4}, 7: set(), 9: set(), 10: {3, 4}, 11: {3, 4}, 12: {1, 3, 4}}


def test_a_vendor_without_a_purpose_is_allowed_nothing() -> None:
    consent = decode_tcf(before_vendors(purposes=[]).vendors([28]).vendors().number(0, 12).text())
    assert (consent.vendors_consent, consent.consented_purposes(28)) == ({28}, frozenset())


def test_padding_and_blanks_around_are_no_matter() -> None:
    text = core()
    padded = text + "=" * (-len(text) % 4)
    assert decode_tcf(f" {padded}\n") == decode_tcf(text)


@pytest.mark.parametrize(("default", "vendors"), [(0, {2, 4, 5}), (1, {1, 3, 6})])
def test_ranges_of_version_1_are_exceptions_from_the_default(default: int, vendors: set[int]) -> None:
    writer = head(1).ids([1, 2], 24).number(6, 16).number(1, 1).number(default, 1).ranges([(4, 5), (2, 2)])
    consent = decode_tcf(writer.text())
    assert (consent.framework, consent.default_consent) == (TcfFramework.EU_V1, bool(default))
    assert (consent.vendors_consent, consent.purposes_consent, consent.policy_version) == (vendors, {1, 2}, None)


id_ranges = st.lists(st.tuples(st.integers(1, 65_535), st.integers(0, 300)), max_size=8)


@given(vendors=st.sets(st.integers(1, 900)), ranges=id_ranges, purposes=st.sets(st.integers(1, 24)))
def test_what_was_written_is_read(vendors: set[int], ranges: list[tuple[int, int]], purposes: set[int]) -> None:
    pairs = [(first, min(first + more, 65_535)) for first, more in ranges]
    writer = before_vendors(purposes).vendors(vendors).vendors(ranges=pairs).number(1, 12)
    consent = decode_tcf(writer.number(7, 6).number(0, 2).ranges(pairs).text())
    expected = {id_ for first, last in pairs for id_ in range(first, last + 1)}
    assert (consent.created, consent.purposes_consent) == (SIGNED, purposes)
    assert (consent.vendors_consent, consent.vendors_li) == (vendors, expected)
    (restriction,) = consent.publisher_restrictions
    assert {id_ for ids in restriction.vendors for id_ in ids} == expected
    assert all(before.stop < after.start for before, after in pairwise(restriction.vendors))


# Our purposes


def test_every_tcf_purpose_belongs_to_one_of_ours() -> None:
    assert sorted(id_ for ids in DPV_PURPOSES.values() for id_ in ids) == list(range(1, 12))


def test_a_purpose_needs_all_its_parts() -> None:
    assert dpv_purposes([3], TcfFramework.EU_V2) == set()
    assert dpv_purposes([3, 4], TcfFramework.EU_V2) == {Purpose.PERSONALISED_ADVERTISING}
    assert dpv_purposes([10, 11, 24], TcfFramework.CANADA_V1) == {
        Purpose.RESEARCH_AND_DEVELOPMENT,
        Purpose.SERVICE_PROVISION,
    }
    assert dpv_purposes([], TcfFramework.EU_V2) == set()
    assert dpv_purposes(range(1, 25), TcfFramework.EU_V1) == set()


def test_the_decoded_sample_in_our_words() -> None:
    path = SAMPLES / "mock_decoded_tcf.json"
    if not path.exists():
        pytest.skip("../shared is not beside the checkout")
    (section,) = json.loads(path.read_text(encoding="utf-8"))  # decoded only: it holds no string
    given = [id_ for id_, bit in enumerate(section["data"]["PurposeConsents"], 1) if bit]
    assert given == [1, 3, 4]
    assert dpv_purposes(given, TcfFramework.EU_V2) == {Purpose.TRACKING, Purpose.PERSONALISED_ADVERTISING}


# GPP


def header(*ids: int) -> str:
    writer = Writer().number(3, 6).number(1, 6).number(len(ids), 12)
    for before, id_ in pairwise((0, *ids)):
        writer.number(0, 1).fibonacci(id_ - before)
    return writer.text()


def us_core(version: int, answers: list[int]) -> str:
    writer = Writer().number(version, 6)
    for answer in answers:
        writer.number(answer, 2)
    return writer.text()


STATES = {  # section: answers after the version
    GppSection.USVA: 3 + 2 + 8 + 1 + 3,
    GppSection.USCO: 3 + 2 + 7 + 1 + 3,
    GppSection.USUT: 4 + 2 + 8 + 1 + 3,
    GppSection.USCT: 3 + 2 + 8 + 3 + 3,
}


def canada(restrictions: str = "") -> str:
    writer = head(1).number(4, 6).number(0, 1).ids([1], 12).ids([2, 3], 24).ids([4], 24).vendors([5]).vendors([6])
    writer.bits += restrictions
    return writer.text()


def test_sections_of_several_laws_in_one_string() -> None:
    parts = [core(), canada(), "1Y-n", us_core(1, [1] * STATES[GppSection.USVA])]
    consent = decode_gpp("~".join([header(2, 5, 6, 9), *parts]))
    assert consent.section_ids == (2, 5, 6, 9)
    assert consent.tcf_eu == decode_tcf(core())
    assert consent.tcf_canada == decode_tcf_canada(canada())
    assert consent.us_privacy == UsPrivacyV1(1, YesNo.YES, OptOut.NOT_APPLICABLE, YesNo.NO)
    assert [choices.section for choices in consent.us] == [GppSection.USVA]
    assert consent.not_read == ()


def test_the_header_may_list_a_run_of_sections() -> None:
    run = Writer().number(3, 6).number(1, 6).number(1, 12).number(1, 1).fibonacci(5).fibonacci(1).text()
    assert run == "DBABjw"  # the example of the specification
    assert decode_gpp(f"{run}~{canada()}~1YNN").section_ids == (5, 6)


@pytest.mark.parametrize("section", STATES)
def test_a_state_section_answer_by_answer(section: GppSection) -> None:
    answers = [(number % 3) for number in range(STATES[section])]
    choices = decode_us_section(us_core(1, answers), section)
    found = [value for name, value in vars(choices).items() if name not in ("section", "version", "gpc")]
    flat = [one for value in found if value is not None for one in (value if isinstance(value, tuple) else (value,))]
    # Our fields stand in the order of the specifications.
    assert flat == answers
    assert choices.gpc is None


def test_utah_asks_for_opt_outs_after_four_notices() -> None:
    choices = decode_us_section(us_core(1, [1, 1, 1, 2, 1, 2, *[0] * 8, 1, 2, 0, 0]), GppSection.USUT)
    assert choices.sensitive_data_processing_opt_out_notice is YesNo.NO
    assert (choices.sale_opt_out, choices.sharing_opt_out) == (OptOut.OPTED_OUT, None)
    assert choices.targeted_advertising_opt_out is OptOut.DID_NOT_OPT_OUT
    assert choices.known_child_sensitive_data_consents == (Choice.NO_CONSENT,)


@pytest.mark.parametrize(("segment", "gpc"), [("YA", True), ("QA", False), ("Y", True)])
def test_global_privacy_control_before_or_after_the_core(segment: str, gpc: bool) -> None:
    text = us_core(1, [1] * STATES[GppSection.USCO])
    assert decode_us_section(f"{text}.{segment}", GppSection.USCO).gpc is gpc
    assert decode_us_section(f"{segment}.{text}", GppSection.USCO).gpc is gpc


def test_canadian_restrictions_may_be_there_or_not() -> None:
    assert decode_tcf_canada(canada()).publisher_restrictions == ()
    written = Writer().number(1, 12).number(2, 6).number(0, 2).ranges([(5, 5)]).bits
    consent = decode_tcf_canada(canada(written))
    assert (consent.framework, consent.purposes_consent, consent.purposes_li) == (TcfFramework.CANADA_V1, {2, 3}, {4})
    assert (consent.consented_purposes(5), consent.consented_purposes(6)) == ({3}, frozenset())


def test_sections_and_versions_that_nobody_told_us_of_are_named() -> None:
    consent = decode_gpp("~".join([header(6, 8, 13, 4_000), "1YNN", us_core(9, [1]), "whatever", "*"]))
    assert (consent.not_read, consent.us) == ((8, 13, 4_000), ())
    assert consent.us_privacy is not None


@given(ids=st.lists(st.integers(13, 65_535), unique=True, max_size=12).map(sorted))
def test_any_section_ids_are_read(ids: list[int]) -> None:
    assert decode_gpp("~".join([header(*ids), *("x" for _ in ids)])).section_ids == tuple(ids)


@pytest.mark.parametrize("id_", [13, 20, 21, 22, 46_367, 46_368, 46_369, 65_534, 65_535])
def test_ids_around_a_fibonacci_number_and_the_highest(id_: int) -> None:
    assert decode_gpp(f"{header(id_)}~x").section_ids == (id_,)


def test_no_id_is_higher_than_a_vendor_can_be() -> None:
    with pytest.raises(UndecodableConsentString, match="beyond the highest id"):
        decode_gpp(f"{header(65_536)}~x")


# What cannot be read

HOSTILE = {
    "": "it is empty",
    "C" * (MAX_CHARACTERS + 1): "it is longer than",
    core()[:-1]: "it ends before",
    core().replace("A", "+", 1): "not base64url",
    core() + "====": "not base64url",
    "Zoë Example <zoe@example.com>": "not base64url",
    core().replace("C", "D", 1): "of a version other",
    f"{core()}.": "it ends before",
    f"{core()}.{core()}": "comes twice",
    f"{core()}.{DISCLOSED}.{DISCLOSED}": "comes twice",
    f"{core()}.{segment(5).vendors().text()}": "unknown kind",
    DISCLOSED: "core segment is missing",
    f"{head(1).ids([], 24).vendors([1]).text()}.{DISCLOSED}": "of a version other",
    core() + core(): "goes on after",
    head(2, language="F[").text() + "A" * 40: "not made of letters",  # [ comes after Z
    core([(1, 3, [])]): "unknown type",
    before_vendors().number(9, 16).number(1, 1).ranges([(5, 10)]).text(): "a range of ids",
    before_vendors().number(9, 16).number(1, 1).ranges([(8, 5)]).text(): "a range of ids",
    before_vendors().number(9, 16).number(1, 1).ranges([(0, 5)]).text(): "a range of ids",
    before_vendors().number(65_535, 16).number(0, 1).text(): "it ends before",
}
HOSTILE_GPP = {
    "DBAA~": "more or fewer",
    "DBABTA": "more or fewer",
    "DCABTA~1YNN": "does not begin",
    core(): "does not begin",
    "DBABTA~1YNX": "section 6: it is not",
    "DBABTA~": "section 6: it is not",
    f"{header(2)}~{head(1).ids([], 24).vendors([1]).text()}": "section 2: it is not a TC string of version 2",
    f"{header(5)}~{core().replace('C', 'D', 1)}": "section 5: it is of a version",
    f"{header(8)}~{us_core(1, [3] * 20)}": "section 8: an answer is none",
    f"{header(8)}~YA": "section 8: the core",
    f"{header(8)}~YA.YA": "section 8: a segment is",
    f"{header(8)}~{us_core(1, [0] * 5)}": "section 8: it ends",
    Writer().number(3, 6).number(1, 6).number(1, 12).number(0, 1).number(0, 60).text(): "too large",
    Writer().number(3, 6).number(1, 6).number(1, 12).number(1, 1).fibonacci(9).fibonacci(65_530).text(): "a range",
}


@pytest.mark.parametrize(("text", "reason"), HOSTILE.items(), ids=range(len(HOSTILE)))
def test_what_is_no_tc_string_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(UndecodableConsentString, match=reason) as refused:
        decode_tcf(text)
    check_silent(refused.value, text)


@pytest.mark.parametrize(("text", "reason"), HOSTILE_GPP.items(), ids=range(len(HOSTILE_GPP)))
def test_what_is_no_gpp_string_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(UndecodableConsentString, match=reason) as refused:
        decode_gpp(text)
    check_silent(refused.value, text)


def check_silent(error: UndecodableConsentString, text: str) -> None:
    """Neither the reason nor a cause that a log would print repeats the string, or a longer piece of it."""
    assert (error.__cause__ is None and error.__suppress_context__) or error.__context__ is None
    assert error.reason == str(error)
    assert not any(piece in error.reason for piece in re.findall(r"[^.~]{8,}", text))


def test_every_cut_of_a_string_is_refused_or_another_string() -> None:
    text = f"{core([(1, 0, [(10, 11)])])}.{DISCLOSED}.{PUBLISHER}"
    whole = decode_tcf(text)
    for length in range(len(text)):
        try:
            assert decode_tcf(text[:length]) != whole
        except UndecodableConsentString:
            continue


BOMBS = {
    "ranges that all overlap": before_vendors()
    .number(65_535, 16)
    .number(1, 1)
    .ranges([(1, 65_535)] * 4_095)
    .vendors()
    .number(0, 12)
    .text(),
    "restrictions of everybody": core([(1, 0, [(1, 65_535)])] * 4_095),
    "restrictions of every second vendor": core([(1, 0, [(id_, id_) for id_ in range(1, 8_000, 2)])] * 8),
    "bits for every vendor": before_vendors().vendors(range(1, 65_536)).vendors(range(1, 65_536)).number(0, 12).text(),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_short_string_cannot_take_long(text: str) -> None:
    assert len(text) <= MAX_CHARACTERS
    began = time.perf_counter()
    consent = decode_tcf(text)
    consent.consented_purposes(10)
    assert time.perf_counter() - began < 2


# Texts that nearly are strings reach further into the decoder than random ones.
characters = st.text(BASE64URL + ".~=", max_size=300)
valid = st.sampled_from([core([(1, 0, [(10, 11)])]), f"{core()}.{DISCLOSED}.{PUBLISHER}", canada(), "DBABTA~1YNN"])
beginnings = st.sampled_from([before_vendors().text(), head(1).text(), header(2) + "~", header(7, 8, 9) + "~B", ""])
spoilt = st.builds(lambda text, at, new: text[:at] + new + text[at + 1 :], valid, st.integers(0, 90), characters)
texts = st.one_of(st.text(), characters, spoilt, st.builds(str.__add__, beginnings, characters))


@settings(max_examples=500, deadline=timedelta(seconds=2))
@given(text=texts)
@pytest.mark.parametrize("decode", [decode_tcf, decode_tcf_canada, decode_gpp])
def test_any_text_is_read_or_refused(decode: Any, text: str) -> None:
    try:
        decode(text)
    except UndecodableConsentString as refused:
        check_silent(refused, text)


@given(text=texts)
@pytest.mark.parametrize("section", [section for section in GppSection if section >= GppSection.USNAT])
def test_any_text_is_a_us_section_or_refused(section: GppSection, text: str) -> None:
    try:
        decode_us_section(text, section)
    except UndecodableConsentString as refused:
        check_silent(refused, text)
