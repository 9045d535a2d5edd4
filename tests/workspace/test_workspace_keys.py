"""The case key: made once, kept outside the case, never guessed at when it is missing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from consent_risk.errors import UserError
from consent_risk.workspace.keys import case_key, new_key


@pytest.fixture
def case_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONSENT_RISK_KEYS", str(tmp_path / "keys"))
    folder = tmp_path / "case"
    folder.mkdir()
    return folder


def test_new_keys_are_random() -> None:
    assert len(new_key()) == 32
    assert new_key() != new_key()


def test_the_key_is_made_once_and_lies_outside_the_case(case_dir: Path) -> None:
    key = case_key(case_dir)
    assert case_key(case_dir) == key
    key_id = (case_dir / "drops" / "KEY_ID").read_text().strip()
    folder = case_dir.parent / "keys"
    (file,) = folder.iterdir()
    assert file.name == f"{key_id}.key"
    assert file.read_text().strip() == key.hex()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    written = b"".join(path.read_bytes() for path in case_dir.rglob("*") if path.is_file())
    assert key.hex().encode() not in written and key not in written
    assert [path.name for path in (case_dir / "drops").iterdir()] == ["KEY_ID"]


def test_two_cases_have_two_keys(case_dir: Path) -> None:
    other = case_dir.parent / "other"
    other.mkdir()
    assert case_key(case_dir) != case_key(other)


def test_a_missing_key_is_made_anew_only_without_drops(case_dir: Path) -> None:
    key = case_key(case_dir)
    for file in (case_dir.parent / "keys").iterdir():
        file.unlink()
    renewed = case_key(case_dir)
    assert renewed != key and case_key(case_dir) == renewed
    for file in (case_dir.parent / "keys").iterdir():
        file.unlink()
    (case_dir / "drops" / "20220101T000000Z-00000000").mkdir()
    mend = "Bring it back from where the case was begun, or name its folder in CONSENT_RISK_KEYS."
    with pytest.raises(UserError) as refused:
        case_key(case_dir)
    assert str(refused.value) == f"drops/KEY_ID: the key that sealed the drops of this case is missing. {mend}"
    (case_dir / "drops" / "KEY_ID").unlink()
    with pytest.raises(UserError, match="is missing"):
        case_key(case_dir)


def test_a_damaged_key_or_key_id_is_refused(case_dir: Path) -> None:
    case_key(case_dir)
    (file,) = (case_dir.parent / "keys").iterdir()
    file.write_text("abc")
    with pytest.raises(UserError, match="the key file is damaged"):
        case_key(case_dir)
    (case_dir / "drops" / "KEY_ID").write_text("../../etc/passwd")
    with pytest.raises(UserError, match="not a key id"):
        case_key(case_dir)


def test_keys_inside_the_case_are_refused(case_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSENT_RISK_KEYS", str(case_dir / "drops"))
    with pytest.raises(UserError, match="the keys would lie inside the case folder"):
        case_key(case_dir)
    assert not list(case_dir.iterdir())


def test_without_the_variable_keys_lie_in_the_data_folder(case_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONSENT_RISK_KEYS")
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name: str(case_dir.parent / name))
    case_key(case_dir)
    assert [path.suffix for path in (case_dir.parent / "consent-risk" / "keys").iterdir()] == [".key"]
