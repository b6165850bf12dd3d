"""Delivery to AWS: tens, calls in flight, throttling, and replies that are lost."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError
from delivery_bench import Flaky, aws_bench, client_error
from marks import leave_in_flight

from sm_track_widgets._types import Refusal
from sm_track_widgets.connection import reset
from sm_track_widgets.tracking.delivery.acks import ANSWERED


@pytest.fixture
def aws(tmp_path):
    yield aws_bench(tmp_path)
    reset()


def test_many_calls_in_flight_never_two_of_a_metric(aws):
    for step in range(100):
        for metric in ("a", "b", "c", "d"):
            aws.writer.metric(metric, 1.0, step, time.time())
    flaky = Flaky(aws.connection, wait=0.002)
    assert aws.delivery(flaky).run()
    assert flaky.clashes == 0
    assert flaky.most_calls > 1
    for metric in ("a", "b", "c", "d"):
        assert aws.steps(metric) == list(range(100))
    assert aws.connection.calls["BatchPutMetrics"] == 40


def test_throttling_and_server_errors_lose_and_double_nothing(aws):
    for step in range(200):
        aws.writer.metric(f"m{step % 5}", 1.0, step, time.time())
    errors = [client_error("ThrottlingException"), client_error("InternalFailure", 500)] * 5
    errors += [EndpointConnectionError(endpoint_url="https://example.invalid")]
    assert aws.delivery(Flaky(aws.connection, errors)).run()
    for number in range(5):
        assert aws.steps(f"m{number}") == list(range(number, 200, 5))
    state = aws.ack.load()
    assert (state.delivered_points, state.refused, state.held, state.error) == (200, 0, 0, "")


def test_a_lost_reply_is_held_where_others_may_write_too(aws):
    """The journal does not say that it made the run."""
    for step in range(30):
        aws.writer.metric("loss", float(step), step, time.time())
    lost = ConnectionClosedError(endpoint_url="https://example.invalid")
    assert aws.delivery(Flaky(aws.connection, [lost])).run()
    assert aws.steps() == list(range(10, 30))
    held = aws.refused()
    assert [entry["payload"]["step"] for entry in held] == list(range(10))
    assert all(entry["held"] for entry in held)
    state = aws.ack.load()
    assert (state.delivered_points, state.held, state.refused) == (20, 10, 0)


def test_only_points_in_flight_at_a_kill_are_held(aws):
    for step in range(30):
        aws.writer.metric("loss", float(step), step, time.time())
    leave_in_flight(aws.ack, aws.writer.path, range(10), what=ANSWERED)
    leave_in_flight(aws.ack, aws.writer.path, range(10, 20))  # killed with the second batch in flight
    assert aws.delivery().run()
    assert aws.steps() == list(range(20, 30))
    assert [entry["payload"]["step"] for entry in aws.refused()] == list(range(10, 20))


def test_errors_for_single_points_concern_these_only(aws):
    for step in range(10):
        aws.writer.metric("loss", float(step), step, time.time())
    aws.delivery(Flaky(aws.connection, [[Refusal(3, "METRIC_LIMIT_EXCEEDED", "too many")]])).run()
    assert [entry["payload"]["step"] for entry in aws.refused()] == [3]
    assert (aws.ack.load().delivered_points, aws.ack.load().refused) == (9, 1)


def test_a_refused_batch_is_taken_apart(aws):
    now = time.time()
    for step in range(25):
        aws.writer.metric("loss", 1.0, step, now)
    aws.writer.metric("x" * 256, 1.0, 3, now)
    aws.writer.metric("acc", 1.0, 3, now)
    assert aws.delivery().run()
    assert aws.steps() == list(range(25))
    assert aws.steps("acc") == [3]
    assert [entry["payload"]["metric"] for entry in aws.refused()] == ["x" * 256]
