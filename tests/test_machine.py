"""What a new machine is told to install is what the tests use."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from machine import BINARIES

ROOT = Path(__file__).parents[1]


def test_one_list_names_every_debian_package_the_tests_use() -> None:
    listed = (ROOT / "apt-packages.txt").read_text(encoding="utf-8").split()
    assert sorted(listed) == sorted(BINARIES.values())


def test_lock_files_pin_every_package_by_hash_and_name_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        packages = re.findall(r"^[a-z0-9][^ ]*==", text, re.MULTILINE | re.IGNORECASE)
        blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE | re.IGNORECASE)[1:]
        assert len(packages) == len(blocks)
        assert all("--hash=sha256:" in block for block in blocks)


def test_sqlglot_is_held_where_ibis_can_drop_a_view() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    ((major, minor),) = re.findall(r"^sqlglot==(\d+)\.(\d+)", lock, re.MULTILINE)
    assert (int(major), int(minor)) < (30, 18)


@pytest.mark.slow
def test_the_benchmark_runs_and_both_sides_give_the_same_cube() -> None:
    command = [sys.executable, str(ROOT / "bench" / "measure.py"), "--records", "20000", "--repeats", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "the same cube on both sides" in done.stdout
