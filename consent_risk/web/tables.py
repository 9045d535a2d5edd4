"""Tables on the page: plain cells, numbers written as everywhere else and still sorted as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

Written = Callable[[Any], str]


def show_table(
    rows: Sequence[Mapping[str, Any]],
    name: str,
    *,
    written: Mapping[str, Written] | None = None,
    wide: Sequence[str] = (),
    height: int | None = None,
) -> None:
    """The rows as a table called `name` for screen readers.

    `written` says how the numbers of a column are written; sorting still goes by the number.
    `wide` columns get most of the room. Without a height, all rows are shown.
    """
    # Streamlit shows what the Styler writes and sorts by what the frame holds; only pandas has a Styler.
    frame = pd.DataFrame(list(rows))
    numbers = {column: how for column, how in (written or {}).items() if column in frame}
    config = {column: st.column_config.Column(alignment="right") for column in numbers}
    config |= {column: st.column_config.Column(width="large") for column in wide}
    st.dataframe(
        frame.style.format(numbers),
        hide_index=True,
        column_config=config,
        height=height or "content",
        alt=name,
    )
