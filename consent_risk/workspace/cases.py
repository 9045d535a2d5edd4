"""Case folders: `case.yaml`, `drops/`, `runs/`."""

from __future__ import annotations

from pathlib import Path

from consent_risk.case import Case, parse_case
from consent_risk.errors import Problem, UserError
from consent_risk.workspace.keys import DROPS

CASE_FILE = "case.yaml"

_TEMPLATE = """\
# One transaction. Every key is explained in README.md, "A first own case".
case: "{name}"
title: ""
as_of: {as_of}               # the day for which every question is asked
provider:
  name: Name of the CRM provider
acquirer:
  name: Name of the acquirer
  named_as: [Name of the acquirer]  # every name under which a consent may name it; other names do not count
  gatekeeper: false             # is it a gatekeeper under the Digital Markets Act?
  persons: {{}}                   # persons it knows already, by country, e.g. {{DE: 40000000, FR: 30000000}}
  categories_held: []           # data categories it holds about them, e.g. [Identifying, EmailAddress]
  own_channels: []              # channels it runs itself, e.g. [whatsapp, messenger]
purposes: [PersonalisedAdvertising]   # planned uses; the finding is about the first
combines_data: false            # would the acquirer combine the data with its own?
minimum_evidence: 2             # evidence level (0-5) from which a consent counts as proven
consent_stale_after_months: 36  # null: a consent never grows stale
retention_months: 36            # null: no retention limit
assumptions:
  renegotiation: {{default: 0.25}}  # share of tenants that would agree to new terms, by size class
  opt_in: {{default: 0.1}}          # share of persons asked again who would say yes, by country
"""


def read_case(case_dir: Path) -> Case:
    """The case of a folder. Raises UserError where `case.yaml` is missing or cannot be used."""
    return parse_case(read_case_text(case_dir), CASE_FILE)


def read_case_text(case_dir: Path) -> str:
    """The text of a folder's `case.yaml`. Raises UserError where it is missing or no UTF-8."""
    path = case_dir / CASE_FILE
    if not case_dir.is_dir():
        raise UserError(Problem(str(case_dir), "there is no such folder", "Name the folder that holds case.yaml."))
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        mend = f"Make one with `consent-risk new {case_dir}` and fill it in."
        raise UserError(Problem(CASE_FILE, "the file is missing", mend)) from None
    except UnicodeDecodeError:
        raise UserError(Problem(CASE_FILE, "not UTF-8 text", "Save it as UTF-8.")) from None


def new_case(case_dir: Path, as_of: str) -> Path:
    """Make a case folder with a `case.yaml` to fill in, and return the file.

    Raises UserError where one is there already: nothing is overwritten.
    """
    path = case_dir / CASE_FILE
    if path.exists():
        raise UserError(Problem(str(path), "there is a case already", "Choose another folder, or edit that file."))
    case_dir.mkdir(parents=True, exist_ok=True)
    name = "".join(c if c.isalnum() and c.isascii() else "-" for c in case_dir.resolve().name.lower()).strip("-")
    path.write_text(_TEMPLATE.format(name=name or "case", as_of=as_of), encoding="utf-8")
    return path


def list_cases(workspace: Path) -> list[Path]:
    """The case folders of a workspace, in the order in which they got their first data; those without come last."""
    if not workspace.is_dir():
        return []
    return sorted((path.parent for path in workspace.glob(f"*/{CASE_FILE}")), key=_first_delivery)


def _first_delivery(case_dir: Path) -> tuple[bool, str, str]:
    drops = sorted(path.name for path in (case_dir / DROPS).glob("[0-9]*"))
    return (not drops, drops[0] if drops else "", case_dir.name)
