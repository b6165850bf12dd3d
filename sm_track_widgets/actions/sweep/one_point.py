"""Running one point: the same here and in a worker."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import PointStopped
from sm_track_widgets._names import PARENT_TAG, POINT_TAG
from sm_track_widgets.actions.sweep.calling import Body, log_answer
from sm_track_widgets.actions.sweep.points import Outcome, Point
from sm_track_widgets.tracking.parents import Parent
from sm_track_widgets.tracking.run import Run

if TYPE_CHECKING:
    from sm_track_widgets.actions.sweep.goal import Goal
    from sm_track_widgets.actions.sweep.study import Link
    from sm_track_widgets.connection import Connection

OUTPUT_LINES = 40
Around = Callable[[Run], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all points of a sweep have in common; can be pickled.

    Attributes
    ----------
    experiment, group, prefix
        Where the runs go; a run is called ``<prefix>-p<number>``.
    parent
        Component of the sweep's run.
    tags
        Of each run.
    total
        Points there will be, 0 when that is not known; for the width of the numbers.
    """

    experiment: str
    group: str
    prefix: str
    parent: str
    goal: Goal | None
    tags: dict[str, str] = field(default_factory=dict[str, str])
    total: int = 0

    def run_name(self, point: Point) -> str:
        """Return the name of a point's run."""
        return f"{self.prefix}-p{point.number:0{len(str(self.total))}d}"


def run_point(
    setting: Setting,
    point: Point,
    body: Body,
    connection: Connection,
    *,
    link: Link | None = None,
    around: Around | None = None,
    on_open: Callable[[Run], object] | None = None,
) -> Outcome:
    """Run one point to its end, whatever that is.

    Parameters
    ----------
    setting, point
        What to run.
    body
        Gets the parameters and the run.
    connection
        Where the run is written.
    link
        For early stop.
    around
        Gives a context for the body.
    on_open
        Gets the open run.

    Returns
    -------
    Outcome
        Also of a point that raised; an interrupt and an exit are in it as its `error`.
    """
    began = time.monotonic()
    run = _opened(setting, point, connection)
    error: BaseException | None = None
    try:
        with run:
            if link is not None:
                from sm_track_widgets.actions.sweep.study import Judge

                run.watch(Judge(link))
            if on_open is not None:
                on_open(run)
            with (around or _nothing_around)(run):
                run.capture(output=True)
                log_answer(run, body(point.params, run), setting.goal)
    except BaseException as raised:  # noqa: BLE001 - the sweep decides what follows
        error = raised
    return _outcome(setting, point, run, error, time.monotonic() - began)


def _nothing_around(_: Run) -> AbstractContextManager[object]:
    return nullcontext()


def _opened(setting: Setting, point: Point, connection: Connection) -> Run:
    total = {"sweep_total": str(setting.total)} if setting.total else {}
    run = Run(
        setting.experiment,
        setting.run_name(point),
        tags={**total, **setting.tags},
        group=setting.group,
        params=point.params,
        parent=Parent({PARENT_TAG: setting.parent, POINT_TAG: point.identity}, asked=True),
        connection=connection,
    )
    run.on_warning = _unsaid
    return run


def _unsaid(_: str) -> None:
    """Take a remark of one point of many; it stays in its ``run.warnings``."""


def _outcome(
    setting: Setting, point: Point, run: Run, error: BaseException | None, seconds: float
) -> Outcome:
    failed = error is not None and not isinstance(error, PointStopped)
    return Outcome(
        run=run.run_name,
        component=run.ref.component,
        status=run.status,
        message=run.message,
        value=None if setting.goal is None else setting.goal.value_in(run.live),
        seconds=seconds,
        metrics=tuple(run.live.names()),
        error=error if failed else None,
        trace="".join(traceback.format_exception(error)) if failed and error is not None else "",
        output=run.log_tail(OUTPUT_LINES),
        params=dict(point.params),
    )


def described(params: Mapping[str, Any]) -> str:
    """Return parameters as JSON, for the sweep's own run."""
    import json

    return json.dumps(params, default=str)
