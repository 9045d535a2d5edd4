"""The words of the project as closed lists. One word per idea, the same in code, page, PDF and docs/glossary.md.

Terms come from GDPR, ISO/IEC TS 27560, W3C DPV and CUAD; the list of fields is in docs/method.md.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Outcome(StrEnum):
    """What a gate answers, from best to worst. Of several rules the worst wins."""

    ACCESSIBLE = "accessible"
    UNKNOWN = "unknown"
    RE_ASKABLE = "re_askable"
    PROCESSOR_ONLY = "processor_only"
    BARRED = "barred"

    @property
    def severity(self) -> int:
        """0 for the best outcome, 4 for the worst."""
        return list(Outcome).index(self)


class Gate(StrEnum):
    """The four questions asked of a record."""

    AGREEMENT = "agreement"
    PERSON = "person"
    LINK = "link"
    NOVELTY = "novelty"


class Link(StrEnum):
    """Can the record be matched to the acquirer's own data (has it a usable identifier)?"""

    YES = "yes"
    NO = "no"


class Novelty(StrEnum):
    """Does the acquirer know the person already?"""

    KNOWN = "known"
    NEW = "new"
    UNKNOWN = "unknown"


class Purpose(StrEnum):
    """A planned or recorded use, a W3C DPV purpose."""

    SERVICE_PROVISION = "ServiceProvision"
    CUSTOMER_CARE = "CustomerCare"
    MARKETING = "Marketing"
    DIRECT_MARKETING = "DirectMarketing"
    ADVERTISING = "Advertising"
    PERSONALISED_ADVERTISING = "PersonalisedAdvertising"
    TARGETED_ADVERTISING = "TargetedAdvertising"
    PERSONALISATION = "Personalisation"
    PROFILING = "Profiling"
    ANALYTICS = "Analytics"
    RESEARCH_AND_DEVELOPMENT = "ResearchAndDevelopment"
    DISCLOSURE_TO_THIRD_PARTY = "DisclosureToThirdParty"
    TRACKING = "Tracking"
    ALL_PROCESSING = "AllProcessing"

    @property
    def in_words(self) -> str:
        """`PersonalisedAdvertising` in words: `personalised advertising`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.value).lower()


class EventState(StrEnum):
    """The state a consent event records (dpv:ConsentStatus, with two states of our own at the end)."""

    GIVEN = "given"
    RENEWED = "renewed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REVOKED = "revoked"
    INVALIDATED = "invalidated"
    REQUESTED = "requested"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    OBJECTED = "objected"  # GDPR Art. 21; not a DPV consent status
    NONE_RECORDED = "none_recorded"  # an opt-out flag that is false says nothing about consent


class LegalBasis(StrEnum):
    """The legal basis claimed (GDPR Art. 6(1), dpv:hasLegalBasis)."""

    CONSENT = "consent"
    EXPLICIT_CONSENT = "explicit_consent"
    IMPLIED_CONSENT = "implied_consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"
    PUBLIC_INTEREST = "public_interest"
    VITAL_INTEREST = "vital_interest"
    NONE_RECORDED = "none_recorded"


class TimeQuality(StrEnum):
    """How far the time of a consent event can be trusted."""

    EXACT = "exact"
    DAY = "day"
    LAST_CHANGE_ONLY = "last_change_only"
    IMPORT_TIME = "import_time"
    NONE = "none"


class CollectionMethod(StrEnum):
    """How a consent was collected (ISO/IEC TS 27560 collection_method)."""

    FORM = "form"
    WEB_FORM = "web_form"
    WEBSITE = "website"
    CHECKOUT = "checkout"
    APP = "app"
    IN_APP = "in_app"
    IMPORT = "import"
    API = "api"
    PHONE = "phone"
    VERBAL = "verbal"
    PAPER = "paper"
    EMAIL = "email"
    SMS = "sms"
    CHAT = "chat"
    IN_PERSON = "in_person"
    PRE_TICKED = "pre_ticked"
    BUNDLED = "bundled"
    INACTIVITY = "inactivity"
    OTHER = "other"
    UNKNOWN = "unknown"


class DoubleOptIn(StrEnum):
    """Where a double opt-in stands."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    SINGLE = "single"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """The channel a message ran over or a consent speaks of."""

    EMAIL = "email"
    CHAT = "chat"
    SMS = "sms"
    VOICE = "voice"
    WHATSAPP = "whatsapp"
    MESSENGER = "messenger"
    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"
    TWITTER_X = "twitter_x"
    WEB_FORM = "web_form"
    IN_APP = "in_app"
    POSTAL = "postal"
    CUSTOM = "custom"


class Direction(StrEnum):
    """Which way a message ran, seen from the tenant."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class InteractionUnit(StrEnum):
    """What one count in `interactions` is."""

    MESSAGES = "messages"
    CONVERSATIONS = "conversations"


