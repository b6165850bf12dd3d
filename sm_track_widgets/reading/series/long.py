"""Series of so many points that a picture is made without them: from the outline that the embedded home keeps."""

from __future__ import annotations

from array import array
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sm_track_widgets._types import Series
from sm_track_widgets.reading.downsample import Floats, Level, coarser, reduced
from sm_track_widgets.reading.series.rows import RunSeries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sm_track_widgets._types import Outline, Piece
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.series.rows import Pair

LONG = 1 << 18
"""Points from which on an outline has at least as many buckets as a series is ever sent with."""
Steps = npt.NDArray[np.int64]


class LongSeries(RunSeries):
    """A series whose points are read when somebody asks for them.

    Attributes
    ----------
    level
        All of it as buckets of at most so many points as the outline has in one.
    starts
        The number of each bucket's first point, and how many points there are: one longer than `level`.
    """

    __slots__ = ("_connection", "_last", "level", "starts")

    def __init__(self, connection: Connection, pair: Pair, told: Outline) -> None:
        self.run, self.metric, self.component = pair.run, pair.metric, pair.component
        self._connection, self._last = connection, told.last
        self.level, self.starts = _joined(told)

    def __len__(self) -> int:
        return int(self.starts[-1])

    def __getattr__(self, name: str) -> array[int] | array[float]:
        """Read the points; reached only while there are none."""
        if name not in {"steps", "times", "values"}:
            raise AttributeError(name)
        (found,) = self._connection.read_series([(self.component, self.metric)])
        self.steps, self.times, self.values = found.steps, found.times, found.values
        return getattr(self, name)

    @property
    def last(self) -> float:
        """The value that arrived last."""
        return self._last

    @property
    def ends(self) -> tuple[float, float]:
        """Times of the first and the last point."""
        return float(self.level.time[0]), float(self.level.time[-1])

    def reduced(self, finest: int) -> Level:
        """Return it as at most `finest` buckets."""
        return coarser(self.level, finest)

    def between(
        self, x: Callable[[Level], Floats], span: tuple[float, float], finest: int
    ) -> tuple[Level, int]:
        """Return the part of which `x` lies in `span`, and one place more on each side.

        Parameters
        ----------
        x
            Where the buckets of a level lie.
        span
            Both ends belong to it.
        finest
            Buckets at most; where the part has fewer, its points are read.

        Returns
        -------
        tuple
            The part, and for how many points it stands.
        """
        places = x(self.level)
        within = np.flatnonzero((places >= span[0]) & (places <= span[1]))
        if len(within):
            first, stop = int(within[0]) - 1, int(within[-1]) + 2
        else:  # inside of a bucket
            stop = int(np.searchsorted(places, span[1])) + 1
            first = stop - 2
        first, stop = max(first, 0), min(max(stop, 1), len(self.level))
        if stop - first >= finest:
            cut = slice(first, stop)
            level = self.level
            part = Level(level.step[cut], level.time[cut], level.low[cut], level.high[cut])
            return coarser(part, finest), int(self.starts[stop] - self.starts[first])
        part = self._points(int(self.starts[first]), int(self.starts[stop]))
        return _inside(part, x(part), span, finest)

    def _points(self, first: int, stop: int) -> Level:
        """Read some of the points, each a bucket of its own."""
        begin, pieces = self._connection.read_part(self.component, self.metric, first, stop)
        steps, times, values = _columns(pieces)
        cut = slice(max(first - begin, 0), max(stop - begin, 0))
        return Level(_numbered(steps, begin)[cut], times[cut], values[cut], values[cut])


def read_long(connection: Connection, pairs: Sequence[Pair]) -> list[RunSeries | None]:
    """Read series of many points; None for those that are not long, or of which nobody keeps an outline.

    Raises
    ------
    ConfigError
        When the embedded store cannot be read.
    """
    outlines = connection.read_outlines([(pair.component, pair.metric) for pair in pairs])
    return [_series(connection, pair, told) for pair, told in zip(pairs, outlines, strict=True)]


