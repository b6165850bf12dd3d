"""What a chart makes of series: other x axes, envelopes, smoothing, and the band of a group of runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from sm_track_widgets._errors import UsageError
from sm_track_widgets.reading.downsample import Floats, in_order
from sm_track_widgets.reading.envelopes import envelope
from sm_track_widgets.reading.smoothing import smooth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets._types import Series

__all__ = ["Band", "axis_of", "band", "envelope", "smooth"]

Axis = Literal["step", "time", "relative", "metric"]
Edges = Literal["range", "deviation"]
Steps = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Several curves as one: five equally long arrays.

    Attributes
    ----------
    x
        Ascending, each value once.
    mean
        Of the curves that have a value there; NaN where none has.
    low, high
        The smallest and the largest of them, or a standard deviation (of the curves there are) below and above the
        mean.
    count
        How many have one.
    """

    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    count: npt.NDArray[np.int64]


def axis_of(
    series: Series, kind: Axis = "step", other: Series | None = None, *, origin: float | None = None
) -> tuple[Floats, Floats]:
    """Return a series along an x axis.

    Parameters
    ----------
    series
        What is drawn.
    kind
        ``"step"``: a point without a step has its number in the series, from 0. ``"time"``: seconds since the epoch.
        ``"relative"``: seconds since `origin`. ``"metric"``: the value of `other` at the same step.
    other
        Another metric of the same run; of several points at one step the last one counts.
    origin
        Seconds since the epoch; None is the earliest time of the series.

    Returns
    -------
    tuple of arrays
        ``(x, y)``, x ascending, points of equal x in the order of arrival. Points without an x are the last ones, with
        NaN for x: times that are not known, steps that `other` has not.

    Raises
    ------
    UsageError
        For the axis ``"metric"`` without `other`.
    """
    y = np.asarray(series.values, dtype=np.float64)
    if kind == "step":
        x = _numbered(series).astype(np.float64)
    elif kind == "metric":
        if other is None:
            raise UsageError("Another metric is needed for the x axis.", 'axis_of(series, "metric", other)')
        x = _matched(_numbered(series), other)
    else:
        x = np.asarray(series.times, dtype=np.float64)
        if kind == "relative":
            x = x - (origin if origin is not None else _earliest(x))
    order = in_order(x)
    return (x, y) if order is None else (x[order], y[order])


def band(
    curves: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]],
    x: npt.ArrayLike | None = None,
    edges: Edges = "range",
) -> Band:
    """Return the mean of several curves and how far they lie apart.

    Parameters
    ----------
    curves
        ``(x, y)`` of each run, x ascending, as `axis_of` gives them. Of several points at one x the last one counts.
    x
        Where; None is wherever any of them has a point.
    edges
        ``"range"``: from the smallest to the largest. ``"deviation"``: a standard deviation around the mean.

    Returns
    -------
    Band
        Between two of its points a curve is a straight line; outside of them, and beside a gap (NaN), it is not
        counted.
    """
    singles = [
        _single(np.asarray(one[0], dtype=np.float64), np.asarray(one[1], dtype=np.float64)) for one in curves
    ]
    if x is None:
        grid = np.unique(np.concatenate([one[0] for one in singles])) if singles else np.empty(0)
    else:
        grid = np.unique(np.asarray(x, dtype=np.float64))
    count = np.zeros(len(grid), dtype=np.int64)
    mean, squares = np.zeros(len(grid)), np.zeros(len(grid))
    low, high = np.full(len(grid), np.nan), np.full(len(grid), np.nan)
    for xs, ys in singles:
        if not len(xs):
            continue
        found = np.interp(grid, xs, ys, left=np.nan, right=np.nan)
        there = ~np.isnan(found)
        count += there
        # Welford's way: no sum of squares that rounding could make negative.
        change = np.where(there, found - mean, 0.0)
        mean += change / np.maximum(count, 1)
        squares += change * np.where(there, found - mean, 0.0)
        low, high = np.fmin(low, found), np.fmax(high, found)
    mean = np.where(count > 0, np.clip(mean, low, high), np.nan)
    if edges == "deviation":
        deviation = np.sqrt(squares / np.maximum(count, 1))
        low, high = mean - deviation, mean + deviation
    return Band(grid, mean, low, high, count)


def _numbered(series: Series) -> Steps:
    """Return the steps, each missing one (-1) as the number of its point."""
    steps = np.asarray(series.steps, dtype=np.int64)
    return np.where(steps < 0, np.arange(len(steps), dtype=np.int64), steps)


def _matched(steps: Steps, other: Series) -> Floats:
    """Return the value of `other` at each of `steps`; NaN where it has none."""
    theirs = _numbered(other)
    if not len(theirs):
        return np.full(len(steps), np.nan)
    order = np.argsort(theirs, kind="stable")
    theirs = theirs[order]
    # Of equal steps the last one, which a stable order leaves last.
    at = np.maximum(np.searchsorted(theirs, steps, side="right") - 1, 0)
    values = np.asarray(other.values, dtype=np.float64)[order]
    return np.where(theirs[at] == steps, values[at], np.nan)


def _earliest(times: Floats) -> float:
    known = times[~np.isnan(times)]
    return float(known.min()) if len(known) else 0.0


def _single(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return a curve without points that have no x, and the last one of each x."""
    x, y = x[~np.isnan(x)], np.where(np.isfinite(y), y, np.nan)[~np.isnan(x)]
    last = np.ones(len(x), dtype=np.bool_)
    last[:-1] = x[1:] != x[:-1]
    return x[last], y[last]
