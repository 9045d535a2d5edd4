"""For all tests: which versions ran, and which tests were skipped because a Debian package is absent."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from machine import absent_packages


def pytest_report_header() -> str:
    names = ("duckdb", "ibis-framework", "polars", "streamlit", "typst")
    return ", ".join(f"{name} {version(name)}" for name in names)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if absent := absent_packages():
        terminalreporter.section("absent packages")
        terminalreporter.line(
            f"Debian packages {', '.join(absent)} are not installed: the tests that use them were skipped. "
            "With root: xargs -a apt-packages.txt apt-get install -y"
        )
