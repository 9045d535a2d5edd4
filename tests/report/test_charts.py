"""A chart shows the figures of the Assessment, all of them, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import altair as alt
import pytest

from consent_risk.assessment import Assessment
from consent_risk.numbers import number_text
from consent_risk.report.charts import (
    DARK,
    LIGHT,
    chart_svg,
    country_chart,
    country_name,
    figure_name,
    range_chart,
    waterfall_chart,
    waterfall_of,
)
from consent_risk.vocabulary import Purpose, Scenario, Unit

MAIN = Purpose.PERSONALISED_ADVERTISING


def rows_of(chart: alt.LayerChart, field: str) -> list[dict[str, Any]]:
    """The rows of the first layer whose data has the field."""
    spec = chart.to_dict()
    datasets = (spec["datasets"][layer["data"]["name"]] for layer in spec["layer"])
    return next(rows for rows in datasets if field in rows[0])


@pytest.mark.parametrize("unit", [Unit.RECORDS, Unit.PERSONS, Unit.DATA_POINTS, Unit.MESSAGES])
def test_the_waterfall_shows_its_steps(assessment: Assessment, unit: Unit) -> None:
    chart = waterfall_chart(assessment, MAIN, unit)
    steps = waterfall_of(assessment, MAIN, unit).steps
    rows = rows_of(chart, "left_text")
    assert [(r["label"], r["value"], r["upper"], r["removed"]) for r in rows] == [
        (s.label, s.value, s.upper, s.removed) for s in steps
    ]
    bars = rows_of(chart, "part")
    passes = [bar["end"] for bar in bars if bar["part"] == "passes"]
    assert passes == [step.value for step in steps]


def test_the_bars_of_a_step_reach_from_what_is_left_to_what_was_there(assessment: Assessment) -> None:
    bars = rows_of(waterfall_chart(assessment, MAIN, Unit.PERSONS), "part")
    removed = [(bar["start"], bar["end"]) for bar in bars if bar["part"].startswith("removed")]
    assert removed == [(355, 355), (104, 355), (8, 104), (7, 8), (5, 7)]


def test_the_ranges_show_every_scenario(assessment: Assessment) -> None:
    rows = rows_of(range_chart(assessment, MAIN), "range_text")
    expected = [assessment.figure("persons.additional", MAIN, scenario) for scenario in Scenario]
    assert [(r["lower"], r["value"], r["upper"]) for r in rows] == [(f.lower, f.value, f.upper) for f in expected]
    assert rows[0]["share_text"] == "0.0067\u202f%"


def test_the_share_of_the_acquirers_persons_stands_beside_persons_only(
    assessment: Assessment, make: Callable[..., Assessment]
) -> None:
    assert rows_of(range_chart(assessment, MAIN, "messages.additional"), "range_text")[0]["share_text"] == ""
    assert rows_of(range_chart(make(acquirer_persons=0), MAIN), "range_text")[0]["share_text"] == ""


def test_countries_come_largest_first(assessment: Assessment) -> None:
    rows = rows_of(country_chart(assessment, MAIN), "range_text")
    assert [(r["label"], r["value"], r["upper"]) for r in rows] == [
        ("Germany", 3, 6),
        ("France", 2, 4),
        ("Austria", 0, 1),
    ]


def test_the_description_says_every_number(assessment: Assessment) -> None:
    chart = range_chart(assessment, MAIN)
    for scenario in Scenario:
        figure = assessment.figure("persons.additional", MAIN, scenario)
        for value in (figure.lower, figure.value, figure.upper):
            assert number_text(value) in str(chart["description"])


def test_the_svg_is_the_same_each_time_and_holds_the_numbers(assessment: Assessment) -> None:
    first, second = (chart_svg(waterfall_chart(assessment, MAIN, Unit.PERSONS)) for _ in range(2))
    assert first == second
    texts = [element.text for element in ElementTree.fromstring(first).iter() if element.tag.endswith("text")]
    assert {"355", "104", "8", "5", "11", "−251"} <= set(texts)
    assert set(re.findall(rb'font-family="([^"]+)"', first)) == {b"Liberation Sans"}


def test_light_and_dark_differ_in_colours_only(assessment: Assessment) -> None:
    def without_colours(chart: alt.LayerChart) -> str:
        return re.sub("#[0-9a-f]{6}", "#", chart.to_json())

    light, dark = (range_chart(assessment, MAIN, palette=palette) for palette in (LIGHT, DARK))
    assert light.to_json() != dark.to_json()
    assert without_colours(light) == without_colours(dark)


def test_what_is_missing_is_said(assessment: Assessment) -> None:
    for chart in (
        lambda: waterfall_chart(assessment, Purpose.RESEARCH_AND_DEVELOPMENT, Unit.PERSONS),
        lambda: range_chart(assessment, MAIN, "persons.unheard_of"),
        lambda: country_chart(assessment, MAIN, scenario=Scenario.K3),
    ):
        with pytest.raises(KeyError):
            chart()


def test_an_assessment_of_nothing_can_be_drawn(make: Callable[..., Assessment], assessment: Assessment) -> None:
    zero = {"value": 0.0, "lower": 0.0, "upper": 0.0}
    figures = tuple(figure.model_copy(update=zero) for figure in assessment.figures)
    waterfalls = tuple(
        w.model_copy(update={"steps": tuple(s.model_copy(update={**zero, "removed": 0.0}) for s in w.steps)})
        for w in assessment.waterfalls
    )
    empty = make(figures=figures, waterfalls=waterfalls)
    for chart in (waterfall_chart(empty, MAIN, Unit.PERSONS), range_chart(empty, MAIN), country_chart(empty, MAIN)):
        assert chart_svg(chart).startswith(b"<svg")


@pytest.mark.parametrize(
    "label", ['it\'s "quoted" \\ back', "'; alert(1) //", "<b>&amp;</b>", "${x} {{y}}", "a\u2028b"]
)
def test_a_label_is_text_whatever_is_in_it(assessment: Assessment, make: Callable[..., Assessment], label: str) -> None:
    waterfall = waterfall_of(assessment, MAIN, Unit.PERSONS)
    steps = (waterfall.steps[0].model_copy(update={"label": label}), *waterfall.steps[1:])
    changed = make(waterfalls=(waterfall.model_copy(update={"steps": steps}),))
    svg = chart_svg(waterfall_chart(changed, MAIN, Unit.PERSONS))
    assert label in {element.text for element in ElementTree.fromstring(svg).iter()}


def test_names() -> None:
    assert country_name("DE") == "Germany"
    assert country_name("XX") == "XX"
    assert country_name(None) == "not known"
    assert figure_name("data_points.transferable") == "Transferable data points"
