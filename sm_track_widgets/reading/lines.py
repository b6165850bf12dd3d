"""`curves`: the lines that a chart of metrics draws, as a frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets._names import is_system
from sm_track_widgets.reading import frames
from sm_track_widgets.reading.answer import Wanted, find
from sm_track_widgets.reading.curves import Edges, axis_of, band, envelope, smooth
from sm_track_widgets.reading.no_metric import no_metric, no_run
from sm_track_widgets.reading.series import read as series
from sm_track_widgets.reading.smoothing import Kind
from sm_track_widgets.reading.table.table import STATISTICS

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.downsample import Floats
    from sm_track_widgets.reading.series.read import RunSeries
    from sm_track_widgets.reading.table.table import Table

AXES = ("step", "time", "relative")
WIDTH = 2000
HEAVIEST = 0.99
"""The largest weight of what came before; with 1 a curve would never leave its first value."""


@dataclass(frozen=True, slots=True)
class _Curve:
    run: str
    metric: str
    x: Floats
    y: Floats


def curves(
    experiment: str | None = None,
    metrics: str | Iterable[str] | None = None,
    runs: Iterable[str] | None = None,
    *,
    query: str | None = None,
    x: str = "step",
    smoothing: float = 0.0,
    smooth_kind: Kind = "ema",
    by: str | None = None,
    edges: Edges = "range",
    points: int = WIDTH,
    connection: Connection | None = None,
) -> pd.DataFrame:
    """Read metrics as lines to draw: along any axis, smoothed, reduced to what can be seen, averaged over groups.

    Parameters
    ----------
    experiment, metrics, runs, query, connection
        As for `sm_track_widgets.metrics`; None for `metrics` leaves those of the machine out.
    x
        ``"step"``, ``"time"`` (seconds since the epoch), ``"relative"`` (seconds since the run's first point), or the
        name of another metric, whose value at the same step is taken.
    smoothing, smooth_kind
        How much, and how: ``"ema"``, weight 0 to 0.99; ``"mean"``, window in points; ``"gauss"``, standard deviation in
        points. A gap (NaN) stays a gap.
    by
        Draw the mean of runs instead: of each ``"group"``, or of runs alike in any column of `sm_track_widgets.runs`,
        e.g. ``"params.depth"``; runs where that is missing are one group, called None.
    edges
        Of the band around a mean: ``"range"`` of its runs, or a standard ``"deviation"``.
    points
        Rows of a line at most, 1 or more. A longer one has the smallest and the largest value of each part in ``low``
        and ``high``, so that a spike is seen at every width.

    Returns
    -------
    DataFrame
        ``run, metric, x, value, low, high``: one row per point, x ascending; where points share a row ``value`` is the
        middle of ``low`` and ``high``. With `by`: that column instead of ``run``, ``value`` the mean, and ``count`` of
        runs.

    Raises
    ------
    NotFoundError
        When there is no such experiment, run or metric.
    UsageError
        For a smoothing, edges or points that there are not, or a column that there is not.
    """
    _check(smooth_kind, smoothing, edges, points)
    place = connection or connections.current()
    wanted = None if runs is None else [runs] if isinstance(runs, str) else list(runs)
    table = find(place, Wanted(experiment, query=query, archived=wanted is not None)).table
    queried = bool(query and query.strip())
    _check_x(x, table, queried=queried)
    axis = "time" if x in {"time", "relative"} else "auto"
    found = series.read_table(place, table, _names(metrics, x), wanted, axis=axis, queried=queried)
    if x not in AXES and all(one.metric != x for one in found):
        raise no_metric(x, {one.metric for one in found}, queried=queried, chosen=wanted is not None)
    drawn = [
        _Curve(one.run, one.metric, one.x, smooth(one.y, smooth_kind, smoothing)) for one in _along(found, x)
    ]
    if metrics is None:
        drawn = [one for one in drawn if not is_system(one.metric)] or drawn
    if by is None:
        return frames.curves_frame("run", [(one.run, one.metric, *_reduced(one, points)) for one in drawn])
    column, classes = _classes(table, by)
    return frames.curves_frame(column, _averaged(drawn, classes, edges, points), counted=True)


def _check(kind: Kind, amount: Any, edges: Edges, points: int) -> None:
    if points < 1:
        raise UsageError("points is 1 or more.", "It is the width of a chart in pixels, usually.")
    for what, given, known in (("smoothing", kind, get_args(Kind)), ("edges", edges, get_args(Edges))):
        if given not in known:
            hint = did_you_mean(str(given), known) or f"Choose one of {', '.join(known)}."
            raise UsageError(f"There {'are' if what == 'edges' else 'is'} no {what} {given!r}.", hint)
    if not isinstance(amount, (int, float, np.number)) or not 0 <= amount < inf:
        raise UsageError(
            f"smoothing is a number, 0 or more, not {amount!r}.", "0 leaves the values as they are."
        )
    if kind == "ema" and amount > HEAVIEST:
        raise UsageError(
            f"smoothing is 0 to {HEAVIEST}, not {amount!r}.",
            'A window in points goes with smooth_kind="mean".',
        )


def _check_x(x: str, table: Table, *, queried: bool) -> None:
    """Refuse an axis that is no run's metric, before anything is read."""
    known = [*AXES, *table.names(*STATISTICS)]
    if x in known:
        return
    if queried and not len(table):
        raise no_run()
    hint = did_you_mean(str(x), known) or f"x is one of {', '.join(AXES)}, or a metric."
    raise NotFoundError(f"No run has a metric {x!r}.", hint)


def _names(metrics: str | Iterable[str] | None, x: str) -> list[str] | None:
    if metrics is None:
        return None
    names = [metrics] if isinstance(metrics, str) else list(metrics)
    return list(dict.fromkeys([*names, *([] if x in AXES else [x])]))


def _along(found: Sequence[RunSeries], x: str) -> list[_Curve]:
    """Return each series along the axis, without the points that are nowhere on it."""
    of_run: dict[str, dict[str, RunSeries]] = {}
    for one in found:
        of_run.setdefault(one.run, {})[one.metric] = one
    curves: list[_Curve] = []
    for one in found:
        metrics = of_run[one.run]
        if x in AXES:
            origin = min((min(other.times, default=np.inf) for other in metrics.values()), default=np.inf)
            along = axis_of(one, x, origin=origin if np.isfinite(origin) else None)  # type: ignore[arg-type]
        elif one.metric == x or x not in metrics:
            continue
        else:
            along = axis_of(one, "metric", metrics[x])
        there = ~np.isnan(along[0])
        curves.append(_Curve(one.run, one.metric, along[0][there], along[1][there]))
    return curves


def _reduced(curve: _Curve, points: int) -> tuple[Floats, Floats, Floats, Floats]:
    x, low, high = envelope(curve.x, curve.y, points)
    return x, np.where(low == high, low, (low + high) / 2), low, high


def _classes(table: Table, by: str) -> tuple[str, dict[str, Any]]:
    """Return the column that `by` names, and its value of each run; None for all that are missing."""
    frame = frames.choose(frames.to_frame(table), [by])
    column = str(frame.columns[-1])
    # NaN is not equal to itself: each would be a class of its own.
    values = [None if pd.isna(value) else value for value in frame[column].tolist()]
    return column, dict(zip(frame["run"], values, strict=True))


def _averaged(
    drawn: Sequence[_Curve], classes: dict[str, Any], edges: Edges, points: int
) -> list[tuple[Any, ...]]:
    alike: dict[tuple[str, Any], list[_Curve]] = {}
    for one in drawn:
        alike.setdefault((one.metric, classes[one.run]), []).append(one)
    lines: list[tuple[Any, ...]] = []
    for (metric, label), members in alike.items():
        where = np.unique(np.concatenate([one.x for one in members]))
        grid = where if len(where) <= points else np.linspace(where[0], where[-1], points)
        mean = band([(one.x, one.y) for one in members], grid, edges)
        lines.append((label, metric, mean.x, mean.mean, mean.low, mean.high, mean.count))
    return lines
