"""The look of the app beyond `.streamlit/config.toml`, and charts in the colours of the visitor's theme."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import streamlit as st

from consent_risk.report.charts import DARK, LIGHT, Palette

_HERE = Path(__file__).parent


def apply_style() -> None:
    """Title, logo and style sheet of every view. All of it comes from our own server."""
    # A sidebar of this many pixels leaves room for a chart beside a column of text at 1400 pixels.
    st.set_page_config(
        page_title="consent_risk", page_icon=str(_HERE / "icon.svg"), layout="wide", initial_sidebar_state=220
    )
    st.logo(str(_HERE / "logo.svg"), size="medium")
    st.html(_HERE / "style.css")


def show_chart(key: str, content: tuple[str, ...], make: Callable[[Palette], alt.LayerChart]) -> None:
    """The chart that `make` draws in the colours of the visitor's theme, as wide as its place.

    `content` names everything the chart depends on; under it the drawn chart is kept for the session. The chart's own
    `description` is its accessible name; `alt=` would be a second one.
    """
    dark = st.context.theme.type == "dark"
    st.vega_lite_chart(_specification(content, dark, make), key=key, theme=None, width="stretch")


# Altair takes a tenth of a second to build and check a chart, as long as all else on the page together.
@st.cache_data(scope="session", max_entries=64, show_spinner=False)
def _specification(content: tuple[str, ...], dark: bool, _make: Callable[[Palette], alt.LayerChart]) -> dict[str, Any]:
    return _make(DARK if dark else LIGHT).to_dict()
