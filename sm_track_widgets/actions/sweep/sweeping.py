"""The course of a sweep: points are started while there are any, told of as they end, and what ends it all."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _progress
from sm_track_widgets._errors import TrackError, did_you_mean
from sm_track_widgets._names import ARCHIVED_TAG, REPEATED_TAG
from sm_track_widgets.actions.sweep.result import SweepResult, kind_of
from sm_track_widgets.tracking.ending import message_of
from sm_track_widgets.tracking.tagging import change_tags

if TYPE_CHECKING:
    from sm_track_widgets._progress import Show
    from sm_track_widgets._types import Status
    from sm_track_widgets.actions.sweep.crew import Crew
    from sm_track_widgets.actions.sweep.plan import Plan
    from sm_track_widgets.actions.sweep.points import Outcome, Point
    from sm_track_widgets.actions.sweep.strategy import Strategy
    from sm_track_widgets.actions.sweep.watching import Watcher
    from sm_track_widgets.tracking.run import Run

ARCHIVED = {ARCHIVED_TAG: "true", REPEATED_TAG: "true"}


class PointFailedError(TrackError):
    """A point of a sweep failed in another process, and its own error could not be brought here."""


class Sweeping:
    """One sweep under way.

    Parameters
    ----------
    plan, strategy, crew
        What to try, what comes next, who runs it.
    run
        The sweep's own run, open.
    result
        Told of each point.
    watcher
        Shows it.
    old
        Identity of a point -> attempts of it that did not finish: archived when a new one has begun.
    """

    def __init__(
        self,
        plan: Plan,
        strategy: Strategy,
        crew: Crew,
        *,
        run: Run,
        result: SweepResult,
        watcher: Watcher,
        old: dict[str, list[str]],
    ) -> None:
        self._plan, self._strategy, self._crew = plan, strategy, crew
        self._run, self._result, self._watcher, self._old = run, result, watcher, old
        self._failures = 0
        self._ended = ""
        self._placed = ""
        self._first_error: Outcome | None = None
        self._interrupt: BaseException | None = None
        self._began = time.monotonic()

    def go(self) -> None:
        """Run all points; what went wrong is in the result and in `error`.

        Raises
        ------
        KeyboardInterrupt, SystemExit
            The sweep was interrupted; all its points are closed.
        """
        self._tell(self._watcher.began, self._result)
        try:
            with _progress.told("Sweeping") if self._watcher.bar else nullcontext(_nobody) as show:
                self._show(show)
                self._points(show)
        except BaseException as error:  # noqa: BLE001 - raised again when all is closed
            self._interrupt = error
            for point, outcome in self._crew.stop():
                self._take(point, outcome)
        if self._interrupt is not None:
            raise self._interrupt

    def _points(self, show: Show) -> None:
        while True:
            while self._crew.free() and not self._over():
                point = self._strategy.next()
                if point is None:
                    break
                self._crew.start(point, self._strategy.link(point))
                self._archive_old(point)
            if not self._crew.busy():
                return
            for point, outcome in self._crew.wait():
                self._take(point, outcome)
            self._show(show)
            if self._interrupt is not None:
                raise self._interrupt

    def _over(self) -> bool:
        """Whether a limit says that no further point is started."""
        limit = self._plan.limits.time_limit
        if limit is not None and time.monotonic() - self._began >= limit and not self._ended:
            self._ended = f"the time limit of {limit:g} s was reached"
        return bool(self._ended)

    def _take(self, point: Point, outcome: Outcome) -> None:
        if outcome.error is not None and not isinstance(outcome.error, Exception):
            self._interrupt = self._interrupt or outcome.error
        with suppress(Exception):  # a journal that is gone must not take the sweep with it
            self._strategy.tell(point, outcome)
        if (
            outcome.group and not self._placed
        ):  # another than asked for, where that is full or another experiment's
            self._result.group = self._placed = outcome.group
        self._result.points.append(outcome)
        self._result.seconds = time.monotonic() - self._began
        if kind_of(outcome) == "failed":
            self._failures += 1
            self._first_error = self._first_error or outcome
            if self._failures >= self._plan.limits.failures_borne and not self._ended:
                self._ended = _too_many(self._plan, self._failures)
        if self._run.ended is None:
            self._run.progress(len(self._result.points), self._result.total)
        self._tell(self._watcher.ended, outcome, self._result)

    def _archive_old(self, point: Point) -> None:
        """Take earlier attempts of a point out of the lists: the new one stands for it."""
        components = self._old.pop(point.identity, None)
        if components:
            with suppress(Exception):  # they stay in the lists
                change_tags(components, ARCHIVED, connection=self._run.connection)

    def _show(self, show: Show) -> None:
        total, ended = self._result.total, len(self._result.points)
        if total is None:
            show(ended, ended)
            return
        fresh = ended - self._result.found
        left = (total - ended) * self._result.seconds / fresh if fresh else math.nan
        best = self._result.best if self._result.goal is not None else None
        told = f"best {best.value:.5g}" if best is not None else ""
        show(
            ended,
            total,
            ", ".join(
                part for part in (f"about {left:.0f} s left" if ended < total and fresh else "", told) if part
            ),
        )

    def _tell(self, call: Callable[..., object], *given: Any) -> None:
        try:
            call(*given)
        except Exception as trouble:  # noqa: BLE001 - what is shown must not stop what is done
            note = f"The sweep could not be shown: {message_of(trouble)}"
            if note not in self._result.notes:
                self._result.notes.append(note)

    # -- the end -------------------------------------------------------------------------------------------------
    def ending(self) -> tuple[Status, str]:
        """Return status and message of the sweep's run."""
        failed = self._result.counts["failed"]
        if self._interrupt is not None:
            kind = "Stopped" if isinstance(self._interrupt, (KeyboardInterrupt, SystemExit)) else "Failed"
            return kind, message_of(self._interrupt)
        told = f"{failed} of {len(self._result.points)} points failed" if failed else ""
        if self._failures >= self._plan.limits.failures_borne or (
            failed and not self._plan.limits.continue_on_error
        ):
            first = self._first_error
            return "Failed", "; ".join(part for part in (told, first.message if first else "") if part)
        return "Completed", "; ".join(part for part in (told, self._ended) if part)

    def error(self) -> BaseException | None:
        """Return what the sweep raises at its end: the first point's error, unless errors are no matter."""
        first = self._first_error
        if first is None or self._plan.limits.continue_on_error:
            return None
        if first.error is not None:
            if first.error.__traceback__ is None and first.trace:
                first.error.__cause__ = RemoteTraceback(first.trace)
            return first.error
        return PointFailedError(
            f"Point {first.run!r} failed: {first.message}",
            "The sweep goes on from here with resume (--resume).",
        )

    def note_end(self, *, exhausted: bool) -> None:
        """Add what a user should know to the result."""
        result = self._result
        if self._ended and self._ended not in result.notes:
            result.notes.append(f"It ended early: {self._ended}.")
        if exhausted:
            result.notes.append("The space has no further points.")
        goal = result.goal
        if goal is None:
            return
        silent = [point.run for point in result.points if point.done and point.value is None]
        if silent:
            known = {name for point in result.points for name in point.metrics}
            near = "" if goal.metric in known else did_you_mean(goal.metric, known)
            which = f"{len(silent)} completed points" if len(silent) > 1 else f"Point {silent[0]!r}"
            what = f"number as {goal.metric!r}" if goal.metric in known else f"{goal.metric!r}"
            result.notes.append(f"{which} logged no {what}. {near}".strip())


class RemoteTraceback(Exception):  # noqa: N818 - not raised: it shows where a worker's error came from
    """The traceback of an error in another process."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"\n{self.text}"


def _nobody(done: int, total: int, note: str = "") -> None:
    """Show nothing: the watcher shows it all."""


def _too_many(plan: Plan, failures: int) -> str:
    if plan.limits.max_failures is None:
        return "a point failed; to go on all the same: --continue-on-error (continue_on_error=True)"
    return f"{failures} points failed"
