"""Which recorded purpose covers which: a refusal reaches every narrower purpose, a grant does not.

Source: W3C DPV, the hierarchy of purposes.
"""

from __future__ import annotations

from consent_risk.vocabulary import Purpose

BROADER: dict[Purpose, Purpose] = {
    Purpose.TARGETED_ADVERTISING: Purpose.PERSONALISED_ADVERTISING,
    Purpose.PERSONALISED_ADVERTISING: Purpose.ADVERTISING,
    Purpose.ADVERTISING: Purpose.MARKETING,
    Purpose.DIRECT_MARKETING: Purpose.MARKETING,
}
SERVICE = frozenset({Purpose.SERVICE_PROVISION, Purpose.CUSTOMER_CARE})


def covering(purpose: Purpose) -> frozenset[Purpose]:
    """The purposes a refusal of which covers `purpose`: itself, every broader one, all processing, any disclosure.

    >>> sorted(purpose.value for purpose in covering(Purpose.DIRECT_MARKETING))
    ['AllProcessing', 'DirectMarketing', 'DisclosureToThirdParty', 'Marketing']
    """
    found = {purpose, Purpose.ALL_PROCESSING, Purpose.DISCLOSURE_TO_THIRD_PARTY}
    while purpose in BROADER:
        purpose = BROADER[purpose]
        found.add(purpose)
    return frozenset(found)
