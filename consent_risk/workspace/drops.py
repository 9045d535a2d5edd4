"""The data drops of a case: each delivery sealed once, never changed, and visible only when it is complete.

A drop is made in `drops/.staging-<random>` and appears by a single rename. A crash at any moment leaves the drops
as they were; what it leaves in staging is removed when the next delivery is added.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from consent_risk.case import Case, ExportSettings
from consent_risk.errors import Problem, UserError
from consent_risk.intake import MANIFEST, NO_OWN_RECIPES, seal_folder
from consent_risk.intake.manifest import Manifest, RecipeFile
from consent_risk.intake.recipes import Recipe
from consent_risk.intake.sealing import Sealer
from consent_risk.intake.writing import sha256_of
from consent_risk.workspace.counts import count_sealed, write_counts
from consent_risk.workspace.keys import DROPS

_STAGING = ".staging-"
_LOCK = ".lock"


@dataclass(frozen=True)
class Drop:
    """A sealed delivery: its id (time of arrival and content), its folder and its manifest."""

    id: str
    path: Path
    manifest: Manifest


def add_drop(
    case_dir: Path,
    case: Case,
    files: Sequence[Path],
    *,
    key: bytes,
    set_aside: bool = False,
    progress: Callable[[int, int], None] | None = None,
    recipe: Recipe | None = None,
    settings: ExportSettings | None = None,
    own: Mapping[str, RecipeFile] = NO_OWN_RECIPES,
    now: datetime,
) -> Drop:
    """Seal the files into a new drop of the case; `recipe`, `settings` and `own` are those of intake.seal_folder.

    Raises UserError for input that cannot be used (see intake.seal_folder), for a file that a drop holds already,
    for a case whose profile is no longer that of its drops, and while another delivery is being added. Whatever goes
    wrong, the case keeps the drops it had.
    """
    drops = case_dir / DROPS
    drops.mkdir(exist_ok=True)
    with _only_one(drops):
        _remove_stale(drops)
        before = list_drops(case_dir)
        _check_profile(case, before)
        _check_new(files, before)
        staging = drops / f"{_STAGING}{secrets.token_hex(8)}"
        try:
            manifest = seal_folder(
                files,
                case,
                Sealer(key),
                staging,
                set_aside=set_aside,
                earlier=sealed_tables(before).get("records", ()),
                progress=progress,
                recipe=recipe,
                settings=settings,
                own=own,
            )
            write_counts(staging, count_sealed(staging, manifest, as_of=case.as_of))
            return _publish(staging, drops, manifest, now)
        except OSError as error:
            raise _disk_full(error) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def list_drops(case_dir: Path) -> list[Drop]:
    """The drops of the case, oldest first. Raises UserError for a drop whose manifest cannot be read."""
    folder = case_dir / DROPS
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    return [Drop(name, folder / name, _read_manifest(folder / name)) for name in names]


def read_rejects(drop: Path) -> pl.DataFrame:
    """The rows and cells of a drop that could not be used (tables.Rejects)."""
    return pl.read_parquet(drop / "rejects.parquet")


def sealed_tables(drops: Sequence[Drop]) -> dict[str, list[Path]]:
    """For each table its Parquet files, in the order of the drops."""
    files: dict[str, list[Path]] = {}
    for drop in drops:
        for output in drop.manifest.outputs:
            files.setdefault(output.table, []).append(drop.path / output.file)
    return files


@contextmanager
def _only_one(drops: Path) -> Iterator[None]:
    """Holds the lock on the drops. The system lets go of it when a process dies."""
    with (drops / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(Problem(DROPS, "another delivery is being added", "Wait until it is complete.")) from None
        yield


def _remove_stale(drops: Path) -> None:
    for path in drops.glob(f"{_STAGING}*"):
        shutil.rmtree(path, ignore_errors=True)


def _check_profile(case: Case, drops: Sequence[Drop]) -> None:
    """Raises UserError if a drop was sealed under another profile than the case names now."""
    profile = case.identifiers.profile
    for other in sorted({drop.manifest.profile for drop in drops} - {profile.value}):
        reason = (
            f"identifiers.profile is {profile}, but earlier drops were sealed under {other}: the same person would get "
            "different keys"
        )
        mend = f"Write `profile: {other}` again, or start a new case under {profile} and add every delivery to it."
        raise UserError(Problem("case.yaml", reason, mend))


def _check_new(files: Sequence[Path], drops: Sequence[Drop]) -> None:
    """Raises UserError for every file that was handed in before, or twice now.

    Only files of the same size can be the same, so no others are read for it.
    """
    known = {given.sha256: f"drop {drop.id} has it already" for drop in drops for given in drop.manifest.inputs}
    sizes = Counter(path.stat().st_size for path in files if path.is_file())
    sizes.update({given.bytes for drop in drops for given in drop.manifest.inputs})
    problems = []
    for path in files:
        if not path.is_file() or not path.stat().st_size or sizes[path.stat().st_size] < 2:
            continue  # seal_folder says what is wrong with a file that is missing or empty
        digest = sha256_of(path)
        if digest in known:
            problems.append(Problem(path.name, f"the same file: {known[digest]}", "Leave it out."))
        known.setdefault(digest, "another file of this delivery has the same content")
    if problems:
        raise UserError(problems)


def _publish(staging: Path, drops: Path, manifest: Manifest, now: datetime) -> Drop:
    content = hashlib.sha256("\n".join(output.sha256 for output in manifest.outputs).encode()).hexdigest()
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{content[:8]}"
    for path in staging.iterdir():
        path.chmod(path.stat().st_mode & ~0o222)
    _sync(staging)
    os.rename(staging, drops / name)  # noqa: PTH104 - one system call, fails where Path.replace might overwrite
    _sync(drops)
    return Drop(name, drops / name, manifest)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_manifest(folder: Path) -> Manifest:
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        mend = "Restore the drop from a copy, or remove its folder and add the delivery again."
        raise UserError(Problem(f"{DROPS}/{folder.name}/{MANIFEST}", "the manifest cannot be read", mend)) from None


def _disk_full(error: OSError) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(Problem(DROPS, "the disk is full; nothing was added", "Make room and add the files again."))
    return error
