"""Kernels and senders killed at random moments, at full logging rate: nothing that was logged is lost or doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest
from dying_sender import PLACES
from loop_nursery import EVERY, EXPERIMENT, LOSS, SPARSE, Board, Life, Nursery, value
from run_home import component, until
from store_check import faults

from sm_track_widgets import _points
from sm_track_widgets.connection import connect, reset
from sm_track_widgets.tracking.delivery.delivery import KERNEL_ENDED
from sm_track_widgets.tracking.delivery.orphans import journal_files, replay

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
LONGEST_LIFE = 0.2  # seconds of logging before the kill
PLANS = ("kernel", "sender first", "sender after", *PLACES)
"""Who is killed: the kernel alone; the sender, then, restarted, the kernel; the kernel, then the sender; and senders
that kill themselves at a chosen place, with the kernel killed some time."""


@pytest.fixture
def connection(tmp_path):
    yield connect("embedded", path=tmp_path / "home")
    reset()


def alive(pid):
    """Whether any thread of the process is: the first one may be gone while another still holds locks."""
    try:
        states = [path.read_text("utf-8").rsplit(")", 1)[1].split()[0] for path in tasks(pid)]
    except (FileNotFoundError, ProcessLookupError):
        return bool(list(tasks(pid)))
    return any(state not in "ZX" for state in states)


def tasks(pid):
    return Path(f"/proc/{pid}/task").glob("*/stat")


def kill(pid):
    """Kill -9, and see it dead; one that has ended by itself is fine."""
    if pid:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        until(lambda: not alive(pid))


class Killing:
    """Lives and deaths in one home: `live` lets a process log until it is killed, `compare` looks at what is stored."""

    def __init__(self, connection, nursery, folder, seed):
        self.connection, self._nursery, self._folder = connection, nursery, folder
        self._dice = random.Random(seed)
        self.boards: dict[str, Board] = {}

    def live(self, plan, run):
        board = self.boards[run] = Board(self._folder / f"{run}.board")
        life = Life(run, str(self._folder / f"{run}.board"), plan if plan in PLACES else "")
        kernel = self._nursery.start(life)
        try:
            until(lambda: board.points > 1 and board.senders)
            if plan == "sender first":
                self._wait(board)
                kill(board.sender)
                until(lambda: board.senders == 2)
            self._wait(board)
        finally:
            kill(kernel)
        if plan == "sender after":
            time.sleep(self._dice.random() * 0.3)
            kill(board.sender)
        until(lambda: not alive(board.sender), 60)

    def _wait(self, board):
        """Let it log for a random time: the moment of the kill is what this test is about."""
        end = time.monotonic() + self._dice.random() * LONGEST_LIFE
        before = board.points
        until(lambda: time.monotonic() > end and board.points > before)

    def _left(self):
        return [str(path) for path in (self._folder / "home" / "journals").rglob("*")]

    def compare(self):
        """Deliver what no sender has, then compare each run point by point with what its process had done."""
        report = replay(self.connection)
        assert (report.waiting, report.refused, report.error) == (0, 0, ""), self._left()
        assert journal_files(self._folder / "home" / "journals") == []
        for run, board in self.boards.items():
            name = f"{EXPERIMENT}-{run}"
            loss, sparse = self.connection.read_series([(name, LOSS), (name, SPARSE)])
            count = len(loss)
            # The call that was going on may have got its point in.
            assert board.points <= count <= board.points + 1, run
            assert loss.steps.tolist() == list(range(count)), run
            assert loss.values.tolist() == [value(number) for number in range(count)], run
            kept = [value(number) for number in range(0, count, EVERY)]
            assert sparse.values.tolist() in (kept, kept[:-1]), run
            told = component(self.connection, name)
            assert told["Status"] == {"PrimaryStatus": "Stopped", "Message": KERNEL_ENDED}, run
            assert {one["MetricName"]: one["Count"] for one in told["Metrics"]}[LOSS] == count
            assert told["Parameters"]["last"] >= board.parameter
            refused = list((self._folder / "home" / "journals").rglob("*.refused"))
            assert refused == [], json.loads(refused[0].read_text().splitlines()[0])


def kill_many(connection, folder, rounds, seed, per_home=20):
    lives = [PLANS[number % len(PLANS)] for number in range(rounds)]
    with Nursery(folder / "home") as nursery:
        killing = Killing(connection, nursery, folder, seed)
        for number, plan in enumerate(lives):
            killing.live(plan, f"life-{number}-{plan.replace(' ', '-')}")
            if number % per_home == per_home - 1:
                killing.compare()
    killing.compare()
    assert faults(folder / "home") == []
    return killing


def test_killed_at_random_moments_nothing_is_lost_and_nothing_doubled(connection, tmp_path):
    killing = kill_many(connection, tmp_path, 20, seed=4)
    run = min(killing.boards, key=lambda run: killing.boards[run].points)
    arn = f"arn:aws:sagemaker:{connection.region}:{connection.account_id}:experiment-trial-component/"
    (series,) = _points.read_series(
        connection.client("sagemaker-metrics"), arn, [(f"{EXPERIMENT}-{run}", LOSS)]
    )
    assert list(series.steps) == list(range(len(series.steps)))  # through boto3 as the engine tells it
    assert len(series.steps) >= killing.boards[run].points


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_hundred_kills(connection, tmp_path):
    kill_many(connection, tmp_path, 100, seed=int(time.time()) % 10_000)
