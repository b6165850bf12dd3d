"""Jobs of a run, really run on the embedded home: noted, several in flight, shown, stopped, priced."""

from __future__ import annotations

import datetime as dt
import json
import threading
from typing import Any

import pytest
from job_requests import Jobs, until

import sm_track_widgets as sm
from sm_track_widgets import _job_facts, _prices, config
from sm_track_widgets._errors import UsageError
from sm_track_widgets._names import JOBS_PARAMETER
from sm_track_widgets.embedded import engine
from sm_track_widgets.embedded.service import Rules
from sm_track_widgets.reading.run_facts import stored_facts
from sm_track_widgets.reading.run_jobs import jobs_of, read_jobs
from sm_track_widgets.tracking.job_log import texts_of
from sm_track_widgets.widgets.job_rows import job_rows, watch_of

QUICK = "print('loss=0.25')\nprint('done')"
SLEEPY = "import time\nprint('asleep', flush=True)\ntime.sleep(60)"


@pytest.fixture
def place(tmp_path):
    yield sm.connect("embedded", path=tmp_path / "home")
    config.clear_overrides()


@pytest.fixture
def jobs(place):
    return Jobs({name: place.client(name) for name in ("sagemaker", "s3", "logs")})


def prices(tmp_path, text='{"ml.m5.large": 36.0}', name="prices.json"):
    file = tmp_path / name
    file.write_text(text)
    return str(file)


def test_several_jobs_in_flight_and_what_the_run_knows_of_them(place, jobs, tmp_path):
    config.set_overrides(prices=prices(tmp_path))
    sm.connect("embedded", path=tmp_path / "home")
    with sm.Run("jobs", "many") as run:
        with run.jobs(limit=2) as queue:
            for number in range(3):
                queue.submit(jobs.request(f"job-{number}", QUICK, metrics={"loss": "loss=([0-9.]+)"}))
        outcomes = [future.result() for future in queue.futures]
        assert [outcome.jobs[0].name for outcome in outcomes] == ["job-0", "job-1", "job-2"]
        assert all(outcome.ok for outcome in outcomes)
        assert outcomes[0].jobs[0].metrics == (("loss", 0.25),)
        assert sorted(run.started_jobs) == [("training", f"job-{number}") for number in range(3)]
        watch = watch_of(run)
        until(lambda: watch.over and len(watch.rows) == 3, "the watch seeing the jobs end")
    facts = stored_facts(sm.connect("embedded", path=tmp_path / "home"), "many", "jobs")
    assert sorted(facts.jobs) == sorted(run.started_jobs)
    assert JOBS_PARAMETER not in facts.parameters
    rows = sm.run_details("many", "jobs").jobs
    assert {row["status"] for row in rows} == {"Completed"}
    assert all(row["cost"] > 0 for row in rows)
    text = sm.run_details("many", "jobs", tab="jobs").text()
    assert "job-0" in text
    assert "3 jobs: 3 completed · about" in text
    frame = sm.runs("jobs").set_index("run")
    assert frame.loc["many", "cost"] > 0
    assert frame.loc["many", "metrics.loss.last"] == 0.25


def test_a_job_that_fails_is_an_outcome_with_its_last_lines(place, jobs):
    with sm.Run("jobs", "fails") as run, run.jobs() as queue:
        future = queue.submit(jobs.request("bad", "print('before')\nraise ValueError('no')"))
    assert not future.result().ok
    (row,) = sm.run_details("fails", "jobs").jobs
    assert row["status"] == "Failed"
    assert any("ValueError: no" in line for line in row["lines"])
    assert "ValueError" in sm.run_details("fails", "jobs", tab="jobs").html()


def test_at_most_so_many_at_a_time(place):
    running, most, lock = [0], [0], threading.Lock()
    gate = threading.Event()

    def work():
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
            if running[0] == 2:
                gate.set()
        assert gate.wait(30)
        with lock:
            running[0] -= 1
        return "value"

    with sm.Run("jobs", "limited") as run, run.jobs(limit=2) as queue:
        futures = [queue.submit(work) for _ in range(6)]
    assert most == [2]
    assert [future.result().value for future in futures] == ["value"] * 6


