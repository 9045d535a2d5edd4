"""The rulebook: which rules there are, what each decides, and where it comes from.

The rules are YAML files of one rule each; their text is read at the edge (`consent_risk.resources`) and parsed here.
A rule's condition is a short function in `agreement_rules` or `person_rules`; its outcome stands in the YAML alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from consent_risk.vocabulary import Gate, Outcome


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(_Strict):
    """A source, and how well it was verified: the primary text, a secondary source, or our own design choice."""

    title: str = Field(min_length=1)
    href: str | None = Field(default=None, pattern=r"^https://\S+$")
    verified: Literal["primary", "secondary", "design"]
    checked_on: date


class Rule(_Strict):
    """One rule: what it needs, what it decides, and where it comes from.

    `rank` orders the rules of one outcome: where several apply, the lowest rank is named.
    `sources` are the numbers of docs/method.md's table of legal rules.
    """

    id: str = Field(pattern=r"^(agreement|person)\.[a-z_]+$")
    gate: Gate
    outcome: Outcome
    rank: int
    title: str = Field(min_length=1)
    explanation: str = Field(min_length=1)
    needs: tuple[str, ...] = Field(min_length=1)
    sources: tuple[Annotated[str, Field(pattern=r"^R\d\d$")], ...]
    references: tuple[Citation, ...] = Field(min_length=1)


class DatedAge(_Strict):
    """An age of consent in years from a day on."""

    from_: date = Field(alias="from")
    value: Annotated[int, Field(ge=13, le=18)]


class AgeOfConsent(_Strict):
    """Age of consent by country and day (GDPR Art. 8). A country that is not listed is not checked."""

    id: Literal["age_of_consent"]
    unit: Literal["years"]
    earlier_days: Literal["first_value"]
    references: tuple[Citation, ...] = Field(min_length=1)
    countries: Mapping[str, tuple[DatedAge, ...]]


@dataclass(frozen=True)
class Rulebook:
    """All rules, and a code for each: the greater the code, the worse the outcome.

    Codes let an engine find the worst of several rules with `greatest` and name it by the same number.
    Within one outcome the rule of the lowest rank has the greatest code.
    """

    rules: tuple[Rule, ...]
    age_of_consent: AgeOfConsent
    version: str

    def of(self, gate: Gate) -> list[Rule]:
        """The rules of a gate, from the code 0 upwards."""
        own = [rule for rule in self.rules if rule.gate is gate]
        return sorted(own, key=lambda rule: (rule.outcome.severity, -rule.rank, rule.id))

    def codes(self, gate: Gate) -> dict[str, int]:
        """Rule id to code, for one gate."""
        return {rule.id: code for code, rule in enumerate(self.of(gate))}

    def rule(self, id: str) -> Rule:
        """The rule with this id. Raises KeyError where there is none."""
        return self._by_id[id]

    @cached_property
    def _by_id(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}


def parse_rulebook(rule_texts: Mapping[str, str], parameter_texts: Mapping[str, str]) -> Rulebook:
    """The rulebook from the texts of its YAML files, by file name.

    Raises ValueError naming the file where a rule has an unknown key, a missing citation, an id that does not match
    its file, or a rank that another rule of the same gate and outcome has.
    """
    rules = tuple(_parse_rule(name, text) for name, text in sorted(rule_texts.items()))
    places = [(rule.gate, rule.outcome, rule.rank) for rule in rules]
    for place in places:
        if places.count(place) > 1:
            raise ValueError(f"two rules of gate {place[0]} and outcome {place[1]} have rank {place[2]}")
    digest = hashlib.sha256()
    for name, text in sorted({**rule_texts, **parameter_texts}.items()):
        digest.update(name.encode() + b"\0" + text.encode() + b"\0")
    ages = AgeOfConsent.model_validate(_load(parameter_texts["age_of_consent.yaml"]))
    return Rulebook(rules, ages, digest.hexdigest()[:12])


def _parse_rule(name: str, text: str) -> Rule:
    try:
        rule = Rule.model_validate(_load(text))
    except (ValueError, YAMLError) as error:
        raise ValueError(f"{name}: {error}") from error
    if f"{rule.id.replace('.', '/')}.yaml" != name:
        raise ValueError(f"{name}: its id is {rule.id}, which does not match the file")
    return rule


def _load(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = False
    return yaml.load(text)
