"""The slow answer: `semantics.md` row by row, in plain Python, to judge every engine by.

It reads like the page it transcribes, section by section, and shares no code with `consent_risk`.
A `Case` is a plain dict: "case" holds what case.yaml says, and "tenants", "agreements", "records",
"consents", "interactions", "acquirer_identifiers", "holders" hold lists of rows, each row a dict of
strings as the CSV has them (blank or missing: not known). "acquirer_identifiers" is None where the
case has no such file.

Call `figures(read_folder(path))`, or build a Case in memory and call `figures(case)`.
"""

from __future__ import annotations

import calendar
import csv
import hashlib
import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

Row = dict[str, str]
Case = dict[str, Any]
Outcome = str
Figure = dict[str, Any]

BEST_TO_WORST = ["accessible", "unknown", "re_askable", "processor_only", "barred"]
SCENARIOS = ["K1", "K2", "K1+K2", "K3"]
BOUNDS = ["value", "lower", "upper"]
TABLES = ["tenants", "agreements", "records", "consents", "interactions", "acquirer_identifiers", "holders"]


# Canonical input -------------------------------------------------------------------------------


def read_folder(path: str | Path) -> Case:
    """ "A folder of CSV files (UTF-8, comma, header)"; "a missing column is a column of blanks"."""
    folder = Path(path)
    case: Case = {"case": YAML(typ="safe").load(folder / "case.yaml")}
    for table in TABLES:
        file = folder / f"{table}.csv"
        nothing: list[Row] | None = None if table == "acquirer_identifiers" else []
        case[table] = read_rows(file) if file.exists() else nothing
    return case


def read_rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [dict(row) for row in csv.DictReader(lines)]


def cell(row: Row, column: str) -> str:
    """The cell without surrounding blanks; "" where it is blank or the column is missing."""
    return (row.get(column) or "").strip()


def values(row: Row, column: str) -> list[str]:
    """ "Lists are joined with `;`"."""
    return [value.strip() for value in cell(row, column).split(";") if value.strip()]


def is_true(row: Row, column: str) -> bool:
    """ "Booleans are `true`, `false` or blank (not known)": blank is not true."""
    return cell(row, column) == "true"


def instant(row: Row, column: str) -> datetime | None:
    """ "Instants ISO 8601 (no zone: UTC)"; None where blank."""
    if not cell(row, column):
        return None
    moment = datetime.fromisoformat(cell(row, column))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def day(row: Row, column: str) -> date | None:
    """ "Days are `YYYY-MM-DD`"; of an instant, its UTC day. None where blank."""
    moment = instant(row, column)
    return moment.date() if moment else None


def as_of_day(case: Case) -> date:
    as_of = case["case"]["as_of"]
    return date.fromisoformat(as_of) if isinstance(as_of, str) else as_of


def setting(case: Case, *keys: str) -> Any:
    """What case.yaml says under these keys; None where it says nothing."""
    found: Any = case["case"]
    for key in keys:
        found = (found or {}).get(key)
    return found


def worst(outcomes: list[Outcome]) -> Outcome:
    """ "Order from best to worst: accessible, unknown, re_askable, processor_only, barred"."""
    return max(outcomes, key=BEST_TO_WORST.index)


def best(outcomes: list[Outcome]) -> Outcome:
    return min(outcomes, key=BEST_TO_WORST.index)


# Scope, persons --------------------------------------------------------------------------------


def is_in_scope(record: Row) -> bool:
    """ "In scope unless `is_natural_person` is false or its state is deleted, deceased or test"."""
    organisation = cell(record, "is_natural_person") == "false"
    return not organisation and cell(record, "record_state") not in {"deleted", "deceased", "test"}


def normalised(identifier_type: str, value: str) -> str:
    """ "E-mail trimmed and lower-cased; phone without spaces"."""
    return value.strip().lower() if identifier_type == "email" else "".join(value.split())


def hashed(normalised_value: str) -> str:
    return hashlib.sha256(normalised_value.encode()).hexdigest()


def keys_of(record: Row) -> list[str]:
    """The record's identifier keys: type and SHA-256, as the acquirer's list may hold only hashes."""
    plain = {kind: normalised(kind, record.get(kind) or "") for kind in ("email", "phone")}
    return [f"{kind}:{hashed(value)}" for kind, value in plain.items() if value]