def lowest_highest(one: Series) -> tuple[float, float] | None:
    """Return the smallest and the largest finite value of a series; None where it has none."""
    if isinstance(one, LongSeries):
        return float(one.level.low.min()), float(one.level.high.max())
    values = np.asarray(one.values, dtype=np.float64)
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if len(finite) else None


def _series(connection: Connection, pair: Pair, told: Outline | None) -> RunSeries | None:
    if told is None or sum(piece.count for piece in told.pieces) < LONG:
        return None
    if any(piece.outlined for piece in told.pieces):
        return LongSeries(connection, pair, told)
    found = RunSeries(
        pair.run, pair.metric, component=pair.component
    )  # an older version's: all of it is here
    steps, times, values = _columns(told.pieces)
    found.steps.frombytes(steps.astype(np.int64).tobytes())
    found.times.frombytes(times.astype(np.float64).tobytes())
    found.values.frombytes(values.astype(np.float64).tobytes())
    return found


def _inside(part: Level, x: Floats, span: tuple[float, float], finest: int) -> tuple[Level, int]:
    within = np.flatnonzero((x >= span[0]) & (x <= span[1]))
    if not len(within):
        first, stop = 0, 0
    else:
        first, stop = max(0, int(within[0]) - 1), int(within[-1]) + 2
    cut = slice(first, stop)
    found = reduced(part.step[cut], part.time[cut], part.low[cut], finest=finest)
    return found, len(part.low[cut])


def _joined(told: Outline) -> tuple[Level, Steps]:
    """Return the buckets of all pieces, what has no outline cut into some, and where they start."""
    parts: list[tuple[Steps, Floats, Floats, Floats]] = []
    sizes: list[Steps] = []
    for outlined, group in groupby(told.pieces, lambda piece: piece.outlined):
        pieces = list(group)
        if outlined:
            parts += [_outlined(piece) for piece in pieces]
            sizes += [_sizes(piece.count, told.bucket) for piece in pieces]
        else:
            parts.append(_bucketed(pieces, told.bucket))
            sizes.append(_sizes(sum(piece.count for piece in pieces), told.bucket))
    steps, times, lows, highs = (np.concatenate(column) for column in zip(*parts, strict=True))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    middles = (starts[:-1] + starts[1:]) // 2
    step = np.where(steps < 0, middles, steps).astype(np.float64)
    return Level(step, times, lows, highs), starts


def _outlined(piece: Piece) -> tuple[Steps, Floats, Floats, Floats]:
    columns = np.frombuffer(piece.data, "<f8")[:-1].reshape(4, -1)
    return columns[0].view("<i8"), columns[1], columns[2], columns[3]


def _bucketed(pieces: Sequence[Piece], size: int) -> tuple[Steps, Floats, Floats, Floats]:
    steps, times, values = _columns(pieces)
    starts = np.arange(0, len(values), size)
    places = starts + size // 2
    places[0], places[-1] = 0, len(values) - 1
    return (
        steps[places],
        times[places],
        np.minimum.reduceat(values, starts),
        np.maximum.reduceat(values, starts),
    )


def _sizes(count: int, size: int) -> Steps:
    """Return how many points the buckets of a piece have: all as many, but for the last."""
    sizes = np.full(-(-count // size), size, dtype=np.int64)
    sizes[-1] = count - size * (len(sizes) - 1)
    return sizes


def _columns(pieces: Sequence[Piece]) -> tuple[Steps, Floats, Floats]:
    """Return steps, times and values of pieces without an outline."""
    found = [np.frombuffer(piece.data, "<f8").reshape(3, -1) for piece in pieces]
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)
    steps = np.concatenate([one[0].view("<i8") for one in found])
    return steps, np.concatenate([one[1] for one in found]), np.concatenate([one[2] for one in found])


def _numbered(steps: Steps, begin: int) -> Floats:
    """Return steps, each missing one as the number of its point in the whole series."""
    return np.where(steps < 0, begin + np.arange(len(steps)), steps).astype(np.float64)
