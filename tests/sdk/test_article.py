"""The article's script for the installed SDK runs from beginning to end, and leaves in the store what it says."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sm_track_widgets import _sdk
from sm_track_widgets.embedded import EmbeddedSageMaker

ROOT = Path(__file__).parents[2]
MAJOR = 3 if (_sdk.version() or (0,))[0] >= 3 else 2
SCRIPT = ROOT / "examples" / f"article_sdk{MAJOR}.py"
EXPERIMENT, GROUP, METRIC = "breast-cancer", "breast-cancer-models", "validation:auc"
RUNS = [
    "gbm-maxdepth1-learningrate0p2-subsample1p0",
    "gbm-maxdepth2-learningrate0p05",
    "gbm-maxdepth3-learningrate0p2-subsample1p0",
    "linear-baseline",
]
"""The small grid's two, the one of the training block, and the one without a job."""


def article(home: Path, *options: str) -> str:
    """What the script prints; its errors are shown when it fails."""
    command = [sys.executable, str(SCRIPT), "--home", str(home), *options]
    quiet = os.environ | {"SAGEMAKER_SUPPRESS_V2_WARNING": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=quiet, timeout=150)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def told(tmp_path_factory: Any) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("article") / "home"
    return home, article(home, "--grid", "small", "--keep")


@pytest.fixture(scope="module")
def home(told: tuple[Path, str]) -> EmbeddedSageMaker:
    return EmbeddedSageMaker(told[0])


@pytest.fixture(scope="module")
def client(home: EmbeddedSageMaker) -> Any:
    return home.boto_session().client("sagemaker")


def every(client: Any, operation: str, **query: Any) -> list[Any]:
    pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}, **query)
    return [row for page in pages for value in page.values() if isinstance(value, list) for row in value]


def component(client: Any, run: str) -> Any:
    return client.describe_trial_component(TrialComponentName=f"{EXPERIMENT}-{run}")


def jobs_of(client: Any) -> dict[str, Any]:
    """Run -> description of its training job."""
    found = [
        client.describe_training_job(TrainingJobName=each["TrainingJobName"])
        for each in every(client, "list_training_jobs")
    ]
    return {job["ExperimentConfig"]["RunName"].removeprefix(f"{EXPERIMENT}-"): job for job in found}


def test_each_block_says_what_it_found(told: tuple[Path, str]) -> None:
    lines = told[1].splitlines()
    for start in ("run linear-baseline: 50 epochs", "run gbm-maxdepth2", "sweep: 2 runs", "compare: 4 runs"):
        assert any(line.startswith(start) for line in lines), start
    assert any(line.startswith("best run: gbm-") for line in lines)
    assert any(line.startswith(f"registry: {GROUP} 1 Approved, from run gbm-") for line in lines)


def test_runs_are_completed_with_parameters_and_metrics(client: Any) -> None:
    names = {each["TrialComponentName"] for each in every(client, "list_trial_components")}
    runs = sorted(each.removeprefix(f"{EXPERIMENT}-") for each in names if each.startswith(EXPERIMENT))
    assert runs == RUNS
    for run in runs:
        found = component(client, run)
        assert found["Status"]["PrimaryStatus"] == "Completed"
        metrics = {each["MetricName"]: each for each in found["Metrics"]}
        assert 0.9 < metrics[METRIC]["Last"] <= 1
    asked = component(client, "gbm-maxdepth3-learningrate0p2-subsample1p0")["Parameters"]
    assert asked["learning-rate"] == {"NumberValue": 0.2}
    assert asked["model_data"]["StringValue"].endswith("/output/model.tar.gz")


def test_the_baseline_has_steps_and_a_picture(client: Any, home: EmbeddedSageMaker) -> None:
    found = component(client, "linear-baseline")
    assert {each["MetricName"]: each["Count"] for each in found["Metrics"]} == {
        METRIC: 50,
        "validation:loss": 50,
    }
    bucket, _, key = found["OutputArtifacts"]["confusion-matrix"]["Value"][5:].partition("/")
    s3 = home.boto_session().client("s3")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read(4) == b"\x89PNG"