def acquirer_keys(case: Case) -> set[str] | None:
    """ "`value` (raw, or SHA-256 hex of the normalised value)"; None without acquirer_identifiers.csv."""
    if case.get("acquirer_identifiers") is None:
        return None
    keys = set()
    for row in case["acquirer_identifiers"]:
        kind, value = cell(row, "identifier_type"), cell(row, "value")
        is_hash = re.fullmatch("[0-9a-fA-F]{64}", value)
        keys.add(f"{kind}:{value.lower() if is_hash else hashed(normalised(kind, value))}")
    return keys


def persons_of(records: list[Row]) -> list[list[Row]]:
    """ "Two in-scope records that share an identifier key are one person, transitively and across tenants;
    a record without identifiers is a person of its own"."""
    persons: dict[int, list[Row]] = {}
    person_by_key: dict[str, int] = {}
    for number, record in enumerate(records):
        persons[number] = [record]
        for same in {person_by_key[key] for key in keys_of(record) if key in person_by_key}:
            persons[number] = persons.pop(same) + persons[number]
        for key in (key for member in persons[number] for key in keys_of(member)):
            person_by_key[key] = number
    return list(persons.values())


def novelty_of(person: list[Row], known_keys: set[str] | None) -> str:
    """ "Known if one of its keys is among the acquirer's, new if it has keys and none is, and of unknown
    novelty if it has no key or the case has no `acquirer_identifiers.csv`"."""
    keys = {key for record in person for key in keys_of(record)}
    if known_keys is None or not keys:
        return "unknown"
    return "known" if keys & known_keys else "new"


# Agreement gate, for a tenant and a purpose ----------------------------------------------------


def agreement_outcome(case: Case, tenant_id: str, purpose: str) -> Outcome:
    """ "No agreement rows: `unknown`. Rows, but none in force at `as_of`: `barred`. Otherwise the worst
    outcome over the rows in force"."""
    agreements = [row for row in case["agreements"] if cell(row, "tenant_id") == tenant_id]
    if not agreements:
        return "unknown"
    in_force = [row for row in agreements if is_in_force(row, as_of_day(case))]
    if not in_force:
        return "barred"
    return worst([outcome for row in in_force for outcome in (consent_clause(row), use_clause(row, purpose))])


def is_in_force(agreement: Row, as_of: date) -> bool:
    """ "effective ≤ as_of ≤ expiration, both days included; blank expiration is open"."""
    effective, expiration = day(agreement, "effective_date"), day(agreement, "expiration_date")
    return effective is not None and effective <= as_of and (expiration is None or as_of <= expiration)


def consent_clause(agreement: Row) -> Outcome:
    """ "`change_of_control` = consent, or `anti_assignment` = consent_required: response granted →
    `accessible`, refused → `barred`, else → `re_askable`". Without such a clause nothing stands in the way."""
    needs_consent = (
        cell(agreement, "change_of_control") == "consent" or cell(agreement, "anti_assignment") == "consent_required"
    )
    if not needs_consent:
        return "accessible"
    answers = {"granted": "accessible", "refused": "barred"}
    return answers.get(cell(agreement, "change_of_control_response"), "re_askable")


def use_clause(agreement: Row, purpose: str) -> Outcome:
    """The four lines under `use_for_provider_purposes`. A blank use, or a silent one with a blank role, is
    in none of them: `unknown`, for what was not delivered is neither a yes nor a no."""
    use, affiliate_use = cell(agreement, "use_for_provider_purposes"), cell(agreement, "affiliate_use")
    as_permitted = {"permitted": "accessible", "silent": "unknown"}.get(affiliate_use, "processor_only")
    if use == "permitted":
        return as_permitted
    if use == "service_improvement":
        serves = purpose in {"ServiceProvision", "CustomerCare", "ResearchAndDevelopment"}
        within_group = affiliate_use in {"permitted", "for_service_only"}
        return "accessible" if serves and within_group else "processor_only"
    if use == "silent":
        by_role = {
            "processor": "processor_only",
            "unclear": "unknown",
            "controller": as_permitted,
            "joint_controller": as_permitted,
        }
        return by_role.get(cell(agreement, "provider_role"), "unknown")
    if use in {"prohibited", "aggregated_or_anonymous_only"}:
        return "processor_only"
    return "unknown"


