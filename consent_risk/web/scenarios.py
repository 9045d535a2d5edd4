"""What follows under other rates: an input for every rate of the case, and what each scenario makes of them."""

from __future__ import annotations

import streamlit as st

from consent_risk.assessment import Assessment, Figure
from consent_risk.numbers import number_text
from consent_risk.report.charts import country_chart, country_name, figure_name, figures_by_country, figures_by_scenario
from consent_risk.report.wording import scenario_name
from consent_risk.vocabulary import Purpose, Scenario, SizeClass
from consent_risk.web.cases import OpenedCase
from consent_risk.web.choices import choose_purpose, choose_scenario, choose_unit
from consent_risk.web.finding import COUNTED, show_suggestion
from consent_risk.web.heading import show_heading
from consent_risk.web.rates import change_rate, generation
from consent_risk.web.tables import show_table
from consent_risk.web.theme import show_chart

_COLUMNS = 6
DEFAULT = "default"


def draw(opened: OpenedCase) -> None:
    """The page for this case."""
    show_heading(opened, "Scenarios")
    _show_rates(opened)
    left, middle, right = st.columns([2, 2, 3])
    with left:
        purpose = choose_purpose(opened.assessment)
    with middle:
        figure_id = COUNTED[choose_unit(opened.assessment, purpose)]
    _show_scenarios(opened.assessment, purpose, figure_id)
    with right:
        scenario = choose_scenario("By country, under")
    _show_countries(opened, purpose, figure_id, scenario)


def _show_rates(opened: OpenedCase) -> None:
    assumptions = opened.case.assumptions
    sizes = [*(size.value for size in SizeClass), DEFAULT]
    with st.container(border=True):
        st.header("Agreements renegotiated: tenants that agree, by size (K1)", anchor=False)
        _inputs(opened, "renegotiation", {size: getattr(assumptions.renegotiation, size) for size in sizes})
        st.header("Persons asked again: persons who say yes, by country (K2)", anchor=False)
        countries = sorted(assumptions.opt_in.keys() - {DEFAULT}, key=country_name)
        _inputs(opened, "opt_in", {code: assumptions.opt_in.get(code) for code in [*countries, DEFAULT]})


def _inputs(opened: OpenedCase, group: str, rates: dict[str, float | None]) -> None:
    columns = st.columns(_COLUMNS)
    for index, (name, rate) in enumerate(rates.items()):
        with columns[index % _COLUMNS]:
            _input(opened, group, name, rate)


def _input(opened: OpenedCase, group: str, name: str, rate: float | None) -> None:
    """One rate in per cent. One that the case leaves empty stands empty until it is given; the default holds."""
    key = f"rate-{opened.run.key}-{group}-{name}-{generation()}"
    st.number_input(
        f"{_rate_label(group, name)} (%)",
        min_value=0.0,
        max_value=100.0,
        value=None if rate is None else round(rate * 100, 6),
        step=1.0,
        format="%.1f",
        key=key,
        placeholder="0" if name == DEFAULT else "default",
        on_change=_take,
        args=(opened, group, name, key),
    )


def _take(opened: OpenedCase, group: str, name: str, key: str) -> None:
    percent = st.session_state[key]
    rate = None if percent is None else round(percent / 100, 8)
    change_rate(opened.run.case, opened.run.key, group, name, rate)


def _rate_label(group: str, name: str) -> str:
    if name == DEFAULT:
        return "All others"
    return country_name(name) if group == "opt_in" else name.capitalize()


def _show_scenarios(assessment: Assessment, purpose: Purpose, figure_id: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.header(f"{figure_name(figure_id)} in each scenario", anchor=False, width="content")
        show_suggestion(assessment.finding)
    figures = figures_by_scenario(assessment, purpose, figure_id)
    rows = [{"Scenario": scenario_name(figure.scenario), **_numbers(figure)} for figure in figures]
    show_table(rows, "Figures by scenario", written=dict.fromkeys(("Lower", "Value", "Upper"), number_text))


def _show_countries(opened: OpenedCase, purpose: Purpose, figure_id: str, scenario: Scenario) -> None:
    assessment = opened.assessment
    st.header(f"{figure_name(figure_id)} by country, {scenario}", anchor=False)
    if not figures_by_country(assessment, purpose, figure_id, scenario):
        st.text("This figure is not broken down by country.")
        return
    show_chart(
        "countries",
        (opened.content, "countries", purpose, figure_id, scenario),
        lambda palette: country_chart(assessment, purpose, figure_id, scenario, palette=palette),
    )


def _numbers(figure: Figure) -> dict[str, float]:
    return {"Lower": figure.lower, "Value": figure.value, "Upper": figure.upper}
