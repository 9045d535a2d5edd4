"""What a decoder gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

DecodedEntry: TypeAlias = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Decoded:
    """The entries told of, and what to warn about. Warnings never repeat what stands in the export."""

    entries: tuple[DecodedEntry, ...]
    warnings: tuple[str, ...] = ()


class Undecodable(ValueError):
    """The node is not what the decoder reads."""
