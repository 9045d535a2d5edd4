"""The building blocks of the report, as plain data: `report.typ` draws them and computes nothing.

`Writer` numbers headings, paragraphs, tables and figures as it goes, so that every reference is settled here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import altair as alt

Block = dict[str, Any]
Span = str | dict[str, str]
Cell = str | dict[str, Any]
LINES_TOGETHER = 12


def bold(text: str) -> Span:
    """Text in bold."""
    return {"k": "b", "s": text}


def italic(text: str) -> Span:
    """Text in italics."""
    return {"k": "i", "s": text}


def footnote(text: str) -> Span:
    """A footnote at this place."""
    return {"k": "fn", "s": text}


def link(text: str, href: str | None) -> Span:
    """A link, where the address is one of the web; else the text alone."""
    if href and href.startswith(("https://", "http://")):
        return {"k": "a", "s": text, "href": href}
    return text


def lines(*parts: Span) -> Cell:
    """A cell of several lines."""
    return {"lines": list(parts)}


@dataclass(frozen=True)
class Column:
    """A column: its heading, its share of the width (`auto`: as wide as its content) and its side."""

    title: str
    width: float | Literal["auto"] = "auto"
    align: Literal["left", "right"] = "left"


def number_column(title: str, width: float | Literal["auto"] = "auto") -> Column:
    """A column of numbers, flush right; as narrow as they are unless a share of the width is given."""
    return Column(title, width, "right")


@dataclass(frozen=True)
class Part:
    """Rows of a table that belong together, under a first heading of their own."""

    rows: Sequence[Sequence[Cell]]
    title: str = ""


def _part_data(part: Part, columns: Sequence[Column]) -> Block:
    first, *others = (column.title for column in columns)
    rows = [list(row) for row in part.rows]
    return {"header": [part.title or first, *others], "rows": rows, "breakable": _is_long(rows)}


def _is_long(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the rows may run over a page: kept together, they would leave too much of one empty."""
    return sum(max(_line_count(cell) for cell in row) for row in rows) > LINES_TOGETHER


def _line_count(cell: Cell) -> int:
    return len(cell.get("lines", "1")) if isinstance(cell, dict) else 1


@dataclass
class Writer:
    """Collects blocks and numbers them: paragraphs (1), (2) … through the whole text."""

    blocks: list[Block] = field(default_factory=list)
    charts: dict[str, alt.LayerChart] = field(default_factory=dict)
    _paragraph: int = 0
    _section: int = 0
    _annex: int = 0
    _sub: int = 0
    _prefix: str = ""
    _table: int = 0
    _figure: int = 0

    def section(self, title: str) -> None:
        """A numbered section: `3. What passes each gate`."""
        self._section += 1
        self._head(1, str(self._section), f"{self._section}.", title)

    def annex(self, title: str) -> None:
        """A lettered annex on a page of its own run: `Annex A`."""
        letter = chr(ord("A") + self._annex)
        self._annex += 1
        # No number apart from the title: it would push the sections' titles far to the right in the contents.
        self._head(1, letter, "", f"Annex {letter}: {title}")

    def sub(self, title: str) -> None:
        """A subsection: `3.1. Persons`."""
        self._sub += 1
        self.blocks.append({"k": "h", "level": 2, "num": f"{self._prefix}.{self._sub}.", "s": title})

    def para(self, *spans: Span) -> int:
        """A numbered paragraph. Returns its number."""
        self._paragraph += 1
        self.blocks.append({"k": "p", "n": self._paragraph, "spans": list(spans)})
        return self._paragraph

    def points(self, items: Iterable[Span | Sequence[Span]]) -> None:
        """Points (a), (b) … under the paragraph before."""
        listed = [list(item) if isinstance(item, list | tuple) else [item] for item in items]
        if listed:
            self.blocks.append({"k": "points", "items": listed})

    def table(
        self,
        caption: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]] | Sequence[Part],
        note: str = "",
        over: Sequence[tuple[str, int]] = (),
    ) -> int:
        """A numbered table, in one piece or in parts. Returns its number.

        `over` are headings over several columns: (text, columns). A part's title replaces the first heading.
        """
        self._table += 1
        parts = [part for part in rows if isinstance(part, Part)] or [
            Part([r for r in rows if not isinstance(r, Part)])
        ]
        self.blocks.append(
            {
                "k": "table",
                "caption": f"Table {self._table}: {caption}",
                "widths": [column.width for column in columns],
                "aligns": [column.align for column in columns],
                "over": [{"s": text, "span": span} for text, span in over],
                "parts": [_part_data(part, columns) for part in parts],
                "note": note,
            }
        )
        return self._table

    def chart(self, caption: str, chart: alt.LayerChart) -> int:
        """A numbered figure. Its description, for those who cannot see it, is the chart's own."""
        self._figure += 1
        name = f"svg_{self._figure}"
        self.charts[name] = chart
        text = str(chart["description"])
        self.blocks.append({"k": "figure", "caption": f"Figure {self._figure}: {caption}", "svg": name, "alt": text})
        return self._figure

    def _head(self, level: int, prefix: str, number: str, title: str) -> None:
        self._prefix, self._sub = prefix, 0
        self.blocks.append({"k": "h", "level": level, "num": number, "s": title})
