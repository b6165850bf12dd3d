"""What the tests of faults share: runs on a server that misbehaves, how long the loop took, what arrived."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Any

from run_home import until

from sm_track_widgets import config
from sm_track_widgets.connection import Connection, connect, reset
from sm_track_widgets.serve import Server
from sm_track_widgets.tracking.outbox import outbox
from sm_track_widgets.tracking.run import Run

KEY = "AKIDGOOD"
SLOWEST = 2e-3
"""Seconds that `log_metric` takes on average at most, on a machine that runs much besides; it takes microseconds."""


class FaultHome:
    """One server and the runs that go to it."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.faults, self.folder = server, server.faults, folder
        self.said: list[str] = []
        self._runs: list[Run] = []
        self._outboxes: list[outbox.Outbox] = []
        self.sign_in(KEY)

    def sign_in(self, key: str) -> None:
        """Write the credentials file, as a tool that signs in does."""
        text = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = secret\n"
        fresh = self.folder / "credentials.new"
        fresh.write_text(text)
        fresh.replace(self.folder / "credentials")

    def connection(self) -> Connection:
        """Return a connection as a notebook's is: made from settings and environment."""
        return Connection(config.resolve({"backend": "aws", "path": self.folder / "local"}))

    def run(self, name: str, **options: Any) -> Run:
        """Open a run; what it says to its user is in `said`."""
        options.setdefault("connection", self.connection())
        run = Run("faults", name, **options)
        self.said += run.warnings
        run.on_warning = self.said.append
        self._runs.append(run)
        self._outboxes.append(run._outbox)
        return run

    def log(self, run: Run, count: int, start: int = 0) -> float:
        """Log points of two metrics as fast as it goes; return the mean seconds of a call."""
        log = run.log_metric
        begin = time.perf_counter()
        for step in range(start, start + count):
            log("loss", step * 0.5, step=step)
            log("acc", step * 2.0, step=step)
        mean = (time.perf_counter() - begin) / count / 2
        assert mean < SLOWEST
        return mean

    def arrived(self, run: Run, seconds: float = 40.0) -> None:
        """Wait until all is delivered, as told by the run itself."""
        with contextlib.suppress(AssertionError):
            until(lambda: run.progress().done, seconds)
        assert run.progress().done, run.progress()

    def stored(self, run: Run, metric: str = "loss") -> list[tuple[int, float]]:
        """Return what the service holds, read past all faults."""
        place = connect("embedded", path=self.folder / "account")
        try:
            (series,) = place.read_series([(run.ref.component, metric)])
        finally:
            reset()
        return list(zip(series.steps, series.values, strict=True))

    def whole(self, run: Run, count: int) -> None:
        """Assert that every point of `log` is stored, once, in order."""
        assert self.stored(run) == [(step, step * 0.5) for step in range(count)]
        assert self.stored(run, "acc") == [(step, step * 2.0) for step in range(count)]

    def told(self, run: Run, words: str, seconds: float = 30.0) -> Any:
        """Wait until the run's progress says `words`; return it."""
        with contextlib.suppress(AssertionError):
            until(lambda: words in (run.progress().error or ""), seconds)
        found = run.progress()
        assert words in (found.error or ""), found
        assert "\n" not in found.error
        return found

    def close(self) -> None:
        """End what a test has left open, the senders too."""
        self.faults.clear()
        for run in self._runs:
            if run.ended is None:
                run.close()
        for box in self._outboxes:
            pid = box.sender_pid
            box.close()
            if pid is not None:
                with contextlib.suppress(AssertionError):
                    until(lambda pid=pid, box=box: box._courier._process.poll() is not None, 10)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    box._courier._process.wait()
