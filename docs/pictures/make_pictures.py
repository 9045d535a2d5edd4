"""Makes the two pictures of the README from the sample case: a page of the app and a page of the PDF.

Needs Debian's chromium and poppler-utils (apt-packages.txt) and the test requirements:

    python docs/pictures/make_pictures.py
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
PICTURES = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
CASE = "quillmere"
PDF_PAGE = 3  # the finding and the figures in brief


def main() -> None:
    """Make both pictures again."""
    with tempfile.TemporaryDirectory(prefix="consent-risk-pictures-") as scratch:
        folder = Path(scratch)
        with _app(folder) as url:
            _take_page(url, PICTURES / "page.png")
        _draw_pdf_page(folder, PICTURES / "pdf-page.png")


@contextmanager
def _app(folder: Path) -> Iterator[str]:
    """The app with the sample cases on a free port, ended by its own process id; keys lie in `folder`."""
    os.environ["CONSENT_RISK_KEYS"] = str(folder / "keys")
    sample = ROOT / "sample_data" / CASE
    _consent_risk("run", str(sample), "--keep", str(folder / "workspace" / CASE), "--pdf", str(folder / "report.pdf"))
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    environment = {**os.environ, "CONSENT_RISK_WORKSPACE": str(folder / "workspace")}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_healthy(url)
            yield url
        finally:
            server.terminate()


def _consent_risk(*arguments: str) -> None:
    command = [sys.executable, "-m", "consent_risk", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_healthy(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
            return
        time.sleep(0.2)
    raise TimeoutError(f"the app did not answer within {seconds} s")


def _take_page(url: str, target: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme="light")
        page.goto(url)
        page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
        page.locator("svg.marks, canvas").first.wait_for(timeout=60_000)
        page.wait_for_timeout(1_500)  # the chart's last layout
        page.screenshot(path=target)
        browser.close()


def _draw_pdf_page(folder: Path, target: Path) -> None:
    number = str(PDF_PAGE)
    command = ["pdftoppm", "-png", "-r", "80", "-f", number, "-l", number, "-singlefile", "report.pdf", "page"]
    subprocess.run(command, cwd=folder, check=True)
    target.write_bytes((folder / "page.png").read_bytes())


if __name__ == "__main__":
    main()
