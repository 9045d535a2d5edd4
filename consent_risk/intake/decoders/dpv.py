"""Consent records of ISO/IEC TS 27560 as W3C DPV (JSON-LD), in the three generations that are about.

* the first has `hasPersonalDataHandling` and events under `dct:hasPart`;
* the second has `hasProcess` and, at the root, a list of events under `hasConsentStatus`, or none at all;
* the third nests `hasProcess`; what a process does not say it inherits, and statuses stand on the innermost ones.

Terms may be prefixed (`dpv:hasPurpose`), full IRIs or bare. One entry for each innermost process, with the status in
force: the latest; of the same instant the later in a consent's life (requested, then given or refused, then withdrawn),
and of those the less permissive. A record that tells of no status is `unknown`.

Entry keys, each absent where the record does not say: `purpose` (list of DPV terms without prefix), `state`
(vocabulary.EventState), `legal_basis` (vocabulary.LegalBasis), `time`, `duration` (ISO 8601, of the consent: never that
of storage or processing), `valid_until`, `recipients` and `controller` (names where the record has them, else the
reference without prefix), `subject`, `notice`, `indicated_by`, and `process` (its number, such as `1.2`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from consent_risk.intake.decoders.decoded import Decoded, DecodedEntry, Undecodable
from consent_risk.intake.json_cells import Node
from consent_risk.vocabulary import EventState, LegalBasis

_STATES = MappingProxyType(
    {
        "ConsentUnknown": EventState.UNKNOWN,
        "ConsentRequested": EventState.REQUESTED,
        "ConsentRequestDeferred": EventState.DEFERRED,
        "ConsentGiven": EventState.GIVEN,
        "RenewedConsentGiven": EventState.RENEWED,
        "ConsentRefused": EventState.REFUSED,
        "ConsentExpired": EventState.EXPIRED,
        "ConsentWithdrawn": EventState.WITHDRAWN,
        "ConsentRevoked": EventState.REVOKED,
        "ConsentInvalidated": EventState.INVALIDATED,
    }
)
# How far along a consent's life a state lies, then how little it permits.
_LIFE = MappingProxyType(
    {
        EventState.UNKNOWN: (0, 0),
        EventState.REQUESTED: (1, 0),
        EventState.DEFERRED: (1, 1),
        EventState.GIVEN: (2, 0),
        EventState.RENEWED: (2, 0),
        EventState.REFUSED: (2, 1),
        EventState.EXPIRED: (3, 0),
        EventState.INVALIDATED: (3, 1),
        EventState.REVOKED: (3, 2),
        EventState.WITHDRAWN: (3, 3),
    }
)
# The first that is named wins: a kind of consent says more than that there is one.
_BASES: tuple[tuple[str, LegalBasis], ...] = (
    ("ImpliedConsent", LegalBasis.IMPLIED_CONSENT),
    ("ExplicitlyExpressedConsent", LegalBasis.EXPLICIT_CONSENT),
    ("ExplicitConsent", LegalBasis.EXPLICIT_CONSENT),
    ("A6-1-a-explicit-consent", LegalBasis.EXPLICIT_CONSENT),
    ("A9-2-a", LegalBasis.EXPLICIT_CONSENT),
    ("A6-1-a-non-explicit-consent", LegalBasis.CONSENT),
    ("A6-1-a", LegalBasis.CONSENT),
    ("ExpressedConsent", LegalBasis.CONSENT),
    ("InformedConsent", LegalBasis.CONSENT),
    ("Consent", LegalBasis.CONSENT),
    ("Contract", LegalBasis.CONTRACT),
    ("A6-1-b", LegalBasis.CONTRACT),
    ("LegalObligation", LegalBasis.LEGAL_OBLIGATION),
    ("A6-1-c", LegalBasis.LEGAL_OBLIGATION),
    ("VitalInterest", LegalBasis.VITAL_INTEREST),
    ("A6-1-d", LegalBasis.VITAL_INTEREST),
    ("PublicInterest", LegalBasis.PUBLIC_INTEREST),
    ("A6-1-e", LegalBasis.PUBLIC_INTEREST),
    ("LegitimateInterest", LegalBasis.LEGITIMATE_INTEREST),
    ("A6-1-f", LegalBasis.LEGITIMATE_INTEREST),
)
_PROCESSES = ("hasProcess", "hasPersonalDataHandling")
_STATUSES = ("hasConsentStatus", "hasPart")
_RECIPIENTS = ("hasRecipient", "hasThirdParty", "hasRecipientThirdParty")
_PARTIES = (*_RECIPIENTS, "hasDataController", "hasDataProcessor", "isIndicatedBy", "isImplementedByEntity", "creator")
_INHERITED = (
    "hasPurpose",
    "hasLegalBasis",
    "hasDataController",
    "hasDataSubject",
    "hasNotice",
    *_RECIPIENTS,
)
_NOT_AVAILABLE = "NotAvailable"
_DANGLING = "refers to parties that the record does not describe"
_OUTER_STATUS = "a status stands on a process with inner processes; it was read for each of them"
_NO_STATUS = "tells of no consent status: read as unknown"
_UNKNOWN_STATUS = "holds a consent status that is no term of DPV: read as unknown"
_DEEPEST = 20


@dataclass(frozen=True)
class _Process:
    """An innermost process: what it says or inherits, and the events that speak of it."""

    number: str
    fields: Mapping[str, list[Node]]
    events: list[Node]
    outer_events: bool = False


@dataclass
class _Parties:
    """The parties that the record describes: names by reference, and all that counts as a reference to one."""

    names: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)


def decode_dpv_record(node: Node) -> Decoded:
    """The entries of a consent record, see above. Raises Undecodable."""
    record = _record(node)
    parties = _parties(record)
    warnings: set[str] = set()
    entries = [_entry(process, parties, warnings) for process in _innermost(record, "", {}, [], 0, is_root=True)]
    if not entries:
        raise Undecodable("it holds no process")
    if parties.known and any(ref not in parties.known for ref in _references(record, 0)):
        warnings.add(_DANGLING)
    return Decoded(tuple(entries), tuple(sorted(warnings)))


def _record(node: Node) -> Mapping[str, Node]:
    """The record, which may lie in a `@graph`."""
    for candidate in [node, *_nodes(node.get("@graph") if isinstance(node, dict) else None)]:
        if isinstance(candidate, dict) and any(_at(candidate, name) for name in (*_PROCESSES, *_STATUSES)):
            return candidate
    raise Undecodable("it is no consent record")


def _innermost(
    node: Mapping[str, Node],
    number: str,
    outer: Mapping[str, list[Node]],
    events: list[Node],
    depth: int,
    *,
    is_root: bool = False,
    outer_events: bool = False,
) -> Iterator[_Process]:
    if depth > _DEEPEST:
        raise Undecodable("its processes are nested too deeply")
    own = {name: found for name in _INHERITED if (found := _at(node, name))}
    fields = {**outer, **own}
    told = [event for name in _STATUSES for event in _at(node, name)]
    inner = [process for name in _PROCESSES for process in _at(node, name) if isinstance(process, dict)]
    if not inner:
        yield _Process(number or "1", fields, told or events, outer_events and not told)
        return
    # At the root a list of events is how the second generation does it; on a process between it is a slip.
    misplaced = (bool(told) and not is_root) or (outer_events and not told)
    for index, process in enumerate(inner, 1):
        below = f"{number}.{index}" if number else str(index)
        yield from _innermost(process, below, fields, told or events, depth + 1, outer_events=misplaced)


def _entry(process: _Process, parties: _Parties, warnings: set[str]) -> DecodedEntry:
    if process.outer_events:
        warnings.add(_OUTER_STATUS)
    events = [(event, _state(event)) for event in process.events]
    if not events:
        warnings.add(_NO_STATUS)
    if any(state is None for _, state in events):
        warnings.add(_UNKNOWN_STATUS)
    decided = [(event, state or EventState.UNKNOWN) for event, state in events]
    event, state = max(decided, key=_rank, default=({}, EventState.UNKNOWN))
    said = event if isinstance(event, dict) else {}
    bases = [*_types(said), *_terms(_at(said, "hasLegalBasis")), *_terms(process.fields.get("hasLegalBasis", []))]
    recipients = [node for name in _RECIPIENTS for node in process.fields.get(name, [])]
    entry: dict[str, str | list[str]] = {
        "process": process.number,
        "state": state.value,
        "purpose": _purposes(process.fields.get("hasPurpose", [])),
        "legal_basis": _basis(bases, state).value,
        "recipients": _named(recipients, parties),
        "controller": _named(process.fields.get("hasDataController", []), parties),
        "subject": [text for node in process.fields.get("hasDataSubject", []) for text in _identifiers(node)][:1],
        "notice": [
            text
            for node in [*_at(said, "hasNotice"), *process.fields.get("hasNotice", [])]
            for text in _identifiers(node)
        ][:1],
        "indicated_by": _named([*_at(said, "isIndicatedBy"), *_at(said, "isImplementedByEntity")], parties),
        **_times(said),
    }
    return {key: value for key, value in entry.items() if value}


def _state(event: Node) -> EventState | None:
    """The state of an event: a term, an object of that type, or one whose own status says it."""
    terms = [*_terms([event]), *_terms(_at(event, "hasConsentStatus") if isinstance(event, dict) else [])]
    terms += [term for inner in _at(event, "hasConsentStatus") for term in _types(inner)]
    return next((_STATES[term] for term in terms if term in _STATES), None)


def _rank(told: tuple[Node, EventState]) -> tuple[datetime, tuple[int, int]]:
    event, state = told
    return _instant(_times(event).get("time", "") if isinstance(event, dict) else ""), _LIFE[state]


def _instant(text: str) -> datetime:
    """What has no time comes before what has one."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _times(event: Mapping[str, Node]) -> dict[str, str]:
    times = [text for name in ("isIndicatedAtTime", "date", "generatedAtTime") for text in _values(_at(event, name))]
    spans = [text for name in ("hasDuration", "valid") for text in _values(_at(event, name))]
    durations = [text for text in spans if text.upper().startswith("P")]
    ends = [text for text in spans if not text.upper().startswith("P")]
    found = {"time": times[:1], "duration": durations[:1], "valid_until": ends[:1]}
    return {key: texts[0] for key, texts in found.items() if texts}


