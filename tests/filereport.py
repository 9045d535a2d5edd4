"""A report on one invented file with everything in it, for the tests of text, page and PDF."""

from __future__ import annotations

from datetime import date

from consent_risk.intake.file_report import FileReport, Place
from consent_risk.intake.manifest import DateRange, FieldRead, Understood
from consent_risk.vocabulary import EventState, LegalBasis

GIVEN, OBJECTED, UNKNOWN = EventState.GIVEN, EventState.OBJECTED, EventState.UNKNOWN
MISSED = "the same tenant_id and source_id stands in an earlier row"

FULL = FileReport(
    file="contacts.csv",
    sha256="0" * 64,
    bytes=1_400_000,
    recipe="hubspot",
    table="records",
    encoding="utf-8",
    delimiter=";",
    rows=12_345,
    used=12_330,
    records=12_330,
    persons=12_001,
    events=9_000,
    rejected={MISSED: 13, "not a day": 2},
    states={GIVEN: 6_000, OBJECTED: 3_000, UNKNOWN: 3_330},
    effective={GIVEN: 5_500, EventState.EXPIRED: 500, OBJECTED: 3_000, UNKNOWN: 3_330},
    as_of=date(2026, 3, 31),
    unmapped={"hs_legal_basis": 7},
    fields=(
        FieldRead(column="Record ID", field="source_id", filled=12_345),
        FieldRead(column="Email", field="email", filled=12_000),
    ),
    ignored=("First Name", "Last Name"),
    dropped=("Password hash",),
    understood=(
        Understood(
            field="Unsubscribed from all email",
            raw_value="TRUE",
            event_state=OBJECTED,
            legal_basis=LegalBasis.NONE_RECORDED,
            statements=3_000,
        ),
        Understood(
            field="hs_legal_basis",
            raw_value=None,
            event_state=UNKNOWN,
            legal_basis=LegalBasis.NONE_RECORDED,
            statements=7,
        ),
    ),
    dates=(
        DateRange(
            field="created_at", first=date(2019, 1, 1), last=date(2021, 3, 2), placeholders=1, unreadable=2
        ),
        DateRange(field="birth_date", first=None, last=None),
    ),
    duplicates=13,
    merged=3,
    tallies={"conversations": 16},
    warnings=("the header holds this name more than once: Notes",),
    places=(
        *(Place(row=row, column="source_id", reason=MISSED) for row in range(2, 15)),
        Place(row=3, column="Create Date", reason="not a day"),
        Place(row=9, column="Last Activity Date", reason="not a day"),
    ),
)  # fmt: skip
