# ruff: noqa: DTZ001 - the store keeps instants in UTC without a zone
"""Canonical files become the sealed tables that semantics.md describes."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from consent_risk import tables
from consent_risk.case import parse_case
from consent_risk.intake import exports_in, seal_folder
from consent_risk.intake.manifest import Manifest
from consent_risk.intake.sealing import Sealer
from consent_risk.vocabulary import IdentifierType

KEY = bytes(range(32))
RECORDS = "tenant_id,source_id,email\nT1,S1,ana@example.com\nT1,S2,\n"
EMAIL, PHONE = IdentifierType.EMAIL, IdentifierType.PHONE


def record_key(tenant: str, source: str) -> int:
    return Sealer(KEY).seal_records(pl.Series([tenant]), pl.Series([source])).item()


def keys(kind: IdentifierType, *identifiers: str) -> list[int]:
    return sorted(Sealer(KEY).seal_identifiers(pl.Series(identifiers, dtype=pl.String), kind).to_list())


def of(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """The rows as a canonical table; columns left out are null."""
    schema = tables.empty(table).schema
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def test_records(intake) -> None:
    manifest = intake.seal(
        {
            "records.csv": (
                "tenant_id,source_id,email,phone,is_natural_person,country,region,birth_date,created_at,"
                "last_activity_at,record_state,data_categories,has_special_category,stored_bytes\n"
                "T1,ana@example.org, Ana@Example.com ,+49 151 1,true,DE,BY,1973-01-01,2020-01-01,"
                "2020-06-30T23:30:00-01:00,suspended,Name; Age;Name,false,120\n"
                "T1,S2,,,,US,California,1972-12-31,,,,,,\n"
            )
        }
    )
    expected = of(
        "records",
        [
            {
                "record_key": record_key("T1", "ana@example.org"),
                "tenant_id": "T1",
                "email_keys": keys(EMAIL, "ana@example.com"),
                "phone_keys": keys(PHONE, "+491511"),
                "is_natural_person": True,
                "country": "DE",
                "region": "BY",
                "birth_date": date(1973, 1, 1),  # from 1973 on to the day
                "created_on": date(2020, 1, 1),
                "last_activity_on": date(2020, 7, 1),  # 23:30 at -01:00 is the next day in UTC
                "record_state": "suspended",
                "data_categories": "Age;Name",
                "has_special_category": False,
                "stored_bytes": 120,
            },
            {
                "record_key": record_key("T1", "S2"),
                "tenant_id": "T1",
                "email_keys": [],
                "phone_keys": [],
                "country": "US",
                "birth_date": date(1972, 1, 1),  # before 1973 to the year
                "record_state": "active",
                "data_categories": "",
            },
        ],
    )
    assert_frame_equal(intake.table("records"), expected)
    assert intake.notes(manifest) == [
        ("records.csv", "regions not kept: not two or three capital letters or digits", 1),
        ("tenants", "tenants known from records alone: no tenants file was handed in", 1),
    ]
    assert intake.table("tenants").is_empty()  # so that a tenants file may still come
    assert manifest.delivered == ("records",)


def test_consents(intake) -> None:
    manifest = intake.seal(
        {
            "records.csv": RECORDS,
            "consents.csv": (
                "tenant_id,source_id,purpose,channel,event_state,legal_basis,event_time,valid_until,collection_method,"
                "double_opt_in,notice_version,recipients,third_party_disclosure,transfer_objection,"
                "parental_authorisation,covers_combination,evidence_level\n"
                "T1,S1,Marketing,email,given,consent,2021-03-04T16:08:50.1234567+02:00,2023-03-04T10:00:00Z,web_form,"
                "confirmed,2021-03, A GmbH ;; B ,true,false,,true,5\n"
                "T1,S1,Marketing,,refused,none_recorded,2021-03-04,,,,,,,,,,\n"
                "T1,S2,Analytics,,unknown,contract,,,,,,,,,,,0\n"
                "T1,S9,Analytics,,given,consent,,,,,,,,,,,\n"
            ),
        }
    )
    first = record_key("T1", "S1")
    expected = of(
        "consents",
        [
            {
                "record_key": first,
                "tenant_id": "T1",
                "purpose": "Marketing",
                "channel": "email",
                "event_state": "given",
                "legal_basis": "consent",
                "event_time": datetime(2021, 3, 4, 14, 8, 50, 123456),
                "time_quality": "exact",
                "valid_until": date(2023, 3, 4),
                "collection_method": "web_form",
                "double_opt_in": "confirmed",
                "notice_version": "2021-03",
                "recipients": "a gmbh;b",
                "third_party_disclosure": True,
                "transfer_objection": False,
                "covers_combination": True,
                "evidence_level": 5,
            },
            {
                "record_key": first,
                "tenant_id": "T1",
                "purpose": "Marketing",
                "event_state": "refused",
                "legal_basis": "none_recorded",
                "event_time": datetime(2021, 3, 4),
                "time_quality": "day",
            },
            {
                "record_key": record_key("T1", "S2"),
                "tenant_id": "T1",
                "purpose": "Analytics",
                "event_state": "unknown",
                "legal_basis": "contract",
                "time_quality": "none",
                "evidence_level": 0,
            },
        ],
    )
    assert_frame_equal(intake.table("consents"), expected)
    no_record = "no record with this tenant_id and source_id"
    assert_frame_equal(
        intake.table("rejects"),
        of("rejects", [{"file": "consents.csv", "row": 4, "column": "source_id", "reason": no_record}]),
    )
    assert intake.rejected(manifest) == [("consents.csv", no_record, 1)]
    assert [(given.file, given.rows, given.used) for given in manifest.inputs] == [
        ("records.csv", 2, 2),
        ("consents.csv", 4, 3),
    ]
    assert not [note for note in manifest.quality if note.file == "consents.csv"]  # the reject says it


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        (" STRASSE 1;Straße 1 ", "strasse 1;strasse 1"),
        ("İstanbul A.Ş.", "i̇stanbul a.ş."),  # i and a dot above
        ("ΟΔΟΣ", "οδοσ"),  # no final sigma
        ("οδος", "οδοσ"),
        (";A;; ", "a"),
        (";", None),
        ("; ;", None),
        ("", None),
    ],
)
def test_recipients_are_case_folded(intake, cell: str, stored: str | None) -> None:
    header = "tenant_id,source_id,purpose,event_state,legal_basis,recipients\n"
    intake.seal({"records.csv": RECORDS, "consents.csv": f"{header}T1,S1,Marketing,given,consent,{cell}\n"})
    assert intake.table("consents")["recipients"].to_list() == [stored]


def test_tenants_with_consent_events(intake) -> None:
    header = "tenant_id,source_id,purpose,event_state,legal_basis\n"
    rows = {
        "T4": "T4,S1,Marketing,given,consent\n",  # an orphan: T4 has no records
        "T1": "T1,S1,Marketing,given,consent\n",  # used
        "T3": "T3,S1,Marketing,maybe,consent\n",  # no such state
        "T2": "T2,,Marketing,given,consent\n",  # no source_id
    }
    unreadable = ",S1,Marketing,given,consent\nana@example.com,S1,Marketing,given,consent\n"
    files = {"records.csv": RECORDS + "T9,S1,\n", "consents.csv": header + "".join(rows.values()) + unreadable}
    assert intake.seal(files, set_aside=True).consent_tenants == ("T1", "T2", "T3", "T4")
    assert intake.table("consents").height == 1
    assert intake.seal({"records.csv": RECORDS}).consent_tenants == ()


@pytest.mark.parametrize(
    ("text", "instant", "quality"),
    [
        ("2021-03-04T16:08:50Z", datetime(2021, 3, 4, 16, 8, 50), "exact"),
        ("2021-03-04 16:08:50", datetime(2021, 3, 4, 16, 8, 50), "exact"),
        ("2021-03-04T16:08", datetime(2021, 3, 4, 16, 8), "exact"),
        ("2021-03-04T16:08:50,5Z", datetime(2021, 3, 4, 16, 8, 50, 500000), "exact"),
        ("2021-03-04T00:30:00+0530", datetime(2021, 3, 3, 19, 0), "exact"),
        ("2021-03-04T23:30:00-05", datetime(2021, 3, 5, 4, 30), "exact"),
        ("2021-03-04 16:08:50 UTC", datetime(2021, 3, 4, 16, 8, 50), "exact"),
        ("1900-01-01", datetime(1900, 1, 1), "day"),
        ("2200-12-31", datetime(2200, 12, 31), "day"),
        ("", None, "none"),
    ],
)
def test_times(intake, text: str, instant: datetime | None, quality: str) -> None:
    header = "tenant_id,source_id,purpose,event_state,legal_basis,event_time\n"
    intake.seal({"records.csv": RECORDS, "consents.csv": f'{header}T1,S1,Marketing,given,consent,"{text}"\n'})
    assert intake.table("consents").select("event_time", "time_quality").rows() == [(instant, quality)]


def test_interactions(intake) -> None:
    intake.seal(
        {
            "records.csv": RECORDS,
            "interactions.csv": (
                "tenant_id,source_id,period,channel,direction,count,unit\n"
                "T1,S1,2021-11,voice,inbound,30,conversations\n"
                "T1,,,chat,,0,\n"
                "T1,S9,2021-11,chat,,7,\n"
            ),
        }
    )
    first = {
        "tenant_id": "T1",
        "record_key": record_key("T1", "S1"),
        "period": date(2021, 11, 1),
        "channel": "voice",
        "direction": "inbound",
        "count": 30,
        "unit": "conversations",
    }
    of_tenant = {"tenant_id": "T1", "channel": "chat", "count": 0, "unit": "messages"}
    assert_frame_equal(intake.table("interactions"), of("interactions", [first, of_tenant]))
    assert intake.table("rejects")["row"].to_list() == [3]


def test_acquirer_identifiers(intake) -> None:
    manifest = intake.seal(
        {
            "records.csv": RECORDS,
            "acquirer_identifiers.csv": (
                "identifier_type,value\n"
                "email,Ana@example.com\n"
                "email,18C0922F0E3B9E9E84A5DED2FF107AB7CC938E72DD9F9C8DB6BAA701B734623D\n"
                "phone,+49 151\n"
                "email,ana@example.com \n"
            ),
        }
    )
    digest = "18c0922f0e3b9e9e84a5ded2ff107ab7cc938e72dd9f9c8db6baa701b734623d"
    hashed = Sealer(KEY).seal_raw_or_hashed(pl.Series([digest]), EMAIL).item()
    expected = of(
        "acquirer_keys",
        [
            {"identifier_type": "email", "key": keys(EMAIL, "ana@example.com")[0]},
            {"identifier_type": "email", "key": hashed},
            {"identifier_type": "phone", "key": keys(PHONE, "+49151")[0]},
        ],
    )
    assert_frame_equal(intake.table("acquirer_keys"), expected)
    assert manifest.delivered == ("records", "acquirer_keys")
    assert ("acquirer_identifiers.csv", "identifiers that stand in the list more than once", 1) in intake.notes(
        manifest
    )


def test_tenants_agreements_and_holders(intake) -> None:
    manifest = intake.seal(
        {
            "records.csv": RECORDS + "T9,S1,\n",
            "tenants.csv": "tenant_id,tenant_name,party_role,size_class\nT1,Shop 1,controller,small\n",
            "agreements.csv": (
                "agreement_id,tenant_id,document_type,effective_date,expiration_date,source_quote\n"
                'A1,T1,msa,2020-01-01,2021-12-31,"Supplier shall, with notice of 30 days, stop."\n'
                "A1,T8,,2020-01-01 00:00:00,,\n"
            ),
            "holders.csv": "holder,category,country,persons\nOther Data,Behavioural,EEA,41000000\n",
        }
    )
    tenant = {"tenant_id": "T1", "tenant_name": "Shop 1", "party_role": "controller", "size_class": "small"}
    assert_frame_equal(intake.table("tenants"), of("tenants", [tenant]))
    agreement = {
        "agreement_id": "A1",
        "tenant_id": "T1",
        "document_type": "msa",
        "effective_date": date(2020, 1, 1),
        "expiration_date": date(2021, 12, 31),
        "source_quote": "Supplier shall, with notice of 30 days, stop.",
    }
    other = {"agreement_id": "A1", "tenant_id": "T8", "effective_date": date(2020, 1, 1)}
    assert_frame_equal(intake.table("agreements"), of("agreements", [agreement, other]))
    holder = {"holder": "Other Data", "category": "Behavioural", "country": "EEA", "persons": 41_000_000}
    assert_frame_equal(intake.table("holders"), of("holders", [holder]))
    assert intake.notes(manifest) == [
        ("tenants", "agreements kept although their tenant is not in the tenants file", 1),
        ("tenants", "records kept although their tenant is not in the tenants file", 1),
    ]


def test_a_blank_or_missing_column_is_the_same(intake) -> None:
    intake.seal({"records.csv": RECORDS})
    without = intake.table("records")
    header = "tenant_id,source_id,email,phone,record_state,data_categories,stored_bytes\n"
    intake.seal({"records.csv": f"{header}T1,S1,ana@example.com,,, ,\nT1,S2,,,,,\n"})
    assert_frame_equal(intake.table("records"), without)


def test_unknown_columns_are_named(intake) -> None:
    manifest = intake.seal(
        {"records.csv": "tenant_id,source_id,emial,ana@example.com,4915112345678,\nT1,S1,a@b.c,x,y,z\n"}
    )
    what = "columns ignored: emial (did you mean `email`?), column 4, column 5, column 6"
    assert intake.notes(manifest)[0] == ("records.csv", what, 1)


def test_byte_order_mark_crlf_and_quoted_newlines(intake) -> None:
    intake.seal({"records.csv": RECORDS})
    plain = intake.table("records")
    text = '\ufeff"tenant_id",source_id,email\r\nT1,S1,"ana@example.com"\r\n\r\nT1,S2,"\n"\r\n'
    intake.seal({"records.csv": text})
    assert_frame_equal(intake.table("records"), plain)


def test_parquet_equals_csv(intake) -> None:
    files = {
        "records.csv": (
            "tenant_id,source_id,phone,is_natural_person,birth_date,created_at,data_categories,stored_bytes\n"
            "7,S1,49151,true,2001-02-03,2020-01-01T22:00:00Z,Name;Age,5\n"
            "7,S2,,,,,,\n"
        ),
        "consents.csv": (
            "tenant_id,source_id,purpose,event_state,legal_basis,event_time,evidence_level\n"
            "7,S1,Marketing,given,consent,2021-01-01T00:00:00Z,3\n7,S2,Marketing,given,consent,,\n"
        ),
    }
    manifest = intake.seal(files)
    csv_tables = {name: intake.table(name) for name in tables.SCHEMAS}
    pl.DataFrame(
        {
            "tenant_id": [7, 7],
            "source_id": ["S1", "S2"],
            "phone": [49151.0, float("nan")],
            "is_natural_person": [True, None],
            "birth_date": [date(2001, 2, 3), None],
            "created_at": pl.Series([datetime(2020, 1, 1, 23), None]).dt.replace_time_zone("Europe/Berlin"),
            "data_categories": [["Name", "Age"], []],
            "stored_bytes": [5, None],
        }
    ).write_parquet(intake.folder / "records.parquet")
    pl.DataFrame(
        {
            "tenant_id": ["7", "7"],
            "source_id": [b"S1", b"S2"],
            "purpose": pl.Series(["Marketing"] * 2, dtype=pl.Categorical),
            "event_state": ["given"] * 2,
            "legal_basis": ["consent"] * 2,
            "event_time": [datetime(2021, 1, 1), None],
            "evidence_level": [3.0, None],
        }
    ).write_parquet(intake.folder / "consents.parquet")
    paths = [intake.folder / "records.parquet", intake.folder / "consents.parquet"]
    again = seal_folder(paths, intake.case(), Sealer(KEY), intake.staging)
    for name, table in csv_tables.items():
        assert_frame_equal(intake.table(name), table)
    assert [output.sha256 for output in again.outputs] == [output.sha256 for output in manifest.outputs]


def write_records(intake, source_ids: pl.Series) -> bytes:
    path = intake.folder / "records.parquet"
    pl.DataFrame({"tenant_id": ["T1"] * len(source_ids), "source_id": source_ids}).write_parquet(path)
    return path.read_bytes()


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_an_id_in_a_float_column_does_not_depend_on_its_neighbours(intake, monkeypatch, batch_rows: int) -> None:
    monkeypatch.setattr("consent_risk.intake.parquet_reading.BATCH_ROWS", batch_rows)
    ids = pl.Series([1.0, 2.5, -0.0, -3.0, 2.0**53])
    intake.seal({"records.parquet": write_records(intake, ids)})
    written = ["1", "2.5", "0", "-3", "9007199254740992"]
    assert intake.table("records")["record_key"].to_list() == [record_key("T1", text) for text in written]


def test_floats_that_are_no_numbers(intake) -> None:
    inf, mend = float("inf"), "Write the column as whole numbers or as text, and what is not known as null."
    size = pl.Series([float("nan"), inf, -inf, 2.0**53 + 2, None, 7.0])
    frame = pl.DataFrame({"tenant_id": ["T1"] * 6, "source_id": list("abcdef"), "stored_bytes": size})
    frame.write_parquet(intake.folder / "records.parquet")
    files = {"records.parquet": (intake.folder / "records.parquet").read_bytes()}
    reasons = ["is infinite", "is infinite", "is too large for a floating-point column to hold it exactly"]
    assert intake.problems(files) == [
        f"records.parquet, row {row}, column stored_bytes: the number {reason}. {mend}"
        for row, reason in enumerate(reasons, 2)
    ]
    manifest = intake.seal(files, set_aside=True)
    assert (manifest.inputs[0].rows, manifest.inputs[0].used) == (6, 3)
    assert intake.table("records")["stored_bytes"].to_list() == [None, None, 7]


def test_a_short_float_is_exact_for_fewer_ids(intake) -> None:
    intake.seal({"records.parquet": write_records(intake, pl.Series([2.0**24], dtype=pl.Float32))})
    assert intake.table("records")["record_key"].to_list() == [record_key("T1", "16777216")]
    larger = write_records(intake, pl.Series([2.0**24 + 2], dtype=pl.Float32))
    assert len(intake.problems({"records.parquet": larger})) == 1


def test_the_order_of_the_rows_makes_no_difference(intake) -> None:
    source = Path(__file__).parents[1] / "data" / "worked_example"
    case = parse_case((source / "case.yaml").read_text())
    exports = exports_in(source)
    assert [path.name for path in exports] == [
        "acquirer_identifiers.csv",
        "agreements.csv",
        "consents.csv",
        "interactions.csv",
        "records.csv",
        "tenants.csv",
    ]
    manifest = seal_folder(exports, case, Sealer(KEY), intake.staging)
    hashed = "identifiers that came hashed and are taken as they are: it cannot be known how they were normalised"
    assert not manifest.rejects and intake.notes(manifest) == [("acquirer_identifiers.csv", hashed, 110)]
    plain = {name: intake.table(name) for name in tables.SCHEMAS}
    shuffled = []
    for path in exports:
        header, *lines = path.read_text().splitlines()
        shuffled.append(intake.folder / path.name)
        shuffled[-1].write_text("\n".join([header, *lines[::-1]]) + "\n")
    seal_folder(shuffled[::-1], case, Sealer(KEY), intake.staging)
    for name, table in plain.items():
        assert_frame_equal(intake.table(name), table, check_row_order=False)


def test_the_manifest_is_what_is_on_the_disk(intake) -> None:
    told: list[tuple[int, int]] = []
    manifest = intake.seal({"records.csv": RECORDS}, progress=lambda done, total: told.append((done, total)))
    written = (intake.staging / "manifest.json").read_text()
    assert Manifest.model_validate_json(written) == manifest
    assert json.loads(written)["profile"] == "strict-1"
    assert {output.table: output.rows for output in manifest.outputs}["records"] == 2
    assert sorted(path.name for path in intake.staging.iterdir()) == sorted(
        ["manifest.json", *(f"{name}.parquet" for name in tables.SCHEMAS)]
    )
    assert told[-1] == (len(RECORDS), len(RECORDS))


def test_sealed_tables_keep_their_schemas(intake) -> None:
    intake.seal({"records.csv": RECORDS})
    for name, schema in tables.SCHEMAS.items():
        schema.validate(intake.table(name))


def test_exports_in(tmp_path: Path) -> None:
    figure = {"id": "records.total", "purpose": None, "scenario": "K0", "value": 1, "lower": 1, "upper": 1}
    assessment = dict.fromkeys(["program_version", "rules_version", "finding", "limbs", "waterfalls", "figures"])
    left_out = ["case.yaml", "README.md", ".hidden", "report.pdf"]
    for name in ["records.csv", "logo.png", "contacts.json", *left_out]:
        (tmp_path / name).write_text("x")
    (tmp_path / "expected.json").write_text(json.dumps([figure, figure]))
    (tmp_path / "assessment.json").write_text(json.dumps(assessment))
    (tmp_path / "drops").mkdir()
    assert [path.name for path in exports_in(tmp_path)] == ["contacts.json", "logo.png", "records.csv"]
