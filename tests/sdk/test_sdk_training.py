"""Training jobs of the real SDK on the embedded home: estimators of 2.x, ModelTrainer of 3.x, load_run inside."""

from __future__ import annotations

import importlib
import io
import tarfile
from pathlib import Path
from textwrap import dedent
from typing import Any

import joblib
import pytest
from job_requests import IMAGE, ROLE, Jobs, until

from sm_track_widgets import _sdk, config
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.run import Run as OurRun

MAJOR = (_sdk.version() or (0,))[0]
only_2 = pytest.mark.skipif(MAJOR != 2, reason="estimators are SDK 2.x")
only_3 = pytest.mark.skipif(MAJOR != 3, reason="ModelTrainer is SDK 3.x")

FIT = f"""
    import argparse, os
    import joblib, pandas
    from sklearn.linear_model import LinearRegression
    from {_sdk._MODULES["run"][MAJOR >= 3]} import load_run

    parser = argparse.ArgumentParser()
    parser.add_argument("--slope", type=int)
    args = parser.parse_args()
    frame = pandas.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "points.csv"))
    model = LinearRegression().fit(frame[["x"]], args.slope * frame["y"])
    with load_run() as run:
        print("run", run.experiment_name, run.run_name)
        run.log_parameter("rows", len(frame))
        run.log_metric("inside", 0.5, step=1)
    print("fit: r2=%.2f;" % model.score(frame[["x"]], args.slope * frame["y"]))
    joblib.dump(model, os.path.join(os.environ["SM_MODEL_DIR"], "model.joblib"))
"""


@pytest.fixture
def jobs(session: Any) -> Jobs:
    boto = session.boto_session
    return Jobs({name: boto.client(name) for name in ("sagemaker", "s3", "logs")})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a script that fits a model, and the data it needs."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "train.py").write_text(dedent(FIT))
    (folder / "points.csv").write_text("x,y\n0,0\n1,1\n2,2\n")
    return folder


def model_of(jobs: Jobs, uri: str) -> Any:
    """Load the model that a job has packed."""
    key = uri.split("/", 3)[3]
    with tarfile.open(fileobj=io.BytesIO(jobs.get(key))) as archive:
        packed = archive.extractfile("model.joblib")
        assert packed is not None
        return joblib.load(io.BytesIO(packed.read()))


@only_2
def test_an_estimator_inside_the_sdks_own_run(session: Any, sdk: Any, jobs: Jobs, source: Path) -> None:
    sklearn = importlib.import_module("sagemaker.sklearn")
    data = session.upload_data(str(source / "points.csv"), key_prefix="data")
    with sdk.Run("exp", "fit", sagemaker_session=session):
        estimator = sklearn.SKLearn(
            "train.py",
            source_dir=str(source),
            framework_version="1.2-1",
            role=ROLE,
            instance_type="ml.m5.large",
            hyperparameters={"slope": 3},
            metric_definitions=[{"Name": "r2", "Regex": "r2=(.*?);"}],
            sagemaker_session=session,
        )
        estimator.fit({"train": data.rpartition("/")[0]}, wait=False, job_name="fit")
        done = jobs.ended("fit")
    assert done["TrainingJobStatus"] == "Completed", jobs.log("fit")
    model = model_of(jobs, estimator.model_data)
    assert model.predict([[10]])[0] == pytest.approx(30)
    check_run(jobs)
    session.logs_for_job("fit", wait=False)
    assert session.describe_training_job("fit")["FinalMetricDataList"][0]["Value"] == 1.0


@only_2
def test_an_estimator_inside_our_run(home: Any, session: Any, jobs: Jobs, tmp_path: Path) -> None:
    estimators = importlib.import_module("sagemaker.estimator")
    script = tmp_path / "own.py"
    script.write_text("print('score=0.25')\n")
    connection = Connection(config.resolve({"backend": "embedded", "path": home.path}))
    with OurRun("exp", "ours", connection=connection) as run:
        estimator = estimators.Estimator(
            IMAGE, ROLE, 1, "ml.m5.large", entry_point=str(script), sagemaker_session=session
        )
        estimator.fit(wait=False, job_name="own")
        assert jobs.ended("own")["ExperimentConfig"]["RunName"] == run.ref.component
    found = jobs.sagemaker.describe_trial_component(TrialComponentName=run.ref.component)
    assert found["Sources"][0]["SourceArn"].endswith("training-job/own")


