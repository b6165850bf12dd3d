"""The file that points are kept in: what comes back, what goes first, what a spoilt file does."""

from __future__ import annotations

import sqlite3
import threading
from array import array
from typing import Any

import pytest
from series_home import Home, file_of

from sm_track_widgets._types import Series
from sm_track_widgets.reading.series.cache import SeriesCache
from sm_track_widgets.reading.series.rows import Kept, Summary

NAN = float("nan")


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    made.make("run")
    yield made
    made.service.close()


def kept(run: str, count: int, metric: str = "loss", axis: Any = "auto") -> Kept:
    steps = array("q", range(count))
    one = Series(run, metric, steps, array("d", [NAN]) * count, array("d", [step / 2 for step in steps]))
    return Kept(one, Summary(count, 1.0, NAN), axis)


def test_what_was_kept_comes_back(tmp_path):
    cache = SeriesCache(tmp_path / "a" / "b" / "series.db")
    assert cache.find([("run", "loss", "auto")]) == [None]
    assert not cache.path.parent.exists()
    by_minute = Series(
        "run", "cpu", array("q", [-1, -1]), array("d", [60.0, 120.5]), array("d", [1e-300, NAN])
    )
    cache.keep([kept("run", 3), Kept(by_minute, Summary(2, 0.0, 5.0), "time")])
    one, other, none = cache.find([("run", "loss", "auto"), ("run", "cpu", "time"), ("run", "cpu", "auto")])
    assert (list(one.series.steps), list(one.series.values)) == ([0, 1, 2], [0.0, 0.5, 1.0])
    assert one.summary.same(Summary(3, 1.0, NAN))
    assert (list(other.series.times), list(other.series.steps), other.axis) == (
        [60.0, 120.5],
        [-1, -1],
        "time",
    )
    assert str(list(other.series.values)) == "[1e-300, nan]"
    assert none is None


def test_a_later_reading_takes_the_place_of_an_earlier_one(tmp_path):
    cache = SeriesCache(tmp_path / "series.db")
    for count in (3, 500, 2):
        cache.keep([kept("run", count)])
        (found,) = cache.find([("run", "loss", "auto")])
        assert len(found.series) == found.summary.count == count
    with sqlite3.connect(cache.path) as looked:
        assert looked.execute("SELECT count(*) FROM points").fetchone() == (1,)
    looked.close()


def test_what_was_used_longest_ago_goes_first(tmp_path):
    now = [1e9]
    cache = SeriesCache(tmp_path / "series.db", most=10_000, clock=lambda: now[0])
    for at in range(4):
        now[0] += 7200
        cache.keep([kept(f"r{at}", 100)])
    now[0] += 7200
    assert cache.find([("r0", "loss", "auto")])[0] is not None  # used again
    for at in range(4, 7):
        now[0] += 7200
        cache.keep([kept(f"r{at}", 100)])
    found = cache.find([(f"r{at}", "loss", "auto") for at in range(7)])
    assert [one is not None for one in found] == [True, False, False, True, True, True, True]
    cache.keep([kept("huge", 10_000)])
    assert cache.find([("huge", "loss", "auto")]) == [None]
    assert cache.find([("r6", "loss", "auto")])[0] is not None


def test_the_file_does_not_grow_for_ever(tmp_path):
    cache = SeriesCache(tmp_path / "series.db", most=200_000)
    for at in range(60):
        cache.keep([kept(f"r{at}", 2000)])
    assert cache.path.stat().st_size < 400_000


def test_threads_share_it(tmp_path):
    cache = SeriesCache(tmp_path / "series.db")
    wrong: list[Any] = []

    def work(number: int) -> None:
        for round_ in range(20):
            cache.keep([kept(f"r{at}", 50) for at in range(number % 3, 6)])
            found = cache.find([(f"r{(number + round_) % 6}", "loss", "auto")])[0]
            if found is not None and list(found.series.steps) != list(range(50)):
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert None not in cache.find([(f"r{at}", "loss", "auto") for at in range(6)])


@pytest.mark.parametrize("damage", ["text", "zeros", "cut", "empty", "foreign"])
def test_a_broken_file_is_made_anew(home, damage):
    home.log("run", range(3000))
    assert home.read(home.pair("run"))[0] == 1
    path = file_of(home)
    data = path.read_bytes()
    if damage == "foreign":
        path.unlink()
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE series (a, b)")
        other.close()
    else:
        broken = {"text": b"x" * 5000, "zeros": bytes(len(data)), "cut": data[:6000], "empty": b""}
        path.write_bytes(broken[damage])
    assert home.steps(home.pair("run")) == (1, [list(range(3000))])
    assert home.steps(home.pair("run")) == (0, [list(range(3000))])


def test_a_single_changed_byte_is_noticed(home):
    home.log("run", range(3000))
    home.read(home.pair("run"))
    path = file_of(home)
    data = bytearray(path.read_bytes())
    data[data.index(array("d", [1000.5]).tobytes())] ^= 1
    path.write_bytes(data)
    calls, (one,) = home.read(home.pair("run"))
    assert (calls, one.values[2001]) == (1, 1000.5)
    assert home.read(home.pair("run"))[0] == 0


def test_a_newer_version_is_left_alone(home):
    home.log("run", range(3))
    home.read(home.pair("run"))
    path = file_of(home)
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    before = path.read_bytes()
    assert home.steps(home.pair("run")) == home.steps(home.pair("run")) == (1, [[0, 1, 2]])
    assert path.read_bytes() == before


def test_a_locked_file_is_passed_by(home):
    home.log("run", range(3))
    home.read(home.pair("run"))
    with sqlite3.connect(file_of(home), isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert home.steps(home.pair("run")) == (1, [[0, 1, 2]])
        other.execute("ROLLBACK")
    other.close()
    assert home.steps(home.pair("run")) == (0, [[0, 1, 2]])


def test_a_name_that_sqlite_does_not_take_is_no_error(tmp_path):
    cache = SeriesCache(tmp_path / "series.db")
    cache.keep([kept("run", 3, "\ud800")])
    assert cache.find([("run", "\ud800", "auto")]) == [None]
    cache.keep([kept("run", 3)])
    assert cache.find([("run", "loss", "auto")])[0] is not None
