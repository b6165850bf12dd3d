"""Outlines of chunks: what they hold, and that they go with their chunks."""

from __future__ import annotations

import math
import random
import struct

import pytest
from store_check import faults

from sm_track_widgets._types import Point
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded.engine import Engine
from sm_track_widgets.embedded.outlines import BUCKET, LEAST_OUTLINED

T = 1_760_000_000.0


@pytest.fixture
def engine(tmp_path):
    made = Engine(tmp_path / "store")
    made.call("sagemaker", "CreateTrialComponent", {"TrialComponentName": "run"})
    yield made
    made.service.store.close()


def append(engine, values, first):
    points = [Point("loss", value, first + place, T + first + place) for place, value in enumerate(values)]
    bulk.append_points(engine.service, "run", points, None)


def buckets(piece):
    """Steps, lows and highs of a piece, one point each where it has no outline."""
    if not piece.outlined:
        steps = struct.unpack_from(f"<{piece.count}q", piece.data)
        values = struct.unpack_from(f"<{piece.count}d", piece.data, 16 * piece.count)
        return steps, values, values
    size = math.ceil(piece.count / BUCKET)
    numbers = struct.unpack_from(f"<{2 * size}d", piece.data, 16 * size)
    return struct.unpack_from(f"<{size}q", piece.data), numbers[:size], numbers[size:]


@pytest.mark.parametrize("sizes", [[30_000], [700] * 40, [1100] * 30, [9000, 10, 2000, 20_000, 5], [3000, 1]])
def test_an_outline_covers_every_point_however_they_came(engine, sizes):
    chance = random.Random(len(sizes))
    values = [chance.gauss(0, 1) for _ in range(sum(sizes))]
    first = 0
    for size in sizes:
        append(engine, values[first : first + size], first)
        first += size
    (told,) = bulk.read_outlines(engine.service, [("Run", "loss")])
    assert sum(piece.count for piece in told.pieces) == len(values)
    assert told.last == values[-1]
    place = 0
    for piece in told.pieces:
        steps, lows, highs = buckets(piece)
        own = values[place : place + piece.count]
        width = BUCKET if piece.outlined else 1
        cut = [own[at : at + width] for at in range(0, len(own), width)]
        assert list(lows) == [min(part) for part in cut]
        assert list(highs) == [max(part) for part in cut]
        assert (steps[0], steps[-1]) == (place, place + piece.count - 1)
        assert piece.outlined == (piece.count >= LEAST_OUTLINED)
        place += piece.count
    assert faults(engine.service.store.path.parent) == []


def test_a_part_holds_the_points_that_were_asked_for(engine):
    values = [float(place) for place in range(20_500)]
    append(engine, values[:20_000], 0)
    append(engine, values[20_000:], 20_000)
    for first, stop in ((0, 1), (8191, 8193), (19_990, 20_010), (20_499, 20_500), (0, 20_500)):
        begin, pieces = bulk.read_part(engine.service, "RUN", "loss", first, stop)
        held = [value for piece in pieces for value in buckets(piece)[1]]
        assert held[first - begin : stop - begin] == values[first:stop]
        assert stop - first > 10_000 or len(held) <= 2 * 8192 + 500
    assert bulk.read_part(engine.service, "run", "loss", 30_000, 30_001)[1] == []
    assert bulk.read_part(engine.service, "run", "none", 0, 1) == (0, [])
    assert bulk.read_outlines(engine.service, [("run", "none"), ("none", "loss")]) == [None, None]


def test_they_go_with_their_chunks_and_old_chunks_need_none(engine):
    append(engine, [1.0] * 20_000, 0)
    store = engine.service.store
    assert store.row("SELECT count(*) FROM outlines")[0] == 3
    store.connection().execute("DELETE FROM outlines WHERE position = 1")  # as an older version leaves them
    (told,) = bulk.read_outlines(engine.service, [("run", "loss")])
    assert [piece.outlined for piece in told.pieces] == [True, False, True]
    engine.call("sagemaker", "DeleteTrialComponent", {"TrialComponentName": "run"})
    assert store.row("SELECT count(*) FROM outlines")[0] == 0
