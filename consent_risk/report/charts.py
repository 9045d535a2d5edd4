"""The charts of an Assessment, as Altair specifications: the page shows them, the PDF embeds them as vectors.

Every chart carries its numbers as text beside the marks, because the last steps of a waterfall are a few
persons beside thousands: a linear axis hides them and a logarithmic one would flatter them.
Each has a `description`, the same content in words.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import altair as alt
import vl_convert
from babel import Locale

from consent_risk.assessment import Assessment, Figure, Waterfall
from consent_risk.numbers import DASH, number_text, range_text, share_of, share_text
from consent_risk.vocabulary import Purpose, Scenario, Unit

CELL_SIZE, TITLE_SIZE = 12.5, 11
FONT = "Liberation Sans"  # vl-convert measures with it and the PDF embeds it, so labels do not shift
WIDTH = 560  # at least; a page may draw the chart wider


Layers = list[alt.Chart]


@dataclass(frozen=True)
class Palette:
    """Colours of the marks. Neighbours differ in lightness, so they stay apart in grey and for the colour-blind."""

    left: str
    unknown: str
    removed: str
    mark: str
    text: str
    muted: str
    line: str


LIGHT = Palette("#1f4e79", "#7fb2dd", "#e4e8ec", "#b3431e", "#1a1a1a", "#5c6670", "#c3cad1")
DARK = Palette("#8ec5f2", "#3f78a8", "#343b44", "#ff9d73", "#f0f2f4", "#a9b4be", "#4a535d")

LEFT, UNKNOWN, REMOVED = "passes", "unknown: counts in the upper bound only", "removed by this step"
PROVEN, BETWEEN = "value", "from lower to upper bound"


def waterfall_of(assessment: Assessment, purpose: Purpose, unit: Unit) -> Waterfall:
    """The waterfall of this purpose and unit. Raises KeyError where the assessment has none."""
    for waterfall in assessment.waterfalls:
        if (waterfall.purpose, waterfall.unit) == (purpose, unit):
            return waterfall
    raise KeyError((purpose, unit))


def figures_by_scenario(assessment: Assessment, purpose: Purpose, figure_id: str) -> list[Figure]:
    """The figure for the whole under every scenario that has it, in the order of the scenarios."""
    found = {f.scenario: f for f in assessment.figures if (f.id, f.purpose, f.country) == (figure_id, purpose, None)}
    return [found[scenario] for scenario in Scenario if scenario in found]


def figures_by_country(assessment: Assessment, purpose: Purpose, figure_id: str, scenario: Scenario) -> list[Figure]:
    """The figure by country, the largest first."""
    wanted = (figure_id, purpose, scenario)
    found = [f for f in assessment.figures if f.country and (f.id, f.purpose, f.scenario) == wanted]
    return sorted(found, key=lambda f: (-f.value, -f.upper, f.country or ""))


def waterfall_chart(
    assessment: Assessment, purpose: Purpose, unit: Unit, *, palette: Palette = LIGHT
) -> alt.LayerChart:
    """What is left after each gate, with what the gate removed and what is unknown.

    Raises KeyError where the assessment has no such waterfall.
    """
    steps = waterfall_of(assessment, purpose, unit).steps
    first = steps[0].value if steps else 0.0
    rows = [
        {
            "row": f"{index:02d}",
            "label": _printable(step.label),
            "value": step.value,
            "upper": step.upper,
            "removed": step.removed,
            "before": step.value + step.removed,
            "left_text": number_text(step.value),
            "upper_text": number_text(step.upper) if step.upper != step.value else "",
            "removed_text": number_text(-step.removed) if step.removed else "",
            "share_text": share_text(share_of(step.value, first)),
        }
        for index, step in enumerate(steps)
    ]
    widest = max((max(s.value + s.removed, s.upper) for s in steps), default=0.0) or 1.0
    parts = {LEFT: palette.left, UNKNOWN: palette.unknown, REMOVED: palette.removed}
    columns = [
        _Column("left_text", "left", palette.text, bold=True),
        _Column("upper_text", "upper bound", palette.mark),
        _Column("removed_text", "removed", palette.muted),
        _Column("share_text", "left of all", palette.muted),
    ]
    frame = _Frame(rows, widest, palette, parts, columns, row_height=34)
    bars = frame.bars([(REMOVED, "value", "before"), (UNKNOWN, "value", "upper"), (LEFT, "zero", "value")])
    words = "; ".join(
        f"{s.label}: {number_text(s.value)}, upper bound {number_text(s.upper)}, removed {number_text(s.removed)}"
        for s in steps
    )
    text = f"Waterfall of {unit} for {purpose}, as it stands (K0). {words}."
    return frame.chart([bars, frame.ticks("upper", palette.mark)], text)


def range_chart(
    assessment: Assessment, purpose: Purpose, figure_id: str = "persons.additional", *, palette: Palette = LIGHT
) -> alt.LayerChart:
    """The figure under each scenario: lower to upper bound as a bar, the value as a point.

    Persons are also written as a share of the acquirer's persons. Raises KeyError where there is no such figure.
    """
    figures = figures_by_scenario(assessment, purpose, figure_id)
    if not figures:
        raise KeyError((figure_id, purpose))
    persons = figures[0].unit is Unit.PERSONS and assessment.acquirer_persons > 0
    rows = [
        {
            "row": f"{index:02d}",
            "label": f"{figure.scenario}\n{figure.scenario.label.replace(' and ', chr(10) + 'and ')}",
            **_range_row(figure),
            "share_text": share_text(share_of(figure.value, assessment.acquirer_persons)) if persons else "",
        }
        for index, figure in enumerate(figures)
    ]
    share = [_Column("share_text", "of acquirer's persons", palette.muted)] if persons else []
    frame = _range_frame(rows, palette, share, row_height=46, label_offset=-8)
    words = "; ".join(f"{f.scenario}, {f.scenario.label}: {_range_words(f)}" for f in figures)
    text = f"{figure_name(figure_id)} for {purpose} under each scenario. {words}."
    return frame.chart(_range_layers(frame), text)


def country_chart(
    assessment: Assessment,
    purpose: Purpose,
    figure_id: str = "persons.additional",
    scenario: Scenario = Scenario.K0,
    *,
    palette: Palette = LIGHT,
) -> alt.LayerChart:
    """The figure by country, the largest first. Raises KeyError where the assessment has it for no country."""
    figures = figures_by_country(assessment, purpose, figure_id, scenario)
    if not figures:
        raise KeyError((figure_id, purpose, scenario))
    rows = [
        {"row": f"{index:03d}", "label": _printable(country_name(figure.country)), **_range_row(figure)}
        for index, figure in enumerate(figures)
    ]
    frame = _range_frame(rows, palette, [], row_height=24)
    words = "; ".join(f"{country_name(f.country)}: {_range_words(f)}" for f in figures)
    text = f"{figure_name(figure_id)} for {purpose} by country, {scenario} ({scenario.label}). {words}."
    return frame.chart(_range_layers(frame), text)


def chart_svg(chart: alt.LayerChart) -> bytes:
    """The chart as SVG, the same bytes each time, drawn without a browser and without the network."""
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict(validate=False), allowed_base_urls=[])
    return _renumbered(svg).encode()


def country_name(code: str | None) -> str:
    """The English name of a country; the code itself where it is not known."""
    if not code:
        return "not known"
    return str(Locale("en").territories.get(code, code))


def figure_name(figure_id: str) -> str:
    """`persons.additional` in words: `Additional persons`."""
    unit, _, rest = figure_id.partition(".")
    words = f"{rest} {unit}".replace(".", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _printable(text: str) -> str:
    """The text without control characters: one of them makes vl-convert 1.9 abort the whole process."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Cn"))


