"""Runs of ours under the real SDK, 2.x and 3.x: read by it, continued by it, found by it, equal to its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import run_home
from run_home import object_json

from sm_track_widgets import _sdk
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run, load_run

sdk = _sdk.run_module()

TRUE, SCORES, LABELS = [0, 0, 1, 1, 0], [0.1, 0.4, 0.35, 0.8, 0.2], [0, 1, 1, 1, 0]
NAMES = ("loss", "auc")


@pytest.fixture
def home(tmp_path: Path) -> Connection:
    return run_home.embedded(tmp_path / "home")


@pytest.fixture
def session(home: Connection) -> Any:
    return home.sagemaker_session()


def series(home: Connection, component: str) -> dict[str, list[tuple[int, float]]]:
    found = home.read_series([(component, name) for name in NAMES])
    return {each.metric: list(zip(each.steps, each.values, strict=True)) for each in found}


def log_ours(home: Connection, file: Path, name: str = "Mine") -> Run:
    with Run("Exp", name, params={"lr": 0.1, "depth": 4, "kind": "tree"}, connection=home) as run:
        for step in range(12):
            run.log_metric("loss", 1 / (step + 1), step=step)
        run.log_metric("auc", 0.75)
        run.log_file(file)
        run.log_artifact("data", "s3://b/train", is_output=False)
    return run


def test_the_sdk_lists_and_loads_our_runs(home: Connection, session: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    ours = log_ours(home, tmp_path / "a.csv")
    listed = sdk.list_runs(experiment_name="exp", sagemaker_session=session)
    assert [run.run_name for run in listed] == ["mine"]
    loaded = sdk.load_run(run_name="Mine", experiment_name="Exp", sagemaker_session=session)
    component = loaded._trial_component
    assert component.parameters == {"lr": 0.1, "depth": 4.0, "kind": "tree", "sm_track.name": "Mine"}
    assert set(component.output_artifacts) == {"a.csv"}
    assert component.output_artifacts["a.csv"].media_type == "text/csv"
    assert component.input_artifacts["data"].value == "s3://b/train"
    assert {metric.metric_name: (metric.count, metric.last) for metric in component.metrics} == {
        "loss": (12, 1 / 12),
        "auc": (1, 0.75),
    }
    assert loaded.experiment_config == ours.experiment_config
    assert home.calls["CreateExperiment"] >= 1
    assert (
        len(home.client("sagemaker").list_trial_components(ExperimentName="exp")["TrialComponentSummaries"])
        == 1
    )


def test_experiment_analytics_reads_our_runs(home: Connection, session: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    log_ours(home, tmp_path / "a.csv", "one")
    Run("exp", "empty", connection=home).close()
    frame = _sdk.experiment_analytics("exp", session).dataframe()
    row = frame[frame["TrialComponentName"] == "exp-one"].iloc[0]
    assert row["lr"] == 0.1
    assert row["loss - Last"] == 1 / 12
    assert row["loss - Count"] == 12
    assert row["a.csv - MediaType"] == "text/csv"
    assert row["Experiments"] == ["exp"]
    assert len(frame) == 2


def test_a_run_continued_by_the_sdk_and_read_by_ours_is_equal(
    home: Connection, session: Any, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    ours = log_ours(home, tmp_path / "a.csv")
    before, points = run_home.component(home, ours.ref.component), series(home, ours.ref.component)
    with sdk.load_run(run_name=ours.run_name, experiment_name="exp", sagemaker_session=session):
        pass
    after = run_home.component(home, ours.ref.component)
    for kept in ("Parameters", "OutputArtifacts", "InputArtifacts", "Metrics", "StartTime", "DisplayName"):
        assert after[kept] == before[kept], kept
    assert series(home, ours.ref.component) == points
    with sdk.load_run(run_name=ours.run_name, experiment_name="exp", sagemaker_session=session) as theirs:
        theirs.log_parameter("more", 5)
        theirs.log_metric("loss", 0.01, step=12)
    with load_run("Mine", "Exp", connection=home) as again:
        assert again.ref == ours.ref
        assert again.parameters == {"lr": 0.1, "depth": 4, "kind": "tree", "more": 5}
        again.log_metric("loss", 0.005, step=13)
    assert series(home, ours.ref.component) == {
        "loss": [*points["loss"], (12, 0.01), (13, 0.005)],
        "auc": points["auc"],
    }
    assert again.started == pytest.approx(ours.started, abs=0.01)


def test_a_run_of_the_sdk_is_continued_by_ours(home: Connection, session: Any) -> None:
    with sdk.Run(experiment_name="exp", run_name="theirs", sagemaker_session=session) as theirs:
        theirs.log_parameter("lr", 0.5)
        theirs.log_metric("loss", 1.0, step=0)
    with load_run("theirs", "exp", connection=home) as ours:
        assert ours.parameters == {"lr": 0.5}
        assert ours.experiment_config == theirs.experiment_config
        ours.log_metric("loss", 0.5, step=1)
        ours.log_parameter("seed", 1)
    loaded = sdk.load_run(run_name="theirs", experiment_name="exp", sagemaker_session=session)
    assert loaded._trial_component.parameters == {"lr": 0.5, "seed": 1.0}
    assert loaded._trial_component.status.primary_status == "Completed"
    assert series(home, "exp-theirs")["loss"] == [(0, 1.0), (1, 0.5)]


def test_the_sdks_load_run_finds_our_open_run(home: Connection) -> None:
    context = _sdk.loaded_run_context()
    with Run("exp", "r", connection=home) as run:
        assert context.get_current_run() is run
        with sdk.load_run() as loaded:
            assert loaded is run
            loaded.log_metric("loss", 1.0, step=0)
        assert run.status == "InProgress"
        run.log_metric("loss", 2.0, step=1)
    assert context.get_current_run() is None
    assert run.status == "Completed"
    assert series(home, run.ref.component)["loss"] == [(0, 1.0), (1, 2.0)]


def test_an_open_run_of_the_sdk_keeps_its_place(home: Connection, session: Any) -> None:
    with sdk.Run(experiment_name="exp", run_name="theirs", sagemaker_session=session) as theirs:
        with Run("exp", "ours", connection=home):
            assert _sdk.loaded_run_context().get_current_run() is theirs
        assert _sdk.loaded_run_context().get_current_run() is theirs
    assert _sdk.loaded_run_context().get_current_run() is None


def log_graphs(run: Any) -> None:
    run.log_confusion_matrix(TRUE, LABELS, title="cm")
    run.log_roc_curve(TRUE, SCORES, title="roc")
    run.log_precision_recall(TRUE, SCORES, positive_label=1, title="pr", no_skill=0)
    run.log_confusion_matrix(TRUE, LABELS, title="cm-in", is_output=False)


def graphs_of(home: Connection, component: str) -> list[tuple[Any, ...]]:
    """Name, type, direction and document of each lineage artifact of a run."""
    client = home.client("sagemaker")
    arn = client.describe_trial_component(TrialComponentName=component)["TrialComponentArn"]
    found = []
    for end, other in (("SourceArn", "DestinationArn"), ("DestinationArn", "SourceArn")):
        for each in client.list_associations(**{end: arn})["AssociationSummaries"]:
            artifact = client.describe_artifact(ArtifactArn=each[other])
            source = artifact["Source"]
            assert [kind["SourceIdType"] for kind in source["SourceTypes"]] == ["S3ETag"]
            document = object_json(home, source["SourceUri"])
            found.append(
                (
                    artifact["ArtifactName"],
                    artifact["ArtifactType"],
                    each["AssociationType"],
                    json.dumps(document),
                )
            )
    return sorted(found)


def test_graphs_are_stored_as_the_sdk_stores_them(home: Connection, session: Any) -> None:
    pytest.importorskip("sklearn")
    with sdk.Run(experiment_name="exp", run_name="theirs", sagemaker_session=session) as theirs:
        log_graphs(theirs)
    with Run("exp", "ours", connection=home) as ours:
        log_graphs(ours)
    expected = graphs_of(home, "exp-theirs")
    assert len(expected) == 4
    assert graphs_of(home, "exp-ours") == expected
