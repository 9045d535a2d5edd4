"""Normalising profiles: what is done to an e-mail address or a phone number before it is hashed and sealed.

Two parties only find the same person if they normalised alike, so a profile has a name and a version and never
changes: other rules are another profile. Beside this tool's own there are those that ad platforms publish. Each of them
was read in the platform's document and reproduces every example that stands there (tests/intake/test_normalising.py).

An identifier that a profile cannot normalise is *unusable*: null, and no error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import phonenumbers
import polars as pl
from email_validator import SPECIAL_USE_DOMAIN_NAMES, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from consent_risk.vocabulary import IdentifierProfile, IdentifierType

SHA256_HEX = "^[0-9A-Fa-f]{64}$"
SHA256_BASE64 = "^[0-9A-Za-z+/]{43}=$"

_GMAIL, _GOOGLEMAIL = "gmail.com", "googlemail.com"
# Addresses that need no closer look. What this is too strict for goes to email-validator.
_PLAIN_ADDRESS = r"^[a-z0-9_+-]+([.][a-z0-9_+-]+)*@([a-z0-9]+(-[a-z0-9]+)*[.])+[a-z]{2,}$"
_PLAIN_LENGTH = 64  # no part of it can then be too long
_SPECIAL_DOMAIN = f"[.@]({'|'.join(re.escape(name) for name in SPECIAL_USE_DOMAIN_NAMES)})$"
_LETTER = re.compile(r"[^\W\d_]")
_MOST_DIGITS = 15  # of an E.164 number


@dataclass(frozen=True)
class Profile:
    """A named way to normalise: where its rules stand, what of it was verified, and the rules as expressions.

    `email` is given the text; `phone` the text and the country of the record (ISO 3166-1 alpha-2, null where not
    known), in which a number without a country code is read. Both give null for what is unusable.
    `base64_hashes`: the platform takes SHA-256 in Base64 too.
    """

    name: IdentifierProfile
    title: str
    source: str
    checked_on: date | None
    verified: str
    does: str
    email: Callable[[pl.Expr], pl.Expr]
    phone: Callable[[pl.Expr, pl.Expr], pl.Expr]
    base64_hashes: bool = False

    def normalise(self, text: pl.Expr, country: pl.Expr, kind: IdentifierType) -> pl.Expr:
        """The normalised identifier (String), null where it is unusable. Never raises, whatever the text."""
        return self.email(text) if kind is IdentifierType.EMAIL else self.phone(text, country)

    def sha256_in(self, text: pl.Expr) -> pl.Expr:
        """The SHA-256 (64 lower-case hexadecimal digits) that the text is instead of an identifier, else null."""
        digest = pl.when(text.str.contains(SHA256_HEX)).then(text.str.to_lowercase())
        if not self.base64_hashes:
            return digest
        decoded = text.str.decode("base64", strict=False).bin.encode("hex")
        return pl.coalesce(digest, pl.when(text.str.contains(SHA256_BASE64)).then(decoded))


def profile_named(name: IdentifierProfile) -> Profile:
    """The profile of that name."""
    return _PROFILES[name]


def _strict_email(text: pl.Expr) -> pl.Expr:
    return _or_null(text.str.strip_chars().str.to_lowercase())


def _strict_phone(text: pl.Expr, _country: pl.Expr) -> pl.Expr:
    return _or_null(text.str.replace_all(r"\s", ""))


def _plain_email(text: pl.Expr) -> pl.Expr:
    return _address(text.str.strip_chars().str.to_lowercase())


def _uid2_email(text: pl.Expr) -> pl.Expr:
    return _without_tags(_plain_email(text), _GMAIL)


def _google_email(text: pl.Expr) -> pl.Expr:
    return _without_tags(_address(text.str.replace_all(r"\s", "").str.to_lowercase()), _GMAIL, _GOOGLEMAIL)


def _e164_phone(text: pl.Expr, country: pl.Expr) -> pl.Expr:
    return pl.struct(text=text, country=country).map_batches(_e164_of_series, return_dtype=pl.String())


def _digits_phone(text: pl.Expr, country: pl.Expr) -> pl.Expr:
    return _e164_phone(text, country).str.strip_prefix("+")


def _or_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _without_tags(address: pl.Expr, *domains: str) -> pl.Expr:
    """In these domains dots do not count and a plus begins a tag: both are taken out. Null where nothing is left."""
    local, domain = (address.str.extract(pattern) for pattern in ("^([^@+]*)[^@]*@", "@([^@]*)$"))
    own = local.str.replace_all(".", "", literal=True)
    without = pl.when(own != "").then(pl.concat_str(own, pl.lit("@"), domain))
    return pl.when(domain.is_in(list(domains))).then(without).otherwise(address)


def _address(text: pl.Expr) -> pl.Expr:
    """The same text where it is an e-mail address, else null."""
    return text.map_batches(_addresses_of_series, return_dtype=pl.String())


def _addresses_of_series(texts: pl.Series) -> pl.Series:
    plain = texts.str.contains(_PLAIN_ADDRESS) & (texts.str.len_bytes() <= _PLAIN_LENGTH)
    plain &= ~texts.str.contains(_SPECIAL_DOMAIN)
    others = texts.filter(~plain).unique()
    good = others.filter(pl.Series([is_address(text) for text in others], dtype=pl.Boolean))
    frame = pl.DataFrame({"text": texts, "plain": plain})
    return frame.select(pl.when(pl.col("plain") | pl.col("text").is_in(good.to_list())).then("text")).to_series()


def is_address(text: str) -> bool:
    """Is the text an e-mail address by syntax? Nobody is asked whether it exists, and `example.com` is one.

    >>> is_address("ana@example.com"), is_address("ana at example.com")
    (True, False)
    """
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except ValueError:  # EmailNotValidError is one, and so are those of the libraries below it
        return False
    return True


def _e164_of_series(numbers: pl.Series) -> pl.Series:
    """Each distinct pair of number and country is read once."""
    frame = numbers.struct.unnest()
    pairs = frame.filter(pl.col("text").is_not_null()).unique()
    values = pl.Series("e164", [e164(text, country) for text, country in pairs.iter_rows()], dtype=pl.String)
    joined = frame.join(
        pairs.with_columns(values), on=["text", "country"], how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["e164"]


def e164(text: str, country: str | None) -> str | None:
    """The phone number in E.164, null where it is none: its length must be possible in its country.

    A number without plus may be meant with the code of its country or without. If only one of the two readings is valid
    in the numbering plan it holds; if both are, and differ, the number is unusable. So is one with an extension or with
    letters, since it is not one person's, or not a number.

    >>> e164("(650) 555-1212", "US"), e164("+49 (0)30 1234567", None), e164("030 1234567", None)
    ('+16505551212', '+49301234567', None)
    """
    if _LETTER.search(text):
        return None
    readings = [number for number in (_parsed(text, country), _with_bare_code(text, country)) if number]
    if len(readings) > 1:
        readings = [number for number in readings if phonenumbers.is_valid_number(number)] or readings[-1:]
    written = {_written(number) for number in readings}
    return written.pop() if len(written) == 1 else None


def _with_bare_code(text: str, country: str | None) -> PhoneNumber | None:
    """The number as an international one without its plus, such as `65 1243 5678` in Singapore."""
    if country is None or "+" in text:
        return None
    digits, code = phonenumbers.normalize_digits_only(text), phonenumbers.country_code_for_region(country)
    number = _parsed(f"+{digits}", None) if digits.startswith(str(code)) else None
    return number if number and _is_possible(number) else None


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return None


def _written(number: PhoneNumber) -> str | None:
    """In E.164; null where it is no such number, or would be read as another."""
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    again = _parsed(written, None)
    stays = again is not None and phonenumbers.format_number(again, PhoneNumberFormat.E164) == written
    usable = _is_possible(number) and not number.extension and len(written) <= _MOST_DIGITS + 1
    return written if stays and usable else None


def _is_possible(number: PhoneNumber) -> bool:
    return bool(phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE)


STRICT_1 = Profile(
    name=IdentifierProfile.STRICT_1,
    title="Strict",
    source="",
    checked_on=None,
    verified="This tool's own rules; docs/method.md, Keys.",
    does="An e-mail address is trimmed and lower-cased, a phone number loses all white space; nothing is checked.",
    email=_strict_email,
    phone=_strict_phone,
)
_CHECKED = date(2026, 11, 22)
_PLATFORMS = (
    Profile(
        name=IdentifierProfile.GOOGLE_DATA_MANAGER_1,
        title="Google Data Manager API (Customer Match, enhanced conversions)",
        source="https://developers.google.com/data-manager/api/devguides/concepts/formatting",
        checked_on=_CHECKED,
        verified="The three examples of the page are reproduced (two addresses, one number); it publishes no hashes. "
        "Other pages of Google and its own code samples say otherwise of gmail addresses (docs/what-we-learned.md).",
        does="An e-mail address loses all white space and is lower-cased, in gmail.com and googlemail.com also its "
        "dots and what follows a plus; a phone number becomes E.164 with its plus.",
        email=_google_email,
        phone=_e164_phone,
        base64_hashes=True,
    ),
    Profile(
        name=IdentifierProfile.META_1,
        title="Meta Conversions API (customer information parameters)",
        source="https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/"
        "customer-information-parameters",
        checked_on=_CHECKED,
        verified="The examples of the page for e-mail and phone are reproduced with their SHA-256.",
        does="An e-mail address is trimmed and lower-cased; a phone number becomes the digits of E.164 without plus.",
        email=_plain_email,
        phone=_digits_phone,
    ),
    Profile(
        name=IdentifierProfile.UID2_1,
        title="Unified ID 2.0 (normalization and encoding)",
        source="https://unifiedid.com/docs/getting-started/gs-normalization-encoding",
        checked_on=_CHECKED,
        verified="All examples of the page are reproduced: ten addresses and one number with SHA-256 and Base64, two "
        "more numbers without.",
        does="An e-mail address is trimmed and lower-cased, in gmail.com also without its dots and what follows a "
        "plus; a phone number becomes E.164 with its plus.",
        email=_uid2_email,
        phone=_e164_phone,
        base64_hashes=True,
    ),
)
_PROFILES = {profile.name: profile for profile in (STRICT_1, *_PLATFORMS)}
assert _PROFILES.keys() == set(IdentifierProfile)
