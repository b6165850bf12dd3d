"""A fresh embedded home for each test; the clients are made once."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from embedded_home import CheckedHome, Clients
from s3_calls import BUCKET, HOMES
from search_world import build


class Clock:
    """A clock that moves only when told, and by a second at each look, so that no two moments are equal."""

    def __init__(self, start: float = 1_760_000_000.0) -> None:
        self.now = start

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path, clock: Clock) -> Iterator[CheckedHome]:
    made = CheckedHome(tmp_path / "home", clock=clock)
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared_clients() -> Clients:
    return Clients()


@pytest.fixture
def clients(shared_clients: Clients, home: CheckedHome) -> Clients:
    shared_clients.switch.target = home.engine
    return shared_clients


@pytest.fixture
def sagemaker(clients: Clients) -> Any:
    return clients["sagemaker"]


@pytest.fixture
def metrics(clients: Clients) -> Any:
    return clients["sagemaker-metrics"]


@pytest.fixture
def s3(clients: Clients) -> Any:
    return clients["s3"]


@pytest.fixture
def sts(clients: Clients) -> Any:
    return clients["sts"]


@pytest.fixture(scope="module")
def moto_client():
    """A client made after moto was imported, which answers inside ``mock_aws`` only."""
    importlib.import_module("moto")
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    return session.client("s3")


@pytest.fixture(params=HOMES)
def either(request):
    """An S3 client on each of the homes, with an empty bucket."""
    if request.param == "embedded":
        client = request.getfixturevalue("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client
        return
    from moto import mock_aws

    client = request.getfixturevalue("moto_client")
    with mock_aws():
        client.create_bucket(Bucket=BUCKET)
        yield client


@pytest.fixture
def bucket(s3):
    s3.create_bucket(Bucket=BUCKET)
    return s3


@pytest.fixture
def files(home):
    """Names of the files that hold objects' bytes."""

    def find():
        return sorted(path.name for path in (home.path / "objects").rglob("*") if path.is_file())

    return find


@pytest.fixture
def world(clients):
    build(clients)
    return clients["sagemaker"]


@pytest.fixture(scope="module")
def still(tmp_path_factory, shared_clients):
    """The same world for many questions that change nothing."""
    home = CheckedHome(tmp_path_factory.mktemp("still"), clock=lambda: 1_760_000_000.0)
    shared_clients.switch.target = home.engine
    build(shared_clients)
    yield home.engine
    home.close()


@pytest.fixture
def fixed(still, shared_clients):
    shared_clients.switch.target = still
    return shared_clients["sagemaker"]
