"""The range of y in which nearly all values lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sm_track_widgets.charts.axes import value_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.charts.chart_series import ChartSeries

PERCENTILES = (1.0, 99.0)


def span(lines: Sequence[ChartSeries], *, log: bool = False) -> tuple[tuple[float, float], int] | None:
    """Return the 1st and the 99th percentile of what lines show, and how many values an axis of it leaves out.

    Returns
    -------
    tuple or None
        ``((low, high), outside)``; None without two different values. On a log axis only what is above zero counts.
    """
    parts = [edge for one in lines for edge in ((one.low,) if one.exact else (one.low, one.high))]
    values = np.concatenate([np.asarray(part, dtype=np.float64) for part in parts]) if parts else np.empty(0)
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not len(values):
        return None
    low, high = (float(edge) for edge in np.percentile(values, PERCENTILES))
    if not low < high:
        return None
    axis = value_axis((low, high), log=log)
    outside = (values < axis.low) | (values > axis.high) if axis else np.zeros(0)
    return (low, high), int(outside.sum())