def test_what_is_submitted_belongs_to_its_run_and_not_to_the_newest(place, jobs):
    with sm.Run("jobs", "outer") as outer:
        queue = outer.jobs()
        with sm.Run("jobs", "inner") as inner:
            queue.submit(jobs.request("mine", QUICK))
            queue.wait()
        assert (outer.started_jobs, inner.started_jobs) == ([("training", "mine")], [])


def test_an_estimator_is_not_waited_for_by_the_sdk(place):
    class Estimator:
        def fit(self, data, wait=True):
            self.told = (data, wait)

    estimator = Estimator()
    with sm.Run("jobs", "sdk") as run, run.jobs() as queue:
        queue.submit(estimator, {"train": "s3://b/k"})
    assert estimator.told == ({"train": "s3://b/k"}, False)


def test_what_cannot_be_submitted(place):
    with sm.Run("jobs", "wrong") as run:
        for limit in (0, 101, True, "4"):
            with pytest.raises(UsageError, match="limit is a number of jobs"):
                run.jobs(limit)
        with pytest.raises(UsageError, match="A int starts no job"):
            run.jobs().submit(3)
        queue = run.jobs()
        queue.submit(lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            queue.wait()


def test_stopping_starts_no_more_and_ends_what_runs(place, jobs):
    with sm.Run("jobs", "stopped") as run:
        queue = run.jobs(limit=1)
        queue.submit(jobs.request("sleepy", SLEEPY))
        queue.submit(jobs.request("never", QUICK))
        until(lambda: "asleep" in str(job_rows(place, read_jobs(place, open_facts(run)))), "its log")
        assert queue.stop() == ["sleepy"]
        client = place.client("sagemaker")
        until(lambda: _job_facts.describe(client, "training", "sleepy").over, "the job stopping")
        assert _job_facts.describe(client, "training", "sleepy").status == "Stopped"
        _job_facts.stop(client, "training", "sleepy")  # once more does no harm
    assert run.started_jobs == [("training", "sleepy")]


def open_facts(run):
    from sm_track_widgets.widgets.open_facts import open_facts as facts

    return facts(run)


def test_a_stopped_queue_is_left_without_those_that_never_began(place):
    begun, go, stopped = threading.Event(), threading.Event(), threading.Event()

    def first():
        begun.set()
        assert go.wait(30)

    def used():
        with sm.Run("jobs", "stopped", connection=place) as run, run.jobs(limit=1) as queue:
            queue.submit(first)
            queue.submit(print)
            assert begun.wait(30)
            queue.stop()
            go.set()
            assert len(queue.wait()) == 1
            with pytest.raises(UsageError, match="starts no more jobs"):
                queue.submit(print)
        stopped.set()

    threading.Thread(
        target=used, daemon=True
    ).start()  # it must not hang, and if it does, not the whole suite
    assert stopped.wait(60)


def test_jobs_of_others_are_found_by_their_configuration(place, jobs):
    with sm.Run("jobs", "linked") as run:
        place.client("sagemaker").create_training_job(**jobs.request("theirs", QUICK))
    client = place.client("sagemaker")
    client.update_trial_component(TrialComponentName=run.ref.component, ParametersToRemove=[JOBS_PARAMETER])
    until(lambda: _job_facts.describe(client, "training", "theirs").over)
    facts = stored_facts(place, "linked", "jobs")
    assert facts.jobs == []
    assert jobs_of(place, facts) == [("training", "theirs")]


def test_a_refused_job_is_not_noted(place, jobs):
    with sm.Run("jobs", "refused") as run:
        request = jobs.request("twice", QUICK)
        place.client("sagemaker").create_training_job(**request)
        with pytest.raises(place.client("sagemaker").exceptions.ResourceInUse):
            place.client("sagemaker").create_training_job(**request)
        with pytest.raises(place.client("sagemaker").exceptions.ClientError):
            place.client("sagemaker").create_training_job(**{**request, "TrainingJobName": "other!"})
        assert run.started_jobs == [("training", "twice")]


def test_a_continued_run_keeps_the_jobs_it_had(place, jobs):
    with sm.Run("jobs", "goes-on") as run:
        run.note_job("processing", "clean")
    with sm.load_run("goes-on", "jobs") as run:
        run.note_job("training", "fit")
        assert run.started_jobs == [("processing", "clean"), ("training", "fit")]
    assert stored_facts(place, "goes-on", "jobs").jobs == run.started_jobs


def test_jobs_without_number_fill_several_parameters():
    names = [("training", f"{number:03}-" + "x" * 59) for number in range(100)]
    told = texts_of(names)
    assert len(told) > 2
    assert all(len(text) <= 2500 for text in told.values())
    from sm_track_widgets.reading.run_facts import noted_jobs

    assert noted_jobs(told) == names


def test_the_image_and_model_of_a_runs_job_are_registered(place, jobs):
    script = "import os, pathlib\npathlib.Path(os.environ['SM_MODEL_DIR'], 'm.txt').write_text('1')"
    with sm.Run("jobs", "trained") as run, run.jobs() as queue:
        queue.submit(jobs.request("fit", script))
    version = sm.register("trained", "from-job")
    described = place.client("sagemaker").describe_training_job(TrainingJobName="fit")
    assert version.image == described["AlgorithmSpecification"]["TrainingImage"]
    assert version.model == described["ModelArtifacts"]["S3ModelArtifacts"]


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("ml.m5.large", "p.csv", "Line 1 of"),
        ("type,price\nml.m5.large,cheap", "p.csv", "The price of 'ml.m5.large'"),
        ("", "p.csv", "There are no prices"),
        ("[1]", "p.json", "are no object"),
        ("{", "p.json", "are no JSON"),
        ('{"ml.m5.large": -1}', "p.json", "is no number: -1"),
    ],
)
def test_prices_that_cannot_be_read(tmp_path, text, name, words):
    file = prices(tmp_path, text, name)
    with pytest.raises(UsageError) as raised:
        config.set_overrides(prices=file)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        config.set_overrides(prices=str(tmp_path / "nowhere.csv"))


