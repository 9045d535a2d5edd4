"""`manifest.json` of a data drop: what was handed in, how it was read, and what was sealed."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

PROFILE: Literal["strict-1"] = "strict-1"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Input(_Frozen):
    """A file that was handed in. `rows` are its data rows, `used` those that were not set aside.

    `sha256` is of the file's bytes, `table` the table that one of its rows is a row of.
    """

    file: str
    sha256: str
    bytes: int
    recipe: str
    table: str
    rows: int
    used: int


class Output(_Frozen):
    """A sealed Parquet file of the drop."""

    table: str
    file: str
    sha256: str
    rows: int


class Note(_Frozen):
    """Something about the data that the reader must know, with the number of rows it concerns."""

    file: str
    what: str
    rows: int


class Rejected(_Frozen):
    """How many rows of a file were set aside for a reason."""

    file: str
    reason: str
    rows: int


class Manifest(_Frozen):
    """Everything about a data drop but the data.

    `delivered` names the tables that a file was handed in for: no rows and not asked are different things.
    `rejects` counts the rows set aside by file and reason; for every input, rows = used + rows set aside.
    `consent_tenants` are the tenants that a consent event was read of, in order: also of events that were set aside,
    for want of a record or for a fault, so that no events and no usable events can be told apart.
    `profile` is the normalisation of identifiers (sealing.py).
    """

    program_version: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    delivered: tuple[str, ...]
    rejects: tuple[Rejected, ...]
    consent_tenants: tuple[str, ...]
    quality: tuple[Note, ...]
    profile: Literal["strict-1"] = PROFILE

    def to_json(self) -> str:
        """The manifest as text, the same bytes for the same manifest."""
        return self.model_dump_json(indent=2) + "\n"
