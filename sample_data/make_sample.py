"""Makes the two sample cases, `quillmere/` and `harbourlight/`, from fixed seeds.

Everybody and every company in them is invented; README.md says what the cases are built to show and which
numbers below to turn. The same bytes come out on every run and every Python from 3.11 on: all chance comes
from `random.Random.random()`, whose sequence Python promises to keep, and nothing is read from a set in order.

    python sample_data/make_sample.py [--out DIR]
"""

import argparse
import csv
import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

AS_OF = date(2026, 3, 31)
GDPR_APPLIES = date(2018, 5, 25)
FIRST_INTERACTIONS = date(2024, 4, 1)

Row = dict[str, object]
Weights = Mapping[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the two invented sample cases again.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder for the case folders")
    out = parser.parse_args().out
    for case in (QUILLMERE, HARBOURLIGHT):
        make_case(case, out / case.slug)


def make_case(case: "Case", folder: Path) -> None:
    """Writes one case folder in the canonical form."""
    tenants = read_tenants(case)
    people = invent_people(case, tenants)
    records = invent_records(case, tenants, people)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.yaml").write_text(case.yaml, encoding="utf-8", newline="\n")
    write(folder / "tenants.csv", (tenant.row() for tenant in tenants))
    write(folder / "agreements.csv", agreements(case, tenants))
    write(folder / "records.csv", (record.row() for record in records))
    write(folder / "consents.csv", consents(case, records))
    write(folder / "interactions.csv", interactions(case, records))
    write(folder / "acquirer_identifiers.csv", acquirer_identifiers(case, records))
    write(folder / "holders.csv", table(case.holders))


def write(path: Path, rows: Iterable[Row]) -> None:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# --- Chance ------------------------------------------------------------------------------------------------


class Dice:
    """Chance with a name: each table throws its own, so turning a knob of one leaves the others as they are."""

    def __init__(self, *name: str) -> None:
        seed = hashlib.sha256("/".join(name).encode()).digest()[:8]
        self._random = random.Random(int.from_bytes(seed, "big")).random

    def chance(self, share: float) -> bool:
        return self._random() < share

    def share(self) -> float:
        return self._random()

    def number(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random() * (high - low + 1))

    def one_of(self, choices: Sequence[str]) -> str:
        return choices[self.number(0, len(choices) - 1)]

    def pick(self, weights: Weights) -> str:
        """A key, as often as its weight says."""
        left = self._random() * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0:
                return key
        return key

    def day(self, first: date, last: date, towards_last: float = 1.0) -> date:
        """A day from first to last; the greater `towards_last`, the nearer to last on the whole."""
        span = max(0, last.toordinal() - first.toordinal())
        return date.fromordinal(last.toordinal() - int(span * self._random() ** towards_last))

    def instant(self, day: date, zone: str = "Z") -> str:
        hour, minute, second = self.number(6, 22), self.number(0, 59), self.number(0, 59)
        return f"{day}T{hour:02}:{minute:02}:{second:02}{zone}"


def table(text: str) -> list[Row]:
    """Rows of a text table: a header line, then one row a line, cells between bars."""
    header, *lines = ([cell.strip() for cell in line.split("|")] for line in text.strip().splitlines())
    return [dict(zip(header, line, strict=True)) for line in lines]


# --- What a case is made of --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Habit:
    """How a tenant asks its customers: the share of its records with at least one event for each purpose."""

    contract: float
    direct_marketing: float
    personalised_advertising: float
    analytics: float
    other: float = 0.04
    names_acquirer: float = 0.0  # share of its consents to advertising and analytics whose notice names the acquirer
    covers_combination: float = 0.0  # of those, the share that says the data will be combined
    special_category: float = 0.01
    stories: str = "usual"
    asked_since: date = GDPR_APPLIES  # older customers were asked anew from this day on
    evidence: Weights | None = None


HABITS = {
    "shop": Habit(0.42, 0.50, 0.18, 0.08, names_acquirer=0.02, covers_combination=0.4),
    "ads": Habit(0.34, 0.46, 0.68, 0.16, names_acquirer=0.58, covers_combination=0.78, asked_since=date(2022, 9, 1)),
    "mail": Habit(0.30, 0.74, 0.07, 0.03, names_acquirer=0.01, covers_combination=0.4),
    "service": Habit(0.66, 0.28, 0.08, 0.10, names_acquirer=0.01, covers_combination=0.4),
    "health": Habit(0.58, 0.34, 0.09, 0.05, names_acquirer=0.01, covers_combination=0.4, special_category=0.35),
    "nothing": Habit(0, 0, 0, 0, other=0),
    # Harbourlight: the tenants share one loyalty programme, whose notice names the acquirer.
    "club": Habit(
        0.50,
        0.20,
        0.97,
        0.45,
        names_acquirer=0.95,
        covers_combination=0.1,
        stories="clean",
        asked_since=date(2024, 1, 15),
        evidence={"3": 0.04, "4": 0.46, "5": 0.50},
    ),
}

# What can happen between one person and one purpose; `consent_story` tells each of them.
STORIES: dict[str, Weights] = {
    "usual": {
        "given": 0.485,
        "withdrawn": 0.09,
        "objected": 0.05,
        "refused": 0.07,
        "none_recorded": 0.12,
        "requested": 0.035,
        "pre_ticked": 0.05,
        "bundled": 0.012,
        "implied": 0.013,
        "expired": 0.03,
        "untimed": 0.025,
        "renewed": 0.03,
        "unknown": 0.015,
        "deferred": 0.008,
        "after_the_day": 0.004,
    },
    "clean": {
        "given": 0.87,
        "renewed": 0.06,
        "withdrawn": 0.025,
        "refused": 0.02,
        "none_recorded": 0.015,
        "untimed": 0.01,
    },
}

# Evidence levels: 0 none, 1 a flag, 2 with a time, 3 with a method, 4 with the notice, 5 a confirmed opt-in.
USUAL_EVIDENCE = {"0": 0.04, "1": 0.13, "2": 0.25, "3": 0.28, "4": 0.18, "5": 0.12}

# Messages by channel. Over all of Quillmere about half run on whatsapp, messenger and instagram.
CHANNELS: dict[str, Weights] = {
    "social": {"whatsapp": 35, "messenger": 15, "instagram": 12, "facebook": 5, "email": 21, "chat": 12},
    "mixed": {"whatsapp": 30, "messenger": 13, "instagram": 8, "email": 25, "chat": 12, "sms": 4, "in_app": 8},
    "classic": {
        "email": 46,
        "voice": 14,
        "web_form": 12,
        "chat": 8,
        "whatsapp": 12,
        "sms": 5,
        "postal": 2,
        "twitter_x": 1,
    },
    "local": {"email": 40, "in_app": 15, "chat": 15, "voice": 12, "sms": 8, "web_form": 8, "custom": 2},
}


@dataclass(frozen=True)
class Case:
    """The knobs of one case. README.md says what each of them moves."""

    slug: str
    yaml: str
    tenants: str
    holders: str
    persons: int
    tail: float  # records fall with the tenant's rank to this power
    residence: Weights  # where the people live who do not live in their tenant's country
    at_home: float  # share who do
    records_each: Weights  # records of one person, at as many tenants
    mailbox: str  # first letter of the e-mail addresses
    acquirer_names: tuple[str, ...]
    known: float  # share of the persons whom the acquirer knows
    decoys: int  # identifiers of people whom the provider does not know
    born_after: int  # nobody is born before this year


@dataclass(frozen=True)
class Tenant:
    id: str
    name: str
    country: str
    industry: str
    size_class: str
    agreement: str
    habit: Habit
    channels: Weights
    weight: float
    zone: str  # how this tenant's system writes its times

    def row(self) -> Row:
        jointly = any(terms[0] == "joint_controller" for terms in AGREEMENTS[self.agreement])
        status = {"expired": "terminated", "none": "trial"}.get(self.agreement, "active")
        return {
            "tenant_id": self.id,
            "tenant_name": self.name,
            "party_role": "joint_controller" if jointly else "controller",
            "jurisdiction": self.country,
            "industry": self.industry,
            "size_class": self.size_class,
            "contract_status": status,
        }


@dataclass(frozen=True)
class Person:
    number: int
    country: str
    region: str
    email: str
    phone: str
    birth_date: date | None
    tenants: tuple[Tenant, ...]


@dataclass(frozen=True)
class Record:
    tenant: Tenant
    source_id: str
    person: int
    email: str
    phone: str
    natural: str
    country: str
    region: str
    birth_date: date | None
    created: date
    last_activity: date
    state: str
    categories: tuple[str, ...]
    special: str
    stored_bytes: int

    def row(self) -> Row:
        return {
            "tenant_id": self.tenant.id,
            "source_id": self.source_id,
            "email": self.email,
            "phone": self.phone,
            "is_natural_person": self.natural,
            "country": self.country,
            "region": self.region,
            "birth_date": self.birth_date or "",
            "created_at": self.created,
            "last_activity_at": self.last_activity,
            "record_state": self.state,
            "data_categories": ";".join(self.categories),
            "has_special_category": self.special,
            "stored_bytes": self.stored_bytes,
        }


# --- Tenants and agreements --------------------------------------------------------------------------------


def read_tenants(case: Case) -> list[Tenant]:
    """The tenants of the case's text table, greatest first; the place in the table sets the size."""
    return [
        Tenant(
            id=f"{case.mailbox.upper()}{rank:02}",
            name=str(row["name"]),
            country=str(row["country"]),
            industry=str(row["nace"]),
            size_class=str(row["size"]),
            agreement=str(row["agreement"]),
            habit=HABITS[str(row["habit"])],
            channels=CHANNELS[str(row["channels"])],
            weight=rank**-case.tail,
            # Two exports keep local offsets or leave the zone out, as real ones do (no zone is read as UTC).
            zone={7: "+02:00", 12: ""}.get(rank, "Z"),
        )
        for rank, row in enumerate(table(case.tenants), start=1)
    ]


# Each kind of agreement: one or two rows of role, own use, affiliate use, assignment, change of control, the tenant's
# answer to it. `prohibited`, `silent` and `improve` are the ordinary processor agreements.
AGREEMENTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "prohibited": (("processor", "prohibited", "prohibited", "silent", "silent", ""),),
    "prohibited_notice": (("processor", "prohibited", "for_service_only", "notice_required", "notice", "none"),),
    "prohibited_ask": (("processor", "prohibited", "prohibited", "consent_required", "consent", "none"),),
    "silent": (("processor", "silent", "silent", "silent", "silent", ""),),
    "silent_free": (("processor", "silent", "permitted", "free_on_merger_or_sale", "none", ""),),
    "improve": (("processor", "service_improvement", "for_service_only", "free_on_merger_or_sale", "silent", ""),),
    "improve_group": (("processor", "service_improvement", "permitted", "free", "none", ""),),
    "improve_ask": (("processor", "service_improvement", "for_service_only", "silent", "consent", "none"),),
    "anonymous": (("processor", "aggregated_or_anonymous_only", "silent", "notice_required", "notice", "none"),),
    "two_papers": (
        ("processor", "service_improvement", "permitted", "free", "none", ""),
        ("processor", "prohibited", "for_service_only", "silent", "termination_right", "none"),
    ),
    "permitted": (("controller", "permitted", "permitted", "free_on_merger_or_sale", "none", ""),),
    "permitted_granted": (("processor", "permitted", "permitted", "consent_required", "consent", "granted"),),
    "permitted_ask": (("joint_controller", "permitted", "permitted", "consent_required", "notice", "none"),),
    "permitted_refused": (("joint_controller", "permitted", "permitted", "silent", "consent", "refused"),),
    "permitted_silent": (("controller", "permitted", "silent", "free", "termination_right", "none"),),
    "permitted_service": (("controller", "permitted", "for_service_only", "free", "silent", ""),),
    "unclear": (("unclear", "silent", "silent", "silent", "silent", ""),),
    "joint": (("joint_controller", "permitted", "permitted", "free", "none", ""),),
    "joint_silent": (("joint_controller", "silent", "permitted", "free_on_merger_or_sale", "none", ""),),
    "expired": (("processor", "service_improvement", "for_service_only", "free", "none", ""),),
    "lapsed_yesterday": (("processor", "silent", "silent", "silent", "silent", ""),),
    "last_day": (("processor", "service_improvement", "for_service_only", "free", "none", ""),),
    "not_yet": (("processor", "service_improvement", "permitted", "free", "none", ""),),
    "renewed": (("processor", "prohibited", "prohibited", "silent", "silent", ""),),
    "none": (),
}

