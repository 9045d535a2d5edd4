"""A workspace with two small real cases, one with names that try to be Markdown, and a server and a browser for it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from webcase import HOSTILE, ROOT, WORKED_EXAMPLE, Server

from consent_risk.case import parse_case
from consent_risk.workspace.drops import add_drop
from consent_risk.workspace.runs import open_run


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two measured cases: the worked example, and the same between parties whose names are hostile."""
    folder = tmp_path_factory.mktemp("workspace")
    text = (WORKED_EXAMPLE / "case.yaml").read_text(encoding="utf-8")
    _make_case(folder / "example", text)
    _make_case(folder / "hostile", _with_hostile_names(text))
    return folder


def _make_case(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    exports = sorted(WORKED_EXAMPLE.glob("*.csv"))
    add_drop(folder, parse_case(text), exports, key=bytes(32), now=datetime(2022, 2, 1, tzinfo=UTC))
    open_run(folder)


def _with_hostile_names(text: str) -> str:
    for line in ("title: Worked example, invented", "name: Example CRM", "name: Example Social"):
        assert f"{line}\n" in text
        text = text.replace(f"{line}\n", f"{line.split(':')[0]}: '{HOSTILE}'\n")
    return text


@pytest.fixture(scope="session")
def server(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`streamlit run app.py` on a free port of this machine, ended by its own process id."""
    port = _free_port()
    log = tmp_path_factory.mktemp("server") / "log.txt"
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    environment = {**os.environ, "CONSENT_RISK_WORKSPACE": str(workspace)}
    with (
        log.open("wb") as out,
        subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT, cwd=log.parent) as process,
    ):
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
            yield Server(f"http://127.0.0.1:{port}", log)
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
            return
        time.sleep(0.2)
    raise AssertionError(f"the server did not answer within {seconds} s: {log.read_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=15)
