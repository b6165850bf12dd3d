"""Whatever makes a job while a run is open, the job is linked to it: SDK 2.x, SDK 3.x, boto3."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
import run_home
from botocore.exceptions import ClientError
from job_links import METHODS, Requests, create, emitters, handlers
from job_requests import IMAGE, ROLE, Jobs, until

from sm_track_widgets import _sdk
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.tracking.interop import hooks as interop
from sm_track_widgets.tracking.run import Run as OurRun

MAJOR = (_sdk.version() or (0,))[0]
CORE = "sagemaker.core." if MAJOR >= 3 else "sagemaker."
only_2 = pytest.mark.skipif(MAJOR != 2, reason="estimators are SDK 2.x")
only_3 = pytest.mark.skipif(MAJOR != 3, reason="ModelTrainer is SDK 3.x")


@pytest.fixture(autouse=True)
def _nothing_installed_and_nothing_left() -> Iterator[None]:
    interop.uninstall()
    yield
    interop.uninstall()
    context = _sdk.loaded_run_context()
    assert context is None or context.get_current_run() is None
    left = {name for events in emitters() for name in handlers(events)}
    assert not {name for name in left if name.startswith(("sm-track-link", "sm_track_widgets.tracking"))}


@pytest.fixture
def place(tmp_path: Path) -> Connection:
    return run_home.embedded(tmp_path / "home")


@pytest.fixture
def fresh(place: Connection) -> Any:
    """A function that makes the user's own SDK session on the home, each time another."""
    return lambda: EmbeddedSageMaker(place.settings.path).sagemaker_session()


def attempt(work: Any, *arguments: Any, **keywords: Any) -> None:
    """Run what ends in a job that the embedded service does not offer; a mistake in the request is an error."""
    with suppress(ClientError):
        work(*arguments, **keywords)


def transformer(session: Any) -> Any:
    return importlib.import_module(f"{CORE}transformer").Transformer(
        "model", 1, "ml.m5.large", base_transform_job_name="t", sagemaker_session=session
    )


def processor(session: Any) -> Any:
    return importlib.import_module(f"{CORE}processing").Processor(
        role=ROLE,
        image_uri=IMAGE,
        instance_count=1,
        instance_type="ml.m5.large",
        sagemaker_session=session,
    )


def model_trainer(session: Any, folder: Path) -> Any:
    configs = importlib.import_module("sagemaker.train.configs")
    (folder / "train.py").write_text("print('trained')\n")
    return importlib.import_module("sagemaker.train").ModelTrainer(
        training_image=IMAGE,
        source_code=configs.SourceCode(source_dir=str(folder), entry_script="train.py"),
        compute=configs.Compute(instance_type="ml.m5.large", instance_count=1),
        role=ROLE,
        sagemaker_session=session,
        base_job_name="trained",
    )


def estimator(session: Any, folder: Path) -> Any:
    (folder / "own.py").write_text("print('trained')\n")
    estimators = importlib.import_module("sagemaker.estimator")
    return estimators.Estimator(
        IMAGE, ROLE, 1, "ml.m5.large", entry_point=str(folder / "own.py"), sagemaker_session=session
    )


