"""A server's life: threads, ports, folders shared by two; sessions and environments that lead to it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from embedded_home import CheckedHome
from raw_http import Raw

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve import Faults, Server

ROOT = Path(__file__).parents[2]


def threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def test_stopping_leaves_no_thread_and_no_port(tmp_path):
    before = threads()
    server = Server(EmbeddedSageMaker(tmp_path)).start()
    client = server.boto_session().client("sagemaker")
    client.list_experiments()
    with Raw(server) as idle:
        assert idle.target("ListExperiments", b"{}").status == 200
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 2
        assert threads() == before
    with pytest.raises(EndpointConnectionError):
        client.list_experiments()
    server.stop()


def test_a_call_in_progress_is_answered_before_the_end(tmp_path):
    server = Server(EmbeddedSageMaker(tmp_path), faults=Faults(latency=30.0)).start()
    with Raw(server) as raw:
        raw.send(raw.request("POST", "/", b"{}", X_Amz_Target="SageMaker.ListExperiments"))
        deadline = time.monotonic() + 10
        while not server.calls and time.monotonic() < deadline:
            time.sleep(0.01)
        server.stop()
        assert raw.reply().status == 200


def test_a_server_that_never_started_stops(tmp_path):
    server = Server(EmbeddedSageMaker(tmp_path))
    server.stop()


def test_a_port_that_is_taken(tmp_path):
    home = EmbeddedSageMaker(tmp_path)
    with Server(home) as server, pytest.raises(OSError, match="in use"):
        Server(home, port=server.port)


def test_two_servers_on_one_folder(tmp_path):
    homes = [CheckedHome(tmp_path), CheckedHome(tmp_path)]
    with Server(homes[0]) as first, Server(homes[1]) as second:
        assert first.endpoint != second.endpoint
        clients = [server.boto_session().client("sagemaker") for server in (first, second)]
        failures: list[BaseException] = []

        def work(number: int) -> None:
            try:
                for turn in range(20):
                    clients[number].create_trial_component(TrialComponentName=f"c-{number}-{turn}")
            except BaseException as error:
                failures.append(error)

        workers = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        assert failures == []
        for client in clients:
            pages = client.get_paginator("list_trial_components").paginate()
            assert sum(len(page["TrialComponentSummaries"]) for page in pages) == 40


def test_the_home_may_be_used_directly_meanwhile(server):
    server.home.boto_session().client("sagemaker").create_experiment(ExperimentName="e")
    over = server.boto_session().client("sagemaker")
    assert over.describe_experiment(ExperimentName="e")["ExperimentName"] == "e"
    with pytest.raises(over.exceptions.ResourceNotFound):
        over.describe_experiment(ExperimentName="none")


def test_another_region_and_account(tmp_path):
    home = EmbeddedSageMaker(tmp_path, region="eu-west-1", account_id="123456789012")
    with Server(home) as server:
        session = server.boto_session()
        assert session.client("sts").get_caller_identity()["Account"] == "123456789012"
        s3 = session.client("s3")
        where = s3.get_bucket_location(Bucket="sagemaker-eu-west-1-123456789012")["LocationConstraint"]
        assert where == "eu-west-1"
        with pytest.raises(ClientError, match="Forbidden"):
            s3.head_bucket(Bucket="sagemaker-eu-west-1-123456789012", ExpectedBucketOwner="1" * 12)


def test_addresses_that_a_caller_names_are_not_asked(server, monkeypatch):
    """The SageMaker SDK gives STS a regional address; a proxy and AWS's own variables are of no account either."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_PROFILE", "missing")
    session = server.boto_session()
    sts = session.client("sts", region_name="us-east-1", endpoint_url="https://sts.us-east-1.amazonaws.com")
    assert sts.get_caller_identity()["Account"] == "000000000000"
    assert session.client("sagemaker", "us-east-1").list_experiments()["ExperimentSummaries"] == []
    with pytest.raises(ClientError, match="UnsupportedOperation"):
        session.client("lambda").list_functions()


PROBE = """
import boto3
print(boto3.client("sagemaker").create_experiment(ExperimentName="from-a-child")["ExperimentArn"])
print(boto3.client("sts").get_caller_identity()["Account"])
boto3.client("s3").put_object(Bucket="sagemaker-us-east-1-000000000000", Key="k", Body=b"x")
try:
    boto3.client("ec2").describe_instances()
except Exception as error:
    print(type(error).__name__)
"""


def test_the_environment_leads_a_process_here(server):
    environment = {**os.environ, **server.environment()}
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "arn:aws:sagemaker:us-east-1:000000000000:experiment/from-a-child",
        "000000000000",
        "ClientError",
    ]
    assert server.calls["PutObject"] == 1


def test_many_clients_at_once(server):
    client = server.boto_session().client("sagemaker")
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(10):
                client.create_trial_component(TrialComponentName=f"c-{number}-{turn}")
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert failures == []
    assert server.calls["CreateTrialComponent"] == 120


def test_requests_are_logged_without_the_token(tmp_path):
    lines: list[str] = []
    with Server(EmbeddedSageMaker(tmp_path), log=lines.append) as server:
        with Raw(server) as raw:
            raw.target("ListExperiments", b"{}")
            raw.ask("GET", "/none/k")
            raw.token = "/wrong"
            raw.ask("GET", "/")
        token = urlsplit(server.endpoint).path.strip("/")
    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        "200 ListExperiments",
        "404 GetObject",
        "403 GET refused",
    ]
    assert not [line for line in lines if token in line]


def test_what_breaks_inside_is_an_internal_failure(server, monkeypatch, caplog):
    def broken(*_given):
        raise LookupError("oops")

    monkeypatch.setattr(server.home.engine, "call", broken)
    with Raw(server) as raw, caplog.at_level(logging.CRITICAL):
        reply = raw.target("ListExperiments", b"{}")
    assert (reply.status, reply.code) == (500, "InternalFailure")
    assert b"LookupError: oops" in reply.body


def test_importing_the_product_starts_and_imports_no_server():
    code = (
        "import sys, sm_track_widgets.connection as c; c.connect('embedded').client('sagemaker'); "
        "print([name for name in sys.modules if 'widgets.serve' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_default_sessions_are_left_alone(server):
    before = boto3.DEFAULT_SESSION
    server.boto_session().client("s3")
    assert boto3.DEFAULT_SESSION is before
