"""Fewer points, no lost spike: min/max envelopes, and smoothing.

A gap is a NaN. It stays one where a whole bucket is NaN; NaNs among numbers of a bucket are narrower than
what the reduced line can show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
FINEST = 8192
"""Points per series sent to a page at most: four screens wide."""


@dataclass(frozen=True, slots=True)
class Level:
    """A series as buckets: four equally long arrays; `low` is `high` where nothing was reduced.

    ``time`` is seconds since the epoch.
    """

    step: Floats
    time: Floats
    low: Floats
    high: Floats

    def __len__(self) -> int:
        return len(self.low)


def minmax(x: npt.ArrayLike, y: npt.ArrayLike, width: int) -> tuple[Floats, Floats, Floats]:
    """Reduce a series to at most `width` buckets of equally many points.

    Parameters
    ----------
    x, y
        Equally long arrays in the order of drawing; `y` may hold NaN.
    width
        Number of buckets at most, at least 1; usually the chart's width in pixels.

    Returns
    -------
    tuple of arrays
        ``(x, low, high)``: where the bucket lies (the first bucket at the first `x`, the last at the last,
        others at their middle point), its smallest and its largest value. A series of at most `width` points
        comes back as it is, with ``low`` equal to ``high``.
    """
    xs = np.asarray(x)
    ys = np.asarray(y, dtype=np.float64)
    size = -(-len(ys) // max(width, 1))
    if size <= 1:
        return xs.astype(np.float64), ys, ys
    return _places(xs, size), _reduce(ys, size, np.minimum), _reduce(ys, size, np.maximum)


def reduced(
    steps: npt.ArrayLike, times: npt.ArrayLike, values: npt.ArrayLike, *, finest: int = FINEST
) -> Level:
    """Reduce a series to what is sent to a page, which makes the coarser levels of its pyramid itself.

    Parameters
    ----------
    steps, times, values
        Equally long arrays in the order of drawing; a point without a step (-1) gets its number in the series.
    finest
        Buckets at most; a shorter series keeps every point.
    """
    whole = Level(
        filled(steps), np.asarray(times, dtype=np.float64), *[np.asarray(values, dtype=np.float64)] * 2
    )
    return coarser(whole, finest)


def coarser(level: Level, finest: int) -> Level:
    """Reduce buckets to at most `finest` of them, each of equally many."""
    size = -(-len(level) // max(finest, 1))
    if size <= 1:
        return level
    return Level(
        _places(level.step, size),
        _places(level.time, size),
        _reduce(level.low, size, np.minimum),
        _reduce(level.high, size, np.maximum),
    )


def filled(steps: npt.ArrayLike) -> Floats:
    """Return `steps` with each missing one (-1) replaced by the number of its point in the series, from 0."""
    step = np.asarray(steps, dtype=np.float64)
    missing = step < 0
    return np.where(missing, np.arange(len(step), dtype=np.float64), step) if missing.any() else step


def in_order(x: npt.ArrayLike) -> npt.NDArray[np.intp] | None:
    """Return the stable order that sorts `x`, None where it is sorted: a resumed run may go back in steps."""
    xs = np.asarray(x, dtype=np.float64)
    if not len(xs) or bool(np.all(xs[1:] >= xs[:-1])):
        return None
    return np.argsort(xs, kind="stable")


def smooth(values: npt.ArrayLike, weight: float) -> Floats:
    """Exponential moving average without the pull towards zero at the start.

    Parameters
    ----------
    values
        Any length; NaN is a gap, kept and skipped.
    weight
        0 leaves the values as they are; the nearer to 1, the smoother. The average after n values is
        ``sum(weight**(n-i) * v_i) / sum(weight**(n-i))``, as TensorBoard's debiased one.

    Returns
    -------
    array
        As long as `values`.
    """
    ys = np.asarray(values, dtype=np.float64)
    if weight <= 0 or not len(ys):
        return ys
    averaged = pd.Series(ys).ewm(alpha=1 - min(weight, 0.999), adjust=True, ignore_na=True).mean().to_numpy()
    return np.where(np.isnan(ys), np.nan, averaged)


def _places(x: npt.NDArray[Any], size: int) -> Floats:
    """Where each bucket of `size` lies: at its middle point; the outermost ones reach the ends."""
    index = np.arange(0, len(x), size) + size // 2
    index[0], index[-1] = 0, len(x) - 1
    return x[index].astype(np.float64)


def _reduce(y: Floats, size: int, smaller: np.ufunc) -> Floats:
    """Reduce each `size` values to one; NaNs give way to numbers of their bucket.

    The plain ufunc is several times faster than its NaN-ignoring sister, and leaves NaN exactly in the
    buckets that hold one, which are then done again.
    """
    whole = len(y) // size * size
    table = y[:whole].reshape(-1, size)
    out = smaller.reduce(table, axis=1)
    ignoring = np.fmin if smaller is np.minimum else np.fmax
    gaps = np.flatnonzero(np.isnan(out))
    if len(gaps):
        out[gaps] = ignoring.reduce(table[gaps], axis=1)
    if whole < len(y):
        out = np.append(out, ignoring.reduce(y[whole:]))
    return out