# Person gate, for a record and a purpose -------------------------------------------------------

NEGATIVE = {"objected", "withdrawn", "refused"}
CONSENT_BASES = {"consent", "explicit_consent", "implied_consent", "none_recorded"}
BROADER = {  # "TargetedAdvertising ⊂ PersonalisedAdvertising ⊂ Advertising ⊂ Marketing; DirectMarketing ⊂ Marketing"
    "TargetedAdvertising": "PersonalisedAdvertising",
    "PersonalisedAdvertising": "Advertising",
    "Advertising": "Marketing",
    "DirectMarketing": "Marketing",
}
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def person_outcome(case: Case, record: Row, events: list[Row], purpose: str, tenant_has_events: bool) -> Outcome:
    """The six numbered steps; `events` are the record's own, whatever their time."""
    as_of = as_of_day(case)
    events = [event for event in events if exists_by(event, as_of)]
    if cell(record, "record_state") == "erasure_requested":  # step 1
        return "barred"
    if is_past_retention(case, record):  # step 2
        return "barred"
    if any(is_true(event, "transfer_objection") for event in events):  # step 3
        return "barred"
    answers = consent_answer(case, record, events, purpose)  # step 4
    answers += other_basis_answers(case, record, events, purpose)  # step 5
    return best(answers) if answers else answer_without_basis(record, purpose, tenant_has_events)  # step 6


def exists_by(event: Row, as_of: date) -> bool:
    """ "Events later than the end of the as-of day (UTC) do not exist yet"."""
    return rank(event) < datetime.combine(as_of + timedelta(days=1), time(), UTC)


def rank(event: Row) -> datetime:
    """ "An event without a time ranks before every timed event"."""
    return instant(event, "event_time") or BEFORE_ALL


def is_older(of_day: date, months: int | None, as_of: date) -> bool:
    """ "Older than N months" means before the as-of day minus N calendar months. No N: nothing is."""
    return months is not None and of_day < months_before(as_of, months)


def months_before(of_day: date, months: int) -> date:
    """ "Last day of the month where the day does not exist"."""
    year, month = divmod(of_day.year * 12 + of_day.month - 1 - months, 12)
    return date(year, month + 1, min(of_day.day, calendar.monthrange(year, month + 1)[1]))


def is_past_retention(case: Case, record: Row) -> bool:
    """ "`last_activity_at` (else `created_at`) older than `retention_months`"."""
    last_used = day(record, "last_activity_at") or day(record, "created_at")
    return last_used is not None and is_older(last_used, setting(case, "retention_months"), as_of_day(case))


def covering_purposes(purpose: str) -> set[str]:
    """ "The same purpose, a broader one, AllProcessing, or DisclosureToThirdParty"."""
    covering = {purpose, "AllProcessing", "DisclosureToThirdParty"}
    while purpose in BROADER:
        purpose = BROADER[purpose]
        covering.add(purpose)
    return covering


def latest_negative(events: list[Row], purpose: str) -> datetime | None:
    """When "the latest negative (objected, withdrawn, refused) whose purpose covers the purpose asked" came,
    whatever its legal basis; None without one."""
    covering = covering_purposes(purpose)
    negatives = [e for e in events if cell(e, "event_state") in NEGATIVE and cell(e, "purpose") in covering]
    return max((rank(event) for event in negatives), default=None)


def consent_answer(case: Case, record: Row, events: list[Row], purpose: str) -> list[Outcome]:
    """Step 4. One answer, or none where there is neither a covering negative nor another event."""
    negative = latest_negative(events, purpose)
    others = [
        event
        for event in events
        if cell(event, "event_state") not in NEGATIVE
        and cell(event, "purpose") == purpose
        and cell(event, "legal_basis") in CONSENT_BASES
    ]
    if not others:
        return [] if negative is None else ["barred"]
    latest_other = max(rank(event) for event in others)
    if negative is not None and negative >= latest_other:
        return ["barred"]
    return [worst([event_outcome(case, record, e) for e in others if rank(e) == latest_other])]


def event_outcome(case: Case, record: Row, event: Row) -> Outcome:
    """ "Given or renewed → consent checks; unknown → `unknown`; anything else → `re_askable`"."""
    if cell(event, "event_state") in {"given", "renewed"}:
        return consent_checks(case, record, event)
    return "unknown" if cell(event, "event_state") == "unknown" else "re_askable"


