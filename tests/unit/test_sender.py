"""The sender process: killed, interrupted, orphaned, it delivers every point once and ends by itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sm_track_widgets._types import RunRef
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.tracking.delivery.delivery import KERNEL_ENDED
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalWriter
from sm_track_widgets.tracking.outbox.courier import MODULE
from sm_track_widgets.tracking.outbox.outbox import Outbox

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
GROUP = "Default-Run-Group-exp"


def ref(run="run"):
    return RunRef("exp", GROUP, run, f"exp-{run}")


def create(connection, run="run"):
    connection.client("sagemaker").create_trial_component(
        TrialComponentName=f"exp-{run}", Status={"PrimaryStatus": "InProgress"}
    )


def steps(connection, run="run", metric="loss"):
    return list(connection.read_series([(f"exp-{run}", metric)])[0].steps)


def status(connection, run="run"):
    found = connection.client("sagemaker").describe_trial_component(TrialComponentName=f"exp-{run}")
    return found["Status"]


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return value


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0] != "Z"


@pytest.fixture
def connection(tmp_path):
    yield connect("embedded", path=tmp_path)
    reset()


@pytest.fixture
def outbox(connection):
    made = Outbox(connection)
    yield made
    pid = made.sender_pid
    made.close()
    if pid is not None:
        until(lambda: not alive(pid))


def test_points_arrive_while_the_kernel_works(outbox, connection):
    create(connection)
    journal = outbox.journal(ref())
    for step in range(1000):
        journal.metric("loss", 1.0, step, time.time())
    assert outbox.wait(journal, 20)
    assert steps(connection) == list(range(1000))
    progress = outbox.progress(journal)
    assert (progress.written, progress.delivered, progress.waiting, progress.error) == (1000, 1000, 0, None)
    journal.metric("loss", 1.0, 1000, time.time())
    until(lambda: outbox.progress(journal).done)  # without a wake
    assert steps(connection)[-1] == 1000


def test_killing_the_sender_loses_and_doubles_nothing(outbox, connection):
    create(connection)
    journal = outbox.journal(ref())
    written, killed = 0, 0
    deadline = time.monotonic() + 40
    while killed < 4:
        assert time.monotonic() < deadline
        for _ in range(500):
            journal.metric("loss", 1.0, written, time.time())
            written += 1
        journal.record("params", {"set": {"written": written}})
        progress = outbox.progress(journal)
        pid = outbox.sender_pid
        if pid is not None and progress.delivered and progress.waiting:
            os.kill(pid, signal.SIGKILL if killed % 2 else signal.SIGTERM)
            until(lambda gone=pid: outbox.sender_pid != gone)
            killed += 1
        time.sleep(0.01)
    journal.record("close", {"status": "Completed", "message": "", "ended": time.time()})
    journal.close()
    assert outbox.wait(journal, 40)
    assert steps(connection) == list(range(written))
    assert outbox.progress(journal).delivered == written
    assert status(connection)["PrimaryStatus"] == "Completed"
    assert connection.client("sagemaker").describe_trial_component(TrialComponentName="exp-run")[
        "Parameters"
    ] == {"written": {"NumberValue": float(written)}}


def test_an_interrupt_meant_for_the_cell_does_not_end_it(outbox, connection):
    create(connection)
    journal = outbox.journal(ref())
    journal.metric("loss", 1.0, 0, time.time())
    assert outbox.wait(journal, 20)
    pid = outbox.sender_pid
    os.kill(pid, signal.SIGINT)
    assert os.getsid(pid) != os.getsid(0)
    journal.metric("loss", 1.0, 1, time.time())
    assert outbox.wait(journal, 20)
    assert outbox.sender_pid == pid


def test_a_finished_journal_is_deleted(outbox, connection):
    create(connection)
    journal = outbox.journal(ref())
    journal.metric("loss", 1.0, 0, time.time())
    journal.record("close", {"status": "Completed", "message": "", "ended": time.time()})
    journal.close()
    assert outbox.wait(journal, 20)
    until(lambda: not list(outbox.folder.glob("*.smj*")))
    until(lambda: outbox.progress(journal).done and not list(outbox.folder.glob("*.ack")))
    assert outbox.progress(journal).delivered == 1
    pid = outbox.sender_pid
    outbox.close()
    until(lambda: not alive(pid))
    assert not outbox.folder.exists()


KERNEL = """
import os, sys, time
from sm_track_widgets._types import RunRef
from sm_track_widgets.connection import connect
from sm_track_widgets.tracking.outbox.outbox import Outbox
outbox = Outbox(connect("embedded", path=sys.argv[1]))
journal = outbox.journal(RunRef("exp", "g", "run", "exp-run"))
for step in range(3000):
    journal.metric("loss", 1.0, step, time.time())
