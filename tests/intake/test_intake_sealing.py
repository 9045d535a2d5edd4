"""Keys equal what Python's hmac says, and give nothing away."""

from __future__ import annotations

import doctest
import hashlib
import hmac
import importlib
import pickle
import pkgutil

import polars as pl
import pytest

from consent_risk import intake as intake_package
from consent_risk.intake.sealing import Sealer
from consent_risk.vocabulary import IdentifierType

KEY = bytes(range(32))
EMAIL, PHONE = IdentifierType.EMAIL, IdentifierType.PHONE


def expected(text: str) -> int:
    """The documented construction, with the standard library."""
    message = hashlib.sha256(text.encode()).hexdigest().encode()
    return int.from_bytes(hmac.digest(KEY.hex().encode(), message, "sha256")[:8], "big", signed=True)


def test_keys_equal_the_standard_library() -> None:
    texts = ["ana@example.com", "", "é", "名前@example.com", "x" * 1000, "a\x1fb"]
    assert Sealer(KEY).seal(pl.Series(texts)).to_list() == [expected(text) for text in texts]


def test_identifiers_are_normalised_first() -> None:
    sealer = Sealer(KEY)
    emails = pl.Series(["  Ana@Example.COM ", "É@x.fr", " ", None])
    phones = pl.Series(["+49 151 23\t4", "\u00a0", "abc", None])
    assert sealer.seal_identifiers(emails, EMAIL).to_list() == [
        expected("ana@example.com"),
        expected("é@x.fr"),
        None,
        None,
    ]
    assert sealer.seal_identifiers(phones, PHONE).to_list() == [expected("+49151234"), None, expected("abc"), None]


def test_raw_and_hashed_identifiers_get_the_same_key() -> None:
    digest = hashlib.sha256(b"ana@example.com").hexdigest()
    values = pl.Series(["Ana@example.com", digest, digest.upper(), digest[:-1]])
    keys = Sealer(KEY).seal_raw_or_hashed(values, EMAIL).to_list()
    assert keys == [expected("ana@example.com")] * 3 + [expected(digest[:-1])]


def test_records_are_sealed_with_their_tenant() -> None:
    keys = Sealer(KEY).seal_records(pl.Series(["T1", "T1S", "T1"]), pl.Series(["S1", "1", None]))
    assert keys.to_list() == [expected("T1\x1fS1"), expected("T1S\x1f1"), None]


def test_another_key_seals_differently() -> None:
    text = pl.Series(["ana@example.com"])
    assert Sealer(KEY).seal(text).item() != Sealer(bytes(32)).seal(text).item()


def test_the_key_does_not_show() -> None:
    sealer = Sealer(KEY)
    assert KEY.hex() not in repr(sealer) + str(sealer) + repr([sealer])
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(sealer)
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(b"short")


@pytest.mark.parametrize(
    "module", [name for _, name, package in pkgutil.iter_modules(intake_package.__path__) if not package]
)
def test_the_examples_in_docstrings_run(module: str) -> None:
    results = doctest.testmod(importlib.import_module(f"consent_risk.intake.{module}"))
    assert results.failed == 0
