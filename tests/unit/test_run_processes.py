"""Runs whose sender is a child process, as in a notebook: delivered, and ended when their process ends."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import run_home

from sm_track_widgets.connection import Connection

OPEN = """
    import os, signal, sys
    from sm_track_widgets.connection import connect
    from sm_track_widgets.tracking.run import Run
    run = Run("exp", "r", params={"lr": 0.1}, connection=connect("embedded", path=sys.argv[1]))
    for step in range(1000):
        run.log_metric("loss", 1.0, step=step)
    run.log_file(sys.argv[2])
"""


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = textwrap.dedent(OPEN) + textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def home(tmp_path: Path) -> Connection:
    return run_home.embedded(tmp_path / "home")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("content")
    return path


def settled(home: Connection, status: str) -> None:
    run_home.until(lambda: run_home.component(home, "exp-r")["Status"]["PrimaryStatus"] == status)
    told = run_home.component(home, "exp-r")
    assert told["Parameters"] == {"lr": 0.1}
    assert set(told["OutputArtifacts"]) == {"a.txt"}
    (series,) = home.read_series([("exp-r", "loss")])
    assert list(series.steps) == list(range(1000))


def test_a_run_that_is_closed(home: Connection, file: Path) -> None:
    done = python("run.close(); print(run.progress().done)", str(home.settings.path), str(file))
    assert done.stdout.strip() == "True", done.stderr
    settled(home, "Completed")


@pytest.mark.parametrize(
    "end", ["", "sys.exit(3)", "1 / 0", "os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"]
)
def test_a_run_whose_process_ends_is_stopped_with_all_its_points(
    home: Connection, file: Path, end: str
) -> None:
    python(end, str(home.settings.path), str(file))
    settled(home, "Stopped")


def test_the_network_is_not_waited_for(home: Connection) -> None:
    from botocore.exceptions import EndpointConnectionError

    from sm_track_widgets.tracking.run import Run

    with run_home.fault(home, "CreateTrialComponent", EndpointConnectionError(endpoint_url="https://x")):
        run = Run("exp", "r", connection=home)
        began = time.monotonic()
        run.close()
        assert time.monotonic() - began < 10
    assert "are not delivered yet" in run.warnings[-1]
