"""The canonical tables as the sealed store keeps them: columns, types, units, and what one row is.

Names come from ISO/IEC TS 27560, W3C DPV and CUAD. No table holds a name, an address, a raw identifier or
free text about a person. Days are dates; `event_time` is an instant in UTC without a zone.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache

import dataframely as dy
import polars as pl

from consent_risk import vocabulary as v

LIST_SEPARATOR = ";"


def _enum(values: type[StrEnum], *, nullable: bool = False) -> dy.Enum:
    return dy.Enum([value.value for value in values], nullable=nullable)


def _text(*, nullable: bool = True) -> dy.String:
    return dy.String(nullable=nullable)


class Tenants(dy.Schema):
    """One row is a business customer of the provider: the controller of its records."""

    tenant_id = dy.String(primary_key=True)
    tenant_name = _text()
    party_role = _enum(v.PartyRole, nullable=True)
    jurisdiction = _text()
    industry = _text()
    size_class = _enum(v.SizeClass, nullable=True)
    contract_status = _enum(v.ContractStatus, nullable=True)


class Agreements(dy.Schema):
    """One row is an agreement version between provider and tenant; `source_quote` is the evidence."""

    agreement_id = _text(nullable=False)
    tenant_id = _text(nullable=False)
    document_type = _enum(v.DocumentType, nullable=True)
    document_version = _text()
    effective_date = dy.Date()
    expiration_date = dy.Date(nullable=True)
    provider_role = _enum(v.ProviderRole, nullable=True)
    use_for_provider_purposes = _enum(v.OwnUse, nullable=True)
    affiliate_use = _enum(v.AffiliateUse, nullable=True)
    anti_assignment = _enum(v.AntiAssignment, nullable=True)
    change_of_control = _enum(v.ChangeOfControl, nullable=True)
    change_of_control_response = _enum(v.ChangeOfControlResponse, nullable=True)
    sub_processing = _enum(v.SubProcessing, nullable=True)
    governing_law = _text()
    source_quote = _text()


class Records(dy.Schema):
    """One row is what one tenant holds about one end customer.

    `record_key` and the identifier keys are the first 64 bits of an HMAC under the case key.
    `data_categories` is a sorted list joined with `;`. `birth_date` is kept to the day only where an
    age of consent can depend on it (see docs/data-risks.md); otherwise it is 1 January of the year.
    """

    record_key = dy.Int64(primary_key=True)
    tenant_id = _text(nullable=False)
    email_keys = dy.List(dy.Int64())
    phone_keys = dy.List(dy.Int64())
    is_natural_person = dy.Bool(nullable=True)
    country = _text()
    region = _text()
    birth_date = dy.Date(nullable=True)
    created_on = dy.Date(nullable=True)
    last_activity_on = dy.Date(nullable=True)
    record_state = _enum(v.RecordState)
    data_categories = _text(nullable=False)
    has_special_category = dy.Bool(nullable=True)
    stored_bytes = dy.Int64(nullable=True, min=0)


class Consents(dy.Schema):
    """One row is a consent event about one record and one purpose.

    `recipients` are names, trimmed and case-folded (Python's `str.casefold`, since the engines' lower() differ), joined
    with `;`; null where there is none. `evidence_level` runs from 0 (none) to 5 (confirmed opt-in or signed receipt).
    `raw_field` and `raw_value` are the consent field as read, filled by recipes that map it.
    """

    record_key = dy.Int64()
    tenant_id = _text(nullable=False)
    purpose = _enum(v.Purpose)
    channel = _enum(v.Channel, nullable=True)
    event_state = _enum(v.EventState)
    legal_basis = _enum(v.LegalBasis)
    event_time = dy.Datetime(nullable=True, time_unit="us")
    time_quality = _enum(v.TimeQuality)
    valid_until = dy.Date(nullable=True)
    collection_method = _enum(v.CollectionMethod, nullable=True)
    double_opt_in = _enum(v.DoubleOptIn, nullable=True)
    notice_version = _text()
    recipients = _text()
    third_party_disclosure = dy.Bool(nullable=True)
    transfer_objection = dy.Bool(nullable=True)
    parental_authorisation = dy.Bool(nullable=True)
    covers_combination = dy.Bool(nullable=True)
    evidence_level = dy.Int8(nullable=True, min=0, max=5)
    raw_field = _text()
    raw_value = _text()


class Interactions(dy.Schema):
    """One row is a number of messages in one month over one channel; without `record_key`, of the whole tenant."""

    tenant_id = _text(nullable=False)
    record_key = dy.Int64(nullable=True)
    period = dy.Date(nullable=True)  # first day of the month
    channel = _enum(v.Channel)
    direction = _enum(v.Direction, nullable=True)
    count = dy.Int64(min=0)
    unit = _enum(v.InteractionUnit)


class AcquirerKeys(dy.Schema):
    """One row is a sealed identifier of a person the acquirer knows."""

    identifier_type = _enum(v.IdentifierType)
    key = dy.Int64()


class Holders(dy.Schema):
    """One row is another holder of comparable data; `persons` counts natural persons."""

    holder = _text(nullable=False)
    category = _enum(v.DataCategory, nullable=True)
    country = _text()
    persons = dy.Int64(nullable=True, min=0)
    available_to_rivals = _enum(v.Availability, nullable=True)


class Rejects(dy.Schema):
    """One row is a row or cell that could not be used: where and why, never what stood there."""

    file = _text(nullable=False)
    row = dy.Int64(nullable=True)
    column = _text()
    reason = _text(nullable=False)


SCHEMAS: dict[str, type[dy.Schema]] = {
    "tenants": Tenants,
    "agreements": Agreements,
    "records": Records,
    "consents": Consents,
    "interactions": Interactions,
    "acquirer_keys": AcquirerKeys,
    "holders": Holders,
    "rejects": Rejects,
}


def empty(table: str) -> pl.DataFrame:
    """The named table without rows, with its columns and types."""
    return _empty(table).clone()


@cache
def _empty(table: str) -> pl.DataFrame:
    """Made once: every delivery asks for all of them."""
    return SCHEMAS[table].create_empty()
