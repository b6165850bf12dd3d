"""A sweep from its request to its result: checked, opened or gone on with, run, closed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_track_widgets import _sdk
from sm_track_widgets import connection as connections
from sm_track_widgets._errors import NotFoundError, TrackError, UsageError
from sm_track_widgets._names import DEFAULT_EXPERIMENT, MAX_TEXT
from sm_track_widgets.actions.sweep import history, packing, pool, repair, watching
from sm_track_widgets.actions.sweep.crew import Crew, KernelCrew
from sm_track_widgets.actions.sweep.history import History
from sm_track_widgets.actions.sweep.one_point import Setting
from sm_track_widgets.actions.sweep.plan import Plan
from sm_track_widgets.actions.sweep.result import SweepResult
from sm_track_widgets.actions.sweep.strategy import Strategy
from sm_track_widgets.actions.sweep.study import Study
from sm_track_widgets.actions.sweep.sweeping import Sweeping
from sm_track_widgets.tracking import naming
from sm_track_widgets.tracking.run import Run

if TYPE_CHECKING:
    from sm_track_widgets.actions.sweep.calling import Body
    from sm_track_widgets.actions.sweep.watching import Watcher
    from sm_track_widgets.connection import Connection


@dataclass(frozen=True, slots=True)
class Request:
    """Where a sweep goes and who runs its points; see `sweep` for the fields.

    `prepare` gets the sweep's open run, to keep its source for example; `watcher` shows the sweep, in place of the
    one that is installed.
    """

    name: str | None = None
    experiment: str | None = None
    group: str | None = None
    tags: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notes: str | None = None
    jobs: int | None = None
    executor: Any = None
    connection: Connection | None = None
    prepare: Callable[[Run], object] | None = None
    watcher: Watcher | None = None


def run_sweep(plan: Plan, body: Body, request: Request) -> SweepResult:
    """Run a sweep; see `sweep`."""
    place = request.connection or connections.current()
    sent = _checked(plan, body, request, place)
    experiment = request.experiment or place.settings.experiment or DEFAULT_EXPERIMENT
    if plan.limits.resume and not request.name:
        raise UsageError(
            "Which sweep is to go on?", "Name it: %%sm_sweep NAME --resume (name=..., resume=True)."
        )
    name = request.name or naming.made_up(time.time())
    past = _past(plan, place, experiment, name)
    run = _opened(plan, request, place, experiment, name)
    try:
        with run:
            return _swept(plan, body, request, run=run, sent=sent, past=past)
    except BaseException as error:
        result = getattr(error, "sweep_result", None)
        if result is not None:
            result.status, result.message = run.status, run.message
        raise


def _checked(plan: Plan, body: Body, request: Request, place: Connection) -> bytes:
    """Look whether the points can run where they shall, before anything is opened; return what is sent there."""
    executor, jobs = request.executor, request.jobs
    if executor is not None and not pool.is_executor(executor):
        raise UsageError(
            f"executor has no submit(): {executor!r:.60}.",
            "For example: executor=client.get_executor(), or jobs=2.",
        )
    if jobs is not None and (isinstance(jobs, bool) or not hasattr(jobs, "__index__") or jobs < 1):
        raise UsageError(f"jobs is a whole number from 1, not {jobs!r}.")
    if executor is None and (jobs is None or jobs == 1):
        return b""
    remote = _sdk.is_remote_executor(executor)
    if executor is None:
        pool.loky()
    if not place.rebuildable and (executor is None or not _is_threads(executor)):
        raise UsageError(
            "Another process cannot make this connection, since it has a session or clock of its own.",
            "Connect by names: connect('aws', profile=..., region=...), or leave out jobs.",
        )
    if remote and plan.pruner is not None:
        raise UsageError("Jobs in SageMaker cannot ask which points to stop.", "Leave out early_stop.")
    if remote and place.home != "aws":
        raise UsageError(
            "A RemoteExecutor's jobs write to AWS, and runs go to the embedded home.", "Use: connect('aws')"
        )
    return packing.packed(body)


def _is_threads(executor: Any) -> bool:
    import concurrent.futures

    return isinstance(executor, concurrent.futures.ThreadPoolExecutor) or _sdk.is_remote_executor(executor)


def _past(plan: Plan, place: Connection, experiment: str, name: str) -> History:
    """Return what an earlier kernel has done, after closing what it has left open."""
    empty = History([], [], {}, 0)
    if not plan.limits.resume:
        return empty
    ref = naming.choose(experiment, name, None, now=0.0).ref
    try:
        stored = history.stored_points(place, ref.experiment, ref.component, plan.goal)
    except NotFoundError:
        return empty
    left = {one.component for one in stored if one.outcome.status == repair.OPEN}
    repair.repair(place, {*left, ref.component}, name)
    if left:
        stored = history.stored_points(place, ref.experiment, ref.component, plan.goal)
    return history.history_of(stored, plan, ref.run)


def _opened(plan: Plan, request: Request, place: Connection, experiment: str, name: str) -> Run:
    facts: dict[str, Any] = {
        "sweep.method": plan.method,
        "sweep.space": str(plan.space)[:MAX_TEXT],
        "sweep.points": plan.total,
        "sweep.goal": None if plan.goal is None else str(plan.goal),
        "sweep.early_stop": plan.early_stop or None,
        "sweep.seed": plan.seed,
    }
    return Run(
        experiment,
        name,
        tags=request.tags or None,
        params={key: value for key, value in facts.items() if value is not None},
        notes=request.notes,
        resume="allow" if plan.limits.resume else None,
        connection=place,
    )


def _swept(plan: Plan, body: Body, request: Request, *, run: Run, sent: bytes, past: History) -> SweepResult:
    """Run the points of the open sweep, and close it."""
    watcher = request.watcher or watching.watcher()
    setting = _setting(plan, request, run)
    result = SweepResult(
        run=run.run_name,
        experiment=run.experiment_name,
        group=setting.group,
        component=run.ref.component,
        method=plan.method,
        goal=plan.goal,
        total=plan.total,
        connection=run.connection,
        points=[outcome for _, outcome in past.finished],
        found=len(past.finished),
    )
    if request.prepare is not None:
        request.prepare(run)
    study = _study(plan, run)
    strategy = Strategy(plan, study, past.finished, past.again, past.last + 1)
    crew = _crew(setting, body, request, place=run.connection, sent=sent, watcher=watcher)
    course = Sweeping(plan, strategy, crew, run=run, result=result, watcher=watcher, old=past.old)
    error: BaseException | None = None
    try:
        course.go()
        error = course.error()
    except BaseException as raised:  # noqa: BLE001 - raised again when the sweep is closed
        error = raised
    finally:
        crew.close()
    course.note_end(exhausted=strategy.exhausted)
    _close(run, result, course)
    with suppress(Exception):
        watcher.over(result)
    if error is not None:
        with suppress(Exception):
            vars(error)["sweep_result"] = result
        raise error
    return result


def _setting(plan: Plan, request: Request, run: Run) -> Setting:
    return Setting(
        experiment=run.experiment_name,
        group=naming.choose(run.experiment_name, None, request.group or run.run_name, now=0.0).ref.group,
        prefix=run.run_name,
        parent=run.ref.component,
        goal=plan.goal,
        tags=dict(request.tags),
        total=plan.total or 0,
    )


def _study(plan: Plan, run: Run) -> Study | None:
    if plan.grid and plan.pruner is None:
        return None
    path = run.connection.settings.path / "sweeps" / f"{run.ref.component}.journal"
    sampler = "grid" if plan.grid else plan.method
    return Study(
        path,
        run.ref.component,
        plan.goal,
        sampler=sampler,
        seed=plan.seed,
        pruner=plan.pruner,
        resume=plan.limits.resume,
    )


def _crew(
    setting: Setting, body: Body, request: Request, *, place: Connection, sent: bytes, watcher: Watcher
) -> Crew:
    if not sent:
        return KernelCrew(setting, body, place, watcher.around)
    if request.executor is None:
        return pool.LokyCrew(
            setting, sent, place, min(request.jobs or 1, setting.total or os.cpu_count() or 1)
        )
    jobs = pool.width_of(request.executor, request.jobs)
    return pool.ExecutorCrew(
        setting, sent, place, jobs, request.executor, remote=_sdk.is_remote_executor(request.executor)
    )


def _close(run: Run, result: SweepResult, course: Sweeping) -> None:
    """Keep the best point in the sweep's run, and end it."""
    best = result.best if result.goal is not None else None
    with suppress(TrackError):
        run.log_parameters({f"sweep.{kind}": count for kind, count in result.counts.items()})
        if best is not None:
            run.log_parameters(
                {
                    "sweep.best_run": best.run,
                    "sweep.best_value": best.value,
                    "sweep.best_params": json.dumps(best.params, default=str),
                }
            )
    run.close(*course.ending())
    result.status, result.message = run.status, run.message
