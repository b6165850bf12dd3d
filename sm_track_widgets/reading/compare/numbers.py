"""Statistics of the runs' metrics beside each other, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sm_track_widgets._names import is_system, lower_is_better

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.reading.run_facts import MetricFacts, RunFacts

STATISTICS = ("last", "min", "max", "avg", "std", "count")
UNJUDGED = frozenset(("std", "count"))
"""Statistics of which neither end is better."""


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric.

    Attributes
    ----------
    name
        As it was logged.
    best
        Which end is better.
    stats
        For each of `STATISTICS` its value in each run; None where it is not known.
    """

    name: str
    best: Literal["min", "max"]
    stats: dict[str, list[float | None]]

    @property
    def differs(self) -> bool:
        """Whether any statistic is not the same in all runs."""
        return any(len(set(values)) > 1 for values in self.stats.values())

    @property
    def shared(self) -> int:
        """How many runs have it."""
        return sum(count is not None for count in self.stats["count"])


def metric_rows(runs: Sequence[RunFacts]) -> list[MetricRow]:
    """Return the metrics of several runs, those that most of them have first, the machine's last."""
    held = [{one.name: one for one in run.metrics} for run in runs]
    rows = [
        _row(name, [one.get(name) for one in held]) for name in dict.fromkeys(n for one in held for n in one)
    ]
    return sorted(rows, key=lambda row: (is_system(row.name), -row.shared, row.name))


def better(value: float | None, base: float | None, best: str) -> bool | None:
    """Return whether a value is better than the baseline's; None where they are equal or one is missing."""
    if value is None or base is None or not (value < base or value > base):
        return None
    return (value < base) == (best == "min")


def _row(name: str, facts: Sequence[MetricFacts | None]) -> MetricRow:
    stats: dict[str, list[float | None]] = {
        "last": [one and one.last for one in facts],
        "min": [one and one.low for one in facts],
        "max": [one and one.high for one in facts],
        "avg": [one and one.mean for one in facts],
        "std": [one and one.std for one in facts],
        "count": [one and one.count for one in facts],
    }
    return MetricRow(name, "min" if lower_is_better(name) else "max", stats)
