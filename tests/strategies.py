"""Invented small cases, made to meet the rare states of `semantics.md` often.

`cases()` draws a `reference.Case`; `write_folder(case, path)` writes it as case.yaml and CSV files, for the
product to read; `fewest_rows(case, fails)` makes a failing case readable. Days are drawn around the as-of day
and the limits it implies, so that ties, ends of days and birthdays are the rule rather than the exception.
Columns marked * in `semantics.md` are never blank, and no enum has a value that the page does not list.

Hypothesis draws a seed, and `random.Random` the case from it. Drawn cell by cell, most cases were so plain
that nothing passed both gates, and each took twenty times as long; with sizes drawn beside the seed,
Hypothesis came back to the same few seeds. As a seed cannot be shrunk, `fewest_rows` does that instead.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st
from reference import TABLES, Case, Row, covering_purposes, months_before, normalised
from ruamel.yaml import YAML

COLUMNS = {  # those marked * first: they are written even where every cell is blank
    "tenants": ("tenant_id", "tenant_name party_role jurisdiction industry size_class contract_status"),
    "agreements": (
        "agreement_id tenant_id effective_date",
        "document_type document_version expiration_date provider_role use_for_provider_purposes affiliate_use "
        "anti_assignment change_of_control change_of_control_response sub_processing governing_law source_quote",
    ),
    "records": (
        "tenant_id source_id",
        "email phone is_natural_person country region birth_date created_at last_activity_at record_state "
        "data_categories has_special_category stored_bytes",
    ),
    "consents": (
        "tenant_id source_id purpose event_state legal_basis",
        "channel event_time valid_until collection_method double_opt_in notice_version recipients "
        "third_party_disclosure transfer_objection parental_authorisation covers_combination evidence_level",
    ),
    "interactions": ("tenant_id channel count", "source_id period direction unit"),
    "acquirer_identifiers": ("identifier_type value", ""),
    "holders": ("holder category country persons available_to_rivals", ""),
}

AS_OF_DAYS = [  # month ends, leap days, both sides of Denmark's change, and plain days
    date(2022, 1, 27),
    date(2022, 3, 31),
    date(2021, 5, 31),
    date(2024, 2, 29),
    date(2023, 2, 28),
    date(2023, 12, 31),
    date(2024, 1, 1),
    date(2024, 1, 15),
    date(2025, 5, 18),
]
PLANNED = ["PersonalisedAdvertising", "Analytics", "ServiceProvision", "TargetedAdvertising", "CustomerCare"]
PLANNED += ["DirectMarketing", "Advertising", "Marketing", "ResearchAndDevelopment"]
ELSEWHERE = ["Marketing", "Advertising", "PersonalisedAdvertising", "TargetedAdvertising", "DirectMarketing"]
ELSEWHERE += ["AllProcessing", "DisclosureToThirdParty", "Profiling", "Personalisation", "Tracking"]
CATEGORIES = ["Identifying", "EmailAddress", "TelephoneNumber", "Location", "PurchaseHistory"]
CATEGORIES += ["CommunicationContent", "Sentiment", "SocialMediaAccount", "Behavioural", "Financial"]
CHANNELS = ["email", "chat", "sms", "voice", "whatsapp", "messenger", "instagram", "facebook", "twitter_x"]
CHANNELS += ["web_form", "in_app", "postal", "custom"]
EMAILS = ["ada@example.com", "ben@example.org", "cleo@example.com", "dora@example.org", "eve@example.com"]
PHONES = ["+4915000000123", "+4915000000124", "+33150000000", "+4915000000125", "+4915000000126"]
COUNTRIES = ["DE", "FR", "AT", "US", "DK", "GB", "ES", "BE", "NO", "BR"]  # NO, BR: age not known
LIMIT_AGES = [13, 14, 15, 16]
NAMES = ["Example Social", "Example Social Ireland Ltd"]
CHANCES = [0, 0.05, 0.25, 0.3, 0.4, 0.5, 0.55, 1]

# Bags to choose from: a value that stands more than once is chosen more often.
BOOLEAN = ["", "true", "false"]
STATES = ["given"] * 6 + ["renewed"] * 2 + ["objected", "withdrawn", "refused"] * 2
STATES += ["requested", "deferred", "none_recorded", "expired", "revoked", "invalidated", "unknown"]
BASES = ["consent"] * 4 + ["explicit_consent"] * 3 + ["implied_consent", "none_recorded"]
BASES += ["contract", "legitimate_interest"] * 2 + ["legal_obligation", "public_interest", "vital_interest"]
METHODS = ["form", "form", "", "import", "api", "phone", "pre_ticked", "bundled", "inactivity"]
RECIPIENTS = ["Example Social", "Example Social", "example social;Other Ltd", "EXAMPLE SOCIAL IRELAND LTD"]
RECIPIENTS += ["Partners", ""]
USES = ["permitted", "silent"] * 4 + ["service_improvement"] * 2
USES += ["prohibited", "aggregated_or_anonymous_only", ""]
NOBODY = "nobody"
RECORD_STATES = ["active"] * 12 + ["", "suspended", "deleted", "erasure_requested", "deceased", "test"]


class Calendar(NamedTuple):
    """The days and instants that matter to one case."""

    as_of: date
    retention_limit: date
    event_times: list[datetime | None]  # None is an untimed event


def around(day: date) -> list[date]:
    return [day - timedelta(days=1), day, day + timedelta(days=1)]


# One case ------------------------------------------------------------------------------------


def cases() -> st.SearchStrategy[Case]:
    return st.integers(0, 2**64 - 1).map(case_from)


def case_from(seed: int) -> Case:
    """A whole case: 1–4 tenants, up to 10 records (a chain counts as one), 24 times one or two consent events
    and 10 rows of interactions. Each row has a generator of its own."""
    sizes = Random(f"{seed} sizes")
    tenant_count, record_count = sizes.randint(1, 4), sizes.randint(1, 10)
    consent_count, interaction_count = sizes.randint(0, 24), sizes.randint(0, 10)

    def rows(table: str, count: int, make: Callable[..., list[Row]], *context: Any) -> list[Row]:
        return [row for n in range(count) for row in make(Random(f"{seed} {table} {n}"), n, *context)]

    header = header_of(Random(f"{seed} case"))
    calendar = calendar_of(Random(f"{seed} calendar"), header)
    records = rows("records", record_count, record_rows, tenant_count, pool_of(seed), calendar)
    records = list({(record["tenant_id"], record["source_id"]): record for record in records}.values())
    heard = with_events(Random(f"{seed} heard"), records)
    return {
        "case": header,
        "tenants": rows("tenants", tenant_count, tenant_rows),
        "agreements": rows("agreements", tenant_count, agreement_rows, calendar.as_of),
        "records": records,
        "consents": [
            *rows("consents", consent_count if heard else 0, consent_rows, heard, header, calendar),
            *orphan_rows(Random(f"{seed} orphans"), tenant_count),
        ],
        "interactions": rows("interactions", interaction_count, interaction_rows, records),
        "acquirer_identifiers": acquirer_identifiers_of(Random(f"{seed} acquirer")),
        "holders": [],
    }


def header_of(rng: Random) -> dict[str, Any]:
    """What case.yaml says. Assumptions may lack keys, defaults, or be missing altogether."""
    any_day = date(2001, 1, 1) + timedelta(days=rng.randrange(32_000))
    header: dict[str, Any] = {
        "case": "invented",
        "title": "Invented case",
        "as_of": rng.choice([*AS_OF_DAYS, any_day]),
        "provider": {"name": "Example CRM"},
        "acquirer": {
            "name": "Example Social",
            "named_as": rng.choice([NAMES, NAMES, NAMES[:1], ["EXAMPLE social"]]),
            "gatekeeper": rng.random() < 0.5,
            "persons": {"DE": 40000, "FR": 30000},
            "categories_held": rng.sample(CATEGORIES, rng.randrange(6)),
            "own_channels": rng.sample(["whatsapp", "messenger", "instagram"], rng.randrange(4)),
        },
        "purposes": rng.sample(PLANNED, rng.choice([1, 2, 2, 3])),
        "combines_data": rng.random() < 0.5,
        "minimum_evidence": rng.choice([2, 2, 3, 0, 5]),
        "consent_stale_after_months": rng.choice([36, 12, 1, 6]),
        "retention_months": rng.choice([36, 36, 120, 1]),
    }
    assumptions = {
        "renegotiation": some_rates(rng, ["micro", "small", "medium", "large"]),
        "opt_in": some_rates(rng, COUNTRIES),
    }
    left_out = rng.choice(["", "", "", "", "", "", "renegotiation", "opt_in"])
    if rng.random() < 0.9:
        header["assumptions"] = {key: rates for key, rates in assumptions.items() if key != left_out}
    return header


def some_rates(rng: Random, keys: list[str]) -> dict[str, float]:
    given = rng.sample(keys, rng.randint(0, len(keys))) + rng.choice([[], ["default"], ["default"]])
    return {key: rng.choice(CHANCES) for key in given}


def calendar_of(rng: Random, header: dict[str, Any]) -> Calendar:
    """Few event times for the whole case, so that events tie."""
    as_of = header["as_of"]
    stale_limit = months_before(as_of, header["consent_stale_after_months"])
    midnight = datetime.combine(as_of, time(), UTC)
    edges = [datetime.combine(limit, time(), UTC) for limit in around(stale_limit)]
    edges += [datetime.combine(stale_limit, time(), UTC) - timedelta(seconds=1), midnight]
    edges += [midnight + timedelta(days=1, microseconds=late) for late in (-1_000_000, -1, 0, 3_600_000_000)]
    recent = [midnight - timedelta(days=days, seconds=7) for days in (1, 2, 5, 9, 14, 20)]
    long_ago = [midnight - timedelta(days=days, hours=5) for days in (40, 200, 400, 1200, 3000)]
    times = rng.sample(recent, 2) + rng.sample(edges, rng.randrange(3)) + rng.sample(long_ago, rng.randrange(2))
    return Calendar(as_of, months_before(as_of, header["retention_months"]), [*times, *times, None])


def written_instant(rng: Random, moment: datetime | None) -> str:
    """The same instant in several notations, with and without zone."""
    if moment is None:
        return ""
    east, west = timezone(timedelta(hours=2)), timezone(timedelta(hours=-5, minutes=-30))
    utc = moment.isoformat().replace("+00:00", "Z")
    zoned = [moment.astimezone(zone).isoformat() for zone in (east, west)]
    return rng.choice([utc, utc, utc, moment.replace(tzinfo=None).isoformat(), *zoned])


# Tenants and their agreements ----------------------------------------------------------------


def tenant_rows(rng: Random, number: int) -> list[Row]:
    return [
        {
            "tenant_id": f"T{number}",
            "tenant_name": f"Shop {number}",
            "party_role": rng.choice(["controller", "controller", ""]),
            "jurisdiction": rng.choice(["DE", "FR", ""]),
            "size_class": rng.choice(["micro", "small", "medium", "large", ""]),
            "contract_status": rng.choice(["", "active", "terminated", "trial"]),
        }
    ]


def agreement_rows(rng: Random, number: int, as_of: date) -> list[Row]:
    """The tenant's agreements: none, one or several."""
    count = rng.choice([0, 1, 1, 1, 1, 2, 2, 3])
    return [agreement(rng, f"A{number}-{version}", f"T{number}", as_of) for version in range(count)]