def test_the_jobs_script_logged_its_steps_to_the_run(client: Any) -> None:
    counts = {
        each["MetricName"]: each["Count"]
        for each in component(client, "gbm-maxdepth2-learningrate0p05")["Metrics"]
    }
    assert counts[METRIC] == 51, "50 trees logged by the script, the final value by the notebook"


def test_each_job_is_linked_to_its_run(client: Any) -> None:
    jobs = jobs_of(client)
    assert sorted(jobs) == [run for run in RUNS if run.startswith("gbm")]
    for run, job in jobs.items():
        assert job["TrainingJobStatus"] == "Completed"
        own = client.describe_trial_component(TrialComponentName=f"{job['TrainingJobName']}-aws-training-job")
        assert own["Source"] == {
            "SourceArn": job["TrainingJobArn"],
            "SourceType": "SageMakerTrainingJob",
        }
        final = {each["MetricName"]: each["Value"] for each in job["FinalMetricDataList"]}
        assert {each["MetricName"]: each["Last"] for each in own["Metrics"]}[METRIC] == final[METRIC]
        logged = {each["MetricName"]: each["Last"] for each in component(client, run)["Metrics"]}
        assert logged[METRIC] == final[METRIC]
        together = [
            each["TrialName"]
            for each in every(client, "list_trials", TrialComponentName=own["TrialComponentName"])
        ]
        assert together == [f"Default-Run-Group-{EXPERIMENT}"]


def test_the_sdks_analytics_of_a_job_show_its_metrics(client: Any, home: EmbeddedSageMaker) -> None:
    job = jobs_of(client)["gbm-maxdepth2-learningrate0p05"]
    module = importlib.import_module("sagemaker.core.analytics" if MAJOR >= 3 else "sagemaker.analytics")
    analytics = module.TrainingJobAnalytics(
        job["TrainingJobName"], sagemaker_session=home.sagemaker_session()
    )
    frame = analytics.dataframe()
    assert set(frame["metric_name"]) == {METRIC, "validation:loss"}
    assert frame.loc[frame["metric_name"] == METRIC, "value"].between(0.9, 1).all()


def test_the_best_model_is_registered_and_approved(client: Any) -> None:
    (summary,) = every(client, "list_model_packages", ModelPackageGroupName=GROUP)
    package = client.describe_model_package(ModelPackageName=summary["ModelPackageArn"])
    assert package["ModelApprovalStatus"] == "Approved"
    origin = package["CustomerMetadataProperties"]
    scores = {
        run: {each["MetricName"]: each["Last"] for each in component(client, run)["Metrics"]}[METRIC]
        for run in RUNS
        if run.startswith("gbm")
    }
    assert scores[origin["run"]] == max(scores.values()) == float(origin[METRIC])
    (container,) = package["InferenceSpecification"]["Containers"]
    assert (
        container["ModelDataUrl"]
        == component(client, origin["run"])["Parameters"]["model_data"]["StringValue"]
    )


def test_the_clean_up_leaves_the_registered_model_only(
    told: tuple[Path, str], client: Any, home: Any, monkeypatch: Any, capsys: Any
) -> None:
    """Comes last: it takes away what the tests above look at."""
    (best,) = every(client, "list_model_packages", ModelPackageGroupName=GROUP)
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    # In this process: to import the SDK once more takes longer than all the rest.
    importlib.import_module(SCRIPT.stem).main(["--home", str(told[0]), "--clean-up"])
    assert "left: 0 experiments, 0 components, 0 files" in capsys.readouterr().out
    for operation in (
        "list_experiments",
        "list_trials",
        "list_trial_components",
        "list_artifacts",
        "list_associations",
    ):
        assert every(client, operation) == [], operation
    s3 = home.boto_session().client("s3")
    bucket = home.engine.service.default_bucket
    kept = [
        row["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for row in page["Contents"]
    ]
    assert not [key for key in kept if key.startswith("trial-component-artifacts/")]
    package = client.describe_model_package(ModelPackageName=best["ModelPackageArn"])
    model = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    assert model.removeprefix(f"s3://{bucket}/") in kept
