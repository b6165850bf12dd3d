"""What the kernel starts to deliver its journals: a child process, or a thread where that cannot be."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets._failures import Backoff
from sm_track_widgets.tracking.delivery.orphans import LOG

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.delivery.bell import Bell

MODULE = "sm_track_widgets.tracking.delivery.sender"
PATHS = "SM_TRACK_SENDER_PATHS"
BOOT = f"""
import os, runpy, sys
own, *others = os.environ.pop("{PATHS}").split(os.pathsep)
library = os.path.dirname(os.__file__)
behind = [place for place, path in enumerate(sys.path) if path in (library, os.path.join(library, "lib-dynload"))]
sys.path.insert(max(behind, default=0) + 1, own)
sys.path += [path for path in others if path not in sys.path]
runpy.run_module("{MODULE}", run_name="__main__", alter_sys=True)
"""
PACKAGE = Path(__file__).parents[2]
"""Where this package is: a sender runs the same copy of it as its kernel, whatever else is installed."""
MOST_RESTARTS = 5
SOUND = 60.0
"""Seconds of life after which earlier deaths of the sender are forgotten."""
LAST_WORDS = 8.0
"""Seconds that a sender which is told to stop has for the calls that are under way."""
LAST_DELIVERY = 10.0
"""Seconds that the end of the kernel waits for a sender thread, which ends with it."""


class ProcessCourier:
    """The sender as a child process, restarted when it dies, less and less often, at most five times in a row.

    Attributes
    ----------
    error
        Why nothing is being delivered; empty when the sender is well.
    """

    def __init__(self, connection: Connection, folder: Path) -> None:
        self.error = ""
        self._connection, self._folder = connection, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe = -1
        self._lock = threading.Lock()
        self._restarts = 0
        self._started = 0.0
        self._not_before = 0.0
        self._backoff = Backoff(base=0.2)
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Process id of the sender that lives, if one does."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def wake(self) -> None:
        """Start or restart the sender where needed, and ask it to deliver now; never waits."""
        with self._lock:
            if self._closed or not self._alive():
                return
            # A full pipe (BlockingIOError) has woken it already; a broken one is met at the next look.
            with contextlib.suppress(OSError):
                os.write(self._pipe, b"\n")

    def check(self) -> None:
        """Restart a sender that died."""
        with self._lock:
            if self._started and not self._closed:
                self._alive()

    def renew(self) -> None:
        """Start a fresh sender: it reads credentials and environment anew, and knows of no earlier deaths."""
        with self._lock:
            if self._closed:
                return
            process, self._process = self._process, None
            self._shut_pipe()
            if process is not None and process.poll() is None:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(LAST_WORDS)
            self._restarts, self._not_before = 0, 0.0
            self._backoff.reset()
            self._alive()

    def close(self) -> None:
        """Say that nothing more will be written: the sender delivers what is there and ends by itself."""
        with self._lock:
            self._closed = True
            self._shut_pipe()

    def disown(self) -> None:
        """In a forked child: the sender belongs to the parent; give up this copy of the pipe."""
        self._lock = threading.Lock()
        self._closed = True
        self._shut_pipe()
        self._process = None

    def _alive(self) -> bool:
        if self._process is not None and self._process.poll() is None:
            return True
        now = time.monotonic()
        if self._process is not None and not self._may_restart(now):
            return False
        if now < self._not_before:
            return False
        try:
            self._start()
        except OSError as error:
            self.error = f"the sender cannot be started: {error}"
            self._not_before = now + self._backoff.next()
            return False
        return True

    def _may_restart(self, now: float) -> bool:
        """Note a death, once; say whether the sender may live again."""
        process, self._process = self._process, None
        code = process.returncode if process is not None else 0
        self._shut_pipe()
        if now - self._started > SOUND:
            self._restarts = 0
            self._backoff.reset()
        self._restarts += 1
        self.error = f"the sender ended (code {code}); see {self._folder / LOG}"
        self._not_before = now + self._backoff.next() if self._restarts <= MOST_RESTARTS else float("inf")
        return True

    def _start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        job = {
            "connection": self._connection.describe(),
            "folder": str(self._folder.absolute()),
            "parent": os.getpid(),
        }
        with (self._folder / LOG).open("ab") as out:
            process = subprocess.Popen(  # noqa: S603  # this Python, a module of ours
                [sys.executable, "-c", BOOT],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                cwd=self._folder,
                env=sender_environment(),
                start_new_session=True,
            )
        assert process.stdin is not None
        self._pipe = os.dup(process.stdin.fileno())
        process.stdin.close()
        self._process, self._started, self.error = process, time.monotonic(), ""
        with contextlib.suppress(BrokenPipeError):  # it died at once; seen at the next look
            os.write(self._pipe, json.dumps(job).encode() + b"\n")
        if hasattr(os, "set_blocking"):  # Windows has it from Python 3.12 on
            os.set_blocking(self._pipe, False)

    def _shut_pipe(self) -> None:
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1


class ThreadCourier:
    """The sender as a thread, for a boto3 session that no other process can make again."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self.error = ""
        self._connection, self._folder = connection, folder
        self._bell: Bell | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """None: there is no process."""
        return None

    def wake(self) -> None:
        """Start the thread where needed, and ask it to deliver now."""
        from sm_track_widgets.tracking.delivery.bell import Bell

        if self._closed:
            return
        if self._bell is None or self._thread is None or not self._thread.is_alive():
            self._bell = Bell(patience=LAST_DELIVERY)
            self._thread = threading.Thread(target=self._run, args=(self._bell,), daemon=True)
            self._thread.name = "sm-track-sender"
            self._thread.start()
        self._bell.ring()

    def check(self) -> None:
        """Nothing can have died."""

    def renew(self) -> None:
        """Start a fresh thread; the session of the user's own is the one it was."""
        if self._bell is not None and self._thread is not None:
            self._bell.stop()
            self._thread.join(LAST_WORDS)
        self.wake()

    def close(self) -> None:
        """Deliver what is there, for up to ten seconds: the thread ends with the process."""
        self._closed = True
        if self._bell is not None and self._thread is not None:
            self._bell.kernel_gone()
            self._thread.join(LAST_DELIVERY)

    def disown(self) -> None:
        """In a forked child: the thread lives in the parent only."""
        self._closed = True

    def _run(self, bell: Bell) -> None:
        from sm_track_widgets.tracking.delivery.loop import SenderLoop

        try:
            SenderLoop(self._connection, self._folder, bell).run()
        except Exception as error:  # noqa: BLE001  # the thread's end must be told, not printed into a cell
            self.error = f"the sender failed: {type(error).__name__}: {error}"


def sender_environment() -> dict[str, str]:
    """Return the environment in which a child Python finds the packages that this process finds.

    They come behind the standard library, other than in PYTHONPATH: a ``random.py`` beside the notebook is harmless
    to a kernel, which has imported its own long before, and would be fatal to a new Python.
    """
    paths = [str(PACKAGE), *(str(Path(entry or ".").absolute()) for entry in sys.path)]
    return {**os.environ, PATHS: os.pathsep.join(dict.fromkeys(paths))}
