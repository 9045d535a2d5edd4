"""Outcomes and rules as small numbers, so that an engine finds the worst of several with one comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import polars as pl
from ibis.expr.types import BooleanValue, IntegerValue

from consent_risk.law.rulebook import Rulebook
from consent_risk.vocabulary import Gate, Outcome

NO_CODE = -1
BEST_OF_NONE = 255


def severity_of(outcome: str) -> pl.Expr:
    """The severity (0 accessible to 4 barred) of a Polars column of outcomes."""
    severities = {value.value: value.severity for value in Outcome}
    return pl.col(outcome).cast(pl.String).replace_strict(severities, return_dtype=pl.Int64)


@dataclass(frozen=True)
class Codes:
    """The codes of one gate: the greater, the worse. All lie below 255."""

    gate: Gate
    by_rule: Mapping[str, int]
    decoder: pl.DataFrame  # code, outcome, rule

    @classmethod
    def of(cls, rulebook: Rulebook, gate: Gate) -> Codes:
        """The codes that a rulebook gives its rules."""
        rules = rulebook.of(gate)
        assert len(rules) < BEST_OF_NONE, "an event's code must fit in eight bits"
        decoder = pl.DataFrame(
            {
                "code": pl.Series(range(len(rules)), dtype=pl.Int64),
                "outcome": [rule.outcome.value for rule in rules],
                "rule": [rule.id for rule in rules],
            }
        )
        return cls(gate, rulebook.codes(gate), decoder)

    def worst(self, conditions: Mapping[str, BooleanValue]) -> IntegerValue:
        """The code of the worst rule whose condition holds, or -1 where none does."""
        return ibis.greatest(*(self._coded(id, holds, NO_CODE) for id, holds in conditions.items()))

    def best(self, conditions: Mapping[str, BooleanValue]) -> IntegerValue:
        """The code of the best rule whose condition holds, or 255 where none does."""
        return ibis.least(*(self._coded(id, holds, BEST_OF_NONE) for id, holds in conditions.items()))

    def severity(self, code: IntegerValue) -> IntegerValue:
        """The severity of a code's outcome: 0 accessible to 4 barred."""
        # Codes of one outcome are consecutive, so the severity is the number of outcomes that end below the code.
        ends = self.decoder.group_by("outcome").agg(pl.col("code").max()).rows()
        above = [ibis.ifelse(code > end, 1, 0) for outcome, end in ends if Outcome(outcome) is not Outcome.BARRED]
        return sum(above[1:], start=above[0]).cast("int8")

    def _coded(self, rule: str, holds: BooleanValue, otherwise: int) -> IntegerValue:
        return ibis.ifelse(holds, ibis.literal(self.by_rule[rule], "int16"), ibis.literal(otherwise, "int16"))
