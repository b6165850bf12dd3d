"""A sweep whose points are jobs: through the SDK's RemoteExecutor up to the request for each training job."""

from __future__ import annotations

import pickle

import pytest
import run_home
from job_requests import IMAGE, ROLE

import sm_track_widgets as sm
from sm_track_widgets import _sdk
from sm_track_widgets._errors import UsageError
from sm_track_widgets.actions.sweep.worker import Task


@pytest.fixture
def place(tmp_path):
    return run_home.aws(tmp_path / "place")


@pytest.fixture
def executor(place, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", place.region)  # 3.x asks boto3 for it, not its session
    made = _sdk.remote_executor(
        image_uri=IMAGE,
        instance_type="ml.m5.large",
        role=ROLE,
        max_parallel_jobs=2,
        sagemaker_session=place.sagemaker_session(),
    )
    yield made
    made.shutdown()


class Requests:
    """The requests for training jobs; each is refused when it was seen."""

    def __init__(self, place) -> None:
        self.seen = []
        client = place.sagemaker_session().sagemaker_client
        client.meta.events.register_last("before-parameter-build.sagemaker.CreateTrainingJob", self._refuse)

    def _refuse(self, params, **_):
        from botocore.exceptions import ClientError

        self.seen.append(dict(params))
        told = {"Code": "ResourceLimitExceeded", "Message": "no more instances"}
        raise ClientError({"Error": told, "ResponseMetadata": {"HTTPStatusCode": 400}}, "CreateTrainingJob")


def train(lr):
    return lr


def test_each_point_asks_for_a_job_that_carries_it(place, executor, monkeypatch):
    requests = Requests(place)
    tasks = []
    submit = executor.submit
    monkeypatch.setattr(executor, "submit", lambda work, task: (tasks.append(task), submit(work, task))[1])
    assert _sdk.is_remote_executor(executor)
    result = sm.sweep(
        train,
        {"lr": [0.1, 0.2, 0.3]},
        "jobs",
        goal="min:loss",
        executor=executor,
        connection=place,
        continue_on_error=True,
    )
    assert len(requests.seen) == 3
    for request in requests.seen:
        assert request["AlgorithmSpecification"]["TrainingImage"] == IMAGE
        assert request["ResourceConfig"]["InstanceType"] == "ml.m5.large"
        assert request["AlgorithmSpecification"]["ContainerEntrypoint"]
    for sent in tasks:
        task = pickle.loads(pickle.dumps(sent))
        assert isinstance(task, Task)
        assert (task.place, task.stop) == (None, ""), "the job finds its own way to AWS"
        assert pickle.loads(task.body)(task.point.params, None) == task.point.params["lr"]
    assert result.counts["failed"] == 3
    assert "no more instances" in result.points[0].message
    assert result.points[0].message.startswith("Its job gave no answer: ")


def test_what_a_job_cannot_do_is_told_before(place, executor, tmp_path):
    with pytest.raises(UsageError, match="cannot ask which points to stop"):
        sm.sweep(
            train, {"lr": [1]}, goal="min:loss", early_stop="median", executor=executor, connection=place
        )
    local = run_home.embedded(tmp_path / "local")
    with pytest.raises(UsageError, match="write to AWS, and runs go to the embedded home"):
        sm.sweep(train, {"lr": [1]}, executor=executor, connection=local)