def agreement(rng: Random, agreement_id: str, tenant_id: str, as_of: date) -> Row:
    """In force, or expired or not yet effective by a day. Many let data pass: else nothing would."""
    effective = rng.choice([as_of - timedelta(days=700)] * 6 + around(as_of))
    expiration = rng.choice([None] * 7 + around(as_of))
    any_terms = rng.random() < 0.5
    return {
        "agreement_id": agreement_id,
        "tenant_id": tenant_id,
        "document_type": rng.choice(["msa", "dpa", "order_form", "scc", "pass_through", "terms_of_service"]),
        "effective_date": effective.isoformat(),
        "expiration_date": expiration.isoformat() if expiration else "",
        **(any_use(rng) if any_terms else generous_use(rng)),
        "anti_assignment": rng.choice(
            ["free", "free_on_merger_or_sale", "notice_required", "silent", ""] * 2 + ["consent_required"]
        ),
        "change_of_control": rng.choice(
            ["silent", "none", "notice", "termination_right", ""] * 2 + ["consent", "consent"]
        ),
        "change_of_control_response": rng.choice(["", "granted", "granted", "refused", "none"]),
    }


def any_use(rng: Random) -> Row:
    """Every value, and blanks (see `reference.use_clause` for those the page leaves open)."""
    return {
        "provider_role": rng.choice(["processor", "controller", "joint_controller", "unclear", "unclear", ""]),
        "use_for_provider_purposes": rng.choice(USES),
        "affiliate_use": rng.choice(["permitted", "permitted", "silent", "prohibited", "for_service_only", ""]),
    }


