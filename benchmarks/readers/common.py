"""What every reader is asked to do, in a process of its own; standard library only, since each has its environment.

    python benchmarks/readers/<reader>.py TASK FOLDER RUNS    one JSON line on standard output

``fill``: put the runs where the reader finds them. ``first``: read all. ``again``: read all, then once more with
nothing changed, then after ten runs were changed. ``restart``: read all, where ``again`` has left something on disk.
``few``: read those that a query finds. Every task begins with imports and clients, which are timed apart.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # who started us keeps to one CPU
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
CHANGES = 10


class Reader(ABC):
    """A tracker, as its users read runs with it.

    Attributes
    ----------
    changes
        Whether `change` does something.
    """

    changes = False

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size

    def fill(self) -> None:  # noqa: B027 - what a service holds is not filled by its readers
        """Put the runs where they are read."""

    def ready(self) -> None:  # noqa: B027 - a file needs no clients
        """Make clients."""

    @abstractmethod
    def read(self) -> Any:
        """Read all runs; return a frame, or what comes nearest to one."""

    def again(self) -> Any:
        """Read all runs once more."""
        return self.read()

    def change(self) -> None:
        """Change `CHANGES` runs, as another machine would."""
        raise NotImplementedError(f"{type(self).__name__} is not asked to")

    @abstractmethod
    def few(self) -> Any:
        """Read the runs that a query finds."""

    def calls(self) -> int:
        """Return how many calls of a service were made so far."""
        return 0

    @abstractmethod
    def shape(self, found: Any) -> tuple[int, int]:
        """Return rows and columns of the thirty that are there."""

    def check(self, found: Any) -> None:  # noqa: B027 - only who keeps runs could miss a change
        """See that what was changed is in what was read then."""


def run(make: Callable[[Path, int], Reader]) -> None:
    """Do the task that the command line names, and print what came out."""
    task, folder, size = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    imported = time.perf_counter()
    reader = make(folder, size)
    if task == "fill":
        reader.fill()
        found: dict[str, Any] = {}
    else:
        reader.ready()
        found = {"imports_s": imported - STARTED, "ready_s": time.perf_counter() - imported}
        found |= _measured(reader, reader.few if task == "few" else reader.read, "")
    if task == "again":
        found |= _measured(reader, reader.again, "unchanged_")
        if reader.changes:
            reader.change()
            found |= _measured(reader, reader.again, "changed_", reader.check)
    print("\n" + json.dumps(found), flush=True)


def _measured(
    reader: Reader, read: Callable[[], Any], prefix: str, check: Callable[[Any], None] | None = None
) -> dict[str, Any]:
    """Time one reading, count its calls, and measure how far memory rises above what there is now."""
    calls, before = reader.calls(), _settled()
    begin = time.perf_counter()
    table = read()
    taken = time.perf_counter() - begin
    mib = (_highest() - before) / 1024
    rows, columns = reader.shape(table)
    if check is not None:
        check(table)
    told = {"s": taken, "calls": reader.calls() - calls, "mib": mib, "rows": rows, "columns": columns}
    return {prefix + name: value for name, value in told.items()}


def _settled() -> int:
    """Return the memory in use now, KiB; where the system can, its highest mark is set to it."""
    try:
        RESET.write_text("5")
    except OSError:
        return _highest()
    return _told("VmRSS")


def _highest() -> int:
    """Return the most memory that was in use, KiB."""
    if STATUS.exists():
        return _told("VmHWM")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


def _told(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", STATUS.read_text("ascii"))
    return int(found[1]) if found else 0
