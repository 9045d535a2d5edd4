"""Changing one rate of a case, and the settings the app must not lose."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from consent_risk.case import Assumptions, Renegotiation
from consent_risk.web.rates import with_rate
from consent_risk.web.text import escaped

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"
ASSUMPTIONS = Assumptions(renegotiation=Renegotiation(small=0.5, default=0.2), opt_in={"DE": 0.05, "default": 0.3})


def test_one_size_class_changes_and_the_rest_stays() -> None:
    changed = with_rate(ASSUMPTIONS, "renegotiation", "large", 0.1)
    assert changed.renegotiation == Renegotiation(small=0.5, large=0.1, default=0.2)
    assert changed.opt_in == ASSUMPTIONS.opt_in


def test_one_country_changes_and_the_rest_stays() -> None:
    changed = with_rate(ASSUMPTIONS, "opt_in", "DE", 0.06)
    assert changed.opt_in == {"DE": 0.06, "default": 0.3}
    assert changed.renegotiation == ASSUMPTIONS.renegotiation


def test_an_emptied_rate_falls_back_to_the_default() -> None:
    assert with_rate(ASSUMPTIONS, "opt_in", "DE", None).opt_in_rate("DE") == 0.3


@pytest.mark.parametrize("group, name", [("renegotiation", "small"), ("opt_in", "DE")])
def test_a_rate_runs_from_0_to_1(group: str, name: str) -> None:
    for rate in (0.0, 1.0):
        with_rate(ASSUMPTIONS, group, name, rate)
    for rate in (-0.01, 1.01):
        with pytest.raises(ValidationError):
            with_rate(ASSUMPTIONS, group, name, rate)


def test_escaped_text_holds_no_markdown() -> None:
    assert escaped("Article 5(2) [a] :b:") == r"Article 5\(2\) \[a\] \:b\:"


def test_server_keeps_to_this_machine_and_phones_nobody() -> None:
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["enableAgentApi"] is False
    assert config["server"]["showEmailPrompt"] is False
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"] == {"toolbarMode": "viewer", "showErrorDetails": "none", "showErrorLinks": False}