class RecordState(StrEnum):
    """The life-cycle state of a record. A blank is read as active."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"
    ERASURE_REQUESTED = "erasure_requested"
    DECEASED = "deceased"
    TEST = "test"


class DataCategory(StrEnum):
    """A kind of personal data (W3C DPV personal data concept)."""

    IDENTIFYING = "Identifying"
    NAME = "Name"
    AGE = "Age"
    GENDER = "Gender"
    CONTACT = "Contact"
    EMAIL_ADDRESS = "EmailAddress"
    TELEPHONE_NUMBER = "TelephoneNumber"
    PHYSICAL_ADDRESS = "PhysicalAddress"
    LOCATION = "Location"
    PURCHASE_HISTORY = "PurchaseHistory"
    TRANSACTION = "Transaction"
    COMMUNICATION_CONTENT = "CommunicationContent"
    COMMUNICATION_METADATA = "CommunicationMetadata"
    SENTIMENT = "Sentiment"
    PREFERENCE = "Preference"
    INTEREST = "Interest"
    DEMOGRAPHIC = "Demographic"
    PROFESSIONAL = "Professional"
    SOCIAL_MEDIA_ACCOUNT = "SocialMediaAccount"
    SOCIAL_NETWORK = "SocialNetwork"
    BEHAVIOURAL = "Behavioural"
    DEVICE_BASED = "DeviceBased"
    IP_ADDRESS = "IPAddress"
    FINANCIAL = "Financial"
    HEALTH = "Health"
    SPECIAL_CATEGORY = "SpecialCategory"


class IdentifierType(StrEnum):
    """A kind of identifier that records can be matched by."""

    EMAIL = "email"
    PHONE = "phone"


class IdentifierProfile(StrEnum):
    """A named way to normalise identifiers before sealing (intake/normalising.py)."""

    STRICT_1 = "strict-1"
    GOOGLE_DATA_MANAGER_1 = "google-data-manager-1"
    META_1 = "meta-1"
    UID2_1 = "uid2-1"


class PartyRole(StrEnum):
    """A tenant's role towards its end customers (GDPR Art. 4(7), 4(8), 26)."""

    CONTROLLER = "controller"
    JOINT_CONTROLLER = "joint_controller"
    PROCESSOR = "processor"


class SizeClass(StrEnum):
    """Size of a tenant (Recommendation 2003/361/EC)."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class ContractStatus(StrEnum):
    """Where the contract between provider and tenant stands."""

    ACTIVE = "active"
    TERMINATED = "terminated"
    TRIAL = "trial"


class DocumentType(StrEnum):
    """The kind of agreement (CUAD Document Name)."""

    MSA = "msa"
    DPA = "dpa"
    ORDER_FORM = "order_form"
    SCC = "scc"
    PASS_THROUGH = "pass_through"
    TERMS_OF_SERVICE = "terms_of_service"


class ProviderRole(StrEnum):
    """The provider's role under an agreement (GDPR Art. 4(7), 4(8), 26, 28)."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"
    JOINT_CONTROLLER = "joint_controller"
    UNCLEAR = "unclear"


