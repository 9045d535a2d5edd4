"""Consent strings: what a browser's TCF or GPP string says, as frozen values.

`decode_tcf` reads the strings of the IAB Transparency & Consent Framework (EU, versions 1 and 2), `decode_gpp` those of
the IAB Global Privacy Platform. Both are pure: text in, values out, in time and memory bounded by `MAX_CHARACTERS`.
Whatever cannot be read raises UndecodableConsentString, whose reason never repeats any of the string.

Such a string speaks of a device at a publisher, not of a person in a CRM; only a stated join makes it evidence about
a record. A TCF consent counts for a vendor only as `TcfConsent.consented_purposes` says; "did not opt out" in a US
section is no consent at all.

Why our own decoder: the Python package iab-tcf reads TCF strings, but drops their tenths of seconds, knows no GPP,
and had its last release (0.2.2) in October 2022. We know of no Python package for GPP.
"""

from consent_risk.intake.consent_strings.bits import MAX_CHARACTERS, UndecodableConsentString
from consent_risk.intake.consent_strings.gpp import GppConsent, decode_gpp
from consent_risk.intake.consent_strings.tcf import decode_tcf, decode_tcf_canada
from consent_risk.intake.consent_strings.tcf_consent import (
    DPV_PURPOSES,
    PublisherPurposes,
    PublisherRestriction,
    RestrictionType,
    TcfConsent,
    TcfFramework,
    dpv_purposes,
)
from consent_risk.intake.consent_strings.us_sections import (
    Choice,
    GppSection,
    OptOut,
    UsChoices,
    UsPrivacyV1,
    YesNo,
    decode_us_section,
)

__all__ = [
    "DPV_PURPOSES",
    "MAX_CHARACTERS",
    "Choice",
    "GppConsent",
    "GppSection",
    "OptOut",
    "PublisherPurposes",
    "PublisherRestriction",
    "RestrictionType",
    "TcfConsent",
    "TcfFramework",
    "UndecodableConsentString",
    "UsChoices",
    "UsPrivacyV1",
    "YesNo",
    "decode_gpp",
    "decode_tcf",
    "decode_tcf_canada",
    "decode_us_section",
    "dpv_purposes",
]
