"""The fixtures of `tests/embedded`, with clients that reach the home over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from embedded_home import CheckedHome
from embedded_suite import take
from served_clients import ServedClients

from sm_track_widgets.serve import Server

take("conftest", globals())


@pytest.fixture(scope="session")
def shared_clients() -> Iterator[ServedClients]:
    made = ServedClients()
    yield made
    made.close()


@pytest.fixture
def either(bucket: Any) -> Any:
    """What tests of the service ask for that run on moto too; here it is the server alone."""
    return bucket


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A running server on a home of its own, whose clock is the machine's."""
    with Server(CheckedHome(tmp_path / "served")) as running:
        yield running
        running.home.close()
