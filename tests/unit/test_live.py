"""The points in memory: every extreme survives, whatever the width; readers do not disturb writers."""

from __future__ import annotations

import math
import random
import threading

import pytest

from sm_track_widgets._names import lower_is_better
from sm_track_widgets.tracking.live import BUCKET, LiveSeries


def filled(values: list[float], *, steps: bool = True) -> LiveSeries:
    live = LiveSeries(origin=100.0)
    for index, value in enumerate(values):
        live.append("m", index if steps else None, 100.0 + index / 10, value)
    return live


def test_few_points_are_given_as_they_are() -> None:
    x, low, high = filled([3.0, 1.0, 2.0]).envelope("m")
    assert (list(x), list(low), list(high)) == ([0, 1, 2], [3, 1, 2], [3, 1, 2])


@pytest.mark.parametrize("count", [1, 2, BUCKET, 499, 500, 501, 999, 1000, 1001, 8000, 8001, 40_003])
@pytest.mark.parametrize("width", [1, 7, 500])
def test_the_envelope_holds_every_point(count: int, width: int) -> None:
    values = [random.Random(count).gauss(0, 1) for _ in range(count)]
    values = [value + index % 97 for index, value in enumerate(values)]
    x, low, high = filled(values).envelope("m", width=width)
    size = 1
    while count > size * width:
        size *= 2
    pieces = [values[start : start + size] for start in range(0, count, size)]
    assert list(low) == [min(piece) for piece in pieces]
    assert list(high) == [max(piece) for piece in pieces]
    assert len(x) == len(pieces) <= width + 1
    assert list(x) == sorted(x)
    assert 0 <= x[0] <= x[-1] <= count - 1


def test_reading_in_between_changes_nothing() -> None:
    live, other = LiveSeries(), LiveSeries()
    for index in range(5000):
        value = math.sin(index / 50)
        for series in (live, other):
            series.append("m", index, float(index), value)
        if index % 37 == 0:
            live.envelope("m", width=20)
            live.best("m")
    assert live.envelope("m", width=20) == other.envelope("m", width=20)
    assert live.best("m") == other.best("m")


def test_x_axes() -> None:
    live = filled([1.0, 2.0])
    assert list(live.envelope("m", x="time")[0]) == [100.0, 100.1]
    assert list(live.envelope("m", x="relative")[0]) == pytest.approx([0.0, 0.1])
    assert list(filled([5.0, 6.0], steps=False).envelope("m")[0]) == [0, 1]
    unknown = LiveSeries()
    unknown.append("a", 0, 50.0, 1.0)
    unknown.append("b", 0, 53.0, 1.0)
    assert list(unknown.envelope("b", x="relative")[0]) == [3.0]


def test_last_and_best() -> None:
    live = LiveSeries()
    for step, value in enumerate([0.5, 0.9, 0.9, 0.2]):
        live.append("auc", step, 0.0, value)
        live.append("val_loss", step, 0.0, value)
        live.append("plain", None, 0.0, value)
    assert live.last("auc") == (0.2, 3)
    assert live.best("auc") == (0.9, 1)
    assert live.best("val_loss") == (0.2, 3)
    assert live.best("plain") == (0.9, None)
    assert live.names() == ["auc", "val_loss", "plain"]
    assert live.size("auc") == 4
    assert live.count == 12


def test_best_of_many() -> None:
    values = [random.Random(3).random() for _ in range(1000)]
    live = filled(values)
    assert live.best("m") == (max(values), values.index(max(values)))


def test_an_unknown_metric_is_a_key_error() -> None:
    live = LiveSeries()
    live.gap("m", 3)
    for ask in (live.last, live.best, live.envelope):
        with pytest.raises(KeyError):
            ask("m")
    assert live.names() == []


def test_gaps_are_kept_and_move_the_version() -> None:
    live = filled([1.0, 2.0])
    before = live.version
    live.gap("m", 2)
    live.gap("other", None)
    live.append("m", 3, 0.0, 4.0)
    assert live.gaps() == {"m": [2], "other": [None]}
    assert live.breaks("m") == [2]
    assert live.version == before + 3
    assert live.count == 3


@pytest.mark.parametrize(
    ("name", "lower"),
    [
        ("loss", True),
        ("val_loss", True),
        ("train/loss", True),
        ("trainLoss", True),
        ("logloss", True),
        ("valid RMSE", True),
        ("error_rate", True),
        ("binary_crossentropy", True),
        ("auc", False),
        ("accuracy", False),
        ("glossary", False),
        ("f1", False),
    ],
)
def test_which_way_is_better(name: str, lower: bool) -> None:
    assert lower_is_better(name) is lower


def test_a_reader_beside_two_writers() -> None:
    live, done, seen = LiveSeries(), threading.Event(), []

    def write(sign: int) -> None:
        for index in range(20_000):
            live.append("m", index, float(index), float(sign * index))

    def read() -> None:
        while not done.is_set():
            if live.size("m"):
                x, low, high = live.envelope("m", width=50)
                assert len(x) == len(low) == len(high)
                assert all(a <= b for a, b in zip(low, high, strict=True))
                seen.append(live.best("m")[0])

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(sign,)) for sign in (1, -1)]
    reader.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert live.count == 40_000
    assert live.best("m") == (19_999.0, 19_999)
    assert seen == sorted(seen)
