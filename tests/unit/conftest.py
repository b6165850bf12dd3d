"""A home to write to, and a look that no test leaves a run open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import run_home

from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.registry import open_runs


@pytest.fixture
def home(tmp_path: Path) -> Connection:
    return run_home.embedded(tmp_path / "home")


@pytest.fixture(params=["embedded", "aws"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Connection:
    """Both homes, one after the other; the embedded service answers on the path of AWS."""
    return getattr(run_home, request.param)(tmp_path / "place")


@pytest.fixture(autouse=True)
def _no_run_stays_open() -> Iterator[None]:
    yield
    left = open_runs()
    for run in left:
        run.close("Failed")
    assert left == []
