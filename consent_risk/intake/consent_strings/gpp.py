"""IAB Global Privacy Platform strings: a header that lists sections, and the sections, joined with `~`.

After the IAB's "Global Privacy Platform String" 1.0. Sections read: EU and Canadian TCF, US Privacy version 1, and
those of `us_sections.py`. Others are named only.
"""

from __future__ import annotations

from dataclasses import dataclass

from consent_risk.intake.consent_strings.bits import Bits, UndecodableConsentString, check_length, spelt_out
from consent_risk.intake.consent_strings.tcf import decode_tcf, decode_tcf_canada
from consent_risk.intake.consent_strings.tcf_consent import TcfConsent, TcfFramework
from consent_risk.intake.consent_strings.us_sections import (
    GppSection,
    UnknownVersion,
    UsChoices,
    UsPrivacyV1,
    decode_us_privacy,
    decode_us_section,
)

_HEADER_TYPE, _HEADER_VERSION = 3, 1


@dataclass(frozen=True)
class GppConsent:
    """A decoded GPP string. A string without sections is valid and carries no choice: its status is unknown."""

    section_ids: tuple[int, ...]  # all that the header lists, rising
    tcf_eu: TcfConsent | None = None
    tcf_canada: TcfConsent | None = None
    us_privacy: UsPrivacyV1 | None = None
    us: tuple[UsChoices, ...] = ()
    not_read: tuple[
        int, ...
    ] = ()  # ids of sections that we do not know, or not in this version: all in them is unknown


def decode_gpp(text: str) -> GppConsent:
    """Read a GPP string. Sections or versions that we do not know are listed in `not_read`.

    Raises UndecodableConsentString where the header or a section that we know cannot be read: a half-read string
    might hide a refusal.
    """
    stripped = text.strip()
    check_length(stripped)
    header, *parts = stripped.split("~")
    ids = _section_ids(header)
    if len(ids) != len(parts):
        raise UndecodableConsentString("the header lists more or fewer sections than there are")
    return _with_sections(ids, parts)


def _section_ids(header: str) -> tuple[int, ...]:
    bits = Bits(header)
    if bits.number(6) != _HEADER_TYPE or bits.number(6) != _HEADER_VERSION:
        raise UndecodableConsentString("it does not begin with the header of a GPP string of version 1")
    ids = spelt_out(bits.fibonacci_ranges())
    bits.check_finished()
    return tuple(sorted(ids))


def _with_sections(ids: tuple[int, ...], parts: list[str]) -> GppConsent:
    found: dict[int, TcfConsent | UsPrivacyV1 | UsChoices] = {}
    for id_, part in zip(ids, parts, strict=True):
        try:
            if id_ in list(GppSection):
                found[id_] = _section(part, GppSection(id_))
        except UnknownVersion:
            continue
        except UndecodableConsentString as error:
            raise UndecodableConsentString(f"section {id_}: {error.reason}") from None
    tcf = {section.framework: section for section in found.values() if isinstance(section, TcfConsent)}
    return GppConsent(
        section_ids=ids,
        tcf_eu=tcf.get(TcfFramework.EU_V2),
        tcf_canada=tcf.get(TcfFramework.CANADA_V1),
        us_privacy=next((section for section in found.values() if isinstance(section, UsPrivacyV1)), None),
        us=tuple(section for section in found.values() if isinstance(section, UsChoices)),
        not_read=tuple(id_ for id_ in ids if id_ not in found),
    )


def _section(text: str, section: GppSection) -> TcfConsent | UsPrivacyV1 | UsChoices:
    if section is GppSection.TCFEUV2:
        consent = decode_tcf(text)
        if consent.framework is not TcfFramework.EU_V2:
            raise UndecodableConsentString("it is not a TC string of version 2")
        return consent
    if section is GppSection.TCFCAV1:
        return decode_tcf_canada(text)
    if section is GppSection.USPV1:
        return decode_us_privacy(text)
    return decode_us_section(text, section)
