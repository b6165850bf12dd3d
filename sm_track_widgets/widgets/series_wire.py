"""Series as the chart reads them: one buffer of f64 arrays and a header that describes them.

Each series is sent once, at its finest level of at most so many min/max buckets; the page builds the coarser levels
of the pyramid itself, which halves what travels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sm_track_widgets._types import Series
from sm_track_widgets.reading.downsample import Level, filled, reduced
from sm_track_widgets.reading.series.long import LongSeries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.charts.palette import Mark
    from sm_track_widgets.tracking.live import LiveSeries

Floats = npt.NDArray[np.float64]
FINEST = 8192
"""Buckets of a series at most: four screens wide."""
POINTS = 400_000
"""Buckets of all series of a chart at most: 13 MB."""
LIVE_POINTS = 40_000
"""Buckets of all open series, which are sent four times a second: 1.3 MB each time at most."""
LEAST = 256


@dataclass(frozen=True, slots=True)
class WireSeries:
    """One series as it is sent.

    Attributes
    ----------
    run, metric
        The run's shown name, and the metric.
    mark
        Colour and dash.
    step, time, low, high
        Equally long: steps, seconds since the epoch, and the smallest and largest value of each bucket (NaN is a
        gap).
    count
        Points the buckets stand for.
    origin
        The run's start, seconds since the epoch.
    """

    run: str
    metric: str
    mark: Mark
    step: Floats
    time: Floats
    low: Floats
    high: Floats
    count: int
    origin: float

    @property
    def exact(self) -> bool:
        """Whether every point is sent as it is."""
        return self.count == len(self.step)


def finest(number: int, budget: int = POINTS) -> int:
    """Return how many buckets each of `number` series may have."""
    return max(LEAST, min(FINEST, budget // max(number, 1)))


def from_points(one: Series, mark: Mark, origin: float, most: int) -> WireSeries:
    """Reduce points as read to at most `most` buckets; a value that is not finite is a gap."""
    level = one.reduced(most) if isinstance(one, LongSeries) else _reduced(one, most)
    return _wire(one, mark, origin, level, len(one))


def from_part(
    one: Series, mark: Mark, origin: float, most: int, *, axis: str, span: tuple[float, float]
) -> WireSeries:
    """Reduce only what lies between the ends of `span`, in the page's units of an axis, and a place on each side."""
    if isinstance(one, LongSeries):
        level, count = one.between(lambda part: _page_x(part.step, part.time, axis, origin), span, most)
        return _wire(one, mark, origin, level, count)
    part = inside(one, page_x(one, axis, origin), span)
    return from_points(part, mark, origin, most)


def _reduced(one: Series, most: int) -> Level:
    values = np.asarray(one.values, dtype=np.float64)
    values = np.where(np.isfinite(values), values, np.nan)
    return reduced(one.steps, one.times, values, finest=most)


def _wire(one: Series, mark: Mark, origin: float, level: Level, count: int) -> WireSeries:
    return WireSeries(one.run, one.metric, mark, level.step, level.time, level.low, level.high, count, origin)


def from_live(live: LiveSeries, run: str, metric: str, mark: Mark, most: int) -> WireSeries:
    """Reduce the points of an open run to at most about `most` buckets."""
    xs, lows, highs = live.envelope(metric, "step", most)
    times, _, _ = live.envelope(metric, "time", most)
    # A point may arrive between the two readings.
    size = min(len(xs), len(times))
    step, time, low, high = (np.asarray(part, dtype=np.float64)[:size] for part in (xs, times, lows, highs))
    count = live.size(metric)
    if count <= most:
        count = size
        gaps = [at for at in live.breaks(metric) if 0 < at < size]
        if gaps:
            step, time = (np.insert(part, gaps, part[gaps]) for part in (step, time))
            low, high = (np.insert(part, gaps, np.nan) for part in (low, high))
            count = len(step)
    return WireSeries(run, metric, mark, step, time, low, high, max(count, len(step)), float(time[0]))


def encode(series: Sequence[WireSeries]) -> tuple[list[dict[str, Any]], bytes]:
    """Lay series out.

    Returns
    -------
    tuple
        Per series its header; at its ``offset`` (bytes) lie ``n`` steps, then as many times, lows and, unless it is
        exact, highs.
    """
    headers: list[dict[str, Any]] = []
    parts: list[bytes] = []
    offset = 0
    for one in series:
        arrays = [one.step, one.time, one.low] + ([] if one.exact else [one.high])
        data = np.concatenate(arrays).astype("<f8").tobytes()
        headers.append(
            {
                "run": one.run,
                "metric": one.metric,
                "colour": one.mark.colour,
                "dash": one.mark.dash,
                "n": len(one.step),
                "count": one.count,
                "offset": offset,
                "exact": one.exact,
                "origin": one.origin,
            }
        )
        parts.append(data)
        offset += len(data)
    return headers, b"".join(parts)


def inside(one: Series, x: Floats, span: tuple[float, float]) -> Series:
    """Return only the points whose `x` lies between the ends of `span`, and one more on each side."""
    within = np.flatnonzero((x >= span[0]) & (x <= span[1]))
    if len(within) == 0:
        return _slice(one, 0, 0)
    return _slice(one, max(0, int(within[0]) - 1), int(within[-1]) + 2)


def page_x(one: Series, axis: str, origin: float) -> Floats:
    """Return x as the page has it: steps, milliseconds since the epoch, or seconds since the start."""
    return _page_x(filled(one.steps), np.asarray(one.times, dtype=np.float64), axis, origin)


def _page_x(steps: Floats, times: Floats, axis: str, origin: float) -> Floats:
    if axis == "step":
        return steps
    return times * 1000 if axis == "time" else times - origin


def _slice(one: Series, start: int, stop: int) -> Series:
    steps = filled(one.steps)[start:stop]
    part = Series(one.run, one.metric)
    part.steps.extend(int(step) for step in steps)
    part.times.extend(one.times[start:stop])
    part.values.extend(one.values[start:stop])
    return part
