"""IAB Transparency & Consent Framework strings: EU versions 1 and 2, and Canada's, which comes inside a GPP string.

Field by field after the IAB's "Consent string and vendor list formats" v1.1 and v2 and its "TCF Canada Technical
Specification". Segments are joined with dots and may come in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import IntEnum
from typing import TypedDict

from consent_risk.intake.consent_strings.bits import MAX_ID, Bits, UndecodableConsentString, check_length, spelt_out
from consent_risk.intake.consent_strings.tcf_consent import (
    PublisherPurposes,
    PublisherRestriction,
    RestrictionType,
    TcfConsent,
    TcfFramework,
)

_PURPOSES = 24  # bits kept for purposes; 1 to 11 are in use
_SPECIAL_FEATURES = 12  # bits kept for special features; 1 and 2 are in use


class _Segment(IntEnum):
    """The first three bits of a segment. A core's first bits are its version's, which are 0 for versions up to 7."""

    CORE = 0
    VENDORS_DISCLOSED = 1
    VENDORS_ALLOWED = 2
    PUBLISHER_PURPOSES = 3


def decode_tcf(text: str) -> TcfConsent:
    """Read a TC string of the EU's framework, version 1 or 2. Its segments may come in any order.

    Raises UndecodableConsentString where any part of it cannot be read.
    """
    segments = _segments(text.strip())
    version = segments[_Segment.CORE].peek(6)
    if version == 2:
        return _decode_v2(segments)
    if version == 1 and len(segments) == 1:
        return _decode_v1(segments[_Segment.CORE])
    raise UndecodableConsentString("it is of a version other than 1 and 2, or not a TC string")


def decode_tcf_canada(text: str) -> TcfConsent:
    """Read TCF Canada's string. Early versions of the IAB's own encoder called its version 2.

    Raises UndecodableConsentString where any part of it cannot be read.
    """
    segments = _segments(text.strip())
    if segments[_Segment.CORE].peek(6) not in (1, 2):
        raise UndecodableConsentString("it is of a version other than 1, or not a TC string")
    return _decode_canada(segments)


def _segments(text: str) -> dict[_Segment, Bits]:
    check_length(text)
    segments: dict[_Segment, Bits] = {}
    for part in text.split("."):
        bits = Bits(part)
        kind = bits.peek(3)
        if kind not in list(_Segment):
            raise UndecodableConsentString("a segment is of an unknown kind")
        if kind in segments:
            raise UndecodableConsentString("a segment comes twice")
        segments[_Segment(kind)] = bits
    if _Segment.CORE not in segments:
        raise UndecodableConsentString("the core segment is missing")
    return segments


class _Head(TypedDict):
    version: int
    created: datetime
    last_updated: datetime
    cmp_id: int
    cmp_version: int
    consent_screen: int
    language: str
    vendor_list_version: int


# Below, arguments stand in the order of the bits: Python evaluates them from first to last, and each reads its bits.


def _head(core: Bits) -> _Head:
    """The fields with which every core begins."""
    return _Head(
        version=core.number(6),
        created=core.instant(),
        last_updated=core.instant(),
        cmp_id=core.number(12),
        cmp_version=core.number(12),
        consent_screen=core.number(6),
        language=core.letters(2),
        vendor_list_version=core.number(12),
    )


def _decode_v1(core: Bits) -> TcfConsent:
    head = _head(core)
    purposes = core.ids(_PURPOSES)
    highest = core.number(16)
    default = None
    if core.flag():
        default = core.flag()
        exceptions = spelt_out(core.ranges(highest))
        vendors = frozenset(range(1, highest + 1)) - exceptions if default else exceptions
    else:
        vendors = core.ids(highest)
    core.check_finished()
    return TcfConsent(
        framework=TcfFramework.EU_V1,
        **head,
        purposes_consent=purposes,
        vendors_consent=vendors,
        max_vendor_id=highest,
        default_consent=default,
    )


def _decode_v2(segments: Mapping[_Segment, Bits]) -> TcfConsent:
    core = segments[_Segment.CORE]
    consent = TcfConsent(
        framework=TcfFramework.EU_V2,
        **_head(core),
        policy_version=core.number(6),
        is_service_specific=core.flag(),
        use_non_standard_stacks=core.flag(),
        special_features=core.ids(_SPECIAL_FEATURES),
        purposes_consent=core.ids(_PURPOSES),
        purposes_li=core.ids(_PURPOSES),
        purpose_one_treatment=core.flag(),
        publisher_country=core.letters(2),
        max_vendor_id=core.peek(16),
        vendors_consent=_vendors(core),
        vendors_li=_vendors(core),
        publisher_restrictions=_restrictions(core),
    )
    return _with_other_segments(consent, segments)


def _decode_canada(segments: Mapping[_Segment, Bits]) -> TcfConsent:
    core = segments[_Segment.CORE]
    consent = TcfConsent(
        framework=TcfFramework.CANADA_V1,
        **_head(core),
        policy_version=core.number(6),
        use_non_standard_stacks=core.flag(),
        special_features=core.ids(_SPECIAL_FEATURES),
        purposes_consent=core.ids(_PURPOSES),
        purposes_li=core.ids(_PURPOSES),
        # The specification says "OptimizedRange" here, which is another encoding; the IAB's own encoders write the
        # list of the EU's framework, so that is what real strings hold.
        max_vendor_id=core.peek(16),
        vendors_consent=_vendors(core),
        vendors_li=_vendors(core),
        # Restrictions came later: older strings end before them, or on zeros, which say that there are none.
        publisher_restrictions=_restrictions(core) if core.left >= 12 else (),
    )
    return _with_other_segments(consent, segments)


def _with_other_segments(consent: TcfConsent, segments: Mapping[_Segment, Bits]) -> TcfConsent:
    for kind, bits in segments.items():
        if kind is _Segment.CORE:
            continue
        bits.number(3)
        if kind is _Segment.VENDORS_DISCLOSED:
            consent = replace(consent, vendors_disclosed=_vendors(bits))
        elif kind is _Segment.VENDORS_ALLOWED:
            consent = replace(consent, vendors_allowed=_vendors(bits))
        else:
            consent = replace(consent, publisher=_publisher(bits))
    for bits in segments.values():
        bits.check_finished()
    return consent


def _vendors(bits: Bits) -> frozenset[int]:
    highest = bits.number(16)
    is_ranges = bits.flag()
    return spelt_out(bits.ranges(highest)) if is_ranges else bits.ids(highest)


def _restrictions(core: Bits) -> tuple[PublisherRestriction, ...]:
    return tuple(
        PublisherRestriction(purpose=core.number(6), type=_restriction_type(core), vendors=core.ranges(MAX_ID))
        for _ in range(core.number(12))
    )


def _restriction_type(core: Bits) -> RestrictionType:
    type_ = core.number(2)
    if type_ not in list(RestrictionType):
        raise UndecodableConsentString("a publisher restriction is of an unknown type")
    return RestrictionType(type_)


def _publisher(bits: Bits) -> PublisherPurposes:
    standard_consent, standard_li = bits.ids(_PURPOSES), bits.ids(_PURPOSES)
    custom = bits.number(6)
    return PublisherPurposes(
        purposes_consent=standard_consent,
        purposes_li=standard_li,
        custom_purposes=custom,
        custom_consent=bits.ids(custom),
        custom_li=bits.ids(custom),
    )
