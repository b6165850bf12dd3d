"""``%sm_rm``, ``%sm_archive`` and ``%sm_gc``: what is not needed goes, after a question."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from sm_track_widgets.charts.markup import plain
from sm_track_widgets.magics import options, query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.selection import QUERY_HELP, text_of

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from sm_track_widgets.actions.cleanup.archive import Archived
    from sm_track_widgets.actions.cleanup.plan import Plan
    from sm_track_widgets.actions.cleanup.report import Report

CURE = "Add --yes when you have seen the plan."


@magics_class
class SmCleanupMagics(ShellMagics):
    """The magics that clean up."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="QUERY", help=QUERY_HELP)
    @argument("-e", "--experiment", help="Experiment; without a query it goes as a whole.")
    @argument("-g", "--group", help="Only the runs of this group; without a query it goes as a whole.")
    @argument("--runs", metavar="A,B", help="Only these runs.")
    @argument("--archived", action="store_true", help="Also archived runs.")
    @argument("--unassigned", action="store_true", help="Instead the runs of no experiment.")
    @argument("--artifacts", action="store_true", help="Also their files that nobody else refers to.")
    @argument("--jobs", action="store_true", help="Also what SageMaker made for their training jobs.")
    @argument(
        "--shared", action="store_true", help="Delete runs of other groups, too, not only take them out."
    )
    @argument("--force", action="store_true", help="Also runs in progress.")
    @argument("--dry-run", action="store_true", help="Only show what would be deleted.")
    @argument("--yes", "-y", action="store_true", help="Do not ask.")
    @line_magic
    def sm_rm(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Plan | Report | None:
        """Delete runs for good: shows a plan, asks, and deletes; report = %sm_rm ... --yes gives what was done.

        What is no option is the query: %sm_rm -e fraud metrics.auc.max < 0.6
        """
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_rm, line)
        from sm_track_widgets.actions.cleanup.delete import delete_runs

        with _in_one_line():
            report = delete_runs(
                _query(rest, namespace, "sm_rm"),
                text_of(parsed, "experiment", namespace),
                group=text_of(parsed, "group", namespace),
                runs=options.comma_list(text_of(parsed, "runs", namespace)),
                archived=parsed.archived,
                unassigned=parsed.unassigned,
                artifacts=parsed.artifacts,
                jobs=parsed.jobs,
                shared=parsed.shared,
                force=parsed.force,
                dry_run=parsed.dry_run,
                yes=parsed.yes,
                confirm=_ask(),
            )
        return _told(report, "sm_rm", dry_run=parsed.dry_run)

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="QUERY", help=QUERY_HELP)
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument("-g", "--group", help="Only the runs of this group.")
    @argument("--runs", metavar="A,B", help="Only these runs.")
    @argument("--undo", action="store_true", help="Bring archived runs back.")
    @argument("--dry-run", action="store_true", help="Only tell which runs.")
    @line_magic
    def sm_archive(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Archived | None:
        """Leave runs out of the lists; --undo brings them back, and %sm_runs --archived shows them."""
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_archive, line)
        from sm_track_widgets.actions.cleanup.archive import archive_runs, restore_runs

        with _in_one_line():
            told = (restore_runs if parsed.undo else archive_runs)(
                _query(rest, namespace, "sm_archive"),
                text_of(parsed, "experiment", namespace),
                group=text_of(parsed, "group", namespace),
                runs=options.comma_list(text_of(parsed, "runs", namespace)),
                dry_run=parsed.dry_run,
            )
        if is_assigned("sm_archive"):
            return told
        print(told)  # noqa: T201 - its answer
        return None

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("--older", metavar="HOURS", default="24", help="Only what is so old; default: 24.")
    @argument("--dry-run", action="store_true", help="Only show what would be deleted.")
    @argument("--yes", "-y", action="store_true", help="Do not ask.")
    @line_magic
    def sm_gc(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Plan | Report | None:
        """Delete what nobody needs: files that no run names, empty groups and experiments, leftovers."""
        namespace = self.names(local_ns)
        parsed = options.parse(self.sm_gc, line, limit=0)
        hours = options.number(parsed.older, "--older", namespace, lowest=0) or 0.0
        from sm_track_widgets.actions.cleanup.gc import gc

        with _in_one_line():
            report = gc(older=hours * 3600, dry_run=parsed.dry_run, yes=parsed.yes, confirm=_ask())
        return _told(report, "sm_gc", dry_run=parsed.dry_run)


def _query(rest: str, namespace: Mapping[str, Any], magic: str) -> str | None:
    """Return the query; empty where an empty one was given: without any, all of an experiment is meant."""
    return query_line.query(rest, namespace, magic) or ("" if rest.strip() else None)


def _ask() -> Any:
    from sm_track_widgets.actions.cleanup.asking import ask

    return partial(ask, show=display, cure=CURE)


def _told(report: Report, magic: str, *, dry_run: bool) -> Plan | Report | None:
    """Return what was done where it is assigned, else show it; a plan that was shown already is not shown again."""
    if is_assigned(magic):
        return report.plan if dry_run else report
    if dry_run or report.plan.empty:
        display(report.plan)
    else:
        print(plain(report if report.asked else "Nothing was deleted."))  # noqa: T201 - its answer
    return None


@contextmanager
def _in_one_line() -> Generator[None, None, None]:
    """Let an interrupt pass as one line, which tells what is done and what is left."""
    try:
        yield
    except KeyboardInterrupt as stop:
        said = plain(stop) or "Interrupted; nothing was changed."
        vars(stop)["_render_traceback_"] = lambda: [f"KeyboardInterrupt: {said}"]
        raise
