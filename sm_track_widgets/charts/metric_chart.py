"""The chart of a metric as an Altair chart: lines, a faint band where points were reduced or smoothed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt

from sm_track_widgets.charts.chart_series import X_TITLES, ChartSeries, XMode, on_top
from sm_track_widgets.charts.palette import DASHES, LIGHT
from sm_track_widgets.reading.downsample import smooth as smoothed

DATASET = "series"
"""Name of the data set that the widget fills with rows ``run, x, y, low, high, c, d``."""
SOLID = [1, 0]
LINE: dict[str, Any] = {"type": "line", "clip": True, "strokeWidth": 1.5, "strokeJoin": "round"}
BAND: dict[str, Any] = {
    "type": "area",
    "clip": True,
    "fillOpacity": 0.2,
    "strokeOpacity": 0.4,
    "strokeWidth": 0.8,
}
LEGEND: dict[str, Any] = {
    "orient": "bottom",
    "title": None,
    "columns": 3,
    "symbolType": "stroke",
    "symbolSize": 500,
    "symbolLimit": 36,
}
MILLISECONDS = 1000
MIDDLE = "datum.low === null ? null : (datum.low + datum.high) / 2"
_TWO = "pad('' + floor({}), 2, '0', 'left')"
RELATIVE_LABEL = (
    "datum.value < 60 ? format(datum.value, '.3~r') + ' s' : "
    f"datum.value < 3600 ? floor(datum.value / 60) + ':' + {_TWO.format('datum.value % 60')} : "
    f"floor(datum.value / 3600) + ':' + {_TWO.format('datum.value % 3600 / 60')} + ':' + "
    f"{_TWO.format('datum.value % 60')}"
)
"""As `numbers.clock` writes it: 42 s, 2:45, 1:02:03."""


def metric_chart(
    series: Sequence[ChartSeries] | None,
    *,
    title: str = "",
    x: XMode = "step",
    x_title: str = "",
    log_x: bool = False,
    log_y: bool = False,
    span: tuple[float, float] | None = None,
    smooth: float = 0.0,
    colours: Sequence[str] = LIGHT,
    width: int = 560,
    height: int = 240,
) -> alt.LayerChart:
    """Draw a metric of several runs.

    Parameters
    ----------
    series
        The lines, reduced (`prepare`); the best one is drawn on top. None leaves the data to whoever shows the
        chart: a data set called ``series`` of rows ``run``, ``x`` (milliseconds where x is a time), ``y`` (the line),
        ``low``, ``high`` (the band), ``c`` and ``d`` (indices of colour and dash), null for gaps.
    title
        Stands above the chart.
    x, x_title
        What the x values are, and what their axis is called; empty: the usual name.
    log_x, log_y
        Logarithmic axes; values they cannot show become gaps.
    span
        Ends of the y axis, beyond which lines are cut off; None: all values are shown.
    smooth
        Weight of an exponential average for lines that do not come with one; the values themselves stay as band.
    colours
        Six colours, for the ground the chart is shown on.
    width, height
        Of the plot, in pixels.

    Returns
    -------
    altair.LayerChart
        Complete in itself, or with the named data set. Zooms along x; the legend names runs where there are several.
    """
    lines = [_smoothed(one, smooth) for one in on_top(series or ())]
    whole: dict[str, Any] = {"data": alt.NamedData(name=DATASET)}
    colour, dash = _by_index(colours)
    if series is not None:
        text, whole["transform"] = _data(lines, x, log_x=log_x, log_y=log_y)
        whole["data"] = alt.Data(values=text, format=alt.DataFormat(type="json"))
        colour, dash = _by_name(lines, colours)
    layers = [_layer(LINE, "y", log=log_y, span=span, strokeDash=dash)]
    if series is None or any(one.line is not None or not one.exact for one in lines):
        # The outline shows the values themselves where they are a line too: behind a smoothed one.
        layers.insert(0, _layer(BAND, "low", log=log_y, span=span, y2={"field": "high"}, stroke=colour))
    if series is not None:
        layers[-1] = layers[-1].add_params(
            alt.selection_interval(name="zoom", bind="scales", encodings=["x"])
        )
    whole["encoding"] = {
        "x": _x(x, x_title, log=log_x),
        "color": colour,
        "detail": {"field": "run", "type": "nominal"},
    }
    if title:
        whole["title"] = title
    return alt.LayerChart(layer=layers, width=width, height=height, **whole)


def _layer(
    mark: dict[str, Any], field: str, *, log: bool, span: tuple[float, float] | None = None, **channels: Any
) -> alt.Chart:
    """One layer. From plain values: Altair checks each object it is given while it is built, 30 ms a chart."""
    scale: dict[str, Any] = {"type": "log", "nice": False} if log else {"zero": False}
    if span is not None:
        scale["domain"] = list(span)
    y = {"field": field, "type": "quantitative", "title": None, "scale": scale}
    return alt.Chart(mark=alt.MarkDef(**mark), encoding=alt.FacetedEncoding(y=y, **channels))


def _by_index(colours: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Colour and dash by index: rows of a named data set say theirs, and the chart never changes."""
    dashes = [list(dash) or SOLID for dash in DASHES]
    return _channel("c", "ordinal", range(len(colours)), colours), _channel(
        "d", "ordinal", range(len(dashes)), dashes
    )


