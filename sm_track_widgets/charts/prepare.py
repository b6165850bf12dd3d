"""Logged points -> lines to draw: x axis, order, gaps, smoothing, reduction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sm_track_widgets._names import lower_is_better
from sm_track_widgets._types import Series
from sm_track_widgets.charts.chart_series import ChartSeries, XMode
from sm_track_widgets.charts.palette import Mark
from sm_track_widgets.reading.downsample import Floats, filled, in_order, minmax, smooth


def prepare(
    series: Sequence[Series],
    marks: Sequence[Mark],
    *,
    x: XMode = "step",
    smoothing: float = 0.0,
    width: int = 560,
) -> list[ChartSeries]:
    """Make the lines of a chart.

    Parameters
    ----------
    series
        As read; a value that is not finite is a gap.
    marks
        Colour and dash of each, from the palette.
    x
        ``"step"`` (the number of the point where it has none), ``"time"`` or ``"relative"``: seconds since the first
        point of the run in any of `series`.
    smoothing
        Weight of the exponential average, 0 for none; the values as logged become the band behind the line.
    width
        Pixels to draw on: a series of more than two points a pixel is reduced to as many buckets.

    Returns
    -------
    list of ChartSeries
        In the order of `series`; of each metric the run with the best last value is marked.
    """
    begins: dict[str, float] = {}
    for one in series:
        if len(one):
            begins[one.run] = min(begins.get(one.run, one.times[0]), one.times[0], one.times[-1])
    best = {_best(series, metric) for metric in dict.fromkeys(one.metric for one in series)}
    out: list[ChartSeries] = []
    for place, (one, mark) in enumerate(zip(series, marks, strict=True)):
        places, values = _values(one, x, begins.get(one.run, 0.0))
        out.append(_line(one, mark, places, values, smoothing=smoothing, width=width, best=place in best))
    return out


def _line(
    one: Series, mark: Mark, x: Floats, y: Floats, *, smoothing: float, width: int, best: bool
) -> ChartSeries:
    line = smooth(y, smoothing) if smoothing > 0 else None
    if len(y) > 2 * width:
        places, low, high = minmax(x, y, width)
        if line is not None:
            _, bottom, top = minmax(x, line, width)
            line = (bottom + top) / 2
    else:
        places, low, high = x, y, y
    lows = low.tolist()
    return ChartSeries(
        run=one.run,
        metric=one.metric,
        x=places.tolist(),
        low=lows,
        high=lows if low is high else high.tolist(),
        line=None if line is None else line.tolist(),
        colour=mark.colour,
        dash=mark.dash,
        best=best,
    )


def _values(one: Series, mode: XMode, begin: float) -> tuple[Floats, Floats]:
    """Places and values in ascending order of place; what is not finite becomes NaN."""
    y = np.asarray(one.values, dtype=np.float64)
    x = filled(one.steps) if mode == "step" else np.asarray(one.times, dtype=np.float64)
    if mode == "relative":
        x = x - begin
    if not np.isfinite(y).all():
        y = np.where(np.isfinite(y), y, np.nan)
    order = in_order(x)
    return (x, y) if order is None else (x[order], y[order])


def _best(series: Sequence[Series], metric: str) -> int | None:
    """Position of the series of `metric` with the best last value."""
    lasts = {place: one.values[-1] for place, one in enumerate(series) if one.metric == metric and len(one)}
    known = {place: value for place, value in lasts.items() if np.isfinite(value)}
    choose: Callable[..., int] = min if lower_is_better(metric) else max
    return choose(known, key=known.__getitem__) if len(known) > 1 else None