def _basis(terms: Iterable[str], state: EventState) -> LegalBasis:
    named = list(terms)
    for term, basis in _BASES:
        if any(name == term or (term.startswith("A") and name.startswith(f"{term}-")) for name in named):
            return basis
    given = state in (EventState.GIVEN, EventState.RENEWED)
    return LegalBasis.CONSENT if given else LegalBasis.NONE_RECORDED


def _purposes(nodes: Iterable[Node]) -> list[str]:
    """The DPV terms: of a purpose of the record's own those that it says are broader, or its types."""
    found: list[str] = []
    for node in nodes:
        own = [*_terms(_at(node, "broader")), *_types(node)] if isinstance(node, dict) else []
        found += [term for term in own if term != "Purpose"] or _terms([node])
    return [term for term in dict.fromkeys(found) if term not in ("Purpose", _NOT_AVAILABLE)]


def _parties(record: Mapping[str, Node]) -> _Parties:
    parties = _Parties()
    for listed in _at(record, "hasEntity"):
        keyed = isinstance(listed, dict) and not any(key.startswith("@") or _bare(key) == "hasName" for key in listed)
        for reference, entity in listed.items() if keyed else [(None, listed)]:
            refs = [reference] if reference else []
            refs += _identifiers(entity) + ([str(entity["@id"])] if _has_id(entity) else [])
            parties.known |= set(refs)
            names = _values(_at(entity, "hasName"))
            parties.names |= {ref: names[0] for ref in refs if names and _bare(names[0]) != _NOT_AVAILABLE}
    if parties.known:
        parties.known |= {text for node in _at(record, "hasDataSubject") for text in _identifiers(node)}
    return parties


