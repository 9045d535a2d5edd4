"""A recipe proposed on the page, for an export that lies beside the case: the app takes no uploads."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from consent_risk.errors import UserError
from consent_risk.intake import exports_in
from consent_risk.intake.proposal_text import proposal_text
from consent_risk.intake.proposing import Proposal
from consent_risk.numbers import counted_text
from consent_risk.web.text import plain, points, show_problems
from consent_risk.workspace.recipes import propose_recipe


def show_proposing(case_dir: Path) -> None:
    """Offer to propose a recipe for one of the exports in the case's folder."""
    st.header("Propose a recipe", anchor=False)
    files = exports_in(case_dir)
    if not files:
        st.text("Put an export that no recipe reads beside case.yaml, and a recipe can be proposed for it here.")
        return
    chosen = st.selectbox("Export", files, format_func=lambda path: path.name, index=None, key="export")
    if not chosen or not st.button("Propose", key="propose"):
        return
    try:
        proposal = propose_recipe(chosen)
    except UserError as error:
        show_problems(error)
    else:
        _show_proposal(proposal)


def _show_proposal(proposal: Proposal) -> None:
    text = proposal_text(proposal)
    if proposal.questions:
        plain(f"{counted_text(len(proposal.questions), 'question')} left open:", "head", "open")
        points(proposal.questions, "open")
    else:
        st.text("Nothing is left open. No file is read by it until case.yaml names it.")
    st.code(text, language=None, wrap_lines=True)
    st.download_button("Save the recipe", text, file_name=f"{proposal.name}.yaml", mime="application/yaml")
