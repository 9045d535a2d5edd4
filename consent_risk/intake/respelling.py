"""Columns whose names differ from a recipe's in capitals or blanks alone: `email opt out` for `Email Opt Out`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel

from consent_risk.intake.opening.export import Batch, Content, Export, OnBytes
from consent_risk.intake.recipes.model import Recipe

# Lists of a recipe that hold cells' texts or sentences, not names of columns.
_NO_NAMES = {"yes", "no", "values", "not_values", "asks"}


def respelled(export: Export, recipe: Recipe) -> Export:
    """The export with such names as the recipe spells them; the export itself where there are none, or it is JSON.

    A column is respelled only where no other differs from it in that way alone. Names of a recipe that do are
    spellings of one thing, and the one used most is taken.
    """
    if export.format.startswith("JSON"):
        return export
    known = Counter(_names(recipe))
    spellings = {_folded(name): name for name, _ in reversed(known.most_common())}
    columns = Counter(_folded(name) for name in export.header)
    new = {
        name: spellings[_folded(name)]
        for name in export.header
        if name not in known and columns[_folded(name)] == 1 and _folded(name) in spellings
    }
    if not new:
        return export
    header = tuple(new.get(name, name) for name in export.header)
    note = f"names of columns read without regard to capitals: {len(new)}"
    content = _Respelled(export.content, {spelled: name for name, spelled in new.items()})
    return replace(export, header=header, content=content, notes=(*export.notes, note))


@dataclass(frozen=True)
class _Respelled:
    """See export.Content."""

    content: Content
    original: dict[str, str]

    def batches(self, wanted: Sequence[str], on_bytes: OnBytes, *, strict: bool) -> Iterator[Batch]:
        names = {self.original.get(name, name): name for name in wanted}
        for batch in self.content.batches(list(names), on_bytes, strict=strict):
            yield replace(batch, cells=batch.cells.rename(names, strict=False))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _names(node: object) -> Iterator[str]:
    """Every text in the lists of a recipe that may name columns."""
    if isinstance(node, BaseModel):
        for field in type(node).model_fields:
            if field not in _NO_NAMES:
                yield from _names(getattr(node, field))
    elif isinstance(node, dict):
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, tuple):
        for entry in node:
            if isinstance(entry, str):
                yield entry
            else:
                yield from _names(entry)
