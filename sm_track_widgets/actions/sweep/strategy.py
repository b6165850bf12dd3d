"""Which point comes next: of a grid in its order, else as Optuna chooses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sm_track_widgets.actions.sweep.identity import identity_of
from sm_track_widgets.actions.sweep.points import Outcome, Point

if TYPE_CHECKING:
    from sm_track_widgets.actions.sweep.plan import Plan
    from sm_track_widgets.actions.sweep.space import Space
    from sm_track_widgets.actions.sweep.study import Link, Study


FEW = 10_000
"""Points of a space up to which it is known when all of them were tried."""


class Strategy:
    """Gives the points of one sweep.

    Parameters
    ----------
    plan
        What was asked for.
    study
        Optuna's; None for a grid without early stop.
    finished
        Points that an earlier kernel has finished, with what became of them.
    again
        Points that it has begun and not finished.
    first
        Number of the first new point.
    """

    def __init__(
        self,
        plan: Plan,
        study: Study | None,
        finished: list[tuple[dict[str, Any], Outcome]],
        again: list[dict[str, Any]],
        first: int = 1,
    ) -> None:
        self._plan, self._study = plan, study
        self._seen = {identity_of(point) for point, _ in finished}
        self._number = first
        self._given = len(finished)
        self._waiting = [point for point in plan.grid if identity_of(point) not in self._seen]
        self._every = {} if plan.grid else _every(plan.space)
        self.exhausted = False
        """Whether the space has no further point, though more were asked for."""
        if study is not None:
            study.take_over(plan.space, finished)
            if not plan.grid:
                for point in again:
                    study.queue(plan.space, point)

    def next(self) -> Point | None:
        """Return another point; None where there is none."""
        chosen = self._of_grid() if self._plan.grid else self._asked()
        if chosen is None:
            return None
        trial, params = chosen
        point = Point(self._number, params, trial)
        self._number += 1
        self._given += 1
        self._seen.add(point.identity)
        return point

    def _of_grid(self) -> tuple[int | None, dict[str, Any]] | None:
        if not self._waiting:
            return None
        params = self._waiting.pop(0)
        return (None if self._study is None else self._study.begin(params)), params

    def _asked(self) -> tuple[int | None, dict[str, Any]] | None:
        assert self._study is not None
        if self._plan.limits.n is not None and self._given >= self._plan.limits.n:
            return None
        left = [point for identity, point in self._every.items() if identity not in self._seen]
        found = None
        if left or not self._every:
            found = self._study.ask(self._plan.space, self._seen)
        if found is None and left:  # rare ones: those that come were all tried
            self._study.queue(self._plan.space, left[0])
            found = self._study.ask(self._plan.space, self._seen)
        self.exhausted = found is None
        return found

    def tell(self, point: Point, outcome: Outcome) -> None:
        """Take note of what became of a point."""
        if self._study is not None and point.trial is not None:
            self._study.tell(point.trial, outcome)

    def link(self, point: Point) -> Link | None:
        """Return what the point's values are reported with; None without early stop."""
        if self._study is None or point.trial is None:
            return None
        return self._study.link(point.trial)


def _every(space: Space) -> dict[str, dict[str, Any]]:
    """Return all points of a small space by their identity; none of one that is large or has no end."""
    sizes = [dim.size() for dim in space.dims.values()]
    count = math.prod(size or FEW + 1 for size in sizes)
    return {identity_of(point): point for point in space.grid()} if count <= FEW else {}
