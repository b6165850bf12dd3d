"""Which runs are open in this process, and which of them a piece of code is in."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.run import Run

_open: list[Run] = []
_lock = threading.Lock()
_listeners: list[Callable[[Run], object]] = []
_entered: ContextVar[tuple[Run, ...]] = ContextVar("sm_track_entered", default=())


def open_runs() -> list[Run]:
    """Return the runs that are open in this process, oldest first."""
    return list(_open)


def current_run() -> Run | None:
    """Return the run this code is in: the innermost ``with`` of this thread or task, else the only open one."""
    inner = enclosing_run()
    if inner is not None:
        return inner
    runs = open_runs()
    return runs[0] if len(runs) == 1 else None


def enclosing_run() -> Run | None:
    """Return the open run of the innermost ``with`` around this code; None outside of any."""
    return next((run for run in reversed(_entered.get()) if run in _open), None)


def find_open(component: str, connection: Connection) -> Run | None:
    """Return the open run that is stored as `component` in the same place."""
    return next(
        (run for run in open_runs() if run.ref.component == component and run.connection is connection), None
    )


def add(run: Run) -> None:
    """Count `run` among the open ones."""
    with _lock:
        _open.append(run)
    for told in _listeners:
        told(run)


def listen(told: Callable[[Run], object]) -> None:
    """Call `told` with each run that opens from now on, in the thread that opens it; a second time changes nothing."""
    if told not in _listeners:
        _listeners.append(told)


def drop(run: Run) -> None:
    """Count `run` among the open ones no more."""
    with _lock:
        if run in _open:
            _open.remove(run)


def enter(run: Run) -> None:
    """Make `run` the current one of this thread or task."""
    _entered.set((*(other for other in _entered.get() if other in _open), run))


def leave(run: Run) -> None:
    """Make the run around `run` the current one again.

    By value and not by a token: a generator or a cell may be left in another context than it was entered in.
    """
    _entered.set(tuple(other for other in _entered.get() if other is not run))