journal.record("params", {"set": {"last": 1}})
print(outbox.sender_pid, flush=True)
ENDING
"""


@pytest.mark.parametrize(
    "ending",
    [
        "os.kill(os.getpid(), 9)",
        "sys.exit(0)",
        "os.fork() or (print(os.getpid(), flush=True), time.sleep(60)); os.kill(os.getpid(), 9)",
    ],
    ids=["kill -9", "exit", "kill -9 with a forked child"],
)
def test_the_kernel_ends_and_the_sender_finishes(connection, tmp_path, ending):
    create(connection)
    code = KERNEL.replace("ENDING", ending)
    kernel = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    sender = int(kernel.stdout.readline())
    forked = int(kernel.stdout.readline()) if "fork" in ending else None
    try:
        kernel.wait(20)
        until(lambda: not alive(sender))
    finally:
        if forked is not None:
            os.kill(forked, signal.SIGKILL)
        kernel.stdout.close()
    assert steps(connection) == list(range(3000))
    assert status(connection) == {"PrimaryStatus": "Stopped", "Message": KERNEL_ENDED}
    assert list((tmp_path / "journals").iterdir()) == []


def leave(connection, folder, run, count, **identity):
    """Write what a kernel that is gone has left."""
    home, account, region, endpoint = connection.identity
    fields = {"home": home, "account": account, "region": region, "endpoint": endpoint, **identity}
    header = JournalHeader(journal=run.ljust(32, "0"), run=ref(run), pid=1, started=time.time(), **fields)
    writer = JournalWriter(folder / "journals" / "dead" / f"{header.journal}.smj", header)
    for step in range(count):
        writer.metric("loss", 1.0, step, time.time())
    writer.disown()  # the lock is given up and no end is marked, as at a kill
    return writer.path


def test_what_dead_kernels_left_is_delivered_at_the_start(outbox, connection, tmp_path):
    create(connection, "left")
    create(connection)
    mine = leave(connection, tmp_path, "left", 50)
    foreign = leave(connection, tmp_path, "foreign", 5, home="aws", account="1" * 12)
    journal = outbox.journal(ref())
    journal.metric("loss", 1.0, 0, time.time())
    assert outbox.wait(journal, 20)
    until(lambda: not mine.exists())
    until(lambda: status(connection, "left")["PrimaryStatus"] == "Stopped")
    assert steps(connection, "left") == list(range(50))
    assert foreign.exists()


def test_a_module_beside_the_notebook_does_not_shadow_the_standard_library(connection, tmp_path, monkeypatch):
    for name in ("random", "queue", "logging", "json"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the user's own module')")
    monkeypatch.syspath_prepend(str(tmp_path))
    outbox = Outbox(connection)
    create(connection)
    journal = outbox.journal(ref())
    journal.metric("loss", 1.0, 0, time.time())
    assert outbox.wait(journal, 20), outbox.progress(journal)
    journal.close()
    outbox.close()
    assert steps(connection) == [0]


def test_a_sender_that_cannot_live_is_told(connection):
    class Broken:
        def __getattr__(self, name):
            return getattr(connection, name)

        def describe(self):
            return {**connection.describe(), "home": "nowhere"}

    outbox = Outbox(Broken())
    journal = outbox.journal(ref())
    journal.metric("loss", 1.0, 0, time.time())
    text = until(lambda: outbox.progress(journal).error)
    assert "the sender ended (code 1)" in text
    assert not outbox.wait(journal, 0.1)
    assert outbox.progress(journal).waiting == 1
    outbox.close()


def test_it_ends_with_its_parent_even_when_somebody_keeps_the_pipe_open(connection, tmp_path):
    create(connection, "left")
    leave(connection, tmp_path, "left", 5)
    job = {"connection": connection.describe(), "folder": str(tmp_path / "journals" / "k"), "parent": 1 << 30}
    sender = subprocess.Popen([sys.executable, "-m", MODULE], stdin=subprocess.PIPE)
    with sender.stdin:
        sender.stdin.write(json.dumps(job).encode() + b"\n")
        sender.stdin.flush()
        assert sender.wait(20) == 0
    assert steps(connection, "left") == list(range(5))


LOOK = """
import json, sys
from sm_track_widgets.tracking.delivery.sender import main
main()
heavy = ("pandas", "numpy", "altair", "ipywidgets", "anywidget", "sagemaker", "IPython")
print(json.dumps([name for name in heavy if name in sys.modules]))
"""


def test_the_sender_imports_nothing_heavy(connection, tmp_path):
    create(connection, "left")
    leave(connection, tmp_path, "left", 5)
    job = {
        "connection": connection.describe(),
        "folder": str(tmp_path / "journals" / "k"),
        "parent": os.getpid(),
    }
    done = subprocess.run(
        [sys.executable, "-c", LOOK], input=json.dumps(job) + "\n", capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
    assert steps(connection, "left") == list(range(5))