# First and last day, where the kind of agreement turns on them. The as-of day is 2026-03-31.
PERIODS = {
    "expired": ("2020-01-01", "2024-12-31"),
    "lapsed_yesterday": ("2022-03-31", "2026-03-30"),
    "last_day": ("2022-04-01", "2026-03-31"),
    "not_yet": ("2026-05-01", ""),
}

USE_QUOTES = {
    "prohibited": "Supplier shall process Customer Data solely on Customer's instructions.",
    "service_improvement": "Supplier may use Customer Data to secure and improve the Service only.",
    "aggregated_or_anonymous_only": "Supplier may use Customer Data once nobody can be identified in it.",
    "permitted": "Supplier may use Customer Data for its own business purposes.",
    "silent": "Supplier hosts Customer Data for the duration of the Order.",
}
AFFILIATE_QUOTES = {
    "prohibited": "No affiliate of Supplier shall have access to Customer Data.",
    "for_service_only": "Affiliates of Supplier may process Customer Data as needed to deliver the Service.",
    "permitted": "References to Supplier include every company of its group, present or future.",
    "silent": "",
}
CONTROL_QUOTES = {
    "consent": "A change of control of Supplier requires Customer's prior written consent.",
    "notice": "Supplier shall give notice of any change of control within thirty days.",
    "termination_right": "On a change of control Customer may terminate without penalty.",
    "none": "",
    "silent": "",
}


