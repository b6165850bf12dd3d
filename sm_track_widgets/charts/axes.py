"""Ranges and ticks of a static chart's axes."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from sm_track_widgets.charts import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sm_track_widgets.charts.chart_series import XMode

NICE = (1, 2, 2.5, 5, 10)
CLOSER = 0.8
"""One tick more than asked for is better than half as many."""
LARGEST = sys.float_info.max
"""Stands in runs for "none yet", and there is no room above it."""
MARGIN = 0.04
CLOCK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
"""Distances of ticks on a time axis, in seconds."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of values, laid over 0 to 1.

    Attributes
    ----------
    low, high
        Ends of the range, in values; `low` is below `high`.
    log
        Whether equal ratios take equal room.
    ticks
        Values and their labels, ascending.
    """

    low: float
    high: float
    log: bool
    ticks: tuple[tuple[float, str], ...]

    def place(self, value: float) -> float:
        """Where `value` lies between the ends, 0 to 1 inside; NaN for what a log axis cannot show."""
        if self.log:
            if not value > 0:
                return math.nan
            low, high = math.log10(self.low), math.log10(self.high)
            return (math.log10(value) - low) / (high - low)
        # By halves: the whole of it may be more than a number can be.
        return (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)


def value_axis(values: Iterable[float], *, log: bool = False, ticks: int = 4) -> Axis | None:
    """Return an axis for metric values with a little room at both ends; None when there is nothing to show."""
    shown = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    if not shown:
        return None
    low, high = min(shown), max(shown)
    if log:
        room = (math.log10(high) - math.log10(low)) * MARGIN or 0.5
        low, high = low / 10**room, min(high * 10**room, LARGEST)
        return Axis(low, high, log=True, ticks=_labelled(_decades(low, high, ticks)))
    room = (high / 2 - low / 2) * (2 * MARGIN) or abs(high) * MARGIN or 1.0
    low, high = max(low - room, -LARGEST), min(high + room, LARGEST)
    return Axis(low, high, log=False, ticks=_labelled(_nice(low, high, ticks)))


def place_axis(values: Iterable[float], mode: XMode, *, log: bool = False, ticks: int = 6) -> Axis | None:
    """Return an axis for x values, from the first to the last; None when there is nothing to show."""
    shown = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    if not shown:
        return None
    low, high = min(shown), max(shown)
    if low == high:
        low, high = (low, high * 10) if log else (low, high + 1)
    if log:
        decades = _decades(low, high, ticks)
        unit = " s" if mode == "relative" else ""
        return Axis(
            low, high, log=True, ticks=tuple((place, numbers.number(place) + unit) for place in decades)
        )
    if mode == "metric":
        return Axis(low, high, log=False, ticks=_labelled(_nice(low, high, ticks)))
    if mode == "step":
        whole = tuple(tick for tick in _nice(low, high, ticks) if tick == int(tick))
        return Axis(low, high, log=False, ticks=_labelled(whole))
    places = _clock(low, high, ticks)
    label = _hour if mode == "time" and high - low < 2 * numbers.DAY else _date if mode == "time" else _passed
    return Axis(low, high, log=False, ticks=tuple((place, label(place)) for place in places))


def _labelled(ticks: Iterable[float]) -> tuple[tuple[float, str], ...]:
    """Write all ticks with as many decimals as the finest of them needs."""
    values = list(ticks)
    short = [numbers.number(value) for value in values]
    if any("e" in label for label in short):
        return tuple(zip(values, short, strict=True))
    places = max((len(label.partition(".")[2]) for label in short), default=0)
    if len({math.floor(math.log10(value)) for value in values if value > 0}) > 2:  # noqa: PLR2004 (decades)
        return tuple(zip(values, short, strict=True))
    return tuple((value, f"{value:.{places}f}") for value in values)


def _nice(low: float, high: float, count: int) -> list[float]:
    """Round distances that give about `count` ticks from `low` to `high`."""
    rough = (high / 2 - low / 2) / (max(count, 1) / 2)
    unit = 10 ** math.floor(math.log10(rough))
    step = next(nice * unit for nice in NICE if nice * unit >= rough * CLOSER)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [
        round(number * step, 12 - math.floor(math.log10(step))) + 0.0 for number in range(first, last + 1)
    ]


def _decades(low: float, high: float, count: int) -> list[float]:
    """Powers of ten, thinned to about `count`; within less than two decades 1-2-5 steps, else plain ones."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    if last - first >= 2:  # noqa: PLR2004 (three labels or more)
        stride = max(1, -(-(last - first + 1) // (count + 1)))
        return [10.0**power for power in range(first, last + 1, stride)]
    steps = [digit * 10.0**power for power in range(first - 1, last + 1) for digit in (1, 2, 5)]
    inside = [step for step in steps if low <= step <= high]
    return inside if len(inside) > 1 else [tick for tick in _nice(low, high, count) if tick > 0]


def _clock(low: float, high: float, count: int) -> list[float]:
    rough = (high - low) / max(count, 1)
    if rough < 1:
        return _nice(low, high, count)
    days = -(-rough // numbers.DAY) * numbers.DAY
    step = next((step for step in CLOCK_STEPS if step >= rough), days)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [float(number * step) for number in range(first, last + 1)]


def _hour(seconds: float) -> str:
    return _at(seconds).strftime("%H:%M" if seconds % numbers.MINUTE == 0 else "%H:%M:%S")


def _date(seconds: float) -> str:
    return _at(seconds).strftime("%b %d" if seconds % numbers.DAY == 0 else "%b %d %H:%M")


def _passed(seconds: float) -> str:
    if seconds == 0:
        return "0"
    # Ticks may lie closer than a tenth of a second.
    return f"{numbers.number(seconds)} s" if seconds < numbers.TENTHS else numbers.clock(seconds)


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=timezone.utc)
