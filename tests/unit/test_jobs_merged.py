"""Training jobs' own components as parts of the runs that started them."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest
from botocore.exceptions import ClientError
from job_requests import Jobs

from sm_track_widgets import _crew, config, reading
from sm_track_widgets._connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.reading import answer, asked_for, jobs
from sm_track_widgets.reading.cache import runs as cache

SCRIPT = "print('auc=0.75'); print('auc=0.5')"
RUN_TAGS = [{"Key": "sagemaker:trial-component-source", "Value": "run"}]
GROUP = "Default-Run-Group-exp"


class Clients:
    def __init__(self, session):
        self._session, self._made = session, {}

    def __getitem__(self, service):
        return self._made.setdefault(service, self._session.client(service))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two runs; the first has started two jobs, a third job has no run."""
    folder = tmp_path_factory.mktemp("jobs")
    session = EmbeddedSageMaker(folder / "service").boto_session()
    made = Jobs(Clients(session))
    client = made.sagemaker
    client.create_experiment(ExperimentName="exp")
    client.create_trial(TrialName=GROUP, ExperimentName="exp")
    for name in ("exp-one", "exp-two"):
        client.create_trial_component(
            TrialComponentName=name,
            DisplayName=name[4:],
            Tags=RUN_TAGS,
            Parameters={"depth": {"NumberValue": 9.0}, "own": {"StringValue": name}},
        )
        client.associate_trial_component(TrialComponentName=name, TrialName=GROUP)
    config_of_one = {"ExperimentName": "exp", "TrialName": GROUP, "RunName": "exp-one"}
    for name, depth, script in (("Job-A", 3, SCRIPT), ("Job-B", 4, SCRIPT.replace("0.5", "0.625"))):
        values = {"depth": depth, "eta": depth / 10}
        request = made.request(name, script, hyperparameters=values, metrics={"train:auc": r"auc=([0-9.]+)"})
        assert made.run({**request, "ExperimentConfig": config_of_one})["TrainingJobStatus"] == "Completed"
    loose = made.request("loose", SCRIPT, ExperimentConfig={"ExperimentName": "exp", "TrialName": GROUP})
    assert made.run(loose)["TrainingJobStatus"] == "Completed"
    return Connection(config.resolve({"backend": "aws", "path": folder}), session)


@pytest.fixture(autouse=True)
def _new_kernel():
    cache._all_held.clear()
    jobs._refused.clear()
    yield
    cache._all_held.clear()
    jobs._refused.clear()


def forget(place):
    """Let nothing be known any more."""
    shutil.rmtree(place.settings.path / "cache", ignore_errors=True)
    cache._all_held.clear()


def test_a_run_has_what_its_jobs_logged(place):
    frame = reading.runs("exp", connection=place)
    assert list(frame["run"]) == ["two", "one"]
    one = frame.iloc[1]
    assert one["params.depth"] == 9.0  # its own
    assert float(one["params.eta"]) == 0.4  # of the later job
    assert (one["metrics.train:auc.last"], one["metrics.train:auc.max"]) == (0.625, 0.75)
    assert one["params.SageMaker.InstanceType"] == "ml.m5.large"
    assert not [name for name in frame if "sagemaker_" in name]
    two = frame.iloc[0]
    assert str(two["metrics.train:auc.last"]) == "nan"
    files = reading.artifacts("exp", connection=place)
    assert files[["run", "artifact", "direction"]].values.tolist() == [
        ["one", "SageMaker.ModelArtifact", "output"],
        ["one", "SageMaker.ImageUri", "input"],
    ]
    assert "/Job-B/" in files["uri"][0]


def test_queries_see_runs_with_their_jobs(place):
    found = reading.runs("exp", "params.own = 'exp-one' AND metrics.train:auc > 0.6", connection=place)
    assert list(found["run"]) == ["one"]


def test_points_of_a_job_are_points_of_its_run(place):
    points = reading.metrics("exp", "train:auc", connection=place)
    assert points["run"].astype(str).tolist() == ["one", "one"] or len(points) == 1
    assert points["value"].iloc[-1] == 0.625


def test_analytics_keeps_them_apart_as_the_sdk_does(place):
    names = list(reading.analytics("exp", connection=place)["TrialComponentName"])
    assert len(names) == 5
    assert sum(name.lower().endswith("-aws-training-job") for name in names) == 3


def test_which_run_a_job_belongs_to_is_asked_once(place):
    forget(place)
    before = Counter(place.calls)
    reading.runs("exp", connection=place)
    assert (place.calls - before)["Search"] == 2
    cache._all_held.clear()
    before = Counter(place.calls)
    reading.runs("exp", connection=place)
    # What was modified a moment ago is read again, yet its run stays known.
    assert (place.calls - before)["Search"] == 1


def test_a_query_asks_for_all_runs_where_jobs_are(place, monkeypatch):
    monkeypatch.setattr(asked_for, "FEW", 1)
    forget(place)
    found = answer.find(place, answer.Wanted("exp", query="metrics.train:auc > 0.6"))
    assert (found.way, found.table.components) == ("service", ["exp-one"])


def test_a_throttled_look_for_runs_of_jobs_is_repeated(place, monkeypatch):
    monkeypatch.setattr(_crew, "PAUSE", 0.001)
    forget(place)
    failed = []

    def throttle(params, **_):
        if params["Resource"] == "TrainingJob" and len(failed) < 2:
            failed.append(1)
            error = {"Error": {"Code": "ThrottlingException", "Message": "x"}, "ResponseMetadata": {}}
            raise ClientError(error, "Search")

    events = place.single("sagemaker").meta.events
    events.register("provide-client-params.sagemaker.Search", throttle, unique_id="throttle")
    try:
        frame = reading.runs("exp", connection=place)
    finally:
        events.unregister("provide-client-params.sagemaker.Search", unique_id="throttle")
    assert len(failed) == 2
    assert "metrics.train:auc.last" in frame


def test_a_service_that_does_not_search_jobs_leaves_them_out(place):
    forget(place)

    def refuse(params, **_):
        if params["Resource"] == "TrainingJob":
            params["SearchExpression"] = {"Filters": [{"Name": "Nonsense"}]}

    events = place.single("sagemaker").meta.events
    events.register("provide-client-params.sagemaker.Search", refuse, unique_id="refuse")
    try:
        frame = reading.runs("exp", connection=place)
    finally:
        events.unregister("provide-client-params.sagemaker.Search", unique_id="refuse")
    assert list(frame["run"]) == ["two", "one"]
    assert not [name for name in frame if "auc" in name]
    forget(place)