def agreements(case: Case, tenants: list[Tenant]) -> Iterator[Row]:
    for tenant in tenants:
        dice = Dice(case.slug, "agreements", tenant.id)
        for number, terms in enumerate(AGREEMENTS[tenant.agreement], start=1):
            role, use, affiliate, assignment, control, response = terms
            start = dice.day(date(2019, 1, 7), date(2025, 6, 30), towards_last=1.2)
            end = f"{start.year + 8}-12-31" if dice.chance(0.3) else ""
            first, last = PERIODS.get(tenant.agreement, (start, end))
            document = ("dpa", "msa")[number % 2] if len(AGREEMENTS[tenant.agreement]) > 1 else dice.one_of(DOCUMENTS)
            yield {
                "agreement_id": f"{tenant.id}-A{number}",
                "tenant_id": tenant.id,
                "document_type": document,
                "document_version": f"{dice.number(1, 6)}.{dice.number(0, 4)}",
                "effective_date": first,
                "expiration_date": last,
                "provider_role": role,
                "use_for_provider_purposes": use,
                "affiliate_use": affiliate,
                "anti_assignment": assignment,
                "change_of_control": control,
                "change_of_control_response": response,
                "sub_processing": dice.one_of(("general_with_objection", "specific_authorisation")),
                "governing_law": tenant.country,
                "source_quote": " ".join(
                    quote for quote in (USE_QUOTES[use], AFFILIATE_QUOTES[affiliate], CONTROL_QUOTES[control]) if quote
                ),
            }


DOCUMENTS = ("dpa", "dpa", "msa", "terms_of_service")


# --- People and records ------------------------------------------------------------------------------------


def invent_people(case: Case, tenants: list[Tenant]) -> list[Person]:
    """Everybody behind the records, each with the tenants whose customer he or she is."""
    dice = Dice(case.slug, "people")
    by_id = {tenant.id: tenant for tenant in tenants}
    weights = {tenant.id: tenant.weight for tenant in tenants}
    return [invent_person(case, number, by_id, weights, dice) for number in range(1, case.persons + 1)]


def invent_person(case: Case, number: int, by_id: dict[str, Tenant], weights: Weights, dice: Dice) -> Person:
    wanted = int(dice.pick(case.records_each))
    chosen: list[str] = []
    while len(chosen) < wanted:
        tenant_id = dice.pick(weights)
        if tenant_id not in chosen:
            chosen.append(tenant_id)
    home = by_id[chosen[0]].country
    country = home if dice.chance(case.at_home) else dice.pick(case.residence)
    region = dice.pick({"CA": 5, "NY": 3, "TX": 2}) if country == "US" else ""
    has = dice.pick({"both": 0.52, "email": 0.35, "phone": 0.125, "neither": 0.005})
    youth = dice.chance(0.04)
    born = (
        dice.day(date(2010, 6, 1), date(2015, 12, 31))
        if youth
        else dice.day(date(case.born_after, 1, 1), date(2009, 12, 31), towards_last=0.9)
    )
    return Person(
        number=number,
        country=country,
        region=region,
        email=f"{case.mailbox}{number:07}@{dice.pick({'example.com': 3, 'example.org': 1})}"
        if has in ("both", "email")
        else "",
        # One invented block whatever the country, so that no number can be somebody's.
        phone=f"+49150000{number:05}" if has in ("both", "phone") else "",
        birth_date=born if youth or dice.chance(0.4) else None,
        tenants=tuple(by_id[tenant_id] for tenant_id in chosen),
    )


