"""The kernel's side: journals opened, progress told, what is left found and delivered."""

from __future__ import annotations

import os
import sys
import threading
import time

import pytest

from sm_track_widgets._errors import ConfigError
from sm_track_widgets._types import RunRef
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.tracking.delivery import delivery
from sm_track_widgets.tracking.journal.format import remove_journal
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalWriter
from sm_track_widgets.tracking.outbox import outbox as module
from sm_track_widgets.tracking.outbox.outbox import Outbox, journal_files, outbox_for, pending, replay

REF = RunRef("exp", "g", "run", "exp-run")


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return value


@pytest.fixture
def aws(tmp_path):
    """AWS through a session of the user's own: no other process can make it, so a thread delivers."""
    service = EmbeddedSageMaker(tmp_path / "account")
    made = connect("aws", session=service.boto_session(), path=tmp_path / "local")
    made.client("sagemaker").create_trial_component(
        TrialComponentName=REF.component, Status={"PrimaryStatus": "InProgress"}
    )
    yield made
    reset()


@pytest.fixture
def embedded(tmp_path):
    made = connect("embedded", path=tmp_path)
    made.client("sagemaker").create_trial_component(
        TrialComponentName=REF.component, Status={"PrimaryStatus": "InProgress"}
    )
    yield made
    reset()


def steps(connection):
    return sorted(connection.read_series([(REF.component, "loss")])[0].steps)


def status(connection):
    found = connection.client("sagemaker").describe_trial_component(TrialComponentName=REF.component)
    return found["Status"]["PrimaryStatus"]


def leave(connection, name, count, *, folder="dead", run=REF, owns=True, **identity):
    home, account, region, endpoint = connection.identity
    fields = {"home": home, "account": account, "region": region, "endpoint": endpoint, **identity}
    header = JournalHeader(journal=name, run=run, pid=1, started=time.time(), owns=owns, **fields)
    writer = JournalWriter(connection.settings.path / "journals" / folder / f"{name}.smj", header)
    for step in range(count):
        writer.metric("loss", 1.0, step, time.time())
    writer.disown()
    return writer.path


def test_who_looks_while_a_journal_is_being_deleted_leaves_nothing_behind(aws, monkeypatch):
    looked = threading.Event()

    def slowly(path):
        assert looked.wait(20)
        remove_journal(path)

    monkeypatch.setattr(delivery, "remove_journal", slowly)
    outbox = Outbox(aws)
    journal = outbox.journal(REF)
    journal.record("close", {"status": "Completed", "message": "", "ended": time.time()})
    journal.close()
    until(lambda: not outbox.journals())
    looked.set()
    until(lambda: outbox.progress(journal).done and not list(outbox.folder.glob("*.*")))


def test_a_thread_delivers_where_the_session_cannot_be_made_again(aws):
    outbox = Outbox(aws)
    journal = outbox.journal(REF)
    for step in range(95):
        journal.metric("loss", 1.0, step, time.time())
    assert outbox.sender_pid is None
    assert outbox.wait(journal, 20)
    assert steps(aws) == list(range(95))
    assert outbox.progress(journal).delivered == 95
    journal.metric("loss", 1.0, 95, time.time())
    outbox.close()  # the end of the kernel: what is left is delivered, the run is Stopped
    assert steps(aws) == list(range(96))
    assert status(aws) == "Stopped"
    assert not outbox.folder.exists()


def test_a_slow_loop_does_not_cost_a_call_for_each_point(aws):
    outbox = Outbox(aws)
    journal = outbox.journal(REF)
    assert outbox.wait(journal, 10)  # nothing written: nothing to wait for
    for step in range(20):
        journal.metric("loss", 1.0, step, time.time())
        time.sleep(0.02)
    until(lambda: outbox.progress(journal).done)
    assert aws.calls["BatchPutMetrics"] <= 6
    outbox.close()


def test_waiting_ends_in_time_and_tells_how_far_it_is(aws):
    gate = threading.Event()

    class Slow:
        def __getattr__(self, name):
            return getattr(aws, name)

        def put_points(self, component, points, mark=None):
            gate.wait(10)
            return aws.put_points(component, points)

    outbox = Outbox(Slow())
    journal = outbox.journal(REF)
    for step in range(10):
        journal.metric("loss", 1.0, step, time.time())
    told = []
    start = time.monotonic()
    assert not outbox.wait(journal, 0.5, on_wait=told.append)
    assert 0.4 < time.monotonic() - start < 5
    assert told
    assert all((seen.written, seen.waiting, seen.done) == (10, 10, False) for seen in told)
    gate.set()
    assert outbox.wait(journal, 10)
    assert outbox.progress(journal).waiting == 0
    outbox.close()


