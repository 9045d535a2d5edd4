"""The look of the app beyond `.streamlit/config.toml`, and the chart colours that suit the visitor's theme."""

from __future__ import annotations

from pathlib import Path

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


def palette() -> Palette:
    """The chart colours for the theme the visitor sees."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def show_chart(chart: alt.LayerChart, key: str) -> None:
    """The chart as wide as its place. Its own `description` is its accessible name; `alt=` would be a second one."""
    st.altair_chart(chart, key=key, theme=None, width="stretch")