def invent_records(case: Case, tenants: list[Tenant], people: list[Person]) -> list[Record]:
    """One record for each tenant of each person, in the order of tenants, numbered within the tenant."""
    dice = Dice(case.slug, "records")
    at_tenant: dict[str, list[tuple[Person, bool]]] = {tenant.id: [] for tenant in tenants}
    for person in people:
        for place, tenant in enumerate(person.tenants):
            at_tenant[tenant.id].append((person, place == 0))
    return [
        invent_record(case, person, tenant, f"C{number:05}", first, dice)
        for tenant in tenants
        for number, (person, first) in enumerate(at_tenant[tenant.id], start=1)
    ]


def invent_record(case: Case, person: Person, tenant: Tenant, source_id: str, first: bool, dice: Dice) -> Record:
    email, phone = person.email, person.phone
    if not first and email and phone:  # the other tenants often hold one of the two, which still links
        email, phone = (email, "") if dice.chance(0.55) else ("", phone) if dice.chance(0.6) else (email, phone)
    organisation = dice.chance(0.022)
    natural = "false" if organisation else dice.pick({"true": 0.95, "": 0.05})
    if organisation:
        email, phone = f"office{tenant.id.lower()}{source_id.lower()}@example.org", ""
    age = 9 * dice.share() ** 1.7  # in years; the provider grows, so most records are young
    created = date.fromordinal(AS_OF.toordinal() - int(age * 365.25))
    last_activity = dice.day(created, AS_OF, towards_last=2.2)
    moved = dice.chance(0.02)
    country = "" if dice.chance(0.012) else dice.pick(case.residence) if moved else person.country
    has_special = dice.chance(tenant.habit.special_category)
    return Record(
        tenant=tenant,
        source_id=source_id,
        person=person.number,
        email=as_typed(email, dice),
        phone=spaced(phone) if dice.chance(0.03) else phone,
        natural=natural,
        country=country,
        region=person.region if country == "US" else "",
        birth_date=person.birth_date if dice.chance(0.75) and not organisation else None,
        created=created,
        last_activity=last_activity,
        state=dice.pick(STATES),
        categories=categories(tenant, email, phone, dice),
        special="true" if has_special else dice.pick({"false": 0.8, "": 0.2}),
        stored_bytes=int(600 + 30000 * dice.share() ** 4),
    )


STATES = {
    "active": 0.915,
    "suspended": 0.035,
    "deleted": 0.018,
    "erasure_requested": 0.014,
    "test": 0.006,
    "deceased": 0.004,
}


def as_typed(email: str, dice: Dice) -> str:
    """The address as someone typed it: sometimes in capitals, sometimes with a blank before it."""
    how = dice.pick({"plain": 0.93, "title": 0.04, "upper": 0.02, "blank": 0.01})
    return {"plain": email, "title": email.title(), "upper": email.upper(), "blank": f" {email}" if email else ""}[how]


def spaced(phone: str) -> str:
    return f"{phone[:3]} {phone[3:6]} {phone[6:]}" if phone else ""


def categories(tenant: Tenant, email: str, phone: str, dice: Dice) -> tuple[str, ...]:
    social = tenant.channels is CHANNELS["social"]
    shares = {
        "Behavioural": 0.35,
        "CommunicationContent": 0.72,
        "EmailAddress": 1.0 if email else 0.0,
        "Financial": 0.06,
        "Identifying": 0.96,
        "Location": 0.42,
        "PurchaseHistory": 0.66 if tenant.industry.startswith(("47", "55", "79")) else 0.25,
        "Sentiment": 0.22,
        "SocialMediaAccount": 0.3 if social else 0.08,
        "TelephoneNumber": 1.0 if phone else 0.0,
    }
    return tuple(category for category, share in shares.items() if dice.chance(share))


# --- Consents ----------------------------------------------------------------------------------------------


def consents(case: Case, records: list[Record]) -> Iterator[Row]:
    dice = Dice(case.slug, "consents")
    for record in records:
        events = [event for purpose in asked(record, dice) for event in purpose_events(case, record, purpose, dice)]
        yield from sorted(events, key=lambda event: str(event["event_time"]))


def asked(record: Record, dice: Dice) -> Iterator[str]:
    """The purposes about which the tenant's system keeps something for this record."""
    habit = record.tenant.habit
    shares = {
        "ServiceProvision": habit.contract,
        "DirectMarketing": habit.direct_marketing,
        "PersonalisedAdvertising": habit.personalised_advertising,
        "Analytics": habit.analytics,
        "Other": habit.other,
    }
    return (purpose for purpose, share in shares.items() if dice.chance(share))


def purpose_events(case: Case, record: Record, purpose: str, dice: Dice) -> list[Row]:
    if purpose == "ServiceProvision":
        return [contract_event(record, dice)]
    if purpose == "Other":
        return [broad_event(record, dice)]
    if purpose == "Analytics" and dice.chance(0.35):
        return [basis_event(record, purpose, "legitimate_interest", dice)]
    if purpose == "PersonalisedAdvertising" and dice.chance(0.03):
        return [basis_event(record, purpose, "legitimate_interest", dice)]
    return consent_story(case, record, purpose, dice)


def contract_event(record: Record, dice: Dice) -> Row:
    return basis_event(record, "ServiceProvision", "contract", dice)


