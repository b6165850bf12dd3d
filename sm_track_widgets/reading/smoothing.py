"""Smoothed curves: gaps stay gaps, and no value leaves the range of those it is made of."""

from __future__ import annotations

from math import ceil
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.reading import downsample
from sm_track_widgets.reading.downsample import Floats

Mask = npt.NDArray[np.bool_]
Kind = Literal["ema", "mean", "gauss"]
REACH = 4
"""Sigmas to either side that a Gaussian has: what lies beyond weighs 0.00006 in all."""
EXACT = 64
"""Sigma up to which a Gaussian is added up point by point."""
BINS = 32
"""Bins per sigma above that."""
FEW = 32
"""Points of a window that are added up one by one."""


def smooth(values: npt.ArrayLike, kind: Kind = "ema", amount: float = 0.6) -> Floats:
    """Smooth a series.

    Parameters
    ----------
    values
        Any length, in the order of drawing. What is not finite is a gap: it is NaN in the result, and the values around
        it are averaged without it.
    kind
        ``"ema"``: exponential moving average without the pull towards zero at the start, as TensorBoard's. ``"mean"``:
        the mean of the points around each. ``"gauss"``: the same, the nearer ones weighing more. At the ends there are
        fewer points, and the others weigh as much more.
    amount
        For ``"ema"`` the weight of what came before, 0 to 0.99. For ``"mean"`` the width of the window in points, of
        which the same number lies on each side: 4 is as 5. For ``"gauss"`` the standard deviation in points. 0 leaves
        the values as they are.

    Returns
    -------
    array
        As long as `values`.

    Raises
    ------
    UsageError
        For another kind.
    """
    ys = np.asarray(values, dtype=np.float64)
    known = np.isfinite(ys)
    if not known.all():
        ys = np.where(known, ys, np.nan)
    if kind == "ema":
        return downsample.smooth(ys, amount)
    if kind == "mean":
        return _mean(ys, known, int(amount) // 2)
    if kind == "gauss":
        return _gauss(ys, known, amount)
    raise UsageError(
        f"There is no smoothing {kind!r}.",
        did_you_mean(kind, get_args(Kind)) or f"Choose one of {', '.join(get_args(Kind))}.",
    )


# Nowhere is a value taken off a sum again, as pandas' rolling mean does, nor a Fourier transform used: where a loss has
# blown up once, the digits of smaller values would be gone.


def _mean(ys: Floats, known: Mask, half: int) -> Floats:
    if half < 1 or not known.any():
        return ys
    half = min(half, len(ys))
    window = 2 * half + 1
    passed = np.cumsum(np.pad(known.astype(np.int64), (half + 1, half)))
    counts = passed[window:] - passed[: len(ys)]
    return _within(ys, known, _sums(np.where(known, ys, 0.0), window) / np.maximum(counts, 1))


def _sums(ys: Floats, window: int) -> Floats:
    """Return for each point the sum of the `window` points around it.

    Each window is the end of one block of as many points and the beginning of the next: two running sums give all.
    """
    half = window // 2
    if window <= FEW:
        return np.convolve(ys, np.ones(window))[half : half + len(ys)]
    blocks = np.zeros((-(-(len(ys) + 2 * half) // window), window))
    blocks.reshape(-1)[half : half + len(ys)] = ys
    heads = np.cumsum(blocks, axis=1).reshape(-1)
    tails = np.cumsum(blocks[:, ::-1], axis=1)[:, ::-1]
    tails[:, 0] = 0.0  # that window is one block, which the heads have
    return tails.reshape(-1)[: len(ys)] + heads[window - 1 : window - 1 + len(ys)]


def _gauss(ys: Floats, known: Mask, sigma: float) -> Floats:
    if sigma <= 0 or not known.any():
        return ys
    weighted, weights = np.where(known, ys, 0.0), known.astype(np.float64)
    if sigma <= EXACT:
        half = min(ceil(REACH * sigma), len(ys))
        kernel = _kernel(sigma, half)
        inside = slice(half, half + len(ys))
        weighted, weights = np.convolve(weighted, kernel)[inside], np.convolve(weights, kernel)[inside]
    else:
        weighted, weights = _binned(weighted, sigma), _binned(weights, sigma)
    return _within(ys, known, weighted / np.where(known, weights, 1.0))


def _kernel(sigma: float, half: int) -> Floats:
    return np.exp(-0.5 * (np.arange(-half, half + 1) / sigma) ** 2)


def _binned(ys: Floats, sigma: float) -> Floats:
    """Return sums weighted by a wide Gaussian, to a ten thousandth: of bins, and straight between their centres."""
    size = int(min(sigma, len(ys))) // BINS + 1
    bins = np.add.reduceat(ys, np.arange(0, len(ys), size))
    half = min(ceil(REACH * sigma / size), len(bins))
    sums = np.convolve(bins, _kernel(sigma / size, half))
    centres = (np.arange(len(sums)) - half + 0.5) * size - 0.5
    return np.interp(np.arange(len(ys)), centres, sums)


def _within(ys: Floats, known: Mask, averaged: Floats) -> Floats:
    """Keep gaps, and let no rounding leave the range of the values."""
    return np.where(known, np.clip(averaged, np.fmin.reduce(ys), np.fmax.reduce(ys)), np.nan)
