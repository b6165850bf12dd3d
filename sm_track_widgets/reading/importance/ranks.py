"""Rank correlation: Spearman's for numbers, the correlation ratio of ranks for categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sm_track_widgets.reading.downsample import Floats

LEAST = 3
"""Pairs below which a correlation says nothing."""


def ranks(values: Floats) -> Floats:
    """Return the rank of each value, from 1; equal values share the mean of theirs."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]]
    place = np.cumsum(first) - 1
    edges = np.r_[np.flatnonzero(first), len(values)]
    found = np.empty(len(values), dtype=np.float64)
    found[order] = (edges[place] + edges[place + 1] + 1) / 2
    return found


def spearman(a: Floats, b: Floats) -> float:
    """Return the rank correlation of two equally long arrays, -1 to 1; NaN where one of them does not vary."""
    if len(a) < LEAST:
        return float("nan")
    x, y = ranks(a) - (len(a) + 1) / 2, ranks(b) - (len(b) + 1) / 2
    size = float(np.sqrt(np.sum(x * x) * np.sum(y * y)))
    return float(np.sum(x * y)) / size if size > 0 else float("nan")


def correlation_ratio(codes: Floats, values: Floats) -> float:
    """Return how much of the ranks of `values` the categories explain: 0 nothing, 1 all; it has no sign.

    It is the square root of what is left of eta squared after the share that as many categories explain by chance.
    """
    classes, place = np.unique(codes, return_inverse=True)
    count, kinds = len(values), len(classes)
    if count < LEAST or kinds < 2 or kinds >= count:  # noqa: PLR2004 - one class explains nothing
        return float("nan")
    ranked = ranks(values) - (count + 1) / 2
    total = float(np.sum(ranked * ranked))
    if total <= 0:
        return float("nan")
    sums = np.bincount(place, weights=ranked)
    squared = float(np.sum(sums * sums / np.bincount(place))) / total
    adjusted = 1 - (1 - squared) * (count - 1) / (count - kinds)
    return float(np.sqrt(max(adjusted, 0.0)))