def basis_event(record: Record, purpose: str, basis: str, dice: Dice) -> Row:
    """A legal basis other than consent, claimed when the record was made."""
    return event(
        record,
        purpose,
        "given",
        basis,
        time=dice.instant(max(record.created, GDPR_APPLIES), record.tenant.zone),
        method=dice.pick({"import": 2, "api": 3, "web_form": 4, "in_person": 1}),
        evidence=dice.pick({"2": 1, "3": 2}),
        recipients=record.tenant.name,
    )


def broad_event(record: Record, dice: Dice) -> Row:
    """Something wider than one purpose: an objection to everything, a no to any transfer, a consent to marketing."""
    kind = dice.pick({"all": 0.32, "transfer": 0.18, "disclosure": 0.2, "marketing_no": 0.12, "marketing": 0.18})
    day = dice.day(max(record.created, GDPR_APPLIES), AS_OF)
    time = dice.instant(day, record.tenant.zone)
    if kind == "all":
        return event(
            record, "AllProcessing", "objected", "legitimate_interest", time=time, method="email", evidence="3"
        )
    if kind == "transfer":
        return event(
            record, "DirectMarketing", "none_recorded", "none_recorded", time=time, evidence="1", transfer="true"
        )
    if kind == "disclosure":
        return event(record, "DisclosureToThirdParty", "refused", "consent", time=time, method="web_form", evidence="3")
    if kind == "marketing_no":
        return event(record, "Marketing", "withdrawn", "consent", time=time, method="email", evidence="2")
    return event(record, "Marketing", "given", "consent", time=time, method="form", evidence="3", recipients="Partners")


def consent_story(case: Case, record: Record, purpose: str, dice: Dice) -> list[Row]:
    """The events of one record and one purpose, in the order in which they happened."""
    habit = record.tenant.habit
    story = dice.pick(STORIES[habit.stories])
    first_day = max(record.created, habit.asked_since)
    day = first_day if dice.chance(0.5) else dice.day(first_day, AS_OF, towards_last=1.5)
    later = dice.instant(dice.day(day, AS_OF), record.tenant.zone)
    notice = invent_notice(case, record, purpose, dice)
    zone = record.tenant.zone
    evidence = dice.pick(habit.evidence or USUAL_EVIDENCE)
    method = dice.pick(METHODS) if int(evidence) >= 3 else dice.pick({"": 2, "import": 2, "api": 1})
    minor = record.birth_date is not None and record.birth_date > date(2010, 1, 1)
    given: Row = dict(
        record=record,
        purpose=purpose,
        state="given",
        basis="explicit_consent" if record.special == "true" and dice.chance(0.6) else "consent",
        time=dice.instant(day, zone),
        method=method,
        evidence=evidence,
        parental=dice.pick({"true": 4, "false": 2, "": 4}) if minor else "",
        transfer="false" if dice.chance(0.04) else "",
        **notice,
    )
    plain = dict(given, recipients="", combination="", version="", basis="consent")
    changes: dict[str, list[Row]] = {
        "given": [given],
        "renewed": [given, {**given, "state": "renewed", "time": later}],
        "withdrawn": [given, {**plain, "state": "withdrawn", "time": later, "method": "email", "evidence": "3"}],
        "objected": [{**plain, "state": "objected", "method": "email"}],
        "refused": [{**plain, "state": "refused"}],
        "none_recorded": [{**plain, "state": "none_recorded", "basis": "none_recorded", "evidence": "1", "method": ""}],
        "requested": [{**given, "state": "requested", "opt_in": "pending", "evidence": "2"}],
        "pre_ticked": [{**given, "method": "pre_ticked", "evidence": "2"}],
        "bundled": [{**given, "method": "bundled"}],
        "implied": [{**given, "basis": "implied_consent", "method": "inactivity", "evidence": "1"}],
        "expired": [{**given, "until": dice.day(day, date(2026, 3, 30))}],
        "untimed": [{**given, "time": "", "evidence": dice.one_of(("0", "1", "3"))}],
        "unknown": [{**plain, "state": "unknown", "evidence": "1", "method": "import"}],
        "deferred": [{**plain, "state": "deferred"}],
        # The export was drawn two weeks after the as-of day; what happened in between must not count yet.
        "after_the_day": [given, {**plain, "state": "withdrawn", "time": dice.instant(date(2026, 4, 9), zone)}],
    }
    return [event(**fields) for fields in changes[story]]  # type: ignore[arg-type]


METHODS = {
    "web_form": 38,
    "form": 16,
    "in_app": 14,
    "email": 8,
    "api": 8,
    "paper": 5,
    "phone": 4,
    "in_person": 4,
    "verbal": 2,
    "import": 1,
}


def invent_notice(case: Case, record: Record, purpose: str, dice: Dice) -> Row:
    """Whom the notice named when the person was asked, and whether it spoke of combining data."""
    habit = record.tenant.habit
    named = purpose in ("PersonalisedAdvertising", "Analytics") and dice.chance(habit.names_acquirer)
    if named:
        name = dice.one_of(case.acquirer_names)
        name = dice.pick({name: 0.9, name.upper(): 0.1})
        recipients = f"{record.tenant.name};{name}" if dice.chance(0.6) else name
        combination = "true" if dice.chance(habit.covers_combination) else dice.pick({"false": 1, "": 2})
    else:
        others = {record.tenant.name: 0.5, "Partners": 0.27, "": 0.15, "Selected advertising partners": 0.08}
        recipients, combination = dice.pick(others), dice.pick({"": 0.93, "false": 0.05, "true": 0.02})
    return {"recipients": recipients, "combination": combination, "version": f"v{dice.number(1, 7)}"}


