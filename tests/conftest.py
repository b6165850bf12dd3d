"""Every test: no connection off loopback, none of the user's settings, credentials or data folders."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parent / "support"
sys.path.insert(0, str(SUPPORT))

import socket_guard  # noqa: E402  # its folder has just been put on the path

_SCRATCH = tempfile.TemporaryDirectory(prefix="sm-track-tests-")
_GUARD_LOG = Path(_SCRATCH.name) / "off-loopback.log"


def _isolate() -> None:
    """Set this process's environment, which every child inherits; done before any test module is imported."""
    for name in list(os.environ):
        if name.startswith(("SM_TRACK_", "AWS_", "SAGEMAKER_", "JUPYTER_", "IPYTHON")):
            del os.environ[name]
    scratch = Path(_SCRATCH.name)
    os.environ |= {
        "AWS_CONFIG_FILE": str(scratch / "no-aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(scratch / "no-aws-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "XDG_DATA_HOME": str(scratch / "data"),
        "XDG_CONFIG_HOME": str(scratch / "config"),
        "XDG_CACHE_HOME": str(scratch / "cache"),
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "jupyter-runtime"),
        "MPLBACKEND": "Agg",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(SUPPORT), os.environ.get("PYTHONPATH", "")])),
        socket_guard.LOG_VARIABLE: str(_GUARD_LOG),
    }


_isolate()
socket_guard.install()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="run the long forms of tests too: make soak")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--soak"):
        return
    for item in items:
        if item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.skip(reason="the long form: make soak"))


def _attempts() -> list[str]:
    return _GUARD_LOG.read_text(encoding="utf-8").splitlines() if _GUARD_LOG.exists() else []


@pytest.fixture(autouse=True)
def _nothing_leaves_the_machine() -> Iterator[None]:
    """Fail a test during which this process or a child tried to connect off loopback, even when it was swallowed."""
    before = len(_attempts())
    yield
    fresh = _attempts()[before:]
    assert not fresh, f"connections off loopback: {fresh}"


@pytest.fixture(autouse=True)
def _no_sender_stays() -> Iterator[None]:
    """End the senders that a test has started; a kernel has one, and a session of tests would have hundreds."""
    yield
    outbox = sys.modules.get("sm_track_widgets.tracking.outbox.outbox")
    if outbox is not None:
        outbox.close_all()
        outbox._outboxes.clear()
        outbox._registry.clear()
