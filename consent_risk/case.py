"""`case.yaml` as models: parties, acquirer, market, purposes, assumptions, thresholds.

`parse_case` refuses unknown keys, duplicate keys and wrong values, and names the field and its line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import pycountry
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from consent_risk.errors import Problem, UserError, did_you_mean
from consent_risk.vocabulary import (
    Channel,
    DataCategory,
    Decision,
    Purpose,
    SizeClass,
)

COUNTRIES = frozenset(country.alpha_2 for country in pycountry.countries)
_COUNTRY_SLIPS = {"UK": "GB", "EL": "GR"}


def country_mend(code: str) -> str:
    """How to mend a country code that is not ISO 3166-1 alpha-2."""
    if code.upper() in _COUNTRY_SLIPS:
        return f"ISO 3166-1 writes {_COUNTRY_SLIPS[code.upper()]}."
    return "Use the two capital letters of ISO 3166-1, such as DE."


def _check_country(code: str) -> str:
    if code not in COUNTRIES:
        raise ValueError(f"not an ISO 3166-1 country code. {country_mend(code)}")
    return code


def _check_country_or_default(key: str) -> str:
    return key if key == "default" else _check_country(key)


Country = Annotated[str, AfterValidator(_check_country)]
CountryOrDefault = Annotated[str, AfterValidator(_check_country_or_default)]
Rate = Annotated[float, Field(ge=0, le=1)]
Months = Annotated[int, Field(ge=0, le=1200)]
EARLIEST, LATEST = date(1990, 1, 1), date(2200, 12, 31)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Provider(_Model):
    """The CRM provider (the target)."""

    name: str = Field(min_length=1)


class Acquirer(_Model):
    """The buyer's group: what it is called in consents, whom it knows and what it holds."""

    name: str = Field(min_length=1)
    named_as: tuple[str, ...] = ()
    gatekeeper: bool = False
    persons: Mapping[Country, Annotated[int, Field(ge=0)]] = {}
    categories_held: tuple[DataCategory, ...] = ()
    own_channels: tuple[Channel, ...] = ()

    @property
    def persons_total(self) -> int:
        """Persons the acquirer knows in all countries named in the case."""
        return sum(self.persons.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a consent may give, in lower case; the acquirer's own name if none is listed."""
        return tuple(sorted({name.strip().lower() for name in self.named_as or (self.name,)}))


class Renegotiation(_Model):
    """Share of tenants that would agree to new terms, by size class (0 to 1)."""

    micro: Rate | None = None
    small: Rate | None = None
    medium: Rate | None = None
    large: Rate | None = None
    default: Rate | None = None

    def rate(self, size_class: SizeClass | str | None) -> float:
        """The rate of a size class, else the default, else 0."""
        own = getattr(self, SizeClass(size_class).value) if size_class else None
        return own if own is not None else self.default or 0.0


class Assumptions(_Model):
    """The rates under which scenarios are computed; every one is the analyst's, none is measured."""

    renegotiation: Renegotiation = Renegotiation()
    opt_in: Mapping[CountryOrDefault, Rate | None] = {}

    def opt_in_rate(self, country: str | None) -> float:
        """Share of the persons asked again who say yes, by country (0 to 1), else the default, else 0."""
        own = self.opt_in.get(country) if country else None
        return own if own is not None else self.opt_in.get("default") or 0.0


class Bands(_Model):
    """Lower edges of the grades limited, notable and substantial, as shares. Defaults of this tool."""

    limited: Rate
    notable: Rate
    substantial: Rate

    @model_validator(mode="after")
    def _check_rising(self) -> Bands:
        if not self.limited <= self.notable <= self.substantial:
            raise ValueError("the bands must rise: limited <= notable <= substantial")
        return self


class Thresholds(_Model):
    """Bands the analyst sets in place of this tool's defaults."""

    volume: Bands | None = None
    overlap: Bands | None = None


class AnalystFinding(_Model):
    """The finding as the analyst decided it, beside the suggested one."""

    decision: Decision
    reasons: str = Field(min_length=1)
    by: str = Field(min_length=1)
    on: date


class Case(_Model):
    """Everything about one transaction that the exports do not say.

    `as_of` is the day the gates are asked for. The first of `purposes` is the one the finding is about.
    Months are calendar months; null switches the rule off.
    """

    case: str = Field(min_length=1, pattern=r"^[a-z0-9][a-z0-9._-]*$")
    title: str = ""
    as_of: date
    provider: Provider
    acquirer: Acquirer
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    combines_data: bool = False
    minimum_evidence: Annotated[int, Field(ge=0, le=5)] = 0
    consent_stale_after_months: Months | None = None
    retention_months: Months | None = None
    assumptions: Assumptions = Assumptions()
    thresholds: Thresholds = Thresholds()
    finding: AnalystFinding | None = None
    recipe: str | None = None
    recipes: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _check(self) -> Case:
        if len(set(self.purposes)) != len(self.purposes):
            raise ValueError("a purpose is listed twice")
        if not EARLIEST <= self.as_of <= LATEST:
            raise ValueError(f"as_of must lie between {EARLIEST} and {LATEST}")
        return self

    @property
    def main_purpose(self) -> Purpose:
        """The purpose the finding is about."""
        return self.purposes[0]


def parse_case(text: str, file: str = "case.yaml") -> Case:
    """The case in `text`.

    Raises UserError naming the field, its line and the mend for every problem found.
    """
    raw = _parse_yaml(text, file)
    try:
        return Case.model_validate(_plain(raw))
    except ValidationError as error:
        raise UserError([_problem(raw, dict(item), file) for item in error.errors()]) from None


class _Constructor(RoundTripConstructor):
    """Days stay text, so that a day that does not exist is refused by the model, which knows its line."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


def _parse_yaml(text: str, file: str) -> CommentedMap:
    yaml = YAML()
    yaml.Constructor = _Constructor
    yaml.allow_duplicate_keys = False
    try:
        raw = yaml.load(text)
    except DuplicateKeyError as error:
        mark = error.problem_mark
        key = str(error.problem).split('"')[1] if '"' in str(error.problem) else None
        raise UserError(
            Problem(
                file,
                "the key stands twice",
                "Keep one of them.",
                mark.line + 1 if mark else None,
                key,
                "line",
            )
        ) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UserError(
            Problem(
                file,
                f"not valid YAML ({error.problem or 'cannot be read'})",
                "Check indentation, colons and quotes on this line and the one before.",
                mark.line + 1 if mark else None,
                place="line",
            )
        ) from None
    except YAMLError:
        raise UserError(Problem(file, "not valid YAML", "Save it as plain UTF-8 text.")) from None
    if not isinstance(raw, CommentedMap):
        raise UserError(Problem(file, "holds no keys", "Start from `consent-risk new CASE`, which writes one."))
    return raw


def _plain(node: Any) -> Any:
    """The YAML node as plain dicts and lists; keys such as NO stay text (YAML 1.2)."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [_plain(value) for value in node]
    return node


def _problem(raw: CommentedMap, error: dict[str, Any], file: str) -> Problem:
    location = [part for part in error["loc"] if part != "[key]"]
    field = ".".join(str(part) for part in location) or None
    reason, mend = _reason(error, location)
    return Problem(file, reason, mend, _line(raw, location), field, "line")


def _reason(error: dict[str, Any], location: list[Any]) -> tuple[str, str]:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown key", did_you_mean(str(location[-1]), _keys_at(location[:-1]))
    if kind == "missing":
        return "the key is missing", f"Add `{location[-1]}:` to the case."
    if kind == "enum":
        choices = [choice.strip("' ") for choice in context["expected"].replace(" or ", ", ").split(", ")]
        return "not one of the values allowed", did_you_mean(str(error["input"]), choices)
    if kind == "value_error":
        return str(context["error"]), ""
    if kind.startswith("date"):
        return "not a day", "Write it as YYYY-MM-DD."
    if kind == "string_pattern_mismatch":
        return "not a valid name", "Use lower-case letters, digits, dots and hyphens."
    message = str(error["msg"])
    return message[0].lower() + message[1:], ""


def _keys_at(location: Sequence[Any]) -> list[str]:
    """The keys that the model at this place knows."""
    model: Any = Case
    for part in location:
        field = model.model_fields.get(part) if isinstance(model, type) else None
        model = field.annotation if field else None
        arguments = getattr(model, "__args__", ())
        model = next((a for a in arguments if isinstance(a, type) and issubclass(a, BaseModel)), model)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _line(raw: Any, location: Sequence[Any]) -> int | None:
    """The line of the deepest part of the location that stands in the file."""
    node, line = raw, None
    for part in location:
        try:
            if isinstance(node, CommentedMap) and part in node:
                line = node.lc.key(part)[0] + 1
            elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
                line = node.lc.item(part)[0] + 1
            else:
                break
            node = node[part]
        except (KeyError, TypeError):
            break
    return line
