"""TCF and GPP strings, and TCF strings that somebody decoded before, as entries.

TCF entries, one for each purpose and legal basis:

* `purpose`: the TCF purpose as text (`3`); of strings of version 1, which numbered other purposes, `v1-3`;
* `purposes`: our purposes (DPV) that it decides. A given one is named only where all TCF purposes that make it up are
  given on the same basis; one that is not given names each that it keeps from being given. May be empty;
* `state`: `given`, or `none_recorded` (a bit of 0 is a refusal, or nobody asked), or `unknown` where the string says
  what policy does not allow;
* `legal_basis`: `consent`, `legitimate_interest`, `implied_consent` (Canada) or `none_recorded`;
* `vendors`: who may rely on it, such as `iab-vendor-740`. A purpose without any vendor authorises nobody: its state is
  `none_recorded`;
* `last_updated` (ISO 8601), `cmp`, `policy_version`, `version`: as text.

GPP entries: `section` (its name, or its number where it is not read), `purpose` (a DPV purpose; absent where the
section is not read), `state` (`objected`, `none_recorded`, `unknown`; `given` in TCF sections alone), `legal_basis`,
and for TCF sections `vendors` and `last_updated`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from consent_risk.intake.consent_strings import (
    DPV_PURPOSES,
    GppConsent,
    OptOut,
    RestrictionType,
    TcfConsent,
    TcfFramework,
    UndecodableConsentString,
    UsChoices,
    decode_gpp,
    decode_tcf,
    dpv_purposes,
)
from consent_risk.intake.decoders.decoded import Decoded, DecodedEntry, Undecodable
from consent_risk.intake.json_cells import Node
from consent_risk.vocabulary import EventState, LegalBasis, Purpose

_PURPOSES = range(1, 12)
_PURPOSES_OF_V1 = range(1, 6)
# Policy version 4 of May 2023 (TCF 2.2) forbids legitimate interest for these; 1 was never allowed it.
_CONSENT_ONLY = frozenset({1, 3, 4, 5, 6})
_LI_FORBIDDEN = "legitimate interest is claimed for TCF purposes that policy allows on consent alone"
_NO_VENDOR = "TCF purposes are given without any vendor, which authorises nobody"
_GIVEN, _NONE, _UNKNOWN, _OBJECTED = (
    EventState.GIVEN.value,
    EventState.NONE_RECORDED.value,
    EventState.UNKNOWN.value,
    EventState.OBJECTED.value,
)
_NO_BASIS = LegalBasis.NONE_RECORDED.value


def decode_tcf_string(node: Node) -> Decoded:
    """The entries of a TC string of the EU's framework. Raises Undecodable."""
    try:
        return _of_tcf(decode_tcf(_text(node)))
    except UndecodableConsentString as error:
        raise Undecodable(error.reason) from None


def decode_gpp_string(node: Node) -> Decoded:
    """The entries of a GPP string. Raises Undecodable."""
    try:
        consent = decode_gpp(_text(node))
    except UndecodableConsentString as error:
        raise Undecodable(error.reason) from None
    return Decoded(tuple(_gpp_entries(consent)))


def decode_tcf_decoded(node: Node) -> Decoded:
    """The entries of a TC string that was decoded to JSON before, as the IAB's GPP libraries write it.

    The object with `PurposeConsents` may stand below `data`. Raises Undecodable.
    """
    data = node.get("data", node) if isinstance(node, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("PurposeConsents"), list):
        raise Undecodable("it is no object with PurposeConsents")
    restrictions = data.get("PublisherRestrictions")
    if restrictions:
        raise Undecodable("it has publisher restrictions, whose form is not known here")
    return _entries(
        framework=TcfFramework.EU_V2,
        consents=_ids(data["PurposeConsents"]),
        interests=_ids(data.get("PurposeLegitimateInterests")),
        vendors=dict.fromkeys(_PURPOSES, _ids(data.get("VendorConsents"))),
        interest_vendors=dict.fromkeys(_PURPOSES, _ids(data.get("VendorLegitimateInterests"))),
        about=_about(data.get("LastUpdated"), data.get("CmpId"), data.get("PolicyVersion"), data.get("Version")),
    )


def _text(node: Node) -> str:
    if not isinstance(node, str):
        raise Undecodable("it is no text")
    return node


def _ids(listed: Any) -> frozenset[int]:
    """Ids from 1: either numbers, or one truth value for each."""
    found = listed if isinstance(listed, list) else []
    if all(isinstance(flag, bool) for flag in found):
        return frozenset(number for number, flag in enumerate(found, 1) if flag)
    numbers = [item.get("id") if isinstance(item, dict) else item for item in found]
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        raise Undecodable("a list of ids holds something else")
    return frozenset(number for number in numbers if isinstance(number, int))


def _about(updated: Any, cmp_id: Any, policy: Any, version: Any) -> dict[str, str]:
    named = {"last_updated": updated, "cmp": cmp_id, "policy_version": policy, "version": version}
    return {key: str(value) for key, value in named.items() if value is not None}


def _of_tcf(consent: TcfConsent) -> Decoded:
    about = _about(consent.last_updated.isoformat(), consent.cmp_id, consent.policy_version, consent.version)
    return _entries(
        framework=consent.framework,
        consents=consent.purposes_consent,
        interests=consent.purposes_li,
        vendors={purpose: _allowed(consent, purpose, consent.vendors_consent, _BARS_CONSENT) for purpose in _PURPOSES},
        interest_vendors={
            purpose: _allowed(consent, purpose, consent.vendors_li, _BARS_INTEREST) for purpose in _PURPOSES
        },
        about=about,
    )


