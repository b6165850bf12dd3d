"""Rows that cross layers. Standard library only, so that every layer may import them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
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

    @property
    def last(self) -> float:
        """The value that arrived last; there has to be one."""
        return self.values[-1]

    @property
    def ends(self) -> tuple[float, float]:
        """Times of the first and the last point; there has to be one."""
        return self.times[0], self.times[-1]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some points in a row, little-endian and column after column.

    Where it is `outlined`, `data` has four columns: for each bucket of so many points a step (int64), a time, the
    smallest and the largest value (f64), and then the last value. Else it has the points: steps, times, values.
    """

    count: int
    data: bytes
    outlined: bool


@dataclass(frozen=True, slots=True)
class Outline:
    """A series in the order of arrival, most of it in few numbers; `last` is the value that arrived last."""

    pieces: Sequence[Piece]
    bucket: int
    last: float


@dataclass(frozen=True, slots=True)
class RunRef:
    """What names a run everywhere: its component is `component` (lower case) in trial `group` of `experiment`."""

    experiment: str
    group: str
    run: str
    component: str


Scalar = float | int | str
