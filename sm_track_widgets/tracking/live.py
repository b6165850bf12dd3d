"""The points of an open run, kept in the kernel for its live card and chart.

Appending costs the training loop three array appends. What a reader needs (extremes, a min/max pyramid) is brought up
to date when it asks, for the new points only, so the whole stays linear in the number of points.
"""

from __future__ import annotations

import threading
from array import array
from dataclasses import dataclass, field
from typing import Literal

from sm_track_widgets._names import lower_is_better

XAxis = Literal["step", "time", "relative"]
Envelope = tuple["array[float]", "array[float]", "array[float]"]

BUCKET = 16
"""Points in a bucket of the pyramid's finest level; each further level doubles it."""


@dataclass(slots=True)
class _Track:
    """One metric: raw points, and what was worked out of the first `seen` of them."""

    steps: array[int] = field(default_factory=lambda: array("q"))
    times: array[float] = field(default_factory=lambda: array("d"))
    values: array[float] = field(default_factory=lambda: array("d"))
    gaps: list[tuple[int, int | None]] = field(default_factory=list[tuple[int, "int | None"]])
    lows: list[array[float]] = field(default_factory=lambda: [array("d")])
    highs: list[array[float]] = field(default_factory=lambda: [array("d")])
    seen: int = 0
    low_at: int = 0
    high_at: int = 0

    def catch_up(self, count: int) -> None:
        """Extend extremes and pyramid to the first `count` points."""
        while self.seen + BUCKET <= count:
            piece = self.values[self.seen : self.seen + BUCKET]
            self._extremes(piece, self.seen)
            self.lows[0].append(min(piece))
            self.highs[0].append(max(piece))
            self.seen += BUCKET
        for level in range(64):
            if not self._raise_level(level):
                return

    def _extremes(self, piece: array[float], start: int) -> None:
        low, high = min(piece), max(piece)
        if low < self.values[self.low_at]:
            self.low_at = start + piece.index(low)
        if high > self.values[self.high_at]:
            self.high_at = start + piece.index(high)

    def _raise_level(self, level: int) -> bool:
        """Fill level + 1 from pairs of `level`; say whether there is anything there to go on from."""
        if len(self.lows) == level + 1:
            if len(self.lows[level]) < 2:  # noqa: PLR2004 - a pair
                return False
            self.lows.append(array("d"))
            self.highs.append(array("d"))
        lows, highs = self.lows[level], self.highs[level]
        for pair in range(2 * len(self.lows[level + 1]), len(lows) - 1, 2):
            self.lows[level + 1].append(min(lows[pair], lows[pair + 1]))
            self.highs[level + 1].append(max(highs[pair], highs[pair + 1]))
        return True

    def best_at(self, count: int, *, lowest: bool) -> int:
        """Position of the smallest or largest of the first `count` points, the first of equals."""
        self.catch_up(count)
        at = self.low_at if lowest else self.high_at
        for index in range(self.seen, count):
            value, best = self.values[index], self.values[at]
            if value < best if lowest else value > best:
                at = index
        return at


