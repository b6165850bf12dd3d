"""`sweep`: a function for many parameter values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sm_track_widgets.actions.sweep.calling import FunctionBody
from sm_track_widgets.actions.sweep.course import Request, run_sweep
from sm_track_widgets.actions.sweep.plan import Limits, plan_of

if TYPE_CHECKING:
    from sm_track_widgets.actions.sweep.plan import Plan
    from sm_track_widgets.actions.sweep.result import SweepResult
    from sm_track_widgets.connection import Connection


def sweep(
    fn: Callable[..., Any],
    space: Any,
    name: str | None = None,
    *,
    method: str | None = None,
    n: int | None = None,
    goal: str | None = None,
    early_stop: Any = None,
    seed: int | None = None,
    jobs: int | None = None,
    executor: Any = None,
    resume: bool = False,
    continue_on_error: bool = False,
    time_limit: float | None = None,
    max_failures: int | None = None,
    experiment: str | None = None,
    group: str | None = None,
    tags: Mapping[str, Any] | None = None,
    notes: str | None = None,
    connection: Connection | None = None,
) -> SweepResult:
    """Call `fn` for many parameter values; each call is a run, a child of the sweep's own run.

    Parameters
    ----------
    fn
        Gets each parameter as the argument of its name, and the open run as ``run`` where it takes one; an argument
        ``params`` gets all parameters as a dict. A number that it returns is the goal's metric, a dict is metrics.
    space
        Dict of parameter -> values, or a list of dicts, one for each point. Values: a list, a range or array, a text
        such as ``"int(3, 9)"``, ``"float(0, 1)"`` or ``"log(1e-4, 1e-1)"``, or `When` for a parameter that exists only
        where another one has a given value.
    name
        Of the sweep; made up when left out.
    method
        ``"grid"`` (default): all points; ``"random"``; ``"bayes"``: Optuna's TPE.
    n
        At most so many points; those that a resumed sweep has finished count.
    goal
        ``"min:val_loss"`` or ``"max:auc"``: the last value of that metric. Without a direction its name tells.
    early_stop
        ``"median"``, ``"asha"``, or a pruner of Optuna's: ``run.report`` and ``run.log_metric`` of the goal's metric
        raise `PointStopped` in points that are not worth going on with.
    seed
        Of the choice of points.
    jobs
        Points at a time, in processes of their own; default: one after the other, here.
    executor
        A ``concurrent.futures.Executor``, Dask's ``client.get_executor()`` or the SDK's ``RemoteExecutor``.
    resume
        Go on with the sweep of this name: finished points are left as they are, all others are tried again.
    continue_on_error
        Points that fail do not end the sweep, and it raises nothing.
    time_limit
        Seconds after which no further point is started.
    max_failures
        So many failed points end the sweep; default: one.
    experiment, group
        Where the points are; default: the configured experiment, a group of the sweep's name.
    tags, notes
        Tags of every point and of the sweep, notes of the sweep.
    connection
        Where to write; default: the one in use.

    Returns
    -------
    SweepResult
        ``.df``, ``.best``, ``.best_params``, ``.run``, ``.counts``.

    Raises
    ------
    UsageError, ConfigError, NotFoundError
        What cannot be done as asked, in one line, before anything runs.
    Exception
        At the end, what the first failed point raised, unless `continue_on_error`. Its attribute ``sweep_result`` is
        the result.
    KeyboardInterrupt
        All points are closed as Stopped, no worker is left; has ``sweep_result``, too.
    """
    limits = Limits(n, time_limit, max_failures, continue_on_error, resume)
    plan = plan_of(space, limits, method=method, goal=goal, early_stop=early_stop, seed=seed)
    always = [one for one in plan.space.names if _is_always(plan, one)]
    body = FunctionBody(fn, plan.space.names, always)
    return run_sweep(
        plan,
        body,
        Request(name, experiment, group, tags or {}, notes, jobs, executor, connection),
    )


def _is_always(plan: Plan, name: str) -> bool:
    if plan.space.listed is not None:
        return all(name in point for point in plan.space.listed)
    return name not in plan.space.needs
