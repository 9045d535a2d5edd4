"""The app in a real browser: the finding in front, the PDF in one click, every page, nothing from outside."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from webcase import CHROMIUM, HOSTILE, WORKED_EXAMPLE, Server

from consent_risk.numbers import number_text

PAGES = ("Finding", "Scenarios", "Limbs", "Rules", "Figures", "Data")
SERIOUS = {"serious", "critical"}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no chromium at {CHROMIUM}: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=flags)
        yield running
        running.close()


@pytest.fixture
def scheme() -> Literal["light", "dark"]:
    """The colours that the visitor's system prefers; a test may ask for others."""
    return "light"


@pytest.fixture
def page(browser: Browser, server: Server, scheme: Literal["light", "dark"]) -> Iterator[Page]:
    """A fresh visitor's page. Whatever it asks of another host fails the test."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(60_000)
    outside: list[str] = []
    visited = context.new_page()
    visited.on("request", lambda sent: None if _is_own(sent.url, server) else outside.append(sent.url))
    visited.goto(server.url)
    yield visited
    context.close()
    assert outside == []


def test_front_page_shows_the_finding_and_the_figure_of_the_worked_example(page: Page) -> None:
    _settled(page, "Finding")
    assert page.get_by_text("Suggested by this tool").count() == 1
    assert page.get_by_text("Worked example, invented", exact=True).is_visible()
    metric = page.get_by_test_id("stMetric").filter(has_text="Additional persons")
    assert metric.get_by_test_id("stMetricValue").inner_text() == number_text(_expected("persons.additional"))
    assert page.get_by_test_id("stVegaLiteChart").count() == 2


def test_pdf_comes_with_one_click(page: Page) -> None:
    _settled(page, "Finding")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the PDF").click()
    assert download.value.suggested_filename == "worked-example-assessment.pdf"
    content = download.value.path().read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(content) > 20_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_shows_without_error_and_without_serious_barrier(page: Page) -> None:
    for title in PAGES:
        _visit(page, title)
        assert page.get_by_test_id("stException").count() == 0
        assert page.get_by_test_id("stAlert").count() == 0
        found = Axe().run(page).response["violations"]
        assert [(title, one["id"]) for one in found if one["impact"] in SERIOUS] == []


def test_names_that_try_to_be_markdown_stay_text(page: Page) -> None:
    page.get_by_role("combobox", name="Case").click()
    page.get_by_role("option", name="hostile").click()
    page.get_by_text(HOSTILE, exact=True).first.wait_for()
    for title in PAGES:
        _visit(page, title)
        assert page.locator("img[src*=evil]").count() == 0
        assert page.get_by_text(HOSTILE).first.is_visible()


def test_changed_rate_moves_the_scenarios_and_reset_brings_them_back(page: Page) -> None:
    _visit(page, "Scenarios")
    rate = page.get_by_label("Small (%)")
    before = rate.input_value()
    rate.fill("100")
    rate.press("Enter")
    page.get_by_role("button", name="Reset the rates").wait_for()
    _visit(page, "Finding")
    assert page.get_by_text("Rates were changed").is_visible()
    _visit(page, "Scenarios")
    assert page.get_by_label("Small (%)").input_value() == "100.0"
    page.get_by_role("button", name="Reset the rates").click()
    page.get_by_role("button", name="Reset the rates").wait_for(state="detached")
    _settled(page, "Scenarios")
    assert page.get_by_label("Small (%)").input_value() == before


def test_answers_carry_the_strict_headers(server: Server) -> None:
    with urllib.request.urlopen(server.url, timeout=10) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy


def _visit(page: Page, title: str) -> None:
    page.get_by_role("link", name=title, exact=True).click()
    _settled(page, title)


def _settled(page: Page, title: str) -> None:
    """Wait until the page of this title is drawn and the server has nothing more to send."""
    page.get_by_role("heading", name=title, level=1).wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def _is_own(url: str, server: Server) -> bool:
    return url.startswith((f"{server.url}/", "data:", "blob:"))


def _expected(figure_id: str) -> float:
    figures: list[dict[str, Any]] = json.loads((WORKED_EXAMPLE / "expected.json").read_text(encoding="utf-8"))
    wanted = (figure_id, "PersonalisedAdvertising", "K0")
    return next(f["value"] for f in figures if (f["id"], f["purpose"], f["scenario"]) == wanted)
