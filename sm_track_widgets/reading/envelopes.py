"""A series as it is drawn: the smallest and the largest value of each pixel, and every point where they fit."""

from __future__ import annotations

from math import ceil, floor, isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from sm_track_widgets.reading.downsample import Floats

Reduced = tuple[Floats, Floats, Floats]
"""x, low and high, equally long."""


def envelope(
    x: npt.ArrayLike, y: npt.ArrayLike, width: int, span: tuple[float, float] | None = None
) -> Reduced:
    """Reduce a series to what a chart of so many pixels can show.

    Parameters
    ----------
    x, y
        Equally long; `x` is finite and ascends, NaNs at its end are not drawn. In `y` a NaN is a gap.
    width
        Pixels, at least 1.
    span
        The part of the x axis that is shown, both ends included; None is all.

    Returns
    -------
    tuple of arrays
        ``(x, low, high)``. Up to `width` points are returned as they are, ``low`` equal to ``high``. Of more, each
        pixel that has points becomes one: `x` of its middle point (at the ends of the first and the last one), its
        smallest and its largest value, so that a spike survives at every width. A pixel is NaN where all its points
        are, and a gap that covers a pixel stays one. With a `span`, the next point on either side of it is there too,
        so that the line reaches the edges.
    """
    xs, ys = np.asarray(x), np.asarray(y, dtype=np.float64)
    drawn = int(np.searchsorted(xs, np.nan)) if xs.dtype.kind == "f" else len(xs)
    xs, ys = xs[:drawn], ys[:drawn]
    if not drawn:
        return np.empty(0), np.empty(0), np.empty(0)
    if span is None:
        return _by_pixel(xs.astype(np.float64, copy=False), ys, width, (float(xs[0]), float(xs[-1])))
    first, end = _place(xs, span[0], right=False), _place(xs, span[1], right=True)
    inside = _by_pixel(xs[first:end].astype(np.float64, copy=False), ys[first:end], width, span)
    before, behind = slice(max(first - 1, 0), first), slice(max(first, end), max(first, end) + 1)
    return (
        np.concatenate(
            [xs[before].astype(np.float64, copy=False), inside[0], xs[behind].astype(np.float64, copy=False)]
        ),
        np.concatenate([ys[before], inside[1], ys[behind]]),
        np.concatenate([ys[before], inside[2], ys[behind]]),
    )


def _place(xs: npt.NDArray[Any], value: float, *, right: bool) -> int:
    """Where `value` belongs in `xs`, before equal ones or behind them."""
    if xs.dtype.kind != "f" and isfinite(value):
        # A search for a float among integers would make floats of all of them first.
        limits = np.iinfo(xs.dtype)
        whole = floor(value) if right else ceil(value)
        if whole > limits.max:
            return len(xs)
        return (
            0
            if whole < limits.min
            else int(np.searchsorted(xs, xs.dtype.type(whole), "right" if right else "left"))
        )
    return int(np.searchsorted(xs, value, "right" if right else "left"))


def _by_pixel(xs: Floats, ys: Floats, width: int, span: tuple[float, float]) -> Reduced:
    count = len(xs)
    if count <= max(width, 1):
        return xs, ys, ys
    starts = np.searchsorted(xs, np.linspace(*span, max(width, 1) + 1)[:-1])
    starts[0] = 0  # rounding must lose no point
    ends = np.append(starts[1:], count)
    pixels = np.flatnonzero(ends > starts)
    starts, ends = starts[pixels], ends[pixels]
    # These ignore NaN and are as fast as those that do not.
    low, high = np.fmin.reduceat(ys, starts), np.fmax.reduceat(ys, starts)
    middle = (starts + ends - 1) // 2
    middle[0], middle[-1] = 0, count - 1
    x = xs[middle]
    left, right = ends[:-1] - 1, starts[1:]
    broken = np.isnan(ys[left]) | np.isnan(ys[right])
    gaps = np.flatnonzero(broken & (np.diff(pixels) > 1) & ~np.isnan(low[:-1]) & ~np.isnan(low[1:]))
    if len(gaps):
        at = np.where(np.isnan(ys[left]), left, right)[gaps]
        x = np.insert(x, gaps + 1, xs[at])
        low, high = np.insert(low, gaps + 1, np.nan), np.insert(high, gaps + 1, np.nan)
    return x, low, high
