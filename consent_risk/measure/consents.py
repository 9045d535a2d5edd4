"""Consent events folded to their effective state per record and purpose: one pass, no sorting.

An event's place in time is a number (`rank`): microseconds since 1900 plus one, 0 for an event without a time.
The deciding event of several is the one with the greatest `rank * 256 + code`: the latest, and among
those of the same instant the one with the worst outcome, which the low eight bits then name.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import ibis
from ibis import Table
from ibis.expr.types import BooleanValue, IntegerValue

from consent_risk.case import Case
from consent_risk.law.agreement_rules import is_
from consent_risk.law.person_rules import (
    CONSENT_BASES,
    NEGATIVE,
    OTHER_BASES,
    STANDING,
    event_conditions,
)
from consent_risk.law.purposes import covering
from consent_risk.measure.codes import Codes
from consent_risk.measure.engine_functions import instant_of, microseconds_of
from consent_risk.vocabulary import EventState, LegalBasis, Purpose

CODE_BITS = 8
_SHIFT_US = (date(1970, 1, 1) - date(1900, 1, 1)) // timedelta(microseconds=1)


def rank_of(instant: ibis.Value) -> IntegerValue:
    """The place in time of an instant; 0 where there is none."""
    return ibis.coalesce(microseconds_of(instant) + (_SHIFT_US + 1), 0)


def day_of(rank: IntegerValue) -> ibis.Value:
    """The day of a place in time, null for rank 0."""
    return instant_of(rank.nullif(0) - (_SHIFT_US + 1)).date()


def fold_consents(consents: Table, case: Case, codes: Codes) -> Table:
    """The consents of each record, folded for every purpose of the case.

    One row per `record_key` that has an event: `transfer_objection`, and for the purpose number i of the case
    `negative_i` (rank of the latest negative that covers the purpose), `other_i` (rank and code of the deciding
    event), `not_explicit_i` and `unauthorised_i` (rank of the latest standing consent that is not explicit, or that
    no parent authorised), `contract_i`, `other_basis_i` (claimed?) and `interest_i` (rank of the latest claim).
    Ranks are null where there is no such event. Events later than the as-of day are left out.
    """
    events = _events(consents, case, codes)
    folded = {"transfer_objection": events.objects.any()}
    for number, purpose in enumerate(case.purposes):
        folded |= {f"{name}_{number}": value for name, value in _folded(events, purpose).items()}
    return events.group_by("record_key").aggregate(**folded)


def _events(consents: Table, case: Case, codes: Codes) -> Table:
    """The events that exist on the as-of day and can matter, with what the fold needs of each."""
    end = datetime.combine(case.as_of + timedelta(days=1), time())
    exists = consents.event_time.isnull() | (consents.event_time < ibis.literal(end))
    objects = ibis.coalesce(consents.transfer_objection, False)
    relevant = sorted({purpose.value for asked in case.purposes for purpose in covering(asked)})
    events = consents.filter(exists & (objects | consents.purpose.isin(relevant)))
    rank = rank_of(events.event_time)
    code = codes.worst(event_conditions(events, case))
    return events.select(
        "record_key",
        "purpose",
        objects=ibis.coalesce(events.transfer_objection, False),
        rank=rank,
        coded=(rank << CODE_BITS) | code.cast("int64"),
        negative=events.event_state.isin(NEGATIVE),
        standing=events.event_state.isin(STANDING),
        given=is_(events.event_state, EventState.GIVEN),
        rests_on_consent=events.legal_basis.isin(CONSENT_BASES),
        explicit=is_(events.legal_basis, LegalBasis.EXPLICIT_CONSENT),
        authorised=ibis.coalesce(events.parental_authorisation, False),
        contract=is_(events.legal_basis, LegalBasis.CONTRACT),
        interest=is_(events.legal_basis, LegalBasis.LEGITIMATE_INTEREST),
        other_basis=events.legal_basis.isin(OTHER_BASES),
    )


def _folded(event: Table, purpose: Purpose) -> dict[str, ibis.Value]:
    exactly = event.purpose == purpose.value
    covers = event.purpose.isin(sorted(p.value for p in covering(purpose)))
    deciding = exactly & event.rests_on_consent & ~event.negative
    claimed = exactly & event.given

    def latest(holds: BooleanValue) -> ibis.Value:
        return event.rank.max(where=holds)

    return {
        "negative": latest(event.negative & covers),
        "other": event.coded.max(where=deciding),
        "not_explicit": latest(deciding & event.standing & ~event.explicit),
        "unauthorised": latest(deciding & event.standing & ~event.authorised),
        "contract": (claimed & event.contract).any(),
        "other_basis": (claimed & event.other_basis).any(),
        "interest": latest(claimed & event.interest),
    }
