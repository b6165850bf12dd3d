"""Track, train, sweep, compare, register and clean up with SageMaker Experiments: SageMaker SDK 3.x.

Eight steps with nothing but the SDK and boto3. They run here, without AWS, on the embedded service; `connect` is the
one place that says so. `article_sdk2.py` is the same for SDK 2.x: imports and classes differ,
and that jobs of `ModelTrainer` have to be linked to the open run.

    python examples/article_sdk3.py                    all of it, in a new folder
    python examples/article_sdk3.py --home DIR --keep  leave the runs there, to look at them
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import joblib
import matplotlib.pyplot as plt
import pandas as pd
from botocore.exceptions import WaiterError
from clean_up import clean_up, pages
from sagemaker.core import image_uris
from sagemaker.core.analytics import ExperimentAnalytics
from sagemaker.core.experiments.run import Run, load_run
from sagemaker.core.helper.session_helper import get_execution_role
from sagemaker.core.s3 import S3Downloader
from sagemaker.core.shapes import MetricDefinition
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import ConfusionMatrixDisplay, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sm_track_widgets import link_jobs
from sm_track_widgets.embedded import EmbeddedSageMaker

# Lower case, because Run stores the name in lower case and ExperimentAnalytics looks for it exactly as given.
EXPERIMENT = "breast-cancer"
GROUP = "breast-cancer-models"
METRIC = "validation:auc"
METRIC_DEFINITIONS = [
    {"Name": "validation:auc", "Regex": r"validation:auc=([0-9.]+)"},
    {"Name": "validation:loss", "Regex": r"validation:loss=([0-9.]+)"},
]
SOURCE = Path(__file__).parent / "job"
GRIDS = {
    "full": {"max-depth": [1, 2, 3], "learning-rate": [0.05, 0.1, 0.2], "subsample": [0.7, 1.0]},
    "small": {"max-depth": [1, 3], "learning-rate": [0.2], "subsample": [1.0]},
}
EPOCHS = 50
POLL_SECONDS = 0.5  # on AWS, where a job takes minutes: 30
JOB_SUFFIX = "-aws-training-job"  # SageMaker's own record of a job, beside the run that started it


def connect(home: Path) -> Any:
    """Return the SageMaker session that everything below uses.

    On AWS: `session = sm_track_widgets.connect("aws").sagemaker_session()`, or the SDK's `Session()`.
    """
    link_jobs()  # ModelTrainer forgets the open run, which SDK 2.x's Estimator.fit links
    return EmbeddedSageMaker(home, max_jobs=os.cpu_count() or 1).sagemaker_session()


# -- 1. Set up ---------------------------------------------------------------------------------------------------


def split() -> dict[str, pd.DataFrame]:
    """Return the table to train on and the one to validate with, columns by name, the label in `target`."""
    table = load_breast_cancer(as_frame=True).frame
    train, validation = train_test_split(table, test_size=0.25, random_state=0, stratify=table["target"])
    return {"train": train, "validation": validation}


def upload(session: Any, tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Write each table to the session's bucket as CSV; return the S3 folder of each, one channel of a job."""
    folders = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, table in tables.items():
            path = Path(scratch) / f"{name}.csv"
            table.to_csv(path, index=False)
            session.upload_data(str(path), key_prefix=f"{EXPERIMENT}/data/{name}")
            folders[name] = f"s3://{session.default_bucket()}/{EXPERIMENT}/data/{name}"
    return folders


# -- 2. Track a run ----------------------------------------------------------------------------------------------


def track(session: Any, tables: dict[str, pd.DataFrame], folders: dict[str, str]) -> None:
    """Train a linear model in this process, epoch by epoch; log parameters, step metrics and files."""
    (x, y), (held_out, truth) = ((t.drop(columns="target"), t["target"]) for t in tables.values())
    scaler = StandardScaler().fit(x)
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.001, random_state=0)
    with Run(experiment_name=EXPERIMENT, run_name="linear-baseline", sagemaker_session=session) as run:
        run.log_parameters({"model": "linear", "learning-rate": 0.001, "epochs": EPOCHS})
        run.log_artifact("train", folders["train"], is_output=False)
        for epoch in range(EPOCHS):
            model.partial_fit(scaler.transform(x), y, classes=[0, 1])
            chances = model.predict_proba(scaler.transform(held_out))
            run.log_metric("validation:loss", log_loss(truth, chances), step=epoch)
            run.log_metric(METRIC, roc_auc_score(truth, chances[:, 1]), step=epoch)
        with tempfile.TemporaryDirectory() as scratch:
            # log_file wants the file to exist, so it is drawn first: a failure here would mark the whole run Failed.
            picture = Path(scratch) / "confusion_matrix.png"
            pipeline = make_pipeline(scaler, model)
            ConfusionMatrixDisplay.from_estimator(pipeline, held_out, truth).figure_.savefig(picture)
            plt.close("all")
            run.log_file(str(picture), name="confusion-matrix")
        run.log_confusion_matrix(truth, model.predict(scaler.transform(held_out)), title="confusion")
    print(f"run linear-baseline: {EPOCHS} epochs, {METRIC} {roc_auc_score(truth, chances[:, 1]):.4f}")


