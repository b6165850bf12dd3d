"""The SDK's own ExperimentAnalytics, unmodified."""

from __future__ import annotations

from typing import Any

import pytest

from sm_track_widgets import _sdk

RUNS = 23


@pytest.fixture
def experiment(sagemaker: Any, home: Any) -> str:
    """23 runs, so that Search needs several pages; the loss falls from run to run."""
    metrics = home.boto_session().client("sagemaker-metrics")
    sagemaker.create_experiment(ExperimentName="exp")
    sagemaker.create_trial(ExperimentName="exp", TrialName="group")
    now = home.engine.service.clock()
    for number in range(RUNS):
        name = f"exp-r{number:02}"
        sagemaker.create_trial_component(
            TrialComponentName=name,
            DisplayName=f"r{number:02}",
            Parameters={"lr": {"NumberValue": number / 10}, "opt": {"StringValue": "adam"}},
            OutputArtifacts={"model": {"MediaType": "text/plain", "Value": f"s3://b/{name}"}},
        )
        sagemaker.associate_trial_component(TrialComponentName=name, TrialName="group")
        points = [
            {"MetricName": "loss", "Timestamp": now, "Step": step, "Value": float(RUNS - number + step)}
            for step in range(3)
        ]
        metrics.batch_put_metrics(TrialComponentName=name, MetricData=points)
    return "exp"


def frame(session: Any, experiment: str | None, **more: Any) -> Any:
    return _sdk.experiment_analytics(experiment, session, **more).dataframe()


@pytest.mark.shows("Search", "the SDK's ExperimentAnalytics makes its frame of it")
def test_columns_and_rows(session, experiment):
    found = frame(session, experiment)
    assert list(found.columns) == [
        "TrialComponentName",
        "DisplayName",
        "lr",
        "opt",
        *(f"loss - {stat}" for stat in ("Min", "Max", "Avg", "StdDev", "Last", "Count")),
        "model - MediaType",
        "model - Value",
        "Trials",
        "Experiments",
    ]
    assert len(found) == RUNS
    first = found[found.TrialComponentName == "exp-r00"].iloc[0]
    assert (first["loss - Min"], first["loss - Last"], first["loss - Count"]) == (23.0, 25.0, 3)
    assert (first["Trials"], first["Experiments"]) == (["group"], ["exp"])


@pytest.mark.shows("Search", "the SDK's ExperimentAnalytics sorts with it")
def test_sorted_by_a_metric(session, experiment):
    found = frame(session, experiment, sort_by="metrics.loss.min", sort_order="Ascending")
    assert list(found["loss - Min"]) == sorted(found["loss - Min"])
    assert found.iloc[0]["TrialComponentName"] == f"exp-r{RUNS - 1}"


def test_chosen_columns(session, experiment):
    found = frame(session, experiment, metric_names=["loss"], parameter_names=["lr"], input_artifact_names=[])
    assert "opt" not in found.columns
    assert "loss - Last" in found.columns


def test_a_search_expression(session, experiment):
    expression = {
        "Filters": [
            {"Name": "Parameters.lr", "Operator": "GreaterThanOrEqualTo", "Value": "2.0"},
            {"Name": "Metrics.loss.min", "Operator": "LessThan", "Value": "2.5"},
        ]
    }
    found = frame(session, experiment, search_expression=expression)
    assert sorted(found.TrialComponentName) == ["exp-r21", "exp-r22"]


def test_nothing_found_is_an_empty_frame(session, experiment):
    assert len(frame(session, "none")) == 0


def test_training_components_only_when_asked(session, experiment, sagemaker):
    sagemaker.create_trial_component(TrialComponentName="elsewhere")
    assert "elsewhere" not in set(frame(session, experiment).TrialComponentName)
