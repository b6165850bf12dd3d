"""What a sender promises besides delivering: restarted so often and no more, ended some time, all left in order."""

from __future__ import annotations

import time

import pytest
from run_home import until

from sm_track_widgets._failures import Backoff
from sm_track_widgets._types import RunRef
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.tracking.delivery.bell import Bell
from sm_track_widgets.tracking.delivery.loop import SenderLoop
from sm_track_widgets.tracking.delivery.orphans import LOG, replay
from sm_track_widgets.tracking.outbox.courier import MOST_RESTARTS
from sm_track_widgets.tracking.outbox.outbox import Outbox


@pytest.fixture
def home(tmp_path):
    yield connect("embedded", path=tmp_path / "home")
    reset()


class Broken:
    """A connection that no other process can make."""

    def __init__(self, connection):
        self._connection = connection

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def describe(self):
        return {**self._connection.describe(), "home": "nowhere"}


def test_it_is_restarted_so_often_and_no_more_and_the_points_wait(home):
    box = Outbox(Broken(home))
    box._courier._backoff = Backoff(base=0.001, cap=0.01)
    home.client("sagemaker").create_trial_component(
        TrialComponentName="exp-run", Status={"PrimaryStatus": "InProgress"}
    )
    journal = box.journal(RunRef("exp", "Default-Run-Group-exp", "run", "exp-run"))
    for step in range(100):
        journal.metric("loss", 1.0, step, time.time())

    def over():
        assert box.progress(journal).waiting == 100
        return box._courier._not_before == float("inf")

    until(over, 60)
    assert (box.folder / LOG).read_text().count("Traceback (most recent call last)") == MOST_RESTARTS + 1
    for _ in range(3):
        box.wake()
        assert box.sender_pid is None
    told = box.progress(journal)
    assert "the sender ended (code 1); see" in told.error
    journal.disown()
    box.close()
    assert replay(home).points == 100
    assert list(home.read_series([("exp-run", "loss")])[0].steps) == list(range(100))


def test_after_the_kernel_it_gives_up_some_time_and_leaves_all_for_later(away):
    """The service is away and the kernel has ended: the sender does not stay for ever."""
    connection = away.connection()
    connection.client("sagemaker").create_trial_component(
        TrialComponentName="exp-run", Status={"PrimaryStatus": "InProgress"}
    )
    box = Outbox(connection)
    box._courier.close()  # no sender but the one below
    journal = box.journal(RunRef("exp", "Default-Run-Group-exp", "run", "exp-run"))
    for step in range(50):
        journal.metric("loss", 1.0, step, time.time())
    journal.disown()
    away.faults.add("unavailable")
    bell = Bell(patience=0.3)
    bell.kernel_gone()
    begin = time.monotonic()
    SenderLoop(away.connection(), box.folder, bell).run()
    assert time.monotonic() - begin < 30
    away.faults.clear()
    report = replay(connection, box.folder.parent)
    assert (report.journals, report.waiting, report.points) == (1, 0, 50)
    assert list(connection.read_series([("exp-run", "loss")])[0].steps) == list(range(50))