def other_basis_answers(case: Case, record: Row, events: list[Row], purpose: str) -> list[Outcome]:
    """Step 5: "other legal bases claimed for exactly this purpose (state given)", an answer for each."""
    negative = latest_negative(events, purpose)
    return [
        other_basis_outcome(case, record, event, purpose, negative)
        for event in events
        if cell(event, "event_state") == "given"
        and cell(event, "purpose") == purpose
        and cell(event, "legal_basis") not in CONSENT_BASES
    ]


def other_basis_outcome(case: Case, record: Row, event: Row, purpose: str, negative: datetime | None) -> Outcome:
    if is_true(record, "has_special_category"):
        return "barred"
    if cell(event, "legal_basis") == "contract":
        return "accessible" if purpose in {"ServiceProvision", "CustomerCare"} else "re_askable"
    if cell(event, "legal_basis") == "legitimate_interest":
        if negative is not None and negative >= rank(event):
            return "barred"
        return "re_askable" if setting(case, "combines_data") else "unknown"
    return "re_askable"


def answer_without_basis(record: Row, purpose: str, tenant_has_events: bool) -> Outcome:
    """Step 6, "where neither gave an answer"."""
    if cell(record, "country") == "US" and purpose in {"ServiceProvision", "CustomerCare"}:
        return "accessible"
    return "re_askable" if tenant_has_events else "unknown"


def tenants_with_events(case: Case) -> set[str]:
    """ "If the tenant has consent events at all in the drop": also of other records or from later days."""
    return {cell(event, "tenant_id") for event in case["consents"]}


def consent_checks(case: Case, record: Row, event: Row) -> Outcome:
    """ "The worst of those that apply, starting from `accessible`", in the order of the page."""
    as_of = as_of_day(case)
    named_as = {name.strip().casefold() for name in setting(case, "acquirer", "named_as") or []}
    recipients = {name.casefold() for name in values(event, "recipients")}
    combines = setting(case, "acquirer", "gatekeeper") and setting(case, "combines_data")
    valid_until, event_day = day(event, "valid_until"), day(event, "event_time")
    stale_after = setting(case, "consent_stale_after_months")

    found = ["accessible"]
    if valid_until is not None and valid_until < as_of:
        found.append("re_askable")
    if cell(event, "legal_basis") == "implied_consent":
        found.append("re_askable")
    if cell(event, "collection_method") in {"pre_ticked", "bundled", "inactivity"}:
        found.append("re_askable")
    if cell(event, "double_opt_in") == "pending":
        found.append("re_askable")
    if not named_as & recipients:
        found.append("re_askable")
    if int(cell(event, "evidence_level") or 0) < (setting(case, "minimum_evidence") or 0):
        found.append("unknown")
    if event_day is None:
        found.append("unknown")
    if event_day is not None and is_older(event_day, stale_after, as_of):
        found.append("re_askable")
    if combines and not is_true(event, "covers_combination"):
        found.append("re_askable")
    if is_child(record, event_day or as_of) and not is_true(event, "parental_authorisation"):
        found.append("barred")
    if is_true(record, "has_special_category") and cell(event, "legal_basis") != "explicit_consent":
        found.append("barred")
    return worst(found)


# The age of digital consent, sources.md section 5.3. Countries marked [U] there are not known.
AGES = {
    **dict.fromkeys(["BE", "EE", "FI", "LV", "MT", "PT", "SE", "GB"], 13),
    **dict.fromkeys(["AT", "BG", "CY", "IT", "LT", "ES"], 14),
    **dict.fromkeys(["CZ", "FR", "GR"], 15),
    **dict.fromkeys(["HR", "DE", "HU", "IE", "LU", "NL", "PL", "RO", "SK"], 16),
}


def age_of_consent(country: str, on: date) -> int | None:
    """ "Denmark raised 13 -> 15 on 1 Jan 2024"; None where the country's age is not known."""
    if country == "DK":
        return 13 if on < date(2024, 1, 1) else 15
    return AGES.get(country)


