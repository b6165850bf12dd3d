"""The session: whose settings it ignores, what it refuses, how many may share it."""

from __future__ import annotations

import dataclasses
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from embedded_home import CheckedHome, refused

from sm_track_widgets.embedded import EmbeddedSageMaker, Rules

PROBE = """
import sys
from sm_track_widgets.embedded import EmbeddedSageMaker
session = EmbeddedSageMaker(sys.argv[1]).boto_session()
print(session.profile_name, session.region_name)
print(session.client("sagemaker").create_experiment(ExperimentName="e")["ExperimentArn"])
print(session.client("sts").get_caller_identity()["Account"])
session.client("s3").put_object(Bucket="sagemaker-us-east-1-000000000000", Key="k", Body=b"abc")
print(session.resource("s3").Bucket("sagemaker-us-east-1-000000000000").creation_date is not None)
"""


@pytest.mark.parametrize(
    "environment",
    [
        {"AWS_PROFILE": "missing"},
        {"AWS_CONFIG_FILE": "{tmp}/config", "AWS_PROFILE": "odd"},
        {"AWS_CONFIG_FILE": "{tmp}/nowhere", "AWS_SHARED_CREDENTIALS_FILE": "{tmp}/nowhere"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_SAGEMAKER": "http://127.0.0.1:1"},
        {"AWS_CA_BUNDLE": "{tmp}/nowhere", "HTTPS_PROXY": "http://127.0.0.1:1"},
        {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_DEFAULTS_MODE": "auto"},
        {"AWS_REGION": "mars-1", "AWS_DEFAULT_REGION": "mars-1"},
        {"AWS_MAX_ATTEMPTS": "many", "AWS_RETRY_MODE": "never", "AWS_REQUEST_CHECKSUM_CALCULATION": "odd"},
    ],
    ids=lambda environment: next(iter(environment)),
)
def test_the_machines_aws_settings_do_not_matter(tmp_path, environment):
    (tmp_path / "config").write_text("[profile odd]\nregion = mars-1\nendpoint_url = http://127.0.0.1:1\n")
    root = Path(__file__).parents[2]
    full = {name: value.format(tmp=tmp_path) for name, value in environment.items()}
    full["PYTHONPATH"] = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(tmp_path / "home")],
        env={**os.environ, **full},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "default us-east-1",
        "arn:aws:sagemaker:us-east-1:000000000000:experiment/e",
        "000000000000",
        "True",
    ]


@pytest.mark.parametrize(
    ("service", "method", "params"),
    [
        ("sagemaker", "list_endpoints", {}),
        ("ec2", "describe_instances", {}),
        ("s3", "get_bucket_policy", {"Bucket": "b"}),
        ("iam", "list_users", {}),
        ("dynamodb", "list_tables", {}),
    ],
)
def test_what_is_not_offered_is_refused_and_never_sent(clients, sagemaker, service, method, params):
    with refused("UnsupportedOperation", "not offered by the embedded SageMaker service") as _:
        getattr(clients[service], method)(**params)
    with pytest.raises(ClientError) as caught:
        getattr(clients[service], method)(**params)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.shows("DescribeTrial", "a missing trial is ResourceNotFound, one of boto3's own exceptions")
def test_errors_are_boto3s_own(sagemaker):
    with pytest.raises(sagemaker.exceptions.ResourceNotFound) as caught:
        sagemaker.describe_trial(TrialName="none")
    response = caught.value.response
    assert response["Error"]["Code"] == "ResourceNotFound"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["ResponseMetadata"]["RequestId"]
    with pytest.raises(ParamValidationError):
        sagemaker.describe_trial()


def test_other_sessions_are_left_alone(tmp_path):
    home = EmbeddedSageMaker(tmp_path)
    ours = home.boto_session().client("sagemaker")
    foreign = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1").client(
        "sagemaker", endpoint_url="http://127.0.0.1:1"
    )
    assert ours.list_experiments()["ExperimentSummaries"] == []
    url = foreign.generate_presigned_url("list_experiments")
    assert url.startswith("http://127.0.0.1:1")
    home.close()


def test_handlers_after_the_call_may_change_the_answer(home):
    session = home.boto_session()
    session.events.register("after-call.sagemaker.*", lambda parsed, **_: parsed.update(Seen=True))
    assert session.client("sagemaker").list_experiments()["Seen"] is True


