"""The person gate: what a record's consents and other legal bases decide for a purpose, as named conditions.

Source: docs/method.md, "Person gate". Conditions on an event are Ibis booleans over the columns of `consents`;
conditions on a record are Ibis booleans over a record and its folded consents (`measure.consents`).
"""

from __future__ import annotations

import ibis
from ibis import Table
from ibis.expr.types import BooleanValue, IntegerValue, StringValue

from consent_risk.case import Case
from consent_risk.dates import months_before
from consent_risk.law.agreement_rules import is_
from consent_risk.law.purposes import SERVICE
from consent_risk.law.rulebook import AgeOfConsent
from consent_risk.tables import LIST_SEPARATOR
from consent_risk.vocabulary import CollectionMethod, DoubleOptIn, EventState, LegalBasis, Purpose, RecordState

NEGATIVE = (EventState.OBJECTED, EventState.WITHDRAWN, EventState.REFUSED)
STANDING = (EventState.GIVEN, EventState.RENEWED)
CONSENT_BASES = (
    LegalBasis.CONSENT,
    LegalBasis.EXPLICIT_CONSENT,
    LegalBasis.IMPLIED_CONSENT,
    LegalBasis.NONE_RECORDED,
)
INVALID_METHODS = (CollectionMethod.PRE_TICKED, CollectionMethod.BUNDLED, CollectionMethod.INACTIVITY)
OTHER_BASES = (LegalBasis.LEGAL_OBLIGATION, LegalBasis.PUBLIC_INTEREST, LegalBasis.VITAL_INTEREST)


def event_conditions(event: Table, case: Case) -> dict[str, BooleanValue]:
    """Rule id to condition for one event that rests on a consent (or on nothing recorded) and is not negative.

    The worst rule whose condition holds decides the event. The two checks that also need the record
    (special category, child) are asked in `measure.gates`.
    """
    standing = event.event_state.isin(STANDING)
    return {
        "person.consent_given": standing,
        "person.state_unknown": is_(event.event_state, EventState.UNKNOWN),
        "person.no_standing_consent": ~standing & ~is_(event.event_state, EventState.UNKNOWN),
        **{id: standing & failed for id, failed in _failed_checks(event, case).items()},
    }


def _failed_checks(event: Table, case: Case) -> dict[str, BooleanValue]:
    """The consent checks of the case that an event fails."""
    failed = {
        "person.consent_expired": ibis.coalesce(event.valid_until < ibis.literal(case.as_of), False),
        "person.consent_implied": is_(event.legal_basis, LegalBasis.IMPLIED_CONSENT),
        "person.mechanism_invalid": ibis.coalesce(event.collection_method.isin(INVALID_METHODS), False),
        "person.double_opt_in_pending": is_(event.double_opt_in, DoubleOptIn.PENDING),
        "person.acquirer_not_named": ~names_acquirer(event.recipients, case.acquirer.names),
        "person.evidence_below_minimum": ibis.coalesce(event.evidence_level, 0) < case.minimum_evidence,
        "person.consent_untimed": event.event_time.isnull(),
    }
    if case.consent_stale_after_months is not None:
        limit = months_before(case.as_of, case.consent_stale_after_months)
        failed["person.consent_stale"] = ibis.coalesce(event.event_time.date() < ibis.literal(limit), False)
    if case.acquirer.gatekeeper and case.combines_data:
        failed["person.combination_not_covered"] = ~ibis.coalesce(event.covers_combination, False)
    return failed


def names_acquirer(recipients: StringValue, names: tuple[str, ...]) -> BooleanValue:
    """Whether one of the recipients, taken whole, is a name of the acquirer. Both are case-folded already."""
    padded = ibis.literal(LIST_SEPARATOR) + recipients + LIST_SEPARATOR
    named = [padded.contains(f"{LIST_SEPARATOR}{name}{LIST_SEPARATOR}") for name in names]
    return ibis.coalesce(ibis.or_(*named), False) if named else ibis.literal(False)


def standing_bars(record: Table, case: Case) -> dict[str, BooleanValue]:
    """Rule id to condition for what bars a record for every purpose (steps 1 to 3)."""
    bars = {
        "person.erasure_requested": is_(record.record_state, RecordState.ERASURE_REQUESTED),
        "person.transfer_objection": ibis.coalesce(record.transfer_objection, False),
    }
    if case.retention_months is not None:
        limit = months_before(case.as_of, case.retention_months)
        last = ibis.coalesce(record.last_activity_on, record.created_on)
        bars["person.retention_exceeded"] = ibis.coalesce(last < ibis.literal(limit), False)
    return bars


def is_child(birth: ibis.Value, country: StringValue, on: ibis.Value, ages: AgeOfConsent) -> BooleanValue:
    """Whether a person was below the country's age of consent on a day.

    Days are compared as numbers YYYYMMDD, so that a birthday on 29 February is kept on 1 March in other years.
    No birth date or no verified age for the country: false, there is no check.
    """
    reaches_age = _day_number(birth) + 10_000 * _age_of_consent(country, on, ages)
    return ibis.coalesce(_day_number(on) < reaches_age, False)


def _age_of_consent(country: StringValue, on: ibis.Value, ages: AgeOfConsent) -> IntegerValue:
    """The age in force on a day; days before the first value take the first (AgeOfConsent.earlier_days)."""
    first: dict[int, list[str]] = {}
    later = []
    for code, values in sorted(ages.countries.items()):
        earliest, *changes = sorted(values, key=lambda dated: dated.from_)
        first.setdefault(earliest.value, []).append(code)
        for dated in reversed(changes):
            later.append(((country == code) & (on >= ibis.literal(dated.from_)), ibis.literal(dated.value)))
    unchanged = [(country.isin(codes), ibis.literal(age)) for age, codes in sorted(first.items())]
    return ibis.cases(*later, *unchanged, else_=ibis.null("int64"))


def _day_number(day: ibis.Value) -> IntegerValue:
    return day.year().cast("int64") * 10_000 + day.month().cast("int64") * 100 + day.day().cast("int64")


def other_bases(
    record: Table, purpose: Purpose, case: Case, *, claims: dict[str, BooleanValue], objected: BooleanValue
) -> dict[str, BooleanValue]:
    """Rule id to condition for the other legal bases claimed for a purpose (step 5).

    `claims` says which of contract, legitimate_interest and other is claimed; `objected` whether a covering
    negative is not earlier than the claim of a legitimate interest.
    """
    special = ibis.coalesce(record.has_special_category, False)
    covers = ibis.literal(purpose in SERVICE)
    combines = ibis.literal(case.combines_data)
    contract, interest, other = (claims[name] & ~special for name in ("contract", "legitimate_interest", "other"))
    return {
        "person.special_category_other_basis": special & ibis.or_(*claims.values()),
        "person.contract_covers_service": contract & covers,
        "person.contract_other_purpose": contract & ~covers,
        "person.legitimate_interest_objected": interest & objected,
        "person.legitimate_interest_combination": interest & ~objected & combines,
        "person.legitimate_interest_claimed": interest & ~objected & ~combines,
        "person.other_basis": other,
    }


def without_answer(record: Table, purpose: Purpose) -> dict[str, BooleanValue]:
    """Rule id to condition where neither consent nor another basis answered; exactly one holds (step 6)."""
    us_service = is_(record.country, "US") & ibis.literal(purpose in SERVICE)
    delivered = ibis.coalesce(record.tenant_delivered, False)
    return {
        "person.us_consistent_use": us_service,
        "person.no_consent_for_purpose": ~us_service & delivered,
        "person.nothing_delivered": ~us_service & ~delivered,
    }