def generous_use(rng: Random) -> Row:
    return {
        "provider_role": rng.choice(["controller", "joint_controller"]),
        "use_for_provider_purposes": rng.choice(["permitted", "permitted", "silent"]),
        "affiliate_use": rng.choice(["permitted", "permitted", "permitted", "silent"]),
    }


# Records ---------------------------------------------------------------------------------------


def pool_of(seed: int) -> tuple[list[str], list[str]]:
    """The e-mails and phones of one case: few, so that records link, also in chains and across tenants."""
    rng = Random(f"{seed} pool")
    return EMAILS[: rng.randint(1, 5)], PHONES[: rng.randint(1, 5)]


def record_rows(
    rng: Random, number: int, tenant_count: int, pool: tuple[list[str], list[str]], calendar: Calendar
) -> list[Row]:
    """One record; rarely the chain A-e1, e1-B-p1, p1-C across tenants. The source id may be another
    tenant's too."""
    rows = [record(rng, f"S{number // 2}", tenant_count, pool, calendar) for _ in range(3)]
    if rng.random() < 0.9:
        return rows[:1]
    emails, phones = pool
    links = [(emails[0], ""), (f"{emails[0].upper()} ", phones[0]), ("", phones[0])]
    for row, letter, (email, phone) in zip(rows, "ABC", links, strict=True):
        row.update(source_id=f"S{number}{letter}", email=email, phone=phone)
    return rows


