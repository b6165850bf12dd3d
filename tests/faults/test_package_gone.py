"""The package is upgraded or removed under a kernel that goes on: its sender has all it needs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from run_home import component, until

import sm_track_widgets
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve import Faults, Server
from sm_track_widgets.tracking.delivery.delivery import KERNEL_ENDED

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

KERNEL = """
import os, sys
import sm_track_widgets
from sm_track_widgets.connection import connect
from sm_track_widgets.tracking.run import Run

backend, home, told = sys.argv[1:]
assert sm_track_widgets.__file__.startswith(os.path.dirname(home)), sm_track_widgets.__file__
run = Run("upgrades", "first", connection=connect(backend, path=home))
run.log_metric("loss", 1.0, step=0)
while not run.progress().delivered:
    pass
print(run._outbox.sender_pid, flush=True)

sys.stdin.readline()  # meanwhile the package is changed
for step in range(1, 500):
    run.log_metric("loss", 1.0, step=step)
run.log_parameter("lr", 0.1)
run.set_tag("kind", "test")
run.log_file(told)
run.log_confusion_matrix([0, 1], [0, 1], title="matrix")
while not run.progress().done:
    pass
print(run._outbox.sender_pid, flush=True)

sys.stdin.readline()  # meanwhile the sender is killed
run.log_metric("loss", 1.0, step=500)
while not (told := run.progress()).done and "(code 1)" not in (told.error or ""):
    pass
print(told.error or "fine", flush=True)
os.kill(os.getpid(), 9)
"""


class Kernel:
    """A process that imports a copy of the package, which the test may then change."""

    def __init__(self, folder, backend="embedded", environment=None):
        shutil.copytree(
            Path(sm_track_widgets.__file__).parent, folder / "lib" / "sm_track_widgets",
            ignore=shutil.ignore_patterns("static", "__pycache__"),
        )  # fmt: skip
        self.lib = folder / "lib"
        self._senders = set()
        (folder / "report.txt").write_text("fine")
        paths = os.pathsep.join([str(self.lib), os.environ["PYTHONPATH"]])
        self._process = subprocess.Popen(
            [sys.executable, "-c", KERNEL, backend, str(folder / "home"), str(folder / "report.txt")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": paths, **(environment or {})},
        )

    def told(self):
        line = self._process.stdout.readline().strip()
        assert line, "the kernel ended"
        self._senders |= {int(line)} if line.isdecimal() else set()
        return line

    def go_on(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def end(self):
        self._process.kill()
        self._process.communicate()
        for sender in self._senders:
            with contextlib.suppress(ProcessLookupError):
                os.kill(sender, 9)


@pytest.fixture
def kernel(tmp_path):
    made = Kernel(tmp_path)
    yield made
    made.end()
    reset()


def check(connection, points):
    name = "upgrades-first"
    assert list(connection.read_series([(name, "loss")])[0].steps) == list(range(points))
    told = component(connection, name)
    assert told["Parameters"]["lr"] == 0.1
    assert "report.txt" in told["OutputArtifacts"]
    return told["Status"]


def test_removed_the_sender_goes_on_and_a_dead_one_is_told(kernel, tmp_path):
    sender = kernel.told()
    shutil.rmtree(kernel.lib)
    kernel.go_on()
    assert kernel.told() == sender, "it was the same sender that delivered"
    connection = connect("embedded", path=tmp_path / "home")
    assert check(connection, 500) == {"PrimaryStatus": "InProgress"}
    (kernel.lib / "sm_track_widgets").mkdir(parents=True)
    (kernel.lib / "sm_track_widgets" / "__init__.py").write_text("raise ImportError('half installed')")
    os.kill(int(sender), 9)
    kernel.go_on()
    assert "the sender ended (code 1); see" in kernel.told()
    assert (
        len(list((tmp_path / "home" / "journals").rglob("*.smj"))) == 1
    )  # nothing is lost: %sm_sync sends it


def test_upgraded_a_new_sender_takes_over(kernel, tmp_path):
    sender = kernel.told()
    package = kernel.lib / "sm_track_widgets"
    for path in package.rglob("*.py"):
        path.write_text(f"# a newer version\n{path.read_text()}")
    kernel.go_on()
    assert kernel.told() == sender
    os.kill(int(sender), 9)
    kernel.go_on()
    assert kernel.told() == "fine"
    connection = connect("embedded", path=tmp_path / "home")
    until(lambda: not list((tmp_path / "home" / "journals").iterdir()))
    assert check(connection, 501) == {"PrimaryStatus": "Stopped", "Message": KERNEL_ENDED}


def test_removed_on_the_way_to_aws_with_every_kind_of_trouble(tmp_path):
    faults = Faults(seed=1)
    with Server(EmbeddedSageMaker(tmp_path / "account"), faults=faults) as server:
        kernel = Kernel(tmp_path, "aws", server.environment())
        try:
            sender = kernel.told()
            shutil.rmtree(kernel.lib)
            faults.add("throttle", probability=0.1).add("error", probability=0.1)
            faults.add("unavailable", probability=0.1).add("drop-request", "AddTags", times=1)
            kernel.go_on()
            assert kernel.told() == sender
            faults.clear()
            connection = connect("aws", session=server.boto_session(), path=tmp_path / "other")
            assert check(connection, 500) == {"PrimaryStatus": "InProgress"}
        finally:
            kernel.end()
            reset()


NEW_MODULES = """
import json, sys, threading
from pathlib import Path
from sm_track_widgets.connection import Connection
from sm_track_widgets.tracking.delivery import sender
from sm_track_widgets.tracking.delivery.bell import Bell
from sm_track_widgets.tracking.delivery.loop import SenderLoop

