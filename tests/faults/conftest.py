"""An AWS that misbehaves, and the environment that leads to it: senders are processes, as with the real one."""

from __future__ import annotations

import os

import pytest
from fault_home import FaultHome

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve import Faults, Server


@pytest.fixture
def away(tmp_path, monkeypatch):
    """A home ``aws`` behind a server, whose credentials stand in a file."""
    with Server(EmbeddedSageMaker(tmp_path / "account"), faults=Faults(seed=7)) as server:
        for name, value in server.environment().items():
            if "KEY" not in name:
                monkeypatch.setenv(name, value)
        for name in [name for name in os.environ if name.startswith("AWS_") and "KEY" in name]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
        made = FaultHome(server, tmp_path)
        yield made
        made.close()