# -- 3. A training job that belongs to a run ---------------------------------------------------------------------


def run_name(settings: dict[str, float]) -> str:
    """Return a name for these settings, of letters, digits and hyphens: 0.05 becomes 0p05.

    SageMaker refuses dots and underscores in names. What was meant stays readable in the run's parameters.
    """
    text = "gbm-" + "-".join(f"{key.replace('-', '')}{value}" for key, value in settings.items())
    return text.replace(".", "p")


def start_job(session: Any, name: str, settings: dict[str, float], folders: dict[str, str]) -> str:
    """Start a script-mode training job and return its name; `link_jobs` links it to the run that is open."""
    trainer = ModelTrainer(
        source_code=SourceCode(source_dir=str(SOURCE), entry_script="train.py"),
        training_image=image_uris.retrieve("sklearn", session.boto_region_name, version="1.2-1"),
        # Asked for here, not at the top: only a job needs a role, and a laptop's identity may have none.
        role=get_execution_role(session),
        compute=Compute(instance_type="ml.m5.large", instance_count=1),
        hyperparameters=settings,
        base_job_name=name,
        sagemaker_session=session,
    )
    trainer.with_metric_definitions(
        [MetricDefinition(name=each["Name"], regex=each["Regex"]) for each in METRIC_DEFINITIONS]
    )
    inputs = [
        InputData(channel_name=name, data_source=uri, content_type="text/csv")
        for name, uri in folders.items()
    ]
    trainer.train(inputs, wait=False, logs=False)
    return str(trainer._latest_training_job.training_job_name)  # noqa: SLF001 - the SDK has no public way


def finished(session: Any, job: str) -> dict[str, Any]:
    """Wait for a job and return its description.

    Raises
    ------
    RuntimeError
        When it did not complete; says why.
    """
    client = session.sagemaker_client
    waiter = client.get_waiter("training_job_completed_or_stopped")
    with contextlib.suppress(WaiterError):  # what went wrong is in the description
        waiter.wait(TrainingJobName=job, WaiterConfig={"Delay": POLL_SECONDS, "MaxAttempts": 1200})
    found = client.describe_training_job(TrainingJobName=job)
    if found["TrainingJobStatus"] != "Completed":
        raise RuntimeError(f"{job}: {found['TrainingJobStatus']}: {found.get('FailureReason')}")
    return found


def log_result(run: Any, job: dict[str, Any]) -> float:
    """Log to the run what its job has found: where the model is, and the metrics, so that runs can be ranked."""
    run.log_parameter("model_data", job["ModelArtifacts"]["S3ModelArtifacts"])
    final = {each["MetricName"]: each["Value"] for each in job["FinalMetricDataList"]}
    for name, value in final.items():
        run.log_metric(name, value)
    return float(final[METRIC])


def last_lines(session: Any, job: str, count: int = 2) -> list[str]:
    """Return the last lines of a job's log."""
    logs = session.boto_session.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{job}/")["logStreams"]
    events = logs.get_log_events(logGroupName=group, logStreamName=streams[0]["logStreamName"], limit=count)
    return [event["message"] for event in events["events"]]


def train(session: Any, folders: dict[str, str]) -> None:
    """Run one training job under a run; the job's script logs its steps to the same run."""
    settings = {"max-depth": 2, "learning-rate": 0.05}
    name = run_name(settings)
    with Run(experiment_name=EXPERIMENT, run_name=name, sagemaker_session=session) as run:
        run.log_parameters({"model": "gbm", **settings})
        job = finished(session, start_job(session, name, {**settings, "log-steps": 1}, folders))
        auc = log_result(run, job)
    print(f"run {name}: job {job['TrainingJobName']}, {METRIC} {auc:.4f}")
    for line in last_lines(session, job["TrainingJobName"]):
        print(f"  log: {line}")


# -- 4. Sweep ----------------------------------------------------------------------------------------------------


def sweep(session: Any, folders: dict[str, str], grid: dict[str, list[float]]) -> None:
    """Start a run with a job for each combination, without waiting; then wait and log what each has found."""
    began = time.monotonic()
    jobs = {}
    for values in itertools.product(*grid.values()):
        settings = dict(zip(grid, values, strict=True))
        name = run_name(settings)
        with Run(experiment_name=EXPERIMENT, run_name=name, sagemaker_session=session) as run:
            run.log_parameters({"model": "gbm", **settings})
            jobs[name] = start_job(session, name, settings, folders)
    for name, job in jobs.items():
        found = finished(session, job)
        # The SDK takes one open run at a time, so each is opened again when its job is done.
        with load_run(experiment_name=EXPERIMENT, run_name=name, sagemaker_session=session) as run:
            log_result(run, found)
    print(f"sweep: {len(jobs)} runs with a job each in {time.monotonic() - began:.1f} s")


# -- 5. Compare --------------------------------------------------------------------------------------------------


