"""Series that have been read before: what is not asked again, and what is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import pytest
from series_home import LONG_AGO, Home, file_of

from sm_track_widgets import config
from sm_track_widgets._types import Point
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker, Rules
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.reading.series import refresh as series_refresh
from sm_track_widgets.reading.series.cache import SeriesCache
from sm_track_widgets.reading.series.rows import Pair, Summary
from sm_track_widgets.serve import Server


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    made.make("run")
    yield made
    made.service.close()


def test_a_finished_run_costs_no_call_the_second_time(home):
    home.log("run", range(50))
    first, second = home.read(home.pair("run")), home.read(home.pair("run"))
    assert (first[0], second[0]) == (1, 0)
    (one,), (other,) = first[1], second[1]
    assert (one.steps, one.values, one.run, one.component) == (other.steps, other.values, other.run, "run")
    assert [str(at) for at in other.times] == ["nan"] * 50
    assert list(one.values) == [step / 2 for step in range(50)]


def test_a_running_one_costs_one_call_for_its_tail(home):
    home.log("run", range(50))
    home.read(home.pair("run"))
    asked: list[Any] = []
    home.connection.single("sagemaker-metrics").meta.events.register(
        "provide-client-params.sagemaker-metrics.BatchGetMetrics",
        lambda params, **_: asked.extend(one.get("Start") for one in params["MetricQueries"]),
    )
    home.log("run", range(50, 60))
    assert home.steps(home.pair("run")) == (1, [list(range(60))])
    assert asked == [49]
    assert home.steps(home.pair("run")) == (0, [list(range(60))])
    home.log("run", range(60, 61))
    assert home.steps(home.pair("run")) == (1, [list(range(61))])


def test_finished_and_running_and_new_ones_in_one_call(home):
    for run in ("b", "c"):
        home.make(run)
    for run in ("run", "b"):
        home.log(run, range(20))
    home.read(home.pair("run"), home.pair("b"))
    home.log("b", range(20, 30))
    home.log("c", range(5))
    calls, found = home.steps(home.pair("c"), home.pair("run"), home.pair("b"))
    assert (calls, [len(steps) for steps in found]) == (1, [5, 20, 30])


@pytest.mark.parametrize("cut", [None, 1, 7])
def test_tails_of_a_service_that_cuts_its_answers(tmp_path, cut):
    home = Home(tmp_path, Rules(truncated_at=cut))
    home.make("run")
    for begin, end in ((0, 5), (5, 20), (20, 40)):
        home.log("run", range(begin, end))
        assert home.steps(home.pair("run"))[1] == [list(range(end))]
    assert home.steps(home.pair("run")) == (0, [list(range(40))])
    home.service.close()


def test_more_points_have_come_than_were_counted(home):
    """A run goes on between the listing and the reading: what came is shown, and only the tail is read later."""
    home.log("run", range(10))
    early = home.pair("run")
    home.log("run", range(10, 15))
    assert home.steps(early) == (1, [list(range(15))])
    assert home.steps(early) == (0, [list(range(15))])
    home.log("run", range(15, 20))
    late = home.pair("run")
    home.log("run", range(20, 22))
    assert home.steps(late) == (1, [list(range(22))])
    assert home.steps(home.pair("run")) == (1, [list(range(22))])
    assert home.steps(home.pair("run")) == (0, [list(range(22))])


def test_a_second_point_of_an_early_step_is_not_missed(home):
    home.log("run", range(10))
    home.read(home.pair("run"))
    home.log("run", [3], since=LONG_AGO + 100, scale=0.5)
    home.log("run", [10, 11], since=LONG_AGO + 100)
    calls, (one,) = home.read(home.pair("run"))
    assert (calls, one.values[3], list(one.steps)) == (2, 6.0, list(range(12)))


def test_a_run_made_anew_under_the_same_name_is_read_whole(home):
    home.log("run", range(10))
    home.read(home.pair("run"))
    home.delete("run")
    home.make("run")
    home.log("run", range(12), scale=4.0)
    calls, (one,) = home.read(home.pair("run"))
    assert (calls, list(one.values)) == (1, [step / 4 for step in range(12)])


def test_a_run_made_anew_is_noticed_by_its_points_too(home):
    """Where nobody tells when it was made: the last known step has another value."""
    home.log("run", range(10))

    def without(pair: Pair) -> Pair:
        assert pair.summary is not None
        return Pair("run", "run", "loss", Summary(pair.summary.count, pair.summary.last, pair.summary.told))

    home.read(without(home.pair("run")))
    home.delete("run")
    home.make("run")
    home.log("run", range(12), scale=4.0)
    calls, (one,) = home.read(without(home.pair("run")))
    assert (calls, list(one.values)) == (2, [step / 4 for step in range(12)])


def test_fewer_points_than_before_are_read_whole(home):
    home.log("run", range(10))
    pair = home.pair("run")
    home.read(Pair("run", "run", "loss", Summary(99, 1.0, LONG_AGO, pair.summary.created)))
    assert home.steps(pair) == (1, [list(range(10))])


def test_without_a_summary_nothing_is_kept(home):
    home.log("run", range(10))
    bare = Pair("run", "run", "loss")
    assert home.steps(bare) == home.steps(bare) == (1, [list(range(10))])
    assert not file_of(home).exists()


def test_points_by_the_minute_are_kept_once_they_are_old(home):
    points = [Point("cpu", float(at), None, LONG_AGO // 60 * 60 + 20 * at) for at in range(9)]
    bulk.append_points(home.service.engine.service, "run", points, None)
    (calls, first), (again, second) = home.read(home.pair("run", "cpu")), home.read(home.pair("run", "cpu"))
    assert (calls, again) == (2, 0)  # by step, then by the minute
    assert first[0].times == second[0].times
    assert list(second[0].values) == [2.0, 5.0, 8.0]
    assert list(second[0].steps) == [-1, -1, -1]


def test_fewer_points_than_counted_are_not_kept_while_they_are_young(home):
    """It may be that BatchGetMetrics does not show all yet."""
    home.log("run", range(5), since=time.time() - 10)
    pair = home.pair("run")
    home.log("run", [4], since=time.time() - 10, scale=1.0)
    calls = [home.steps(home.pair("run"))[0] for _ in range(2)]
    assert calls == [1, 1]
    assert pair.summary is not None


@pytest.mark.parametrize(
    ("last", "age", "kept"), [(2.0, 30, False), (2.0, 90, True), (9.0, 90, False), (9.0, 4000, True)]
)
def test_what_is_settled(tmp_path, last, age, kept):
    home = Home(tmp_path)
    home.make("run")
    home.log("run", [1, 2, 3, 3, 4])
    cache = SeriesCache(tmp_path / "series.db", clock=lambda: LONG_AGO + age)
    pair = Pair("run", "run", "loss", Summary(5, last, LONG_AGO))
    for _ in range(2):
        (one,) = series_refresh.read(home.connection, [pair], cache=cache)
        assert list(one.steps) == [1, 2, 3, 4]
    assert home.connection.calls["BatchGetMetrics"] == (1 if kept else 2)
    home.service.close()


def test_each_axis_is_kept_by_itself(home):
    home.log("run", range(0, 300, 10))
    pair = home.pair("run")
    by_step, by_time = home.read(pair)[1][0], home.read(pair, axis="time")[1][0]
    assert (len(by_step), len(by_time)) == (30, len({(LONG_AGO + step) // 60 for step in range(0, 300, 10)}))
    calls, (again,) = home.read(pair, axis="time")
    assert (calls, again.times) == (0, by_time.times)
    assert home.steps(pair) == (0, [list(range(0, 300, 10))])


def test_the_embedded_home_keeps_nothing(tmp_path):
    connection = Connection(config.resolve({"backend": "embedded", "path": tmp_path}))
    assert series_refresh.cache_of(connection) is None


def test_another_account_has_another_file(tmp_path):
    paths = set()
    for account in ("000000000000", "111111111111"):
        service = EmbeddedSageMaker(tmp_path / account, account_id=account)
        connection = Connection(config.resolve({"backend": "aws", "path": tmp_path}), service.boto_session())
        cache = series_refresh.cache_of(connection)
        assert cache is not None
        paths.add(cache.path)
        service.close()
    assert len(paths) == 2


def test_over_http_with_throttling_the_tail_still_adds_up(home):
    home.log("run", range(50))
    home.read(home.pair("run"))
    home.log("run", range(50, 80))
    with Server(home.service) as server:
        server.faults.add("throttle", "BatchGetMetrics", times=2)
        home.connection = home.another(server.boto_session())
        assert home.steps(home.pair("run")) == (3, [list(range(80))])
        assert home.steps(home.pair("run")) == (0, [list(range(80))])


# -- several kernels --------------------------------------------------------------------------------------------

READER = """
import sys
from pathlib import Path
from sm_track_widgets import config
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.reading.series import read as series
from sm_track_widgets.reading.series.rows import Pair, Summary

