"""CloudWatch's GetMetricStatistics of what a training job printed."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from embedded_home import refused
from job_requests import Jobs

SCRIPT = "for loss in (4, 2, 1, 1): print(f'loss={loss}')"
STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"]


@pytest.fixture
def clock() -> Any:
    """Jobs are other processes, which go by the machine's clock."""
    return time.time


@pytest.fixture
def cloudwatch(home: Any) -> Any:
    return home.boto_session().client("cloudwatch")


def asked(job: Any, **changes: Any) -> dict[str, Any]:
    query = {
        "Namespace": "/aws/sagemaker/TrainingJobs",
        "MetricName": "loss",
        "Dimensions": [{"Name": "TrainingJobName", "Value": job["TrainingJobName"]}],
        "StartTime": job["CreationTime"],
        "EndTime": job["TrainingEndTime"] + timedelta(minutes=1),
        "Period": 3600,
        "Statistics": STATISTICS,
    }
    return {**query, **changes}


@pytest.mark.shows("GetMetricStatistics", "what a training job prints, by periods")
@pytest.mark.shows("GetMetricStatistics", "an unknown metric has no data points")
def test_statistics_of_a_jobs_metric(clients: Any, cloudwatch: Any) -> None:
    jobs = Jobs(clients)
    job = jobs.run(jobs.request("watched", SCRIPT, metrics={"loss": r"loss=(\d+)"}))
    assert job["TrainingJobStatus"] == "Completed"
    told = cloudwatch.get_metric_statistics(**asked(job))
    assert told["Label"] == "loss"
    points = told["Datapoints"]
    assert sum(point["SampleCount"] for point in points) == 4
    assert sum(point["Sum"] for point in points) == 8
    assert (min(p["Minimum"] for p in points), max(p["Maximum"] for p in points)) == (1, 4)
    (point, *_) = cloudwatch.get_metric_statistics(**asked(job, Statistics=["Average"]))["Datapoints"]
    assert set(point) == {"Timestamp", "Unit", "Average"}
    earlier = {"StartTime": 0, "EndTime": job["CreationTime"] - timedelta(hours=1)}
    for other in (
        {"MetricName": "none"},
        {"Namespace": "other"},
        {"Dimensions": []},
        {"Dimensions": [{"Name": "TrainingJobName", "Value": "none"}]},
        earlier,
    ):
        assert cloudwatch.get_metric_statistics(**asked(job, **other))["Datapoints"] == []


@pytest.mark.shows("GetMetricStatistics", "needs Statistics")
def test_needs_statistics(cloudwatch: Any) -> None:
    day = datetime(2026, 1, 1, tzinfo=timezone.utc)
    query = asked({"TrainingJobName": "j", "CreationTime": day, "TrainingEndTime": day})
    del query["Statistics"]
    with refused("InvalidParameterCombination", "Statistics must be given"):
        cloudwatch.get_metric_statistics(**query)
