"""``sm-track rm``, ``archive``, ``gc``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.cli import output
from sm_track_widgets.cli.words import listed, meant

if TYPE_CHECKING:
    import argparse

    from sm_track_widgets.actions.cleanup.plan import Plan
    from sm_track_widgets.actions.cleanup.report import Report


def rm(parsed: argparse.Namespace) -> int:
    """Delete runs; status 1 where there is none, nobody agreed, or some are left."""
    from sm_track_widgets.actions.cleanup.delete import delete_runs

    report = delete_runs(
        meant(parsed),
        parsed.experiment,
        group=parsed.group,
        runs=listed(parsed.runs),
        archived=parsed.archived,
        unassigned=parsed.unassigned,
        artifacts=parsed.artifacts,
        jobs=parsed.jobs,
        shared=parsed.shared,
        force=parsed.force,
        dry_run=parsed.dry_run,
        yes=parsed.yes,
        confirm=_ask,
    )
    plan = report.plan
    if parsed.json or not plan.empty or plan.kept or plan.remarks:
        _told(parsed, report)
    if plan.empty:
        raise NotFoundError("There is nothing to delete.")
    return 0 if report.complete or parsed.dry_run else 1


def gc(parsed: argparse.Namespace) -> int:
    """Delete what nobody needs; status 1 where nobody agreed, or something is left."""
    from sm_track_widgets.actions.cleanup.gc import gc as collect

    report = collect(older=parsed.older * 3600, dry_run=parsed.dry_run, yes=parsed.yes, confirm=_ask)
    _told(parsed, report)
    return 0 if report.complete or parsed.dry_run or report.plan.empty else 1


def archive(parsed: argparse.Namespace) -> int:
    """Archive runs, or bring them back; status 1 where there is none, or some could not be changed."""
    from sm_track_widgets.actions.cleanup.archive import archive_runs, restore_runs

    told = (restore_runs if parsed.undo else archive_runs)(
        meant(parsed),
        parsed.experiment,
        group=parsed.group,
        runs=listed(parsed.runs),
        dry_run=parsed.dry_run,
    )
    if parsed.json:
        output.say_json(told)
    elif told.runs or told.failed:
        output.say(told)
    if not told.runs and not told.failed:
        raise NotFoundError("There is no such run.")
    return 1 if told.failed else 0


def _ask(plan: Plan) -> bool:
    """Show the plan and ask, both on stderr: stdout is the answer's."""
    from sm_track_widgets.actions.cleanup.asking import YES
    from sm_track_widgets.charts.markup import plain

    sys.stderr.write(f"{plain(plan)}\n{plain(plan.question)} [y/N] ")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    if not answer:
        sys.stderr.write("\n")
        raise UsageError(
            "Nothing was deleted: nobody can be asked here.", "Add --yes when you have seen the plan."
        )
    return answer.strip().lower() in YES


def _told(parsed: argparse.Namespace, report: Report) -> None:
    from sm_track_widgets.cli.entry import for_shell

    plan = report.plan
    if parsed.json:
        runs = [
            {"run": run.name, "experiment": run.experiment, "component": run.component} for run in plan.runs
        ]
        output.say_json(
            {
                "plan": plan.counts,
                "runs": runs,
                "done": report.done,
                "left": report.left,
                "kept": plan.kept,
                "asked": report.asked,
            }
        )
    elif parsed.dry_run or plan.empty:
        output.say(for_shell(str(plan)))
    else:
        output.say(for_shell(str(report) if report.asked else "Nothing was deleted."))
