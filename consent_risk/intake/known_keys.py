"""The keys seen so far, as sorted arrays of 64-bit integers: eight bytes each, where a Python set takes sixty."""

from __future__ import annotations

from typing import Any

import numpy as np

Keys = np.ndarray[Any, np.dtype[np.int64]]
Hashes = np.ndarray[Any, np.dtype[np.uint64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


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


class KeysByHash:
    """Keys that are looked up by a quick 64-bit hash of what they were made of, which is far cheaper than the key.

    Hashes of different texts may agree; among 10 million records that happens to one unknown text in 10**12.
    """

    def __init__(self) -> None:
        self._pending: list[tuple[Hashes, Keys]] = []
        self._hashes: Hashes = np.empty(0, dtype=np.uint64)
        self._keys: Keys = np.empty(0, dtype=np.int64)

    def learn(self, hashes: Hashes, keys: Keys) -> None:
        """Remember the key of each hash."""
        self._pending.append((hashes, keys))

    def find(self, hashes: Hashes) -> tuple[Keys, Flags]:
        """For each hash its key, and whether it has one (else the number means nothing)."""
        self._settle()
        if not len(self._hashes):
            return np.zeros(len(hashes), dtype=np.int64), np.zeros(len(hashes), dtype=np.bool_)
        order = np.argsort(hashes)  # in order, each search begins where the last one ended, in memory that is at hand
        at = np.empty(len(hashes), dtype=np.int64)
        at[order] = np.minimum(np.searchsorted(self._hashes, hashes[order]), len(self._hashes) - 1)
        return self._keys[at], self._hashes[at] == hashes

    def _settle(self) -> None:
        if not self._pending:
            return
        hashes = np.concatenate([self._hashes, *(hashes for hashes, _ in self._pending)])
        keys = np.concatenate([self._keys, *(keys for _, keys in self._pending)])
        self._pending.clear()
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._keys = hashes[order], keys[order]
