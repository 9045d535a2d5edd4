"""Words of ours by the texts of an export: as written, else without regard to case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

import polars as pl

_Word = TypeVar("_Word", bound=StrEnum)


def words_of(texts: pl.Series, values: Mapping[str, _Word | str | bool]) -> pl.Series:
    """For each text the word it stands for (as text), null where it is blank or not listed.

    Texts are compared as written, then without regard to case where that leaves one meaning.

    >>> words_of(pl.Series(["TRUE", "yes", "no", None]), {"Yes": "given", "true": "given"}).to_list()
    ['given', 'given', None, None]
    """
    exact = {text: _plain(word) for text, word in values.items()}
    folded = _folded(exact)
    text = pl.col("text")
    found = pl.coalesce(
        text.replace_strict(list(exact), list(exact.values()), default=None, return_dtype=pl.String),
        text.str.to_lowercase().replace_strict(
            list(folded), list(folded.values()), default=None, return_dtype=pl.String
        ),
    )
    return texts.cast(pl.String).to_frame("text").select(found.alias("word")).to_series()


def is_among(texts: pl.Series, values: Iterable[str]) -> pl.Series:
    """For each text whether it is one of the values, without regard to case. Blank is none."""
    lowered = [value.lower() for value in values]
    return texts.str.to_lowercase().is_in(lowered).fill_null(False)


def _plain(word: StrEnum | str | bool) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)


def _folded(exact: Mapping[str, str]) -> dict[str, str]:
    meanings: dict[str, set[str]] = {}
    for text, word in exact.items():
        meanings.setdefault(text.lower(), set()).add(word)
    return {text: next(iter(words)) for text, words in meanings.items() if len(words) == 1}
