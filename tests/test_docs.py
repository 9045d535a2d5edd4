"""The documents say what the code does: words, rules, figures, keys, tables, links, and what the examples print."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import dataframely as dy
import numpy as np
import pytest
import typer
from pipeline import assessment_of
from pydantic import BaseModel

from consent_risk import cli
from consent_risk.analysis.scenarios import passing
from consent_risk.assessment import Assessment
from consent_risk.case import AnalystFinding, Case, ExportSettings, Thresholds
from consent_risk.intake.columns import CANONICAL_FILES
from consent_risk.intake.recipes import built_in_recipes, model, parse_recipe
from consent_risk.resources import read_rulebook, read_thresholds
from consent_risk.tables import SCHEMAS
from consent_risk.vocabulary import Bound, DataCategory, Outcome, Purpose, Scenario

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLE = ROOT / "docs" / "example"

# The headings of docs/recipes.md that have a table of keys each.
RECIPE_PARTS = {
    "The recipe": model.Recipe,
    "Records": model.RecordColumns,
    "State of a record": model.StateColumn,
    "Subject": model.Subject,
    "Consent statements": model.Statement,
    "Meaning": model.Meaning,
    "Evidence": model.Evidence,
    "Times": model.Time,
    "Lookups": model.Lookup,
    "Conditions": model.Condition,
    "Merges": model.Merged,
    "Deletions": model.Deleted,
    "Snapshots": model.Snapshot,
    "Rows set aside": model.SetAside,
    "Figures": model.Tally,
}

# design.md, section 2.
WORDS = ("provider", "acquirer", "tenant", "record", "person", "data point", "message", "purpose", "outcome", "gate")
WORDS += ("rule", "limb", "scenario", "case", "data drop", "run")


@cache
def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def section(path: str, heading: str) -> str:
    """The text below a heading, down to the next heading of its level or above."""
    prose = re.sub(r"^```.*?^```$", "", text_of(path), flags=re.M | re.S)  # a # in an example is no heading
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,2}} |\Z)", prose, re.M | re.S)
    assert found, f"{path} has no heading '{heading}'"
    return found.group(2)


def rows(text: str) -> list[list[str]]:
    """The cells of the table rows in a text."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def quoted(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", text))


@cache
def example() -> Assessment:
    return assessment_of(EXAMPLE)


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    """The keys of case.yaml with dots. A band is explained by its limb's key."""
    for name, field in model.model_fields.items():
        inner = {"finding": AnalystFinding, "thresholds": Thresholds}.get(name, field.annotation)
        nested = isinstance(inner, type) and issubclass(inner, BaseModel) and name != "renegotiation"
        yield from (f"{name}.{key}" for key in keys_of(inner)) if nested else (name,)


def test_every_word_of_the_design_is_in_the_glossary() -> None:
    words = [re.sub(r" \(.*\)", "", row[0]) for row in rows(text_of("docs/glossary.md"))[2:]]
    assert set(WORDS) <= set(words)
    assert words == sorted(set(words), key=str.lower), "in alphabetical order, each word once"


def test_every_outcome_is_in_the_method_and_the_glossary() -> None:
    glossary = {row[0] for row in rows(text_of("docs/glossary.md"))}
    assert {outcome.value for outcome in Outcome} <= quoted(text_of("docs/method.md")) & glossary


def test_every_rule_stands_in_its_gate_with_its_outcome() -> None:
    stated: dict[str, str] = {}
    for row in rows(section("docs/method.md", "Agreement gate") + section("docs/method.md", "Person gate")):
        for rule in quoted(row[-1]):
            stated[rule] = row[1] if len(row) == 3 else Outcome.BARRED.value  # steps 1 to 3 all bar
    prose = {
        "agreement.none_delivered": Outcome.UNKNOWN,
        "agreement.not_in_force": Outcome.BARRED,
        "person.consent_given": Outcome.ACCESSIBLE,
    }
    assert prose.keys() <= quoted(text_of("docs/method.md"))
    assert stated | prose == {rule.id: rule.outcome.value for rule in read_rulebook().rules}


