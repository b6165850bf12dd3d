"""What a sweep gives: its points, the best of them, and the frame of all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets.actions.sweep.points import Outcome, shown

if TYPE_CHECKING:
    import pandas as pd

    from sm_track_widgets.actions.sweep.goal import Goal
    from sm_track_widgets.connection import Connection

KINDS = ("completed", "pruned", "failed", "stopped")


@dataclass(frozen=True, slots=True)
class BestPoint:
    """The best point of a sweep: its run, the value of the goal's metric, its parameters."""

    run: str
    value: float
    params: dict[str, Any]

    def __repr__(self) -> str:
        return f"<BestPoint {self.run!r}: {self.value:.6g} with {shown(self.params)}>"


@dataclass(slots=True, repr=False)
class SweepResult:
    """A sweep, while it goes on and when it is over.

    Attributes
    ----------
    run
        Name of the sweep's own run, whose children the points are.
    experiment, group
        Where the points are.
    component
        The trial component of the sweep's run.
    method, goal
        As asked for; `goal` is None where none was named.
    total
        How many points there will be; None where time ends them.
    points
        What became of each point, in the order of their end; those that a resumed sweep has found finished first.
    found
        How many of them a resumed sweep has found finished.
    status, message
        Of the sweep's run.
    seconds
        How long it took.
    notes
        One line each of what a user should know.
    """

    run: str
    experiment: str
    group: str
    component: str
    method: str
    goal: Goal | None
    total: int | None
    connection: Connection
    points: list[Outcome] = field(default_factory=list[Outcome])
    found: int = 0
    status: str = "InProgress"
    message: str = ""
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list[str])

    @property
    def counts(self) -> dict[str, int]:
        """Number of points that are ``completed``, ``pruned``, ``failed`` and ``stopped``."""
        kinds = [kind_of(point) for point in self.points]
        return {kind: kinds.count(kind) for kind in KINDS}

    @property
    def best(self) -> BestPoint | None:
        """The best completed point; the first of equals; None while none has a value.

        Raises
        ------
        UsageError
            The sweep has no goal.
        """
        if self.goal is None:
            raise UsageError(
                "This sweep has no goal, so no point is the best.",
                f"Look at .df, or: best_run('METRIC', {self.experiment!r}, \"group = '{self.group}'\")",
            )
        best: Outcome | None = None
        for point in self.points:
            if not point.done or point.value is None:
                continue
            if best is None or best.value is None or self.goal.better(point.value, best.value):
                best = point
        return (
            None if best is None or best.value is None else BestPoint(best.run, best.value, dict(best.params))
        )

    @property
    def best_params(self) -> dict[str, Any]:
        """Parameters of the best point, to train with: ``train(**result.best_params)``.

        Raises
        ------
        UsageError
            The sweep has no goal.
        NotFoundError
            No point has been completed with a value.
        """
        best = self.best
        if best is None:
            assert self.goal is not None
            near = did_you_mean(self.goal.metric, {name for point in self.points for name in point.metrics})
            raise NotFoundError(f"No completed point has logged {self.goal.metric!r}.", near)
        return best.params

    @property
    def df(self) -> pd.DataFrame:
        """One row for each point, as `runs` gives them; the best first where there is a goal."""
        from sm_track_widgets.actions.sweep.history import frame_of

        return frame_of(self)

    def progress(self) -> str:
        """``12 of 18 points, 1 failed``."""
        ended = len(self.points)
        head = (
            f"{ended:,} of {self.total:,} points"
            if self.total
            else f"{ended:,} {'point' if ended == 1 else 'points'}"
        )
        more = [f"{count:,} {kind}" for kind, count in self.counts.items() if count and kind != "completed"]
        if self.found:
            more.append(f"{self.found:,} found finished")
        return ", ".join([head, *more])

    def __repr__(self) -> str:
        lines = [
            f"Sweep {self.run!r} in {self.experiment!r}: {self.status}, {self.progress()}, {self.seconds:.1f} s"
        ]
        if self.message:
            lines.append(f"  {self.message}")
        if self.goal is not None:
            best = self.best
            lines.append(
                f"  best {self.goal.metric}: "
                + (f"{best.value:.6g}  {best.run}  {shown(best.params)}" if best else "none yet")
            )
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


def kind_of(point: Outcome) -> str:
    """Return which of `KINDS` a point is."""
    if point.done:
        return "completed"
    if point.pruned:
        return "pruned"
    return "failed" if point.status == "Failed" else "stopped"
