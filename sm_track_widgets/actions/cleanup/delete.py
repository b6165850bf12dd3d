"""`delete_runs`: a plan, a question, and the deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import ConfigError, UsageError
from sm_track_widgets.actions.cleanup.asking import Ask, ask
from sm_track_widgets.actions.cleanup.choosing import IN_PROGRESS, OPEN_HERE, UNDELIVERED, request_of
from sm_track_widgets.actions.cleanup.deleting import Deletion
from sm_track_widgets.actions.cleanup.ledger import Ledger, ledger_of
from sm_track_widgets.actions.cleanup.planning import plan_of
from sm_track_widgets.actions.cleanup.report import Report
from sm_track_widgets.actions.cleanup.resuming import changed

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from sm_track_widgets.actions.cleanup.plan import Plan
    from sm_track_widgets.connection import Connection

_HELD_BACK = (IN_PROGRESS, OPEN_HERE, UNDELIVERED)


def delete_runs(
    query: str | None = None,
    experiment: str | None = None,
    *,
    group: str | None = None,
    runs: str | Iterable[str] | pd.DataFrame | None = None,
    archived: bool = False,
    unassigned: bool = False,
    artifacts: bool = False,
    jobs: bool = False,
    shared: bool = False,
    force: bool = False,
    dry_run: bool = False,
    yes: bool = False,
    confirm: Ask | None = None,
    connection: Connection | None = None,
) -> Report:
    """Delete runs for good: a plan is shown first, and somebody has to agree to it.

    An experiment or a group without a query goes with all that is in it, and itself. Groups that are empty then go,
    too. Interrupted half-way, the same call finishes it.

    Parameters
    ----------
    query
        Which runs, as for `sm_track_widgets.runs`: ``"metrics.auc.max < 0.6"``.
    experiment, group
        Only runs of these; without a query and names, all of them.
    runs
        Only runs of these names, or the rows of a frame that `sm_track_widgets.runs` gave.
    archived
        Also archived runs; a whole experiment or group goes with them anyway.
    unassigned
        Instead runs that belong to no experiment.
    artifacts
        Also their files in S3: only those in our own folder of the connection's bucket that no other run of any
        experiment and no registered model refers to.
    jobs
        Also the components that SageMaker made for their training jobs.
    shared
        Delete runs that are in other groups, too; by default they are taken out of these groups only.
    force
        Also runs in progress.
    dry_run
        Only tell what would be done.
    yes
        Do not ask.
    confirm
        Shows the plan and tells whether it may be carried out; default: it is printed, and `input` asks.
    connection
        Where; default: where runs go.

    Returns
    -------
    Report
        What is gone, and what is left and why.

    Raises
    ------
    NotFoundError
        When there is no such experiment, group or run.
    UsageError
        When it names no runs, the query cannot be read, all runs of it are in progress, or nobody can be asked.
    ServiceRefusedError, ConfigError
        When the service refuses the plan's questions, or cannot be reached.
    """
    place = connection or connections.current()
    request = request_of(
        query,
        experiment,
        runs,
        group=group,
        archived=archived,
        unassigned=unassigned,
        artifacts=artifacts,
        jobs=jobs,
        shared=shared,
        force=force,
    )
    plan = plan_of(place, request)
    _refuse_held_back(plan)
    return carry_out(place, plan, ledger_of(place, request), dry_run=dry_run, yes=yes, confirm=confirm)


def carry_out(
    connection: Connection, plan: Plan, ledger: Ledger, *, dry_run: bool, yes: bool, confirm: Ask | None
) -> Report:
    """Ask where that is wanted, and do what was planned."""
    if plan.empty or dry_run or not (yes or (confirm or ask)(plan)):
        return Report(plan, asked=False)
    # Between a question and its answer may lie hours.
    deletion = Deletion(connection, plan, ledger, {} if yes else changed(connection, plan.runs))
    try:
        ledger.begin(plan, connection.identity)
        return deletion.run()
    except KeyboardInterrupt as stop:
        stop.args = (f"Interrupted. {deletion.report()} The same call finishes it.",)
        raise
    except OSError as error:
        raise ConfigError(
            f"Nothing was deleted: {str(ledger.path)!r} cannot be written: {error.strerror or error}.",
            "It notes what is done, so that an interrupted deletion can be finished. Free some space.",
        ) from error


def _refuse_held_back(plan: Plan) -> None:
    held = [one for one in plan.kept if one.kind == "run" and one.why in _HELD_BACK]
    if held and not plan.runs and not plan.shared:
        why = held[0].why
        some = f"Run {held[0].name!r} is" if len(held) == 1 else f"All {len(held)} runs are"
        if why == UNDELIVERED:
            raise UsageError(f"{some} not wholly delivered.", "%sm_sync first, or --force.")
        if why == OPEN_HERE:
            raise UsageError(f"{some} open in this process.", "Close it first.")
        raise UsageError(f"{some} in progress.", "Wait for the end, or force=True, --force.")
