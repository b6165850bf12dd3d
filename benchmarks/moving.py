"""How long runs take to AWS's path, to an MLflow server and back: python benchmarks/moving.py [RUNS ...].

Each run has two metrics of 50 points, two parameters, a tag and a file of its own. AWS is the embedded service behind
boto3, without latency: the number of calls is what a real account makes of it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import move_home
from run_home import embedded

from sm_track_widgets import export_runs, import_runs, move_runs

POINTS = 50


def fill(home: Any, runs: int) -> None:
    """Write the runs, and a file for each."""
    move_home.plain_runs(home, runs, points=POINTS)
    objects, sagemaker = home.client("s3"), home.client("sagemaker")
    for number in range(runs):
        objects.put_object(Bucket=home.bucket, Key=f"files/{number}.txt", Body=b"%d" % number * 500)
        entry = {"Value": f"s3://{home.bucket}/files/{number}.txt", "MediaType": "text/plain"}
        sagemaker.update_trial_component(
            TrialComponentName=f"many-r{number:04}", OutputArtifacts={"file.txt": entry}
        )


def timed(call: Any) -> tuple[Any, float]:
    """Return the answer and the seconds it took."""
    begun = time.perf_counter()
    return call(), time.perf_counter() - begun


def server(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start an MLflow server and wait for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder}/m.db", "--workers", "1"]
    command += ["--serve-artifacts", "--artifacts-destination", str(folder / "artifacts")]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen(
            command, env={**os.environ, **quiet}, stdout=log, stderr=log, start_new_session=True
        )
    uri = f"http://127.0.0.1:{port}"
    while not answers(uri):
        time.sleep(0.1)
    return started, uri


def answers(uri: str) -> bool:
    """Whether the server is up."""
    try:
        urllib.request.urlopen(f"{uri}/health", timeout=5).read()
    except OSError:
        return False
    return True


def measure(runs: int, folder: Path) -> None:
    """Print one line for each way."""
    home, there = embedded(folder / "home"), move_home.aws(folder / "aws")
    fill(home, runs)
    report, took = timed(lambda: move_runs(to=there, connection=home))
    assert report.complete
    calls = sum(there.calls.values())
    print(f"{runs:>6,} to AWS: {took:.1f} s, {calls / runs:.1f} calls a run", flush=True)
    before = sum(there.calls.values())
    _, took = timed(lambda: move_runs(to=there, connection=home))
    print(f"{runs:>6,} to AWS again: {took:.2f} s, {sum(there.calls.values()) - before} calls", flush=True)
    process, uri = server(folder)
    try:
        report, took = timed(lambda: export_runs(f"mlflow:{uri}", connection=home))
        assert report.complete
        print(f"{runs:>6,} to MLflow: {took:.1f} s", flush=True)
        _, took = timed(lambda: export_runs(f"mlflow:{uri}", connection=home))
        print(f"{runs:>6,} to MLflow again: {took:.2f} s", flush=True)
        back = embedded(folder / "back")
        report, took = timed(lambda: import_runs(f"mlflow:{uri}", connection=back))
        assert report.complete
        print(f"{runs:>6,} from MLflow: {took:.1f} s", flush=True)
        move_home.alike(home, back)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    for number in map(int, sys.argv[1:] or ("100", "1000")):
        with tempfile.TemporaryDirectory() as place:
            measure(number, Path(place))
