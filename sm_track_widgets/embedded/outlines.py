"""Chunks of points in few numbers, so that a picture of a long series need not read all of it.

Of each 32 points in a row the smallest and the largest value are kept, and where they lie: a twenty-fourth of the
bytes. No spike is lost. Points that are few or were stored by a version without outlines are read as they are.
"""

from __future__ import annotations

import sqlite3
import struct
import sys
from array import array
from collections.abc import Sequence
from itertools import accumulate, groupby
from typing import TypeVar

from sm_track_widgets._types import Outline, Piece

Number = TypeVar("Number", int, float)
BUCKET = 32
LEAST_OUTLINED = 1024
"""Points of a chunk from which on it has an outline: of most series there is nothing to save."""
_FIND = (
    "SELECT series.id, series.next_position FROM components JOIN series ON series.component_id = components.id "
    "WHERE components.key = ? AND series.name = ?"
)
_OUTLINES = "SELECT position, count, data FROM outlines WHERE series_id = ?"
_COUNTS = "SELECT position, count, NULL FROM outlines WHERE series_id = ?"
_POINTS = "SELECT position, count, data FROM chunks WHERE series_id = ? AND position BETWEEN ? AND ? ORDER BY position"


def outline(steps: array[int], times: array[float], values: array[float]) -> bytes | None:
    """Return the outline of a chunk, None where it has too few points for one.

    Its columns are those of `Piece`; the last value stands behind them. A bucket lies at its middle point, the first
    one at the first point and the last one at the last.
    """
    if len(values) < LEAST_OUTLINED:
        return None
    numbers = values.tolist()
    buckets: list[Sequence[float]] = list(zip(*[iter(numbers)] * BUCKET, strict=False))
    if len(numbers) % BUCKET:
        buckets.append(numbers[-(len(numbers) % BUCKET) :])
    lows, highs = array("d", map(min, buckets)), array("d", map(max, buckets))
    return b"".join(map(_little, (_places(steps), _places(times), lows, highs, values[-1:])))


def _places(column: array[Number]) -> array[Number]:
    found = column[BUCKET // 2 :: BUCKET]
    if len(found) * BUCKET < len(column):
        found.append(column[-1])
    found[0], found[-1] = column[0], column[-1]
    return found


def _little(column: array[int] | array[float]) -> bytes:
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def read(connection: sqlite3.Connection, component_key: str, metric: str) -> Outline | None:
    """Return the outline of one series, with points where there is none; None where there is no such series.

    Parameters
    ----------
    component_key
        Lower-case name of the trial component.
    """
    pieces = _pieces(connection, component_key, metric, _OUTLINES)
    # The value that arrived last stands at the end of both.
    return Outline(pieces, BUCKET, struct.unpack("<d", pieces[-1].data[-8:])[0]) if pieces else None


def parts(
    connection: sqlite3.Connection, component_key: str, metric: str, first: int, stop: int
) -> tuple[int, list[Piece]]:
    """Return the chunks that hold the points from number `first` to before `stop`, and where they begin."""
    counts = [piece.count for piece in _pieces(connection, component_key, metric, _COUNTS)]
    starts = [0, *accumulate(counts)]
    wanted = [
        place for place, count in enumerate(counts) if starts[place] < stop and starts[place] + count > first
    ]
    if not wanted:
        return starts[-1], []
    series = connection.execute(_FIND, (component_key, metric)).fetchone()
    found = connection.execute(_POINTS, (series["id"], wanted[0], wanted[-1]))
    return starts[wanted[0]], [Piece(count, data, outlined=False) for _, count, data in found]


def _pieces(connection: sqlite3.Connection, component_key: str, metric: str, outlines: str) -> list[Piece]:
    """Return the chunks of a series: what `outlines` selects of those that have one, of the others their points."""
    series = connection.execute(_FIND, (component_key, metric)).fetchone()
    if series is None:
        return []
    pieces: list[Piece | None] = [None] * series["next_position"]
    for position, count, data in connection.execute(outlines, (series["id"],)):
        pieces[position] = Piece(count, data, outlined=True)
    for first, last in _gaps(pieces):
        for position, count, data in connection.execute(_POINTS, (series["id"], first, last)):
            pieces[position] = Piece(count, data, outlined=False)
    return [piece for piece in pieces if piece is not None]


def _gaps(pieces: Sequence[Piece | None]) -> list[tuple[int, int]]:
    """Return first and last place of each stretch where nothing is."""
    missing = groupby(enumerate(pieces), lambda placed: placed[1] is None)
    stretches = [[place for place, _ in group] for nothing, group in missing if nothing]
    return [(places[0], places[-1]) for places in stretches]
