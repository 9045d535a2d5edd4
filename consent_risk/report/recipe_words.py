"""What a recipe reads, in words: for whoever wrote it, to see that it says what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

from consent_risk.intake.recipes import Recipe
from consent_risk.intake.recipes.model import FILE_NAME, Lookup, Statement, Time
from consent_risk.vocabulary import Channel, EventState, Purpose

_WIDE = 100
_FROM = ("email", "phone", "country", "region")
_WHEN = ("birth_date", "created_at", "last_activity_at")


def delivers_text(recipe: Recipe) -> str:
    """What its exports are handed in for: `records, consents`."""
    merges = ["merges"] if recipe.merged and not recipe.records else []
    deletions = ["deletions"] if recipe.deleted and not recipe.records else []
    return ", ".join([*recipe.delivers, *merges, *deletions]) or "figures"


def recipe_words(recipe: Recipe) -> str:
    """The recipe in words, a line for everything that it reads."""
    lines = [f"{recipe.name}: {recipe.title} (system {recipe.system}), delivers {delivers_text(recipe)}"]
    for line in _lines(recipe):
        lines += wrap(line, _WIDE, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join(lines)


def recipes_text(rows: Sequence[Mapping[str, str]]) -> str:
    """A table of recipes: their name, system, what they deliver, and title."""
    columns = ("name", "system", "delivers")
    wide = {name: max(len(name), *(len(row[name]) for row in rows)) + 2 for name in columns}
    lines = [{name: name for name in (*columns, "title")}, *rows]
    return "\n".join("".join(f"{row[name]:<{wide[name]}}" for name in columns) + row["title"] for row in lines)


def _lines(recipe: Recipe) -> Iterator[str]:
    yield f"recognised by {' and '.join(_or(line) for line in recipe.recognise)}"
    if recipe.file_name:
        yield f"file name: {recipe.file_name}{'' if recipe.file_name_required else ' (need not fit)'}"
    yield f"days: {recipe.date_order or 'as each column proves'}; times without a zone are of {recipe.time_zone}"
    yield from _records(recipe)
    if subject := recipe.subject:
        places = {"source_id": subject.source_id, "email": subject.email, "phone": subject.phone}
        found = [f"{name} in {_or(names)}" for name, names in places.items() if names]
        yield f"about the record of tenant {_tenant(subject.tenant_id)} with {' or '.join(found)}"
    if recipe.merged:
        yield "merges: the record that was merged into another is set aside"
    if recipe.deleted and not recipe.records:
        tenant, ids = _tenant(recipe.deleted.tenant_id), _or(recipe.deleted.source_id)
        yield f"deletions: the record of tenant {tenant} with the id in {ids} counts as deleted"
    if recipe.snapshot:
        columns, lists = _or(recipe.snapshot.columns), _or(recipe.snapshot.lists)
        yield f"snapshots by {columns}: what the latest of a subject does not list under {lists} was taken back"
    for aside in recipe.set_aside:
        yield f"set aside: {aside.reason}"
    for statement in recipe.consents:
        yield from _statement(statement)
    if not recipe.consents:
        yield "consent: none is read"
    if recipe.data_categories:
        yield f"data categories: {', '.join(category.value for category in recipe.data_categories)}"
    if recipe.tallies:
        yield f"figures: {', '.join(tally.name for tally in recipe.tallies)}"
    for question in recipe.asks:
        yield f"asks: {question}"


def _records(recipe: Recipe) -> Iterator[str]:
    records = recipe.records
    if records is None:
        return
    yield f"a row is a record: tenant {_tenant(records.tenant_id)}, id in {_or(records.source_id)}"
    for name in _FROM:
        if places := getattr(records, name):
            yield f"{name}: {_or(places)}"
    for name in _WHEN:
        if time := getattr(records, name):
            yield f"{name}: {_time(time)}"
    for state in records.record_state:
        yield f"state of the record: {_or(state.columns)}, {_meanings(state.values.items())}"
    if recipe.deleted:
        yield f"deleted: by {' and '.join(_or(condition.columns) for condition in recipe.deleted.when)}"


def _statement(statement: Statement) -> Iterator[str]:
    where = _or(statement.columns) if statement.columns else "each row"
    if statement.each:
        where = f"each entry of {statement.each}" + (f", {where}" if statement.columns else "")
    says = {
        "+": f"{_list(statement.yes)} claims consent, {_list(statement.no)} says that none is recorded",
        "-": f"{_list(statement.yes)} is an objection, {_list(statement.no)} says that none is recorded",
        "mapped": _meanings((text, meaning.event_state) for text, meaning in statement.values.items()),
        "present": f"its being there says {statement.says.event_state.value if statement.says else ''}",
    }[statement.polarity]
    when = f" when {_time(statement.time)}" if statement.time else ""
    only = f" (option {statement.option}, off by default)" if statement.option else ""
    yield f"consent: {where}{only}: {says}; for {_about(statement)}; evidence {statement.evidence_level}{when}"


def _about(statement: Statement) -> str:
    purpose = _word(statement.purpose)
    return f"{purpose} by {_word(statement.channel)}" if statement.channel else purpose


def _word(word: Purpose | Channel | Lookup[Purpose] | Lookup[Channel]) -> str:
    return f"what {_or(word.columns)} says" if isinstance(word, Lookup) else word.value


def _time(time: Time) -> str:
    unit = "" if time.unit == "text" else f" in {time.unit}"
    quality = f" ({time.quality.value})" if time.quality else ""
    return f"{_or(time.columns)}{unit}{quality}"


def _tenant(places: Iterable[str] | str) -> str:
    return "as the file is named" if places == FILE_NAME else f"in {_or(places)}"


def _meanings(pairs: Iterable[tuple[str, object]]) -> str:
    return ", ".join(f"`{text}` is {word.value if isinstance(word, EventState) else word}" for text, word in pairs)


def _list(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _or(places: Iterable[str]) -> str:
    return " or ".join(f"`{place}`" for place in places)
