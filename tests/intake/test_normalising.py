"""Normalising profiles: the examples that the platforms publish, and what must hold for any text."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent_risk.case import COUNTRIES
from consent_risk.errors import UserError
from consent_risk.intake.normalising import STRICT_1, e164, is_address, profile_named
from consent_risk.intake.sealing import Sealer
from consent_risk.vocabulary import IdentifierProfile, IdentifierType
from consent_risk.workspace.drops import add_drop, list_drops

KEY = bytes(range(32))
EMAIL, PHONE = IdentifierType.EMAIL, IdentifierType.PHONE
STRICT, GOOGLE, META, UID2 = IdentifierProfile
PLATFORMS = [GOOGLE, META, UID2]
_PLAIN_LOOKING = st.from_regex(r"[a-z0-9._+-]{1,12}@[a-z0-9.-]{1,12}[.][a-z]{2,9}", fullmatch=True)
_DIGITS = st.text(alphabet="0123456789+ ()-/.", max_size=20)
TEXTS = st.text() | st.emails() | _PLAIN_LOOKING | _DIGITS
SOME_COUNTRIES = st.none() | st.sampled_from(sorted(COUNTRIES))


def normalise(
    name: IdentifierProfile, kind: IdentifierType, texts: list[str | None], country: str | None = None
) -> list[str | None]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    country_column = pl.lit(country, dtype=pl.String)
    return frame.select(profile_named(name).normalise(pl.col("text"), country_column, kind)).to_series().to_list()


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("original", "normalised", "digest", "encoded"),
    [
        (
            ["MyEmail@example.com", "MYEMAIL@example.com"],
            "myemail@example.com",
            "16c18d336f0b250f0e2d907452ceb9658a74ecdae8bc94864c23122a72cc27a5",
            "FsGNM28LJQ8OLZB0Us65ZYp07NrovJSGTCMSKnLMJ6U=",
        ),
        (
            ["My.Email@example.com"],
            "my.email@example.com",
            "e22b53bc6f871274f3a62ab37a3caed7214fc14d676215a96a242fcfada1c81f",
            "4itTvG+HEnTzpiqzejyu1yFPwU1nYhWpaiQvz62hyB8=",
        ),
        (
            ["JANESAOIRSE@example.com", "JaneSaoirse@example.com"],
            "janesaoirse@example.com",
            "d6670e7a92007f1b5ff785f1fc81e53aa6d3d7bd06bdf5c473cdc7286c284b6d",
            "1mcOepIAfxtf94Xx/IHlOqbT170GvfXEc83HKGwoS20=",
        ),
        (
            ["jane.saoirse@example.com", "Jane.Saoirse@example.com"],
            "jane.saoirse@example.com",
            "b196432c7b989a2ca91c83799957c515da53e6c13abf20b78fea94f117e90bf8",
            "sZZDLHuYmiypHIN5mVfFFdpT5sE6vyC3j+qU8RfpC/g=",
        ),
        (
            ["JaneSaoirse+Work@example.com"],
            "janesaoirse+work@example.com",
            "28aaee4815230cd3b4ebd88c515226550666e91ac019929e3adac3f66c288180",
            "KKruSBUjDNO069iMUVImVQZm6RrAGZKeOtrD9mwogYA=",
        ),
        (
            ["JANE.SAOIRSE@gmail.com", "Jane.Saoirse@gmail.com", "JaneSaoirse+Work@gmail.com", "JANESaoirse@gmail.com"],
            "janesaoirse@gmail.com",
            "92ee26057ed9dea2535d6c8b141d48373932476599196e00352254896db5888f",
            "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8=",
        ),
        (
            ["user@example.com"],
            "user@example.com",
            sha256("user@example.com"),
            "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=",
        ),
        (["jane.doe@gmail.com", "janedoe+home@gmail.com"], "janedoe@gmail.com", None, None),
    ],
)
def test_the_addresses_of_the_uid2_document_are_reproduced(
    original: list[str], normalised: str, digest: str | None, encoded: str | None
) -> None:
    assert set(normalise(UID2, EMAIL, list(original))) == {normalised}
    if digest and encoded:
        assert sha256(normalised) == digest
        assert base64.b64encode(bytes.fromhex(digest)).decode() == encoded
        sealer = Sealer(KEY, profile_named(UID2))
        keys = sealer.seal_raw_or_hashed(pl.Series([*original, digest, digest.upper(), encoded]), EMAIL)
        assert keys.n_unique() == 1 and keys.null_count() == 0


@pytest.mark.parametrize(
    ("text", "country", "normalised"),
    [
        ("1 (234) 567-8901", "US", "+12345678901"),
        ("65 1243 5678", "SG", "+6512435678"),
        ("(02) 1234 5678", "AU", "+61212345678"),
    ],
)
def test_the_numbers_of_the_uid2_document_are_reproduced(text: str, country: str, normalised: str) -> None:
    assert normalise(UID2, PHONE, [text, normalised], country) == [normalised, normalised]
    assert sha256("+12345678901") == "10e6f0b47054a83359477dcb35231db6de5c69fb1816e1a6b98e192de9e5b9ee"


def test_the_examples_of_metas_document_are_reproduced() -> None:
    assert normalise(META, EMAIL, ["John_Smith@gmail.com"]) == ["john_smith@gmail.com"]
    assert sha256("john_smith@gmail.com") == "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"
    assert normalise(META, PHONE, ["(650)555-1212"], "US") == ["16505551212"]
    assert sha256("16505551212") == "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"


def test_the_examples_of_googles_document_are_reproduced() -> None:
    assert normalise(GOOGLE, EMAIL, ["cloudy.sanfrancisco+shopping@gmail.com", "user.name+NYC@Example.com"]) == [
        "cloudysanfrancisco@gmail.com",
        "user.name+nyc@example.com",
    ]
    assert normalise(GOOGLE, PHONE, ["(800)555-0100"], "US") == ["+18005550100"]


def test_the_profiles_differ_where_their_documents_do() -> None:
    texts: list[str | None] = [" A.na+x@Gmail.com", "a.na+x@googlemail.com", "an a@example.com", "+x@gmail.com", None]
    assert {name: normalise(name, EMAIL, texts) for name in IdentifierProfile} == {
        STRICT: ["a.na+x@gmail.com", "a.na+x@googlemail.com", "an a@example.com", "+x@gmail.com", None],
        GOOGLE: ["ana@gmail.com", "ana@googlemail.com", "ana@example.com", None, None],
        META: ["a.na+x@gmail.com", "a.na+x@googlemail.com", None, "+x@gmail.com", None],
        UID2: ["ana@gmail.com", "a.na+x@googlemail.com", None, None, None],
    }


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("0151 23456789", "DE", "+4915123456789"),
        ("0049 151 23456789", "DE", "+4915123456789"),
        ("49 151 23456789", "DE", None),  # or in the area of 04915
        ("41 79 123 45 67", "CH", "+41791234567"),
        ("+49 (0) 151 23456789", None, "+4915123456789"),
        ("+49 151 23456789", "FR", "+4915123456789"),
        ("06 12345678", "IT", "+390612345678"),
        ("+1234567", "US", None),
        ("0151 23456789", None, None),
        ("4915123456789", None, None),
        ("0151 23456789", "AQ", None),  # a country without numbers of its own
        ("+49 151 23456789 ext. 5", "DE", None),
        ("+49 151 23456789;ext=5", "DE", None),
        ("+49 30 1234567 #5", "DE", None),
        ("1-800-FLOWERS", "US", None),
        ("+49 30", "DE", None),
        ("+493012345678901", "DE", "+493012345678901"),  # 15 digits
        ("+4930123456789012", "DE", None),  # 16
        ("n/a", "DE", None),
        ("", "DE", None),
    ],
)
def test_numbers_become_e164_or_are_unusable(text: str, country: str | None, expected: str | None) -> None:
    assert e164(text, country) == expected
    for name in (GOOGLE, UID2):
        assert normalise(name, PHONE, [text], country) == [expected]
    assert normalise(META, PHONE, [text], country) == [expected and expected.removeprefix("+")]


def test_every_profile_says_where_it_comes_from() -> None:
    for name in IdentifierProfile:
        profile = profile_named(name)
        assert profile.name is name and profile.title and profile.verified and profile.does
        assert name is STRICT or (profile.source.startswith("https://") and profile.checked_on == date(2026, 11, 22))


@settings(deadline=None)
@given(st.lists(TEXTS | st.none()), SOME_COUNTRIES)
def test_strict_gives_what_it_always_gave(texts: list[str | None], country: str | None) -> None:
    series = pl.Series(texts, dtype=pl.String)
    email, phone = series.str.strip_chars().str.to_lowercase(), series.str.replace_all(r"\s", "")
    for kind, expected in ((EMAIL, email), (PHONE, phone)):
        assert normalise(STRICT, kind, texts, country) == [text or None for text in expected]


@settings(deadline=None)
@given(st.lists(TEXTS | st.none(), max_size=8), SOME_COUNTRIES)
def test_no_text_raises_and_what_is_normalised_stays_so(texts: list[str | None], country: str | None) -> None:
    for name in IdentifierProfile:
        emails = normalise(name, EMAIL, texts, country)
        assert normalise(name, EMAIL, emails, country) == emails
        phones = normalise(name, PHONE, texts, country)
        plus = "+" if name is META else ""
        assert normalise(name, PHONE, [phone and plus + phone for phone in phones], country) == phones
        for kind, values in ((EMAIL, emails), (PHONE, phones)):
            series = pl.Series(texts, dtype=pl.String)
            keys = Sealer(KEY, profile_named(name)).seal_identifiers(series, kind, pl.Series([country] * len(texts)))
            assert keys.is_null().to_list() == [value is None for value in values]


@settings(deadline=None)
@given(st.lists(_PLAIN_LOOKING | st.emails() | st.text(alphabet="ab.@-+ü", max_size=12), min_size=1))
def test_the_quick_look_at_addresses_agrees_with_the_library(texts: list[str]) -> None:
    expected = [text.strip().lower() if is_address(text.strip().lower()) else None for text in texts]
    assert normalise(META, EMAIL, list(texts)) == expected


@pytest.mark.parametrize(
    "text",
    ["a@b.test", "a@x.local", "a@localhost", "a@x.invalid", "a@x.onion", "a@x.arpa", "a@xn--a.com", "a@a--b.com"],
)
def test_the_quick_look_knows_the_special_domains(text: str) -> None:
    assert normalise(META, EMAIL, [text]) == [text if is_address(text) else None]


@settings(deadline=None)
@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS & COUNTRIES)), st.sampled_from(PLATFORMS))
def test_one_number_in_several_spellings_is_one_key(country: str, name: IdentifierProfile) -> None:
    number = phonenumbers.example_number(country)
    spellings = [phonenumbers.format_number(number, style) for style in range(3)]
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    keys = Sealer(KEY, profile_named(name)).seal_identifiers(
        pl.Series([*spellings, f" {digits} "]), PHONE, pl.Series([country] * 4)
    )
    assert keys.null_count() == 0 and keys.n_unique() == 1


@settings(deadline=None)
@given(st.emails(domains=st.just("example.com")), st.sampled_from(list(IdentifierProfile)))
def test_case_and_blanks_around_an_address_do_not_matter(address: str, name: IdentifierProfile) -> None:
    spellings: list[str | None] = [address.lower(), address.upper().lower(), f" {address}\t"]
    assert len(set(normalise(name, EMAIL, spellings))) == 1


def test_base64_is_a_hash_only_where_the_platform_takes_it() -> None:
    encoded = base64.b64encode(hashlib.sha256(b"ana@example.com").digest()).decode()
    texts = pl.Series([sha256("ana@example.com"), encoded, encoded[:-1], "ana@example.com", None])
    for name in IdentifierProfile:
        taken = name in (GOOGLE, UID2)
        assert Sealer(KEY, profile_named(name)).are_hashed(texts).to_list() == [True, taken, False, False, False]


def test_records_are_sealed_under_the_profile_of_the_case(intake) -> None:
    records = (
        "tenant_id,source_id,email,phone,country\n"
        "T1,S1,An.a+shop@gmail.com,0151 23456789,DE\n"
        "T1,S2,ana@gmail.com,+49 151 23456789,\n"
        "T1,S3,not an address,0151 23456789,\n"
        "T1,S4,,,\n"
    )
    manifest = intake.seal({"records.csv": records}, case="identifiers: {profile: uid2-1}\n")
    assert manifest.profile == "uid2-1"
    email, phone = (Sealer(KEY).seal(pl.Series([text])).item() for text in ("ana@gmail.com", "+4915123456789"))
    sealed = intake.table("records").sort("record_key")
    by_source = dict(
        zip(Sealer(KEY).seal_records(pl.Series(["T1"] * 4), pl.Series(["S1", "S2", "S3", "S4"])), range(4), strict=True)
    )
    rows = sorted(sealed.rows(named=True), key=lambda row: by_source[row["record_key"]])
    assert [row["email_keys"] for row in rows] == [[email], [email], [], []]
    assert [row["phone_keys"] for row in rows] == [[phone], [phone], [], []]
    assert [note for note in intake.notes(manifest) if note[0] == "records.csv"] == [
        ("records.csv", "e-mail addresses that are no addresses", 1),
        ("records.csv", "e-mail addresses that cannot be used", 1),
        ("records.csv", "phone numbers that cannot be used", 1),
    ]
    strict = intake.seal({"records.csv": records})
    assert strict.profile == "strict-1"
    assert [note for note in intake.notes(strict) if note[0] == "records.csv"] == [
        ("records.csv", "e-mail addresses that are no addresses", 1)
    ]
    assert intake.table("records")["email_keys"].list.len().sum() == 3
    assert intake.table("records")["record_key"].sort().to_list() == sealed["record_key"].to_list()


def test_identifiers_of_the_acquirer_are_normalised_unless_they_are_hashes(intake) -> None:
    digest = sha256("ana@gmail.com")
    encoded = base64.b64encode(bytes.fromhex(digest)).decode()
    identifiers = (
        "identifier_type,value\n"
        f"email,An.a@gmail.com\nemail,{digest}\nemail,{encoded}\nemail,nobody\nphone,+49 151 23456789\nphone,0151 2\n"
    )
    files = {"records.csv": "tenant_id,source_id\nT1,S1\n", "acquirer_identifiers.csv": identifiers}
    manifest = intake.seal(files, case="identifiers: {profile: uid2-1}\n")
    keys = Sealer(KEY).seal(pl.Series(["ana@gmail.com", "+4915123456789"])).to_list()
    assert intake.table("acquirer_keys")["key"].to_list() == keys
    file = "acquirer_identifiers.csv"
    assert intake.rejected(manifest) == [(file, "not usable under the profile", 2)]
    assert [given.rows - given.used for given in manifest.inputs if given.file == file] == [2]
    assert [note[1:] for note in intake.notes(manifest) if note[0] == file] == [
        ("e-mail addresses that are no addresses", 1),
        ("e-mail addresses that cannot be used", 1),
        ("identifiers that came hashed and are taken as they are: it cannot be known how they were normalised", 2),
        ("identifiers that stand in the list more than once", 2),
        ("phone numbers that cannot be used", 1),
    ]


def test_addresses_of_repeated_cells_are_looked_at_row_by_row(intake) -> None:
    rows = "".join(f"T1,S{n},{'broken' if n % 2 else 'ana@example.com'}\n" for n in range(100))
    manifest = intake.seal({"records.csv": f"tenant_id,source_id,email\n{rows}"})
    assert ("records.csv", "e-mail addresses that are no addresses", 50) in intake.notes(manifest)


def test_the_profile_is_one_of_the_known_ones(intake) -> None:
    assert intake.case().identifiers.profile is STRICT is STRICT_1.name
    with pytest.raises(
        UserError, match=r"identifiers\.profile: not one of the values allowed. Did you mean `uid2-1`\?"
    ):
        intake.case("identifiers: {profile: uid2}\n")
    with pytest.raises(UserError, match=r"identifiers\.profil: unknown key. Did you mean `profile`\?"):
        intake.case("identifiers: {profil: uid2-1}\n")


def test_a_case_keeps_the_profile_of_its_drops(intake, tmp_path: Path) -> None:
    now, folder = datetime(2022, 1, 27, 10, 30, tzinfo=UTC), tmp_path / "case"
    folder.mkdir()
    first, second = intake.folder / "records.csv", intake.folder / "consents.csv"
    first.write_text("tenant_id,source_id,email\nT1,S1,ana@example.com\n")
    second.write_text("tenant_id,source_id,purpose,event_state,legal_basis\nT1,S1,DirectMarketing,given,consent\n")
    add_drop(folder, intake.case(), [first], key=KEY, now=now)
    with pytest.raises(UserError) as refused:
        add_drop(folder, intake.case("identifiers: {profile: meta-1}\n"), [second], key=KEY, now=now)
    assert str(refused.value) == (
        "case.yaml: identifiers.profile is meta-1, but earlier drops were sealed under strict-1: the same person would "
        "get different keys. Write `profile: strict-1` again, or start a new case under meta-1 and add every delivery "
        "to it."
    )
    assert len(list_drops(folder)) == 1
    add_drop(folder, intake.case("identifiers: {profile: strict-1}\n"), [second], key=KEY, now=now)
    assert {drop.manifest.profile for drop in list_drops(folder)} == {"strict-1"}


def test_the_method_names_every_profile_and_its_source() -> None:
    method = (Path(__file__).parents[2] / "docs" / "method.md").read_text(encoding="utf-8")
    for name in IdentifierProfile:
        (row,) = [line for line in method.splitlines() if line.startswith(f"| `{name}` |")]
        assert profile_named(name).source in row
