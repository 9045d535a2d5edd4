"""The PDF holds what the Assessment holds, is the same each time, and takes hostile text for what it is."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from consent_risk.assessment import Assessment
from consent_risk.numbers import number_text, share_text
from consent_risk.report.pdf import ATTACHMENT, assessment_json, render_pdf
from consent_risk.vocabulary import Purpose, Scenario

MAIN = Purpose.PERSONALISED_ADVERTISING
HOSTILE = [
    '#import "@preview/cetz:0.3.0"',
    '#read("/etc/passwd")',
    "#{ panic() }",
    "\\u{41}",
    "$x^2$",
    "<script>alert(1)</script>",
    "*bold* _italic_",
    "@cite <label>",
    "// gone /* gone */",
    "{{ name }} ${name}",
    "%PDF endobj",
    '"}]}',
    "=cmd|' /C calc'!A0",
    "[link](https://example.org)",
    "= Heading",
]


@pytest.fixture(scope="session")
def pdf(assessment: Assessment) -> bytes:
    return render_pdf(assessment)


@pytest.fixture(scope="session")
def tool() -> Callable[..., str]:
    """Runs a program of poppler or qpdf; skips the test where it is missing."""

    def run(name: str, *arguments: str) -> str:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed (Debian packages poppler-utils, qpdf)")
        done = subprocess.run([name, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    return run


@pytest.fixture
def text_of(tool: Callable[..., str], tmp_path: Path) -> Callable[[bytes], str]:
    """The text of a PDF on one line, with plain spaces and without break marks."""

    def read(content: bytes) -> str:
        path = tmp_path / "report.pdf"
        path.write_bytes(content)
        return squeezed(tool("pdftotext", "-raw", str(path), "-"))

    return read


def squeezed(text: str) -> str:
    kept = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(kept.split())


def test_the_same_assessment_gives_the_same_bytes(assessment: Assessment, pdf: bytes) -> None:
    again = Assessment.model_validate_json(assessment.model_dump_json())
    assert hashlib.sha256(render_pdf(again)).hexdigest() == hashlib.sha256(pdf).hexdigest()


@pytest.mark.slow
def test_another_process_elsewhere_gives_the_same_bytes(assessment: Assessment, pdf: bytes, tmp_path: Path) -> None:
    data = tmp_path / "assessment.json"
    data.write_text(assessment.model_dump_json(), encoding="utf-8")
    program = (
        "import hashlib, sys, pathlib; from consent_risk.assessment import Assessment;"
        "from consent_risk.report.pdf import render_pdf;"
        "text = pathlib.Path(sys.argv[1]).read_text(encoding='utf-8');"
        "print(hashlib.sha256(render_pdf(Assessment.model_validate_json(text))).hexdigest())"
    )
    environment = {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program, str(data)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stdout.strip() == hashlib.sha256(pdf).hexdigest()


def test_another_day_gives_another_document(make: Callable[..., Assessment], pdf: bytes) -> None:
    assert render_pdf(make(as_of=date(2022, 1, 28))) != pdf


@pytest.mark.pdf
def test_the_text_holds_the_headline_and_every_figure(
    assessment: Assessment, pdf: bytes, text_of: Callable[[bytes], str]
) -> None:
    text = text_of(pdf)
    words = set(text.split())
    assert squeezed(assessment.finding.headline) in text
    for figure in assessment.figures:
        for value in (figure.lower, figure.value, figure.upper):
            written = squeezed(number_text(value))
            assert written in words or written in text, (figure.id, figure.scenario, value)
    assert squeezed(share_text(5 / 75_000)) in text


@pytest.mark.pdf
def test_a_row_of_the_scenario_table_reads_across(pdf: bytes, text_of: Callable[[bytes], str]) -> None:
    assert "K0, as it stands 8 8 16 5 5 11" in text_of(pdf)
    assert "K1+K2, both 38.4 42.2 52.8 19.9 22.0 33.6" in text_of(pdf)


@pytest.mark.pdf
def test_the_waterfall_adds_up_on_paper(pdf: bytes, text_of: Callable[[bytes], str]) -> None:
    text = text_of(pdf)
    assert "Persons in scope — 355 355 355 100 %" in text
    assert "Agreement lets it pass −251 104 104 131 29.3 %" in text
    assert "Person's basis lets it pass −96 8 8 16 2.3 %" in text


@pytest.mark.pdf
def test_every_part_of_the_assessment_is_in_the_text(
    assessment: Assessment, pdf: bytes, text_of: Callable[[bytes], str]
) -> None:
    text = text_of(pdf)
    expected = [
        assessment.provider,
        assessment.acquirer,
        assessment.program_version,
        assessment.rules_version,
        *assessment.finding.reasons,
        *assessment.finding.needs,
        *assessment.notices,
        *(limb.question for limb in assessment.limbs),
        *(case for limb in assessment.limbs for case in limb.cases),
        *(rule.title for rule in assessment.rules),
        *(assumption.value for assumption in assessment.assumptions),
        *(file.sha256 for file in assessment.inputs),
        *(note.what for note in assessment.quality),
        *(reason for file in assessment.inputs for reason in file.rejected),
        *(warning for file in assessment.inputs for warning in file.warnings),
        *(name for file in assessment.inputs for name in (*file.ignored, *file.dropped)),
        *(question.question for question in assessment.delivered.questions),
    ]
    decided = assessment.finding.decided
    assert decided is not None
    # A line may end after the slash of a case's name, so spaces do not count here.
    text = text.replace(" ", "")
    expected += [decided.reasons, decided.by]
    assert [part for part in expected if squeezed(part).replace(" ", "") not in text] == []


@pytest.mark.pdf
def test_paragraphs_are_numbered_through(pdf: bytes, text_of: Callable[[bytes], str]) -> None:
    numbers = [int(number) for number in re.findall(r"(?<!\S)\((\d{1,3})\)(?!\S)", text_of(pdf))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 30


@pytest.mark.pdf
def test_the_file_is_tagged_archivable_and_sound(pdf: bytes, tool: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    info = dict(line.split(":", 1) for line in tool("pdfinfo", str(path)).splitlines() if ":" in line)
    assert info["Tagged"].strip() == "yes"
    assert info["Title"].strip().startswith("Example Social / Example CRM")
    assert "No syntax or stream encoding errors found" in tool("qpdf", "--check", str(path))
    metadata = tool("pdfinfo", "-meta", str(path))
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "Liberation" in tool("pdffonts", str(path))


@pytest.mark.pdf
def test_the_attachment_is_the_assessment(
    assessment: Assessment, pdf: bytes, tool: Callable[..., str], tmp_path: Path
) -> None:
    path, saved = tmp_path / "report.pdf", tmp_path / ATTACHMENT
    path.write_bytes(pdf)
    assert ATTACHMENT in tool("pdfdetach", "-list", str(path))
    tool("pdfdetach", "-save", "1", "-o", str(saved), str(path))
    text = saved.read_text(encoding="utf-8")
    assert text == assessment_json(assessment)
    assert json.loads(text) == assessment.to_json_data()
    assert Assessment.model_validate_json(text) == assessment


@pytest.mark.pdf
def test_hostile_text_appears_literally(make: Callable[..., Assessment], text_of: Callable[[bytes], str]) -> None:
    plain = make()
    finding = plain.finding.model_copy(update={"headline": HOSTILE[1], "reasons": tuple(HOSTILE)})
    note = plain.quality[0].model_copy(update={"file": HOSTILE[0], "what": HOSTILE[2]})
    step = plain.waterfalls[1].steps[0].model_copy(update={"label": HOSTILE[5]})
    waterfall = plain.waterfalls[1].model_copy(update={"steps": (step, *plain.waterfalls[1].steps[1:])})
    changed = make(title=HOSTILE[0], provider=HOSTILE[6], finding=finding, quality=(note,), waterfalls=(waterfall,))
    text = text_of(render_pdf(changed))
    assert [hostile for hostile in HOSTILE if squeezed(hostile) not in text] == []


@pytest.mark.pdf
def test_a_character_without_a_glyph_does_not_stop_the_report(
    make: Callable[..., Assessment], text_of: Callable[[bytes], str]
) -> None:
    plain = make()
    step = plain.waterfalls[1].steps[0].model_copy(update={"label": "漢 \x07 step"})
    waterfall = plain.waterfalls[1].model_copy(update={"steps": (step, *plain.waterfalls[1].steps[1:])})
    changed = make(title="Smile 😀\u202e \x00", acquirer="漢字 " + "long" * 40, waterfalls=(waterfall,))
    text = text_of(render_pdf(changed))
    assert "Smile [U+1F600]" in text
    assert "[U+6F22][U+5B57]" in text


def test_an_assessment_with_little_in_it_can_be_printed(make: Callable[..., Assessment]) -> None:
    bare = make(
        acquirer_persons=0,
        limbs=(),
        waterfalls=(),
        figures=(),
        rules=(),
        assumptions=(),
        inputs=(),
        quality=(),
        finding=make().finding.model_copy(update={"decided": None, "reasons": (), "needs": ()}),
    )
    assert render_pdf(bare).startswith(b"%PDF-1.7")


def test_every_scenario_has_its_words() -> None:
    from consent_risk.report.gates import scenario_meaning

    assert len({scenario_meaning(scenario) for scenario in Scenario}) == len(Scenario)
