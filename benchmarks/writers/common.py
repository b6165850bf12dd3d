"""What every tracker is asked to do, in a process of its own; standard library only, since each has its environment.

    python benchmarks/writers/<tracker>.py TASK FOLDER    one JSON line on standard output

``open``: open and close ``BENCH_RUNS`` runs, one after the other, and time the last. ``calls``: what `log` costs while
what was logged before is on its way, and how fast points are taken and arrive.
``loop``: how much longer a pure-Python loop takes beside that. ``kill``: log 200 points and die by SIGKILL.
``found``: what of them is there afterwards.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

KILLED_POINTS = 200
PARAMETERS = {"lr": 0.1, "depth": 6, "booster": "hist", "seed": 7, "rounds": 400}
BUSY_CALLS = 10_000
LOOP_SECONDS = 2.0
METRICS = 20
STEPS_A_SECOND = 100


class Writer(ABC):
    """A tracker, as its users call it.

    Attributes
    ----------
    burst
        Points logged back to back; so many that the tracker's background work is at full rate for seconds.
    backlog
        Points logged before the loop, for background work as long as the loop.
    """

    burst = 10_000
    backlog = 50_000

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def open(self, name: str) -> None:
        """Open a run of a known experiment, with `PARAMETERS`."""

    def open_unnamed(self) -> None:
        """Open a run that the user gives no name; as `open` where that is no case of its own."""
        self.open(f"unnamed-{os.getpid()}")

    @abstractmethod
    def log(self, step: int) -> None:
        """Log one point, of the metric `name_of` gives."""

    def settle(self) -> None:  # noqa: B027 - the others have nothing to wait for
        """Wait until what was logged is where it belongs; trackers without a service have nothing to wait for."""

    @abstractmethod
    def close(self) -> None:
        """End the run."""

    @abstractmethod
    def found(self) -> dict[str, int]:
        """Count ``points`` and ``parameters`` that the killed run left, looking as its own reader does."""


def run(make: type[Writer]) -> None:
    """Do the task that the command line names, and print what came out."""
    task, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))  # who started us keeps to one CPU
    writer = make(folder)
    tasks = {"calls": calls, "loop": loop, "kill": kill, "found": found, "open": opening}
    print("\n" + json.dumps(tasks[task](writer)), flush=True)


def opening(writer: Writer) -> dict[str, Any]:
    """Seconds to open and to close a run, in a process that has done so before when ``BENCH_RUNS`` is 2.

    And until the body of a run that nobody named can start.
    """
    start = opened = closed = 0.0
    for number in range(int(os.environ["BENCH_RUNS"])):
        start = time.perf_counter()
        writer.open(f"open-{os.getpid()}-{number}")
        opened = time.perf_counter()
        writer.close()
        closed = time.perf_counter()
    begin = time.perf_counter()
    writer.open_unnamed()
    unnamed = time.perf_counter() - begin
    writer.close()
    return {"open_s": opened - start, "close_s": closed - opened, "unnamed_s": unnamed}


def calls(writer: Writer) -> dict[str, Any]:
    """A burst, single calls beside what is on its way, the end: points per second, microseconds."""
    writer.open("warm")
    writer.log(0)
    writer.settle()
    writer.close()
    writer.open("calls")
    opened = time.perf_counter()
    for step in range(writer.burst):
        writer.log(step)
    taken = time.perf_counter()
    costs = [_spaced_call(writer, writer.burst + at) for at in range(min(BUSY_CALLS, writer.burst))]
    writer.settle()
    writer.close()
    closed = time.perf_counter()
    return {
        "taken": writer.burst / (taken - opened),
        "arrived": (writer.burst + len(costs)) / (closed - opened),
        "mean_us": statistics.fmean(costs) / 1e3,
        "p99_us": sorted(costs)[int(len(costs) * 0.99)] / 1e3,
    }


def _spaced_call(writer: Writer, step: int) -> int:
    """Log after a little work, as a loop does; nanoseconds of the call."""
    work(300)
    start = time.perf_counter_ns()
    writer.log(step)
    return time.perf_counter_ns() - start


def loop(writer: Writer) -> dict[str, Any]:
    """Ratios of a pure-Python loop to the same alone: beside the delivery of a backlog, and logging 100 points/s.

    Medians of pieces of 10 ms, and alone before and after: other work of the machine hits single pieces.
    """
    pieces = int(LOOP_SECONDS * STEPS_A_SECOND)
    size = _size_of(LOOP_SECONDS / pieces)
    alone = _pieces(pieces, size)
    writer.open("loop")
    for step in range(writer.backlog):
        writer.log(step)
    beside = _pieces(pieces, size)
    writer.settle()
    logging = _pieces(pieces, size, lambda step: writer.log(writer.backlog + step))
    writer.close()
    base = statistics.median(alone + _pieces(pieces, size))
    return {"beside": statistics.median(beside) / base, "logging": statistics.median(logging) / base}


def kill(writer: Writer) -> dict[str, Any]:
    """Log, and die when the last call has returned."""
    writer.open("killed")
    for step in range(KILLED_POINTS):
        writer.log(step)
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def name_of(step: int) -> str:
    """Return the metric of a point: twenty take turns, as a training has."""
    return f"m{step % METRICS}"


def found(writer: Writer) -> dict[str, int]:
    """Count what the killed run left."""
    return writer.found()


def work(size: int) -> int:
    """Keep the interpreter busy."""
    total = 0
    for value in range(size):
        total += value * value % 7
    return total


def _pieces(count: int, size: int, then: Callable[[int], object] | None = None) -> list[float]:
    """Seconds of each of `count` pieces of work, each with a call of `then` at its end."""
    taken: list[float] = []
    for step in range(count):
        start = time.perf_counter()
        work(size)
        if then is not None:
            then(step)
        taken.append(time.perf_counter() - start)
    return taken


def _size_of(seconds: float) -> int:
    best = min(_pieces(5, 100_000))
    return int(100_000 * seconds / best)
