"""How jobs end: failures, limits, stopping, killed runners, dead parents, waiting in line."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from botocore.exceptions import WaiterError
from embedded_home import CheckedHome, refused
from job_requests import BUCKET, Jobs, until

from sm_track_widgets.embedded import EmbeddedSageMaker

WAITS = """
    import sys, time
    print("ready", flush=True)
    for _ in range(600):
        time.sleep(0.1)
"""


@pytest.fixture
def clock():
    """Jobs are other processes, which go by the machine's clock."""
    return time.time


@pytest.fixture
def home(tmp_path):
    made = CheckedHome(tmp_path / "home", stop_grace=0.3)
    yield made
    made.close()


@pytest.fixture
def jobs(clients):
    return Jobs(clients)


def processes(home, name: str) -> dict[str, int]:
    """Process ids of a job's runner and of its script, as Linux tells them."""
    found = {}
    marks = {"runner": f"\0{name}\0", "script": f"/jobs/{name}"}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line, env = (entry / "cmdline").read_bytes().decode(), (entry / "environ").read_bytes().decode()
        except OSError:
            continue
        if marks["runner"] in line and "jobs.runner" in line:
            found["runner"] = int(entry.name)
        elif f"SM_TRACK_JOB_FOLDER={home.path}{marks['script']}\0" in env:
            found["script"] = int(entry.name)
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").split(") ")[-1][0] != "Z"
    except OSError:
        return False


def running(jobs, home, name: str) -> dict[str, int]:
    """Start a job that waits; return its processes once its script is ready."""
    jobs.start(jobs.request(name, WAITS))
    until(lambda: "ready" in jobs.log(name) if jobs.describe(name)["SecondaryStatus"] == "Training" else None)
    return until(lambda: (found := processes(home, name)) and len(found) == 2 and found)


@pytest.mark.shows("CreateTrainingJob", "an exit code other than 0 is Failed, with the last lines of stderr")
def test_a_script_that_fails(jobs):
    script = """
        import sys
        print("x" * 2000, file=sys.stderr)
        print("score=7")
        raise ValueError("no such column")
    """
    failed = jobs.run(jobs.request("bad", script, metrics={"score": "score=(.*)"}))
    assert (failed["TrainingJobStatus"], failed["SecondaryStatus"]) == ("Failed", "Failed")
    reason = failed["FailureReason"]
    assert reason.startswith("AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage ")
    assert "ValueError: no such column" in reason
    assert reason.endswith(", exit code: 1")
    assert len(reason) <= 1024
    assert failed["FinalMetricDataList"][0]["Value"] == 7
    component = jobs.component("bad")
    assert component["Status"]["PrimaryStatus"] == "Failed"
    assert "no such column" in component["Status"]["Message"]
    assert jobs.keys("out/bad") == []  # no model of a failed job
    waiter = jobs.sagemaker.get_waiter("training_job_completed_or_stopped")
    with pytest.raises(WaiterError, match="terminal failure"):
        waiter.wait(TrainingJobName="bad", WaiterConfig={"Delay": 1, "MaxAttempts": 1})


@pytest.mark.shows("CreateTrainingJob", "what a failing script writes to output/failure is the FailureReason")
def test_a_script_that_explains_itself(jobs):
    script = """
        import os
        open(os.environ["SM_OUTPUT_FAILURE"], "w").write("the data has no rows")
        os.kill(os.getpid(), 9)
    """
    failed = jobs.run(jobs.request("told", script))
    assert failed["FailureReason"] == "AlgorithmError: the data has no rows, exit code: 137"