class LiveSeries:
    """All points of one run in memory: append from the loop, read from another thread.

    Parameters
    ----------
    origin
        The run's start, seconds since the epoch: zero of ``x="relative"``; None takes the first point's time.
    """

    def __init__(self, origin: float | None = None) -> None:
        self._origin = origin
        self._tracks: dict[str, _Track] = {}
        self._write = threading.Lock()
        self._read = threading.Lock()

    def append(self, name: str, step: int | None, time: float, value: float) -> None:
        """Add one finite point; `time` in seconds since the epoch."""
        track = self._tracks.get(name)
        if track is None:
            track = self._tracks.setdefault(name, _Track())
        with self._write:
            # Values last: a reader takes their number as the number of points.
            track.steps.append(-1 if step is None else step)
            track.times.append(time)
            track.values.append(value)

    def gap(self, name: str, step: int | None) -> None:
        """Note that a value of this metric was no finite number."""
        track = self._tracks.setdefault(name, _Track())
        track.gaps.append((len(track.values), step))

    def names(self) -> list[str]:
        """Metrics with at least one point, in order of first appearance."""
        return [name for name, track in list(self._tracks.items()) if track.values]

    def gaps(self) -> dict[str, list[int | None]]:
        """Per metric, the steps whose value was NaN or infinite (None where no step was given)."""
        held = [(name, list(track.gaps)) for name, track in list(self._tracks.items())]
        return {name: [step for _, step in gaps] for name, gaps in held if gaps}

    def breaks(self, name: str) -> list[int]:
        """Positions in the order of arrival before which a line of this metric is broken by a gap."""
        track = self._tracks.get(name)
        return [] if track is None else [position for position, _ in list(track.gaps)]

    def size(self, name: str) -> int:
        """Return the number of points of one metric."""
        track = self._tracks.get(name)
        return 0 if track is None else len(track.values)

    @property
    def count(self) -> int:
        """Number of points of all metrics."""
        return sum(len(track.values) for track in list(self._tracks.values()))

    @property
    def version(self) -> int:
        """Counter that moves with every point and gap: an unchanged number means nothing new to draw."""
        return sum(len(track.values) + len(track.gaps) for track in list(self._tracks.values()))

    def last(self, name: str) -> tuple[float, int | None]:
        """Newest value of a metric and its step (None where none was given).

        Raises
        ------
        KeyError
            The metric has no point.
        """
        track, count = self._held(name)
        return self._at(track, count - 1)

    def best(self, name: str) -> tuple[float, int | None]:
        """Smallest value where the name speaks of a loss or an error, else the largest; and its step.

        Raises
        ------
        KeyError
            The metric has no point.
        """
        track, count = self._held(name)
        with self._read:
            return self._at(track, track.best_at(count, lowest=lower_is_better(name)))

    def envelope(self, name: str, x: XAxis = "step", width: int = 500) -> Envelope:
        """Return at most `width` + 1 buckets of a metric: x positions, lowest and highest value of each.

        Up to `width` points are given as they are (low and high equal). ``"step"`` falls back to the position where
        no step was given; ``"time"`` is seconds since the epoch, ``"relative"`` seconds since the run's start. Every
        extreme survives.

        Raises
        ------
        KeyError
            The metric has no point.
        """
        track, count = self._held(name)
        size = 1
        while count > size * max(width, 1):
            size *= 2
        if size == 1:
            values = track.values[:count]
            return self._places(track, range(count), x), values, array("d", values)
        with self._read:
            lows, highs = _buckets(track, count, size)
        centres = [min(start + size // 2, count - 1) for start in range(0, count, size)]
        return self._places(track, centres, x), lows, highs

    def _held(self, name: str) -> tuple[_Track, int]:
        track = self._tracks.get(name)
        count = len(track.values) if track is not None else 0
        if track is None or count == 0:
            raise KeyError(name)
        return track, count

    @staticmethod
    def _at(track: _Track, position: int) -> tuple[float, int | None]:
        step = track.steps[position]
        return track.values[position], None if step < 0 else step

    def _places(self, track: _Track, positions: range | list[int], x: XAxis) -> array[float]:
        if x == "step":
            steps = track.steps
            return array("d", (steps[at] if steps[at] >= 0 else at for at in positions))
        origin = 0.0
        if x == "relative":
            origin = self._origin if self._origin is not None else self._first_time()
        times = track.times
        return array("d", (times[at] - origin for at in positions))

    def _first_time(self) -> float:
        return min(track.times[0] for track in list(self._tracks.values()) if track.values)


def _buckets(track: _Track, count: int, size: int) -> tuple[array[float], array[float]]:
    """Lowest and highest of each `size` (a power of two) points among the first `count`."""
    if size < BUCKET:
        pieces = [track.values[start : min(start + size, count)] for start in range(0, count, size)]
        return array("d", map(min, pieces)), array("d", map(max, pieces))
    track.catch_up(count)
    level = (size // BUCKET).bit_length() - 1
    whole = count // size  # may be 0, and then the pyramid need not reach up to this level
    lows = track.lows[level][:whole] if whole else array("d")
    highs = track.highs[level][:whole] if whole else array("d")
    rest = track.values[whole * size : count]
    if rest:
        lows.append(min(rest))
        highs.append(max(rest))
    return lows, highs
