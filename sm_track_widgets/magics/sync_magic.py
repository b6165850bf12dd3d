"""``%sm_sync``: deliver now what waits, or copy the runs of this machine to AWS."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.magics import moving, query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.progress_bar import ProgressBar
from sm_track_widgets.magics.selection import selection

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from sm_track_widgets.actions.move.report import MoveReport
    from sm_track_widgets.tracking.outbox.report import SyncReport


@magics_class
class SmSyncMagics(ShellMagics):
    """The magic that delivers."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="QUERY",
        help="With --to: which runs, as in %%sm_runs; default: all but the archived.",
    )
    @argument(
        "--resend",
        action="store_true",
        help="Send points again of which nobody knows whether they arrived; those that had are then there twice.",
    )
    @argument(
        "--to",
        metavar="aws",
        help="Copy runs of the embedded home to AWS; what is there is not copied again.",
    )
    @argument("-e", "--experiment", help="With --to: only runs of this experiment.")
    @argument("-g", "--group", help="With --to: only runs of this group.")
    @argument("--archived", action="store_true", help="With --to: archived runs, too.")
    @argument("--running", action="store_true", help="With --to: runs in progress, too, as they are now.")
    @argument("--dry-run", action="store_true", help="With --to: only say what would be copied.")
    @line_magic
    def sm_sync(self, line: str, local_ns: Mapping[str, Any] | None = None) -> SyncReport | MoveReport | None:
        """Deliver what waits: of runs open and closed here, and what kernels that have ended left for this place.

        With --to aws: copy the runs of this machine to AWS, with their times, steps, files, tags and parents.
        """
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_sync, line)
        if parsed.to is None:
            return self._deliver(parsed, rest)
        if parsed.to != "aws":
            hint = did_you_mean(parsed.to, ["aws"]) or "To MLflow: %sm_export --to mlflow:URI"
            raise UsageError(f"Runs cannot be synced to {parsed.to!r}.", hint)
        chosen = selection(parsed, rest, namespace, "sm_sync")
        from sm_track_widgets.actions.move.verbs import move_runs

        return moving.run(
            "sm_sync",
            parsed,
            lambda on_plan: move_runs(
                chosen.experiment,
                chosen.query,
                group=chosen.group,
                archived=chosen.archived,
                running=parsed.running,
                dry_run=parsed.dry_run,
                on_plan=on_plan,
            ),
        )

    def _deliver(self, parsed: argparse.Namespace, rest: str) -> SyncReport | None:
        given = [name for name in ("experiment", "group") if getattr(parsed, name)]
        if rest or given or parsed.dry_run or parsed.running or parsed.archived:
            raise UsageError(
                "%sm_sync delivers all that waits; runs are chosen for --to only.",
                "Write %sm_sync --to aws ...",
            )
        from sm_track_widgets.tracking.outbox.sync import sync

        bar = ProgressBar("Delivering", "points")
        try:
            report = sync(parsed.resend, on_progress=bar.show)
        except KeyboardInterrupt:
            bar.clear()
            print("Interrupted. What waits is kept; %sm_sync goes on with it.")  # noqa: T201
            return None
        bar.clear()
        if is_assigned("sm_sync"):
            return report
        print(report)  # noqa: T201
        return None
