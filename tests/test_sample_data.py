"""The committed sample cases are what their script writes, and hold together."""

import csv
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

SAMPLE_DATA = Path(__file__).parents[1] / "sample_data"
CASES = ("quillmere", "harbourlight")
FILES = {
    "case.yaml",
    "tenants.csv",
    "agreements.csv",
    "records.csv",
    "consents.csv",
    "interactions.csv",
    "acquirer_identifiers.csv",
    "holders.csv",
}
INVENTED_ADDRESS = re.compile(r"[a-z0-9]+@example\.(com|org)")
INVENTED_PHONE = re.compile(r"\+49150000\d{5}")

Row = dict[str, str]


@cache
def rows(case: str, table: str) -> list[Row]:
    with (SAMPLE_DATA / case / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def record_ids(case: str) -> list[tuple[str, str]]:
    return [(row["tenant_id"], row["source_id"]) for row in rows(case, "records")]


@pytest.mark.slow
def test_making_the_samples_again_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SAMPLE_DATA / "make_sample.py", "--out", tmp_path], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(CASES)
    for case in CASES:
        made = {path.name: path.read_bytes() for path in (tmp_path / case).iterdir()}
        kept = {path.name: path.read_bytes() for path in (SAMPLE_DATA / case).iterdir()}
        assert made.keys() == kept.keys() == FILES
        # Names only: a failure must not print the files.
        assert [name for name in sorted(FILES) if made[name] != kept[name]] == []


def test_the_samples_stay_small() -> None:
    size = sum(path.stat().st_size for case in CASES for path in (SAMPLE_DATA / case).iterdir())
    assert size < 25_000_000


def test_quillmere_has_the_tenants_and_records_of_a_real_case() -> None:
    tenants, records = rows("quillmere", "tenants"), rows("quillmere", "records")
    assert len(tenants) >= 60
    assert {row["size_class"] for row in tenants} == {"micro", "small", "medium", "large"}
    assert len(records) >= 50_000
    ten_largest = Counter(row["tenant_id"] for row in records).most_common(10)
    assert sum(count for _, count in ten_largest) > len(records) / 2


@pytest.mark.parametrize("case", CASES)
def test_every_record_has_an_id_of_its_own(case: str) -> None:
    ids = record_ids(case)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("case", CASES)
def test_every_row_belongs_to_a_tenant_and_a_record_that_exist(case: str) -> None:
    tenants = {row["tenant_id"] for row in rows(case, "tenants")}
    records = set(record_ids(case))
    for table in ("agreements", "records"):
        assert {row["tenant_id"] for row in rows(case, table)} <= tenants
    for table in ("consents", "interactions"):
        assert {(row["tenant_id"], row["source_id"]) for row in rows(case, table)} <= records


@pytest.mark.parametrize("case", CASES)
def test_every_address_and_number_is_invented(case: str) -> None:
    identifiers = rows(case, "acquirer_identifiers")
    raw = [row for row in identifiers if not re.fullmatch("[0-9a-f]{64}", row["value"])]
    emails = [row["email"] for row in rows(case, "records")] + [
        row["value"] for row in raw if row["identifier_type"] == "email"
    ]
    phones = [row["phone"] for row in rows(case, "records")] + [
        row["value"] for row in raw if row["identifier_type"] == "phone"
    ]
    assert 0 < len(raw) < 10
    assert all(INVENTED_ADDRESS.fullmatch(email.strip().lower()) for email in emails if email)
    assert all(INVENTED_PHONE.fullmatch(phone.replace(" ", "")) for phone in phones if phone)
