"""A few daemon threads that run calls.

``concurrent.futures`` joins its threads before atexit handlers run, so that its pools cannot deliver what is left at
the end of a kernel; these can.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

Job = tuple[Future[Any], Callable[[], Any]]
IDLE = 10.0
"""Seconds without a job after which a thread ends."""


class Workers:
    """Up to `count` threads, started when needed; they end when they have had nothing to do for a while."""

    def __init__(self, count: int, name: str) -> None:
        self._count, self._name = count, name
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._started = 0
        self._busy = 0
        self._lock = threading.Lock()

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        """Run `call` in one of the threads; its result or exception is in the Future."""
        future: Future[Any] = Future()
        with self._lock:
            self._busy += 1
            start = self._busy > self._started and self._started < self._count
            self._started += start
            self._jobs.put((future, call))
        if start:
            threading.Thread(target=self._run, name=self._name, daemon=True).start()
        return future

    def _next(self) -> Job | None:
        """Return the next job; None when the thread should end."""
        try:
            return self._jobs.get(timeout=IDLE)
        except Empty:
            with self._lock:
                try:
                    return self._jobs.get_nowait()  # handed in at this moment, counting on this thread
                except Empty:
                    self._started -= 1
                    return None

    def _run(self) -> None:
        while (job := self._next()) is not None:
            future, call = job
            future.set_running_or_notify_cancel()
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001  # it is handed to whoever waits for the result
                outcome, result = error, None
            else:
                outcome = None
            with self._lock:
                self._busy -= 1
            if outcome is None:
                future.set_result(result)
            else:
                future.set_exception(outcome)
            del job, future, call, result, outcome
