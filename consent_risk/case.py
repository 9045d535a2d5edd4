"""`case.yaml` as models: parties, acquirer, market, purposes, assumptions, thresholds.

`parse_case` refuses unknown keys, duplicate keys and wrong values, and names the field and its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import pycountry
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from consent_risk.vocabulary import (
    Channel,
    DataCategory,
    Decision,
    IdentifierProfile,
    Purpose,
    SizeClass,
)
from consent_risk.yaml_models import parse_model

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
MOST_PERSONS = 10**11  # ten times mankind


def _check_recipient(name: str) -> str:
    if not name or ";" in name:  # lists in the exports are joined with it
        raise ValueError("a name in consents is not blank and holds no `;`. Write one name per entry.")
    return name


def _check_day(day: Any) -> Any:
    if isinstance(day, str | date):
        return day
    raise ValueError("not a day. Write it as YYYY-MM-DD.")


@cache
def _time_zones() -> set[str]:
    return available_timezones()


def _check_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("not a time zone. Use its IANA name, such as Europe/Berlin.")
    return name


TimeZone = Annotated[str, AfterValidator(_check_time_zone)]
RecipientName = Annotated[str, AfterValidator(_check_recipient)]
Day = Annotated[date, BeforeValidator(_check_day)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Provider(_Model):
    """The CRM provider (the target)."""

    name: str = Field(min_length=1)


class Acquirer(_Model):
    """The buyer's group: what it is called in consents, whom it knows and what it holds."""

    name: str = Field(min_length=1)
    named_as: tuple[RecipientName, ...] = ()
    gatekeeper: bool = False
    persons: Mapping[Country, Annotated[int, Field(ge=0, le=MOST_PERSONS)]] = {}
    categories_held: tuple[DataCategory, ...] = ()
    own_channels: tuple[Channel, ...] = ()

    @property
    def persons_total(self) -> int:
        """Persons the acquirer knows in all countries named in the case."""
        return sum(self.persons.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a consent may give, without regard to case. Where none is listed, none is given."""
        return tuple(sorted({name.casefold() for name in self.named_as}))


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


class Identifiers(_Model):
    """How identifiers are normalised before they are sealed; it cannot be changed once a drop is there."""

    profile: IdentifierProfile = IdentifierProfile.STRICT_1


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
    on: Day


class ExportSettings(_Model):
    """What the case says about the export files whose names fit a pattern; whatever is left out, the recipe says.

    `tenant` names the business customer of a file that does not. `purposes` says for what purpose a text of the file
    stands, as agreed with the tenant. `options` switches on readings of the recipe that are off by default.
    """

    recipe: str | None = None
    tenant: str | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    date_order: Literal["day_first", "month_first"] | None = None
    time_zone: TimeZone | None = None
    purposes: Mapping[str, Purpose] = {}
    options: tuple[str, ...] = ()


class Case(_Model):
    """Everything about one transaction that the exports do not say.

    `as_of` is the day the gates are asked for. The first of `purposes` is the one the finding is about.
    Months are calendar months; null switches the rule off. `recipe` reads every file that is not canonical; `recipes`
    and `exports` are by file name or pattern, and the first that fits decides.
    """

    case: str = Field(min_length=1, pattern=r"^[a-z0-9][a-z0-9._-]*$")
    title: str = ""
    as_of: Day
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
    identifiers: Identifiers = Identifiers()
    recipe: str | None = None
    recipes: Mapping[str, str] = {}
    exports: Mapping[str, ExportSettings] = {}

    @model_validator(mode="after")
    def _check(self) -> Case:
        if len(set(self.purposes)) != len(self.purposes):
            raise ValueError("a purpose is listed twice")
        if not EARLIEST <= self.as_of <= LATEST:
            raise ValueError(f"as_of must lie between {EARLIEST} and {LATEST}")
        return self


def parse_case(text: str, file: str = "case.yaml") -> Case:
    """The case in `text`.

    Raises UserError naming the field, its line and the mend for every problem found.
    """
    return parse_model(Case, text, file, what="case", start="Start from `consent-risk new CASE`, which writes one.")