def is_child(record: Row, on: date) -> bool:
    """ "Below the country's age of consent (birth date or country's age not known: no check)". A person
    is a year older from the birthday on; who was born on 29 February, from 1 March in other years."""
    born, limit = day(record, "birth_date"), age_of_consent(cell(record, "country"), on)
    if born is None or limit is None:
        return False
    had_birthday = (on.month, on.day) >= (born.month, born.day)
    return on.year - born.year - (not had_birthday) < limit


# Scenarios -------------------------------------------------------------------------------------


def rate(rates: dict[str, float] | None, key: str) -> float:
    """ "`default` where a key is missing or blank; 0 where there is no default"."""
    given = {name: value for name, value in (rates or {}).items() if value is not None}
    return given[key] if key and key in given else given.get("default", 0)


def agreement_chance(outcome: Outcome, agrees: float, scenario: str, bound: str) -> float:
    """How probably the agreement gate lets pass. "Lower: unknown never passes; upper: unknown passes as
    accessible does." K1: "unknown, re_askable or processor_only agrees with the probability of its size
    class". K3: "every outcome but barred passes at the agreement gate"."""
    if outcome == "accessible":
        return 1
    if outcome == "unknown" and bound != "value":
        return 1 if bound == "upper" else 0
    if outcome == "barred":
        return 0
    return {"K0": 0, "K1": agrees, "K2": 0, "K1+K2": agrees, "K3": 1}[scenario]


def person_answer(outcome: Outcome, scenario: str, bound: str) -> str:
    """Whether the record passes the person gate as it is, is asked again, or is held back. K2: "a yes makes
    every one of her records whose person outcome is unknown or re_askable pass that gate". K3: "every outcome
    but barred and processor_only at the person gate"."""
    if outcome == "accessible":
        return "passes"
    if outcome == "unknown" and bound != "value":
        return "passes" if bound == "upper" else "held back"
    if outcome in {"barred", "processor_only"}:
        return "held back"
    answers = {"K0": "held back", "K1": "held back", "K2": "asked", "K1+K2": "asked", "K3": "passes"}
    return answers[scenario]


def country_of(person: list[Row]) -> str:
    """ "The country most of her in-scope records carry, ties to the alphabetically first"; blanks have no
    vote, "" if there are only blanks."""
    votes = Counter(cell(record, "country") for record in person if cell(record, "country"))
    return min(votes, key=lambda country: (-votes[country], country)) if votes else ""


def any_agrees(chances: dict[str, float]) -> float:
    """ "P = 1 − Π(1 − p_tenant)", over tenants, each once."""
    return 1 - prod(1 - chance for chance in chances.values())


# The figures -----------------------------------------------------------------------------------


def figures(case: Case) -> list[Figure]:
    """Every figure of the table, K0 first, each with id, purpose, scenario, value, lower, upper."""
    in_scope = [record for record in case["records"] if is_in_scope(record)]
    persons = described_persons(case, in_scope)
    messages = messages_by_record(case)
    totals = {
        "records.total": len(case["records"]),
        "records.in_scope": len(in_scope),
        "records.out_of_scope": len(case["records"]) - len(in_scope),
        "persons.in_scope": len(persons),
        "messages.in_scope": sum(messages[key_of(record)].total() for record in in_scope),
        "data_points.in_scope": sum(len(categories_of(person.records)) for person in persons),
    }
    result = [figure(name, None, "K0", count, count, count) for name, count in totals.items()]
    for purpose in case["case"]["purposes"]:
        gates = gates_of(case, in_scope, purpose)
        for outcome in BEST_TO_WORST:
            for gate in ("agreement", "person"):
                count = sum(answers[gate] == outcome for answers in gates.values())
                result.append(figure(f"records.{gate}.{outcome}", purpose, "K0", count, count, count))
        for scenario in ["K0", *SCENARIOS]:
            bounds = {b: counts_that_pass(case, persons, gates, messages, scenario, b) for b in BOUNDS}
            for name in bounds["value"]:
                result.append(figure(name, purpose, scenario, *(bounds[b][name] for b in BOUNDS)))
    return result


def figure(name: str, purpose: str | None, scenario: str, value: float, lower: float, upper: float) -> Figure:
    return {
        "id": name,
        "purpose": purpose,
        "scenario": scenario,
        "value": value,
        "lower": lower,
        "upper": upper,
    }


def key_of(row: Row) -> tuple[str, str]:
    """What a record is known by; events and messages carry the same."""
    return cell(row, "tenant_id"), cell(row, "source_id")


