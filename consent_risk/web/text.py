"""How text reaches the page. What a case file or an export says is shown as plain text and is never read as Markdown.

Streamlit renders Markdown in most of its elements, labels included: `![x](https://…)` in a company's name
would make the browser call that address. Hence everything that is not written by us goes through `st.text`,
`st.code(language=None)` or the cells of `st.dataframe`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import streamlit as st

from consent_risk.errors import UserError


def plain(text: str, style: str, key: str, *, width: Literal["stretch", "content"] = "stretch") -> None:
    """Plain text in one of the styles of style.css: lead, head or quiet. `key` is unique on the page."""
    with st.container(key=f"{style}-{key}", width=width):
        st.text(text)


def points(lines: Iterable[str], key: str) -> None:
    """Plain lines, each behind a bullet."""
    with st.container(key=f"points-{key}", gap="xxsmall"):
        for line in lines:
            st.text(f"•\u2002{line}")


def show_problems(error: UserError) -> None:
    """What is wrong with the input and the mend, as the error says it."""
    st.error("This cannot be shown yet. What is wrong, where, and the mend:")
    st.code("\n".join(error.lines()), language=None, wrap_lines=True)


def escaped(text: str) -> str:
    """Text of our own rules made safe for a Markdown link: every ASCII punctuation mark is escaped.

    >>> escaped("Article 7(1) [GDPR]")
    'Article 7\\\\(1\\\\) \\\\[GDPR\\\\]'
    """
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)
