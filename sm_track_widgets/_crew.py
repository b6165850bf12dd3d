"""Calls side by side, as many at a time as the service takes."""

from __future__ import annotations

import heapq
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sm_track_widgets._aws import THROTTLED
from sm_track_widgets._failures import Backoff, Verdict, judge

Job = TypeVar("Job")
Answer = TypeVar("Answer")

START, MOST = 8, 16
TRIES = 8
"""Tries of one call that fails before it is given up: with their pauses about half a minute."""
PATIENCE = 180.0
"""Seconds that a call is tried which is only refused as too many: that ends, and somebody watches a bar meanwhile."""
PAUSE, LONGEST_PAUSE = 0.1, 8.0
LOOK = 0.2


@dataclass(frozen=True, slots=True)
class GivenUp(Generic[Job]):
    """A job that failed each time it was tried, and why it did the last time."""

    job: Job
    reason: str
    error: Exception


@dataclass(slots=True)
class _Try(Generic[Job]):
    job: Job
    pauses: Backoff
    failed: int = 0
    begun: float = 0.0
    until: float = 0.0


class Crew(Generic[Job, Answer]):
    """Threads that work off jobs while their number follows what the service takes.

    It grows by one for each round that goes well, and halves when a call is throttled.

    Parameters
    ----------
    call
        Does one job; runs in threads of the crew. It must not try again by itself.
    start, most
        How many calls are under way at first, and at most.
    tries
        Of one job that fails, before it is given up; one that is throttled is tried for `PATIENCE` seconds. 1 is a
        single try for either.

    Attributes
    ----------
    throttled : int
        Calls that the service refused as too many.
    width : float
        How many calls may be under way now.
    """

    def __init__(
        self, call: Callable[[Job], Answer], *, start: int = START, most: int = MOST, tries: int = TRIES
    ) -> None:
        self._call, self._most, self._tries = call, most, tries
        self.width = float(start)
        self.throttled = 0
        self._narrowed = 0.0
        self._waiting: deque[_Try[Job]] = deque()
        self._paused: list[tuple[float, int, _Try[Job]]] = []
        self._running = 0
        self._threads = 0
        self._given_up: list[GivenUp[Job]] = []
        self._ready: queue.SimpleQueue[_Try[Job] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[_Try[Job], Any, BaseException | None]] = queue.SimpleQueue()

    @property
    def idle(self) -> int:
        """How many more calls could be under way than jobs are known: a job may be split into so many more."""
        return max(0, int(self.width) - self._running - len(self._waiting))

    def run(self, jobs: Iterable[Job], take: Callable[[Job, Answer], Iterable[Job]]) -> list[GivenUp[Job]]:
        """Work off `jobs` and those that `take` returns.

        Parameters
        ----------
        jobs
            To begin with.
        take
            Gets each job with its answer, in the caller's thread, one at a time; returns further jobs, which go first.

        Returns
        -------
        list of GivenUp
            Jobs that failed each time.

        Raises
        ------
        Exception
            Of a call that no further try can cure, as it was raised. KeyboardInterrupt passes; calls under way are
            then left to end by themselves.
        """
        self._waiting.extend(_Try(job, Backoff(PAUSE, LONGEST_PAUSE)) for job in jobs)
        try:
            while self._waiting or self._paused or self._running:
                self._send()
                finished = self._next()
                if finished is not None:
                    self._settle(*finished, take)
        finally:
            for _ in range(self._threads):
                self._ready.put(None)
            self._threads = 0
        return self._given_up

    def _send(self) -> None:
        now = time.monotonic()
        while self._paused and self._paused[0][0] <= now:
            self._waiting.append(heapq.heappop(self._paused)[2])
        while self._waiting and self._running < max(1, int(self.width)):
            one = self._waiting.popleft()
            one.begun = now
            self._running += 1
            if self._threads < self._running:
                self._threads += 1
                threading.Thread(target=self._work, name="sm-track-read", daemon=True).start()
            self._ready.put(one)

    def _next(self) -> tuple[_Try[Job], Any, BaseException | None] | None:
        """Wait for an answer, or until a pause is over, or a while: an interrupt is seen between two waits only."""
        until = self._paused[0][0] - time.monotonic() if self._paused else LOOK
        try:
            finished = self._done.get(timeout=min(max(until, 0.0), LOOK))
        except queue.Empty:
            return None
        self._running -= 1
        return finished

    def _settle(
        self,
        one: _Try[Job],
        answer: Any,
        error: BaseException | None,
        take: Callable[[Job, Answer], Iterable[Job]],
    ) -> None:
        if error is None:
            self.width = min(float(self._most), self.width + 1 / self.width)
            more = [_Try(job, Backoff(PAUSE, LONGEST_PAUSE)) for job in take(one.job, answer)]
            self._waiting.extendleft(reversed(more))
            return
        if not isinstance(error, Exception):
            raise error
        verdict = judge(error)
        if verdict.meaning not in {"transient", "lost"}:
            raise error
        self._try_again(one, error, verdict)

    def _try_again(self, one: _Try[Job], error: Exception, verdict: Verdict) -> None:
        now = time.monotonic()
        one.until = one.until or now + PATIENCE
        if verdict.code in THROTTLED:
            self.throttled += 1
            hopeless = self._tries == 1 or now > one.until
            if one.begun >= self._narrowed:  # those that were under way together say it once
                self.width = max(1.0, self.width / 2)
                self._narrowed = now
        else:
            one.failed += 1
            hopeless = one.failed >= self._tries
        if hopeless:
            self._given_up.append(GivenUp(one.job, verdict.text, error))
            return
        heapq.heappush(self._paused, (now + one.pauses.next(), id(one), one))

    def _work(self) -> None:
        while (one := self._ready.get()) is not None:
            try:
                finished = (one, self._call(one.job), None)
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                finished = (one, None, error)
            self._done.put(finished)
