"""Tallies: figures for the report on a file that no table keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl

from consent_risk.intake.personal import UNPRINTABLE, identifies
from consent_risk.intake.reading.places import Rows
from consent_risk.intake.reading.words import is_among
from consent_risk.intake.recipes.model import Tally

_TRUE = ("true", "t", "yes", "y", "1", "1.0")
_SHOWN_VALUES = 50
_OTHER = "other"


class Tallies:
    """Adds up the tallies of a recipe over the batches of a file."""

    def __init__(self, tallies: Sequence[Tally]) -> None:
        self._tallies = tallies
        self._numbers: Counter[str] = Counter()
        self._sums: dict[str, float] = {}
        self._values: dict[str, Counter[str]] = {}
        self._distinct: dict[str, list[np.ndarray]] = {}

    def add(self, rows: Rows) -> None:
        """Count a batch."""
        for tally in self._tallies:
            self._add(tally, rows.keep(rows.meets(tally.when)) if tally.when else rows)

    def figures(self) -> dict[str, int]:
        """Every tally by its name; of `by_value` the counts of each text, as `name: text`."""
        found: dict[str, int] = {}
        for tally in self._tallies:
            if tally.figure == "by_value":
                found |= _by_value(tally.name, self._values.get(tally.name, Counter()))
            elif tally.figure == "distinct":
                hashes = self._distinct.get(tally.name, [])
                found[tally.name] = len(np.unique(np.concatenate(hashes))) if hashes else 0
            elif tally.figure == "sum":
                found[tally.name] = round(self._sums.get(tally.name, 0.0))
            else:
                found[tally.name] = self._numbers[tally.name]
        return found

    def _add(self, tally: Tally, rows: Rows) -> None:
        if tally.figure == "rows":
            self._numbers[tally.name] += int(rows.filled(tally.columns).sum())
            return
        lists = rows.of_first(tally.columns)
        if tally.figure == "true":
            flags = pl.DataFrame({"at": pl.int_range(rows.height, eager=True), "text": lists}).explode(
                "text", empty_as_null=True, keep_nulls=True
            )
            self._numbers[tally.name] += flags.filter(is_among(flags["text"], _TRUE))["at"].n_unique()
            return
        texts = lists.explode(empty_as_null=True, keep_nulls=True).drop_nulls()
        if tally.figure == "sum":
            total = texts.cast(pl.Float64, strict=False).fill_nan(None).sum()
            self._sums[tally.name] = self._sums.get(tally.name, 0.0) + float(total)
        elif tally.figure == "distinct":
            self._distinct.setdefault(tally.name, []).append(texts.unique().hash().to_numpy())
        else:
            hidden = identifies(pl.col("text")) | pl.col("text").str.contains(UNPRINTABLE)
            personal = texts.to_frame("text").select(hidden).to_series()
            counts = self._values.setdefault(tally.name, Counter())
            counts[_OTHER] += int(personal.sum())
            for text, number in texts.filter(~personal).value_counts().iter_rows():
                counts[text] += number


def _by_value(name: str, counts: Counter[str]) -> dict[str, int]:
    """The most frequent texts; `other` is what is beyond, may be an address or a number, or cannot be printed."""
    other = counts.pop(_OTHER, 0)
    common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    other += sum(number for _, number in common[_SHOWN_VALUES:])
    shown = dict(common[:_SHOWN_VALUES]) | ({_OTHER: other} if other else {})
    return {f"{name}: {text}": number for text, number in shown.items()}
