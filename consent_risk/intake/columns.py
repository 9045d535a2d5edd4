"""The canonical files: their columns, what each holds, and which are required (docs/method.md, "Canonical input")."""

from __future__ import annotations

from dataclasses import dataclass

from consent_risk import vocabulary as v
from consent_risk.intake import cells
from consent_risk.intake.cells import Kind


@dataclass(frozen=True)
class Column:
    """A column of a canonical file. `blank` is what a blank cell means; a required column must not be blank.

    `source` names the column whose text is read, where it is another one.
    """

    name: str
    kind: Kind
    required: bool = False
    blank: str | None = None
    source: str = ""

    @property
    def reads(self) -> str:
        """The column of the file that is read."""
        return self.source or self.name


@dataclass(frozen=True)
class CanonicalFile:
    """A canonical file: its stem, the sealed table it fills and its columns."""

    stem: str
    table: str
    columns: tuple[Column, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names that a header can hold."""
        return tuple(column.name for column in self.columns if not column.source)

    @property
    def required(self) -> tuple[str, ...]:
        """The names that a header must hold."""
        return tuple(column.name for column in self.columns if column.required)


TENANTS = CanonicalFile(
    "tenants",
    "tenants",
    (
        Column("tenant_id", cells.business_id(), required=True),
        Column("tenant_name", cells.free_text()),
        Column("party_role", cells.one_of(v.PartyRole)),
        Column("jurisdiction", cells.free_text()),
        Column("industry", cells.free_text()),
        Column("size_class", cells.one_of(v.SizeClass)),
        Column("contract_status", cells.one_of(v.ContractStatus)),
    ),
)

AGREEMENTS = CanonicalFile(
    "agreements",
    "agreements",
    (
        Column("agreement_id", cells.business_id(), required=True),
        Column("tenant_id", cells.business_id(), required=True),
        Column("document_type", cells.one_of(v.DocumentType)),
        Column("document_version", cells.business_id()),
        Column("effective_date", cells.day(), required=True),
        Column("expiration_date", cells.day()),
        Column("provider_role", cells.one_of(v.ProviderRole)),
        Column("use_for_provider_purposes", cells.one_of(v.OwnUse)),
        Column("affiliate_use", cells.one_of(v.AffiliateUse)),
        Column("anti_assignment", cells.one_of(v.AntiAssignment)),
        Column("change_of_control", cells.one_of(v.ChangeOfControl)),
        Column("change_of_control_response", cells.one_of(v.ChangeOfControlResponse)),
        Column("sub_processing", cells.one_of(v.SubProcessing)),
        Column("governing_law", cells.free_text()),
        Column("source_quote", cells.free_text()),
    ),
)

RECORDS = CanonicalFile(
    "records",
    "records",
    (
        Column("tenant_id", cells.business_id(), required=True),
        Column("source_id", cells.identifier(), required=True),
        Column("email", cells.identifier()),
        Column("phone", cells.identifier()),
        Column("is_natural_person", cells.truth()),
        Column("country", cells.country()),
        Column("region", cells.region()),
        Column("birth_date", cells.birth()),
        Column("created_at", cells.day_of_instant()),
        Column("last_activity_at", cells.day_of_instant()),
        Column("record_state", cells.one_of(v.RecordState), blank=v.RecordState.ACTIVE.value),
        Column("data_categories", cells.categories(), blank=""),
        Column("has_special_category", cells.truth()),
        Column("stored_bytes", cells.whole_number()),
    ),
)

CONSENTS = CanonicalFile(
    "consents",
    "consents",
    (
        Column("tenant_id", cells.business_id(), required=True),
        Column("source_id", cells.identifier(), required=True),
        Column("purpose", cells.one_of(v.Purpose), required=True),
        Column("channel", cells.one_of(v.Channel)),
        Column("event_state", cells.one_of(v.EventState), required=True),
        Column("legal_basis", cells.one_of(v.LegalBasis), required=True),
        Column("event_time", cells.instant()),
        Column("time_quality", cells.time_quality(), source="event_time"),
        Column("valid_until", cells.day_of_instant()),
        Column("collection_method", cells.one_of(v.CollectionMethod)),
        Column("double_opt_in", cells.one_of(v.DoubleOptIn)),
        Column("notice_version", cells.business_id()),
        Column("recipients", cells.names()),
        Column("third_party_disclosure", cells.truth()),
        Column("transfer_objection", cells.truth()),
        Column("parental_authorisation", cells.truth()),
        Column("covers_combination", cells.truth()),
        Column("evidence_level", cells.level(5)),
    ),
)

INTERACTIONS = CanonicalFile(
    "interactions",
    "interactions",
    (
        Column("tenant_id", cells.business_id(), required=True),
        Column("source_id", cells.identifier()),
        Column("period", cells.month()),
        Column("channel", cells.one_of(v.Channel), required=True),
        Column("direction", cells.one_of(v.Direction)),
        Column("count", cells.whole_number(), required=True),
        Column("unit", cells.one_of(v.InteractionUnit), blank=v.InteractionUnit.MESSAGES.value),
    ),
)

ACQUIRER_IDENTIFIERS = CanonicalFile(
    "acquirer_identifiers",
    "acquirer_keys",
    (
        Column("identifier_type", cells.one_of(v.IdentifierType), required=True),
        Column("value", cells.identifier(), required=True),
    ),
)

HOLDERS = CanonicalFile(
    "holders",
    "holders",
    (
        Column("holder", cells.free_text(), required=True),
        Column("category", cells.one_of(v.DataCategory)),
        Column("country", cells.free_text()),
        Column("persons", cells.whole_number()),
        Column("available_to_rivals", cells.one_of(v.Availability)),
    ),
)

# In this order they are read: an event is looked up among the records, a record's tenant among the tenants.
CANONICAL_FILES = {
    file.stem: file for file in (TENANTS, RECORDS, AGREEMENTS, CONSENTS, INTERACTIONS, ACQUIRER_IDENTIFIERS, HOLDERS)
}