def test_a_refused_open_keeps_everything_and_ends_the_wait(aws):
    from botocore.exceptions import ClientError

    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "BatchPutMetrics")
    allowed = threading.Event()

    class Denied:
        def __getattr__(self, name):
            return getattr(aws, name)

        def put_points(self, component, points, mark=None):
            if not allowed.is_set():
                raise denied
            return aws.put_points(component, points)

    outbox = Outbox(Denied())
    journal = outbox.journal(REF)
    journal.metric("loss", 1.0, 0, time.time())
    start = time.monotonic()
    assert not outbox.wait(journal, 60)
    assert time.monotonic() - start < 30
    progress = outbox.progress(journal)
    assert progress.blocked
    assert "AccessDenied" in progress.error
    assert progress.waiting == 1
    allowed.set()
    outbox.wake()
    until(lambda: outbox.progress(journal).done)
    assert steps(aws) == [0]
    outbox.close()


def test_one_outbox_for_connections_that_are_alike(embedded, aws, tmp_path):
    first = outbox_for(embedded)
    assert outbox_for(embedded) is first
    assert outbox_for(connect("embedded", path=tmp_path)) is first
    assert outbox_for(connect("embedded", path=tmp_path / "other")) is not first
    assert outbox_for(aws) is not first
    assert outbox_for(aws) is outbox_for(aws)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_gets_an_outbox_of_its_own(embedded):
    parent = outbox_for(embedded)
    journal = parent.journal(REF)
    pid = parent.sender_pid
    child = os.fork()
    if child == 0:
        mine = outbox_for(embedded)
        parent.wake()
        parent.close()
        os._exit(0 if mine is not parent and mine.folder != parent.folder else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    journal.metric("loss", 1.0, 0, time.time())
    assert parent.wait(journal, 20)
    assert parent.sender_pid == pid
    parent.close()


def test_a_data_folder_that_cannot_be_written_is_one_line(embedded):
    (embedded.settings.path / "journals").write_text("in the way")
    outbox = Outbox(embedded)
    with pytest.raises(ConfigError, match="%sm_config --path"):
        outbox.journal(REF)
    outbox.close()


def test_what_is_left_is_listed_and_delivered(embedded):
    other = RunRef("exp", "g", "gone", "exp-gone")
    mine = leave(embedded, "a" * 32, 30)
    foreign = leave(embedded, "b" * 32, 3, account="1" * 12)
    folder = embedded.settings.path / "journals"
    live = JournalWriter(
        folder / "living" / f"{'c' * 32}.smj",
        JournalHeader("c" * 32, "embedded", "0" * 12, "us-east-1", "", other, os.getpid(), 0.0),
    )
    assert journal_files(folder) == sorted([mine, foreign, live.path])
    assert {journal.path for journal in pending(folder)} == {mine, foreign}
    assert [journal.path for journal in pending(folder, embedded.identity)] == [mine]
    report = replay(embedded)
    assert (report.journals, report.points, report.others, report.waiting, report.refused) == (1, 30, 1, 0, 0)
    assert steps(embedded) == list(range(30))
    assert status(embedded) == "Stopped"
    assert not mine.exists()
    assert foreign.exists()
    assert replay(embedded).journals == 0
    live.close()


def test_a_journal_that_only_added_to_a_run_does_not_stop_it(embedded):
    leave(embedded, "a" * 32, 3, owns=False)
    assert replay(embedded).points == 3
    assert status(embedded) == "InProgress"


def test_refused_records_of_a_replay_stay_in_their_file(embedded):
    gone = RunRef("exp", "g", "gone", "exp-gone")
    path = leave(embedded, "a" * 32, 2, run=gone)
    report = replay(embedded)
    assert report.journals == 1
    assert report.refused >= 2
    assert not path.exists()
    assert path.with_suffix(".refused").exists()


def test_importing_it_costs_nothing_heavy():
    import subprocess

    code = (
        "import sys; import sm_track_widgets.tracking.outbox.outbox;"
        "print([n for n in ('boto3','botocore','pandas','numpy','IPython','sagemaker') if n in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_the_end_of_the_process_closes_every_outbox(aws, monkeypatch):
    outbox = Outbox(aws)
    journal = outbox.journal(REF)
    journal.metric("loss", 1.0, 7, time.time())
    module.close_all()
    assert steps(aws) == [7]
