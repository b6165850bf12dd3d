"""Rows that cross layers. Standard library only, so that every layer may import them."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Home = Literal["embedded", "aws"]
Status = Literal["InProgress", "Completed", "Failed", "Stopping", "Stopped"]
Clock = Callable[[], float]
"""Seconds since the epoch; an argument wherever time is read, so that tests need no patching."""
Params = dict[str, Any]
"""Parameters or output of one boto3 operation."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one metric: `time` in seconds since the epoch, `step` None when the user gave none."""

    metric: str
    value: float
    step: int | None
    time: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A point or call the service will never take: its position in the batch, AWS's code and text."""

    index: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class JournalMark:
    """Where a journal has been delivered up to; committed in one transaction with the points (embedded home)."""

    journal: str
    offset: int


@dataclass(slots=True)
class Series:
    """All points of one metric of one run, in the order of arrival.

    ``steps`` holds -1 where no step was given; ``times`` are seconds since the epoch. The three arrays are equally
    long.
    """

    run: str
    metric: str
    steps: array[int] = field(default_factory=lambda: array("q"))
    times: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class RunRef:
    """What names a run everywhere: its component is `component` (lower case) in trial `group` of `experiment`."""

    experiment: str
    group: str
    run: str
    component: str


Scalar = float | int | str
