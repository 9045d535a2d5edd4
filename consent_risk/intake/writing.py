"""Sealed tables on disk: one Parquet file for each table, written batch by batch."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import TracebackType

import polars as pl
import pyarrow.parquet as pq

from consent_risk import tables
from consent_risk.intake.ahead import Behind
from consent_risk.intake.manifest import Output

_CHUNK = 1 << 20
# Keys and times hardly repeat: a dictionary of them takes time and room.
_TOO_VARIED = (pl.Int64, pl.List(pl.Int64), pl.Datetime("us"))


class TableWriter:
    """Writes one table to `folder`, checking every batch against its schema. Reads nothing back.

    `columns` are its columns and their types. The work is done `behind` the caller: what goes wrong is raised by a
    later call.
    """

    def __init__(self, folder: Path, table: str, behind: Behind) -> None:
        self._behind = behind
        self.table = table
        self.path = folder / f"{table}.parquet"
        self.rows = 0
        self.columns: dict[str, pl.DataType] = dict(tables.empty(table).schema)
        self._schema = tables.SCHEMAS[table]
        self._arrow_schema = tables.empty(table).to_arrow().schema
        self._writer = pq.ParquetWriter(
            self.path,
            self._arrow_schema,
            compression="zstd",
            use_dictionary=[name for name, kind in self.columns.items() if kind not in _TOO_VARIED],
        )

    def write(self, frame: pl.DataFrame) -> None:
        """Append the rows. Raises dataframely's ValidationError if they break the schema, which is our mistake."""
        if not frame.is_empty():
            self.rows += frame.height
            self._behind.run(lambda: self._write(frame))

    def _write(self, frame: pl.DataFrame) -> None:
        others = {name: kind for name, kind in self.columns.items() if frame.schema[name] != kind}
        checked = self._schema.validate(frame.select(self.columns.keys()).cast(pl.Schema(others)))
        self._writer.write_table(checked.to_arrow().cast(self._arrow_schema))

    def close(self) -> None:
        """Write the footer and wait until the bytes are on the disk."""
        self._writer.close()
        with self.path.open("rb") as file:
            os.fsync(file.fileno())

    def output(self) -> Output:
        """The manifest's entry for the closed file."""
        return Output(table=self.table, file=self.path.name, sha256=sha256_of(self.path), rows=self.rows)


class Store:
    """The eight tables of a drop in the making. Left with an error, it removes every file it made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tables: dict[str, TableWriter] = {}
        self._behind = Behind()

    def __enter__(self) -> Store:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._tables = {table: TableWriter(self._folder, table, self._behind) for table in tables.SCHEMAS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        complete = False
        try:
            if kind is None:
                self._behind.finish()
                complete = True
        finally:
            self._behind.stop()
            for writer in self._tables.values():
                writer.close()
            if not complete:
                for writer in self._tables.values():
                    writer.path.unlink(missing_ok=True)

    def __getitem__(self, table: str) -> TableWriter:
        return self._tables[table]

    def outputs(self) -> tuple[Output, ...]:
        """The entries of the manifest, after closing."""
        return tuple(writer.output() for writer in self._tables.values())


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal digits; what is added while it is read does not count."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        while chunk := file.read(min(_CHUNK, left)):
            digest.update(chunk)
            left -= len(chunk)
    return digest.hexdigest()
