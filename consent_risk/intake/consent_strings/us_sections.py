"""The US sections of a GPP string: national, California, Virginia, Colorado, Utah, Connecticut; and US Privacy v1.

They tell whether a user opted out. None of them yields a consent in the sense of the GDPR.
After the IAB's "Privacy Technical Specification" of each state, and "US Privacy String" 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from consent_risk.intake.consent_strings.bits import Bits, UndecodableConsentString, check_length


class GppSection(IntEnum):
    """The sections that are read, by their ids in the header."""

    TCFEUV2 = 2
    TCFCAV1 = 5
    USPV1 = 6
    USNAT = 7
    USCA = 8
    USVA = 9
    USCO = 10
    USUT = 11
    USCT = 12


class YesNo(IntEnum):
    """Was notice given, is the transaction covered, is the mode on?"""

    NOT_APPLICABLE = 0
    YES = 1
    NO = 2


class OptOut(IntEnum):
    """Did the user opt out? DID_NOT_OPT_OUT is no consent: nothing more than that no objection is recorded."""

    NOT_APPLICABLE = 0
    OPTED_OUT = 1
    DID_NOT_OPT_OUT = 2


class Choice(IntEnum):
    """The choice for one kind of data. California and Utah ask for opt-outs instead: there read them as OptOut."""

    NOT_APPLICABLE = 0
    NO_CONSENT = 1
    CONSENT = 2


@dataclass(frozen=True)
class UsPrivacyV1:
    """The four characters of US Privacy version 1, such as `1YNN`."""

    version: int
    notice: YesNo
    opt_out_sale: OptOut
    lspa_covered: YesNo


@dataclass(frozen=True)
class UsChoices:
    """A US national or state section. Fields that a section does not have are None, or empty where they are lists.

    `sensitive_data_processing` and `known_child_sensitive_data_consents` have one choice for each kind of data, in
    the order of the section's specification. `gpc` is the browser's Global Privacy Control, None where not told.
    """

    section: GppSection
    version: int
    sharing_notice: YesNo | None = None
    sale_opt_out_notice: YesNo | None = None
    sharing_opt_out_notice: YesNo | None = None
    targeted_advertising_opt_out_notice: YesNo | None = None
    sensitive_data_processing_opt_out_notice: YesNo | None = None
    sensitive_data_limit_use_notice: YesNo | None = None
    sale_opt_out: OptOut | None = None
    sharing_opt_out: OptOut | None = None
    targeted_advertising_opt_out: OptOut | None = None
    sensitive_data_processing: tuple[Choice, ...] = ()
    known_child_sensitive_data_consents: tuple[Choice, ...] = ()
    personal_data_consents: Choice | None = None
    mspa_covered_transaction: YesNo | None = None
    mspa_opt_out_option_mode: YesNo | None = None
    mspa_service_provider_mode: YesNo | None = None
    gpc: bool | None = None


@dataclass(frozen=True)
class _Layout:
    """What follows the version of a US section, in this order; every answer takes two bits."""

    notices: tuple[str, ...]
    opt_outs: tuple[str, ...]
    sensitive: int
    children: int
    personal: bool = False


_NATIONAL_NOTICES = (
    "sharing",
    "sale_opt_out",
    "sharing_opt_out",
    "targeted_advertising_opt_out",
    "sensitive_data_processing_opt_out",
    "sensitive_data_limit_use",
)
_NATIONAL_OPT_OUTS = ("sale", "sharing", "targeted_advertising")
_CALIFORNIA_NOTICES = ("sale_opt_out", "sharing_opt_out", "sensitive_data_limit_use")
_STATE_NOTICES = ("sharing", "sale_opt_out", "targeted_advertising_opt_out")
_STATE_OPT_OUTS = ("sale", "targeted_advertising")

_LAYOUTS = MappingProxyType(
    {
        (GppSection.USNAT, 1): _Layout(_NATIONAL_NOTICES, _NATIONAL_OPT_OUTS, 12, 2, personal=True),
        (GppSection.USNAT, 2): _Layout(_NATIONAL_NOTICES, _NATIONAL_OPT_OUTS, 16, 3, personal=True),
        (GppSection.USCA, 1): _Layout(_CALIFORNIA_NOTICES, ("sale", "sharing"), 9, 2, personal=True),
        (GppSection.USVA, 1): _Layout(_STATE_NOTICES, _STATE_OPT_OUTS, 8, 1),
        (GppSection.USCO, 1): _Layout(_STATE_NOTICES, _STATE_OPT_OUTS, 7, 1),
        (GppSection.USUT, 1): _Layout((*_STATE_NOTICES, "sensitive_data_processing_opt_out"), _STATE_OPT_OUTS, 8, 1),
        (GppSection.USCT, 1): _Layout(_STATE_NOTICES, _STATE_OPT_OUTS, 8, 3),
    }
)


# The first two bits of a US section's segments. A core's are those of its version.
_CORE, _GPC = 0, 1


class UnknownVersion(UndecodableConsentString):
    """The section may be sound, but its version is not known here."""


def decode_us_section(text: str, section: GppSection) -> UsChoices:
    """Read a US national or state section that stands by itself.

    Raises UndecodableConsentString where it cannot be read, or its version is not known here.
    """
    check_length(text)
    segments: dict[int, Bits] = {}
    for part in text.split("."):
        bits = Bits(part)
        kind = bits.peek(2)
        if kind not in (_CORE, _GPC) or kind in segments:
            raise UndecodableConsentString("a segment is of an unknown kind, or comes twice")
        segments[kind] = bits
    if _CORE not in segments:
        raise UndecodableConsentString("the core segment is missing")
    choices = _choices(segments[_CORE], section, _gpc(segments.get(_GPC)))
    for bits in segments.values():
        bits.check_finished()
    return choices


def decode_us_privacy(text: str) -> UsPrivacyV1:
    """Read the four characters of US Privacy version 1.

    Raises UndecodableConsentString where they are anything else.
    """
    if not re.fullmatch("1[YyNn-]{3}", text):
        raise UndecodableConsentString("it is not `1` and three times Y, N or -")
    notice, opt_out, covered = ({"Y": 1, "N": 2, "-": 0}[letter] for letter in text[1:].upper())
    return UsPrivacyV1(version=1, notice=YesNo(notice), opt_out_sale=OptOut(opt_out), lspa_covered=YesNo(covered))


def _choices(core: Bits, section: GppSection, gpc: bool | None) -> UsChoices:
    version = core.number(6)
    layout = _LAYOUTS.get((section, version))
    if layout is None:
        raise UnknownVersion("it is of a version that is not known here")
    # Arguments stand in the order of the bits: Python evaluates them from first to last.
    return UsChoices(
        section=section,
        version=version,
        **_named((f"{name}_notice" for name in layout.notices), core, YesNo),
        **_named((f"{name}_opt_out" for name in layout.opt_outs), core, OptOut),
        sensitive_data_processing=tuple(Choice(_answer(core)) for _ in range(layout.sensitive)),
        known_child_sensitive_data_consents=tuple(Choice(_answer(core)) for _ in range(layout.children)),
        personal_data_consents=Choice(_answer(core)) if layout.personal else None,
        mspa_covered_transaction=YesNo(_answer(core)),
        mspa_opt_out_option_mode=YesNo(_answer(core)),
        mspa_service_provider_mode=YesNo(_answer(core)),
        gpc=gpc,
    )


def _named(names: Iterable[str], core: Bits, kind: type[IntEnum]) -> dict[str, Any]:
    return {name: kind(_answer(core)) for name in names}


def _answer(core: Bits) -> int:
    """Two bits, of which 3 means nothing."""
    answer = core.number(2)
    if answer == 3:
        raise UndecodableConsentString("an answer is none of those that the section allows")
    return answer


def _gpc(bits: Bits | None) -> bool | None:
    if bits is None:
        return None
    bits.number(2)
    return bits.flag()