@only_2
def test_an_image_without_script_is_refused(session: Any) -> None:
    estimators = importlib.import_module("sagemaker.estimator")
    estimator = estimators.Estimator("xgboost:1.7", ROLE, 1, "ml.m5.large", sagemaker_session=session)
    with pytest.raises(Exception, match=r"image xgboost:1.7 needs a container.*%%sm_run"):
        estimator.fit(wait=False)


@only_3
def test_a_model_trainer(session: Any, jobs: Jobs, source: Path, caplog: pytest.LogCaptureFixture) -> None:
    train = importlib.import_module("sagemaker.train")
    configs = importlib.import_module("sagemaker.train.configs")
    (source / "train.py").write_text(
        dedent("""
        import argparse, os
        from pathlib import Path
        parser = argparse.ArgumentParser()
        parser.add_argument("--flag")
        print("flag is", parser.parse_args().flag)
        print("files", os.listdir(os.environ["SM_CHANNEL_TRAIN"]))
        Path(os.environ["SM_MODEL_DIR"], "weights.txt").write_text("1")
        """)
    )
    trainer = train.ModelTrainer(
        training_image=IMAGE,
        source_code=configs.SourceCode(source_dir=str(source), entry_script="train.py"),
        compute=configs.Compute(instance_type="ml.m5.large", instance_count=1),
        hyperparameters={"flag": True},
        role=ROLE,
        sagemaker_session=session,
        base_job_name="trained",
    )
    data = configs.InputData(channel_name="train", data_source=str(source / "points.csv"))
    trainer.train([data], wait=False)
    job = trainer._latest_training_job
    until(lambda: job.refresh().training_job_status not in {"InProgress", "Stopping"})
    assert job.training_job_status == "Completed", jobs.log(job.training_job_name)
    with caplog.at_level("INFO"):
        job.wait(poll=1, logs=True)  # reads the log through a client of its own
    said = jobs.log(job.training_job_name)
    assert "flag is true" in said
    assert "files ['points.csv']" in said
    key = job.model_artifacts.s3_model_artifacts.split("/", 3)[3]
    with tarfile.open(fileobj=io.BytesIO(jobs.get(key))) as archive:
        assert archive.getnames() == ["weights.txt"]


@only_3
def test_load_run_inside_a_job(session: Any, sdk: Any, jobs: Jobs, source: Path) -> None:
    data = session.upload_data(str(source / "points.csv"), key_prefix="data")
    with sdk.Run("exp", "fit", sagemaker_session=session) as run:
        request = jobs.request(
            "fit",
            (source / "train.py").read_text(),
            hyperparameters={"slope": 3},
            channels={"train": data},
            ExperimentConfig=run.experiment_config,
        )
        done = jobs.run(request)
    assert done["TrainingJobStatus"] == "Completed", jobs.log("fit")
    model = model_of(jobs, done["ModelArtifacts"]["S3ModelArtifacts"])
    assert model.predict([[10]])[0] == pytest.approx(30)
    check_run(jobs)


def check_run(jobs: Jobs) -> None:
    """What the script logged is in the run, and the run names its job."""
    assert "run exp fit" in jobs.log("fit")
    found = jobs.sagemaker.describe_trial_component(TrialComponentName="exp-fit")
    assert found["Parameters"]["rows"] == {"NumberValue": 3.0}
    assert [(entry["MetricName"], entry["Last"]) for entry in found["Metrics"]] == [("inside", 0.5)]
    assert found["Status"]["PrimaryStatus"] == "Completed"
    assert found["Sources"][0]["SourceArn"].endswith(":training-job/fit")


def test_our_own_run_inside_a_job(jobs: Jobs) -> None:
    script = """
        import sm_track_widgets as track
        with track.Run("inner", "child") as run:
            for step in range(25):
                run.log_metric("loss", 1 / (step + 1), step=step)
    """
    assert jobs.run(jobs.request("own", script))["TrainingJobStatus"] == "Completed", jobs.log("own")

    def counts() -> list[int]:
        found = jobs.sagemaker.describe_trial_component(TrialComponentName="inner-child")
        return [entry["Count"] for entry in found["Metrics"]]

    until(lambda: counts() == [25])