path = Path(sys.argv[1])
session = EmbeddedSageMaker(path / "home").boto_session()
connection = Connection(config.resolve({"backend": "aws", "path": path / "data"}), session)
pairs = [
    Pair(run, run, "loss", Summary(int(count), *map(float.fromhex, rest)))
    for run, count, *rest in (word.split(",") for word in sys.argv[2:])
]
found = series.read_pairs(connection, pairs)
assert all(list(one.values) == [step / 2 for step in range(200)] for one in found), found
print(connection.calls["BatchGetMetrics"])
"""


def word(pair: Pair) -> str:
    assert pair.summary is not None
    numbers = (pair.summary.last, pair.summary.told, pair.summary.created)
    return ",".join([pair.component, str(pair.summary.count), *(float(number).hex() for number in numbers)])


def test_processes_share_it(home):
    runs = [f"r{at}" for at in range(8)]
    for run in runs:
        home.make(run)
        home.log(run, range(200))
    words = [word(home.pair(run)) for run in runs]
    command = [sys.executable, "-c", READER, str(home.path)]
    # Two at once, each from the other end: both read and write.
    both = [
        subprocess.Popen([*command, *some], stdout=subprocess.PIPE, text=True, env=os.environ)
        for some in (words, words[::-1])
    ]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    for process in both:
        process.stdout.close()
    assert home.read(*(home.pair(run) for run in runs))[0] == 0
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "0\n"


def test_where_nothing_can_be_kept_all_is_read(tmp_path):
    home = Home(tmp_path)
    home.make("run")
    home.log("run", range(3))
    (tmp_path / "data").write_text("a file where the folder should be")
    assert home.steps(home.pair("run")) == home.steps(home.pair("run")) == (1, [[0, 1, 2]])
    home.service.close()
