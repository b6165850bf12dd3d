"""Everything goes wrong at once, for a while: nothing is lost, nothing doubled, whatever is uncertain is said."""

from __future__ import annotations

import random
import threading
import time

import pytest
from run_home import component, until

from sm_track_widgets._types import Params

RUNS, PAUSE = 3, 0.01
MOODS: tuple[Params, ...] = (
    {},
    {"throttle": 0.5},
    {"error": 0.3, "unavailable": 0.3},
    {"throttle": 1.0},
    {"drop-reply": 0.05},
    {"drop-request": 0.02, "drop-reply": 0.02, "throttle": 0.2},
    {"expired": 1.0},
    {"denied": 1.0},
)


class Loop(threading.Thread):
    """A training loop: two metrics a step, a parameter now and then; keeps the slowest step and what was logged."""

    def __init__(self, run, stop):
        super().__init__()
        self.run_, self._stop_it = run, stop
        self.steps, self.slowest, self.error = 0, 0.0, None

    def run(self):
        try:
            while not self._stop_it.wait(PAUSE):
                begin = time.thread_time()
                self.run_.log_metric("loss", self.steps * 0.5, step=self.steps)
                self.run_.log_metric("acc", self.steps * 2.0, step=self.steps)
                self.slowest = max(self.slowest, time.thread_time() - begin)
                if self.steps % 50 == 0:
                    self.run_.log_parameter("last", self.steps)
                self.steps += 1
        except BaseException as error:
            self.error = error


def change_moods(away, seconds, dice):
    """Let the service change its mood every few seconds, its latency too; end in a good one."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        away.faults.clear()
        for kind, probability in dice.choice(MOODS).items():
            away.faults.add(kind, probability=probability)
        away.faults.latency = dice.choice((0.0, 0.01, (0.0, 0.1)))
        mood = time.monotonic() + min(left, dice.uniform(0.5, max(1.0, seconds / 20)))
        until(lambda mood=mood: time.monotonic() > mood, seconds + 5)
    away.faults.clear()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seconds", [8, pytest.param(300, marks=pytest.mark.soak)])
def test_minutes_of_mixed_faults(away, seconds):
    seed = int(time.time()) % 10_000
    print("seed", seed)
    stop, place = threading.Event(), away.connection()
    loops = [Loop(away.run(f"run-{number}", connection=place), stop) for number in range(RUNS)]
    for loop in loops:
        loop.start()
    try:
        change_moods(away, seconds, random.Random(seed))
    finally:
        stop.set()
        for loop in loops:
            loop.join()
    for loop in loops:
        assert loop.error is None
        assert loop.slowest < 0.05
        loop.run_.log_parameter("last", loop.steps)  # wakes the sender
    for loop in loops:
        run = loop.run_
        away.arrived(run, 120)
        run.close()
        told = run.progress()
        assert (told.waiting, told.refused) == (0, 0), told
        if told.held == 0:
            away.whole(run, loop.steps)
        else:  # said to be uncertain: each is there once or not at all, and all others are there
            missing = 0
            for metric in ("loss", "acc"):
                steps = [step for step, _ in away.stored(run, metric)]
                assert steps == sorted(set(steps))
                missing += loop.steps - len(steps)
            assert missing <= told.held
        assert component(place, run.ref.component)["Parameters"]["last"] == loop.steps
    assert sum(away.faults.happened.values()) > seconds