def test_costs(tmp_path):
    held = _prices.read(
        prices(tmp_path, "type,price per hour\nml.m5.large,0.115\n# a remark\n\nml.g5.xlarge, 1.4\n", "p.csv")
    )
    assert held == {"ml.m5.large": 0.115, "ml.g5.xlarge": 1.4}
    assert _prices.cost(held, [("ml.m5.large", 7200), ("ml.g5.xlarge", 1800)]) == pytest.approx(0.93)
    assert _prices.cost(held, [("ml.m5.large", 1), ("ml.other", 1)]) is None
    assert _prices.cost(held, []) is None
    assert _prices.known("nowhere.csv") == {}


def tuner_answers() -> dict[str, dict[str, Any]]:
    """What the service tells of a tuning job with one child."""
    at = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    child = {
        "TrainingJobName": "tune-001",
        "TrainingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:training-job/tune-001",
        "TrainingJobStatus": "Completed",
        "CreationTime": at,
        "TunedHyperParameters": {},
        "FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": "auc", "Value": 0.75},
    }
    return {
        "CreateHyperParameterTuningJob": {"HyperParameterTuningJobArn": "arn"},
        "DescribeHyperParameterTuningJob": {
            "HyperParameterTuningJobName": "tune",
            "HyperParameterTuningJobStatus": "Completed",
            "CreationTime": at,
            "TrainingJobStatusCounters": {"Completed": 1},
        },
        "ListTrainingJobsForHyperParameterTuningJob": {"TrainingJobSummaries": [child]},
        "DescribeTrainingJob": {
            "TrainingJobName": "tune-001",
            "TrainingJobStatus": "Completed",
            "CreationTime": at,
            "TrainingStartTime": at,
            "TrainingEndTime": at + dt.timedelta(seconds=100),
            "BillableTimeInSeconds": 50,
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
            "TuningJobArn": "arn:aws:sagemaker:us-east-1:000000000000:hyper-parameter-tuning-job/tune",
        },
    }


