"""What the tests of the app share: where things lie, names that try to be Markdown, and a running server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKED_EXAMPLE = ROOT / "tests" / "data" / "worked_example"
CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = "![pixel](https://evil.example/p.png) <img src=https://evil.example/i.png> :material/face:"


@dataclass(frozen=True)
class Server:
    """A running app: its address and the file it logs to."""

    url: str
    log: Path
