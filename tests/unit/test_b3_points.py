"""Weaknesses of the SDK's Run that ours does not have: points that are lost or seen late (numbers 6 and 7).

The SDK sends metrics from inside the loop, ten at a time, and forgets the ten whose call failed. Results are read
back by boto3.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import run_home
from botocore.exceptions import ClientError
from run_home import stored, told_metrics, told_points, until

from sm_track_widgets._types import Refusal
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.outbox.outbox import replay
from sm_track_widgets.tracking.run import Run

KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[3])
import run_home
from sm_track_widgets.tracking.run import Run
run = Run("exp", "r", connection=getattr(run_home, sys.argv[1])(run_home.Path(sys.argv[2])))
run.log_parameter("lr", 0.5)
for step in range(7):
    run.log_metric("m", float(step), step=step)
os.kill(os.getpid(), signal.SIGKILL)
"""


def puts(
    place: Connection, monkeypatch: pytest.MonkeyPatch, script: list[ClientError | list[Refusal]]
) -> None:
    """Let the first calls that send points end as `script` says; such a call has stored nothing."""
    real: Callable[..., list[Refusal]] = place.put_points

    def put(component: str, points: Any, *mark: Any) -> list[Refusal]:
        if not script:
            return real(component, points, *mark)
        said = script.pop(0)
        if isinstance(said, ClientError):
            raise said
        refused = {refusal.index for refusal in said}
        real(component, [point for index, point in enumerate(points) if index not in refused], *mark)
        return said

    monkeypatch.setattr(place, "put_points", put)


def client_error(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "BatchPutMetrics")


def test_b3_06_a_failing_service_never_reaches_the_loop(
    place: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    puts(
        place,
        monkeypatch,
        [client_error("InternalFailure", 500), client_error("ThrottlingException", 400)] * 2,
    )
    with Run("exp", "r", connection=place) as run:
        for step in range(30):
            run.log_metric("m", float(step), step=step)
    until(lambda: run.progress().done)
    assert told_points(run, "m") == [(step, float(step)) for step in range(30)]
    assert told_metrics(run)["m"]["Count"] == 30


def test_b3_06_what_is_refused_takes_nothing_else_along(
    place: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    puts(place, monkeypatch, [[Refusal(0, "VALIDATION_ERROR", "this one not")]])
    with Run("exp", "r", connection=place) as run:
        for step in range(30):
            run.log_metric("m", float(step), step=step)
    until(lambda: run.progress().done)
    held = told_points(run, "m")
    assert len(held) == 29
    assert run.progress().refused == 1
    assert stored(run)["Status"]["PrimaryStatus"] == "Completed"


def test_b3_06_a_component_that_is_gone_does_not_end_the_loop(place: Connection) -> None:
    client = place.client("sagemaker")
    with Run("exp", "r", connection=place) as run:
        client.disassociate_trial_component(TrialComponentName="exp-r", TrialName=run.run_group_name)
        client.delete_trial_component(TrialComponentName="exp-r")
        for step in range(30):
            run.log_metric("m", float(step), step=step)
        run.log_parameter("p", 1)
    until(lambda: run.progress().done)
    kept = [json.loads(line) for path in refused_files(place) for line in path.read_text().splitlines()]
    assert sorted(entry["payload"]["step"] for entry in kept if entry["kind"] == "metric") == list(range(30))


def refused_files(place: Connection) -> list[Path]:
    return list(place.settings.path.rglob("*.refused"))


def test_b3_07_few_points_are_seen_while_the_run_is_open(place: Connection) -> None:
    with Run("exp", "r", connection=place) as run:
        for step in range(3):
            run.log_metric("m", float(step), step=step)
        run.log_parameter("lr", 0.5)
        until(lambda: len(told_points(run, "m")) == 3)
        until(lambda: stored(run).get("Parameters") == {"lr": 0.5})
        assert stored(run)["Status"]["PrimaryStatus"] == "InProgress"


@pytest.mark.parametrize("home", ["embedded", "aws"], ids=str)
def test_b3_07_a_killed_kernel_loses_nothing(home: str, tmp_path: Path) -> None:
    support = str(Path(run_home.__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, home, str(tmp_path), support],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -9, done.stderr
    place: Connection = getattr(run_home, home)(tmp_path)
    replay(place)
    told = until(lambda: stopped(place))
    assert told["Parameters"] == {"lr": 0.5}
    (series,) = place.read_series([("exp-r", "m")])
    assert list(series.values) == [float(step) for step in range(7)]


def stopped(place: Connection) -> dict[str, Any] | None:
    told = run_home.component(place, "exp-r")
    return told if told["Status"]["PrimaryStatus"] == "Stopped" else None
