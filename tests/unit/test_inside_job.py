"""The run of a job, as its script sees it: training, processing and transform jobs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
import run_home
from job_requests import Jobs

from sm_track_widgets import NotFoundError, config
from sm_track_widgets._errors import TrackError
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded.wire import isolated_session
from sm_track_widgets.tracking.interop import inside_job
from sm_track_widgets.tracking.run import Run, load_run

KINDS = {
    "training-job": "DescribeTrainingJob",
    "processing-job": "DescribeProcessingJob",
    "transform-job": "DescribeTransformJob",
}
CONFIG = {"ExperimentName": "exp", "TrialName": "sweep", "RunName": "exp-my-run"}


def arn(kind: str = "training-job") -> str:
    return f"arn:aws:sagemaker:eu-west-1:123456789012:{kind}/the-job"


@pytest.fixture
def network(tmp_path: Path) -> Connection:
    """A connection whose calls nobody answers but `answer`."""
    session = boto3.Session(botocore_session=isolated_session("us-east-1"))
    return Connection(config.resolve({"backend": "aws", "path": tmp_path}), session)


def answer(place: Connection, operation: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer a Describe of a job; return the requests."""
    asked: list[dict[str, Any]] = []
    events = place.client("sagemaker").meta.events
    http = type("Http", (), {"status_code": 200, "headers": {}, "content": b"", "raw": None})()
    events.register(f"before-parameter-build.sagemaker.{operation}", lambda params, **_: asked.append(params))
    events.register(f"before-call.sagemaker.{operation}", lambda **_: (http, told))
    return asked


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_job_is_asked_for_its_run(network: Connection, kind: str) -> None:
    asked = answer(network, KINDS[kind], {"ExperimentConfig": CONFIG})
    assert inside_job.run_of_job(network, arn(kind)) == ("exp", "sweep", "my-run")
    assert list(asked[0].values()) == ["the-job"]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"ExperimentName": "exp", "TrialName": "sweep"},
        {"ExperimentName": "exp", "RunName": "other-run"},
        {"ExperimentName": "exp", "RunName": "exp-"},
    ],
)
def test_a_job_without_run(network: Connection, told: dict[str, str]) -> None:
    answer(network, "DescribeTrainingJob", {"ExperimentConfig": told})
    with pytest.raises(NotFoundError, match=r"Job 'the-job' was not started under a run.*load_run\('run'"):
        inside_job.run_of_job(network, arn())


def test_what_is_no_job_and_a_job_that_is_not_there(home: Connection) -> None:
    with pytest.raises(NotFoundError, match="no ARN of a job"):
        inside_job.run_of_job(home, "arn:aws:sagemaker:eu-west-1:123456789012:model/m")
    with pytest.raises(TrackError, match="Cannot ask for the run of job 'the-job'"):
        inside_job.run_of_job(home, arn())


def test_load_run_continues_the_run(home: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    boto = home.boto_session()
    jobs = Jobs({name: boto.client(name) for name in ("sagemaker", "s3", "logs")})
    with Run("exp", "my-run", group="sweep", params={"lr": 0.1}, connection=home):
        done = jobs.run(jobs.request("fit", "print('not asked here')"))
    Run("exp", "other", connection=home).close()
    monkeypatch.setenv("TRAINING_JOB_ARN", done["TrainingJobArn"])
    with load_run(connection=home) as run:
        assert (run.ref.component, run.ref.group, run.parameters) == ("exp-my-run", "sweep", {"lr": 0.1})
        with load_run(connection=home) as again:
            assert again is run
        assert run.status == "InProgress"
    assert run_home.component(home, "exp-my-run")["Status"]["PrimaryStatus"] == "Completed"


def test_outside_of_jobs_there_is_no_run(home: Connection) -> None:
    with pytest.raises(NotFoundError, match="No run is open here"):
        load_run(connection=home)


def test_a_job_is_in_aws(tmp_path: Path) -> None:
    files: dict[str, Any] = {"config_file": tmp_path / "s.ini", "metadata_file": tmp_path / "m.json"}
    for variable in ("TRAINING_JOB_ARN", "TRANSFORM_JOB_ARN"):
        settings = config.resolve(environ={variable: arn()}, **files)
        assert (settings.backend, settings.why) == ("aws", "aws: this is a SageMaker job")
        assert config.job_arn({variable: arn()}, tmp_path / "none") == arn()
    chosen = config.resolve(environ={"TRAINING_JOB_ARN": arn(), "SM_TRACK_BACKEND": "embedded"}, **files)
    assert chosen.backend == "embedded"
    processing = tmp_path / "processingjobconfig.json"
    assert config.resolve(environ={}, processing_file=processing, **files).backend == "embedded"
    processing.write_text(json.dumps({"ProcessingJobArn": arn("processing-job")}))
    assert config.resolve(environ={}, processing_file=processing, **files).backend == "aws"
    assert config.job_arn({}, processing) == arn("processing-job")