def _references(node: Node, depth: int) -> Iterator[str]:
    """Every party that is named by reference, anywhere in the record."""
    if depth > 3 * _DEEPEST:
        return
    if isinstance(node, list):
        for inner in node:
            yield from _references(inner, depth + 1)
    elif isinstance(node, dict):
        for key, value in node.items():
            if _bare(key) in _PARTIES:
                yield from (text for text in _values(_nodes(value)) if _bare(text) != _NOT_AVAILABLE)
            elif _bare(key) != "hasEntity":
                yield from _references(value, depth + 1)


def _named(nodes: Iterable[Node], parties: _Parties) -> list[str]:
    found = []
    for node in nodes:
        own = _values(_at(node, "hasName")) if isinstance(node, dict) else []
        for text in own or _values([node]):
            found.append(parties.names.get(text, _bare(text)))
    return [name for name in dict.fromkeys(found) if name != _NOT_AVAILABLE]


def _identifiers(node: Node) -> list[str]:
    if isinstance(node, dict):
        return [text for name in ("hasIdentifier", "identifier") for text in _values(_at(node, name))] or (
            [str(node["@id"])] if _has_id(node) else []
        )
    return _values([node])


def _has_id(node: Node) -> bool:
    return isinstance(node, dict) and isinstance(node.get("@id"), str)


def _at(node: Node, name: str) -> list[Node]:
    """What stands under a term, however it is written, always as a list."""
    if not isinstance(node, dict):
        return []
    return [inner for key, value in node.items() if _bare(key) == name for inner in _nodes(value)]


def _nodes(value: Node) -> list[Node]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _types(node: Node) -> list[str]:
    return (
        [_bare(text) for text in _nodes(node.get("@type")) if isinstance(text, str)] if isinstance(node, dict) else []
    )


def _terms(nodes: Iterable[Node]) -> list[str]:
    """The terms that nodes name or are of, without prefix."""
    return [term for node in nodes for term in (_types(node) or [_bare(text) for text in _values([node])])]


def _values(nodes: Iterable[Node]) -> list[str]:
    """The texts that nodes are or hold (`@value`, `rdf:value`, `@id`)."""
    found: list[str] = []
    for node in nodes:
        held: Any = node
        if isinstance(node, dict):
            held = next((node[key] for key in node if key in ("@value", "@id") or _bare(key) == "value"), None)
        if isinstance(held, str | int | float) and not isinstance(held, bool) and str(held).strip():
            found.append(str(held).strip())
    return found


def _bare(term: str) -> str:
    """A term without its prefix or the address of its vocabulary.

    >>> _bare("dpv:hasPurpose"), _bare("https://w3id.org/dpv#hasPurpose"), _bare("hasPurpose")
    ('hasPurpose', 'hasPurpose', 'hasPurpose')
    """
    if "://" in term:
        return term.rstrip("/#").replace("#", "/").rpartition("/")[2]
    return term.rpartition(":")[2]
