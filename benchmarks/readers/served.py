"""The service that the SDK and ours read from, in a process of its own: the benchmark's account over loopback HTTP.

    python benchmarks/readers/served.py FOLDER RUNS      then words on standard input, a JSON line for each

The first line names the environment of readers, and what pages cost. ``latency 0.05``: seconds added to each call from
now on. ``stats``: calls so far and seconds of CPU. ``restore``: runs that were changed are as before. It ends with its
input.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from account import opened
from pages import Changed, Pages, engine_page, from_memory, question

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve import Server

OFTEN = 50


class Served:
    """An account, its server, and what may be asked of it."""

    def __init__(self, folder: Path, size: int) -> None:
        begin = time.perf_counter()
        self.home = opened(folder, size, time.time())
        filled = time.perf_counter()
        self.pages = Pages(self.home.engine)
        self.server = Server(self.home).start()
        self.changed: Changed = from_memory(self.server._dispatcher, self.pages)
        self.first = {
            "environment": self.server.environment(),
            "filled_s": filled - begin,
            "pages_s": time.perf_counter() - filled,
            "engine_ms": _cost(lambda: engine_page(self.home.engine, None)),
            "memory_ms": _cost(lambda: self.pages.page(question(None))),
        }

    def answer(self, word: str, *rest: str) -> Any:
        """Do what a line of input says."""
        if word == "latency":
            self.server.faults.latency = float(rest[0])
        elif word == "restore":
            restore(self.home, self.pages, self.changed)
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {"calls": sum(self.server.calls.values()), "cpu_s": used.ru_utime + used.ru_stime}


def restore(home: EmbeddedSageMaker, pages: Pages, changed: Changed) -> None:
    """Make runs that were changed as they were: see `Ours.change`."""
    with home.engine.service.store.atomic() as store:
        for name in changed.names:
            (number,) = store.execute("SELECT id FROM components WHERE name = ?", (name,)).fetchone()
            was = json.loads(pages.records[number - 1])["TrialComponent"]
            values = (was["Parameters"]["p00"]["NumberValue"], number)
            store.execute(
                "UPDATE component_parameters SET number = ? WHERE component_id = ? AND name = 'p00'", values
            )
            store.execute(
                "UPDATE components SET modified = ? WHERE id = ?", (was["LastModifiedTime"], number)
            )
    changed.names.clear()


def _cost(call: Callable[[], object]) -> float:
    begin = time.process_time()
    for _ in range(OFTEN):
        call()
    return (time.process_time() - begin) / OFTEN * 1e3


def main() -> None:
    """Serve until the input ends."""
    served = Served(Path(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(served.first), flush=True)
    for line in sys.stdin:
        print(json.dumps(served.answer(*line.split())), flush=True)
    served.server.stop()


if __name__ == "__main__":
    main()
