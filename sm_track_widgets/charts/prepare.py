"""Logged points -> lines to draw: x axis, order, gaps, smoothing, reduction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from sm_track_widgets._names import lower_is_better
from sm_track_widgets._types import Series
from sm_track_widgets.charts.chart_series import ChartSeries
from sm_track_widgets.charts.palette import Mark, mark
from sm_track_widgets.reading.curves import Edges, axis_of, band
from sm_track_widgets.reading.downsample import Floats, Level, coarser, filled, in_order, minmax
from sm_track_widgets.reading.series.long import LongSeries
from sm_track_widgets.reading.smoothing import Kind, smooth

AXES = ("step", "time", "relative")
PLACES = 400
"""Places at which lines are averaged, at most."""


def prepare(
    series: Sequence[Series],
    marks: Sequence[Mark],
    *,
    x: str = "step",
    smoothing: float = 0.0,
    kind: Kind = "ema",
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
        ``"step"`` (the number of the point where it has none), ``"time"``, ``"relative"``: seconds since the first
        point of the run in any of `series`, or the name of a metric among `series`: its value at the same step.
    smoothing, kind
        How much and how, as for `reading.smoothing.smooth`; the values as logged become the band behind the line.
    width
        Pixels to draw on: a series of more than two points a pixel is reduced to as many buckets.

    Returns
    -------
    list of ChartSeries
        In the order of `series`; of each metric the run with the best last value is marked. Series that have no place
        along another metric, and that metric itself, are left out.
    """
    begins = _begins(series)
    along = _along(series, x, begins)
    best = {_best(series, metric) for metric in dict.fromkeys(one.metric for one in series)}
    out: list[ChartSeries] = []
    for place, (one, look) in enumerate(zip(series, marks, strict=True)):
        if isinstance(one, LongSeries) and smoothing <= 0 and x in AXES:
            begin = begins.get(one.run, 0.0)
            out.append(_outlined(one, look, x, begin, width=width, best=place in best))
        elif (points := along(one)) is not None:
            line = smooth(points[1], kind, smoothing) if smoothing > 0 else None
            out.append(_line(one, look, *points, line=line, width=width, best=place in best))
    return out


def averaged(
    series: Sequence[Series],
    labels: Mapping[str, str],
    *,
    x: str = "step",
    smoothing: float = 0.0,
    kind: Kind = "ema",
    edges: Edges = "range",
) -> list[ChartSeries]:
    """Make the means of groups of runs, each with its band.

    Parameters
    ----------
    series, x, smoothing, kind
        As for `prepare`.
    labels
        The group of each run; empty: all are one.
    edges
        Of the bands, as for `reading.curves.band`.

    Returns
    -------
    list of ChartSeries
        By metric, then by group in the order of the labels; ``run`` is the label.
    """
    along = _along(series, x, _begins(series))
    members: dict[tuple[str, str], list[tuple[Floats, Floats]]] = {}
    for one in series:
        points = along(one)
        if points is not None and len(points[0]):
            label = labels.get(one.run, "other runs") if labels else "all runs"
            curve = (points[0], smooth(points[1], kind, smoothing) if smoothing > 0 else points[1])
            members.setdefault((one.metric, label), []).append(curve)
    places = {label: place for place, label in enumerate(in_label_order(label for _, label in members))}
    return [
        _mean(metric, label, curves, mark(places[label]), edges)
        for (metric, label), curves in sorted(members.items(), key=lambda item: places[item[0][1]])
    ]


def in_label_order(labels: Iterable[str]) -> list[str]:
    """Return labels, each once, numbers in them by their size, as the page has them."""
    return sorted(dict.fromkeys(labels), key=_by_numbers)


def _by_numbers(label: str) -> list[tuple[int, float, str]]:
    parts = re.split(r"(\d+(?:\.\d+)?)", label)
    return [(0, float(part), "") if place % 2 else (1, 0.0, part) for place, part in enumerate(parts) if part]


def _mean(
    metric: str, label: str, curves: list[tuple[Floats, Floats]], look: Mark, edges: Edges
) -> ChartSeries:
    where = np.unique(np.concatenate([curve[0] for curve in curves]))
    where = where[np.isfinite(where)]
    grid = where if len(where) <= PLACES else np.linspace(where[0], where[-1], PLACES)
    found = band(curves, grid, edges)
    return ChartSeries(
        run=label,
        metric=metric,
        x=found.x.tolist(),
        low=found.low.tolist(),
        high=found.high.tolist(),
        line=found.mean.tolist(),
        colour=look.colour,
        dash=look.dash,
    )


def _begins(series: Sequence[Series]) -> dict[str, float]:
    """Return the time of the first point of each run."""
    begins: dict[str, float] = {}
    for one in series:
        if len(one):
            begins[one.run] = min(begins.get(one.run, one.ends[0]), *one.ends)
    return begins


def _along(
    series: Sequence[Series], x: str, begins: Mapping[str, float]
) -> Callable[[Series], tuple[Floats, Floats] | None]:
    """Return what gives a series' places and values, ascending; None for a series that is nowhere on the axis."""
    if x not in AXES:
        others = {one.run: one for one in series if one.metric == x}
        return lambda one: None if one.metric == x else _joined(one, others.get(one.run))
    return lambda one: _values(one, x, begins.get(one.run, 0.0))


def _joined(one: Series, other: Series | None) -> tuple[Floats, Floats] | None:
    if other is None:
        return None
    x, y = axis_of(one, "metric", other)
    there = np.isfinite(x)
    return x[there], np.where(np.isfinite(y), y, np.nan)[there]


def _line(
    one: Series, look: Mark, x: Floats, y: Floats, *, line: Floats | None, width: int, best: bool
) -> ChartSeries:
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
        colour=look.colour,
        dash=look.dash,
        best=best,
    )


def _outlined(one: LongSeries, look: Mark, mode: str, begin: float, *, width: int, best: bool) -> ChartSeries:
    level = one.level
    x = level.step if mode == "step" else level.time - (begin if mode == "relative" else 0.0)
    order = in_order(x)
    if order is not None:
        level = Level(x[order], x[order], level.low[order], level.high[order])
    else:
        level = Level(x, x, level.low, level.high)
    drawn = coarser(level, width)
    return ChartSeries(
        run=one.run,
        metric=one.metric,
        x=drawn.step.tolist(),
        low=drawn.low.tolist(),
        high=drawn.high.tolist(),
        line=None,
        colour=look.colour,
        dash=look.dash,
        best=best,
    )


def _values(one: Series, mode: str, begin: float) -> tuple[Floats, Floats]:
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
    lasts = {place: one.last for place, one in enumerate(series) if one.metric == metric and len(one)}
    known = {place: value for place, value in lasts.items() if np.isfinite(value)}
    choose: Callable[..., int] = min if lower_is_better(metric) else max
    return choose(known, key=known.__getitem__) if len(known) > 1 else None
