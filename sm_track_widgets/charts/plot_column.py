"""A column of runs laid along an axis of a static plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sm_track_widgets.charts import natural
from sm_track_widgets.charts.axes import Axis, place_axis, value_axis

RAMP = ("#2f6fdb", "#9a6a8c", "#d9641e")
"""From the lowest value to the highest: told apart by the colour-blind, and 3:1 on white and on JupyterLab's dark."""
REST = "#808080"


@dataclass(frozen=True)
class PlotColumn:
    """Values of a column, one for each run.

    Attributes
    ----------
    label
        What the axis is called.
    kind
        ``number``, ``time`` or ``duration`` (seconds), or ``text``.
    numbers
        NaN for missing ones; of texts the place of each in `texts`.
    texts
        The different texts.
    log
        Whether equal ratios take equal room.
    """

    label: str
    kind: str
    numbers: Sequence[float]
    texts: Sequence[str] = field(default=())
    log: bool = False

    @cached_property
    def slots(self) -> list[str]:
        """Texts in the order of their places, numbers in them by their size."""
        return natural.ordered(self.texts)

    def ticks(self, count: int) -> list[tuple[float, str]]:
        """Return about `count` places, 0 to 1, with their labels."""
        if self.kind == "text":
            size = len(self.slots)
            stride = max(1, -(-size // max(1, count)))
            return [((at + 0.5) / size, self.slots[at]) for at in range(0, size, stride)]
        axis = self._axis(count)
        return [] if axis is None else [(axis.place(value), label) for value, label in axis.ticks]

    @cached_property
    def places(self) -> list[float]:
        """Where each run stands, 0 to 1; NaN where it has no value that can be shown."""
        if self.kind == "text":
            at = {text: (slot + 0.5) / len(self.slots) for slot, text in enumerate(self.slots)}
            places = [at[text] for text in self.texts]
            return [places[int(one)] if math.isfinite(one) else math.nan for one in self.numbers]
        axis = self._axis(4)
        if axis is None:
            return [math.nan] * len(self.numbers)
        return [axis.place(one) if math.isfinite(one) else math.nan for one in self.numbers]

    def _axis(self, count: int) -> Axis | None:
        if self.kind in {"time", "duration"}:
            return place_axis(
                self.numbers, "time" if self.kind == "time" else "relative", log=self.log, ticks=count
            )
        return value_axis(self.numbers, log=self.log, ticks=count)

    @property
    def ends(self) -> tuple[float, float] | None:
        """The lowest and the highest number; None without any."""
        shown = [one for one in self.numbers if math.isfinite(one) and (one > 0 or not self.log)]
        return (min(shown), max(shown)) if shown else None


def ramp(place: float) -> str:
    """Return the colour of a place, 0 to 1."""
    if not math.isfinite(place):
        return REST
    at = min(max(place, 0.0), 1.0) * (len(RAMP) - 1)
    first = min(int(at), len(RAMP) - 2)
    low, high = (_channels(RAMP[first + step]) for step in (0, 1))
    mixed = (round(a + (b - a) * (at - first)) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
