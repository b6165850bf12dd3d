"""BatchGetMetrics side by side: blocks, tails, axes, and what goes wrong on the way."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sm_track_widgets import _points, config
from sm_track_widgets._errors import ServiceRefusedError
from sm_track_widgets._types import Point
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker, Rules
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.reading.series import read as series
from sm_track_widgets.reading.series.rows import Pair
from sm_track_widgets.serve import Server

NOW = time.time() // 60 * 60 - 7200
ARN = "arn:aws:sagemaker:us-east-1:000000000000:experiment-trial-component/"
RUNS, METRICS = 5, 70


def filled(path: Any, rules: Rules | None = None) -> EmbeddedSageMaker:
    made = EmbeddedSageMaker(path, rules=rules)
    for run in range(RUNS):
        made.engine.call("sagemaker", "CreateTrialComponent", {"TrialComponentName": f"run-{run}"})
        points = [
            Point(f"m{metric:02}", run + metric + step / 8, step * 2, NOW + step)
            for metric in range(METRICS)
            for step in range(metric % 9 + 1)
        ]
        points += [Point("cpu", run + minute / 2, None, NOW + 30 * minute) for minute in range(8)]
        bulk.append_points(made.engine.service, f"run-{run}", points, None)
    return made


def over(path: Any, session: Any) -> Connection:
    return Connection(config.resolve({"backend": "aws", "path": path}), session)


PAIRS = [
    (f"run-{run}", name) for run in range(RUNS) for name in ["cpu", *(f"m{at:02}" for at in range(METRICS))]
]


def told(found: list[Any]) -> list[Any]:
    return [(one.run, one.metric, list(one.steps), [*map(str, one.times)], list(one.values)) for one in found]


class Scripted:
    """A metrics client that answers each query of a metric with the next of its answers, the last one for ever."""

    def __init__(self, **answers: list[dict[str, Any]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str, int | None]] = []

    def batch_get_metrics(self, MetricQueries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        self.asked += [(one["MetricName"], one["XAxisType"], one.get("Start")) for one in MetricQueries]
        lists = [self.answers[one["MetricName"]] for one in MetricQueries]
        return {"MetricQueryResults": [left.pop(0) if len(left) > 1 else left[0] for left in lists]}


def answer(status: str, x: list[int] | None = None, **more: Any) -> dict[str, Any]:
    x = x or []
    return {"Status": status, "XAxisValues": x, "MetricValues": [float(value) for value in x], **more}


def test_blocks_of_a_hundred_in_the_order_asked(tmp_path):
    made = filled(tmp_path / "home")
    connection = over(tmp_path, made.boto_session())
    found = connection.read_series(PAIRS)
    assert [(one.run, one.metric) for one in found] == PAIRS
    by_pair = dict(zip(PAIRS, found, strict=True))
    assert list(by_pair["run-3", "m08"].values) == [11 + step / 8 for step in range(9)]
    assert list(by_pair["run-2", "cpu"].times) == [NOW, NOW + 60, NOW + 120, NOW + 180]
    assert list(by_pair["run-2", "cpu"].values) == [2.5, 3.5, 4.5, 5.5]
    assert connection.calls["BatchGetMetrics"] == 4 + 1  # 355 by step, then five by the minute
    made.close()


def test_calls_are_under_way_together():
    """Each call waits for all four to have begun."""
    together = threading.Barrier(4)

    class Meeting(Scripted):
        def batch_get_metrics(self, MetricQueries):  # noqa: N803
            together.wait(timeout=30)
            return super().batch_get_metrics(MetricQueries)

    client = Meeting(m=[answer("Complete", [1, 2])])
    found = _points.read_series(client, ARN, [(f"r{at}", "m") for at in range(400)])
    assert [list(one.steps) for one in found] == [[1, 2]] * 400


def test_series_expected_to_be_long_are_asked_for_in_smaller_calls():
    client = Scripted(m=[answer("Complete", [1])])
    sizes: list[int] = []
    ask = client.batch_get_metrics
    client.batch_get_metrics = lambda MetricQueries: sizes.append(len(MetricQueries)) or ask(MetricQueries)  # noqa: N803
    wanted = [(f"r{at}", "m") for at in range(13)]
    found = _points.read_series(client, ARN, wanted, expected=[20_000] * 12 + [10**9])
    assert sorted(sizes) == [1, 2, 2, 2, 2, 2, 2]
    assert [one.run for one in found] == [run for run, _ in wanted]


@pytest.mark.parametrize("cut", [1, 3, 7])
def test_cut_answers_make_no_difference(tmp_path, cut):
    whole, cutting = filled(tmp_path / "a"), filled(tmp_path / "b", Rules(truncated_at=cut))
    expected = over(tmp_path, whole.boto_session()).read_series(PAIRS)
    assert told(over(tmp_path, cutting.boto_session()).read_series(PAIRS)) == told(expected)
    whole.close()
    cutting.close()


def test_throttling_in_the_middle_is_survived(tmp_path):
    made = filled(tmp_path / "home")
    expected = over(tmp_path, made.boto_session()).read_series(PAIRS)
    with Server(made) as server:
        server.faults.latency = 0.01
        server.faults.add("throttle", "BatchGetMetrics", times=3).add(
            "drop-reply", "BatchGetMetrics", times=1
        )
        server.faults.add("unavailable", "BatchGetMetrics", times=1)
        connection = over(tmp_path, server.boto_session())
        assert told(connection.read_series(PAIRS)) == told(expected)
        assert server.faults.happened == {"throttle": 3, "drop-reply": 1, "unavailable": 1}
        assert connection.calls["BatchGetMetrics"] == 5 + 5
    made.close()


def test_what_no_try_cures_is_raised_at_once(tmp_path):
    made = filled(tmp_path / "home")
    with Server(made) as server:
        connection = over(tmp_path, server.boto_session())
        assert connection.account_id
        server.faults.add("denied", "BatchGetMetrics")
        with pytest.raises(ClientError, match="AccessDenied"):
            connection.read_series(PAIRS[:1])
        with pytest.raises(ServiceRefusedError, match="Cannot read metrics: AccessDenied"):
            series.read_pairs(connection, [Pair("Run", *PAIRS[0])])
        assert connection.calls["BatchGetMetrics"] == 2
    made.close()


def test_points_are_counted_in_a_single_try(tmp_path):
    """The sender has its own pauses."""
    made = filled(tmp_path / "home")
    with Server(made) as server:
        server.faults.add("throttle", "BatchGetMetrics", times=1)
        client = over(tmp_path, server.boto_session()).single("sagemaker-metrics")
        with pytest.raises(ClientError, match="Throttling"):
            _points.count_points(client, f"{ARN}run-0", ["m03"])
        assert _points.count_points(client, f"{ARN}run-0", ["m03"]) == [{0: 1, 2: 1, 4: 1, 6: 1}]
    made.close()


# -- queries that fail by themselves ----------------------------------------------------------------------------


def test_a_refused_query_is_named_in_one_line(caplog):
    client = Scripted(
        good=[answer("Complete", [1])], bad=[answer("ValidationError", Message="No such\n resource.")]
    )
    wanted = [("run-a", "bad"), ("run-b", "good"), *((f"run-{at}", "bad") for at in range(4))]
    with caplog.at_level(logging.WARNING, "sm_track_widgets"):
        found = _points.read_series(client, ARN, wanted)
    assert [len(one) for one in found] == [0, 1, 0, 0, 0, 0]
    assert caplog.messages == [
        "No points could be read of 'bad' of run-a, 'bad' of run-0, 'bad' of run-1 and 2 more: No such resource."
    ]


def test_a_failed_query_is_asked_again(caplog):
    client = Scripted(m=[answer("InternalError"), answer("Complete", [1, 2])])
    (found,) = _points.read_series(client, ARN, [("run", "m")])
    assert list(found.steps) == [1, 2]
    assert caplog.messages == []


def test_a_query_that_keeps_failing_gives_nothing_and_no_minutes(caplog):
    client = Scripted(m=[answer("Truncated", [1, 2]), answer("InternalError")])
    (found,) = _points.read_series(client, ARN, [("run", "m")])
    assert len(found) == len(found.steps) == len(found.times) == 0
    assert client.asked == [("m", "IterationNumber", None), *[("m", "IterationNumber", 2)] * 3]
    assert caplog.messages == ["No points could be read of 'm' of run: InternalError"]


def test_steps_that_are_refused_are_looked_for_by_time(caplog):
    client = Scripted(m=[answer("ValidationError"), answer("Complete", [60, 120])])
    (found,) = _points.read_series(client, ARN, [("run", "m")])
    assert (list(found.steps), list(found.times)) == ([-1, -1], [60, 120])
    assert caplog.messages == []


# -- tails and axes ---------------------------------------------------------------------------------------------


@pytest.fixture(params=["embedded", "aws"])
def either(request, tmp_path):
    """Both homes, with the same points."""
    made = filled(tmp_path / "home")
    if request.param == "aws":
        yield over(tmp_path, made.boto_session())
    else:
        yield Connection(config.resolve({"backend": "embedded", "path": tmp_path / "home"}))
    made.close()


def test_only_the_tail(either):
    found = either.read_series([("run-0", "m08"), ("run-0", "m08"), ("run-0", "m02")], [10, None, 99])
    assert [list(one.steps) for one in found] == [[10, 12, 14, 16], [*range(0, 18, 2)], []]
    assert list(found[0].values) == [8 + step / 8 for step in (5, 6, 7, 8)]
    assert all(len(one.times) == len(one.steps) for one in found)


def test_only_steps(either):
    found = either.read_series([("run-0", "cpu"), ("run-0", "m01")], axis="step")
    assert [list(one.steps) for one in found] == [[], [0, 2]]


def test_by_time(either):
    (cpu, loss) = either.read_series([("run-0", "cpu"), ("run-0", "m08")], [int(NOW) + 60, None], axis="time")
    assert set(cpu.times) >= {NOW + 60, NOW + 120, NOW + 180}
    assert min(cpu.times) == NOW + 60
    assert cpu.values[-1] == 3.5
    assert (loss.times[0], loss.values[-1]) == (NOW, 9.0)


def test_a_tail_costs_one_call_and_no_look_by_time(tmp_path):
    made = filled(tmp_path / "home")
    connection = over(tmp_path, made.boto_session())
    connection.read_series([("run-0", "m08"), ("run-0", "m00")], [10, 99])
    assert connection.calls["BatchGetMetrics"] == 1
    made.close()


def test_a_service_that_does_not_heed_start_gives_the_tail_all_the_same():
    client = Scripted(m=[answer("Complete", [1, 2, 3, 4])])
    (found,) = _points.read_series(client, ARN, [("run", "m")], [3])
    assert (list(found.steps), list(found.values), len(found.times)) == ([3, 4], [3.0, 4.0], 2)


def test_pairs_have_their_shown_names(either):
    pairs = [Pair("Run <0>", "run-0", "m01"), Pair("Run <1>", "run-1", "none")]
    found = series.read_pairs(either, pairs)
    assert [(one.run, one.component, one.metric, len(one)) for one in found] == [
        ("Run <0>", "run-0", "m01", 2),
        ("Run <1>", "run-1", "none", 0),
    ]
    assert series.read_pairs(either, []) == []


def test_points_over_time(either):
    (found,) = series.read_pairs(either, [Pair("Run", "run-0", "m01")], "time")
    assert found.times[0] == NOW
