"""The points of a sweep as the service knows them: for the frame, and for a kernel that goes on with the sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets._errors import NotFoundError
from sm_track_widgets._names import PARENT_TAG, POINT_TAG
from sm_track_widgets.actions.sweep.identity import identity_of
from sm_track_widgets.actions.sweep.points import Outcome

if TYPE_CHECKING:
    import pandas as pd

    from sm_track_widgets.actions.sweep.goal import Goal
    from sm_track_widgets.actions.sweep.plan import Plan
    from sm_track_widgets.actions.sweep.result import SweepResult
    from sm_track_widgets.connection import Connection

POINT_COLUMN, PARENT_COLUMN = f"tags.{POINT_TAG}", f"tags.{PARENT_TAG}"
HIDDEN = ("tags.sm_track:", "tags.sagemaker:", "params.sm_track.", "tags.sweep_total")


@dataclass(frozen=True, slots=True)
class StoredPoint:
    """A run that an earlier kernel has written for a point."""

    component: str
    identity: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class History:
    """What an earlier kernel has done.

    Attributes
    ----------
    finished
        Points that are left as they are, with what became of them.
    again
        Parameters of those that have to be tried again, as far as they can be read.
    old
        Identity -> components of attempts that did not finish.
    last
        The highest number that a point has.
    """

    finished: list[tuple[dict[str, Any], Outcome]]
    again: list[dict[str, Any]]
    old: dict[str, list[str]]
    last: int


def rows_of(connection: Connection, experiment: str, component: str) -> pd.DataFrame:
    """Return the frame of the runs whose parent is `component`, ours entries too; empty where there are none."""
    from sm_track_widgets.reading.verbs import runs

    try:
        frame = runs(experiment, f"parent = '{component}'", reserved=True, connection=connection)
    except NotFoundError:
        return runs(experiment, reserved=True, connection=connection).iloc[0:0]
    return frame


def stored_points(
    connection: Connection, experiment: str, component: str, goal: Goal | None
) -> list[StoredPoint]:
    """Return the points that the service knows, the oldest first."""
    frame = rows_of(connection, experiment, component)
    components: dict[str, str] = frame.attrs.get("components", {})
    found: list[StoredPoint] = []
    for row in cast("list[dict[str, Any]]", frame.iloc[::-1].to_dict("records")):
        identity = row.get(POINT_COLUMN)
        if isinstance(identity, str) and identity:
            component = components[str(row["run"])]
            found.append(StoredPoint(component, identity, _outcome(row, component, goal)))
    return found


def history_of(stored: list[StoredPoint], plan: Plan, prefix: str) -> History:
    """Sort what is stored: by the identity of the parameters, whatever the runs are called."""
    known = {identity_of(point): point for point in plan.grid}
    finished: dict[str, tuple[dict[str, Any], Outcome]] = {}
    again: dict[str, dict[str, Any]] = {}
    old: dict[str, list[str]] = {}
    for one in stored:
        point = known.get(one.identity) or _decoded(plan, one)
        if one.outcome.finished and one.identity not in finished:
            if point is not None:  # a space that was changed: what is no point of it any more does not count
                finished[one.identity] = (point, one.outcome)
        elif not one.outcome.finished:
            old.setdefault(one.identity, []).append(one.component)
            if point is not None:
                again[one.identity] = point
    if plan.grid:
        finished = {identity: pair for identity, pair in finished.items() if identity in known}
    return History(
        finished=[(point, _with(outcome, point)) for point, outcome in finished.values()],
        again=[point for identity, point in again.items() if identity not in finished],
        old={identity: names for identity, names in old.items() if identity not in finished},
        last=max((_number(one.component, prefix) for one in stored), default=0),
    )


def _decoded(plan: Plan, one: StoredPoint) -> dict[str, Any] | None:
    point = plan.space.decoded(one.outcome.params)
    return point if point is not None and identity_of(point) == one.identity else None


def _with(outcome: Outcome, params: dict[str, Any]) -> Outcome:
    from dataclasses import replace

    return replace(outcome, params=params)


def _number(component: str, prefix: str) -> int:
    digits = component.rpartition(f"{prefix}-p")[2].partition("-")[0]
    return int(digits) if digits.isdigit() else 0


def _outcome(row: dict[str, Any], component: str, goal: Goal | None) -> Outcome:
    value: Any = None if goal is None else row.get(f"metrics.{goal.metric}.last")
    logged = [name for name, held in row.items() if name.endswith(".last") and _known(held)]
    return Outcome(
        run=str(row["run"]),
        component=component,
        group=str(row["group"] or ""),
        status=row["status"],
        message=str(row["message"] or ""),
        value=float(value) if _known(value) else None,
        seconds=float(row["duration_s"]) if _known(row["duration_s"]) else 0.0,
        metrics=tuple(
            name[len("metrics.") : -len(".last")] for name in logged if name.startswith("metrics.")
        ),
        params={
            name.removeprefix("params."): held
            for name, held in row.items()
            if name.startswith("params.") and not name.startswith(HIDDEN) and _known(held)
        },
    )


def _known(held: Any) -> bool:
    """Whether a cell of a frame has a value: neither None nor NaN."""
    return held is not None and held == held  # noqa: PLR0124


def frame_of(result: SweepResult) -> pd.DataFrame:
    """Return the points of a sweep as a frame, without our own entries; the best first where there is a goal."""
    frame: Any = rows_of(result.connection, result.experiment, result.component)
    attrs = dict(frame.attrs)
    if POINT_COLUMN in frame.columns:
        frame = frame[frame[POINT_COLUMN].notna()]
    kept = [name for name in frame.columns if not str(name).startswith(HIDDEN)]
    empty = [
        name
        for name in kept
        if name.startswith(("params.", "metrics.", "tags.")) and frame[name].isna().all()
    ]
    frame = frame[[name for name in kept if name not in empty]]
    column = "" if result.goal is None else f"metrics.{result.goal.metric}.last"
    if result.goal is not None and column in frame.columns:
        frame = frame.sort_values(column, ascending=result.goal.direction == "min", kind="stable")
    else:
        frame = frame.iloc[::-1]
    frame = frame.reset_index(drop=True)
    frame.attrs.update(attrs)
    return frame