def event(
    record: Record,
    purpose: str,
    state: str,
    basis: str,
    *,
    time: str,
    method: str = "",
    evidence: str,
    recipients: str = "",
    opt_in: str = "",
    until: object = "",
    version: str = "",
    transfer: str = "",
    parental: str = "",
    combination: str = "",
) -> Row:
    return {
        "tenant_id": record.tenant.id,
        "source_id": record.source_id,
        "purpose": purpose,
        "channel": "email" if purpose == "DirectMarketing" and record.email else "",
        "event_state": state,
        "legal_basis": basis,
        "event_time": time,
        "valid_until": until,
        "collection_method": method,
        "double_opt_in": opt_in or (OPT_INS.get(evidence, "") if state in ("given", "renewed") else ""),
        "notice_version": version if int(evidence) >= 4 else "",
        "recipients": recipients,
        "third_party_disclosure": "true" if "artners" in recipients else "",
        "transfer_objection": transfer,
        "parental_authorisation": parental,
        "covers_combination": combination,
        "evidence_level": evidence,
    }


OPT_INS = {"5": "confirmed", "4": "single"}


# --- Interactions, the acquirer's identifiers --------------------------------------------------------------


def interactions(case: Case, records: list[Record]) -> Iterator[Row]:
    """Messages by month and channel, of the two years before the as-of day."""
    dice = Dice(case.slug, "interactions")
    for record in records:
        first = max(record.created, FIRST_INTERACTIONS)
        if record.last_activity < first or dice.chance(0.25):
            continue
        months = [dice.day(first, record.last_activity, 1.3).strftime("%Y-%m") for _ in range(dice.number(1, 3))]
        keys = sorted({(month, dice.pick(record.tenant.channels)) for month in months})
        for month, channel in keys:
            yield {
                "tenant_id": record.tenant.id,
                "source_id": record.source_id,
                "period": month,
                "channel": channel,
                "direction": dice.pick({"inbound": 0.6, "outbound": 0.4}),
                "count": int(1 + 24 * dice.share() ** 2.5),
                "unit": "messages",
            }


def acquirer_identifiers(case: Case, records: list[Record]) -> list[Row]:
    """What the acquirer already knows: most of the provider's persons, and people the provider does not know."""
    dice = Dice(case.slug, "acquirer")
    by_person: dict[int, list[tuple[str, str]]] = {}
    for record in records:
        if record.natural != "false":
            keys = [("email", record.email.strip().lower()), ("phone", record.phone.replace(" ", ""))]
            by_person.setdefault(record.person, []).extend(key for key in keys if key[1])
    found: list[tuple[str, str]] = []
    for person in sorted(by_person):
        keys = sorted(set(by_person[person]))
        if keys and dice.chance(case.known):
            found += keys if dice.chance(0.12) else [keys[dice.number(0, len(keys) - 1)]]
    strangers = range(60000, 60000 + case.decoys)
    found += [
        ("email", f"x{number:07}@example.com") if dice.chance(0.8) else ("phone", f"+49150000{number:05}")
        for number in strangers
    ]
    # A handful are left raw: both forms are allowed and must land on the same key.
    raw = {dice.number(0, len(found) - 1) for _ in range(6)}
    values = [(kind, value if place in raw else sha256(value)) for place, (kind, value) in enumerate(found)]
    return [{"identifier_type": kind, "value": value} for kind, value in sorted(values)]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# --- The sample case: a small provider, a very large acquirer, and little that may pass --------------------

QUILLMERE_YAML = """\
# The sample case. Everybody and every company in it is invented; make_sample.py wrote it (`make sample`).
# Change a value, run `consent-risk assess` again, and see what moves.

case: quillmere                     # short name of the case: small letters, digits and hyphens
title: Vantrosse Social / Quillmere Desk (everybody and everything in it is invented)

# The day for which every question is asked. Consents and agreements count as they stood at its end (UTC).
as_of: 2026-03-31

provider:
  name: Quillmere Desk              # the target: a CRM provider

acquirer:
  name: Vantrosse Social            # the buyer's group
  # A consent counts only if its notice named the acquirer, under one of these names (capitals do not matter).
  named_as: [Vantrosse Social, Vantrosse Social Europe Ltd]
  # A gatekeeper that combines data needs a consent which says so (Digital Markets Act, Article 5(2)).
  gatekeeper: true
  # Persons the acquirer already reaches, by country: what 'significant' is measured against. 20 million in all.
  persons: {DE: 5200000, FR: 3900000, IT: 2700000, ES: 2300000, PL: 1300000, NL: 1100000, BE: 650000, SE: 600000,
            AT: 520000, PT: 480000, DK: 380000, IE: 320000, GB: 300000, CH: 150000, US: 100000}
  # Kinds of data it already holds about the persons it knows. These are not new to it; the others are.
  categories_held: [Identifying, EmailAddress, TelephoneNumber, Location, Behavioural, SocialMediaAccount]
  # Channels it runs itself. A message that came over one of them is not new to it.
  own_channels: [whatsapp, messenger, instagram]

# The planned uses. Each is assessed on its own.
purposes: [PersonalisedAdvertising, Analytics, ServiceProvision]

# Does the acquirer plan to combine the data with its own? Then a legitimate interest does not carry it.
combines_data: true

# A consent needs at least this much proof, from 0 (none) to 5 (confirmed opt-in or signed receipt); 2 is a flag
# with a time. With less it is not a no: it is unknown, and widens the range.
minimum_evidence: 2

# A consent older than this many months must be asked for again.
consent_stale_after_months: 36

# A record without activity for this many months should be gone, and is barred.
retention_months: 60

# Figures nobody can read from the files. They drive the scenarios K1 and K2 only; all are assumptions.
assumptions:
  # K1: the probability that a tenant agrees to new terms, by its size. Large tenants have lawyers and bargain.
  renegotiation: {micro: 0.35, small: 0.3, medium: 0.18, large: 0.08, default: 0.2}
  # K2: the share of persons who say yes when they are asked again, by country.
  opt_in: {DE: 0.08, AT: 0.09, FR: 0.11, BE: 0.12, NL: 0.1, DK: 0.1, SE: 0.11, IE: 0.14, IT: 0.17, ES: 0.18,
           PL: 0.16, PT: 0.2, GB: 0.13, CH: 0.09, US: 0.2, default: 0.1}
"""

