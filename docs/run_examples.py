"""Runs the shell examples of a document and writes what they printed back into it.

An example is a fenced block marked `console`: lines that open with `$ ` are commands, the others their output. All
examples of a document run one after another in one folder, which holds copies of the examples in docs.

    python docs/run_examples.py        # renews README.md and docs/recipes.md
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "recipes.md")
_EXAMPLES = ("example", "recipe-example")
_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
# The time of a delivery and its content under a random key: the only things that differ from run to run.
_DROP = re.compile(r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b")
_SAME_DROP = "20260401T091500Z-5f0c2a7e"


def rerun(text: str, folder: Path) -> str:
    """The document with the output that its examples give in `folder`. Raises where a command fails."""
    for example in _EXAMPLES:
        shutil.copytree(ROOT / "docs" / example, folder / "docs" / example)
    environment = _environment(folder)
    return _BLOCK.sub(lambda block: _rerun_block(block.group(), folder, environment), text)


def _rerun_block(block: str, folder: Path, environment: dict[str, str]) -> str:
    commands = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    printed = (f"$ {command}\n{_output(command, folder, environment)}" for command in commands)
    return _DROP.sub(_SAME_DROP, "\n".join(printed))


def _output(command: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout + done.stderr


def _environment(folder: Path) -> dict[str, str]:
    """The environment with `consent-risk` of this interpreter on the path, and a folder of keys of its own."""
    programs = folder / "bin"
    programs.mkdir()
    script = programs / "consent-risk"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m consent_risk "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "CONSENT_RISK_KEYS": str(folder / "keys")}


def main() -> None:
    """Renew the documents."""
    for document in DOCUMENTS:
        with tempfile.TemporaryDirectory(prefix="consent-risk-docs-") as folder:
            document.write_text(rerun(document.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
