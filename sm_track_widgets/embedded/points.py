"""How points are stored: packed chunks of columns, summaries kept up to date, tails merged now and then."""

from __future__ import annotations

import math
import sqlite3
import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import mul

from sm_track_widgets._types import Point, Series
from sm_track_widgets.embedded.outlines import outline

NO_STEP = -1
CHUNK_POINTS = 8192
MAX_TAIL_ROWS = 128
_WIDTH = 8  # bytes of an int64 and of a double
_SUMMARY = ("count", "minimum", "maximum", "mean", "m2", "last", "last_time")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Points as they are stored."""

    count: int
    data: bytes
    outline: bytes | None


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
    return _summary([point.time for point in points], [point.value for point in points])


def _summary(times: list[float], values: list[float]) -> Summary:
    count, mean, newest = len(values), average(values), max(times)
    distances = [value - mean for value in values]
    return Summary(
        count=count,
        minimum=min(values),
        maximum=max(values),
        mean=mean,
        m2=sum(map(mul, distances, distances)),
        # Of equal times the one that arrived last.
        last=values[count - 1 - times[::-1].index(newest)],
        last_time=newest,
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
    times, values = [point.time for point in points], [point.value for point in points]
    fresh = _summary(times, values)
    if row is None:
        series_id = _create(connection, component_id, metric, fresh)
        tail = position = 0
    else:
        series_id = row["id"]
        summary = Summary(*(row[name] for name in _SUMMARY))
        summary.add(fresh)
        fresh = summary
        tail, position = row["tail_position"], row["next_position"]
    steps = array("q", [NO_STEP if point.step is None else point.step for point in points])
    added = Series("", metric, steps, array("d", times), array("d", values))
    if len(points) >= CHUNK_POINTS or position - tail >= MAX_TAIL_ROWS:
        tail, position = _merge(connection, series_id, tail, added)
    else:
        _insert(connection, series_id, position, _cut(added))
        position += 1
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


def _insert(connection: sqlite3.Connection, series_id: int, position: int, chunks: Sequence[Chunk]) -> None:
    placed = list(enumerate(chunks, start=position))
    connection.executemany(
        "INSERT INTO chunks (series_id, position, count, data) VALUES (?, ?, ?, ?)",
        [(series_id, number, one.count, one.data) for number, one in placed],
    )
    outlined = [
        (series_id, number, one.count, one.outline) for number, one in placed if one.outline is not None
    ]
    if outlined:
        connection.executemany(
            "INSERT INTO outlines (series_id, position, count, data) VALUES (?, ?, ?, ?)", outlined
        )


def _merge(connection: sqlite3.Connection, series_id: int, tail: int, added: Series) -> tuple[int, int]:
    """Rewrite the rows from `tail` on and what is added as full chunks and one rest; return new tail, next position.

    The rest stays in the tail, so a point is rewritten at most ``CHUNK_POINTS / MAX_TAIL_ROWS`` times.
    """
    rows = connection.execute(
        "SELECT count, data FROM chunks WHERE series_id = ? AND position >= ? ORDER BY position",
        (series_id, tail),
    )
    merged = _unpack(Series(run="", metric=""), rows)
    merged.steps.extend(added.steps)
    merged.times.extend(added.times)
    merged.values.extend(added.values)
    connection.execute("DELETE FROM chunks WHERE series_id = ? AND position >= ?", (series_id, tail))
    chunks = _cut(merged)
    _insert(connection, series_id, tail, chunks)
    after = tail + len(chunks)
    full = chunks[-1].count == CHUNK_POINTS
    return (after if full else after - 1), after


def _cut(series: Series) -> list[Chunk]:
    return [_chunk(series, start) for start in range(0, len(series), CHUNK_POINTS)]


def _chunk(series: Series, start: int) -> Chunk:
    part = slice(start, start + CHUNK_POINTS)
    own = series.steps[part], series.times[part], series.values[part]
    told = outline(*own)
    for column in own:
        _little_endian(column)
    return Chunk(len(own[0]), b"".join(own), told)


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
