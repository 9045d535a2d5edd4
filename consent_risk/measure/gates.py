"""The agreement gate per tenant and the person gate per record, as Ibis expressions.

Each gate answers with a code (`measure.codes`) that names the rule that decided, and with it the outcome.
"""

from __future__ import annotations

import ibis
from ibis import Table
from ibis.expr.types import IntegerValue

from consent_risk.case import Case
from consent_risk.law.agreement_rules import agreement_conditions
from consent_risk.law.person_rules import is_child, other_bases, standing_bars, without_answer
from consent_risk.law.rulebook import AgeOfConsent
from consent_risk.measure.codes import BEST_OF_NONE, NO_CODE, Codes
from consent_risk.measure.consents import CODE_BITS, day_of
from consent_risk.vocabulary import Purpose


def agreement_gate(agreements: Table, case: Case, codes: Codes) -> Table:
    """What the agreements of each tenant decide for each purpose.

    One row per tenant that has agreement rows: `tenant_id` and `agreement_i` (code) for purpose number i.
    A tenant without rows is not here: its code is that of agreement.none_delivered.
    """
    as_of = ibis.literal(case.as_of)
    in_force = (agreements.effective_date <= as_of) & (
        agreements.expiration_date.isnull() | (agreements.expiration_date >= as_of)
    )
    not_in_force = ibis.literal(codes.by_rule["agreement.not_in_force"])
    decided = {
        f"agreement_{number}": codes.worst(agreement_conditions(agreements, purpose))
        .max(where=in_force)
        .coalesce(not_in_force)
        .cast("int64")
        for number, purpose in enumerate(case.purposes)
    }
    return agreements.group_by("tenant_id").aggregate(**decided)


def person_gate(record: Table, number: int, case: Case, codes: Codes, ages: AgeOfConsent) -> IntegerValue:
    """The code of the person gate for the purpose number `number` of the case.

    `record` is a row of `records` joined with its folded consents (`measure.consents.fold_consents`) and
    `tenant_delivered` (has the tenant consent events at all).
    """
    purpose = case.purposes[number]
    barred = codes.worst(standing_bars(record, case))
    consent = _consent_answer(record, number, case, codes, ages)
    basis = _basis_answer(record, purpose, number, case, codes)
    answer = ibis.least(consent, basis)
    otherwise = codes.best(without_answer(record, purpose))
    return (
        ibis.cases((barred != NO_CODE, barred), (answer != BEST_OF_NONE, answer), else_=otherwise)
        .cast("int16")
        .name(f"person_{number}")
    )


def _consent_answer(record: Table, number: int, case: Case, codes: Codes, ages: AgeOfConsent) -> IntegerValue:
    """Step 4: a covering negative that is not earlier bars; otherwise the deciding event answers."""
    negative, other = record[f"negative_{number}"], record[f"other_{number}"]
    decided_at = other >> CODE_BITS
    refused = negative.notnull() & (other.isnull() | (negative >= decided_at))
    return ibis.cases(
        (refused, ibis.literal(codes.by_rule["person.refused_or_withdrawn"], "int16")),
        (other.notnull(), _deciding_event(record, number, case, codes, ages)),
        else_=ibis.literal(BEST_OF_NONE, "int16"),
    )


def _deciding_event(record: Table, number: int, case: Case, codes: Codes, ages: AgeOfConsent) -> IntegerValue:
    """The code of the deciding event, with the two checks that need the record as well."""
    other = record[f"other_{number}"]
    decided_at, code = other >> CODE_BITS, (other & (2**CODE_BITS - 1)).cast("int16")
    on = ibis.coalesce(day_of(decided_at), ibis.literal(case.as_of))
    not_explicit = ibis.coalesce(record[f"not_explicit_{number}"] == decided_at, False)
    unauthorised = ibis.coalesce(record[f"unauthorised_{number}"] == decided_at, False)
    bars = codes.worst(
        {
            "person.special_category_not_explicit": not_explicit & ibis.coalesce(record.has_special_category, False),
            "person.child_not_authorised": unauthorised & is_child(record.birth_date, record.country, on, ages),
        }
    )
    return ibis.greatest(code, bars)


def _basis_answer(record: Table, purpose: Purpose, number: int, case: Case, codes: Codes) -> IntegerValue:
    """Step 5: the best answer of the other legal bases claimed."""
    negative, interest = record[f"negative_{number}"], record[f"interest_{number}"]
    claims = {
        "contract": ibis.coalesce(record[f"contract_{number}"], False),
        "legitimate_interest": interest.notnull(),
        "other": ibis.coalesce(record[f"other_basis_{number}"], False),
    }
    objected = ibis.coalesce(negative >= interest, False)
    return codes.best(other_bases(record, purpose, case, claims=claims, objected=objected))