def test_the_table_of_legal_rules_names_the_rules_that_stem_from_each() -> None:
    stated = {row[0]: quoted(row[3]) for row in rows(section("docs/method.md", "Legal rules")) if row[0][:1] == "R"}
    assert list(stated) == [f"R{number:02}" for number in range(1, 32)]
    stem = {number: {rule.id for rule in read_rulebook().rules if number in rule.sources} for number in stated}
    assert stated == stem


def test_every_figure_is_in_the_table_of_figures() -> None:
    stated = set().union(*(quoted(row[0]) for row in rows(section("docs/method.md", "The figures")) if "`" in row[0]))
    assert stated == {figure.id for figure in example().figures}


def test_every_step_of_the_waterfalls_is_in_the_method() -> None:
    stated = {step for row in rows(section("docs/method.md", "Waterfall")) for step in quoted(row[0])}
    assert stated == {step.step for waterfall in example().waterfalls for step in waterfall.steps}


@pytest.mark.parametrize("file", list(CANONICAL_FILES.values()), ids=lambda file: file.stem)
def test_every_column_is_in_the_method_with_every_word_it_takes(file: Any) -> None:
    heading = next(line for line in text_of("docs/method.md").splitlines() if line.startswith(f"### `{file.stem}.csv`"))
    of_file = text_of("docs/method.md").split(heading)[1].split("\n##")[0]
    stated = {row[0].replace("`", ""): row for row in rows(of_file)[2:]}
    required = {f"{name}*" if name in file.required else name for name in file.header}
    assert stated.keys() == required
    elsewhere = {value for kind in (Purpose, DataCategory) for value in kind}
    for name, column in SCHEMAS[file.table].columns().items():
        row = stated.get(name) or stated.get(f"{name}*")
        words = set(column.categories) - elsewhere if row and isinstance(column, dy.Enum) else set()
        if words and not (row and "as in consents" in row[1]):
            assert row and words <= set(re.split(r"[:, ]+", row[1])), name


def test_every_purpose_and_category_is_in_the_method() -> None:
    assert set(Purpose) <= quoted(section("docs/method.md", "Purposes"))
    assert set(DataCategory) <= quoted(section("docs/method.md", "Data categories"))


def test_the_passing_tables_are_those_of_the_code() -> None:
    agreement, person = section("docs/method.md", "Scenarios").split("**Person gate**")
    for scenario, bound in product(Scenario, Bound):
        code = passing(scenario, bound)
        for outcome, chance, now, asked in zip(Outcome, code.agreement, code.now, code.asked, strict=True):
            told = stated_pass(agreement, outcome, scenario, bound)
            assert told == ("g" if np.isnan(chance) else f"{chance:.0f}"), (outcome, scenario, bound)
            told = stated_pass(person, outcome, scenario, bound)
            assert told == ("1" if now else "ask" if asked else "0"), (outcome, scenario, bound)


def stated_pass(table: str, outcome: Outcome, scenario: Scenario, bound: Bound) -> str:
    header, *others = (row for row in rows(table) if len(row) == 7)
    found = [row for row in others if row[0] == outcome and row[1] in ("all", bound)]
    assert len(found) == 1
    return found[0][header.index(scenario)]


def test_the_bands_are_those_of_the_code() -> None:
    stated = {row[0]: row[2:] for row in rows(section("docs/method.md", "Limbs")) if len(row) == 5}
    for limb, bands in read_thresholds().bands.items():
        assert stated[limb] == [f"from {edge:.0%}".replace("%", " %") for edge in bands.model_dump().values()]


def test_the_worked_example_of_the_method_is_what_the_program_counts() -> None:
    figure = example().figure("persons.additional", Purpose.DIRECT_MARKETING, Scenario.K1_K2)
    bo, elin = 0.1 * 1 + 0.9 * 0.2, 0.4 * 0.5
    assert (figure.value, figure.lower) == (pytest.approx(1 + bo + elin), pytest.approx(1 + bo))
    assert figure.upper == pytest.approx(1 + bo + 1 + 1)
    prose = section("docs/method.md", "Scenarios")
    assert all(f"= {number:.2f}" in prose for number in (bo, figure.value, figure.lower, figure.upper))


