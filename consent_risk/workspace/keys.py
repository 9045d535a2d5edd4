"""The key of a case: random, made on first use, kept outside the case folder.

Whoever holds the key can test guesses against the sealed identifiers, so the case folder (which is copied, backed up
and handed around) holds a random key id only. The keys lie in the user's data folder, or where the environment
variable CONSENT_RISK_KEYS says. Without its key a case can still be assessed, but nothing can be added to it.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

import platformdirs

from consent_risk.errors import Problem, UserError
from consent_risk.intake.sealing import KEY_BYTES

KEYS_VARIABLE = "CONSENT_RISK_KEYS"
DROPS = "drops"
KEY_ID = "KEY_ID"
_KEY_ID_PATTERN = re.compile(r"[0-9a-f]{32}")
_RESTORE = f"Bring it back from where the case was begun, or name its folder in {KEYS_VARIABLE}."


def new_key() -> bytes:
    """A random case key."""
    return secrets.token_bytes(KEY_BYTES)


def case_key(case_dir: Path) -> bytes:
    """The key of the case, made on first use.

    Raises UserError if the case has drops and their key is not to be found: a new key would seal the same person
    to other keys, and nobody would notice.
    """
    key_id = _read_key_id(case_dir)
    if key_id and (path := _key_path(case_dir, key_id)).exists():
        return _read_key(path)
    if _has_drops(case_dir):
        reason = "the key that sealed the drops of this case is missing"
        where = f"{DROPS}/{KEY_ID}"
        raise UserError(Problem(where, reason, _RESTORE))
    return _make_key(case_dir, replacing=key_id)


def forget_key(case_dir: Path) -> None:
    """Remove the key of a case that did not come to be."""
    if key_id := _read_key_id(case_dir):
        _key_path(case_dir, key_id).unlink(missing_ok=True)


def keys_folder(case_dir: Path) -> Path:
    """The folder of the keys. Raises UserError if it lies inside the case folder."""
    named = os.environ.get(KEYS_VARIABLE)
    folder = Path(named) if named else Path(platformdirs.user_data_dir("consent-risk")) / "keys"
    if folder.resolve().is_relative_to(case_dir.resolve()):
        reason = "the keys would lie inside the case folder and travel with the data they protect"
        raise UserError(Problem(KEYS_VARIABLE, reason, "Name a folder outside the case."))
    return folder


def _key_path(case_dir: Path, key_id: str) -> Path:
    return keys_folder(case_dir) / f"{key_id}.key"


def _read_key_id(case_dir: Path) -> str | None:
    path = case_dir / DROPS / KEY_ID
    if not path.exists():
        return None
    key_id = path.read_text(encoding="ascii", errors="replace").strip()
    if not _KEY_ID_PATTERN.fullmatch(key_id):
        raise UserError(Problem(f"{DROPS}/{KEY_ID}", "not a key id", "Restore the file from a copy of the case."))
    return key_id


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UserError(Problem(path.name, "the key file is damaged", _RESTORE))
    return key


def _has_drops(case_dir: Path) -> bool:
    drops = case_dir / DROPS
    return drops.is_dir() and any(path.is_dir() and not path.name.startswith(".") for path in drops.iterdir())


def _make_key(case_dir: Path, *, replacing: str | None) -> bytes:
    """A new key and its id. Of two processes that get here at once, the second takes the key of the first."""
    key, key_id = new_key(), secrets.token_hex(16)
    folder = keys_folder(case_dir)
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
        folder.chmod(0o700)  # whatever the umask
    path = folder / f"{key_id}.key"
    _write_new(path, key.hex(), 0o600)
    drops = case_dir / DROPS
    drops.mkdir(exist_ok=True)
    if replacing:
        (drops / KEY_ID).unlink()
    try:
        _publish(drops / KEY_ID, key_id)
    except FileExistsError:
        path.unlink()
        return case_key(case_dir)
    return key


def _publish(path: Path, text: str) -> None:
    """Write the file as a whole or not at all; FileExistsError if it is there already."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    _write_new(draft, text, 0o644)
    try:
        os.link(draft, path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def _write_new(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
