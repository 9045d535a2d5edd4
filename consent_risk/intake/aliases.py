"""Names of columns that mean the same in many systems: what a recipe can be proposed from.

Names are compared as a whole once case, punctuation and blanks are gone, and never by likeness: `Opt-in` and
`opt out` differ by one word. What a yes in a consent column means is documented by the systems that write it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from consent_risk.vocabulary import Channel, DataCategory, Purpose

Kind = Literal["flag", "zero_one", "labels", "time"]


@dataclass(frozen=True)
class ConsentAlias:
    """What a consent column of this name says: polarity, purpose, channel, and how its cells are written.

    `flag` holds any of `TRUTHS`, `zero_one` only 0 and 1, `labels` the labels of Dynamics, `time` when it was said.
    """

    polarity: Literal["+", "-"]
    purpose: Purpose = Purpose.DIRECT_MARKETING
    channel: Channel | None = Channel.EMAIL
    kind: Kind = "flag"
    transfer_objection: bool = False


def normalised_name(name: str) -> str:
    """The name without case, punctuation and blanks.

    >>> [normalised_name(name) for name in ("Opt-in", "opt out", "HasOptedOutOfEmail", "has_opted_out_of_email")]
    ['optin', 'optout', 'hasoptedoutofemail', 'hasoptedoutofemail']
    """
    return "".join(letter for letter in name.casefold() if letter.isalnum())


_CLAIMED, _OBJECTED = ConsentAlias("+"), ConsentAlias("-")
_ANY_CHANNEL = ConsentAlias("-", channel=None)
CONSENT = {
    normalised_name(name): alias
    for name, alias in {
        "accepts email marketing": _CLAIMED,
        "accepts marketing": _CLAIMED,
        "subscribed_to_emails": _CLAIMED,
        "newsletter": ConsentAlias("+", kind="zero_one"),
        "opt-in": ConsentAlias("+", Purpose.DISCLOSURE_TO_THIRD_PARTY, kind="zero_one"),
        "email_opt_in": _CLAIMED,
        "hasoptedoutofemail": _OBJECTED,
        "email opt out": _OBJECTED,
        "unsubscribed from all email": _OBJECTED,
        "portal unsubscribe": _OBJECTED,
        "unsubscribed_from_emails": _OBJECTED,
        "is_do_not_email": _OBJECTED,
        "opted_out": _ANY_CHANNEL,
        "do not email": _OBJECTED,
        "do_not_trade": ConsentAlias("-", Purpose.DISCLOSURE_TO_THIRD_PARTY, None, transfer_objection=True),
        "opt out": _ANY_CHANNEL,
        "do not allow bulk emails": ConsentAlias("-", kind="labels"),
        "don't process": ConsentAlias("-", Purpose.ALL_PROCESSING, None),
        "don't market": ConsentAlias("-", Purpose.MARKETING, None),
        "is_opt_out": _ANY_CHANNEL,
        "do not call": ConsentAlias("-", channel=Channel.VOICE),
        "unsub_time": ConsentAlias("-", kind="time"),
        "confirm_time": ConsentAlias("+", kind="time"),
        "optin_time": ConsentAlias("+", kind="time"),
    }.items()
}
# One column for each kind of message: `Opted out of email: Product news`.
CONSENT_PREFIXES = {"optedoutofemail": _OBJECTED}

# A yes and its no, as systems write them; compared without regard to case.
TRUTHS = (("true", "false"), ("yes", "no"), ("1", "0"), ("1.0", "0.0"))
ZERO_ONE = (("1", "0"), ("1.0", "0.0"))
LABELS = (("do not allow", "allow"),)

# A column with such a word in its name may hold consent: if it is not known above, somebody is asked.
CONSENT_WORDS = (
    *("consent", "optin", "optout", "optedin", "optedout", "subscri", "newsletter", "permission", "gdpr", "dsgvo"),
    *(
        "donotmail",
        "donotemail",
        "donotcall",
        "donotsms",
        "donotcontact",
        "donotsell",
        "donottrack",
        "acceptsmarketing",
    ),
    *("legalbasis", "lawfulbasis", "einwilligung", "consentement", "suppress", "marketingpref"),
)

# The columns of records, those that are surest first.
FIELDS = {
    field: [normalised_name(name) for name in names]
    for field, names in {
        "tenant_id": ["tenant id", "tenant", "workspace id", "portal id", "shop id", "store id", "business unit id"],
        "source_id": [
            *("source id", "customer id", "contact id", "record id", "person id", "profile id", "member id", "user id"),
            *("lead id", "subscriber id", "client id", "id", "uuid", "customer number", "customer no", "external id"),
            *("Kundennummer", "Kunden-Nr", "Kunden-ID"),
        ],
        "email": [
            *("email", "email address", "primary email", "work email", "personal email", "other email", "mail"),
            *("email 1", "email 2", "E-Mail-Adresse", "correo electrónico", "correo_electronico", "adresse e-mail"),
        ],
        "phone": [
            *("phone", "phone number", "mobile", "mobile phone", "mobile phone number", "mobile number", "cell phone"),
            *("telephone", "telephone number", "home phone", "work phone", "other phone", "Telefon", "Telefonnummer"),
            *("Handy", "Mobiltelefon", "WhatsApp phone number"),
        ],
        "country": ["country code", "country", "country/region", "country/region code", "Land", "Ländercode", "pays"],
        "birth_date": ["birth date", "date of birth", "birthday", "dob", "Geburtsdatum", "date de naissance"],
        "created_at": [
            *("created at", "created", "created on", "created date", "create date", "date created", "creation date"),
            *("created time", "signup date", "registration date", "registered at", "date added", "Erstellt am"),
        ],
        "last_activity_at": [
            *("last activity", "last activity date", "last activity at", "last active", "last seen", "last seen at"),
            *("last login", "last login at", "last order date", "last purchase date"),
        ],
    }.items()
}
UPDATED = [normalised_name(name) for name in ("updated at", "updated", "modified on", "last modified", "modified time")]

# What a filled column shows to be held. Columns of the fields above count as well, see proposing.py.
CATEGORIES = {
    category: [normalised_name(name) for name in names]
    for category, names in {
        DataCategory.NAME: [
            *("first name", "last name", "name", "full name", "display name", "given name", "surname", "family name"),
            *("middle name", "Vorname", "Nachname", "prénom", "nom"),
        ],
        DataCategory.PHYSICAL_ADDRESS: [
            *("address", "street", "street address", "address 1", "address line 1", "zip", "zip code", "postal code"),
            *("postcode", "Strasse", "Straße", "PLZ"),
        ],
        DataCategory.LOCATION: ["city", "province", "Ort", "Stadt", "ville"],
        DataCategory.GENDER: ["gender", "sex", "Geschlecht"],
        DataCategory.PROFESSIONAL: ["company", "company name", "job title", "title", "Firma"],
        DataCategory.IP_ADDRESS: ["ip", "ip address"],
    }.items()
}
