"""Which records hold which e-mail address or phone number. Kept only where a file of the delivery asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from consent_risk.intake.sealing import Sealer
from consent_risk.vocabulary import IdentifierType

_COLUMNS = {IdentifierType.EMAIL: "email_keys", IdentifierType.PHONE: "phone_keys"}


class ContactPoints:
    """Sealed contact points of the records seen so far, and of the records.parquet files of earlier drops."""

    def __init__(self, earlier: Sequence[Path] = ()) -> None:
        self._seen: dict[IdentifierType, list[pl.DataFrame]] = {kind: [] for kind in _COLUMNS}
        self._all: dict[IdentifierType, pl.DataFrame] = {}
        for path in earlier:
            self.learn(pl.read_parquet(path, columns=["record_key", "tenant_id", *_COLUMNS.values()]))

    def learn(self, records: pl.DataFrame) -> None:
        """More rows of the records table."""
        for kind, column in _COLUMNS.items():
            held = records.select("tenant_id", "record_key", pl.col(column).alias("key"))
            held = held.filter(pl.col("key").list.len() > 0).explode("key", empty_as_null=True, keep_nulls=True)
            self._seen[kind].append(held)
        self._all.clear()

    def find(self, subjects: pl.DataFrame, kind: IdentifierType, sealer: Sealer) -> pl.DataFrame:
        """The records (`at`, `tenant_id`, `record_key`) that hold one of the addresses of the subjects.

        Subjects have `at`, `tenant_id`, and lists of addresses under the kind's name.
        """
        flat = subjects.select("at", "tenant_id", pl.col(kind.value).alias("text"))
        flat = flat.explode("text", empty_as_null=True, keep_nulls=True)
        flat = flat.with_columns(sealer.seal_identifiers(flat["text"], kind).alias("key")).drop_nulls("key")
        found = flat.join(self._held(kind), on=["tenant_id", "key"], maintain_order="left_right")
        return found.select("at", "tenant_id", "record_key")

    def _held(self, kind: IdentifierType) -> pl.DataFrame:
        if kind not in self._all:
            schema = {"tenant_id": pl.String, "record_key": pl.Int64, "key": pl.Int64}
            held = pl.concat([pl.DataFrame(schema=schema), *self._seen[kind]])
            self._seen[kind] = [held]
            self._all[kind] = held
        return self._all[kind]
