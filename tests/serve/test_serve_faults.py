"""Faults on demand: what a client meets, and what is stored."""

from __future__ import annotations

import time

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError
from embedded_home import refused

from sm_track_widgets._errors import UsageError
from sm_track_widgets.serve import Faults
from sm_track_widgets.serve.faults import KINDS, add_written

ONCE = Config(retries={"total_max_attempts": 1})
BUCKET = "sagemaker-us-east-1-000000000000"
POINT = [{"MetricName": "loss", "Value": 1.0, "Timestamp": time.time(), "Step": 0}]


@pytest.fixture
def clients(server):
    session = server.boto_session()
    return lambda service: session.client(service, config=ONCE)


def test_each_protocol_words_throttling_its_own_way(server, clients):
    server.faults.add("throttle")
    with refused("ThrottlingException", "Rate exceeded"):
        clients("sagemaker").list_experiments()
    with refused("ThrottlingException"):
        clients("sagemaker-metrics").batch_put_metrics(TrialComponentName="c", MetricData=POINT)
    with refused("Throttling"):
        clients("sts").get_caller_identity()
    with refused("SlowDown"):
        clients("s3").put_object(Bucket=BUCKET, Key="k", Body=b"x")
    assert server.faults.happened == {"throttle": 4}


@pytest.mark.parametrize(("kind", "status"), [("error", 500), ("unavailable", 503)])
def test_server_errors_have_changed_nothing(server, clients, kind, status):
    server.faults.add(kind, times=2)
    for call in (
        lambda: clients("sagemaker").create_experiment(ExperimentName="e"),
        lambda: clients("s3").put_object(Bucket=BUCKET, Key="k", Body=b"x"),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert clients("sagemaker").list_experiments()["ExperimentSummaries"] == []
    assert "Contents" not in clients("s3").list_objects_v2(Bucket=BUCKET)


def test_a_dropped_request_was_never_there(server, clients):
    server.faults.add("drop-request", "CreateExperiment", times=1)
    sagemaker = clients("sagemaker")
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        sagemaker.create_experiment(ExperimentName="e")
    assert sagemaker.list_experiments()["ExperimentSummaries"] == []
    sagemaker.create_experiment(ExperimentName="e")


def test_a_dropped_reply_belongs_to_what_was_done(server, clients):
    server.faults.add("drop-reply", "CreateExperiment", times=1)
    sagemaker = clients("sagemaker")
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        sagemaker.create_experiment(ExperimentName="e")
    with refused("ValidationException", "already exists"):
        sagemaker.create_experiment(ExperimentName="e")


def test_boto3_doubles_points_when_it_tries_again_after_a_dropped_reply(server):
    """Why our own sender does not let it."""
    session = server.boto_session()
    session.client("sagemaker").create_trial_component(TrialComponentName="c")
    server.faults.add("drop-reply", "BatchPutMetrics", times=1)
    session.client("sagemaker-metrics").batch_put_metrics(TrialComponentName="c", MetricData=POINT)
    found = session.client("sagemaker").describe_trial_component(TrialComponentName="c")
    assert found["Metrics"][0]["Count"] == 2


def test_large_bodies_and_answers_are_dropped_too(server, clients):
    s3 = clients("s3")
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x" * (2 << 20))
    server.faults.add("drop-reply", "GetObject", times=1).add("drop-request", "PutObject", times=1)
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        s3.get_object(Bucket=BUCKET, Key="k")
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        s3.put_object(Bucket=BUCKET, Key="lost", Body=b"x" * (2 << 20))
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["k"]


def test_botocores_own_retries_get_through(server):
    server.faults.add("throttle", times=1).add("drop-request", times=1)
    session = server.boto_session()
    session.client("sagemaker").create_experiment(ExperimentName="e")
    assert server.calls == {"CreateExperiment": 3}
    assert server.faults.happened == {"throttle": 1, "drop-request": 1}


def test_latency_is_waited_for_and_can_be_changed(server, clients):
    sts = clients("sts")
    sts.get_caller_identity()
    server.faults.latency = 0.1
    began = time.monotonic()
    sts.get_caller_identity()
    assert time.monotonic() - began >= 0.1
    server.faults.latency = (0.05, 0.06)
    began = time.monotonic()
    sts.get_caller_identity()
    assert time.monotonic() - began >= 0.05
    server.faults.clear()
    assert server.faults.delay() == 0.0


def test_faults_of_other_operations_are_not_met(server, clients):
    server.faults.add("error", ["CreateTrial", "Search"])
    clients("sagemaker").create_experiment(ExperimentName="e")
    with refused("InternalFailure"):
        clients("sagemaker").search(Resource="Experiment")
    server.faults.clear()
    clients("sagemaker").search(Resource="Experiment")


def test_the_same_seed_gives_the_same_faults():
    def drawn(seed: int) -> list[str | None]:
        faults = Faults(seed=seed).add("throttle", probability=0.3).add("error", probability=0.1)
        return [faults.pick("Search") for _ in range(200)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 20 < drawn(1).count("throttle") < 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("throttle", ["throttle"] * 4),
        ("error=2x", ["error", "error", None, None]),
        ("drop-reply=1x@Search,CreateTrial", ["drop-reply", None, None, None]),
        ("unavailable=0.0", [None] * 4),
        ("drop-request@CreateTrial", [None] * 4),
    ],
)
def test_faults_of_the_command_line(text, expected):
    faults = Faults()
    add_written(faults, text)
    assert [faults.pick("Search") for _ in range(4)] == expected


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("explode", "Choose one of throttle"),
        ("throttle=", "Write throttle=0.1"),
        ("throttle=2.0", "from 0 to 1"),
        ("throttle=1.2.3", "from 0 to 1"),
        ("throttle@Serch", "Did you mean 'Search'?"),
        ("throttle@xyz", "Name an operation"),
        ("", "Write throttle=0.1"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(text, cure):
    with pytest.raises(UsageError, match=cure.replace("?", r"\?")):
        add_written(Faults(), text)


def test_every_kind_can_be_written():
    for kind in KINDS:
        add_written(Faults(), kind)


def test_errors_that_the_home_was_told_to_give_come_over_http_too(server, clients):
    server.home.fail_next("UpdateExperiment", "ConflictException")
    with refused("ConflictException"):
        clients("sagemaker").update_experiment(ExperimentName="e")
