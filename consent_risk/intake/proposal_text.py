"""A proposed recipe as YAML, with the questions that it leaves open (recipes/model.py says what every key means)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from consent_risk.intake.proposing import NO_ID, WHICH_ORDER, ConsentColumn, Proposal
from consent_risk.vocabulary import DataCategory

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:[ -][A-Za-z0-9_]+)*")
_YAML_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}
_WIDE = 110
_PLACE_FIELDS = ("email", "phone", "country")
_TIME_FIELDS = ("birth_date", "created_at", "last_activity_at")


def proposal_text(proposal: Proposal) -> str:
    """The YAML text. `recipe check` refuses it as long as a question is open, and takes it once none is."""
    return "\n".join(_lines(proposal)) + "\n"


def _lines(proposal: Proposal) -> Iterator[str]:
    yield f"# Proposed from a header and {proposal.rows} rows. Nothing reads a file by it until you name it."
    yield "# What is not proven is commented out, with a question behind `# decide:`. Answer them all, then run"
    yield "# `consent-risk recipe check` on this file: it says what is still open, and what the recipe reads."
    yield f"name: {_text(proposal.name)}"
    yield f"title: {_text(proposal.name)}  # how reports should call it"
    yield f"system: {_text(proposal.name)}"
    yield from _settings(proposal)
    yield from _recognise(proposal)
    yield from _records(proposal)
    yield from _categories(proposal)
    yield from _consents(proposal)
    yield from _unread(proposal)


def _settings(proposal: Proposal) -> Iterator[str]:
    if proposal.encoding and proposal.encoding.lower().replace("_", "-") not in ("utf-8", "ascii"):
        yield f"encoding: {_text(proposal.encoding)}"
    if proposal.delimiter and proposal.delimiter != ",":
        yield f"delimiter: {json.dumps(proposal.delimiter)}"
    if proposal.order == "open":
        yield f"# decide: {WHICH_ORDER}"
        yield "# date_order: day_first"
        yield "# date_order: month_first"
        yield "date_order: open"
    elif proposal.order:
        yield f"date_order: {proposal.order}  # the sample proves it"


def _recognise(proposal: Proposal) -> Iterator[str]:
    """All columns that say who and what: another system's export will hardly have all of them."""
    places = [
        proposal.fields[name][0] for name in ("tenant_id", "source_id", "email", "phone") if name in proposal.fields
    ]
    places += [column.column for column in proposal.consents if column.alias]
    if places:
        yield "recognise:"
        yield from (f"  - [{_text(name)}]" for name in dict.fromkeys(places))
    else:
        yield "recognise: []  # decide: by which columns is such a file recognised?"


def _records(proposal: Proposal) -> Iterator[str]:
    fields = proposal.fields
    yield "records:"
    if "tenant_id" in fields:
        yield f"  tenant_id: {_list(fields['tenant_id'])}"
    else:
        yield "  tenant_id: file_name  # no column names the business customer: each file is one, called as the file"
    if "source_id" in fields:
        yield f"  source_id: {_list(fields['source_id'])}"
    else:
        yield f"  # decide: {NO_ID}"
        yield "  # source_id: []"
    for name in _PLACE_FIELDS:
        if name in fields:
            yield f"  {name}: {_list(fields[name])}"
    for name in _TIME_FIELDS:
        if name in fields:
            yield f"  {name}: {{columns: {_list(fields[name])}{_unit(proposal, fields[name][0])}}}"


def _unit(proposal: Proposal, column: str) -> str:
    unit = proposal.times[column]
    return "" if unit == "text" else f", unit: {unit}"


def _categories(proposal: Proposal) -> Iterator[str]:
    held = dict(proposal.categories)
    if DataCategory.NAME in held:
        held[DataCategory.IDENTIFYING] = held[DataCategory.NAME]
    if held:
        yield "data_categories:"
        yield from (f"  {category.value}: {_list(held[category])}" for category in DataCategory if category in held)