def _range_row(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value,
        "lower": figure.lower,
        "upper": figure.upper,
        "value_text": number_text(figure.value),
        "range_text": range_text(figure.lower, figure.upper, figure.unit),
    }


def _range_words(figure: Figure) -> str:
    return f"{number_text(figure.value)}, from {number_text(figure.lower)} to {number_text(figure.upper)}"


@dataclass(frozen=True)
class _Column:
    """A column of text right of the bars: the field it shows and its heading."""

    field: str
    title: str
    colour: str
    bold: bool = False

    def width(self, rows: Sequence[dict[str, Any]]) -> float:
        """About how many pixels it needs; a digit of Liberation Sans is 0.556 em wide."""
        longest = max((len(row[self.field]) for row in rows), default=0)
        return 20 + max(longest * 0.58 * CELL_SIZE, len(self.title) * 0.5 * TITLE_SIZE)


def _range_frame(
    rows: Sequence[dict[str, Any]],
    palette: Palette,
    more: Sequence[_Column],
    row_height: int,
    label_offset: float = 0,
) -> _Frame:
    widest = max(row["upper"] for row in rows) or 1.0
    parts = {PROVEN: palette.left, BETWEEN: palette.unknown}
    value = _Column("value_text", "value", palette.text, bold=True)
    span = _Column("range_text", f"lower {DASH} upper", palette.muted)
    return _Frame(rows, widest, palette, parts, [value, span, *more], row_height, label_offset)


def _range_layers(frame: _Frame) -> Layers:
    return [
        frame.bars([(BETWEEN, "lower", "upper")], thickness=0.36),
        frame.ticks("lower", frame.palette.left),
        frame.ticks("upper", frame.palette.left),
        frame.points("value", PROVEN),
    ]


