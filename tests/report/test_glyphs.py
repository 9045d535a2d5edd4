"""What the fonts cannot draw never stops a report and never hides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent_risk.report.glyphs import LONGEST, covered_characters, drawable, safe_data, safe_text


def test_covered_characters_are_those_of_a_book_face() -> None:
    covered = covered_characters()
    assert {ord(c) for c in "aZ09éßŁőΩж€–—−…≤→’„ \u00a0\u202f"} <= covered
    assert not {ord(c) for c in "漢字あ😀"} & covered
    assert len(covered) > 2000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Société Générale", "Société Générale"),
        ("smile 😀", "smile [U+1F600]"),
        ("left\u202eright", "leftright"),
        ("a\x00b\x1bc", "abc"),
        ("two\nlines\tone", "two lines one"),
        ("non\u2011breaking", "non-breaking"),
        ("e\u0301", "é"),
        ("\ue000", "[U+E000]"),
    ],
)
def test_uncovered_characters_become_their_code_points(text: str, expected: str) -> None:
    assert safe_text(text) == expected


def test_a_long_word_may_break_and_a_long_text_is_cut() -> None:
    assert safe_text("x" * 30) == "x" * 30
    assert safe_text("agreement.change_of_control_response") == (
        "agreement.\u200bchange_\u200bof_\u200bcontrol_\u200bresponse"
    )
    assert safe_text("x" * 31) == "\u200b".join(["x" * 15, "x" * 15, "x"])
    assert safe_text("word " * LONGEST).endswith("[…]")


@given(st.text())
def test_every_text_can_be_drawn(text: str) -> None:
    made = safe_text(text)
    assert {ord(c) for c in made.replace("\u200b", "")} <= covered_characters()
    assert safe_text(made) == made
    assert {ord(c) for c in drawable(text)} <= covered_characters() | {10}


def test_data_is_made_safe_all_the_way_down() -> None:
    assert safe_data({"a": ["😀", {"b": "\x07c"}], "n": 3}) == {"a": ["[U+1F600]", {"b": "c"}], "n": 3}
