"""Files that are no exports by their name, wherever they lie."""

from __future__ import annotations

from pathlib import PurePath

_NO_EXPORTS = ("README*", "LICENSE*", "*.md", "*.pdf", "case.yaml")


def is_unread(path: PurePath) -> bool:
    """Is the file, or a folder that it lies in, hidden or no export by its name? `path` is relative."""
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return hidden or any(path.match(pattern) for pattern in _NO_EXPORTS)
