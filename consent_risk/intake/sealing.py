"""Identifiers become keys: normalised under a named profile, hashed, then sealed under the case key.

Key = first 8 bytes, read big endian as a signed 64-bit integer, of HMAC-SHA-256(K, M) where

* M is SHA-256 of the normalised identifier (UTF-8), written as its 64 lower-case hexadecimal characters. This is
  the customer-match convention, so identifiers that arrive hashed land on the same key as raw ones;
* K is the 32-byte case key, also written as 64 lower-case hexadecimal characters (polars-hash takes keys as text).

With Python's standard library:

>>> import hashlib, hmac
>>> key, address = bytes(32), "ana@example.com"
>>> message = hashlib.sha256(address.encode()).hexdigest().encode()
>>> digest = hmac.digest(key.hex().encode(), message, "sha256")
>>> sealed = Sealer(key).seal(pl.Series([address])).item()
>>> int.from_bytes(digest[:8], "big", signed=True) == sealed
True
"""

from __future__ import annotations

from typing import NoReturn

import polars as pl
from polars_hash import CryptographicHashingNameSpace

from consent_risk.intake.normalising import STRICT_1, Profile
from consent_risk.vocabulary import IdentifierType

KEY_BYTES = 32
# Between tenant and source id. Tenant ids with control characters are refused, so a pair has one reading only.
_UNIT_SEPARATOR = "\x1f"


class Sealer:
    """Seals identifiers under a case key and a profile. Neither `repr` nor pickling gives the key away."""

    def __init__(self, key: bytes, profile: Profile = STRICT_1) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a case key has {KEY_BYTES} bytes")
        self.__key = key.hex()
        self.profile = profile

    def under(self, profile: Profile) -> Sealer:
        """The same key under another profile."""
        return Sealer(bytes.fromhex(self.__key), profile)

    def __repr__(self) -> str:
        return "Sealer(key hidden)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Sealer is not pickled: it holds the case key")

    def seal(self, normalised_identifiers: pl.Series) -> pl.Series:
        """The keys (Int64) of normalised identifiers (String). Null stays null."""
        return self._keys(normalised_identifiers, _sha256(pl.col("text")))

    def seal_identifiers(
        self, values: pl.Series, kind: IdentifierType, countries: pl.Series | None = None
    ) -> pl.Series:
        """The keys (Int64) of raw identifiers (String), null where one is unusable.

        `countries` are those of the records, for phone numbers without a country code.
        """
        return self._keys(values, _sha256(self._normalised(kind, countries)))

    def seal_raw_or_hashed(self, values: pl.Series, kind: IdentifierType) -> pl.Series:
        """As `seal_identifiers`, but what is a SHA-256 already is taken as it is."""
        raw = _sha256(self._normalised(kind, None))
        return self._keys(values, pl.coalesce(self.profile.sha256_in(pl.col("text")), raw))

    def are_hashed(self, values: pl.Series) -> pl.Series:
        """Which values (String) are a SHA-256 already."""
        return values.to_frame("text").select(self.profile.sha256_in(pl.col("text")).is_not_null()).to_series()

    def seal_records(self, tenant_ids: pl.Series, source_ids: pl.Series) -> pl.Series:
        """Record keys (Int64): source ids can be e-mail addresses, so they are sealed too. Null where either is."""
        return self.seal(record_names(tenant_ids, source_ids))

    def _normalised(self, kind: IdentifierType, countries: pl.Series | None) -> pl.Expr:
        country = pl.lit(None, dtype=pl.String) if countries is None else pl.lit(countries.cast(pl.String))
        return self.profile.normalise(pl.col("text"), country, kind)

    def _keys(self, texts: pl.Series, digest: pl.Expr) -> pl.Series:
        mac = _hashes(digest).hmac_sha256(key=self.__key)
        first_bytes = mac.str.slice(0, 16).str.decode("hex")
        key = first_bytes.bin.reinterpret(dtype=pl.Int64, endianness="big")
        return texts.cast(pl.String).to_frame("text").select(key.alias("key")).to_series()


def record_names(tenant_ids: pl.Series, source_ids: pl.Series) -> pl.Series:
    """Tenant and source id in one text (String), which no other pair has; null where either is."""
    pairs = pl.DataFrame({"tenant": tenant_ids, "source": source_ids})
    return pairs.select(pl.concat_str("tenant", "source", separator=_UNIT_SEPARATOR)).to_series()


def _sha256(text: pl.Expr) -> pl.Expr:
    return _hashes(text).sha2_256()


def _hashes(expression: pl.Expr) -> CryptographicHashingNameSpace:
    return CryptographicHashingNameSpace(expression)
