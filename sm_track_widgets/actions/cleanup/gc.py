"""`gc`: files, groups, experiments and lineage that nobody needs any more, and deletions that were left half-way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sm_track_widgets import connection as connections
from sm_track_widgets._errors import UsageError
from sm_track_widgets.actions.cleanup import ledger as ledgers
from sm_track_widgets.actions.cleanup.delete import carry_out
from sm_track_widgets.actions.cleanup.ledger import Ledger
from sm_track_widgets.actions.cleanup.resuming import half_deleted
from sm_track_widgets.actions.cleanup.waste import plan_waste

if TYPE_CHECKING:
    from sm_track_widgets.actions.cleanup.asking import Ask
    from sm_track_widgets.actions.cleanup.plan import Plan
    from sm_track_widgets.actions.cleanup.report import Report
    from sm_track_widgets.connection import Connection

DAY = 86400.0
NAME = "gc"


def gc(
    *,
    older: float = DAY,
    dry_run: bool = False,
    yes: bool = False,
    confirm: Ask | None = None,
    connection: Connection | None = None,
) -> Report:
    """Delete what nobody needs any more: a plan is shown first, and somebody has to agree to it.

    That is: files in our own folder of the connection's bucket that no run of any experiment and no registered model
    refers to; groups without runs, experiments without groups; lineage artifacts of such files; copies of files on this
    machine that no journal names; and what deletions that were interrupted have left.

    Parameters
    ----------
    older
        Only what was made so many seconds ago, or longer; a day unless said.
    dry_run, yes, confirm, connection
        As for `delete_runs`.

    Returns
    -------
    Report
        What is gone, and what is left and why.

    Raises
    ------
    UsageError
        When nobody can be asked.
    ServiceRefusedError, ConfigError
        When the service refuses the plan's questions, or cannot be reached.
    """
    if not older >= 0:
        raise UsageError(f"older is a number of seconds from 0, not {older!r}.")
    place = connection or connections.current()
    plan, paths = _with_unfinished(place, plan_waste(place, older))
    report = carry_out(place, plan, Ledger(place, NAME), dry_run=dry_run, yes=yes, confirm=confirm)
    if not dry_run and (report.complete or not plan.runs):
        for path in paths:  # all else that they tell of is found by what it is
            path.unlink(missing_ok=True)
    return report


def _with_unfinished(connection: Connection, plan: Plan) -> tuple[Plan, list[Any]]:
    """Return the plan with the runs that interrupted deletions have left in no group, and the files that say so.

    What else they have left nobody refers to, and is in the plan once it is old enough.
    """
    left = ledgers.unfinished(connection)
    known: dict[str, Any] = {}
    for _, one in left:
        known.update({run.component: run for run in one.runs})
    runs = half_deleted(connection, list(known.values()), force=False)
    return replace(plan, runs=tuple(runs), unfinished=len(runs)), [path for path, _ in left]