@pytest.mark.shows(
    "StopTrainingJob", "sends SIGTERM; what the script saves then is packed; the job is Stopped"
)
@pytest.mark.shows("StopTrainingJob", "a job that has ended is refused")
def test_stopping(jobs):
    script = """
        import os, signal, sys, time
        def save(*_):
            open(os.path.join(os.environ["SM_MODEL_DIR"], "saved"), "w").write("so far")
            sys.exit(0)
        signal.signal(signal.SIGTERM, save)
        print("ready", flush=True)
        time.sleep(60)
    """
    jobs.start(jobs.request("stop", script))
    until(lambda: jobs.describe("stop")["SecondaryStatus"] == "Training" and "ready" in jobs.log("stop"))
    jobs.sagemaker.stop_training_job(TrainingJobName="stop")
    stopped = jobs.ended("stop")
    assert (stopped["TrainingJobStatus"], stopped["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert [entry["Status"] for entry in stopped["SecondaryStatusTransitions"]][-2:] == [
        "Stopping",
        "Stopped",
    ]
    assert jobs.packed("stop") == {"saved": b"so far"}
    assert jobs.component("stop")["Status"] == {"PrimaryStatus": "Stopped"}
    with refused(
        "ValidationException", "The request was rejected because the training job is in status Stopped."
    ):
        jobs.sagemaker.stop_training_job(TrainingJobName="stop")


@pytest.mark.shows("StopTrainingJob", "a script that does not end on SIGTERM is killed after the grace")
@pytest.mark.shows("CreateTrainingJob", "a job over MaxRuntimeInSeconds is Stopped, MaxRuntimeExceeded")
def test_the_time_limit_holds_for_the_deaf(jobs, home):
    script = """
        import signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        time.sleep(60)
    """
    request = jobs.request("long", script, StoppingCondition={"MaxRuntimeInSeconds": 1})
    stopped = jobs.run(request)
    assert (stopped["TrainingJobStatus"], stopped["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert 1 <= stopped["TrainingTimeInSeconds"] <= 20
    until(lambda: processes(home, "long") == {})


@pytest.mark.shows(
    "DescribeTrainingJob", "a job whose runner was killed is Failed at the next look, its script dead"
)
def test_a_killed_runner(jobs, home):
    found = running(jobs, home, "killed")
    os.kill(found["runner"], signal.SIGKILL)
    until(lambda: jobs.status("killed") == "Failed")
    assert (
        jobs.describe("killed")["FailureReason"] == "InternalServerError: the process that ran the job ended"
    )
    assert jobs.component("killed")["Status"]["PrimaryStatus"] == "Failed"
    until(lambda: not alive(found["script"]))
    assert jobs.run(jobs.request("next", ""))["TrainingJobStatus"] == "Completed"


@pytest.mark.shows("ListTrainingJobs", "looks after jobs whose runner was killed, too")
@pytest.mark.shows("Search", "looks after jobs whose runner was killed, too")
@pytest.mark.parametrize("look", ["list", "search", "component"])
def test_every_look_finds_the_dead(jobs, home, look):
    found = running(jobs, home, "dead")
    os.kill(found["runner"], signal.SIGKILL)
    until(lambda: not alive(found["runner"]))

    def status():
        if look == "list":
            return jobs.sagemaker.list_training_jobs()["TrainingJobSummaries"][0]["TrainingJobStatus"]
        if look == "search":
            return jobs.sagemaker.search(Resource="TrainingJob")["Results"][0]["TrainingJob"][
                "TrainingJobStatus"
            ]
        return jobs.component("dead")["Status"]["PrimaryStatus"]

    until(lambda: status() == "Failed")


def kill_at_any_moment(jobs, home, times: int) -> None:
    """Kill a job's runner after a random while, again and again; each job has an end, and its script is gone."""
    chance = random.Random(3)
    for number in range(times):
        name = f"job-{number}"
        jobs.start(jobs.request(name, "import time; print('ready', flush=True); time.sleep(0.2)"))
        moment = time.monotonic() + chance.uniform(0, 0.6)
        until(lambda moment=moment: time.monotonic() > moment)
        found = processes(home, name)
        if "runner" in found:
            os.kill(found["runner"], signal.SIGKILL)
        assert jobs.ended(name)["TrainingJobStatus"] in {"Failed", "Completed"}
        until(lambda name=name: processes(home, name) == {})
    assert home.engine.service.store.row("PRAGMA integrity_check")[0] == "ok"
    assert jobs.sagemaker.list_training_jobs(StatusEquals="InProgress")["TrainingJobSummaries"] == []
    assert jobs.run(jobs.request("last", ""))["TrainingJobStatus"] == "Completed"


def test_killed_at_any_moment(jobs, home):
    kill_at_any_moment(jobs, home, 4)


@pytest.mark.soak
def test_killed_at_any_moment_often(jobs, home):
    kill_at_any_moment(jobs, home, 100)


PARENT = """
import json, os, sys
from sm_track_widgets.embedded import EmbeddedSageMaker
home = EmbeddedSageMaker(sys.argv[1])
client = home.boto_session().client("sagemaker")
for request in json.loads(sys.stdin.read()):
    client.create_training_job(**request)
os.kill(os.getpid(), 9)
"""


@pytest.mark.shows(
    "CreateTrainingJob", "jobs go on, one after the other, when the process that asked for them is dead"
)
def test_a_dead_parent(jobs, home):
    requests = [jobs.request(name, f"print('hello from {name}')") for name in ("orphan", "second")]
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, str(home.path)], input=json.dumps(requests).encode(), check=False
    )
    assert parent.returncode == -signal.SIGKILL
    store = home.engine.service.store
    until(
        lambda: store.row("SELECT 1 FROM training_jobs WHERE phase != 'ended'") is None
    )  # a look that starts nothing
    for name in ("orphan", "second"):
        assert jobs.status(name) == "Completed"
        assert f"hello from {name}" in jobs.log(name)


@pytest.mark.shows(
    "CreateTrainingJob", "one job runs at a time; others are Pending, and may be stopped there"
)
def test_waiting_in_line(jobs, home):
    running(jobs, home, "one")
    for name in ("two", "three"):
        jobs.start(jobs.request(name, "print('done')"))
    assert jobs.describe("two")["SecondaryStatus"] == "Pending"
    assert "1 job at a time" in jobs.describe("two")["SecondaryStatusTransitions"][-1]["StatusMessage"]
    assert processes(home, "two") == {}
    jobs.sagemaker.stop_training_job(TrainingJobName="two")
    stopped = jobs.describe("two")
    assert stopped["TrainingJobStatus"] == "Stopped"
    assert "TrainingStartTime" not in stopped
    with refused("ResourceInUse"):
        jobs.sagemaker.delete_training_job(TrainingJobName="one")
    jobs.sagemaker.stop_training_job(TrainingJobName="one")
    first, third = jobs.ended("one"), jobs.ended("three")
    assert (first["TrainingJobStatus"], third["TrainingJobStatus"]) == ("Stopped", "Completed")
    assert third["TrainingStartTime"] >= first["TrainingEndTime"]


def test_several_at_a_time(tmp_path, shared_clients):
    home = EmbeddedSageMaker(tmp_path / "wide", max_jobs=2, stop_grace=0.3)
    shared_clients.switch.target = home.engine
    jobs = Jobs(shared_clients)
    script = """
        import boto3, os, time
        sagemaker = boto3.client("sagemaker")
        deadline = time.time() + 50
        other = {"left": "right", "right": "left"}[os.environ["TRAINING_JOB_NAME"]]
        while True:
            status = sagemaker.describe_training_job(TrainingJobName=other)["SecondaryStatus"]
            if status in ("Training", "Uploading", "Completed"):
                break
            assert time.time() < deadline
            time.sleep(0.02)
    """
    for name in ("left", "right"):
        jobs.start(jobs.request(name, script))
    assert [jobs.ended(name)["TrainingJobStatus"] for name in ("left", "right")] == ["Completed", "Completed"]


def test_a_job_that_starts_a_job(tmp_path, shared_clients):
    home = EmbeddedSageMaker(tmp_path / "nested", max_jobs=2)
    shared_clients.switch.target = home.engine
    jobs = Jobs(shared_clients)
    inner = jobs.request("inner", "import os; print(os.environ.get('GREETING'), os.environ['PYTHONPATH'])")
    script = f"""
        import boto3, json, time
        sagemaker = boto3.client("sagemaker")
        sagemaker.create_training_job(**json.loads({json.dumps(json.dumps(inner))}))
        deadline = time.time() + 50
        while sagemaker.describe_training_job(TrainingJobName="inner")["TrainingJobStatus"] == "InProgress":
            assert time.time() < deadline
            time.sleep(0.02)
    """
    outer = jobs.request("outer", script, Environment={"GREETING": "hello"})
    assert jobs.run(outer)["TrainingJobStatus"] == "Completed", jobs.log("outer")
    assert jobs.status("inner") == "Completed"
    said = jobs.log("inner")[-1]
    assert said.startswith("None ")
    assert "outer" not in said


def test_a_runner_that_never_starts(jobs, home):
    jobs.start(jobs.request("first", WAITS))
    jobs.start(jobs.request("broken", ""))
    with home.engine.service.store.atomic() as connection:
        connection.execute("UPDATE training_jobs SET python = '/no/python' WHERE name = 'broken'")
    jobs.sagemaker.stop_training_job(TrainingJobName="first")
    failed = jobs.ended("broken")
    assert failed["TrainingJobStatus"] == "Failed"
    assert "could not be started" in failed["FailureReason"]
    assert jobs.ended("first")["TrainingJobStatus"] == "Stopped"
    assert not (Path(home.path) / "jobs" / "first").exists()


def test_a_region_of_its_own(tmp_path, shared_clients):
    script = """
        import boto3, os
        print(boto3.client("sts").get_caller_identity()["Account"], boto3.Session().region_name)
        print(boto3.Session(region_name="eu-west-1").client("sagemaker").meta.region_name)
        from sm_track_widgets.connection import current
        print(current().account_id, current().region, current().home)
        import subprocess, sys
        line = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
        subprocess.run([sys.executable, "-c", line], check=True)
    """
    home = EmbeddedSageMaker(tmp_path / "far", region="eu-west-1", account_id="123456789012")
    shared_clients.switch.target = home.engine
    jobs = Jobs(shared_clients)
    home.boto_session().client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    done = jobs.run(jobs.request("far", script))
    assert done["TrainingJobStatus"] == "Completed", jobs.log("far")
    assert done["TrainingJobArn"] == "arn:aws:sagemaker:eu-west-1:123456789012:training-job/far"
    said = jobs.log("far")
    assert "123456789012 eu-west-1" in said
    assert "123456789012 eu-west-1 embedded" in said
    assert said[-1] == "123456789012"
