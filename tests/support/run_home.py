"""Connections for tests of tracking: both homes on a folder, faults put in front of single operations."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from sm_track_widgets import config
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.tracking.run import Run

Reply = tuple[str, str] | BaseException
"""AWS's code and message, or what is raised in place of an answer."""
DENIED = ("AccessDeniedException", "User is not authorized to perform: sagemaker:CreateTrialComponent")


def embedded(path: Path, **overrides: Any) -> Connection:
    """Embedded home whose runs are delivered by a thread: a given clock cannot be rebuilt in a child process."""
    return Connection(config.resolve({"backend": "embedded", "path": path, **overrides}), clock=time.time)


def aws(path: Path) -> Connection:
    """The AWS path, answered by an embedded service."""
    session = EmbeddedSageMaker(path).boto_session()
    return Connection(config.resolve({"backend": "aws", "path": path}), session)


@contextmanager
def fault(connection: Connection, operation: str, reply: Reply, *, times: int = 10**9) -> Iterator[list[int]]:
    """Let `operation` of the sagemaker client fail `times` times; the list grows with each failure."""
    failed: list[int] = []

    def refuse(**_: Any) -> None:
        if len(failed) >= times:
            return
        failed.append(1)
        if isinstance(reply, BaseException):
            raise reply
        answer: Any = {
            "Error": {"Code": reply[0], "Message": reply[1]},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
        raise ClientError(answer, operation)

    clients = {connection.client("sagemaker", patient=patient) for patient in (True, False)}
    event = f"provide-client-params.sagemaker.{operation}"
    for client in clients:
        client.meta.events.register(event, refuse)
    try:
        yield failed
    finally:
        for client in clients:
            client.meta.events.unregister(event, refuse)


def until(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait for a true value of `condition`, and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {condition}")


def component(connection: Connection, name: str) -> dict[str, Any]:
    """DescribeTrialComponent, with parameters and artifacts as plain values."""
    told = connection.client("sagemaker").describe_trial_component(TrialComponentName=name)
    plain = {key: next(iter(value.values())) for key, value in told.get("Parameters", {}).items()}
    outputs = {key: value["Value"] for key, value in told.get("OutputArtifacts", {}).items()}
    inputs = {key: value["Value"] for key, value in told.get("InputArtifacts", {}).items()}
    return {**told, "Parameters": plain, "OutputArtifacts": outputs, "InputArtifacts": inputs}


def stored(run: Run) -> dict[str, Any]:
    """Return what the service holds of `run`; see `component`."""
    return component(run.connection, run.ref.component)


def points(run: Run, metric: str) -> list[tuple[int, float]]:
    """Return step and value of each point of a metric, as stored."""
    (series,) = run.connection.read_series([(run.ref.component, metric)])
    return list(zip(series.steps, series.values, strict=True))


def told_points(run: Run, metric: str) -> list[tuple[int, float]]:
    """Return step and value of each point, as BatchGetMetrics tells them: points without a step are not among them."""
    query = {
        "MetricName": metric,
        "ResourceArn": stored(run)["TrialComponentArn"],
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    client = run.connection.client("sagemaker-metrics")
    (result,) = client.batch_get_metrics(MetricQueries=[query])["MetricQueryResults"]
    assert result["Status"] == "Complete", result
    return list(zip(result["XAxisValues"], result["MetricValues"], strict=True))


def told_metrics(run: Run) -> dict[str, dict[str, Any]]:
    """Return the summary of each metric, as DescribeTrialComponent tells it."""
    return {told["MetricName"]: told for told in stored(run).get("Metrics", [])}


def components(connection: Connection) -> dict[str, str]:
    """Return name and status of every component there is."""
    pages = connection.client("sagemaker").get_paginator("list_trial_components").paginate()
    found = [told for page in pages for told in page["TrialComponentSummaries"]]
    return {told["TrialComponentName"]: told["Status"]["PrimaryStatus"] for told in found}


def object_json(connection: Connection, uri: str) -> Any:
    """Return the JSON document at an address such as ``s3://bucket/key``."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return json.loads(connection.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def captured(run: Run) -> Any:
    """Return a run's capture document."""
    return object_json(run.connection, stored(run)["OutputArtifacts"]["sm_track.capture"])
