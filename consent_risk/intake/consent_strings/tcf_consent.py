"""What a TCF string says: the decoded value, and what it means in our words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from types import MappingProxyType

from consent_risk.intake.consent_strings.bits import Ranges
from consent_risk.vocabulary import Purpose


class TcfFramework(StrEnum):
    """Whose string it is. The EU's version 1 ended on 15 August 2020, and its purposes meant other things."""

    EU_V1 = "tcfeuv1"
    EU_V2 = "tcfeuv2"
    CANADA_V1 = "tcfcav1"


class RestrictionType(IntEnum):
    """What a publisher demands of vendors for a purpose."""

    NOT_ALLOWED = 0
    REQUIRE_CONSENT = 1
    REQUIRE_LI = 2


@dataclass(frozen=True)
class PublisherRestriction:
    """A publisher's demand for one purpose. Vendors stay ranges: spelt out, a short string could fill the memory."""

    purpose: int
    type: RestrictionType
    vendors: Ranges

    def concerns(self, vendor: int) -> bool:
        """Is the vendor among those restricted?"""
        return any(vendor in ids for ids in self.vendors)


@dataclass(frozen=True)
class PublisherPurposes:
    """What the user told the publisher itself: standard purposes and the publisher's own, each numbered from 1."""

    purposes_consent: frozenset[int]
    purposes_li: frozenset[int]
    custom_purposes: int  # how many there are
    custom_consent: frozenset[int]
    custom_li: frozenset[int]


@dataclass(frozen=True)
class TcfConsent:
    """A decoded TCF string. Purposes, features and vendors are ids from 1; instants are UTC, exact to 0.1 seconds.

    `*_li` is legitimate interest: shown and not objected to; in Canada implied consent. It is kept as the string has
    it, though policy knows no legitimate interest for purposes 1 and 3 to 6. Fields that a framework lacks are empty
    or None; a segment that is absent is None, which is not the same as an empty one.
    """

    framework: TcfFramework
    version: int  # of the string's format, not of the policy
    created: datetime
    last_updated: datetime
    cmp_id: int
    cmp_version: int
    consent_screen: int
    language: str  # two capital letters
    vendor_list_version: int
    purposes_consent: frozenset[int]
    vendors_consent: frozenset[int]
    max_vendor_id: int  # the highest id the consent list speaks of; for vendors above it nothing was asked
    default_consent: bool | None = None  # version 1 with ranges only: the ranges list the exceptions from this
    policy_version: int | None = None
    is_service_specific: bool | None = None
    use_non_standard_stacks: bool | None = None
    special_features: frozenset[int] = frozenset()
    purposes_li: frozenset[int] = frozenset()
    purpose_one_treatment: bool | None = None
    publisher_country: str | None = None  # two capital letters; AA where the publisher does not say
    vendors_li: frozenset[int] = frozenset()
    publisher_restrictions: tuple[PublisherRestriction, ...] = ()
    vendors_disclosed: frozenset[int] | None = None
    vendors_allowed: frozenset[int] | None = None
    publisher: PublisherPurposes | None = None

    def consented_purposes(self, vendor: int) -> frozenset[int]:
        """The purposes for which the user consented to this vendor, and the publisher lets it rely on that.

        A purpose without the vendor, or a vendor without the purpose, authorises nobody. Whether the vendor asked
        for consent for the purpose is in the Global Vendor List and not in the string: the caller must know.
        """
        if vendor not in self.vendors_consent:
            return frozenset()
        withheld = (RestrictionType.NOT_ALLOWED, RestrictionType.REQUIRE_LI)
        restrictions = [given for given in self.publisher_restrictions if given.type in withheld]
        return self.purposes_consent - {given.purpose for given in restrictions if given.concerns(vendor)}


DPV_PURPOSES = MappingProxyType(
    {
        Purpose.TRACKING: frozenset({1}),  # store and access information on a device
        Purpose.ADVERTISING: frozenset({2, 7}),  # basic ads, measure ads
        Purpose.PERSONALISED_ADVERTISING: frozenset({3, 4}),  # profiles for ads, personalised ads
        Purpose.PERSONALISATION: frozenset({5, 6}),  # profiles for content, personalised content
        Purpose.ANALYTICS: frozenset({8, 9}),  # measure content, audience research
        Purpose.RESEARCH_AND_DEVELOPMENT: frozenset({10}),  # develop and improve services
        Purpose.SERVICE_PROVISION: frozenset({11}),  # select content with limited data
    }
)
"""W3C DPV purpose -> the TCF purposes of version 2 it is made of."""


def dpv_purposes(purposes: Iterable[int], framework: TcfFramework) -> frozenset[Purpose]:
    """The DPV purposes that the TCF purposes cover in full.

    Where two TCF purposes make up one of ours, both are needed: of two answers the least permissive counts. Version 1
    of the EU's framework numbered other purposes, so that none of it is mapped.

    >>> sorted(dpv_purposes([1, 3, 4, 7], TcfFramework.EU_V2))
    [<Purpose.PERSONALISED_ADVERTISING: 'PersonalisedAdvertising'>, <Purpose.TRACKING: 'Tracking'>]
    """
    if framework is TcfFramework.EU_V1:
        return frozenset()
    given = frozenset(purposes)
    return frozenset(purpose for purpose, needed in DPV_PURPOSES.items() if needed <= given)
