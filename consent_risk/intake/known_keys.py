"""The keys seen so far, as sorted arrays of 64-bit integers: eight bytes each, where a Python set takes sixty."""

from __future__ import annotations

from typing import Any

import numpy as np

Keys = np.ndarray[Any, np.dtype[np.int64]]


class KnownKeys:
    """A growing set of 64-bit keys that answers for whole batches at once."""

    def __init__(self) -> None:
        self._runs: list[Keys] = []

    def __len__(self) -> int:
        return sum(len(run) for run in self._runs)

    def contain(self, keys: Keys) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """For each key whether it is known."""
        if len(self._runs) > 1:
            self._runs = [np.sort(np.concatenate(self._runs), kind="stable")]
        return self._are_known(keys)

    def learn(self, keys: Keys) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """For each key whether it is new: not known before and the first of its kind in this batch."""
        first = np.zeros(len(keys), dtype=np.bool_)
        first[np.unique(keys, return_index=True)[1]] = True
        new = first & ~self._are_known(keys)
        self._add(keys[new])
        return new

    def _are_known(self, keys: Keys) -> np.ndarray[Any, np.dtype[np.bool_]]:
        known = np.zeros(len(keys), dtype=np.bool_)
        order = np.argsort(keys)  # in order, each search begins where the last one ended, in memory that is at hand
        ordered = keys[order]
        for run in self._runs:
            at = np.minimum(np.searchsorted(run, ordered), len(run) - 1)
            known[order] |= run[at] == ordered
        return known

    def _add(self, keys: Keys) -> None:
        """Learn the keys, which are distinct and not known yet."""
        if not len(keys):
            return
        run = np.sort(keys)
        # Merging runs of about the same size keeps them few: one for each power of two.
        while self._runs and len(self._runs[-1]) <= len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        self._runs.append(run)
