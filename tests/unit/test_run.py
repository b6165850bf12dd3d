"""The run as its user meets it: what is stored, several runs at once, going on with one."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from pathlib import Path

import numpy as np
import pytest
import run_home
from run_home import object_json, points, stored

from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run, current_run, load_run


def log_much(home: Connection, file: Path) -> Run:
    with Run(
        "My Exp", "XGB lr=0.05", params={"lr": 0.05}, tags={"team": "x"}, notes="two\nlines", connection=home
    ) as run:
        run.log_parameters({"depth": np.int64(4), "early": True})
        run.log_parameter("lr", 0.1)
        for step in range(25):
            run.log_metric("loss", 1 / (step + 1), step=step)
        run.log_metrics({"auc": np.float32(0.5), "n": 3}, step=1)
        run.log_file(file)
        run.log_file(str(file), name="data", media_type="text/plain", is_output=False)
        run.log_artifact("model", "s3://b/k")
        run.set_tag("stage", "test")
        assert run.status == "InProgress"
        assert stored(run)["Status"]["PrimaryStatus"] == "InProgress"
    return run


def test_a_whole_run(home: Connection, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    run = log_much(home, tmp_path / "a.csv")
    told = stored(run)
    assert told["Status"] == {"PrimaryStatus": "Completed"}
    assert told["Parameters"] == {
        "lr": 0.1,
        "depth": 4,
        "early": "True",
        "sm_track.name": "XGB lr=0.05",
        "sm_track.notes": r"two\nlines",
    }
    assert set(told["OutputArtifacts"]) == {"a.csv", "model"}
    assert set(told["InputArtifacts"]) == {"data"}
    assert points(run, "loss") == [(step, 1 / (step + 1)) for step in range(25)]
    assert points(run, "auc") == [(1, 0.5)]
    assert told["StartTime"].timestamp() == pytest.approx(run.started, abs=0.01)
    assert told["EndTime"].timestamp() == pytest.approx(run.ended or 0, abs=0.01)
    tags = home.client("sagemaker").list_tags(ResourceArn=told["TrialComponentArn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {
        "sagemaker:trial-component-source": "run",
        "team": "x",
        "stage": "test",
    }


def test_what_a_run_says_of_itself(home: Connection, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    run = log_much(home, tmp_path / "a.csv")
    assert run.parameters == {"lr": 0.1, "depth": 4, "early": "True"}
    assert run.tags == {"team": "x", "stage": "test"}
    assert run.files == 2
    assert run.warnings == []
    assert run.progress().done
    assert run.name == "XGB lr=0.05"
    assert (run.experiment_name, run.run_name) == ("my-exp", "xgb-lr-0p05")
    assert run.experiment_config == {
        "ExperimentName": "my-exp",
        "TrialName": "Default-Run-Group-my-exp",
        "RunName": "my-exp-xgb-lr-0p05",
    }
    assert list((home.settings.path / "spool").iterdir()) == []


def test_known_experiments_cost_three_calls(home: Connection) -> None:
    Run("exp", connection=home).close()
    home.calls.clear()
    Run("exp", connection=home).close()
    assert dict(home.calls) == {
        "CreateTrialComponent": 1,
        "AssociateTrialComponent": 1,
        "UpdateTrialComponent": 1,
    }


def test_defaults_come_from_the_settings(tmp_path: Path) -> None:
    plain = Run(connection=run_home.embedded(tmp_path / "a"))
    plain.close()
    assert plain.experiment_name == "default"
    assert plain.name == plain.run_name
    configured = Run(connection=run_home.embedded(tmp_path / "b", experiment="Mine"))
    configured.close()
    assert configured.experiment_name == "mine"


def test_the_sdks_form_of_tags_and_display_names(home: Connection) -> None:
    run = Run("e", "r", "Experiment X", "Run X", [{"Key": "a", "Value": "b"}], connection=home)
    run.close()
    assert stored(run)["DisplayName"] == "Run-X"
    assert home.client("sagemaker").describe_experiment(ExperimentName="e")["DisplayName"] == "Experiment-X"
    assert run.tags == {"a": "b"}
    with pytest.raises(UsageError, match="no tags"):
        Run("e", tags=["a=b"], connection=home)  # type: ignore[list-item]  # the mistake under test


def test_bucket_and_prefix_of_the_user(home: Connection, tmp_path: Path) -> None:
    home.client("s3").create_bucket(Bucket="my-bucket")
    (tmp_path / "a.txt").write_text("x")
    with Run("e", artifact_bucket="my-bucket", artifact_prefix="mine", connection=home) as run:
        run.log_file(tmp_path / "a.txt")
    assert stored(run)["OutputArtifacts"]["a.txt"].startswith("s3://my-bucket/mine/e/")


def test_a_file_changed_after_logging_is_stored_as_it_was(home: Connection, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('"first"')
    with Run("e", connection=home) as run:
        run.log_file(file)
        file.write_text('"later"')
    assert object_json(run.connection, stored(run)["OutputArtifacts"]["a.json"]) == "first"


def test_files_of_one_name(home: Connection, tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    with Run("e", connection=home) as run:
        for content in ("1", "1", "2", "1", "3"):
            file.write_text(content)
            run.log_file(file)
        file.write_text("4")
        run.log_file(file, name="named")
        file.write_text("5")
        run.log_file(file, name="named")
    outputs = stored(run)["OutputArtifacts"]
    assert {name: object_json(run.connection, value) for name, value in outputs.items()} == {
        "model.json": 1,
        "model-2.json": 2,
        "model-3.json": 3,
        "named": 5,
    }
    assert len(run.warnings) == 2


def test_graphs_are_artifacts_with_lineage(home: Connection) -> None:
    with Run("e", "r", connection=home) as run:
        run.log_confusion_matrix([0, 1, 1], [0, 1, 0], title="My matrix")
        run.log_roc_curve([0, 1], [0.2, 0.8])
        run.log_roc_curve([0, 1], [0.8, 0.2])
        run.log_precision_recall([0, 1], [0.2, 0.8], is_output=False)
    told = stored(run)
    assert set(told["OutputArtifacts"]) == {"My matrix", "ROCCurve", "ROCCurve-2"}
    assert set(told["InputArtifacts"]) == {"PrecisionRecallCurve"}
    assert object_json(run.connection, told["OutputArtifacts"]["My matrix"])["confusionMatrix"] == [
        [1, 0],
        [1, 1],
    ]
    client = home.client("sagemaker")
    arn = told["TrialComponentArn"]
    produced = client.list_associations(SourceArn=arn)["AssociationSummaries"]
    assert sorted((each["AssociationType"], each["DestinationType"]) for each in produced) == [
        ("Produced", "ConfusionMatrix"),
        ("Produced", "ROCCurve"),
        ("Produced", "ROCCurve"),
    ]
    given = client.list_associations(DestinationArn=arn)["AssociationSummaries"]
    assert [each["AssociationType"] for each in given] == ["ContributedTo"]
    assert run.files == 4


def test_which_run_is_the_current_one(home: Connection) -> None:
    assert current_run() is None
    lone = Run("e", connection=home)
    assert current_run() is lone
    with Run("e", connection=home) as outer:
        assert current_run() is outer
        with Run("e", connection=home) as inner:
            assert current_run() is inner
            inner.log_metric("m", 1.0)
        assert current_run() is outer
        seen: list[Run | None] = []
        thread = threading.Thread(target=lambda: seen.append(current_run()))
        thread.start()
        thread.join()
        assert seen == [None]  # two are open, and none of them is this thread's
    assert current_run() is lone
    lone.close()
    assert current_run() is None
    tags = home.client("sagemaker").list_tags(ResourceArn=stored(inner)["TrialComponentArn"])["Tags"]
    assert {"Key": "sm_track:parent", "Value": outer.ref.component} in tags


def test_a_thread_finds_the_only_open_run(home: Connection) -> None:
    seen: list[Run | None] = []
    with Run("e", connection=home) as run:
        thread = threading.Thread(target=lambda: seen.append(current_run()))
        thread.start()
        thread.join()
    assert seen == [run]


def test_a_run_left_in_another_context_than_it_was_entered_in(home: Connection) -> None:
    run = Run("e", connection=home)
    contextvars.copy_context().run(run.__enter__)
    run.__exit__(None, None, None)
    assert current_run() is None


def test_tasks_have_their_own_runs(home: Connection) -> None:
    async def body(name: str) -> bool:
        with Run("e", name, connection=home) as run:
            for step in range(3):
                await asyncio.sleep(0)
                run.log_metric("m", 1.0, step=step)
                if current_run() is not run:
                    return False
        return True

    async def both() -> list[bool]:
        return await asyncio.gather(body("one"), body("two"))

    assert asyncio.run(both()) == [True, True]


def test_threads_may_log_to_one_run(home: Connection) -> None:
    with Run("e", connection=home) as run:
        threads = [
            threading.Thread(
                target=lambda n=number: [run.log_metric(f"m{n % 2}", float(i), step=i) for i in range(500)]
            )
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(points(run, "m0")) == len(points(run, "m1")) == run.live.size("m0") == 1000


def test_the_same_name_again(home: Connection) -> None:
    with Run("e", "r", connection=home), Run("e", "r", connection=home) as second:
        pass
    assert second.run_name == "r-2"
    assert "resume" in second.warnings[0]


def test_a_run_that_is_continued(home: Connection, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1")
    with Run("e", "r", params={"a": 1}, group="g", connection=home) as first:
        first.log_metric("m", 1.0, step=0)
        first.log_file(tmp_path / "a.txt")
    (tmp_path / "a.txt").write_text("2")
    with Run("e", "r", params={"b": 2}, tags={"t": "x"}, resume="must", connection=home) as second:
        assert second.ref == first.ref
        assert second.started == pytest.approx(first.started, abs=0.01)
        assert second.parameters == {"a": 1, "b": 2}
        second.log_metric("m", 2.0, step=1)
        second.log_file(tmp_path / "a.txt")
    told = stored(second)
    assert told["Parameters"] == {"a": 1, "b": 2}
    assert set(told["OutputArtifacts"]) == {"a.txt", "a-2.txt"}
    assert points(second, "m") == [(0, 1.0), (1, 2.0)]
    tags = home.client("sagemaker").list_tags(ResourceArn=told["TrialComponentArn"])["Tags"]
    assert {"Key": "t", "Value": "x"} in tags
    for resume, error in (("must", NotFoundError), ("never", UsageError)):
        with pytest.raises(error):
            Run("e", "none" if resume == "must" else "r", resume=resume, connection=home)  # type: ignore[arg-type]


def test_load_run(home: Connection) -> None:
    with pytest.raises(NotFoundError, match="No run is open"):
        load_run()
    with pytest.raises(NotFoundError):
        load_run("none", "e", connection=home)
    Run("e", "My run", connection=home).close()
    with load_run("My run", "e", connection=home) as run:
        run.log_metric("m", 1.0)
        with load_run() as same, load_run("my-run", "E", connection=home) as again:
            assert same is again is run
            assert run.status == "InProgress"
        run.log_metric("m", 2.0)
        assert run.status == "InProgress"
    assert stored(run)["Status"]["PrimaryStatus"] == "Completed"
    assert len(points(run, "m")) == 2


def test_loading_without_a_with_block_does_not_keep_a_run_open(home: Connection) -> None:
    with Run("e", connection=home) as run:
        load_run().log_metric("m", 1.0)
    assert run.status == "Completed"
