"""A series as it is kept on disk: what was told of it when it was read, and its points as packed columns."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sm_track_widgets._types import Series

if TYPE_CHECKING:
    from sm_track_widgets._points import Axis

Key = tuple[str, str, "Axis"]
"""Component, metric, and the axis it was asked along."""
_SUMMARY = struct.Struct("<qddd")


@dataclass(frozen=True, slots=True)
class Summary:
    """What Search tells of a metric of a run.

    Attributes
    ----------
    count
        Points logged.
    last
        Value of the latest one.
    told
        Its time, seconds since the epoch; NaN where that is not known.
    created
        When the component was made, as `told`: another moment, another component of the same name.
    """

    count: int
    last: float
    told: float
    created: float = float("nan")

    def packed(self) -> bytes:
        """Return the summary as bytes; those of equal ones are equal, NaN included."""
        return _SUMMARY.pack(self.count, self.last, self.told, self.created)

    def same(self, other: Summary) -> bool:
        """Whether nothing has been logged between the two."""
        return self.packed() == other.packed()

    def same_component(self, other: Summary) -> bool:
        """Whether both are of one component, as far as the time it was made tells."""
        return self.created == other.created or (
            self.created != self.created and other.created != other.created
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """A metric of a run.

    Attributes
    ----------
    run
        The name that the run is shown under.
    component, metric
        Where the points are.
    summary
        What the listing of runs tells of the metric: where it is given, points are kept on this machine and not read
        twice.
    old
        Address of the file with its older points, see `old_points`; without a summary the service has no others.
    """

    run: str
    component: str
    metric: str
    summary: Summary | None = None
    old: str = ""


@dataclass(slots=True)
class RunSeries(Series):
    """A series whose ``run`` is the run's shown name, with the trial component that holds it."""

    component: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A series and the summary that it was read for; its ``run`` is the component."""

    series: Series
    summary: Summary
    axis: Axis = "auto"

    @property
    def by_step(self) -> bool:
        """Whether the points have steps; else they have times."""
        return bool(self.series.steps) and self.series.steps[-1] >= 0

    @property
    def key(self) -> Key:
        """What it is found by."""
        return (self.series.run, self.series.metric, self.axis)

    def packed(self) -> bytes:
        """Return the points as bytes: steps (int64) or times (f64), then values (f64), the lowest byte first."""
        x = _little(array("q", self.series.steps)) if self.by_step else _little(array("d", self.series.times))
        return x.tobytes() + _little(array("d", self.series.values)).tobytes()

    def checksum(self, data: bytes) -> int:
        """Return what tells that nothing of it was changed, `data` being its points, packed."""
        return _checksum(self.key, self.summary.packed(), data)


def unpacked(key: Key, summary: bytes, by_step: int, checksum: int, data: bytes) -> Kept | None:
    """Return what `Kept` has packed; None where any of it was changed."""
    if _checksum(key, summary, data) != checksum:
        return None
    half = len(data) // 2
    steps, times, values = array("q"), array("d"), array("d")
    values.frombytes(data[half:])
    _little(values)
    if by_step:
        steps.frombytes(data[:half])
        _little(steps)
        times = array("d", [float("nan")]) * len(values)
    else:
        times.frombytes(data[:half])
        _little(times)
        steps = array("q", [-1]) * len(values)
    return Kept(Series(key[0], key[1], steps, times, values), Summary(*_SUMMARY.unpack(summary)), key[2])


def _checksum(key: Key, summary: bytes, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(summary + "\0".join(key).encode()))


def _little(numbers: array[int] | array[float]) -> array[int] | array[float]:
    """Turn numbers, in place, into the byte order of the file, or back."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