def _by_name(lines: Sequence[ChartSeries], colours: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Colour and dash by the run's name, with a legend where there are several."""
    names = [_name(one, lines) for one in lines]
    legend = LEGEND if len(lines) > 1 else None
    own = [colours[one.colour % len(colours)] for one in lines]
    dashes = [list(DASHES[one.dash % len(DASHES)]) or SOLID for one in lines]
    return _channel("run", "nominal", names, own, legend), _channel("run", "nominal", names, dashes, legend)


def _channel(
    field: str, kind: str, domain: Iterable[Any], values: Iterable[Any], legend: dict[str, Any] | None = None
) -> dict[str, Any]:
    scale = {"domain": list(domain), "range": list(values)}
    return {"field": field, "type": kind, "legend": legend, "scale": scale}


def _x(x: XMode, title: str, *, log: bool) -> dict[str, Any]:
    channel: dict[str, Any] = {"field": "x", "title": title or X_TITLES[x], "type": "quantitative"}
    if x == "time":
        return {**channel, "type": "temporal", "scale": {"type": "utc"}}
    channel["scale"] = {"type": "log", "nice": False} if log else {"zero": False, "nice": False}
    if x == "relative":
        channel["axis"] = {"labelExpr": RELATIVE_LABEL}
    return channel


def _smoothed(one: ChartSeries, weight: float) -> ChartSeries:
    if weight <= 0 or one.line is not None:
        return one
    return replace(one, line=smoothed(one.middle(), weight).tolist())


def _data(lines: Sequence[ChartSeries], mode: XMode, *, log_x: bool, log_y: bool) -> tuple[str, list[Any]]:
    """Return the lines as one JSON text, each with its columns, and the transforms that make rows of them.

    Columns are a fifth of the size of rows. One text, because Altair would check an array value by value (170 ms for
    10,000 buckets); written by ``%``, because ``json`` takes five times as long for rounded numbers.
    """
    smooth = any(one.line is not None for one in lines)
    band = any(not one.exact for one in lines)
    columns = ["x", *(["low", "high"] if smooth or band else []), *(["y"] if smooth or not band else [])]
    rows: list[str] = []
    for one in lines:
        texts = {"x": _places(one.x, mode, log=log_x), "low": _values(one.low, log=log_y)}
        texts["high"] = texts["low"] if one.exact else _values(one.high, log=log_y)
        texts["y"] = _values(one.middle(), log=log_y) if "y" in columns else ""
        cells = "".join(f',"{name}":[{texts[name]}]' for name in columns)
        rows.append(f'{{"run":{json.dumps(_name(one, lines))}{cells}}}')
    transforms: list[Any] = [{"flatten": columns}]
    if "y" not in columns:
        transforms.append({"calculate": MIDDLE, "as": "y"})
    return f"[{','.join(rows)}]", transforms


def _places(values: Sequence[float], mode: XMode, *, log: bool) -> str:
    array = np.asarray(values, dtype=np.float64) * (MILLISECONDS if mode == "time" else 1)
    if mode == "time" or np.array_equal(array, np.floor(array)):
        array = np.round(array)
        return _written(array, "%d", array > 0 if log and mode != "time" else np.isfinite(array))
    return _written(array, "%.9g", array > 0 if log else np.isfinite(array))


def _values(values: Sequence[float], *, log: bool) -> str:
    array = np.asarray(values, dtype=np.float64)
    shown = np.isfinite(array)
    return _written(array, "%.6g", shown & (array > 0) if log else shown)


def _written(array: npt.NDArray[np.float64], how: str, shown: npt.NDArray[np.bool_]) -> str:
    """Numbers between commas, null for what is not shown."""
    if shown.all():
        return ",".join([how] * len(array)) % tuple(array.tolist())
    pairs = zip(array.tolist(), shown.tolist(), strict=True)
    return ",".join([how % value if is_shown else "null" for value, is_shown in pairs])


def _name(one: ChartSeries, lines: Sequence[ChartSeries]) -> str:
    return f"{one.run} {one.metric}" if len({other.metric for other in lines}) > 1 else one.run
