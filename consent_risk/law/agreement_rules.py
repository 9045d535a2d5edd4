"""The agreement gate: what one agreement row in force decides for a purpose, as named conditions.

Source: docs/method.md, "Agreement gate". Each condition is an Ibis boolean over the columns of `agreements`.
"""

from __future__ import annotations

import ibis
from ibis import Table
from ibis.expr.types import BooleanValue

from consent_risk.vocabulary import (
    AffiliateUse,
    AntiAssignment,
    ChangeOfControl,
    ChangeOfControlResponse,
    OwnUse,
    ProviderRole,
    Purpose,
)

IMPROVING_THE_SERVICE = frozenset({Purpose.SERVICE_PROVISION, Purpose.CUSTOMER_CARE, Purpose.RESEARCH_AND_DEVELOPMENT})


def agreement_conditions(row: Table, purpose: Purpose) -> dict[str, BooleanValue]:
    """Rule id to condition for one agreement row. The worst rule whose condition holds decides the row."""
    return {**_change_of_control(row), **_own_use(row, purpose)}


def _change_of_control(row: Table) -> dict[str, BooleanValue]:
    """Where control or assignment needs the tenant's consent, its answer decides; a grant decides nothing."""
    needs_consent = is_(row.change_of_control, ChangeOfControl.CONSENT) | is_(
        row.anti_assignment, AntiAssignment.CONSENT_REQUIRED
    )
    granted = is_(row.change_of_control_response, ChangeOfControlResponse.GRANTED)
    refused = is_(row.change_of_control_response, ChangeOfControlResponse.REFUSED)
    return {
        "agreement.change_of_control_refused": needs_consent & refused,
        "agreement.change_of_control_awaited": needs_consent & ~refused & ~granted,
    }


def _own_use(row: Table, purpose: Purpose) -> dict[str, BooleanValue]:
    """What the terms on the provider's own use let it do; silence is read by the provider's role."""
    use, role, affiliates = row.use_for_provider_purposes, row.provider_role, row.affiliate_use
    silent = is_(use, OwnUse.SILENT)
    controls = is_(role, ProviderRole.CONTROLLER) | is_(role, ProviderRole.JOINT_CONTROLLER)
    permitted = is_(use, OwnUse.PERMITTED) | (silent & controls)
    affiliates_not_said = is_(affiliates, AffiliateUse.SILENT)
    affiliates_permitted = is_(affiliates, AffiliateUse.PERMITTED)
    improvement = is_(use, OwnUse.SERVICE_IMPROVEMENT)
    affiliates_may_serve = affiliates_permitted | is_(affiliates, AffiliateUse.FOR_SERVICE_ONLY)
    improves = improvement & affiliates_may_serve & ibis.literal(purpose in IMPROVING_THE_SERVICE)
    return {
        "agreement.own_use_permitted": permitted & affiliates_permitted,
        "agreement.affiliate_use_silent": permitted & affiliates_not_said,
        # Also where the column is blank: the terms were coded, and no right of affiliates was found in them.
        "agreement.affiliate_use_excluded": permitted & ~affiliates_permitted & ~affiliates_not_said,
        "agreement.service_improvement": improves,
        "agreement.service_improvement_other_purpose": improvement & ~improves,
        "agreement.processor_on_instructions": silent & is_(role, ProviderRole.PROCESSOR),
        "agreement.role_unclear": silent & (is_(role, ProviderRole.UNCLEAR) | role.isnull()),
        "agreement.own_use_prohibited": is_(use, OwnUse.PROHIBITED),
        "agreement.aggregate_use_only": is_(use, OwnUse.AGGREGATED_OR_ANONYMOUS_ONLY),
        "agreement.own_use_not_known": use.isnull(),
    }


def is_(column: ibis.Value, value: str) -> BooleanValue:
    """Whether the column has the value; a blank has not (never null, so that `~` may follow)."""
    return ibis.coalesce(column == str(value), False)
