"""Widgets without a notebook: messages are recorded and simulated."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import comm
import pytest
from wire_tap import Tap, TapComm

from sm_track_widgets import connection
from sm_track_widgets.connection import Connection


@pytest.fixture(autouse=True)
def tap(monkeypatch: pytest.MonkeyPatch) -> Tap:
    """What widgets made in this test send; `tap.to(widget)` speaks as the page."""
    told = Tap()

    def create(**arguments: object) -> TapComm:
        return TapComm(told, **arguments)

    monkeypatch.setattr(comm, "create_comm", create)
    return told


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Connection]:
    """An embedded home that is the current one; its runs are delivered by a thread."""
    yield connection.connect("embedded", path=tmp_path / "store", clock=time.time)
    connection.reset()
