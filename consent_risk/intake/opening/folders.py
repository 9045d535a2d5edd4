"""Which files a person means who names files, folders and patterns."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from consent_risk.errors import Problem, UserError
from consent_risk.intake.opening.unread import is_unread

_CASE_FILE = "case.yaml"
_OF_A_CASE = ("drops", "runs")
_MAGIC = "*?["
_OF_AN_ASSESSMENT = {"program_version", "rules_version", "waterfalls", "limbs", "finding"}
_OF_A_FIGURE = {"id", "purpose", "scenario", "value", "lower", "upper"}
_LARGEST_RESULT = 64 << 20


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files that `paths` mean: files as they are named, folders with all files below them, and patterns (`*.csv`).

    Left out in folders are hidden files, README and LICENSE, `*.md`, `*.pdf`, results of this program (an assessment
    or its figures as JSON), and of a case folder `case.yaml`, `drops/` and `runs/`. No file comes twice.
    Raises UserError for a pattern that no file fits, and for a folder without any.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_meant_by(path)))
    return list(found)


def exports_in_folder(folder: Path) -> list[Path]:
    """The files of the folder itself that may be exports, by name."""
    return sorted(path for path in folder.iterdir() if path.is_file() and _may_be_export(path, folder))


def _meant_by(path: Path) -> Iterable[Path]:
    if path.is_dir():
        below = sorted(_below(path))
        if not below:
            reason = "there are no exports in it"
            raise UserError(Problem(str(path), reason, "Name the files, or the folder they are in."))
        return below
    if any(sign in str(path) for sign in _MAGIC) and not path.exists():
        fitting = sorted(Path(name) for name in glob.glob(str(path), recursive=True))  # noqa: PTH207 - may be absolute
        if not fitting:
            raise UserError(Problem(str(path), "no file fits this pattern", "Check the folder and the pattern."))
        return [file for each in fitting for file in (_meant_by(each) if each.is_dir() else [each])]
    return [path]


def _below(folder: Path) -> Iterator[Path]:
    skipped = _OF_A_CASE if (folder / _CASE_FILE).exists() else ()
    for path in folder.iterdir():
        if path.is_dir():
            if not path.name.startswith(".") and path.name not in skipped and not path.is_symlink():
                yield from _below(path)
        elif path.is_file() and _may_be_export(path, folder):
            yield path


def _may_be_export(path: Path, folder: Path) -> bool:
    return not is_unread(path.relative_to(folder)) and not _is_result(path)


def _is_result(path: Path) -> bool:
    """Is it an assessment as JSON, or the list of its figures, going by the keys?"""
    if path.suffix.lower() != ".json" or path.stat().st_size > _LARGEST_RESULT:
        return False
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    if isinstance(document, list):
        return bool(document) and all(isinstance(entry, dict) and entry.keys() >= _OF_A_FIGURE for entry in document)
    return isinstance(document, dict) and document.keys() >= _OF_AN_ASSESSMENT