QUILLMERE_TENANTS = """
name                      | country | nace  | size   | agreement         | habit   | channels
Brelquist Home            | DE      | 47.59 | large  | prohibited_notice | shop    | social
Tavrondel Voyages         | FR      | 79.11 | large  | prohibited        | shop    | mixed
Ondrivelle Moda           | IT      | 47.71 | large  | improve           | ads     | social
Zornhaltig Strom          | DE      | 35.14 | large  | improve           | service | classic
Nuvallique Soin           | FR      | 47.75 | large  | silent            | shop    | social
Kestremar Movil           | ES      | 61.20 | large  | prohibited_ask    | service | mixed
Vundelaar Fietsen         | NL      | 47.64 | large  | two_papers        | shop    | mixed
Quarmsted Versand         | DE      | 47.91 | large  | improve_ask       | mail    | social
Plissenau Moebel          | DE      | 31.09 | medium | expired           | shop    | classic
Grivostok Ksiazki         | PL      | 47.61 | medium | silent            | mail    | mixed
Almurenta Viajes          | ES      | 79.12 | medium | anonymous         | shop    | social
Hesselvond Sport          | AT      | 47.64 | medium | improve           | shop    | social
Trovanque Jardin          | FR      | 47.76 | medium | permitted_granted | ads     | mixed
Brumblefex Toys           | IE      | 47.65 | medium | permitted_granted | ads     | social
Skelmarsund Optik         | DK      | 47.78 | medium | prohibited        | health  | classic
Daltoverre Casa           | IT      | 47.59 | medium | silent_free       | shop    | social
Fjordellin Resor          | SE      | 79.11 | medium | none              | shop    | mixed
Oostrevink Kaas           | NL      | 47.29 | medium | prohibited        | mail    | mixed
Wandrecque Velo           | BE      | 47.64 | medium | improve_group     | shop    | mixed
Ibermolque Dental         | ES      | 86.23 | medium | prohibited        | health  | classic
Rothenbraum Kurse         | DE      | 85.59 | medium | permitted_ask     | ads     | social
Lusquemira Azulejos       | PT      | 47.52 | medium | renewed           | shop    | social
Pembroffle Tea            | GB      | 47.29 | small  | permitted         | ads     | social
Stravigno Scarpe          | IT      | 47.72 | small  | prohibited        | shop    | social
Kaltwassen Hotel          | AT      | 55.10 | small  | improve           | shop    | mixed
Morvandiel Fleurs         | FR      | 47.76 | small  | silent            | mail    | social
Tschuppenau Uhren         | CH      | 47.77 | small  | improve           | shop    | classic
Hollenquist Brillen       | DE      | 47.78 | small  | permitted_refused | ads     | social
Sierralume Cosmetica      | ES      | 47.75 | small  | prohibited        | ads     | social
Wisborovka Kawa           | PL      | 47.29 | small  | none              | nothing | mixed
Deventrum Boeken          | NL      | 47.61 | small  | unclear           | mail    | classic
Aurelonde Bijoux          | FR      | 47.77 | small  | permitted         | ads     | social
Greldenhof Wein           | DE      | 47.25 | small  | lapsed_yesterday  | shop    | mixed
Belvaquine Chocolat       | BE      | 47.24 | small  | prohibited        | mail    | mixed
Torrelimbo Hostal         | ES      | 55.20 | small  | last_day          | shop    | social
Nordavinge Cykel          | DK      | 47.64 | small  | silent            | shop    | mixed
Ostermolk Apotheke        | DE      | 47.73 | small  | prohibited        | health  | classic
Calvendro Moto            | IT      | 45.40 | small  | permitted         | ads     | social
Ballyquern Crafts         | IE      | 47.78 | small  | improve           | shop    | social
Lindvassa Inredning       | SE      | 47.59 | small  | permitted_silent  | ads     | mixed
Zweibramsel Reisen        | DE      | 79.11 | small  | prohibited        | shop    | mixed
Sandovarre Surf           | PT      | 93.29 | small  | improve_group     | shop    | social
Prairiebex Outfitters     | US      | 47.64 | micro  | permitted         | ads     | social
Moosquell Yoga            | DE      | 93.13 | micro  | silent            | mail    | social
Petitchambre Gite         | FR      | 55.20 | micro  | none              | shop    | mixed
Valdornetta Olio          | IT      | 47.29 | micro  | prohibited        | mail    | social
Kiebitzau Honig           | DE      | 47.29 | micro  | improve           | mail    | classic
Duinzwelle Surf           | NL      | 93.29 | micro  | permitted_service | ads     | social
Fontaquilla Ceramica      | ES      | 47.59 | micro  | silent            | shop    | social
Krakomirz Zabawki         | PL      | 47.65 | micro  | improve           | shop    | mixed
Alpenquirl Kaese          | AT      | 47.29 | micro  | joint_silent      | ads     | social
Treguivenn Cidre          | FR      | 47.25 | micro  | prohibited        | mail    | mixed
Lampenkwist Foto          | DE      | 74.20 | micro  | none              | nothing | classic
Vesterlune Smykker        | DK      | 47.77 | micro  | prohibited        | shop    | social
Sottolague Barche         | IT      | 77.34 | micro  | not_yet           | shop    | mixed
Houtvermeer Speelgoed     | NL      | 47.65 | micro  | improve           | shop    | social
Glenquarrow Walks         | IE      | 79.90 | micro  | unclear           | mail    | classic
Marquevilla Bodega        | ES      | 47.25 | micro  | prohibited        | mail    | social
Haselbrunft Physio        | DE      | 86.90 | micro  | anonymous         | health  | classic
Brondegalle Pain          | BE      | 47.24 | micro  | none              | mail    | mixed
Skogsvarta Ull            | SE      | 47.51 | micro  | silent            | mail    | mixed
Ribeironda Pesca          | PT      | 47.64 | micro  | prohibited        | shop    | social
Thornwickle Books         | GB      | 47.61 | micro  | improve           | mail    | classic
Edelquast Seife           | CH      | 47.75 | micro  | prohibited        | mail    | mixed
"""

