"""Which runs are open in this process, and which of them a piece of code is in."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from sm_track_widgets._errors import TrackError, UsageError
from sm_track_widgets._names import component_name, slug

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from sm_track_widgets._types import RunRef
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.tracking.run import Run


class ClosedRun(NamedTuple):
    """Where a run is that was closed here; the run itself, with all its points, is let go."""

    name: str
    ref: RunRef
    connection: Connection


_open: list[Run] = []
_last: list[ClosedRun] = []  # the one that was closed last, or none
_lock = threading.Lock()
_claimed: dict[str, int] = {}
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


def last_run() -> ClosedRun | None:
    """Return the run that was closed last in this process; None where none was."""
    return _last[0] if _last else None


def opened_here() -> list[Run]:
    """Return the open runs that this thread has opened, oldest first."""
    return [run for run in open_runs() if run.opener == threading.get_ident()]


def find_open(component: str, connection: Connection) -> Run | None:
    """Return the open run that is stored as `component` in the same place."""
    same = (run for run in open_runs() if run.ref.component == component)
    return next((run for run in same if same_place(run.connection, connection)), None)


def is_called(run: Run, name: str, experiment: str | None, connection: Connection) -> bool:
    """Whether an open run is meant by its name, as asked for or as stored, and by its experiment where it is told."""
    if run.connection is not connection:
        return False
    if experiment is not None and slug(experiment).lower() != run.experiment_name.lower():
        return False
    return name in {run.name, run.run_name, run.ref.component} or (
        component_name(run.experiment_name, slug(name)) == run.ref.component
    )


def same_place(one: Connection, other: Connection) -> bool:
    """Whether two connections lead to the same runs."""
    if one is other:
        return True
    try:
        same = one.identity == other.identity
    except TrackError:  # the account cannot be asked for
        return False
    return same and (one.home == "aws" or one.settings.path == other.settings.path)


@contextmanager
def claim(component: str, connection: Connection) -> Generator[None]:
    """Be the only one in this process who continues the run stored as `component`.

    Two writers would each end the run for the other.

    Raises
    ------
    UsageError
        It is open here, or being opened by another thread.
    """
    me = threading.get_ident()
    try:
        with _lock:
            # A claim of this thread's own is one that an interrupt kept from being given up.
            taken = _claimed.get(component, me) in {thread.ident for thread in threading.enumerate()} - {me}
            if not taken:
                _claimed[component] = me
        run = None if taken else find_open(component, connection)
        if taken or run is not None:
            raise UsageError(
                f"Run {component if run is None else run.run_name!r} is open in this process already.",
                "Write to that one: load_run(run_name, experiment_name), or close it first.",
            )
        yield
    finally:
        if _claimed.get(component) == me:
            del _claimed[component]


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
            _last[:] = [ClosedRun(run.name, run.ref, run.connection)]


def enter(run: Run) -> None:
    """Make `run` the current one of this thread or task."""
    _entered.set((*(other for other in _entered.get() if other in _open), run))


def leave(run: Run) -> None:
    """Make the run around `run` the current one again.

    By value and not by a token: a generator or a cell may be left in another context than it was entered in.
    """
    _entered.set(tuple(other for other in _entered.get() if other is not run))
