"""The rates a visitor changed on the page Scenarios: kept for the browser session, never written to the case file."""

from __future__ import annotations

import streamlit as st

from consent_risk.case import Assumptions, Case, Renegotiation

_CHANGED = "changed_assumptions"
_GENERATION = "rates_generation"


def changed_case(case: Case, run_key: str) -> Case:
    """The case with the assumptions as changed in this session."""
    changed = _changed().get(run_key)
    return case if changed is None else case.model_copy(update={"assumptions": changed})


def is_changed(case: Case, run_key: str) -> bool:
    """Whether any rate differs from the case file's."""
    return _changed().get(run_key, case.assumptions) != case.assumptions


def change_rate(case: Case, run_key: str, group: str, name: str, rate: float | None) -> None:
    """Set one rate (0 to 1, None for `default`) of the case opened under this key."""
    assumptions = changed_case(case, run_key).assumptions
    _changed()[run_key] = with_rate(assumptions, group, name, rate)


def reset_rates(run_key: str) -> None:
    """Back to the rates of the case file."""
    _changed().pop(run_key, None)
    st.session_state[_GENERATION] = generation() + 1


def generation() -> int:
    """Counts the resets. Part of the inputs' keys, so that a reset gives fresh inputs with the file's values."""
    return int(st.session_state.get(_GENERATION, 0))


def with_rate(assumptions: Assumptions, group: str, name: str, rate: float | None) -> Assumptions:
    """A copy with one rate set: of a size class (`renegotiation`) or of a country (`opt_in`).

    Raises ValidationError for a rate outside 0 to 1.
    """
    if group == "renegotiation":
        renegotiation = Renegotiation.model_validate({**assumptions.renegotiation.model_dump(), name: rate})
        return assumptions.model_copy(update={"renegotiation": renegotiation})
    return Assumptions(renegotiation=assumptions.renegotiation, opt_in={**assumptions.opt_in, name: rate})


def _changed() -> dict[str, Assumptions]:
    """By the run's key, so that another case, or the same with other data, starts from its own file."""
    changed: dict[str, Assumptions] = st.session_state.setdefault(_CHANGED, {})
    return changed
