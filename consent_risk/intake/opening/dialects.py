"""How the rows of a CSV file are written, and the stream that they are read from."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from consent_risk.intake.opening.export import OnBytes
from consent_risk.intake.opening.raw import Readable


@dataclass(frozen=True)
class Dialect:
    """`width` is the number of cells of a usual row, `first_line` the line in the file that the rows begin on.

    With `strict` every row must have as many cells as the header. `encoding` names what the file was decoded from,
    where some of it may not have been decodable; `zero_bytes` says whether it holds any.
    """

    delimiter: str = ","
    width: int = 0
    first_line: int = 2
    newline: bytes = b"\n"
    strict: bool = True
    encoding: str | None = None
    zero_bytes: bool = False


class Source(Protocol):
    """The rows of a CSV file below its header."""

    @property
    def name(self) -> str:
        """The file, as messages call it."""

    @property
    def dialect(self) -> Dialect: ...

    def open(self, on_bytes: OnBytes) -> AbstractContextManager[Readable]:
        """The rows as a stream of UTF-8. What cannot be decoded is marked with encodings.SUBSTITUTE."""
