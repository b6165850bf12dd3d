"""What a sweep is after: ``min:val_loss``, ``max:auc``, or a metric whose name tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets._names import lower_is_better

if TYPE_CHECKING:
    from sm_track_widgets.tracking.live import LiveSeries

WORDS = ("min", "max")


@dataclass(frozen=True, slots=True)
class Goal:
    """The last value of `metric` of each point shall be small (``"min"``) or large (``"max"``)."""

    metric: str
    direction: Literal["min", "max"]

    def value_in(self, live: LiveSeries) -> float | None:
        """Return the last value that a run has logged; None where there is none."""
        return live.last(self.metric)[0] if self.metric in live.names() else None

    def better(self, one: float, other: float) -> bool:
        """Whether `one` is better than `other`."""
        return one < other if self.direction == "min" else one > other

    def __str__(self) -> str:
        return f"{self.direction}:{self.metric}"


def goal_of(text: str | Goal | None) -> Goal | None:
    """Return the goal that a text means; None for None.

    Raises
    ------
    UsageError
        It names no metric, or a direction there is not.
    """
    if text is None or isinstance(text, Goal):
        return text
    direction, colon, metric = str(text).partition(":")
    if colon and direction.strip().lower() in {"minimize", "minimise", "maximize", "maximise"}:
        direction = direction.strip()[:3]
    if colon and direction.strip().lower() in WORDS:
        direction = direction.strip().lower()
        if not metric.strip():
            raise UsageError(f"The goal {text!r} names no metric.", f"For example: {direction}:val_loss")
        return Goal(metric.strip(), "min" if direction == "min" else "max")
    near = did_you_mean(direction, WORDS) if colon else ""
    if near:
        raise UsageError(f"The goal {text!r} has an unknown direction.", f"{near} For example: min:val_loss")
    if not str(text).strip():
        raise UsageError("The goal is empty.", "For example: min:val_loss")
    name = str(text).strip()
    return Goal(name, "min" if lower_is_better(name) else "max")
