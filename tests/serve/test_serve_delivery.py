"""Our own way to AWS through a server that misbehaves: what is logged arrives, once."""

from __future__ import annotations

import time

import pytest
from delivery_bench import Bench
from run_home import until

from sm_track_widgets.connection import connect, reset
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve import Faults, Server
from sm_track_widgets.tracking.run import Run


@pytest.fixture
def connection(server, tmp_path):
    yield connect("aws", session=server.boto_session(), path=tmp_path / "local")
    reset()


def series(connection, component, metric):
    return connection.read_series([(component, metric)])[0]


def test_a_run_is_whole_under_latency_throttling_and_server_errors(server, connection, tmp_path):
    report = tmp_path / "report.txt"
    report.write_text("fine")
    server.faults.latency = (0.0, 0.01)
    server.faults.add("throttle", probability=0.15).add("error", probability=0.1)
    server.faults.add("unavailable", probability=0.05)
    with Run("faulty", "first", connection=connection) as run:
        run.log_parameters({"lr": 0.1, "opt": "adam"})
        for step in range(300):
            run.log_metric("loss", 1 / (step + 1), step=step)
            run.log_metric("acc", float(step), step=step)
        run.log_file(report)
    assert run.progress().waiting == 0
    assert run.progress().refused == 0, run.progress().error
    assert sum(server.faults.happened.values()) > 5
    server.faults.clear()
    for metric in ("loss", "acc"):
        assert list(series(connection, run.ref.component, metric).steps) == list(range(300))
    found = connection.client("sagemaker").describe_trial_component(TrialComponentName=run.ref.component)
    assert found["Status"]["PrimaryStatus"] == "Completed"
    assert found["Parameters"]["lr"] == {"NumberValue": 0.1}


@pytest.fixture
def bench(tmp_path):
    with Server(EmbeddedSageMaker(tmp_path / "account"), faults=Faults(seed=5)) as server:
        connection = connect("aws", session=server.boto_session(), path=tmp_path / "local")
        made = Bench(connection, tmp_path)
        for step in range(30):
            made.writer.metric("loss", float(step), step, time.time())
        yield made, server
    reset()


def test_a_batch_whose_reply_was_dropped_is_held_and_not_doubled(bench):
    made, server = bench
    server.faults.add("drop-reply", "BatchPutMetrics", times=1)
    assert made.delivery().run()
    assert made.steps() == list(range(30))  # the service has them all, each once
    held = made.refused()
    assert [entry["payload"]["step"] for entry in held] == list(range(10))
    assert all(entry["held"] for entry in held)
    state = made.ack.load()
    assert (state.delivered_points, state.held, state.refused) == (20, 10, 0)


def test_a_batch_whose_request_was_dropped_is_held_too(bench):
    """The journal does not say that it made the run, so that others may have written to it too."""
    made, server = bench
    server.faults.add("drop-request", "BatchPutMetrics", times=1)
    assert made.delivery().run()
    assert made.steps() == list(range(10, 30))
    assert made.ack.load().held == 10


@pytest.mark.parametrize("fault", ["drop-reply", pytest.param("drop-request", marks=pytest.mark.soak)])
def test_what_was_dropped_is_there_once_where_the_run_is_our_own(connection, server, fault):
    with Run("own", "r", connection=connection) as run:
        server.faults.add(fault, "BatchPutMetrics", times=1)
        for step in range(30):
            run.log_metric("loss", float(step), step=step)
        until(lambda: run.progress().done, 40)
    assert (run.progress().delivered, run.progress().held) == (30, 0)
    (summary,) = connection.client("sagemaker").describe_trial_component(
        TrialComponentName=run.ref.component
    )["Metrics"]
    assert summary["Count"] == 30


def test_a_server_that_is_away_for_a_while_gets_everything(bench):
    made, server = bench
    server.faults.add("unavailable", "BatchPutMetrics", times=8)
    assert made.delivery().run()
    assert made.steps() == list(range(30))
    assert made.ack.load().held == 0