@pytest.mark.shows("GetObject", "a presigned URL is a local file")
def test_presigned_urls_are_local_files(home):
    client = home.boto_session().client("s3")
    bucket = home.engine.service.default_bucket
    client.put_object(Bucket=bucket, Key="a/b.txt", Body=b"hello")
    url = client.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "a/b.txt"}, ExpiresIn=60
    )
    assert url.startswith("file://")
    assert Path(url2pathname(urlparse(url).path)).read_bytes() == b"hello"
    with refused("NoSuchKey"):
        client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "none"})
    with refused("UnsupportedOperation"):
        client.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    assert not hasattr(client, "generate_presigned_post")


@pytest.mark.shows("ListExperiments", "a broken store is InternalFailure")
def test_a_broken_store_is_a_service_error(tmp_path):
    home = CheckedHome(tmp_path)
    client = home.boto_session().client("sagemaker")
    home.engine.service.store.connection().execute("DROP TABLE experiments")
    with refused("InternalFailure", "no such table"):
        client.list_experiments()
    home.close()


@pytest.mark.shows("GetCallerIdentity", "the home's account, as a role that the SDK understands")
def test_who_am_i(sts):
    identity = sts.get_caller_identity()
    assert identity["Account"] == "000000000000"
    assert ":assumed-role/AmazonSageMaker-ExecutionRole-" in identity["Arn"]


@pytest.mark.shows("CreateTrialComponent", "threads share a client")
def test_threads_share_a_client(home):
    client = home.boto_session().client("sagemaker")
    client.create_experiment(ExperimentName="e")
    client.create_trial(ExperimentName="e", TrialName="t")
    failures: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for number in range(20):
                name = f"c-{worker}-{number}"
                client.create_trial_component(TrialComponentName=name)
                client.associate_trial_component(TrialName="t", TrialComponentName=name)
        except BaseException as error:
            failures.append(error)
        finally:
            home.close()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    pages = client.get_paginator("list_trial_components").paginate(TrialName="t")
    assert sum(len(page["TrialComponentSummaries"]) for page in pages) == 160


WORKER = """
import sys
from sm_track_widgets.embedded import EmbeddedSageMaker
client = EmbeddedSageMaker(sys.argv[1]).boto_session().client("sagemaker")
for number in range(25):
    client.create_trial_component(TrialComponentName=f"c-{sys.argv[2]}-{number}")
"""


@pytest.mark.shows("CreateTrialComponent", "processes share a folder")
def test_processes_share_a_folder(tmp_path):
    """All start on an empty folder at once, so that the store is made by one and awaited by the others."""
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path / "home"), str(number)])
        for number in range(4)
    ]
    assert [worker.wait(120) for worker in workers] == [0, 0, 0, 0]
    store = EmbeddedSageMaker(tmp_path / "home").engine.service.store
    rows = store.rows("SELECT COUNT(*) AS n FROM components")
    assert rows[0]["n"] == 100
    store.close()


@pytest.mark.shows("CreateExperiment", "a lock held by another process is waited for")
def test_a_lock_held_by_another_is_waited_for(home, sagemaker):
    other = sqlite3.connect(home.path / "store.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, other.execute, ["COMMIT"])
    timer.start()
    began = time.monotonic()
    sagemaker.create_experiment(ExperimentName="e")
    assert time.monotonic() - began >= 0.2
    timer.join()
    other.close()


def test_every_switch_is_a_documented_assumption():
    page = (Path(__file__).parents[2] / "docs" / "assumptions.md").read_text(encoding="utf-8")
    for field in dataclasses.fields(Rules):
        assert f"`{field.name}" in page, field.name
    folder = Path(__file__).parents[2] / "sm_track_widgets"
    for module in set(re.findall(r"`(\w+\.py)`", page)):
        assert any(folder.rglob(module)), module


@pytest.mark.shows("DescribeTrialComponent", "an answer is one state, whatever another kernel does meanwhile")
def test_a_description_is_one_state(home, sagemaker):
    """A component deleted by another kernel between two queries is not found, or whole: never half."""
    stop = threading.Event()
    failures: list[BaseException] = []

    def churn() -> None:
        try:
            while not stop.is_set():
                sagemaker.create_trial_component(
                    TrialComponentName="c", Parameters={f"p{n}": {"NumberValue": n} for n in range(20)}
                )
                sagemaker.delete_trial_component(TrialComponentName="c")
        except BaseException as error:
            failures.append(error)
        finally:
            home.close()

    thread = threading.Thread(target=churn)
    thread.start()
    seen = 0
    deadline = time.monotonic() + 30
    while seen < 50 and time.monotonic() < deadline and not failures:
        try:
            found = sagemaker.describe_trial_component(TrialComponentName="c")
        except sagemaker.exceptions.ResourceNotFound:
            continue
        assert len(found["Parameters"]) == 20
        seen += 1
    stop.set()
    thread.join(30)
    assert failures == []
    assert seen == 50
