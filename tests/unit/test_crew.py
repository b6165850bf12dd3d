"""Calls side by side: how many at a time, throttling, giving up, interrupts."""

from __future__ import annotations

import signal
import threading
import time

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from sm_track_widgets import _crew
from sm_track_widgets._crew import Crew


def error(code):
    return ClientError({"Error": {"Code": code, "Message": "x"}, "ResponseMetadata": {}}, "Search")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(_crew, "PAUSE", 0.001)
    monkeypatch.setattr(_crew, "LONGEST_PAUSE", 0.002)


class Gauge:
    """How many calls are under way at once."""

    def __init__(self, answer=lambda job: job):
        self._lock = threading.Lock()
        self._answer = answer
        self.now = self.most = self.calls = 0

    def __call__(self, job):
        with self._lock:
            self.now += 1
            self.calls += 1
            self.most = max(self.most, self.now)
        try:
            time.sleep(0.003)
            return self._answer(job)
        finally:
            with self._lock:
                self.now -= 1


def test_all_jobs_are_done_and_their_answers_taken_in_the_callers_thread():
    gauge, taken, threads = Gauge(), [], set()

    def take(job, answer):
        threads.add(threading.current_thread())
        taken.append((job, answer))
        return [job + 100] if job < 40 else []

    assert Crew(gauge, start=8, most=12).run(range(40), take) == []
    assert sorted(taken) == [(job, job) for job in [*range(40), *range(100, 140)]]
    assert threads == {threading.current_thread()}
    assert 8 <= gauge.most <= 12


def test_further_jobs_go_first():
    order = []

    def take(job, _):
        order.append(job)
        return ["b", "c"] if job == "a" else []

    Crew(lambda job: job, start=1, most=1).run(["a", "z"], take)
    assert order == ["a", "b", "c", "z"]


def test_it_narrows_when_throttled_and_loses_nothing():
    left = [30]
    lock = threading.Lock()

    def answer(job):
        with lock:
            left[0] -= 1
            throttled = left[0] >= 0
        if throttled:
            raise error("ThrottlingException")
        return job

    taken = []
    crew = Crew(Gauge(answer), start=8, most=16)
    assert crew.run(range(50), lambda job, _: taken.append(job) or ()) == []
    assert sorted(taken) == list(range(50))
    assert crew.throttled == 30
    assert crew.width < 16


def test_one_throttled_round_halves_it_once():
    seen = set()

    def answer(job):
        if job < 8 and job not in seen:
            seen.add(job)
            raise error("ThrottlingException")
        time.sleep(0.01)
        return job

    widths = []
    crew = Crew(Gauge(answer), start=8, most=8)
    crew.run(range(9), lambda *_: widths.append(crew.width) or ())
    assert min(widths) >= 4


@pytest.mark.parametrize("raised", [error("InternalFailure"), ReadTimeoutError(endpoint_url="x")])
def test_a_job_is_given_up_after_its_tries(raised):
    def answer(job):
        if job == "bad":
            raise raised
        return job

    gauge, taken = Gauge(answer), []
    (given_up,) = Crew(gauge, tries=3).run(["bad", "good"], lambda job, _: taken.append(job) or ())
    assert (given_up.job, given_up.error, taken) == ("bad", raised, ["good"])
    assert gauge.calls == 4


def test_a_throttled_job_is_tried_for_long(monkeypatch):
    left = [40]

    def answer(job):
        left[0] -= 1
        if left[0] >= 0:
            raise error("ThrottlingException")
        return job

    taken = []
    assert Crew(answer, tries=3).run(["x"], lambda job, _: taken.append(job) or ()) == []
    assert taken == ["x"]
    left[0] = 10**9
    monkeypatch.setattr(_crew, "PATIENCE", 0.05)
    (given_up,) = Crew(answer).run(["x"], lambda *_: ())
    assert "ThrottlingException" in given_up.reason


@pytest.mark.parametrize("code", ["AccessDeniedException", "ExpiredTokenException", "ValidationException"])
def test_what_no_try_cures_is_raised_at_once(code):
    def answer(_):
        raise error(code)

    with pytest.raises(ClientError) as caught:
        Crew(answer).run(range(3), lambda *_: ())
    assert caught.value.response["Error"]["Code"] == code


def test_an_interrupt_does_not_wait_for_calls_under_way():
    release = threading.Event()
    timer = threading.Timer(0.1, signal.raise_signal, [signal.SIGINT])
    timer.start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        Crew(lambda _: release.wait(20)).run(range(4), lambda *_: ())
    assert time.monotonic() - begin < 10
    release.set()


def test_its_threads_end():
    before = threading.active_count()
    Crew(Gauge()).run(range(30), lambda *_: ())
    deadline = time.monotonic() + 10
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_without_jobs():
    assert Crew(Gauge()).run([], lambda *_: ()) == []
