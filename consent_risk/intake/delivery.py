"""A delivery in the making: what is known so far while its files are sealed one after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from consent_risk.intake.codes import Codes
from consent_risk.intake.contact_points import ContactPoints
from consent_risk.intake.faults import Faults
from consent_risk.intake.known_keys import KeysByHash, KnownKeys
from consent_risk.intake.other_ids import OtherIds
from consent_risk.intake.personal import is_id_of_person
from consent_risk.intake.sealing import Sealer
from consent_risk.intake.writing import Store


class Delivery:
    """The store that is written, and the keys by which rows are matched to each other.

    `keys_of_records` are those of this delivery, by a hash of tenant and source id. `records_before`, `tenants_before`
    and `agreements_before` come from earlier drops of the case. `merged_away` are the records that another record
    stands for, `deleted` those that a file of deletions names; `merged_found` and `deleted_found` are those of them
    that were handed in. `contact_points` are kept where a file asks for them; `other_ids` are further ids of the
    records of this delivery, `explained` the codes that its files explain, by system.
    """

    def __init__(self, store: Store, sealer: Sealer, faults: Faults) -> None:
        self.store = store
        self.sealer = sealer
        self.faults = faults
        self.records = KnownKeys()
        self.records_before = KnownKeys()
        self.keys_of_records = KeysByHash()
        self.merged_away = KnownKeys()
        self.merged_found = KnownKeys()
        self.deleted = KnownKeys()
        self.deleted_found = KnownKeys()
        self.contact_points: ContactPoints | None = None
        self.other_ids = OtherIds()
        self.explained: dict[str, Codes] = {}
        self.tenants: set[str] = set()
        self.tenants_before: set[str] = set()
        self.consent_tenants: set[str] = set()
        self.agreements: set[tuple[str, str]] = set()
        self.agreements_before: set[tuple[str, str]] = set()
        self.acquirer_keys: dict[str, KnownKeys] = {}
        self.records_by_tenant: Counter[str] = Counter()
        self.agreements_by_tenant: Counter[str] = Counter()

    def keep_contact_points(self, earlier: Sequence[Path]) -> None:
        """Keep from now on which records hold which address, those of earlier drops included."""
        self.contact_points = ContactPoints(earlier)

    def remember(self, earlier: Sequence[Path]) -> None:
        """Learn the records of earlier drops, and the tenants and agreements sealed beside them."""
        for path in earlier:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(columns=["record_key"]):
                    self.records_before.learn(pl.DataFrame(batch)["record_key"].to_numpy())
            tenants, agreements = path.with_name("tenants.parquet"), path.with_name("agreements.parquet")
            if tenants.exists():
                self.tenants_before |= set(pl.read_parquet(tenants, columns=["tenant_id"])["tenant_id"])
            if agreements.exists():
                pairs = pl.read_parquet(agreements, columns=["tenant_id", "agreement_id"])
                self.agreements_before |= set(pairs.iter_rows())

    def learn_consent_tenants(self, tenant_ids: pl.Series) -> None:
        """Remember whose consent events were read (text or Enum, null where blank), whatever becomes of the events.

        An id that is refused as a person's is not remembered, since the manifest keeps them as they stand.
        """
        distinct = tenant_ids.drop_nulls().unique().cast(pl.String).to_frame("tenant_id")
        self.consent_tenants |= set(distinct.filter(~is_id_of_person(pl.col("tenant_id")))["tenant_id"])

    def write(self, table: str, frame: pl.DataFrame) -> None:
        """Append to a sealed table, unless the delivery is refused already."""
        if self.faults.any_problem:
            return
        self.store[table].write(frame)
        if table == "records" and self.contact_points is not None:
            self.contact_points.learn(frame)
