"""Small static charts as inline SVG, for saved notebooks: no script, no style sheet, right on light and dark.

Text and axes take ``currentColor``, lines colours that stand out on both grounds.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sm_track_widgets.charts import numbers
from sm_track_widgets.charts.axes import Axis, place_axis, value_axis
from sm_track_widgets.charts.chart_series import X_TITLES, ChartSeries, XMode, on_top
from sm_track_widgets.charts.markup import mixed, text
from sm_track_widgets.charts.palette import BOTH, DASHES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FONT = "system-ui,-apple-system,'Segoe UI',sans-serif"
TOP, RIGHT, BOTTOM = 30, 16, 38
CHARACTER, LETTER = 6.4, 5.9  # pixels of a digit and of a letter at 11 px
LEGEND_ROW = 18
LEGEND_AT_MOST = 12
LEGEND_NAME = 32
REST = 80  # pixels of "and 123 more"
THIN, THICK = 1.5, 2.2


def line_svg(
    series: Sequence[ChartSeries],
    *,
    title: str = "",
    x: XMode = "step",
    x_title: str = "",
    log_x: bool = False,
    log_y: bool = False,
    span: tuple[float, float] | None = None,
    aside: str = "",
    width: int = 640,
    height: int = 240,
    legend: bool = True,
) -> str:
    """Draw lines with axes and a legend.

    Parameters
    ----------
    series
        What to draw; the best one ends up on top. Reduce long ones first (`prepare`).
    title
        Stands above the chart and is what a screen reader says first.
    x, x_title
        What the x values are, and what their axis is called; empty: the usual name.
    log_x, log_y
        Logarithmic axes; what they cannot show is left out.
    span
        Ends of the y axis, beyond which lines are cut off; None: all values are shown.
    aside
        Stands at the right above the chart.
    width, height
        In pixels, without the legend's rows below.
    legend
        Whether to name the lines.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    below = _legend(series, width) if legend and len(series) > 1 else ([], 0)
    places = (place for one in series for place in one.x)
    horizontal = place_axis(places, x, log=log_x and x != "time", ticks=width // 90)
    values = (value for one in series for edge in (one.low, one.high, one.middle()) for value in edge)
    vertical = value_axis(values if span is None else span, log=log_y, ticks=height // 40)
    if horizontal is None or vertical is None:
        body = [_label(width / 2, height / 2, "No points yet", "middle", 0.7)]
    else:
        plot = _Plot(horizontal, vertical, width, height)
        lines = [plot.line(one) for one in on_top(series)]
        title_x = numbers.middle(x_title, LEGEND_NAME) or X_TITLES[x]
        body = [*plot.grid(title_x), *(lines if span is None else plot.cut(lines))]
    told = _description(title, series)
    return "".join(
        [
            _open(width, height + below[1], told),
            f"<title>{text(told)}</title>",
            _label(0, 13, title, weight=600, size=12),
            _label(width - RIGHT, 13, aside, "end", 0.7),
            *body,
            f'<g transform="translate(0 {height})">{"".join(below[0])}</g>' if below[0] else "",
            "</svg>",
        ]
    )


def spark_svg(
    x: Sequence[float],
    y: Sequence[float],
    *,
    colour: int = 0,
    width: int = 120,
    height: int = 28,
    label: str = "",
) -> str:
    """Draw one line without axes.

    Parameters
    ----------
    x, y
        Equally long; NaN in `y` is a gap.
    colour
        Index into the palette.
    label
        What a screen reader says; the last value is added.
    """
    across, up = place_axis(x, "step"), value_axis(y)
    told = f"{label} {numbers.number(_last(y))}".strip()
    if across is None or up is None:
        return f"{_open(width, height, told)}<title>{text(told)}</title></svg>"
    points = [
        (2 + across.place(at) * (width - 4), 2 + (1 - up.place(value)) * (height - 4))
        for at, value in zip(x, y, strict=True)
    ]
    return (
        f"{_open(width, height, told)}<title>{text(told)}</title>"
        f"<g {_stroke(colour, 0, THIN)}>{_path(points)}</g></svg>"
    )


class _Plot:
    """The area between the axes."""

    def __init__(self, across: Axis, up: Axis, width: int, height: int) -> None:
        self.across, self.up = across, up
        self.left = 10 + CHARACTER * max((len(label) for _, label in up.ticks), default=1)
        self.right, self.top, self.bottom = width - RIGHT, TOP, height - BOTTOM

    def at(self, x: float, y: float) -> tuple[float, float]:
        return (
            self.left + self.across.place(x) * (self.right - self.left),
            self.bottom - self.up.place(y) * (self.bottom - self.top),
        )

    def grid(self, x_title: str) -> list[str]:
        rules = "".join(self._rule(value) for value, _ in self.up.ticks)
        foot = f"M{self.left:.1f} {self.bottom}H{self.right:.1f}"
        out = [
            f'<path d="{path}" stroke="currentColor" stroke-opacity="{opacity}" fill="none"/>'
            for path, opacity in ((rules, 0.13), (foot, 0.4))
        ]
        for value, label in self.up.ticks:
            out.append(_label(self.left - 6, self.at(self.across.low, value)[1] + 4, label, "end", 0.7))
        for value, label in self.across.ticks:
            out.append(_label(self.at(value, self.up.low)[0], self.bottom + 16, label, "middle", 0.7))
        out.append(_label(self.right, self.bottom + 31, x_title, "end", 0.7))
        return out

    def line(self, one: ChartSeries) -> str:
        stroke = _stroke(one.colour, one.dash, THICK if one.best else THIN)
        middle = one.middle()
        points = [self.at(x, y) for x, y in zip(one.x, middle, strict=True)]
        told = f"{one.run}: {numbers.number(_last(middle))}"
        return f"<g {stroke}><title>{text(told)}</title>{self._band(one)}{_path(points)}</g>"

    def cut(self, lines: Iterable[str]) -> list[str]:
        """Cut lines off where the plot ends: a picture in the picture clips, without an id or a style sheet."""
        left, top = round(self.left, 1), self.top - 1
        size = (round(self.right - self.left + 4, 1), self.bottom - top + 1)
        box = f'x="{left}" y="{top}" width="{size[0]}" height="{size[1]}"'
        return [
            f'<svg {box} viewBox="{left} {top} {size[0]} {size[1]}" overflow="hidden">{"".join(lines)}</svg>'
        ]

    def _band(self, one: ChartSeries) -> str:
        if one.exact:
            return "" if one.line is None else self._values(one)
        edges = [
            (self.at(x, low), self.at(x, high)) for x, low, high in zip(one.x, one.low, one.high, strict=True)
        ]
        fill = BOTH[one.colour % len(BOTH)]
        return "".join(
            f'<path d="{_outline(piece)}" fill="{fill}" fill-opacity=".22" stroke="none"/>'
            for piece in _pieces(edges)
        )

    def _values(self, one: ChartSeries) -> str:
        """Draw the values themselves, faint, behind their smoothed line."""
        points = [self.at(x, y) for x, y in zip(one.x, one.low, strict=True)]
        return f'<g stroke-width="1" stroke-opacity=".35" stroke-dasharray="none">{_path(points)}</g>'

    def _rule(self, value: float) -> str:
        return f"M{self.left:.1f} {self.at(self.across.low, value)[1]:.1f}H{self.right:.1f}"


def _legend(series: Sequence[ChartSeries], width: int) -> tuple[list[str], int]:
    """Name the lines in rows below the chart; return the elements and the height they take."""
    out: list[str] = []
    left, row = 0.0, 0
    several = len({one.metric for one in series}) > 1
    for one in series[:LEGEND_AT_MOST]:
        full = f"{one.run} {one.metric}" if several else one.run
        name = numbers.middle(full, LEGEND_NAME)
        needed = 31 + LETTER * len(name) + 16
        if left and left + needed > width:
            left, row = 0.0, row + 1
        base = 8 + row * LEGEND_ROW
        out.append(
            f'<g><title>{text(full)}</title><path d="M{left + 1:.1f} {base}h24" {_stroke(one.colour, one.dash, 2)}/>'
            f"{_label(left + 31, base + 4, name)}</g>"
        )
        left += needed
    rest = len(series) - LEGEND_AT_MOST
    if rest > 0:
        if left + REST > width:
            left, row = 0.0, row + 1
        out.append(_label(left, 12 + row * LEGEND_ROW, f"and {rest} more", opacity=0.7))
    return out, (row + 1) * LEGEND_ROW


def _stroke(colour: int, dash: int, width: float) -> str:
    """Return attributes of a line; readers that know ``color-mix`` see it nearer to the text's colour."""
    base = BOTH[colour % len(BOTH)]
    pattern = DASHES[dash % len(DASHES)]
    dashed = f' stroke-dasharray="{" ".join(map(str, pattern))}"' if pattern else ""
    return f'stroke="{base}" style="stroke:{mixed(base)}" stroke-width="{width}"{dashed} fill="none"'


def _open(width: int, height: int, told: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{text(told)}" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" font-family="{FONT}" font-size="11" fill="none" '
        'style="max-width:100%;height:auto">'
    )


def _label(
    x: float,
    y: float,
    words: str,
    anchor: str = "start",
    opacity: float = 1,
    *,
    weight: int = 400,
    size: int = 11,
) -> str:
    if not words:
        return ""
    extra = "" if anchor == "start" else f' text-anchor="{anchor}"'
    extra += "" if opacity == 1 else f' fill-opacity="{opacity}"'
    extra += "" if weight == 400 else f' font-weight="{weight}"'  # noqa: PLR2004 (the normal weight)
    extra += "" if size == 11 else f' font-size="{size}"'  # noqa: PLR2004 (the picture's size)
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="currentColor"{extra}>{text(words)}</text>'


def _path(points: Iterable[tuple[float, float]]) -> str:
    """Draw a line through `points`, broken at NaN; a point between two gaps becomes a dot."""
    out: list[str] = []
    pieces: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if math.isfinite(point[0]) and math.isfinite(point[1]):
            pieces[-1].append(point)
        elif pieces[-1]:
            pieces.append([])
    drawn = "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in piece) for piece in pieces if len(piece) > 1
    )
    if drawn:
        out.append(f'<path d="{drawn}" fill="none" stroke-linejoin="round"/>')
    out += [
        f'<path d="M{piece[0][0]:.1f} {piece[0][1]:.1f}h.01" stroke-width="4" stroke-linecap="round" '
        'stroke-dasharray="none"/>'
        for piece in pieces
        if len(piece) == 1
    ]
    return "".join(out)


Edge = tuple[tuple[float, float], tuple[float, float]]


def _pieces(edges: Iterable[Edge]) -> list[list[Edge]]:
    """Split edges (low point, high point) where one of them cannot be shown."""
    pieces: list[list[Edge]] = [[]]
    for edge in edges:
        if all(math.isfinite(part) for point in edge for part in point):
            pieces[-1].append(edge)
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if len(piece) > 1]


def _outline(piece: Sequence[Edge]) -> str:
    there = "L".join(f"{x:.1f} {y:.1f}" for (x, y), _ in piece)
    back = "L".join(f"{x:.1f} {y:.1f}" for _, (x, y) in reversed(piece))
    return f"M{there}L{back}Z"


def _last(values: Sequence[float]) -> float | None:
    return next((value for value in reversed(values) if math.isfinite(value)), None)


def _description(title: str, series: Sequence[ChartSeries]) -> str:
    what = title or "Chart"
    return f"{what}: {series[0].run}" if len(series) == 1 else f"{what}: {len(series)} runs"
