"""Which records another id stands for, by which files of the same delivery name them."""

from __future__ import annotations

import polars as pl

from consent_risk.intake.sealing import Sealer

_HELD = {"tenant_id": pl.String, "key": pl.Int64, "record_key": pl.Int64}


class OtherIds:
    """Sealed other ids of the records seen so far. An id can stand for several records, and a record have several."""

    def __init__(self) -> None:
        self._held = pl.DataFrame(schema=_HELD)

    def learn(self, records: pl.DataFrame, sealer: Sealer) -> None:
        """More records: `tenant_id`, `record_key` and `ids` (a list of texts)."""
        flat = records.explode("ids", empty_as_null=True, keep_nulls=True).drop_nulls("ids")
        keys = sealer.seal_records(flat["tenant_id"], flat["ids"]).alias("key")
        self._held = pl.concat([self._held, flat.with_columns(keys).select(*_HELD)])

    def find(self, subjects: pl.DataFrame, sealer: Sealer) -> pl.DataFrame:
        """For subjects `at`, `tenant_id`, `source_id`: `at`, `tenant_id`, `record_key` of the records."""
        keys = sealer.seal_records(subjects["tenant_id"], subjects["source_id"]).alias("key")
        asked = subjects.select("at", "tenant_id").with_columns(keys).drop_nulls("key")
        found = asked.join(self._held, on=["tenant_id", "key"], maintain_order="left_right")
        return found.select("at", "tenant_id", "record_key")
