"""Which case the page is about: the workspace, the choice in the sidebar, and the opened run with its assessment."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from consent_risk.assessment import Assessment
from consent_risk.case import Case
from consent_risk.errors import Problem, UserError
from consent_risk.web.rates import changed_case
from consent_risk.workspace.runs import Run, list_cases, open_run

WORKSPACE_VARIABLE = "CONSENT_RISK_WORKSPACE"


@dataclass(frozen=True)
class OpenedCase:
    """A case as the pages see it. `case` has the rates changed in this session, `run.case` those of the file.

    `content` is a hash of everything the assessment depends on: what is drawn from it may be kept under this key.
    """

    run: Run
    case: Case
    assessment: Assessment
    content: str


def choose_case() -> Path:
    """The case folder chosen in the sidebar; the first one until the visitor chooses.

    Raises UserError where there is no workspace or no case in it.
    """
    cases = {folder.name: folder for folder in list_cases(_workspace())}
    if not cases:
        raise UserError(
            Problem(
                "workspace",
                "holds no case yet",
                "Make one with `consent-risk new`, or load the sample with `make app`.",
            )
        )
    # The key is that of the widget and lasts over pages, since the widget stands on every page.
    name = st.sidebar.selectbox("Case", list(cases), key="case")
    return cases[name]


def open_case(folder: Path) -> OpenedCase:
    """The case measured and assessed, from the cache where nothing changed since. Raises UserError."""
    run = _open_run(str(folder), _stamp(folder))
    case = changed_case(run.case, run.key)
    content = hashlib.sha256(f"{run.key}\n{case.model_dump_json()}".encode()).hexdigest()
    return OpenedCase(run, case, _assessment(content, run, case), content)


def _workspace() -> Path:
    named = os.environ.get(WORKSPACE_VARIABLE)
    if not named:
        raise UserError(Problem(WORKSPACE_VARIABLE, "names no folder", "Start the app with `consent-risk serve`."))
    return Path(named)


# Session-wide, never global: Streamlit's global caches are shared by all visitors.
@st.cache_resource(scope="session", max_entries=8, show_spinner="Measuring the case …")
def _open_run(folder: str, stamp: tuple[tuple[str, int, int], ...]) -> Run:
    return open_run(Path(folder))


@st.cache_resource(scope="session", max_entries=32, show_spinner=False)
def _assessment(content: str, _run: Run, _case: Case) -> Assessment:
    """Keyed by the content alone; the objects with an underscore are not hashed."""
    return _run.assessment(_case)


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a file of the case changes: name, size and time, without reading any content."""
    watched = sorted(path for path in folder.iterdir() if path.is_file() or path.name == "drops")
    stats = [(path.name, path.stat()) for path in watched]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
