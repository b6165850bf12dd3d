"""Homes to move runs between: what real runs hold, many plain ones, and how two homes are compared."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from run_home import embedded

import sm_track_widgets as smt
from sm_track_widgets import config
from sm_track_widgets._names import RUN_TAG, RUN_TAG_VALUE, SYSTEM_PREFIX
from sm_track_widgets._types import Point
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker, metrics
from sm_track_widgets.embedded.service import Rules
from sm_track_widgets.tracking.outbox.sync import sync
from sm_track_widgets.tracking.run import Run

HOSTILE = "<img src=x onerror=alert(1)> é 'q'"
ACCOUNT = "123456789012"
EXACT = ("avg", "std")
"""Statistics that the order of summation moves in the last digit."""


def aws(path: Path, **rules: Any) -> Connection:
    """An account of AWS, answered by an embedded service of another account number."""
    home = EmbeddedSageMaker(path, account_id=ACCOUNT, rules=Rules(**rules))
    made = Connection(config.resolve({"backend": "aws", "path": path}), home.boto_session())
    made.served = home  # type: ignore[attr-defined]
    return made


def real_runs(path: Path, files: Path) -> Connection:
    """A home with runs of all kinds: parents, groups, outcomes, files, graphs, odd names, points without steps."""
    home = embedded(path)
    files.mkdir()
    with Run(
        "Fraud",
        "base",
        connection=home,
        params={"lr": 0.1, "kind": "a", "n": "1"},
        notes="a note\nof two lines \\n",
    ) as base:
        for step in range(25):
            base.log_metric("loss", 1 / (step + 1), step=step)
        base.log_metric("bare", 3.0)
        base.log_metric("bare", 2.5)
        base.log_metric(HOSTILE, 4.0, step=7)
        (files / "model.txt").write_text("weights")
        base.log_file(files / "model.txt")
        base.log_file(files / "model.txt", name="in/data.txt", is_output=False)
        base.log_artifact("dataset", "s3://elsewhere/data.csv", "text/csv", is_output=False)
        base.log_confusion_matrix([0, 1, 1], [0, 1, 0], title="confusion")
        base.set_tag("team", "risk")
        with Run("Fraud", HOSTILE, connection=home, group="sweep", parent=base, params={"lr": 1.0}) as child:
            child.log_metric("loss", 0.5, step=0)
            child.log_parameter("long", "x" * 2400)
    failed = Run("Fraud", "bad", connection=home, group="sweep")
    failed.close("Failed", "ValueError: no")
    stopped = Run("Other", "stopped", connection=home)
    stopped.close("Stopped", "KeyboardInterrupt")
    assert sync(connection=home).complete
    return home


def plain_runs(
    home: Connection, count: int, *, experiment: str = "many", points: int = 20, age: float = 0.0
) -> None:
    """Write `count` runs of two metrics straight into the service; `age` in seconds is how long ago they were."""
    client = home.client("sagemaker")
    client.create_experiment(ExperimentName=experiment)
    client.create_trial(TrialName=f"{experiment}-sweep", ExperimentName=experiment)
    begin = dt.datetime.now(tz=dt.timezone.utc).timestamp() - age
    for number in range(count):
        component = f"{experiment}-r{number:04}"
        started = begin + number
        client.create_trial_component(
            TrialComponentName=component,
            DisplayName=f"r{number:04}",
            StartTime=started,
            EndTime=started + points,
            Status={"PrimaryStatus": "Completed"},
            Parameters={"lr": {"NumberValue": number / 7}, "kind": {"StringValue": "ab"[number % 2]}},
            InputArtifacts={},
            OutputArtifacts={},
            Tags=[{"Key": RUN_TAG, "Value": RUN_TAG_VALUE}, {"Key": "team", "Value": "risk"}],
        )
        client.associate_trial_component(TrialComponentName=component, TrialName=f"{experiment}-sweep")
        home.put_points(
            component,
            [
                Point(name, (step + 1) / (number + 1) * sign, step, started + step + 0.123456)
                for name, sign in (("loss", -1), ("auc", 1))
                for step in range(points)
            ],
        )


def alike(left: Connection, right: Connection, *, times: bool = True, groups: bool = True) -> None:
    """Hold two homes to the same runs: frames, points, artifacts with their bytes, notes, parents."""
    mine, other = _runs(left), _runs(right)
    if not groups:
        mine, other = mine.drop(columns="group"), other.drop(columns="group")
    inexact = [name for name in mine.columns if name.startswith("metrics.") and name.endswith(EXACT)]
    pd.testing.assert_frame_equal(mine.drop(columns=inexact), other.drop(columns=inexact), check_exact=True)
    pd.testing.assert_frame_equal(mine[inexact], other[inexact], rtol=1e-9)
    pd.testing.assert_frame_equal(_points(left, times=times), _points(right, times=times), check_exact=True)
    assert contents(left) == contents(right)
    assert parents(left) == parents(right)


def _runs(home: Connection) -> pd.DataFrame:
    frame = smt.runs(connection=home, cached=False, archived=True)
    return frame.drop(columns="created_by").sort_values(["experiment", "run"], ignore_index=True)


def _points(home: Connection, *, times: bool) -> pd.DataFrame:
    frame = smt.metrics(connection=home)
    frame = frame.astype({"run": str, "metric": str})
    # The points of one metric stay in their order.
    frame = frame.sort_values(["run", "metric"], kind="stable", ignore_index=True)
    # BatchGetMetrics tells steps without times, and of points without steps only the last of a minute.
    return frame if times else frame[frame["step"].notna()].drop(columns="time").reset_index(drop=True)


def stored_points(home: Connection, component: str, *, near: bool = False) -> list[tuple[object, ...]]:
    """All points of a component as the service keeps them, also one that is met as AWS."""
    service = home.embedded.engine.service if home.embedded else home.served.engine.service  # type: ignore[attr-defined]
    told = home.client("sagemaker").describe_trial_component(TrialComponentName=component)["Metrics"]
    wanted = [(component, name) for name in sorted(one["MetricName"] for one in told)]
    found = metrics.read_points(service, wanted)
    # A datetime has microseconds.
    told = [pytest.approx(list(one.times), abs=2e-6) if near else list(one.times) for one in found]
    return [
        (one.metric, list(one.steps), times, list(one.values)) for one, times in zip(found, told, strict=True)
    ]


def contents(home: Connection) -> dict[tuple[str, ...], object]:
    """Every artifact of every run with its content, ours among them."""
    frame = smt.artifacts(connection=home, reserved=True)
    found: dict[tuple[str, ...], object] = {}
    for row in frame.itertuples():
        if row.artifact != "sm_track.old-metrics":
            found[row.run, row.artifact, row.direction, row.media_type] = _content(home, row.uri)
    return found


def _content(home: Connection, uri: str) -> object:
    if not uri.startswith("s3://") or uri.startswith("s3://elsewhere"):
        return uri
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return home.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()


def parents(home: Connection) -> dict[str, str]:
    """Name and notes and parent of every run that has one of these, as details tell them."""
    frame = smt.runs(connection=home, archived=True)
    components = frame.attrs["components"]
    found: dict[str, str] = {}
    for run in frame["run"]:
        if components[run].startswith("many-"):
            continue
        facts = smt.run_details(components[run], connection=home).facts
        found[run] = json.dumps([facts.name, facts.notes, facts.parent, facts.message])
    return found


def graphs(home: Connection) -> list[str]:
    """Types of the lineage artifacts that a run has produced."""
    client = home.client("sagemaker")
    arn = client.describe_trial_component(TrialComponentName="fraud-base")["TrialComponentArn"]
    found = client.list_associations(SourceArn=arn)["AssociationSummaries"]
    return [client.describe_artifact(ArtifactArn=one["DestinationArn"])["ArtifactType"] for one in found]


def count(home: Connection) -> int:
    """Points of all runs, as the service counts them, without those of the machine."""
    frame = smt.runs(connection=home, cached=False, archived=True)
    columns = [name for name in frame if name.endswith(".count") and SYSTEM_PREFIX not in name]
    return int(frame[columns].sum().sum())