_BARS_CONSENT = (RestrictionType.NOT_ALLOWED, RestrictionType.REQUIRE_LI)
_BARS_INTEREST = (RestrictionType.NOT_ALLOWED, RestrictionType.REQUIRE_CONSENT)


def _allowed(
    consent: TcfConsent, purpose: int, vendors: frozenset[int], bars: tuple[RestrictionType, ...]
) -> frozenset[int]:
    barred = [given for given in consent.publisher_restrictions if given.purpose == purpose and given.type in bars]
    return frozenset(vendor for vendor in vendors if not any(given.concerns(vendor) for given in barred))


def _entries(
    *,
    framework: TcfFramework,
    consents: frozenset[int],
    interests: frozenset[int],
    vendors: Mapping[int, frozenset[int]],
    interest_vendors: Mapping[int, frozenset[int]],
    about: Mapping[str, str],
) -> Decoded:
    old = framework is TcfFramework.EU_V1
    canada = framework is TcfFramework.CANADA_V1
    numbers = _PURPOSES_OF_V1 if old else _PURPOSES
    forbidden = frozenset() if canada else interests & _CONSENT_ONLY
    consented = frozenset(n for n in numbers if n in consents and vendors.get(n))
    relied = frozenset(n for n in numbers if n in interests - forbidden and interest_vendors.get(n))
    interest = LegalBasis.IMPLIED_CONSENT if canada else LegalBasis.LEGITIMATE_INTEREST
    entries: list[DecodedEntry] = []
    for number in numbers:
        entry = {**about, "purpose": f"v1-{number}" if old else str(number)}
        for basis, given, by in (
            (LegalBasis.CONSENT, consented, vendors),
            (interest, relied, interest_vendors),
        ):
            if number in given:
                decided = _in_full(given, number, framework)
                names = [f"iab-vendor-{vendor}" for vendor in sorted(by[number])]
                entries.append(
                    entry | {"state": _GIVEN, "legal_basis": basis.value, "purposes": decided, "vendors": names}
                )
        if number not in consented | relied:
            state = _UNKNOWN if number in forbidden else _NONE
            kept = [] if old else [purpose.value for purpose, needed in DPV_PURPOSES.items() if number in needed]
            entries.append(entry | {"state": state, "legal_basis": _NO_BASIS, "purposes": kept, "vendors": []})
    warnings = [_LI_FORBIDDEN] if forbidden else []
    warnings += [_NO_VENDOR] if (consents & frozenset(numbers)) - consented else []
    return Decoded(tuple(entries), tuple(warnings))


def _in_full(given: Iterable[int], number: int, framework: TcfFramework) -> list[str]:
    covered = dpv_purposes(given, framework)
    return sorted(purpose.value for purpose in covered if number in DPV_PURPOSES[purpose])


def _gpp_entries(consent: GppConsent) -> Iterator[DecodedEntry]:
    for name, tcf in (("tcfeuv2", consent.tcf_eu), ("tcfcav1", consent.tcf_canada)):
        if tcf:
            yield from _of_section(name, tcf)
    if consent.us_privacy:
        yield _us_entry("uspv1", Purpose.DISCLOSURE_TO_THIRD_PARTY, consent.us_privacy.opt_out_sale, gpc=None)
    for section in consent.us:
        yield from _us_entries(section)
    for number in consent.not_read:
        yield {"section": str(number), "state": _UNKNOWN, "legal_basis": _NO_BASIS}


def _of_section(name: str, tcf: TcfConsent) -> Iterator[DecodedEntry]:
    """One entry for each of our purposes: where several bases or vendors give it, one for each basis."""
    found: dict[tuple[str, str], dict[str, str | list[str]]] = {}
    refused: dict[str, DecodedEntry] = {}
    for entry in _of_tcf(tcf).entries:
        for purpose in entry["purposes"]:
            state, basis = str(entry["state"]), str(entry["legal_basis"])
            told = {key: value for key, value in entry.items() if key not in ("purpose", "purposes")}
            told |= {"section": name, "purpose": purpose}
            if state != _GIVEN:
                refused[purpose] = told
            elif (purpose, basis) in found:
                common = set(found[purpose, basis]["vendors"]) & set(entry["vendors"])
                found[purpose, basis]["vendors"] = sorted(common)
            else:
                found[purpose, basis] = told
    given = {purpose for purpose, _ in found}
    yield from found.values()
    yield from (entry for purpose, entry in refused.items() if purpose not in given)


def _us_entries(section: UsChoices) -> Iterator[DecodedEntry]:
    """`Sharing` is California's word for handing data on for advertising across contexts."""
    name = re.sub(r"[^a-z]", "", section.section.name.lower())
    choices = {
        Purpose.DISCLOSURE_TO_THIRD_PARTY: [section.sale_opt_out],
        Purpose.TARGETED_ADVERTISING: [section.sharing_opt_out, section.targeted_advertising_opt_out],
    }
    for purpose, answers in choices.items():
        for answer in answers:
            if answer is not None:
                yield _us_entry(name, purpose, answer, gpc=section.gpc)


def _us_entry(section: str, purpose: Purpose, answer: OptOut, *, gpc: bool | None) -> DecodedEntry:
    """The browser's signal objects whatever the section says. Not to have opted out is no consent."""
    states = {OptOut.OPTED_OUT: _OBJECTED, OptOut.DID_NOT_OPT_OUT: _NONE}
    state = _OBJECTED if gpc else states.get(answer, _UNKNOWN)
    return {"section": section, "purpose": purpose.value, "state": state, "legal_basis": _NO_BASIS}
