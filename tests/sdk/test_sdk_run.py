"""The SDK's own Run, load_run and list_runs, unmodified."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from sm_track_widgets import _sdk

COMPONENT = "sdk-exp-first"


def open_run(sdk: Any, session: Any, name: str = "first", **more: Any) -> Any:
    return sdk.Run(experiment_name="sdk-exp", run_name=name, sagemaker_session=session, **more)


def described(sagemaker: Any, name: str = COMPONENT) -> dict[str, Any]:
    return sagemaker.describe_trial_component(TrialComponentName=name)


@pytest.mark.shows("UpdateTrialComponent", "the SDK's Run writes parameters, times and status with it")
def test_a_run_from_open_to_close(sdk, session, sagemaker):
    with open_run(sdk, session, tags=[{"Key": "team", "Value": "red"}]) as run:
        run.log_parameter("lr", 0.1)
        run.log_parameters({"optimizer": "adam", "layers": 3})
        assert described(sagemaker)["Status"]["PrimaryStatus"] == "InProgress"
    found = described(sagemaker)
    assert found["Status"]["PrimaryStatus"] == "Completed"
    assert found["StartTime"] <= found["EndTime"]
    assert found["Parameters"] == {
        "lr": {"NumberValue": 0.1},
        "optimizer": {"StringValue": "adam"},
        "layers": {"NumberValue": 3.0},
    }
    tags = sagemaker.list_tags(ResourceArn=found["TrialComponentArn"])["Tags"]
    assert {"Key": "team", "Value": "red"} in tags
    assert {"Key": "sagemaker:trial-component-source", "Value": "run"} in tags
    group = sagemaker.list_trials(TrialComponentName=COMPONENT)["TrialSummaries"]
    assert [entry["TrialName"] for entry in group] == ["Default-Run-Group-sdk-exp"]


@pytest.mark.shows("BatchPutMetrics", "the SDK's Run sends its metrics with it")
def test_metrics_with_steps(sdk, session, sagemaker, home):
    with open_run(sdk, session) as run:
        for step in range(25):
            run.log_metric("loss", 1 / (step + 1), step=step)
        run.log_metric("final", 0.5)
    loss, final = described(sagemaker)["Metrics"]
    assert (loss["MetricName"], loss["Count"], loss["Last"], loss["Max"]) == ("loss", 25, 1 / 25, 1.0)
    assert loss["Avg"] == pytest.approx(math.fsum(1 / (step + 1) for step in range(25)) / 25)
    assert (final["MetricName"], final["Count"]) == ("final", 1)
    client = home.boto_session().client("sagemaker-metrics")
    query = {
        "MetricName": "loss",
        "ResourceArn": described(sagemaker)["TrialComponentArn"],
        "MetricStat": "Last",
        "Period": "IterationNumber",
        "XAxisType": "IterationNumber",
    }
    series = client.batch_get_metrics(MetricQueries=[query])["MetricQueryResults"][0]
    assert list(series["XAxisValues"]) == list(range(25))
    assert list(series["MetricValues"]) == [1 / (step + 1) for step in range(25)]


@pytest.mark.shows("PutObject", "the SDK's Run stores files with it")
def test_files(sdk, session, sagemaker, home, tmp_path):
    small, large = tmp_path / "notes.txt", tmp_path / "weights.bin"
    small.write_text("hello")
    large.write_bytes(bytes(range(256)) * 4096 * 20)  # 20 MiB: s3transfer sends it in parts
    with open_run(sdk, session) as run:
        run.log_file(str(small), name="notes")
        run.log_file(str(large), name="weights", is_output=False)
        run.log_artifact("link", "s3://elsewhere/key", media_type="text/plain")
    found = described(sagemaker)
    assert found["OutputArtifacts"]["link"] == {"MediaType": "text/plain", "Value": "s3://elsewhere/key"}
    s3 = home.boto_session().client("s3")
    for artifact, path in (("notes", small), ("weights", large)):
        kind = "OutputArtifacts" if artifact == "notes" else "InputArtifacts"
        bucket, _, key = found[kind][artifact]["Value"].removeprefix("s3://").partition("/")
        assert bucket == home.engine.service.default_bucket
        target = tmp_path / "back"
        s3.download_file(bucket, key, str(target))
        assert target.read_bytes() == path.read_bytes()


@pytest.mark.shows("CreateArtifact", "the SDK's graph loggers write it")
@pytest.mark.shows("AddAssociation", "the SDK's graph loggers write it")
def test_graphs_become_objects_and_lineage(sdk, session, sagemaker, home):
    with open_run(sdk, session) as run:
        run.log_precision_recall([0, 1, 1, 0], [0.1, 0.8, 0.6, 0.4], title="pr")
        run.log_roc_curve([0, 1, 1, 0], [0.1, 0.8, 0.6, 0.4], title="roc", is_output=False)
        run.log_confusion_matrix([0, 1, 1], [0, 1, 0], title="cm")
    arn = described(sagemaker)["TrialComponentArn"]
    made = sagemaker.list_associations(SourceArn=arn)["AssociationSummaries"]
    used = sagemaker.list_associations(DestinationArn=arn)["AssociationSummaries"]
    assert {entry["DestinationName"] for entry in made} == {"pr", "cm"}
    assert {entry["AssociationType"] for entry in made} == {"Produced"}
    assert [(entry["SourceName"], entry["AssociationType"]) for entry in used] == [("roc", "ContributedTo")]
    artifact = next(entry for entry in made if entry["DestinationName"] == "cm")
    source = sagemaker.describe_artifact(ArtifactArn=artifact["DestinationArn"])["Source"]
    assert source["SourceTypes"][0]["SourceIdType"] == "S3ETag"
    bucket, _, key = source["SourceUri"].removeprefix("s3://").partition("/")
    body = home.boto_session().client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert json.loads(body)["title"] == "cm"


def test_a_failing_body_leaves_a_failed_run(sdk, session, sagemaker):
    def fail() -> None:
        with open_run(sdk, session) as run:
            run.log_parameter("lr", 1)
            raise ValueError("too hot")

    with pytest.raises(ValueError, match="too hot"):
        fail()
    found = described(sagemaker)
    assert (found["Status"]["PrimaryStatus"], found["Status"]["Message"]) == ("Failed", "too hot")
    assert found["Parameters"] == {"lr": {"NumberValue": 1.0}}


@pytest.mark.shows("CreateExperiment", "the SDK's Run takes the refusal of a known name as an answer")
def test_a_run_is_continued(sdk, session, sagemaker):
    with open_run(sdk, session) as run:
        run.log_parameter("a", 1)
    with sdk.load_run(experiment_name="sdk-exp", run_name="first", sagemaker_session=session) as run:
        run.log_parameter("b", 2)
        run.log_metric("loss", 0.5, step=0)
    with open_run(sdk, session) as run:
        run.log_metric("loss", 0.25, step=1)
    found = described(sagemaker)
    assert set(found["Parameters"]) == {"a", "b"}
    assert found["Metrics"][0]["Count"] == 2
    assert found["Status"]["PrimaryStatus"] == "Completed"


def test_the_open_run_is_found(sdk, session):
    with open_run(sdk, session) as run:
        context = _sdk.loaded_run_context()
        assert context is not None
        assert context.get_current_run() is run
        with sdk.load_run() as again:
            assert again is run


@pytest.mark.shows("Search", "the SDK's list_runs finds its runs with it")
def test_list_runs(sdk, session, sagemaker):
    for number in range(12):
        with open_run(sdk, session, name=f"r{number}"):
            pass
    sagemaker.create_trial_component(TrialComponentName="not-a-run")
    sagemaker.associate_trial_component(TrialName="Default-Run-Group-sdk-exp", TrialComponentName="not-a-run")
    found = sdk.list_runs(experiment_name="sdk-exp", sagemaker_session=session)
    assert sorted(run.run_name for run in found) == sorted(f"r{number}" for number in range(12))
    oldest_first = sdk.list_runs(
        experiment_name="sdk-exp",
        sagemaker_session=session,
        max_results=3,  # the size of a page: the SDK reads them all
        sort_by=sdk.SortByType.CREATION_TIME,
        sort_order=sdk.SortOrderType.ASCENDING,
    )
    assert [run.run_name for run in oldest_first] == [f"r{number}" for number in range(12)]


def test_two_experiments_do_not_mix(sdk, session):
    with open_run(sdk, session):
        pass
    with sdk.Run(experiment_name="other", run_name="second", sagemaker_session=session):
        pass
    for experiment, run in (("sdk-exp", "first"), ("other", "second")):
        found = sdk.list_runs(experiment_name=experiment, sagemaker_session=session)
        assert [entry.run_name for entry in found] == [run]


def test_nothing_is_left_after_deleting(sdk, session, sagemaker):
    """Delete in the order that the service enforces."""
    with open_run(sdk, session):
        pass
    sagemaker.disassociate_trial_component(
        TrialComponentName=COMPONENT, TrialName="Default-Run-Group-sdk-exp"
    )
    sagemaker.delete_trial_component(TrialComponentName=COMPONENT)
    sagemaker.delete_trial(TrialName="Default-Run-Group-sdk-exp")
    sagemaker.delete_experiment(ExperimentName="sdk-exp")
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sdk.list_runs(experiment_name="sdk-exp", sagemaker_session=session)
