"""Each page on a small real case, without a browser: what it says, and that names from a case stay plain text."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from webcase import HOSTILE

from consent_risk.numbers import figure_text
from consent_risk.vocabulary import Purpose, Scenario
from consent_risk.web.cases import WORKSPACE_VARIABLE
from consent_risk.workspace.runs import open_run

MAIN = Path(__file__).parents[2] / "consent_risk" / "web" / "main.py"
PAGES = ("finding", "scenarios", "limbs", "rules", "figures", "data")
# What shows a string as it is. Streamlit reads every other element as Markdown, whole or in its label.
PLAIN = {"text", "code", "arrow_data_frame"}


def draw(page: str, folder: str) -> None:
    """The script of one page; AppTest runs its source, so it imports for itself."""
    import importlib
    from pathlib import Path

    from consent_risk.web.cases import open_case

    importlib.import_module(f"consent_risk.web.{page}").draw(open_case(Path(folder)))


def drawn(page: str, folder: Path) -> AppTest:
    """The page for the case in this folder, drawn without an exception."""
    tested = AppTest.from_function(draw, args=(page, str(folder)), default_timeout=60).run()
    assert not tested.exception
    return tested


def test_front_page_of_the_app_is_the_finding_of_the_first_case(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WORKSPACE_VARIABLE, str(workspace))
    front = AppTest.from_file(MAIN, default_timeout=60).run()
    assert not front.exception
    assert [title.value for title in front.title] == ["Finding"]
    assert front.sidebar.selectbox[0].options == ["example", "hostile"]


def test_without_a_workspace_the_app_says_how_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WORKSPACE_VARIABLE, raising=False)
    front = AppTest.from_file(MAIN, default_timeout=60).run()
    assert "consent-risk serve" in front.code[0].value


def test_a_case_file_with_a_slip_is_shown_with_its_line_and_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "case.yaml").write_text("case: broken\nas_of: 2022-01-27\nprovidr: {name: A}\n")
    monkeypatch.setenv(WORKSPACE_VARIABLE, str(tmp_path))
    front = AppTest.from_file(MAIN, default_timeout=60).run()
    assert "line 3" in front.code[0].value
    assert "Did you mean `provider`?" in front.code[0].value


@pytest.mark.parametrize("page", PAGES)
def test_page_names_the_case_it_is_about(page: str, workspace: Path) -> None:
    tested = drawn(page, workspace / "example")
    assert [title.value for title in tested.title] == [page.capitalize()]
    assert "Worked example, invented" in [text.value for text in tested.text]


@pytest.mark.parametrize("page", PAGES)
def test_hostile_names_reach_no_element_that_reads_markdown(page: str, workspace: Path) -> None:
    tested = drawn(page, workspace / "hostile")
    assert any(HOSTILE in text.value for text in tested.text)
    for element in [*tested.main, *tested.sidebar]:
        if element.type not in PLAIN:
            assert "evil" not in str(getattr(element, "proto", "")), element.type


def test_metrics_show_value_and_range_as_the_assessment_has_them(workspace: Path) -> None:
    assessment = open_run(workspace / "example").assessment()
    shown = {metric.label: metric.value for metric in drawn("finding", workspace / "example").metric}
    figure = assessment.figure("persons.additional", Purpose.PERSONALISED_ADVERTISING)
    assert shown["Additional persons"] == figure_text(figure.value, figure.unit)
    assert len(shown) == 4


def test_a_changed_rate_recomputes_the_scenarios_and_reset_brings_them_back(workspace: Path) -> None:
    tested = drawn("scenarios", workspace / "example")
    before = _scenario_values(tested)
    small = next(number for number in tested.number_input if number.label == "Small (%)")
    small.set_value(100.0).run()
    after = _scenario_values(tested)
    assert after["K0, as it stands"] == before["K0, as it stands"]
    assert after != before
    next(button for button in tested.button if button.label == "Reset the rates").click().run()
    assert _scenario_values(tested) == before


def test_scenario_table_holds_every_scenario_with_its_bounds(workspace: Path) -> None:
    table = drawn("scenarios", workspace / "example").dataframe[0].value
    assert len(table) == len(Scenario)
    assert (table["Lower"] <= table["Value"]).all()
    assert (table["Value"] <= table["Upper"]).all()


def test_data_page_lists_every_input_with_its_hash(workspace: Path) -> None:
    assessment = open_run(workspace / "example").assessment()
    table = drawn("data", workspace / "example").dataframe[0].value
    assert list(table["SHA-256"]) == [file.sha256 for file in assessment.inputs]


def test_data_page_shows_the_report_on_the_file_that_is_chosen(workspace: Path) -> None:
    tested = drawn("data", workspace / "example")
    file = tested.selectbox(key="file")
    assessment = open_run(workspace / "example").assessment()
    assert file.options == [f"{given.file} (drop 1)" for given in assessment.inputs]
    index = [given.file for given in assessment.inputs].index("consents.csv")
    file.select_index(index).run()
    assert not tested.exception
    told = assessment.inputs[index].states
    table = next(shown.value for shown in tested.dataframe if "State" in shown.value)
    assert dict(zip(table["State"], table["As told"], strict=True)) == {s.value: n for s, n in told.items()}
    shown = [text.value for text in tested.text]
    assert all(any(asked.question in text for text in shown) for asked in assessment.delivered.questions)


def test_data_page_shows_what_a_recipe_reads(workspace: Path) -> None:
    tested = drawn("data", workspace / "example")
    assert not any(code.value.startswith("hubspot:") for code in tested.code)
    tested.selectbox(key="recipe").select("hubspot").run()
    assert any(code.value.startswith("hubspot: HubSpot contacts") for code in tested.code)


def test_data_page_proposes_a_recipe_for_an_export_beside_the_case(workspace: Path) -> None:
    export = workspace / "example" / "members.csv"
    export.write_text("Member ID,Email,Marketing consent\nM1,ana@example.com,yes\n", encoding="utf-8")
    try:
        tested = drawn("data", workspace / "example")
        tested.selectbox(key="export").select_index(0).run()
        tested.button(key="propose").click().run()
        assert not tested.exception
        shown = [text.value for text in tested.text]
        assert "1 question left open:" in shown
        assert any("# decide: does a yes in `Marketing consent` mean" in code.value for code in tested.code)
        assert not any("ana@" in text for text in [*shown, *(code.value for code in tested.code)])
    finally:
        export.unlink()


def test_figures_page_shows_the_trace_of_the_figure_that_the_finding_is_about(workspace: Path) -> None:
    tested = drawn("figures", workspace / "example")
    figure = open_run(workspace / "example").assessment().figure("persons.additional", Purpose.PERSONALISED_ADVERTISING)
    shown = [text.value for text in tested.text]
    assert {figure.computed, figure.rows, *figure.rules, *figure.assumptions} <= set(shown)


def test_rules_page_filters_by_gate(workspace: Path) -> None:
    tested = drawn("rules", workspace / "example")
    assert set(tested.dataframe[0].value["Gate"]) == {"agreement", "person"}
    tested.selectbox(key="gate").select("agreement").run()
    assert set(tested.dataframe[0].value["Gate"]) == {"agreement"}


def _scenario_values(tested: AppTest) -> dict[str, float]:
    table = tested.dataframe[0].value
    return dict(zip(table["Scenario"], table["Value"], strict=True))