# -- boto3 and sessions ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("operation", METHODS)
def test_clients_of_the_default_session(
    place: Connection, fresh: Any, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", fresh().boto_session)
    before = boto3.client("sagemaker")
    requests = [Requests(before.meta.events), Requests(boto3.DEFAULT_SESSION.events)]
    with OurRun("exp", "r", connection=place) as run:
        for client, seen in zip((before, boto3.client("sagemaker")), requests, strict=True):
            create(client, operation)
            assert seen.config == run.experiment_config


def test_sessions_of_the_sdk_made_before_and_after(place: Connection, fresh: Any) -> None:
    before = fresh()
    with OurRun("exp", "r", connection=place) as run:
        for session in (before, fresh()):
            requests = Requests(session.sagemaker_client.meta.events)
            create(session.sagemaker_client)
            assert requests.config == run.experiment_config
    create(before.sagemaker_client)


def test_after_the_run_and_after_uninstalling(place: Connection, fresh: Any) -> None:
    session = fresh()
    requests = Requests(session.sagemaker_client.meta.events)
    with OurRun("exp", "r", connection=place) as run:
        create(session.sagemaker_client)
        assert requests.config == run.experiment_config
        interop.uninstall()
        create(session.sagemaker_client)
        assert requests.config is None
        interop.install()
        create(session.sagemaker_client)
        assert requests.config == run.experiment_config
    create(session.sagemaker_client)
    assert requests.config is None


# -- what the SDKs call ------------------------------------------------------------------------------------------
def test_a_processor_and_a_transformer(place: Connection, fresh: Any) -> None:
    session = fresh()
    requests = Requests(session.sagemaker_client.meta.events, session.boto_session.events)
    early, mine = (processor(session), transformer(session)), {"ExperimentName": "mine"}
    with OurRun("exp", "r", connection=place) as run:
        attempt(early[0].run, wait=False, logs=False)
        assert requests.config == run.experiment_config
        attempt(early[1].transform, "s3://b/in", wait=False)
        assert requests.config == run.experiment_config
        attempt(processor(session).run, wait=False, logs=False, experiment_config=mine)
        assert requests.config == mine


@only_2
def test_an_estimator(place: Connection, fresh: Any, tmp_path: Path) -> None:
    session = fresh()
    requests = Requests(session.sagemaker_client.meta.events)
    early = estimator(session, tmp_path)
    with OurRun("exp", "r", connection=place) as run:
        early.fit(wait=False, job_name="early")
        assert requests.config == run.experiment_config
        mine = {"ExperimentName": "exp"}
        estimator(session, tmp_path).fit(wait=False, job_name="mine", experiment_config=mine)
        assert requests.config == mine
    jobs = Jobs({name: session.boto_session.client(name) for name in ("sagemaker", "s3", "logs")})
    jobs.ended("early")
    jobs.ended("mine")
    check_page(place, run, "early")


@only_2
def test_an_estimator_on_another_home_still_works(place: Connection, tmp_path: Path) -> None:
    session = EmbeddedSageMaker(tmp_path / "other").sagemaker_session()
    requests = Requests(session.sagemaker_client.meta.events)
    with OurRun("exp", "r", connection=place) as run:
        estimator(session, tmp_path).fit(wait=False, job_name="there")
        assert requests.config is None
        assert "another place" in run.warnings[-1]
    jobs = Jobs({name: session.boto_session.client(name) for name in ("sagemaker", "s3", "logs")})
    assert jobs.ended("there")["TrainingJobStatus"] == "Completed"


@only_3
def test_a_model_trainer(place: Connection, fresh: Any, tmp_path: Path) -> None:
    session = fresh()
    with OurRun("exp", "r", connection=place) as run:
        trainer = model_trainer(session, tmp_path)
        trainer.train(wait=False, logs=False)
    name = trainer._latest_training_job.training_job_name
    jobs = Jobs({name: session.boto_session.client(name) for name in ("sagemaker", "s3", "logs")})
    assert jobs.ended(name)["ExperimentConfig"] == run.experiment_config
    check_page(place, run, name)


@only_3
def test_clients_that_the_sdk_has_cached(place: Connection, fresh: Any) -> None:
    session = fresh()
    resources = importlib.import_module("sagemaker.core.resources")
    shapes = importlib.import_module("sagemaker.core.shapes")
    cache = importlib.import_module("sagemaker.core.utils.utils").SageMakerClient
    client = cache(session=session.boto_session, region_name="us-east-1").sagemaker_client
    requests = Requests(client.meta.events)
    with OurRun("exp", "r", connection=place) as run:
        attempt(
            resources.TrainingJob.create,
            training_job_name="resource",
            algorithm_specification=shapes.AlgorithmSpecification(
                training_image=IMAGE, training_input_mode="File"
            ),
            role_arn=ROLE,
            output_data_config=shapes.OutputDataConfig(s3_output_path="s3://b/out"),
            resource_config=shapes.ResourceConfig(
                instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=30
            ),
            stopping_condition=shapes.StoppingCondition(max_runtime_in_seconds=60),
            session=session.boto_session,
            region="us-east-1",
        )
        assert requests.config == run.experiment_config
    cache.reset()


def test_a_remote_function(place: Connection, fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "AWS_DEFAULT_REGION", "us-east-1"
    )  # importing it makes SDK 3.x a client of boto3's default
    session = fresh()
    requests = Requests(session.sagemaker_client.meta.events)
    remote = importlib.import_module(f"{CORE}remote_function").remote

    @remote(role=ROLE, image_uri=IMAGE, instance_type="ml.m5.large", sagemaker_session=session)
    def add(a: int, b: int) -> int:
        return a + b

    with OurRun("exp", "r", connection=place) as run:
        attempt(add, 1, 2)
        arguments = requests.seen[0]["AlgorithmSpecification"]["ContainerArguments"]
        assert arguments[arguments.index("--run_in_context") + 1] == (
            '{"experiment_name": "exp", "run_name": "r"}'
        )
        assert requests.config == run.experiment_config


def test_a_worker_thread(place: Connection, fresh: Any) -> None:
    session = fresh()
    requests = Requests(session.sagemaker_client.meta.events)
    with OurRun("exp", "r", connection=place) as run:
        worker = threading.Thread(target=create, args=(session.sagemaker_client,))
        worker.start()
        worker.join()
        assert requests.config == run.experiment_config


def test_each_thread_starts_its_job_under_its_own_run(place: Connection, fresh: Any) -> None:
    session, told = fresh(), {}
    requests = Requests(session.sagemaker_client.meta.events)
    both, lock = threading.Barrier(2), threading.Lock()

    def work(name: str) -> None:
        with OurRun("exp", name, connection=place) as run:
            both.wait(20)
            with lock:
                attempt(processor(session).run, wait=False, logs=False)
                told[name] = requests.config == run.experiment_config
            both.wait(20)

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == {"a": True, "b": True}


# -- the SDK's own run -------------------------------------------------------------------------------------------
def test_the_sdks_own_run_and_boto3(fresh: Any, sdk: Any) -> None:
    session = fresh()
    interop.link_jobs()
    requests = Requests(session.sagemaker_client.meta.events)
    with sdk.Run(experiment_name="exp", run_name="theirs", sagemaker_session=session) as run:
        create(session.sagemaker_client)
        assert requests.config == run.experiment_config
    create(session.sagemaker_client)
    assert requests.config is None


@only_3
def test_the_sdks_own_run_and_a_model_trainer(fresh: Any, sdk: Any, tmp_path: Path) -> None:
    session = fresh()
    interop.link_jobs()
    with sdk.Run(experiment_name="exp", run_name="theirs", sagemaker_session=session) as run:
        trainer = model_trainer(session, tmp_path)
        trainer.train(wait=False, logs=False)
    job = trainer._latest_training_job
    until(lambda: job.refresh().training_job_status not in {"InProgress", "Stopping"})
    found = session.sagemaker_client.describe_training_job(TrainingJobName=job.training_job_name)
    assert found["ExperimentConfig"] == run.experiment_config


# -- the SDK imported late, and jobs that look for their run -----------------------------------------------------
def test_the_sdk_imported_inside_the_run(tmp_path: Path) -> None:
    script = f"""
import sys
from sm_track_widgets import Run, connect
connect("embedded", path={str(tmp_path)!r})
with Run("exp", "r") as run:
    assert not [name for name in sys.modules if name.startswith("sagemaker")]
    from {_sdk._MODULES["run"][MAJOR >= 3]} import load_run
    from {_sdk._MODULES["run"][MAJOR >= 3].rpartition(".")[0]}._run_context import _RunContext
    assert _RunContext.get_current_run() is run
    with load_run() as found:
        assert found is run
        found.log_metric("loss", 1.0)
    assert run.status == "InProgress"
assert vars(_RunContext)["_context_run"] is None
assert not [one for one in sys.meta_path if type(one).__module__.startswith("sm_track_widgets")]
"""
    subprocess.run([sys.executable, "-c", script], check=True)


SCRIPT = """
    import sm_track_widgets as track
    with track.load_run() as run:
        print("found", run.experiment_name, run.run_name, run.run_group_name)
        run.log_parameter("rows", 3)
        run.log_metric("inside", 0.5, step=1)
"""


def test_our_load_run_inside_a_job(place: Connection, fresh: Any) -> None:
    boto = fresh().boto_session
    jobs = Jobs({name: boto.client(name) for name in ("sagemaker", "s3", "logs")})
    with OurRun("exp", "r", group="sweep", connection=place) as run:
        done = jobs.run(jobs.request("fit", SCRIPT))
    assert done["TrainingJobStatus"] == "Completed", jobs.log("fit")
    assert "found exp r sweep" in jobs.log("fit")
    found = run_home.component(place, run.ref.component)
    assert found["Parameters"]["rows"] == 3.0
    assert [metric["Last"] for metric in found["Metrics"]] == [0.5]
    check_page(place, run, "fit")


def test_our_load_run_inside_a_job_without_run(fresh: Any) -> None:
    boto = fresh().boto_session
    jobs = Jobs({name: boto.client(name) for name in ("sagemaker", "s3", "logs")})
    assert jobs.run(jobs.request("alone", SCRIPT))["TrainingJobStatus"] == "Failed"
    assert any("Job 'alone' was not started under a run." in line for line in jobs.log("alone"))


def check_page(place: Connection, run: OurRun, job: str) -> None:
    """The run's page names the job as a source."""
    found = run_home.component(place, run.ref.component)
    assert [entry["SourceArn"].rpartition("/")[2] for entry in found["Sources"]] == [job]
