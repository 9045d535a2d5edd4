"""Codes that one file uses and another explains, such as the numbers of channels. Only hashes of them are kept."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from consent_risk.intake.reading.places import Rows
from consent_risk.intake.recipes.model import Places


class Codes:
    """Codes by the name of their list."""

    def __init__(self) -> None:
        self._seen: dict[str, set[int]] = {}

    def add(self, rows: Rows, places: Mapping[str, Places]) -> None:
        """Learn the codes of a batch."""
        for name, columns in places.items():
            texts = rows.of_first(columns).explode(empty_as_null=True, keep_nulls=True).drop_nulls()
            self._seen.setdefault(name, set()).update(texts.cast(pl.String).unique().hash())

    def missing_in(self, explained: Codes) -> dict[str, int]:
        """How many codes of each list are not explained there. Lists that are not there at all are left out."""
        lists = {name: codes - explained._seen[name] for name, codes in self._seen.items() if name in explained._seen}
        return {name: len(codes) for name, codes in lists.items() if codes}
