"""A point in another process: its own connection to the same home, its own run, and an ear for the sweep's stop."""

from __future__ import annotations

import ctypes
import dataclasses
import io
import os
import pickle
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from sm_track_widgets.actions.sweep.one_point import Setting, run_point
from sm_track_widgets.actions.sweep.points import Outcome, Point
from sm_track_widgets.actions.sweep.study import Link
from sm_track_widgets.tracking.autolog import autolog_while

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.run import Run

LISTEN = 0.1
"""Seconds between two looks for the stop."""
_connections: dict[str, Connection] = {}
own: dict[str, Connection] = {}
"""Connections of this process that its own threads may use, by a key of the sweep."""


@dataclasses.dataclass(frozen=True, slots=True)
class Task:
    """One point, as it travels.

    Attributes
    ----------
    setting, point, link
        As of `run_point`.
    body
        The user's code, pickled.
    key, process
        Where the connection itself is, for a thread of the process that sent this.
    place
        What `Connection.rebuild` takes; None: the other process finds out for itself, as in a SageMaker job.
    redact
        Patterns of secrets.
    stop
        A file whose existence means that the sweep was interrupted.
    autolog
        Libraries that the sending process logs into any run.
    """

    setting: Setting
    point: Point
    link: Link | None
    body: bytes
    key: str
    process: int
    place: dict[str, str] | None
    redact: tuple[str, ...] = ()
    stop: str = ""
    autolog: tuple[str, ...] = ()


def work(task: Task) -> Outcome:
    """Run one point; called in the worker."""
    connection = _connection_of(task)
    body = pickle.loads(task.body)  # noqa: S301 - packed by the sweep that sent it
    own_process = os.getpid() != task.process
    ear = _Ear(task.stop)

    @contextmanager
    def around(_: object) -> Generator[None, None, None]:
        with ear.listening(), _unseen() if own_process else nullcontext():
            yield

    def on_open(run: Run) -> None:
        if own_process and task.autolog:
            autolog_while(run, task.autolog)

    return _sendable(
        run_point(task.setting, task.point, body, connection, link=task.link, around=around, on_open=on_open)
    )


@contextmanager
def _unseen() -> Generator[None, None, None]:
    """Keep what a point prints out of the streams that all workers share; its run has it."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        yield


def _connection_of(task: Task) -> Connection:
    here = own.get(task.key) if os.getpid() == task.process else None
    if here is not None:
        return here
    from sm_track_widgets import connection as connections

    key = repr((task.place, task.redact))
    if key not in _connections:
        place = task.place
        made = connections.connect("aws") if place is None else connections.Connection.rebuild(place)
        made.settings = dataclasses.replace(
            made.settings, redact=task.redact, experiment=task.setting.experiment
        )
        _connections[key] = made
    if os.getpid() != task.process:
        connections.use(_connections[key])
    return _connections[key]


def _sendable(outcome: Outcome) -> Outcome:
    """Return the outcome with an error that can travel; else without it, and its text says what it was."""
    if outcome.error is None:
        return outcome
    try:
        pickle.loads(pickle.dumps(outcome.error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - whatever a user's exception does
        return dataclasses.replace(outcome, error=None)
    return dataclasses.replace(outcome, error=outcome.error.with_traceback(None))


class _Ear:
    """Interrupts the body of a point when the file `stop` appears; not what opens and closes its run."""

    def __init__(self, stop: str) -> None:
        self._stop = Path(stop) if stop else None
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def listening(self) -> Generator[None, None, None]:
        """Listen while the body runs."""
        if not self._stop:
            yield
            return
        self._thread = threading.current_thread()
        ear = threading.Thread(target=self._listen, name="sm-track-stop", daemon=True)
        ear.start()
        try:
            yield
        finally:
            with self._lock:
                self._over.set()

    def _listen(self) -> None:
        while not self._over.wait(LISTEN):
            if self._stop is None or not self._stop.exists():
                continue
            with self._lock:
                if not self._over.is_set():
                    self._interrupt()
            return

    def _interrupt(self) -> None:
        thread = self._thread
        assert thread is not None
        identity = thread.ident
        assert identity is not None
        if thread is threading.main_thread() and hasattr(signal, "pthread_kill"):
            signal.pthread_kill(identity, signal.SIGINT)  # wakes what sleeps, too
        else:
            error = ctypes.py_object(KeyboardInterrupt)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(identity), error)
