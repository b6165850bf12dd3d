"""An embedded home every answer of which is checked against botocore's output shapes, and what its tests share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.embedded.wire import new_session


def check_shape(*, http_response: Any, parsed: dict[str, Any], model: Any, **_rest: Any) -> None:
    """Hold the answer of one call to the operation's output shape; the hook of ``after-call``."""
    assert parsed["ResponseMetadata"]["RequestId"]
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == http_response.status_code
    if http_response.status_code >= 300:
        assert set(parsed) == {"Error", "ResponseMetadata"}
        return
    output = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
    if model.output_shape is None:
        assert output == {}
        return
    if model.name == "BatchPutMetrics" and output == {"Errors": []}:
        return  # the model's least length is 1, yet the SDK reads the member without asking
    if model.name == "GetBucketLocation" and output == {"LocationConstraint": None}:
        return  # what boto3 makes of us-east-1's empty answer
    if model.name == "DescribeModelPackage" and "ModelPackageVersion" in output:
        output["ModelPackageName"] = "-"  # the model calls it required, yet AWS leaves it out of a version
    report = ParamValidator().validate(output, model.output_shape)
    assert not report.has_errors(), f"{model.name}: {report.generate_report()}"


class CheckedHome(EmbeddedSageMaker):
    """An embedded home whose sessions check every answer."""

    def boto_session(self) -> boto3.Session:
        session = super().boto_session()
        session.events.register("after-call.*.*", check_shape)
        return session


class Switch:
    """An engine that hands everything to another one, so that clients, which take 100 ms to make, are made once."""

    def __init__(self) -> None:
        self.target: Any = None

    def call(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        return self.target.call(service, operation, params)

    def presigned_url(self, service: str, operation: str, params: dict[str, Any]) -> str:
        return self.target.presigned_url(service, operation, params)


class Clients:
    """One checked client per service, on whichever home the switch names."""

    def __init__(self) -> None:
        self.switch = Switch()
        self.session = boto3.Session(botocore_session=new_session(self.switch, "us-east-1"))
        self.session.events.register("after-call.*.*", check_shape)
        self._made: dict[str, Any] = {}

    def __getitem__(self, service: str) -> Any:
        if service not in self._made:
            self._made[service] = self.session.client(service)
        return self._made[service]


@contextmanager
def refused(code: str, match: str = "") -> Iterator[None]:
    """Expect a ClientError of this code, with `match` somewhere in its text."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert match in error["Message"], error


def pages(client: Any, operation: str, member: str, size: int, **params: Any) -> list[dict[str, Any]]:
    """Everything an operation lists, read in pages of `size`."""
    found: list[dict[str, Any]] = []
    for page in client.get_paginator(operation).paginate(**params, PaginationConfig={"PageSize": size}):
        assert len(page[member]) <= size
        found.extend(page[member])
    return found