def test_the_children_of_a_tuner_stand_under_the_run_that_started_it(place, tmp_path, monkeypatch):
    """No home runs tuning jobs: the requests are checked, the answers are as botocore's shapes have them."""
    config.set_overrides(prices=prices(tmp_path))
    place.settings = config.resolve({"backend": "embedded", "path": tmp_path / "home"})
    for operation, told in tuner_answers().items():
        monkeypatch.setitem(engine.OPERATIONS["sagemaker"], operation, lambda _, __, told=told: told)
    with sm.Run("jobs", "tuned") as run:
        place.client("sagemaker").create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName="tune",
            HyperParameterTuningJobConfig={
                "Strategy": "Random",
                "ResourceLimits": {"MaxParallelTrainingJobs": 1},
            },
        )
        assert run.started_jobs == [("tuning", "tune")]
    tuner, job = sm.run_details("tuned", "jobs").jobs
    assert (tuner["kind"], tuner["detail"], tuner["cost"]) == ("tuning", "1 completed", None)
    assert (job["tuner"], job["metrics"], job["instance"]) == ("tune", [["auc", 0.75]], "2 x ml.m5.large")
    assert job["cost"] == 1.0  # 50 s on two instances at 36 an hour
    assert "└ tune-001" in sm.run_details("tuned", "jobs", tab="jobs").text()


def answers_of_jobs(at: dt.datetime) -> dict[str, dict[str, Any]]:
    """What the service tells of jobs that do not run here, as botocore's shapes have it."""
    return {
        "processing": {
            "ProcessingJobName": "p",
            "ProcessingJobStatus": "Failed",
            "FailureReason": "out of\n memory",
            "ProcessingResources": {"ClusterConfig": {"InstanceCount": 2, "InstanceType": "ml.m5.large"}},
            "ProcessingStartTime": at,
            "ProcessingEndTime": at + dt.timedelta(seconds=90),
        },
        "transform": {
            "TransformJobName": "t",
            "TransformJobStatus": "InProgress",
            "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge"},
            "TransformStartTime": at,
        },
        "tuning": {
            "HyperParameterTuningJobName": "h",
            "HyperParameterTuningJobStatus": "Completed",
            "CreationTime": at,
            "HyperParameterTuningEndTime": at + dt.timedelta(seconds=60),
            "TrainingJobStatusCounters": {"Completed": 3, "InProgress": 0, "NonRetryableError": 1},
        },
    }


def test_facts_of_each_kind_of_job_as_the_service_tells_them():
    """Only training jobs run here: the others' answers are as botocore's shapes have them."""
    at = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    answers = answers_of_jobs(at)

    class Client:
        def __getattr__(self, name):
            kind = next(
                kind
                for kind in answers
                if name.startswith("describe_") and kind in name.replace("hyper_parameter_", "")
            )
            return lambda **_: answers[kind]

    found = {kind: _job_facts.describe(Client(), kind, "x") for kind in answers}
    assert (found["processing"].detail, found["processing"].billed()) == ("out of memory", 180.0)
    assert (found["transform"].instance, found["transform"].seconds(at.timestamp() + 5)) == (
        "ml.m5.xlarge",
        5.0,
    )
    assert (found["tuning"].detail, found["tuning"].seconds()) == ("3 completed, 1 failed", 60.0)
    assert json.dumps(texts_of([("tuning", "h")])) == '{"sm_track.jobs": "tuning:h"}'


def test_costs_in_frames_where_components_tell_no_instances(tmp_path):
    config.set_overrides(prices=prices(tmp_path))
    place = sm.connect("embedded", path=tmp_path / "home", rules=Rules(jobs_tell_their_instances=False))
    jobs = Jobs({name: place.client(name) for name in ("sagemaker", "s3", "logs")})
    with sm.Run("jobs", "priced") as run, run.jobs() as queue:
        queue.submit(jobs.request("fit", QUICK))
    assert "cost" not in sm.runs("jobs").columns
    assert sm.run_details("priced", "jobs").jobs[0]["cost"] > 0
    config.clear_overrides()
