"""The runs that every tracker is filled with; standard library only, since each has its environment.

Thirty columns: twelve parameters, of which one is text, and three metrics with six statistics each. The runs came in
sweeps over four weeks, the last of them two days ago: nothing about them is recent.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

EXPERIMENT = "bench"
GROUP = "Default-Run-Group-bench"
STATISTICS = ("last", "min", "max", "avg", "std", "count")
PARAMETERS, METRICS, COLUMNS = 12, 3, 30
FEW = 50
"""So many runs satisfy the query of `threshold`."""
DAY = 86400.0
SWEEP, PAUSE = 200, 30.0  # runs of a sweep; seconds between two of them, on average
LASTED = 540.0


@dataclass(frozen=True)
class Made:
    """One run; `metrics` holds of each metric the values of `STATISTICS`."""

    number: int
    name: str
    created: float
    parameters: dict[str, float]
    text: str
    metrics: dict[str, tuple[float, ...]]


def made(size: int, now: float) -> Iterator[Made]:
    """Yield `size` runs, the oldest first, the same ones each time but for the date."""
    dice = random.Random(20240101)
    moments = _moments(size, now, dice)
    ranks = list(range(size))
    dice.shuffle(ranks)  # so that a threshold of the first metric's maximum tells how many are above it
    for number, moment in enumerate(moments, 1):
        parameters = {f"p{at:02}": dice.random() for at in range(PARAMETERS - 1)}
        metrics = {f"m{at}": _summary(dice, dice.random()) for at in range(1, METRICS)}
        metrics["m0"] = _summary(dice, (ranks[number - 1] + 0.5) / size)
        text = dice.choice(("hist", "exact", "approx", "gpu_hist"))
        yield Made(number, f"run-{number:06}", moment, parameters, text, metrics)


def threshold(size: int) -> float:
    """Return the maximum of ``m0`` that `FEW` of `size` runs are above."""
    return 1 - FEW / size


def _summary(dice: random.Random, highest: float) -> tuple[float, ...]:
    low = highest - dice.random()
    return (
        dice.uniform(low, highest),
        low,
        highest,
        (low + highest) / 2,
        dice.random() / 4,
        dice.randrange(9, 999),
    )


def _moments(size: int, now: float, dice: random.Random) -> list[float]:
    first, last = now - 30 * DAY, now - 2 * DAY
    moments: list[float] = []
    while len(moments) < size:
        moment = dice.uniform(first, last - SWEEP * PAUSE)
        for _ in range(min(SWEEP, size - len(moments))):
            moment += dice.expovariate(1 / PAUSE)
            moments.append(min(moment, last))
    return sorted(moments)