job = json.loads(sys.stdin.readline())
connection = Connection.rebuild(job["connection"])
sender.load_all(connection)
before = set(sys.modules)
bell = Bell()
bell.kernel_gone()
SenderLoop(connection, Path(job["folder"]), bell).run()
print(json.dumps(sorted(set(sys.modules) - before)))
"""


LEAVE = """
import os, sys
from sm_track_widgets.connection import connect
from sm_track_widgets.tracking.run import Run
connection = connect(sys.argv[1], path=sys.argv[2])
run = Run("upgrades", "left", connection=connection)
courier = run._outbox._courier
courier._closed = True
os.kill(courier.pid, 9)
run.log_metric("loss", 1.0, step=0)
run.log_parameter("lr", 0.1)
run.set_tag("kind", "test")
run.log_artifact("data", "s3://bucket/key")
run.log_file(sys.argv[3])
run.log_file(sys.argv[4])
run.log_confusion_matrix([0, 1], [0, 1], title="matrix")
print(__import__("json").dumps({"connection": connection.describe(), "folder": str(run._outbox.folder)}), flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("backend", ["embedded", "aws"])
def test_everything_is_imported_at_the_start(tmp_path, backend):
    """Also of other packages: what is imported late could be of another version by then, or gone."""
    small, large = tmp_path / "report.txt", tmp_path / "model.bin"
    small.write_text("fine")
    large.write_bytes(os.urandom(9 << 20))
    with Server(EmbeddedSageMaker(tmp_path / "account")) as server:
        environment = {**os.environ, **(server.environment() if backend == "aws" else {})}
        arguments = [backend, str(tmp_path / "home"), str(small), str(large)]
        dead = subprocess.run(
            [sys.executable, "-c", LEAVE, *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert dead.returncode == -9, dead.stderr
        server.faults.add("throttle", times=3).add("error", times=2)
        server.faults.add("drop-reply", ("UpdateTrialComponent", "PutObject"), times=2)
        server.faults.add("drop-request", ("AddTags", "UploadPart"), times=2)
        done = subprocess.run(
            [sys.executable, "-c", NEW_MODULES],
            input=dead.stdout,
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
    assert list((tmp_path / "home" / "journals").rglob("*.smj")) == []