@dataclass(frozen=True)
class _Frame:
    """What the layers of one chart share: rows, the horizontal scale, and columns of text right of the bars.

    The columns stand on the bars' own scale, so that they keep their place at any width the page
    gives the chart: the bars get what the columns leave.
    """

    rows: Sequence[dict[str, Any]]
    widest: float
    palette: Palette
    parts: Mapping[str, str]
    columns: Sequence[_Column]
    row_height: int
    label_offset: float = 0  # a label of two lines is centred on its first line; this lifts it

    def bars(self, spans: Sequence[tuple[str, str, str]], thickness: float = 0.62) -> alt.Chart:
        """Bars for (part, start field, end field), the later ones drawn over the earlier."""
        data = [
            {"row": row["row"], "part": part, "start": row.get(start, 0), "end": row[end]}
            for part, start, end in spans
            for row in self.rows
        ]
        chart: alt.Chart = self._chart(data).mark_bar(height={"band": thickness})
        return chart.encode(x=self._x("start:Q"), x2=alt.X2("end:Q"), color=self._colour())

    def ticks(self, field: str, colour: str) -> alt.Chart:
        """A short upright stroke at a bound."""
        chart: alt.Chart = self._chart(self.rows).mark_tick(
            thickness=1.6, height={"band": 0.74}, color=colour, orient="vertical"
        )
        return chart.encode(x=self._x(f"{field}:Q"))

    def points(self, field: str, part: str) -> alt.Chart:
        """A filled dot at the value."""
        data = [{"row": row["row"], "part": part, field: row[field]} for row in self.rows]
        chart: alt.Chart = self._chart(data).mark_point(filled=True, size=80, opacity=1)
        return chart.encode(x=self._x(f"{field}:Q"), color=self._colour())

    def _column_layers(self) -> Layers:
        """Each column's cells, flush right, and its heading."""
        widths = [column.width(self.rows) for column in self.columns]
        _, *ends = accumulate(widths, initial=WIDTH - sum(widths))
        layers: Layers = []
        for column, end in zip(self.columns, ends, strict=True):
            x = alt.XDatum(self._scale_end() * end / WIDTH, scale=self._scale(), axis=None)
            cells: alt.Chart = self._chart(self.rows).mark_text(
                baseline="middle",
                align="right",
                fontSize=CELL_SIZE,
                fontWeight="bold" if column.bold else "normal",
                color=column.colour,
            )
            heading: alt.Chart = alt.Chart(alt.InlineData(values=[{"title": column.title}])).mark_text(
                align="right", baseline="bottom", fontSize=TITLE_SIZE, color=self.palette.muted
            )
            layers.append(cells.encode(x=x, text=alt.Text(f"{column.field}:N")))
            layers.append(heading.encode(x=x, y=alt.value(-2), text=alt.Text("title:N")))
        return layers

    def chart(self, layers: Layers, description: str) -> alt.LayerChart:
        """The layers as one chart with a description, without a frame; the page's background shows through."""
        text = self.palette.text
        return alt.LayerChart(
            layer=[*layers, *self._column_layers()],
            width=WIDTH,
            height=alt.Step(self.row_height),
            description=_printable(description),
            background="transparent",
            config=alt.Config(
                font=FONT,
                view=alt.ViewConfig(stroke=None),
                axis=alt.AxisConfig(labelColor=text, labelFontSize=CELL_SIZE),
                legend=alt.LegendConfig(labelColor=text, labelFontSize=TITLE_SIZE, labelLimit=320),
            ),
        )

    def _chart(self, data: Sequence[dict[str, Any]]) -> alt.Chart:
        # The axis looks each row's label up: two rows may bear the same label. JSON quoting keeps
        # a label a mere string inside the expression, whatever is in it.
        labels = json.dumps({row["row"]: row["label"] for row in self.rows})
        axis = alt.Axis(
            title=None,
            labelExpr=f"split({labels}[datum.value], '\\n')",
            labelLimit=250,
            labelLineHeight=13,
            labelOffset=self.label_offset,
            labelPadding=10,
            domain=False,
            ticks=False,
        )
        chart: alt.Chart = alt.Chart(alt.InlineData(values=list(data)))
        return chart.encode(y=alt.Y("row:O", axis=axis, sort=None))

    def _x(self, field: str) -> alt.X:
        return alt.X(field, axis=None, scale=self._scale())

    def _scale(self) -> alt.Scale:
        return alt.Scale(domain=[0, self._scale_end()], nice=False, zero=True)

    def _scale_end(self) -> float:
        bars = WIDTH - sum(column.width(self.rows) for column in self.columns)
        return self.widest * WIDTH / max(bars, WIDTH / 4)

    def _colour(self) -> alt.Color:
        legend = alt.Legend(title=None, orient="top", direction="horizontal", symbolType="square", offset=30)
        scale = alt.Scale(domain=list(self.parts), range=list(self.parts.values()))
        return alt.Color("part:N", scale=scale, legend=legend)


def _renumbered(svg: str) -> str:
    """The SVG with ids counted from 0: the drawing engine counts on through the life of a process (vega #2573)."""
    ids: dict[str, str] = {}
    for found in re.findall(r'\bid="([^"]+)"', svg):
        ids.setdefault(found, f"i{len(ids)}")
    pattern = re.compile(r'(\bid="|url\(#|href="#)([^")]+)')
    return pattern.sub(lambda match: match[1] + ids.get(match[2], match[2]), svg)
