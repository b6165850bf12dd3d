"""Points in other processes: workers of our own through loky, or whatever executor the user has."""

from __future__ import annotations

import concurrent.futures as cf
import importlib
import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _sdk
from sm_track_widgets._errors import ConfigError, UsageError
from sm_track_widgets.actions.sweep import repair, worker
from sm_track_widgets.actions.sweep.history import stored_points
from sm_track_widgets.actions.sweep.points import Outcome, Point
from sm_track_widgets.actions.sweep.study import INSTALL
from sm_track_widgets.actions.sweep.worker import Task
from sm_track_widgets.tracking import autolog

if TYPE_CHECKING:
    from sm_track_widgets._types import Status
    from sm_track_widgets.actions.sweep.crew import Ended
    from sm_track_widgets.actions.sweep.one_point import Setting
    from sm_track_widgets.actions.sweep.study import Link
    from sm_track_widgets.connection import Connection

GRACE = 5.0
"""Seconds that interrupted points have to close their runs."""
LOOK = 0.05
SLOW_LOOK = 1.0
"""Seconds between two looks at futures that each look costs a call."""


class PoolCrew:
    """Runs points through executors.

    Parameters
    ----------
    setting, connection
        As of `run_point`.
    body
        The user's code, pickled.
    jobs
        Points at a time.
    """

    remote = False
    """Whether the workers are on other machines, with a connection of their own making."""

    def __init__(self, setting: Setting, body: bytes, connection: Connection, jobs: int) -> None:
        self._setting, self._body, self._connection = setting, body, connection
        self._jobs = jobs
        self._key = uuid.uuid4().hex
        self._autolog = autolog.enabled()
        folder = connection.settings.path / "sweeps"
        folder.mkdir(parents=True, exist_ok=True)
        self._stop = folder / f"{self._key}.stop"
        worker.own[self._key] = connection
        self._flying: dict[Any, tuple[Point, int]] = {}
        self._free = list(range(jobs))[::-1]

    # -- what kinds of executors do in their own way -------------------------------------------------------------
    def _submit(self, slot: int, task: Task) -> Any:
        raise NotImplementedError

    def _died(self, slot: int) -> None:
        """Take note that what ran in a slot is gone."""

    def _kill(self) -> None:
        """End workers that did not end by themselves."""

    # -- points --------------------------------------------------------------------------------------------------
    def free(self) -> bool:
        """Whether a worker has nothing to do."""
        return bool(self._free)

    def busy(self) -> bool:
        """Whether a point is under way."""
        return bool(self._flying)

    def start(self, point: Point, link: Link | None) -> None:
        """Hand a point to a worker."""
        slot = self._free.pop()
        task = Task(
            setting=self._setting,
            point=point,
            link=link,
            body=self._body,
            key=self._key,
            process=os.getpid(),
            place=self._place(),
            redact=self._connection.settings.redact,
            stop="" if self.remote else str(self._stop),
            autolog=self._autolog,
        )
        self._flying[self._submit(slot, task)] = (point, slot)

    def _place(self) -> dict[str, str] | None:
        return None if self.remote else self._connection.describe()

    def wait(self) -> Ended:
        """Wait until a point has ended."""
        while not (done := self._done()):
            pass
        return [self._taken(future, "Failed") for future in done]

    def _done(self) -> list[Any]:
        """Return the futures that have ended, after a short wait."""
        futures = list(self._flying)
        if all(isinstance(one, cf.Future) for one in futures):
            return list(cf.wait(futures, timeout=SLOW_LOOK, return_when=cf.FIRST_COMPLETED).done)
        done = [one for one in futures if self._is_done(one)]
        if not done:
            time.sleep(SLOW_LOOK if self.remote else LOOK)
        return done

    def _is_done(self, future: Any) -> bool:
        return bool(_sdk.remote_ended(future) if self.remote else future.done())

    def _taken(self, future: Any, lost: Status) -> tuple[Point, Outcome]:
        point, slot = self._flying.pop(future)
        try:
            outcome: Any = future.result(timeout=0)
            if not isinstance(outcome, Outcome):
                raise cf.CancelledError  # noqa: TRY301 - the SDK's future has no result then, and raises nothing
        except (Exception, cf.CancelledError) as error:  # noqa: BLE001 - the worker died, or never began
            self._died(slot)
            outcome = self._lost(point, error, lost)
        self._free.append(slot)
        return point, outcome

    def _lost(self, point: Point, error: BaseException, status: Status) -> Outcome:
        """Close the run of a point whose worker is gone."""
        from sm_track_widgets.tracking import naming

        setting = self._setting
        ref = naming.choose(setting.experiment, setting.run_name(point), None, now=0.0).ref
        name, component = self._opened_as(point) or (ref.run, ref.component)
        said = reason(error)
        message = "KeyboardInterrupt" if status == "Stopped" else f"Its worker gave no answer: {said}"
        repair.settle(self._connection, [component])
        repair.close_lost(self._connection, component, status, message)
        return Outcome(
            run=name, component=component, status=status, message=message, params=dict(point.params)
        )

    def _opened_as(self, point: Point) -> tuple[str, str] | None:
        """Return run and component of a point as the service has them: its name may have been another run's."""
        setting, found = self._setting, None
        with suppress(Exception):  # then it is called as was meant
            for one in stored_points(self._connection, setting.experiment, setting.parent, None):
                wanted = setting.run_name(point)
                named = one.outcome.run == wanted or one.outcome.run.startswith(f"{wanted}-")
                if named and one.identity == point.identity:
                    found = one.outcome.run, one.component
        return found

    # -- the end -------------------------------------------------------------------------------------------------
    def stop(self) -> Ended:
        """Interrupt the points that are under way; those that do not close in a few seconds lose their worker."""
        self._stop.touch()
        for future in list(self._flying):
            future.cancel()
        deadline = time.monotonic() + GRACE
        ended: Ended = []
        while self._flying and time.monotonic() < deadline:
            ended += [
                self._taken(future, "Stopped") for future in list(self._flying) if self._is_done(future)
            ]
            time.sleep(LOOK)
        if self._flying:
            self._kill()
            ended += [self._taken(future, "Stopped") for future in list(self._flying)]
        return ended

    def close(self) -> None:
        """Leave nothing behind."""
        worker.own.pop(self._key, None)
        with suppress(OSError):
            self._stop.unlink(missing_ok=True)


