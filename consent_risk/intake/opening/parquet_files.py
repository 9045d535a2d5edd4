"""Parquet files: their header, and their cells as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from consent_risk.intake.opening.export import Batch, Export, OnBytes
from consent_risk.intake.opening.limits import COLUMNS
from consent_risk.intake.opening.raw import Raw, stem_of
from consent_risk.intake.opening.refusing import COPY_AGAIN, refused
from consent_risk.intake.parquet_reading import parquet_batches


@dataclass(frozen=True)
class ParquetTable:
    """The one table of a Parquet file."""

    raw: Raw

    def batches(self, wanted: Sequence[str], on_bytes: OnBytes, *, strict: bool) -> Iterator[Batch]:
        """See export.Content."""
        with self.raw.seekable() as file:
            for cells, bad in parquet_batches(file, self.raw.name, wanted, on_bytes):
                yield Batch(cells, bad)


def open_parquet(raw: Raw) -> Export:
    """The file as an export. Raises UserError for damage."""
    try:
        with raw.seekable() as file, pq.ParquetFile(file) as parquet:
            header = tuple(parquet.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError, MemoryError):
        raise refused(raw.name, "the Parquet file is damaged or cut off", COPY_AGAIN) from None
    if len(header) > COLUMNS:
        raise refused(raw.name, f"the header has more than {COLUMNS} columns", "Export fewer columns.")
    return Export(raw.name, stem_of(raw), header, "Parquet", ParquetTable(raw))
