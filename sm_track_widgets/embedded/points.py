"""How points are stored: packed chunks of columns, summaries kept up to date, tails merged now and then."""

from __future__ import annotations

import math
import sqlite3
import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sm_track_widgets._types import Point, Series

NO_STEP = -1
CHUNK_POINTS = 8192
MAX_TAIL_ROWS = 128
_WIDTH = 8  # bytes of an int64 and of a double
_SUMMARY = ("count", "minimum", "maximum", "mean", "m2", "last", "last_time")


@dataclass(slots=True)
class Summary:
    """Running summary of a series: what Search and DescribeTrialComponent show without reading a point.

    `m2` is the sum of squared distances from the mean (Welford), infinite where a double cannot hold it. `last` is
    the value with the latest time; of equal times the one that arrived later [inf].
    """

    count: int
    minimum: float
    maximum: float
    mean: float
    m2: float
    last: float
    last_time: float

    def add(self, other: Summary) -> None:
        """Take in the points of `other`, which arrived later."""
        count = self.count + other.count
        distance = other.mean - self.mean
        moved = distance * (other.count / count)
        if math.isfinite(moved):
            self.mean += moved
        else:  # two doubles near the two ends of the range
            self.mean = self.mean * (self.count / count) + other.mean * (other.count / count)
        self.m2 += other.m2 + distance * distance * (self.count / count * other.count)
        self.count = count
        self.minimum = min(self.minimum, other.minimum)
        self.maximum = max(self.maximum, other.maximum)
        if other.last_time >= self.last_time:
            self.last, self.last_time = other.last, other.last_time


def summarise(points: Sequence[Point]) -> Summary:
    """Return the summary of `points`: at least one, all finite."""
    values = [point.value for point in points]
    count = len(values)
    mean = average(values)
    # max returns the first of equals; reversed makes that the one that arrived last.
    newest = max(reversed(points), key=lambda point: point.time)
    return Summary(
        count=count,
        minimum=min(values),
        maximum=max(values),
        mean=mean,
        m2=sum((value - mean) * (value - mean) for value in values),
        last=newest.value,
        last_time=newest.time,
    )


def average(values: Sequence[float]) -> float:
    """Return the mean of `values`: at least one, all finite."""
    count = len(values)
    try:
        return math.fsum(values) / count
    except OverflowError:
        return sum(value / count for value in values)


def deviation(values: Sequence[float]) -> float:
    """Return the population deviation [inf]: the documentation does not say which one it is."""
    if len(values) == 1:
        return 0.0
    found = _deviation(values)
    if found > 0 and math.isfinite(found):
        return found
    # All are equal, or their squares are beyond what a double holds.
    scale = max(map(abs, values))
    return scale * _deviation([value / scale for value in values]) if scale else 0.0


def _deviation(values: Sequence[float]) -> float:
    mean = average(values)
    try:
        return math.sqrt(math.fsum((value - mean) * (value - mean) for value in values) / len(values))
    except OverflowError:
        return math.inf


def append(connection: sqlite3.Connection, component_id: int, metric: str, points: Sequence[Point]) -> None:
    """Add `points`, all of `metric`, to a component's series; call inside a transaction."""
    row = connection.execute(
        "SELECT * FROM series WHERE component_id = ? AND name = ?", (component_id, metric)
    ).fetchone()
    fresh = summarise(points)
    if row is None:
        series_id = _create(connection, component_id, metric, fresh)
        tail = position = 0
    else:
        series_id = row["id"]
        summary = Summary(*(row[name] for name in _SUMMARY))
        summary.add(fresh)
        fresh = summary
        tail, position = row["tail_position"], row["next_position"]
    chunks = list(_pack(points))
    _insert(connection, series_id, position, chunks)
    position += len(chunks)
    if position - tail > MAX_TAIL_ROWS:
        tail, position = _merge(connection, series_id, tail)
    _update(connection, series_id, fresh, position, tail)


