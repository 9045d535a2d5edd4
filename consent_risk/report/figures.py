"""Finding a figure of the Assessment by its id, without walking the whole list each time."""

from __future__ import annotations

from consent_risk.assessment import Assessment, Figure
from consent_risk.vocabulary import Purpose, Scenario


class Figures:
    """The figures of an Assessment by id, purpose, scenario and country."""

    def __init__(self, assessment: Assessment) -> None:
        self._by_key = {(f.id, f.purpose, f.scenario, f.country): f for f in assessment.figures}

    def find(
        self,
        id: str,
        purpose: Purpose | None = None,
        scenario: Scenario = Scenario.K0,
        country: str | None = None,
    ) -> Figure | None:
        """The figure; for one that depends on no purpose, the one without; None where there is none."""
        own = self._by_key.get((id, purpose, scenario, country))
        return own or self._by_key.get((id, None, scenario, country))
