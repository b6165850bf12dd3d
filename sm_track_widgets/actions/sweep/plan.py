"""What a sweep is asked to do, checked before anything is opened."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.actions.sweep.goal import Goal, goal_of
from sm_track_widgets.actions.sweep.space import Space, space_of
from sm_track_widgets.actions.sweep.study import optuna, pruner_of

METHODS = ("grid", "random", "bayes")


@dataclass(frozen=True, slots=True)
class Limits:
    """What ends a sweep, and whether it goes on with an earlier one; see `sweep` for the fields."""

    n: int | None = None
    time_limit: float | None = None
    max_failures: int | None = None
    continue_on_error: bool = False
    resume: bool = False

    @property
    def failures_borne(self) -> float:
        """How many failed points end the sweep."""
        if self.max_failures is not None:
            return self.max_failures
        return math.inf if self.continue_on_error else 1


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep, as asked for; see `sweep` for the fields.

    Attributes
    ----------
    grid
        The points of a grid or a list; empty where they are asked for one by one.
    total
        How many points there will be; None where only time or the space ends them.
    pruner
        Optuna's, None for no early stop.
    """

    space: Space
    method: str = "grid"
    goal: Goal | None = None
    early_stop: str = ""
    seed: int | None = None
    limits: Limits = field(default_factory=Limits)
    grid: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    total: int | None = None
    pruner: Any = None


def plan_of(
    space: Any,
    limits: Limits | None = None,
    *,
    method: str | None = None,
    goal: str | Goal | None = None,
    early_stop: Any = None,
    seed: int | None = None,
) -> Plan:
    """Check what is asked for.

    Raises
    ------
    UsageError, ConfigError
        In one line, with the cure.
    """
    known, after, limits = space_of(space), goal_of(goal), limits or Limits()
    method = _method(method)
    _check(limits, seed)
    if early_stop is not None and after is None:
        raise UsageError(
            "Early stopping needs to know what is good.", "Add --goal min:val_loss (goal='min:val_loss')."
        )
    grid = _grid(known, method, limits.n, seed)
    if not grid:
        _asked(method, limits, after)
    named = early_stop if isinstance(early_stop, str) else type(early_stop).__name__
    return Plan(
        space=known,
        method=method,
        goal=after,
        early_stop="" if early_stop is None else named,
        seed=seed,
        limits=limits,
        grid=grid,
        total=len(grid) if grid else limits.n,
        pruner=None if early_stop is None else pruner_of(early_stop),
    )


def _method(method: str | None) -> str:
    chosen = str(method or "grid").lower()
    chosen = {"tpe": "bayes", "bayesian": "bayes"}.get(chosen, chosen)
    if chosen not in METHODS:
        near = did_you_mean(chosen, METHODS) or "Choose grid, random or bayes."
        raise UsageError(f"There is no method {method!r}.", near)
    return chosen


def _check(limits: Limits, seed: Any) -> None:
    whole: dict[str, Any] = {"n": limits.n, "max_failures": limits.max_failures}
    for name, value in whole.items():
        if value is not None and (isinstance(value, bool) or not hasattr(value, "__index__") or value < 1):
            raise UsageError(f"{name} is a whole number from 1, not {value!r}.")
    if seed is not None and (
        isinstance(seed, bool) or not hasattr(seed, "__index__") or not 0 <= seed < 2**32
    ):
        raise UsageError(f"seed is a whole number from 0, not {seed!r}.")
    time_limit: Any = limits.time_limit
    if time_limit is not None and not (isinstance(time_limit, (int, float)) and time_limit > 0):
        raise UsageError(f"time_limit is a number of seconds above 0, not {time_limit!r}.")


def _grid(space: Space, method: str, n: int | None, seed: int | None) -> list[dict[str, Any]]:
    if method == "grid":
        points = space.grid()
        return points if n is None else points[:n]
    if space.listed is None:
        return []
    if method == "bayes":
        raise UsageError(
            "A list of points has no neighbourhood to learn from.",
            "Give a dict of values, or leave method out.",
        )
    import random

    points = space.grid()
    random.Random(seed).shuffle(points)  # noqa: S311 - no secret
    return points if n is None else points[:n]


def _asked(method: str, limits: Limits, goal: Goal | None) -> None:
    """Check what points that Optuna chooses need."""
    if limits.n is None and limits.time_limit is None:
        raise UsageError(
            f"How many points may {method} try?", f"For example: --method {method} --n 20 (n=20)"
        )
    if method == "bayes" and goal is None:
        raise UsageError(
            "bayes needs to know what is good.", "Add --goal min:val_loss (goal='min:val_loss')."
        )
    optuna(f"method={method!r}")