def _consents(proposal: Proposal) -> Iterator[str]:
    if not proposal.consents:
        yield "# No column is known to hold consent. If one does, say under `consents:` what its values mean."
        return
    yield "consents:"
    for column in proposal.consents:
        if column.alias is None or (column.open and column.alias.kind != "time"):
            yield from _open_consent(column)
        elif column.alias.kind == "time":
            yield from _time_consent(column, proposal)
        else:
            yield from _flag(column)


def _flag(column: ConsentColumn) -> Iterator[str]:
    assert column.alias
    meaning = "claims consent" if column.alias.polarity == "+" else "is an objection"
    yield f"  # A yes {meaning}; a no says that none is recorded. Blank says nothing."
    yield f"  - columns: [{_column(column)}]"
    yield f'    polarity: "{column.alias.polarity}"'
    yield from _about(column)
    yield f'    "yes": {_list(column.yes, always=True)}'
    yield f'    "no": {_list(column.no, always=True)}'


def _open_consent(column: ConsentColumn) -> Iterator[str]:
    """Without polarity, so that it is refused until somebody decides."""
    yield f"  # decide: {column.open}"
    yield f"  - columns: [{_column(column)}]"
    yield f'    # polarity: "{column.alias.polarity}"' if column.alias else '    # polarity: "+"'
    yield from _about(column)
    yield f'    # "yes": {_list(column.yes, always=True)}'
    yield f'    # "no": {_list(column.no, always=True)}'


def _time_consent(column: ConsentColumn, proposal: Proposal) -> Iterator[str]:
    assert column.alias
    given = column.alias.polarity == "+"
    yield f"  # Filled: when {'consent was given' if given else 'the person objected'}."
    if column.open:
        yield f"  # decide: {column.open}"
        yield f"  - # polarity: present  # of {_quoted(column.column)}"
        yield from _about(column)
        return
    says = "given, legal_basis: consent" if given else "objected, legal_basis: none_recorded"
    yield "  - polarity: present"
    yield f"    when: [{{columns: [{_text(column.column)}], filled: true}}]"
    yield f"    says: {{event_state: {says}}}"
    yield from _about(column, evidence=2)
    yield f"    time: {{columns: [{_text(column.column)}]{_unit(proposal, column.column)}}}"


def _about(column: ConsentColumn, evidence: int = 1) -> Iterator[str]:
    alias = column.alias
    if alias is None:
        yield "    # purpose: DirectMarketing"
    else:
        yield f"    purpose: {alias.purpose.value}"
        if alias.channel:
            yield f"    channel: {alias.channel.value}"
        if alias.transfer_objection:
            yield "    transfer_objection: true"
    yield f"    evidence_level: {evidence}"


def _unread(proposal: Proposal) -> Iterator[str]:
    if proposal.remarks:
        yield "# Left out:"
        yield from (f"# * {remark}" for remark in proposal.remarks)
    if proposal.unread:
        yield from _commented("Not read: ", [_quoted(name) for name in proposal.unread])


def _commented(title: str, names: Iterable[str]) -> Iterator[str]:
    line = f"# {title}"
    for name in names:
        if len(line) + len(name) > _WIDE:
            yield line.rstrip()
            line = "#   "
        line += f"{name}, "
    yield line.rstrip(", ")


def _list(texts: Sequence[str], *, always: bool = False) -> str:
    return f"[{', '.join(json.dumps(text) if always else _text(text) for text in texts)}]"


def _column(column: ConsentColumn) -> str:
    """The name as a pattern: a `#` of its own would stand for digits."""
    return _text(column.column.replace("#", "*"))


def _text(text: str) -> str:
    """The text as YAML: plain where nothing can be mistaken, else in double quotes, as in JSON."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _YAML_WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def _quoted(name: str) -> str:
    return f"`{' '.join(name.split())}`"
