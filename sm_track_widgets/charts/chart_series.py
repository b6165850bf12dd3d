"""One line of a chart, ready to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

XMode = Literal["step", "time", "relative", "metric"]
"""What x values are; ``"metric"``: those of another metric at the same step."""
X_TITLES = {"step": "step", "time": "time (UTC)", "relative": "time since start", "metric": ""}


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """A run's line.

    Attributes
    ----------
    run, metric
        What the legend and the tooltips say.
    x
        Ascending: steps, seconds since the epoch, seconds since the run's start, or another metric's values.
    low, high
        Smallest and largest value of each bucket, as long as `x`; equal where nothing was reduced. NaN is a
        gap.
    line
        The values to draw as a line, as long as `x`; None draws the middle between `low` and `high`.
    colour, dash
        As `palette.Mark` has them.
    best
        Drawn last, on top of all others, and a little thicker.
    """

    run: str
    metric: str
    x: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    line: Sequence[float] | None = None
    colour: int = 0
    dash: int = 0
    best: bool = False

    @property
    def exact(self) -> bool:
        """Whether `low` and `high` are one and the same, so that no band is to be drawn."""
        return self.low is self.high

    def middle(self) -> list[float]:
        """Return the values of the line."""
        if self.line is not None:
            return list(self.line)
        if self.exact:
            return list(self.low)
        return [(low + high) / 2 for low, high in zip(self.low, self.high, strict=True)]


def on_top(series: Sequence[ChartSeries]) -> list[ChartSeries]:
    """Return series in the order of drawing: the best one last."""
    return sorted(series, key=lambda one: one.best)
