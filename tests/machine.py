"""The programs that tests call, and the Debian packages that bring them (apt-packages.txt, installed by .ci/run)."""

from __future__ import annotations

import shutil

BINARIES = {"chromium": "chromium", "pdftotext": "poppler-utils", "qpdf": "qpdf"}


def absent_packages() -> list[str]:
    """The Debian packages whose programs are not on this machine."""
    return sorted(package for binary, package in BINARIES.items() if not shutil.which(binary))