class OwnUse(StrEnum):
    """`use_for_provider_purposes`: may the provider use the data for its own ends?"""

    PROHIBITED = "prohibited"
    SERVICE_IMPROVEMENT = "service_improvement"
    AGGREGATED_OR_ANONYMOUS_ONLY = "aggregated_or_anonymous_only"
    PERMITTED = "permitted"
    SILENT = "silent"


class AffiliateUse(StrEnum):
    """May the provider's affiliates use the data? (CUAD Affiliate License-Licensee)"""

    PROHIBITED = "prohibited"
    FOR_SERVICE_ONLY = "for_service_only"
    PERMITTED = "permitted"
    SILENT = "silent"


class AntiAssignment(StrEnum):
    """What assigning the contract needs (CUAD Anti-Assignment)."""

    CONSENT_REQUIRED = "consent_required"
    NOTICE_REQUIRED = "notice_required"
    FREE = "free"
    FREE_ON_MERGER_OR_SALE = "free_on_merger_or_sale"
    SILENT = "silent"


class ChangeOfControl(StrEnum):
    """What a change of control needs (CUAD Change Of Control)."""

    CONSENT = "consent"
    NOTICE = "notice"
    TERMINATION_RIGHT = "termination_right"
    TERMINATION_RIGHT_IF_COMPETITOR = "termination_right_if_competitor"
    NONE = "none"
    SILENT = "silent"


class ChangeOfControlResponse(StrEnum):
    """What the tenant answered to the request for consent."""

    GRANTED = "granted"
    REFUSED = "refused"
    NONE = "none"


class SubProcessing(StrEnum):
    """What engaging another processor needs (GDPR Art. 28(2))."""

    PROHIBITED = "prohibited"
    SPECIFIC_AUTHORISATION = "specific_authorisation"
    GENERAL_WITH_OBJECTION = "general_with_objection"
    SILENT = "silent"


class Availability(StrEnum):
    """Can rivals of the acquirer obtain a holder's data?"""

    YES = "yes"
    ON_COMMERCIAL_TERMS = "on_commercial_terms"
    NO = "no"
    UNKNOWN = "unknown"


class Scenario(StrEnum):
    """A set of assumptions under which the gates are passed."""

    K0 = "K0"
    K1 = "K1"
    K2 = "K2"
    K1_K2 = "K1+K2"
    K3 = "K3"

    @property
    def label(self) -> str:
        """What the scenario assumes, in a few words."""
        return {
            Scenario.K0: "as it stands",
            Scenario.K1: "agreements renegotiated",
            Scenario.K2: "persons asked again",
            Scenario.K1_K2: "agreements renegotiated and persons asked again",
            Scenario.K3: "everything not barred",
        }[self]


class Bound(StrEnum):
    """The three numbers of a figure: proven only, as assumed, and with everything unknown counted as a yes."""

    LOWER = "lower"
    VALUE = "value"
    UPPER = "upper"


class Grade(StrEnum):
    """The grade of a limb, a default of this tool: no authority has published a threshold for 'significant'."""

    NEGLIGIBLE = "negligible"
    LIMITED = "limited"
    NOTABLE = "notable"
    SUBSTANTIAL = "substantial"
    NOT_SETTLED = "not settled"


class Decision(StrEnum):
    """The finding's answer to the question whether the additional data is significant."""

    NOT_SIGNIFICANT = "not significant"
    SIGNIFICANT = "significant"
    NOT_SETTLED = "not settled"


class Unit(StrEnum):
    """What a figure counts."""

    RECORDS = "records"
    PERSONS = "persons"
    DATA_POINTS = "data points"
    MESSAGES = "messages"
    SHARE = "share"
