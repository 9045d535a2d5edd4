"""No e-mail and no phone number of the input is anywhere in what the program leaves behind."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import polars as pl
import pytest

from consent_risk import cli

SAMPLE = Path(__file__).parents[1] / "sample_data" / "quillmere"
SMALL = Path(__file__).parent / "data" / "worked_example"


def raw_identifiers(folder: Path) -> set[bytes]:
    """Every e-mail and phone of a case, as written and as normalised."""
    with (folder / "records.csv").open(encoding="utf-8", newline="") as file:
        cells = [row[column] for row in csv.DictReader(file) for column in ("email", "phone")]
    with (folder / "acquirer_identifiers.csv").open(encoding="utf-8", newline="") as file:
        cells += [row["value"] for row in csv.DictReader(file) if not re.fullmatch("[0-9a-fA-F]{64}", row["value"])]
    plain = {cell.strip() for cell in cells if cell.strip()}
    return {text.encode() for cell in plain for text in (cell, cell.lower(), re.sub(r"\s", "", cell))}


def found_in(content: bytes, identifiers: set[bytes]) -> set[bytes]:
    """Which of the identifiers stand in the content: words of the same shape are looked up."""
    lowered = content.lower()
    words = set(re.findall(rb"[\w.+-]+@[\w.-]+", lowered)) | set(re.findall(rb"\+?\d[\d ]{6,}", lowered))
    words |= {word.replace(b" ", b"") for word in words}
    return words & {identifier.lower() for identifier in identifiers}


@pytest.mark.slow
def test_workspace_log_and_pdf_hold_no_raw_identifier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setenv("CONSENT_RISK_KEYS", str(tmp_path / "keys"))
    command = [sys.executable, "-m", "consent_risk", "run", str(SAMPLE)]
    command += ["--pdf", str(tmp_path / "a.pdf"), "--keep", str(tmp_path / "kept")]
    done = subprocess.run(command, capture_output=True, check=True)
    (tmp_path / "log").write_bytes(done.stdout + done.stderr)
    identifiers = raw_identifiers(SAMPLE)
    assert len(identifiers) > 50_000
    assert found_in(b"x " + sorted(identifiers)[-1] + b" y", identifiers), "the search itself must find"
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in written} >= {".parquet", ".pdf", ".json", ".yaml", ".key"}
    for path in written:
        assert not found_in(text_of(path), identifiers), path.name


def test_temporary_files_hold_no_raw_identifier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the clearing of temporary folders switched off, everything that was ever in them can be searched."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(tempfile.TemporaryDirectory, "cleanup", lambda self: self._finalizer.detach())
    monkeypatch.setattr(sys, "argv", ["consent-risk", "run", str(SMALL), "--json"])
    with pytest.raises(SystemExit):
        cli.main()
    identifiers = raw_identifiers(SMALL)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "records.parquet" for path in written)
    for content in (*map(text_of, written), capsys.readouterr().out.encode()):
        assert not found_in(content, identifiers)


def text_of(path: Path) -> bytes:
    """The bytes of a file and, of a table or a PDF, also what its compressed parts say."""
    content = path.read_bytes()
    if path.suffix == ".parquet":
        content += pl.read_parquet(path).select(pl.exclude(pl.List)).write_csv().encode()
    if path.suffix == ".pdf":
        streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
        content += b"".join(inflated(stream) for stream in streams)
        if shutil.which("pdftotext"):  # the pages' letters are numbers of glyphs
            content += subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout
    return content


def inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""