def compare(session: Any, grid: dict[str, list[float]]) -> pd.DataFrame:
    """Return the runs as a table, best first: one row per run, its parameters, the last value of the metric."""
    analytics = ExperimentAnalytics(
        experiment_name=EXPERIMENT,
        sagemaker_session=session,
        sort_by=f"metrics.{METRIC}.last",
        sort_order="Descending",
        metric_names=[METRIC],
    )
    frame = analytics.dataframe()
    # The jobs' own records are in the experiment too, with the same metrics, but they are no runs.
    frame = frame[~frame["TrialComponentName"].str.endswith(JOB_SUFFIX)].reset_index(drop=True)
    frame["run"] = frame["TrialComponentName"].str.removeprefix(f"{EXPERIMENT}-")
    print(f"compare: {len(frame)} runs; the best five:")
    print(frame[["run", "model", *grid, f"{METRIC} - Last"]].head().to_string(index=False))
    return frame


# -- 6. The best run ---------------------------------------------------------------------------------------------


def best_run(session: Any, frame: pd.DataFrame, validation: pd.DataFrame) -> pd.Series:
    """Return the row of the best run that left a model, after predicting with that model.

    Raises
    ------
    RuntimeError
        When the model does not score what its run says.
    """
    # Last, not the first column that matches: that one is the minimum.
    column = f"{METRIC} - Last"
    candidates = frame.dropna(subset=[column, "model_data"])
    best = candidates.loc[candidates[column].idxmax()]
    with tempfile.TemporaryDirectory() as scratch:
        S3Downloader.download(best["model_data"], scratch, sagemaker_session=session)
        with tarfile.open(Path(scratch) / "model.tar.gz") as archive:
            archive.extract("model.joblib", scratch)
        model = joblib.load(Path(scratch) / "model.joblib")
    chances = model.predict_proba(validation.drop(columns="target"))[:, 1]
    auc = roc_auc_score(validation["target"], chances)
    print(f"best run: {best['run']}; its model, loaded and asked again, has {METRIC} {auc:.4f}")
    if round(auc - best[column], 5):  # the log had six digits
        raise RuntimeError(f"the run says {best[column]}, its model {auc}")
    return best


# -- 7. Register the best model ----------------------------------


def register(session: Any, best: pd.Series) -> str:
    """Register the model of a run as a new version; return its ARN.

    With boto3: in SDK 3.27 `ModelPackage.create` raises KeyError after it has made the package, and `ModelBuilder`
    cannot be imported where no region is configured.
    """
    client = session.sagemaker_client
    groups = pages(session, "list_model_package_groups", NameContains=GROUP)
    if GROUP not in {each["ModelPackageGroupName"] for each in groups}:
        client.create_model_package_group(ModelPackageGroupName=GROUP)
    image = image_uris.retrieve("sklearn", session.boto_region_name, version="1.2-1")
    package = client.create_model_package(
        ModelPackageGroupName=GROUP,
        InferenceSpecification={
            "Containers": [{"Image": image, "ModelDataUrl": best["model_data"]}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
            "SupportedRealtimeInferenceInstanceTypes": ["ml.m5.large"],
        },
        ModelApprovalStatus="PendingManualApproval",
        # Nothing else says which run the model came from.
        CustomerMetadataProperties=origin(best),
    )
    return str(package["ModelPackageArn"])


def origin(best: pd.Series) -> dict[str, str]:
    """Return what the registry should say of where a model comes from."""
    return {"experiment": EXPERIMENT, "run": best["run"], METRIC: str(best[f"{METRIC} - Last"])}


def approve(session: Any, arn: str) -> None:
    """Approve a version and print how it stands in the registry."""
    client = session.sagemaker_client
    client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    for package in pages(session, "list_model_packages", ModelPackageGroupName=GROUP):
        found = client.describe_model_package(ModelPackageName=package["ModelPackageArn"])
        version, status = found["ModelPackageVersion"], found["ModelApprovalStatus"]
        print(f"registry: {GROUP} {version} {status}, from run {found['CustomerMetadataProperties']['run']}")


# -- 8. Clean up (clean_up.py), and all of it ---------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> None:
    """Run the steps in order."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--home", type=Path, help="folder of the embedded service; a new one when not given")
    parser.add_argument("--grid", choices=GRIDS, default="full", help="combinations of the sweep")
    parser.add_argument("--keep", action="store_true", help="stop before the clean-up")
    parser.add_argument("--clean-up", action="store_true", help="only clean up what --keep has left")
    given = parser.parse_args(arguments)
    home = given.home or Path(tempfile.mkdtemp(prefix="article-"))
    print(f"home: {home}")
    session = connect(home)
    if not given.clean_up:
        grid = GRIDS[given.grid]
        tables = split()
        folders = upload(session, tables)
        track(session, tables, folders)
        train(session, folders)
        sweep(session, folders, grid)
        best = best_run(session, compare(session, grid), tables["validation"])
        approve(session, register(session, best))
    if not given.keep:
        clean_up(session, EXPERIMENT)


if __name__ == "__main__":
    main()
