"""The script that Streamlit runs for every view: choose a case in the sidebar, then draw the chosen page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from consent_risk.errors import UserError
from consent_risk.web import data, figures, finding, limbs, rules, scenarios
from consent_risk.web.cases import OpenedCase, choose_case, open_case
from consent_risk.web.text import show_problems
from consent_risk.web.theme import apply_style

Draw = Callable[[OpenedCase], None]

# A flat list: sections in the navigation make a list that screen readers cannot follow.
PAGES: dict[str, Draw] = {
    "Finding": finding.draw,
    "Scenarios": scenarios.draw,
    "Limbs": limbs.draw,
    "Rules": rules.draw,
    "Figures": figures.draw,
    "Data": data.draw,
}


def main() -> None:
    """One view of the app."""
    apply_style()
    chosen: list[Path] = []
    page = st.navigation([_page(title, draw, chosen) for title, draw in PAGES.items()])
    try:
        chosen.append(choose_case())
        page.run()
    except UserError as error:
        show_problems(error)


def _page(title: str, draw: Draw, chosen: list[Path]) -> st.Page:
    def run() -> None:
        draw(open_case(chosen[0]))

    return st.Page(run, title=title, url_path=title.lower(), default=title == "Finding")


main()