def read(connection: sqlite3.Connection, component_key: str, metric: str) -> Series:
    """Return all points of one series in the order of arrival; without points when there is no such series.

    Parameters
    ----------
    component_key
        Lower-case name of the trial component; becomes ``Series.run``.
    """
    rows = connection.execute(
        "SELECT chunks.count, chunks.data FROM components "
        "JOIN series ON series.component_id = components.id "
        "JOIN chunks ON chunks.series_id = series.id "
        "WHERE components.key = ? AND series.name = ? ORDER BY chunks.position",
        (component_key, metric),
    )
    return _unpack(Series(run=component_key, metric=metric), rows)


def _create(connection: sqlite3.Connection, component_id: int, metric: str, summary: Summary) -> int:
    cursor = connection.execute(
        "INSERT INTO series (component_id, name, count, minimum, maximum, mean, m2, last, last_time, "
        "next_position, tail_position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
        (component_id, metric, *_fields(summary)),
    )
    return int(cursor.lastrowid or 0)


def _update(
    connection: sqlite3.Connection, series_id: int, summary: Summary, position: int, tail: int
) -> None:
    connection.execute(
        "UPDATE series SET count = ?, minimum = ?, maximum = ?, mean = ?, m2 = ?, last = ?, last_time = ?, "
        "next_position = ?, tail_position = ? WHERE id = ?",
        (*_fields(summary), position, tail, series_id),
    )


def _fields(summary: Summary) -> tuple[float, ...]:
    return tuple(getattr(summary, name) for name in _SUMMARY)


def _insert(
    connection: sqlite3.Connection, series_id: int, position: int, chunks: Iterable[tuple[int, bytes]]
) -> None:
    connection.executemany(
        "INSERT INTO chunks (series_id, position, count, data) VALUES (?, ?, ?, ?)",
        [(series_id, number, count, data) for number, (count, data) in enumerate(chunks, start=position)],
    )


def _merge(connection: sqlite3.Connection, series_id: int, tail: int) -> tuple[int, int]:
    """Rewrite the rows from `tail` on as full chunks and one rest; return the new tail and next position.

    The rest stays in the tail, so a point is rewritten at most ``CHUNK_POINTS / MAX_TAIL_ROWS`` times.
    """
    rows = connection.execute(
        "SELECT count, data FROM chunks WHERE series_id = ? AND position >= ? ORDER BY position",
        (series_id, tail),
    )
    merged = _unpack(Series(run="", metric=""), rows)
    connection.execute("DELETE FROM chunks WHERE series_id = ? AND position >= ?", (series_id, tail))
    chunks = list(_cut(merged.steps, merged.times, merged.values))
    _insert(connection, series_id, tail, chunks)
    after = tail + len(chunks)
    full = chunks[-1][0] == CHUNK_POINTS
    return (after if full else after - 1), after


def _pack(points: Sequence[Point]) -> Iterable[tuple[int, bytes]]:
    steps = array("q", [NO_STEP if point.step is None else point.step for point in points])
    times = array("d", [point.time for point in points])
    values = array("d", [point.value for point in points])
    return _cut(steps, times, values)


def _cut(steps: array[int], times: array[float], values: array[float]) -> Iterable[tuple[int, bytes]]:
    """Yield (count, blob) for each chunk of the three columns."""
    for column in (steps, times, values):
        _little_endian(column)
    for start in range(0, len(steps), CHUNK_POINTS):
        part = slice(start, start + CHUNK_POINTS)
        yield len(steps[part]), b"".join((steps[part], times[part], values[part]))


def _unpack(series: Series, rows: Iterable[sqlite3.Row]) -> Series:
    for count, data in rows:
        view, size = memoryview(data), count * _WIDTH
        series.steps.frombytes(view[:size])
        series.times.frombytes(view[size : 2 * size])
        series.values.frombytes(view[2 * size :])
    for column in (series.steps, series.times, series.values):
        _little_endian(column)
    return series


def _little_endian(column: array[int] | array[float]) -> None:
    """Turn a column from this machine's byte order into the stored one, or back."""
    if sys.byteorder == "big":
        column.byteswap()
