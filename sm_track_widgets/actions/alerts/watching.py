"""Alerts of this process: what they look at, and what happens when one holds."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sm_track_widgets._errors import NotFoundError, RunStopped
from sm_track_widgets.actions.alerts.condition import Condition, Watched, read
from sm_track_widgets.tracking import registry

if TYPE_CHECKING:
    from sm_track_widgets.tracking.run import Run

TAG = "alert"
"""Tag of a run that an alert was raised in; its value says which metric was what, and when."""


@dataclass(slots=True, eq=False)
class Alert:
    """A condition that is looked at in every run of this process, and what was found.

    Attributes
    ----------
    condition
        What is looked at.
    stop
        Whether a run is ended when it holds.
    raised
        One line for each run in which it held, with the value and the step.
    """

    condition: Condition
    stop: bool = False
    raised: list[str] = field(default_factory=list[str])

    def __repr__(self) -> str:
        ends = ", ends the run" if self.stop else ""
        return f"<Alert {self.condition.text!r}{ends}: raised {len(self.raised)} times>"


_alerts: list[Alert] = []
_lock = threading.Lock()


def alert(condition: str, *, stop: bool = False) -> Alert:
    """Look at a condition whenever a point is logged, in the runs that are open here and in all that open later.

    A run says once that it holds: as a remark, on its card, and in the tag ``alert``. Nothing is asked of the service.

    Parameters
    ----------
    condition
        Such as ``"val_loss > 2"``, ``"acc.max < 0.5 AND acc.count > 20"`` or ``"loss IS NAN"``: the language of
        queries, in which a bare name is a metric and its last value.
    stop
        End the run: `RunStopped` comes out of the call that logged the point, and the run closes as Stopped.

    Raises
    ------
    QueryError, UsageError
        It is no condition on metrics.
    """
    made = Alert(read(condition), stop)
    with _lock:
        _alerts.append(made)
    registry.listen(_follow)
    for run in registry.open_runs():
        run.watch(_Watch(run, made))
    return made


def alerts() -> list[Alert]:
    """Return the alerts of this process, oldest first."""
    return list(_alerts)


def clear_alerts(condition: str | None = None) -> int:
    """Look no more: at one condition, as it was written, or at all; return how many there were.

    Raises
    ------
    NotFoundError
        No alert has that condition.
    """
    with _lock:
        gone = [one for one in _alerts if condition is None or one.condition.text == condition.strip()]
        if condition is not None and not gone:
            known = ", ".join(repr(one.condition.text) for one in _alerts) or "none"
            raise NotFoundError(f"There is no alert {condition!r}.", f"There are: {known}.")
        _alerts[:] = [one for one in _alerts if one not in gone]
    return len(gone)


def _follow(run: Run) -> None:
    for one in alerts():
        run.watch(_Watch(run, one))


class _Watch:
    """One alert in one run."""

    def __init__(self, run: Run, alert: Alert) -> None:
        self._run, self._alert = run, alert
        self._values = {name: Watched() for name in alert.condition.metrics}
        self._ended = ""

    def __call__(self, name: str, step: int | None, _: float, value: float) -> None:
        watched = self._values.get(name)
        if watched is None or self._alert not in _alerts:
            return
        watched.add(value)
        if not self._ended and self._alert.condition.holds(self._values):
            self._raise(name, step, value)
        if self._ended and self._alert.stop:
            # Also at each later point: a loop may have caught it.
            raise RunStopped(self._ended)

    def _raise(self, name: str, step: int | None, value: float) -> None:
        where = "" if step is None else f" at step {step}"
        found = f"{name} {value:.6g}{where}"
        self._ended = f"Alert: {self._alert.condition.text} ({found})"
        self._alert.raised.append(f"{self._run.name}: {found}")
        self._run.set_tag(TAG, found)
        self._run.remark(f"{self._ended} in run {self._run.name!r}.")