class LokyCrew(PoolCrew):
    """Workers of our own. Each is an executor of one process, so that a death is known to be that of its point."""

    def __init__(self, setting: Setting, body: bytes, connection: Connection, jobs: int) -> None:
        self._loky = loky()
        super().__init__(setting, body, connection, jobs)
        self._executors: dict[int, Any] = {}

    def _submit(self, slot: int, task: Task) -> Any:
        if slot not in self._executors:
            self._executors[slot] = self._loky.ProcessPoolExecutor(max_workers=1)
        return self._executors[slot].submit(worker.work, task)

    def _died(self, slot: int) -> None:
        executor = self._executors.pop(slot, None)
        if executor is not None:
            executor.shutdown(wait=True, kill_workers=True)

    def _kill(self) -> None:
        for slot in list(self._executors):
            self._died(slot)

    def close(self) -> None:
        """End all workers; they have nothing to do any more."""
        if self._executors:
            with cf.ThreadPoolExecutor(len(self._executors)) as threads:
                for executor in self._executors.values():
                    threads.submit(executor.shutdown, wait=True)
        self._executors = {}
        super().close()


class ExecutorCrew(PoolCrew):
    """An executor of the user's: submitted to, never shut down."""

    def __init__(
        self, setting: Setting, body: bytes, connection: Connection, jobs: int, executor: Any, *, remote: bool
    ) -> None:
        super().__init__(setting, body, connection, jobs)
        self._executor = executor
        self.remote = remote

    def _submit(self, slot: int, task: Task) -> Any:
        try:
            return self._executor.submit(worker.work, task)
        except (RuntimeError, cf.BrokenExecutor) as error:
            self._free.append(slot)
            raise UsageError(
                f"The executor takes no points any more: {reason(error)}.", "Make a new one, and resume."
            ) from error

    def _lost(self, point: Point, error: BaseException, status: Status) -> Outcome:
        if not self.remote:
            return super()._lost(point, error, status)
        message = "KeyboardInterrupt" if status == "Stopped" else f"Its job gave no answer: {reason(error)}"
        name = self._setting.run_name(point)
        return Outcome(run=name, component="", status=status, message=message, params=dict(point.params))


def loky() -> Any:
    """Import loky.

    Raises
    ------
    ConfigError
        It is not installed.
    """
    try:
        return importlib.import_module("loky.process_executor")
    except ImportError as error:
        raise ConfigError(
            "Points in several processes need loky, which is not installed.", INSTALL
        ) from error


def width_of(executor: Any, jobs: int | None) -> int:
    """Return how many points an executor gets at a time."""
    for told in (jobs, getattr(executor, "_max_workers", None), getattr(executor, "max_parallel_jobs", None)):
        if isinstance(told, int) and told > 0:
            return told
    return os.cpu_count() or 1


def is_executor(executor: Any) -> bool:
    """Whether something takes functions as an executor does."""
    submit: Callable[..., Any] | None = getattr(executor, "submit", None)
    return callable(submit)


def reason(error: BaseException) -> str:
    """Return why a worker gave no answer, on one line."""
    if isinstance(error, cf.CancelledError):
        return "it was cancelled"
    text = " ".join(str(error).split())
    if type(error).__name__ == "TerminatedWorkerError":
        exits = text.partition("exit codes of the workers are {")[2].partition("}")[0]
        return f"its process ended ({exits or 'killed'})"
    return f"{type(error).__name__}: {text}".rstrip(":. ")[:300]