def messages_by_record(case: Case) -> dict[tuple[str, str], Counter[str]]:
    """Each record's sum of `count` by channel. Messages without a source_id belong to no record."""
    messages: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in case["interactions"]:
        if cell(row, "source_id"):
            messages[key_of(row)][cell(row, "channel")] += int(cell(row, "count") or 0)
    return messages


class Person(NamedTuple):
    records: list[Row]
    novelty: str
    says_yes: float  # the probability that she does when asked again


def described_persons(case: Case, in_scope: list[Row]) -> list[Person]:
    known_keys, opt_in = acquirer_keys(case), setting(case, "assumptions", "opt_in")
    return [
        Person(records, novelty_of(records, known_keys), rate(opt_in, country_of(records)))
        for records in persons_of(in_scope)
    ]


def categories_of(records: list[Row]) -> set[str]:
    return {category for record in records for category in values(record, "data_categories")}


def gates_of(case: Case, in_scope: list[Row], purpose: str) -> dict[tuple[str, str], dict[str, Outcome]]:
    """For each record, what both gates answer."""
    events = defaultdict(list)
    for event in case["consents"]:
        events[key_of(event)].append(event)
    heard = tenants_with_events(case)
    by_tenant = {tenant_id: agreement_outcome(case, tenant_id, purpose) for tenant_id, _ in map(key_of, in_scope)}
    return {
        key_of(record): {
            "agreement": by_tenant[cell(record, "tenant_id")],
            "person": person_outcome(case, record, events[key_of(record)], purpose, cell(record, "tenant_id") in heard),
        }
        for record in in_scope
    }


def counts_that_pass(
    case: Case,
    persons: list[Person],
    gates: dict[tuple[str, str], dict[str, Outcome]],
    messages: dict[tuple[str, str], Counter[str]],
    scenario: str,
    bound: str,
) -> dict[str, float]:
    """The seven figures that a scenario changes, for one purpose and one bound: expected counts."""
    size_classes = {cell(row, "tenant_id"): cell(row, "size_class") for row in case["tenants"]}
    renegotiation = setting(case, "assumptions", "renegotiation")
    held = set(setting(case, "acquirer", "categories_held") or [])
    own_channels = set(setting(case, "acquirer", "own_channels") or [])

    def chance(records: list[Row], says_yes: float) -> float:
        """ "r · P(a tenant of the records that pass or are asked agrees)
        + (1 − r) · P(a tenant of the records that pass as they are agrees)"."""
        after_a_yes, as_they_are = {}, {}
        for record in records:
            tenant_id, answers = cell(record, "tenant_id"), gates[key_of(record)]
            agrees = rate(renegotiation, size_classes.get(tenant_id, ""))
            tenant_chance = agreement_chance(answers["agreement"], agrees, scenario, bound)
            answer = person_answer(answers["person"], scenario, bound)
            if answer in {"passes", "asked"}:
                after_a_yes[tenant_id] = tenant_chance
            if answer == "passes":
                as_they_are[tenant_id] = tenant_chance
        return says_yes * any_agrees(after_a_yes) + (1 - says_yes) * any_agrees(as_they_are)

    names = [f"{counted}.transferable" for counted in ("records", "persons", "data_points", "messages")]
    names += [f"{counted}.additional" for counted in ("persons", "data_points", "messages")]
    counts: dict[str, float] = dict.fromkeys(names, 0)
    for person in persons:
        is_new = person.novelty in ({"new", "unknown"} if bound == "upper" else {"new"})
        person_chance = chance(person.records, person.says_yes)
        counts["persons.transferable"] += person_chance
        if is_new:
            counts["persons.additional"] += person_chance

        for category in categories_of(person.records):
            holding = [record for record in person.records if category in values(record, "data_categories")]
            point_chance = chance(holding, person.says_yes)
            counts["data_points.transferable"] += point_chance
            if is_new or category not in held:
                counts["data_points.additional"] += point_chance

        for record in person.records:
            record_chance = chance([record], person.says_yes)
            counts["records.transferable"] += record_chance
            for channel, count in messages[key_of(record)].items():
                counts["messages.transferable"] += count * record_chance
                if channel not in own_channels:
                    counts["messages.additional"] += count * record_chance
    return counts
