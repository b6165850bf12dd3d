"""`analytics` against the SDK's own ExperimentAnalytics, column for column."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sm_track_widgets import _sdk, config, reading
from sm_track_widgets.connection import Connection


@pytest.fixture
def connection(home: Any) -> Connection:
    return Connection(config.resolve({"backend": "aws"}), session=home.boto_session())


def fill(client: Any, metrics: Any, now: float) -> None:
    """12 components, so that the SDK reads several pages: parameters of both types, metrics, artifacts, a job."""
    client.create_experiment(ExperimentName="exp")
    client.create_trial(ExperimentName="exp", TrialName="group")
    for number in range(12):
        name = f"exp-r{number:02}"
        mixed = {"NumberValue": 1.0} if number % 2 else {"StringValue": "one"}
        client.create_trial_component(
            TrialComponentName=name,
            DisplayName=f"r{number:02}",
            Parameters={"z": {"NumberValue": number / 10}, "mixed": mixed, f"only-{number}": mixed},
            InputArtifacts={"data": {"Value": "s3://b/data"}} if number == 3 else {},
            OutputArtifacts={"model": {"MediaType": "text/plain", "Value": f"s3://b/{name}"}},
        )
        client.associate_trial_component(TrialComponentName=name, TrialName="group")
        points = [
            {"MetricName": metric, "Timestamp": now, "Step": step, "Value": float(number - step)}
            for step in range(3)
            for metric in ("loss", "val:auc")
        ]
        metrics.batch_put_metrics(TrialComponentName=name, MetricData=points)
    client.create_trial_component(TrialComponentName="job-aws-training-job")
    client.associate_trial_component(TrialComponentName="job-aws-training-job", TrialName="group")


def add_ours(client: Any) -> None:
    """What this package stores beside what the user logged."""
    client.create_trial_component(
        TrialComponentName="exp-ours",
        Parameters={"sm_track.name": {"StringValue": "Ours <b>"}, "lr": {"NumberValue": 0.1}},
        OutputArtifacts={"sm_track.capture": {"MediaType": "application/json", "Value": "s3://b/c"}},
    )
    client.associate_trial_component(TrialComponentName="exp-ours", TrialName="group")


def test_equal_to_the_sdks(session: Any, sagemaker: Any, home: Any, connection: Connection) -> None:
    fill(sagemaker, home.boto_session().client("sagemaker-metrics"), home.engine.service.clock())
    theirs = _sdk.experiment_analytics("exp", session).dataframe()
    pd.testing.assert_frame_equal(reading.analytics("exp", connection=connection), theirs)


def test_equal_but_for_our_own_entries(
    session: Any, sagemaker: Any, home: Any, connection: Connection
) -> None:
    fill(sagemaker, home.boto_session().client("sagemaker-metrics"), home.engine.service.clock())
    add_ours(sagemaker)
    theirs = _sdk.experiment_analytics("exp", session).dataframe()
    reserved = [name for name in theirs.columns if name.startswith("sm_track.")]
    assert reserved == ["sm_track.name", "sm_track.capture - MediaType", "sm_track.capture - Value"]
    pd.testing.assert_frame_equal(
        reading.analytics("exp", connection=connection), theirs.drop(columns=reserved)
    )


def test_without_runs(session: Any, sagemaker: Any, connection: Connection) -> None:
    sagemaker.create_experiment(ExperimentName="exp")
    theirs = _sdk.experiment_analytics("exp", session).dataframe()
    pd.testing.assert_frame_equal(reading.analytics("exp", connection=connection), theirs)


def test_the_sdks_run_reads_as_ours(session: Any, sdk: Any, connection: Connection) -> None:
    """A run of the SDK's Run has the same columns as one of ours."""
    with sdk.Run(experiment_name="exp", run_name="my-run", sagemaker_session=session) as run:
        run.log_parameter("lr", 0.1)
        run.log_metric("loss", 1.0, step=0)
    row = reading.runs("exp", connection=connection).iloc[0]
    told = (row["run"], row["group"], row["status"], row["params.lr"], row["metrics.loss.last"])
    assert told == ("my-run", "", "Completed", 0.1, 1.0)
    assert row["duration_s"] >= 0


@pytest.mark.parametrize("held", ["all", "some"])
@pytest.mark.parametrize("typed", ["all", "some", "none"])
def test_media_types_are_missing_as_the_sdks(
    session: Any, sagemaker: Any, connection: Connection, held: str, typed: str
) -> None:
    sagemaker.create_experiment(ExperimentName="exp")
    sagemaker.create_trial(ExperimentName="exp", TrialName="group")
    for number in range(3):
        kind = {"MediaType": "text/plain"} if typed == "all" or (typed == "some" and number == 0) else {}
        there = held == "all" or number < 2
        sagemaker.create_trial_component(
            TrialComponentName=f"exp-{number}",
            OutputArtifacts={"model": {"Value": "s3://b/m", **kind}} if there else {},
        )
        sagemaker.associate_trial_component(TrialComponentName=f"exp-{number}", TrialName="group")
    theirs = _sdk.experiment_analytics("exp", session).dataframe()
    pd.testing.assert_frame_equal(reading.analytics("exp", connection=connection), theirs)
