"""What is known of a sweep's points, for its pictures: the best so far, the progress in words."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

KINDS = ("done", "running", "stopped", "failed")
WORDS = {"done": "completed", "running": "running", "stopped": "stopped", "failed": "failed"}
MINUTE, HOUR, DAY = 60, 3600, 86400


def kind_of(status: str) -> str:
    """Return what a state of the service means for a sweep; only a ``done`` point counts for the best."""
    if status == "InProgress":
        return "running"
    if status == "Failed":
        return "failed"
    return "stopped" if status in {"Stopped", "Stopping"} else "done"


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Points in the order of their end.

    Attributes
    ----------
    metric, goal
        What the values are; ``"min"`` or ``"max"``.
    total
        How many points there will be; 0 when that is not known.
    names, kinds, values, passes, messages
        Of each point: run, one of `KINDS`, value (NaN for none), whether it satisfies the filters, what went wrong.
    first, now
        When the first of them started, None when that is not known, and the time now; seconds since the epoch.
    parameters
        Gives a run's parameters that are not the same in all.
    baseline
        Name and value of the run that others are compared with.
    """

    title: str
    metric: str
    goal: str
    total: int
    names: Sequence[str]
    kinds: Sequence[str]
    values: Sequence[float]
    passes: Sequence[bool]
    messages: Sequence[str]
    first: float | None
    now: float
    parameters: Callable[[str], Sequence[tuple[str, float | str]]]
    baseline: tuple[str, float] | None = None

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of points of each kind."""
        return {kind: sum(one == kind for one in self.kinds) for kind in KINDS}

    @property
    def ended(self) -> int:
        """Points that have come to an end."""
        return len(self.kinds) - self.counts["running"]

    @cached_property
    def steps(self) -> list[int]:
        """Places of the completed points that were better than all before; the last is the best."""
        sign = 1 if self.goal == "max" else -1
        best = -math.inf
        found: list[int] = []
        for place in self._counting:
            if sign * self.values[place] > best:
                best = sign * self.values[place]
                found.append(place)
        return found

    @property
    def median(self) -> float:
        """Middle of the completed points' values; NaN for none."""
        values = [self.values[place] for place in self._counting]
        return statistics.median(values) if values else math.nan

    @cached_property
    def _counting(self) -> list[int]:
        return [
            place
            for place, (kind, value) in enumerate(zip(self.kinds, self.values, strict=True))
            if kind == "done" and self.passes[place] and math.isfinite(value)
        ]

    @property
    def seconds_left(self) -> float:
        """Seconds until all points have ended at the pace so far; NaN where nothing runs or too little is known."""
        few = 2
        if not self.counts["running"] or self.ended < few or self.total <= self.ended or self.first is None:
            return math.nan
        passed = self.now - self.first
        return passed / self.ended * (self.total - self.ended) if passed > 0 else math.nan

    def progress(self) -> str:
        """Write how far it is: ``37 of 50 points, 2 running, 1 failed, about 4 min left``."""
        if self.total:
            head = f"{self.ended:,} of {self.total:,} points"
        else:
            so_far = " so far" if self.counts["running"] else ""
            head = f"{self.ended:,} {'point' if self.ended == 1 else 'points'}{so_far}"
        more = [
            f"{self.counts[kind]:,} {kind}" for kind in ("running", "failed", "stopped") if self.counts[kind]
        ]
        return ", ".join(part for part in (head, *more, about(self.seconds_left)) if part)


def about(seconds: float) -> str:
    """Write a guess as one says it: ``about 4 min left``; empty for NaN."""
    if not math.isfinite(seconds):
        return ""
    if seconds < 50:  # noqa: PLR2004 - rounded up it would be a minute
        return f"about {max(10, math.ceil(seconds / 10) * 10)} s left"
    if seconds < 55 * MINUTE:
        return f"about {max(1, math.floor(seconds / MINUTE + 0.5))} min left"
    if seconds < 36 * HOUR:
        return f"about {max(1, math.floor(seconds / HOUR + 0.5))} h left"
    return f"about {math.floor(seconds / DAY + 0.5)} d left"