def record(
    rng: Random, source_id: str, tenant_count: int, pool: tuple[list[str], list[str]], calendar: Calendar
) -> Row:
    emails, phones = pool
    return {
        "tenant_id": f"T{rng.randrange(tenant_count)}",
        "source_id": source_id,
        "email": rng.choice(["", written_email(rng, rng.choice(emails))]),
        "phone": rng.choice(["", "", written_phone(rng, rng.choice(phones))]),
        "is_natural_person": rng.choice(["true"] * 9 + ["", "false"]),
        "country": rng.choice([*COUNTRIES, "DE", "FR", "US", "US", "DK", "DK", "", ""]),
        "birth_date": birth_date(rng, calendar),
        "created_at": activity_day(rng, calendar),
        "last_activity_at": rng.choice(["", activity_day(rng, calendar)]),
        "record_state": rng.choice(RECORD_STATES),
        "data_categories": ";".join(rng.sample(CATEGORIES, rng.randrange(5))),
        "has_special_category": rng.choice(["", "false", "false", "false", "true"]),
        "stored_bytes": rng.choice(["", "0", "2048"]),
    }


def written_email(rng: Random, email: str) -> str:
    return rng.choice([email, email, email.upper(), email.title(), f" {email}", f"{email.upper()}  "])


def written_phone(rng: Random, phone: str) -> str:
    spaced = f"{phone[:3]} {phone[3:7]} {phone[7:11]} {phone[11:]}".strip()
    return rng.choice([phone, phone, spaced, f" {phone} "])