@pytest.mark.parametrize("key", list(keys_of(Case)))
def test_every_key_of_a_case_is_explained(key: str) -> None:
    assert [f"`{key}`"] == [row[0] for row in rows(section("README.md", "A first own case")) if row[0] == f"`{key}`"]


def test_the_commands_and_their_options_are_in_the_readme() -> None:
    told = section("README.md", "Commands")
    group = typer.main.get_command(cli.app)
    commands = dict(group.commands)  # type: ignore[attr-defined]
    commands |= {f"recipe {name}": command for name, command in commands.pop("recipe").commands.items()}
    for name, command in commands.items():
        assert f"`consent-risk {name}" in told
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        assert all(option in told for option in options), (name, options)


def test_files_are_in_the_readme_and_recipes_in_their_document() -> None:
    table = {row[0]: row[2] for row in rows(section("README.md", "Files"))}
    for file in CANONICAL_FILES.values():
        assert table[f"`{file.stem}.csv`"] == ", ".join(file.required)
    assert all(re.search(rf"^{recipe} ", text_of("docs/recipes.md"), re.M) for recipe in built_in_recipes())


def test_headings_that_the_code_points_to_exist() -> None:
    for path in (ROOT / "consent_risk").rglob("*.py"):
        for document, heading in re.findall(r'((?:docs/)?\w+\.md)(?:,| \()\s*"([^"]+)"', path.read_text("utf-8")):
            assert section(document, heading), path


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere_and_nothing_personal_stands_in_a_document(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)\s]*)\)", text):
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link
    assert all(host in ("example.com", "example.org") for host in re.findall(r"\w@([\w.-]+\w)", text))
    assert not re.search(r"(?<![\w.])/(work|home|root|tmp|Users)/", text), "no path of anybody's machine"


def anchors(text: str) -> set[str]:
    """The anchors that a page shows for its headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_document_is_reached_from_the_readme() -> None:
    linked = re.findall(r"\]\(([^)#\s]+)", text_of("README.md"))
    for path in DOCUMENTS[1:]:
        name = path.relative_to(ROOT).as_posix()
        assert any(name == link or name.startswith(link.rstrip("/") + "/") for link in linked), name


@pytest.mark.slow
@pytest.mark.parametrize("document", ["README.md", "docs/recipes.md"])
def test_the_examples_of_a_document_print_what_it_says(document: str, tmp_path: Path) -> None:
    text = text_of(document)
    assert "```console" in text
    assert run_examples().rerun(text, tmp_path) == text, "renew it with: python docs/run_examples.py"


def test_every_key_of_a_recipe_is_explained() -> None:
    tables = re.split(r"^## ", text_of("docs/recipes.md"), flags=re.M)
    for heading, kind in RECIPE_PARTS.items():
        table = next(table for table in tables if table.startswith(f"{heading}\n"))
        assert [f"`{key}`" for key in kind.model_fields] == [row[0] for row in rows(table) if row[0][:1] == "`"], (
            heading
        )


def test_every_part_of_a_recipe_has_its_keys_explained() -> None:
    parts = {kind for kind in vars(model).values() if isinstance(kind, type) and issubclass(kind, model._Model)}
    assert parts - {model._Model} == set(RECIPE_PARTS.values())


def test_the_recipe_of_the_example_is_valid_and_shown_as_it_is() -> None:
    text = text_of("docs/recipe-example/ours.yaml")
    assert f"```yaml\n{text}```\n" in text_of("docs/recipes.md")
    assert parse_recipe(text, "ours.yaml").name == "club"


def test_every_key_of_exports_is_in_the_readme() -> None:
    (row,) = [row for row in rows(section("README.md", "A first own case")) if row[0] == "`exports`"]
    assert set(ExportSettings.model_fields) <= quoted(row[1])


def run_examples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_examples", ROOT / "docs" / "run_examples.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
