"""``python -m sm_track_widgets.serve`` as a shell uses it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from job_requests import until

from sm_track_widgets.serve.__main__ import main

SERVE = [sys.executable, "-m", "sm_track_widgets.serve"]
SHELL = """
set -e
eval "$("$PYTHON" -m sm_track_widgets.serve --print-env --region eu-west-1 --account-id 123456789012 &)"
trap 'kill "$SM_TRACK_SERVE_PID"' EXIT
echo "$AWS_DEFAULT_REGION $NO_PROXY $AWS_ACCESS_KEY_ID"
"$PYTHON" -c 'import boto3; print(boto3.client("sts").get_caller_identity()["Account"])'
"""
PROBE = "import boto3; print(boto3.client('sagemaker').list_experiments()['ExperimentSummaries'])"


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_shell_takes_the_variables_and_ends_the_server(tmp_path):
    environment = {
        **os.environ,
        "PYTHON": sys.executable,
        "NO_PROXY": "example.invalid",
        "TMPDIR": str(tmp_path),
    }
    done = subprocess.run(
        ["bash", "-c", SHELL + 'echo "$SM_TRACK_SERVE_PID"\n'],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    variables, account, pid = done.stdout.splitlines()
    assert variables == "eu-west-1 127.0.0.1,example.invalid embedded"
    assert account == "123456789012"
    until(lambda: gone(int(pid)), "the end of the server")
    assert list(tmp_path.iterdir()) == []  # the store was a temporary one


def test_a_command_is_run_against_it(tmp_path, capfd):
    status = main(["--path", str(tmp_path / "store"), "--log", "--", sys.executable, "-c", PROBE])
    told = capfd.readouterr()
    assert (status, told.out.strip()) == (0, "[]")
    assert "200 ListExperiments" in told.err
    assert (tmp_path / "store" / "store.sqlite").exists()


def test_the_commands_status_is_returned(capfd):
    assert main(["--", sys.executable, "-c", "raise SystemExit(7)"]) == 7
    assert main(["--", "no-such-command-anywhere"]) == 127
    assert "no such command" in capfd.readouterr().err


def test_faults_and_latency(capfd):
    words = ["--latency", "0.0-0.01", "--fault", "throttle=2x@ListExperiments", "--seed", "3"]
    assert main([*words, "--log", "--", sys.executable, "-c", PROBE]) == 0
    lines = [line for line in capfd.readouterr().err.splitlines() if "ListExperiments" in line]
    assert [line.split()[0] for line in lines] == ["400", "400", "200"]


def test_it_serves_until_it_is_interrupted():
    process = subprocess.Popen(SERVE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert " at http://127.0.0.1:" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    process.stderr.close()


JOB = """
import boto3
from job_requests import Jobs, until
jobs = Jobs({name: boto3.client(name) for name in ("sagemaker", "s3", "logs")})
name = jobs.start(jobs.request("endless", "import os, time\\nprint(os.getpid(), flush=True)\\ntime.sleep(600)\\n"))
until(lambda: jobs.describe(name)["SecondaryStatus"] == "Training")
until(lambda: any(line.isdigit() for line in jobs.log(name)))
print(next(line for line in jobs.log(name) if line.isdigit()))
"""


def test_no_job_outlives_a_temporary_store(capfd):
    assert main(["--", sys.executable, "-c", JOB]) == 0
    pid = int(capfd.readouterr().out)
    until(lambda: gone(pid), "the end of the job's process")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fault", "explode"], "There is no fault 'explode'. Choose one of throttle"),
        (["--latency", "slow"], "Not a latency: slow."),
        (["--path", "/dev/null/x"], "/dev/null"),
    ],
)
def test_mistakes_are_one_line(words, said, capsys):
    assert main(words) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.splitlines()) == 1