def birth_date(rng: Random, calendar: Calendar) -> str:
    """Grown-up, not known, or the birthday that decides on or about the day of an event or the as-of day."""
    if rng.random() < 0.5:
        return rng.choice(["", "", "1980-06-15", "1996-02-29"])
    days = [calendar.as_of, *(moment.date() for moment in calendar.event_times if moment)]
    born = months_before(rng.choice(days), 12 * rng.choice(LIMIT_AGES))
    return rng.choice(around(born)).isoformat()


def activity_day(rng: Random, calendar: Calendar) -> str:
    """Mostly recent; or about the retention limit, as a day or as an instant of it."""
    recent = [calendar.as_of - timedelta(days=days) for days in (0, 3, 25)]
    day = rng.choice([*recent, *recent, *recent, *around(calendar.retention_limit), None])
    if day is None:
        return ""
    return rng.choice([day.isoformat(), day.isoformat(), f"{day}T00:00:00Z", f"{day}T23:59:59Z"])


# Consents, messages, the acquirer ----------------------------------------------------------------


def with_events(rng: Random, records: list[Row]) -> list[Row]:
    """The records that may have consent events: often not all, and of some tenants none."""
    silent = rng.choice([None, None, None, records[0]["tenant_id"]])
    return [record for record in records if record["tenant_id"] != silent and rng.random() < 0.7]


def consent_rows(rng: Random, _: int, records: list[Row], header: dict[str, Any], calendar: Calendar) -> list[Row]:
    """A good consent, any event, or a claim with a covering negative about its time."""
    record, purpose = rng.choice(records), rng.choice(header["purposes"])
    kind = rng.choice(["good", "good", "any", "disputed"])
    if kind == "good":
        return [good_consent(rng, record, purpose, calendar)]
    if kind == "any":
        return [consent(rng, record, rng.choice([purpose, *ELSEWHERE]), calendar)]
    claim = good_consent(rng, record, purpose, calendar)
    claim["legal_basis"] = rng.choice(["consent", "legitimate_interest", "contract", "explicit_consent"])
    negative = consent(rng, record, rng.choice(sorted(covering_purposes(purpose))), calendar)
    negative["event_state"] = rng.choice(["objected", "withdrawn", "refused"])
    negative["transfer_objection"] = ""
    if rng.random() < 0.4:
        negative["event_time"] = claim["event_time"]
    return rng.sample([claim, negative], 2)


def consent(rng: Random, record: Row, purpose: str, calendar: Calendar) -> Row:
    """Any event."""
    return {
        "tenant_id": record["tenant_id"],
        "source_id": record["source_id"],
        "purpose": purpose,
        "channel": rng.choice(["", "email", "sms"]),
        "event_state": rng.choice(STATES),
        "legal_basis": rng.choice(BASES),
        "event_time": written_instant(rng, rng.choice(calendar.event_times)),
        "valid_until": rng.choice(["", *(day.isoformat() for day in around(calendar.as_of))]),
        "collection_method": rng.choice(METHODS),
        "double_opt_in": rng.choice(["", "confirmed", "single", "unknown", "pending"]),
        "notice_version": rng.choice(["", "v1"]),
        "recipients": rng.choice(RECIPIENTS),
        "third_party_disclosure": rng.choice(BOOLEAN),
        "transfer_objection": rng.choice(["", "", "false", "true"] if rng.random() < 0.2 else ["", "false"]),
        "parental_authorisation": rng.choice(BOOLEAN),
        "covers_combination": rng.choice(BOOLEAN),
        "evidence_level": rng.choice(["0", "1", "2", "3", "4", "5", ""]),
    }