QUILLMERE_HOLDERS = """
holder                 | category             | country | persons  | available_to_rivals
Oxtrevane Search       | Behavioural          | DE      | 41000000 | no
Marrowquill Market     | PurchaseHistory      | DE      | 28000000 | on_commercial_terms
Castrelle Telecom      | Location             | FR      | 19000000 | on_commercial_terms
Dunmervale Helpdesk    | CommunicationContent | DE      | 6000000  | unknown
Sollitaire Data        | Identifying          | IT      | 23000000 | yes
Vipplefeed             | Sentiment            | ES      | 9000000  | on_commercial_terms
"""

QUILLMERE = Case(
    slug="quillmere",
    yaml=QUILLMERE_YAML,
    tenants=QUILLMERE_TENANTS,
    holders=QUILLMERE_HOLDERS,
    persons=45_600,
    tail=1.08,
    residence={
        "DE": 28,
        "FR": 15,
        "IT": 11,
        "ES": 10,
        "NL": 7,
        "AT": 7,
        "PL": 6,
        "BE": 4,
        "SE": 3,
        "IE": 2,
        "DK": 2,
        "PT": 2,
        "GB": 3,
        "CH": 2,
        "US": 5,
    },
    at_home=0.72,
    records_each={"1": 0.86, "2": 0.11, "3": 0.03},
    mailbox="q",
    acquirer_names=("Vantrosse Social", "Vantrosse Social Europe Ltd"),
    known=0.70,
    decoys=4800,
    born_after=1944,
)

# --- The opposite case: a provider whose data could really move to a small acquirer ------------------------

HARBOURLIGHT_YAML = """\
# The opposite of the sample case: here the data could really move, and would weigh. Everybody and every
# company in it is invented; make_sample.py wrote it (`make sample`). quillmere/case.yaml explains each key.

case: harbourlight
title: Solbrannick Media / Harbourlight CRM (everybody and everything in it is invented)
as_of: 2026-03-31

provider:
  name: Harbourlight CRM

acquirer:
  name: Solbrannick Media
  named_as: [Solbrannick Media]
  gatekeeper: false
  # 30,000 in all: not six times what the provider has.
  persons: {DE: 14000, AT: 9000, NL: 7000}
  categories_held: [EmailAddress, Behavioural]
  own_channels: [in_app]

purposes: [PersonalisedAdvertising, Analytics, ServiceProvision]
combines_data: false
minimum_evidence: 2
consent_stale_after_months: 36
retention_months: 60

assumptions:
  renegotiation: {micro: 0.4, small: 0.4, medium: 0.3, large: 0.2, default: 0.3}
  opt_in: {DE: 0.1, AT: 0.1, NL: 0.12, default: 0.1}
"""

HARBOURLIGHT_TENANTS = """
name                  | country | nace  | size   | agreement         | habit | channels
Fernwuchtel Garten    | DE      | 47.76 | medium | joint             | club  | local
Osmarveld Wonen       | NL      | 47.59 | medium | permitted         | club  | local
Grimbachtal Hotels    | AT      | 55.10 | medium | joint             | club  | local
Quellenstib Reisen    | DE      | 79.11 | small  | permitted_granted | club  | local
Bramselhof Backwerk   | DE      | 47.24 | small  | joint             | club  | local
Tulvandrie Bloemen    | NL      | 47.76 | small  | permitted         | club  | local
Wiesenkropf Sport     | AT      | 47.64 | small  | joint_silent      | club  | local
Dornwetzel Buch       | DE      | 47.61 | small  | prohibited        | shop  | local
Haverzwin Kaas        | NL      | 47.29 | micro  | permitted         | club  | local
Lerchenzipf Keramik   | AT      | 47.59 | micro  | joint             | club  | local
Moorquappe Tee        | DE      | 47.29 | micro  | none              | club  | local
Zeisigbrunn Spiele    | DE      | 47.65 | micro  | permitted         | club  | local
"""

HARBOURLIGHT_HOLDERS = """
holder                 | category             | country | persons  | available_to_rivals
Trelmonde Loyalty      | PurchaseHistory      | DE      | 2000000  | no
Aspervane Panels       | Behavioural          | AT      | 1000000  | unknown
"""

HARBOURLIGHT = Case(
    slug="harbourlight",
    yaml=HARBOURLIGHT_YAML,
    tenants=HARBOURLIGHT_TENANTS,
    holders=HARBOURLIGHT_HOLDERS,
    persons=5_600,
    tail=0.8,
    residence={"DE": 50, "AT": 28, "NL": 22},
    at_home=0.85,
    records_each={"1": 0.93, "2": 0.06, "3": 0.01},
    mailbox="h",
    acquirer_names=("Solbrannick Media",),
    known=0.10,
    decoys=1200,
    born_after=1950,
)


if __name__ == "__main__":
    main()
