"""The bands of the limbs and the decision table of the finding: data, versioned, all defaults of this tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from consent_risk.case import Bands
from consent_risk.vocabulary import Decision, Grade


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DecisionRow(_Strict):
    """If volume and overlap have one of these grades, this is suggested."""

    volume: tuple[Grade, ...] = Field(min_length=1)
    overlap: tuple[Grade, ...] = Field(min_length=1)
    finding: Decision


class DecisionTable(_Strict):
    """Bands by limb, and what a pair of grades suggests."""

    version: str
    label: str
    bands: Mapping[str, Bands]
    decisions: tuple[DecisionRow, ...] = Field(min_length=1)

    def decide(self, volume: Grade, overlap: Grade) -> Decision:
        """The finding that the first matching row suggests; not settled where none does."""
        for row in self.decisions:
            if volume in row.volume and overlap in row.overlap:
                return row.finding
        return Decision.NOT_SETTLED


def parse_thresholds(text: str) -> DecisionTable:
    """The decision table from the text of its YAML file. Raises ValueError where it is not well formed."""
    yaml = YAML(typ="safe", pure=True)
    data: Any = yaml.load(text)
    return DecisionTable.model_validate(data)


def grade(share: float | None, bands: Bands) -> Grade:
    """The grade of a share (0 to 1); a band includes its lower edge. Unknown shares are not settled."""
    if share is None:
        return Grade.NOT_SETTLED
    if share >= bands.substantial:
        return Grade.SUBSTANTIAL
    if share >= bands.notable:
        return Grade.NOTABLE
    return Grade.LIMITED if share >= bands.limited else Grade.NEGLIGIBLE