def good_consent(rng: Random, record: Row, purpose: str, calendar: Calendar) -> Row:
    """A consent in order but for one column at most: were all columns free, nothing would ever pass."""
    good = {
        "event_state": rng.choice(["given", "renewed"]),
        "legal_basis": rng.choice(["consent", "explicit_consent"]),
        "valid_until": rng.choice(["", calendar.as_of.isoformat()]),
        "collection_method": "form",
        "double_opt_in": "confirmed",
        "recipients": "Example Social",
        "transfer_objection": "",
        "parental_authorisation": rng.choice(["true", "true", "false", ""]),
        "covers_combination": "true",
        "evidence_level": "5",
    }
    spoilt = rng.choice(["", "", *good])
    free = consent(rng, record, purpose, calendar)
    return {**free, **{column: value for column, value in good.items() if column != spoilt}}


def orphan_rows(rng: Random, tenant_count: int) -> list[Row]:
    """Now and then an event about a record that nobody delivered: all it says is that its tenant has events."""
    if rng.random() < 0.8:
        return []
    event = {"source_id": NOBODY, "purpose": "Marketing", "event_state": "given", "legal_basis": "consent"}
    return [{"tenant_id": f"T{rng.randrange(tenant_count)}", **event}]


def interaction_rows(rng: Random, _: int, records: list[Row]) -> list[Row]:
    """Several rows for a record, month and channel may occur; some are the tenant's only, no record's."""
    record = rng.choice(records)
    return [
        {
            "tenant_id": record["tenant_id"],
            "source_id": rng.choice([record["source_id"]] * 7 + [""]),
            "period": rng.choice(["2021-11", "2021-12", "2022-01"]),
            "channel": rng.choice([*CHANNELS, "whatsapp", "messenger", "whatsapp"]),
            "direction": rng.choice(["inbound", "outbound", ""]),
            "count": rng.choice(["1", "2", "3", "30", "0"]),
            "unit": rng.choice(["messages", "conversations", ""]),
        }
    ]


def acquirer_identifiers_of(rng: Random) -> list[Row] | None:
    """No file, an empty one, or identifiers raw and hashed, some of nobody in the records."""
    if rng.random() < 0.2:
        return None
    emails = [("email", written_email(rng, email)) for email in [*EMAILS, "nobody@example.com"]]
    phones = [("phone", written_phone(rng, phone)) for phone in [*PHONES, "+4915000000999"]]
    rows = []
    for kind, plain in rng.sample(emails + phones, rng.randrange(5)):
        sealed = hashlib.sha256(normalised(kind, plain).encode()).hexdigest()
        rows.append({"identifier_type": kind, "value": rng.choice([plain, sealed, sealed.upper()])})
    return rows


def fewest_rows(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The failing case with every row left out without which it fails as well: for reading, not for proof."""
    for table in ("interactions", "consents", "records", "agreements", "acquirer_identifiers"):
        for row in list(case[table] or []):
            smaller = {**case, table: [other for other in case[table] if other is not row]}
            if refers_well(smaller) and fails(smaller):
                case = smaller
    return case


def refers_well(case: Case) -> bool:
    """Whether every event and message still has its record."""
    known = {(record["tenant_id"], record["source_id"]) for record in case["records"]}
    events = [event for event in case["consents"] if event["source_id"] != NOBODY]
    rows = [*events, *(row for row in case["interactions"] if row["source_id"])]
    return all((row["tenant_id"], row["source_id"]) in known for row in rows)


# Writing -----------------------------------------------------------------------------------------


def write_folder(case: Case, path: str | Path, leave_out_blank_columns: bool = True) -> Path:
    """Write case.yaml and the CSV files into the folder and return it.

    Columns without *, blank in every row, are left out unless told otherwise: both must mean the same.
    Tables that are None or hold nothing optional (acquirer_identifiers, holders) get no file.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "case.yaml").open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump(case["case"], stream)
    for table in TABLES:
        (required, optional), rows = COLUMNS[table], case.get(table)
        if rows is None or (table == "holders" and not rows):
            continue
        kept = [c for c in optional.split() if not leave_out_blank_columns or any(row.get(c) for row in rows)]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, [*required.split(), *kept], restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    return folder
