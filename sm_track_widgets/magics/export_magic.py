"""``%sm_export``: what was tracked, as a file, or to MLflow."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError
from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.magics import interrupts, moving, options, query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.selection import selection, text_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

    from sm_track_widgets.actions.move.report import MoveReport


@magics_class
class SmExportMagics(ShellMagics):
    """The magic that writes files."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="QUERY FILE",
        help="Which runs, as in %%sm_runs; then the file, ending in .csv, .json or .parquet; none with --to.",
    )
    @argument(
        "--to",
        metavar="mlflow:URI",
        help="Copy the runs to an MLflow tracking server, database or folder, or a SageMaker tracking server (ARN).",
    )
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument("-g", "--group", help="Only the runs of this group.")
    @argument("--columns", metavar="A,B", help="Only these columns, e.g. depth,auc.max or params.*")
    @argument("--archived", action="store_true", help="Also archived runs.")
    @argument("--analytics", action="store_true", help="Write the frame of the SDK's ExperimentAnalytics.")
    @argument("--metrics", metavar="A,B", help="Write the points of these metrics, one row each.")
    @argument(
        "--raw",
        action="store_true",
        help="In .csv, no apostrophe before texts that a spreadsheet would execute.",
    )
    @argument("--running", action="store_true", help="With --to: runs in progress, too, as they are now.")
    @argument("--dry-run", action="store_true", help="With --to: only say what would be copied.")
    @line_magic
    def sm_export(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Path | MoveReport | None:
        """Write runs to a file; path = %sm_export runs.csv gives its path.

        A file that is there is replaced, when all has been written. With --to mlflow:URI the runs are copied there;
        what is there already is not copied again.
        """
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_export, line)
        if parsed.to is not None:
            return self._copy(parsed, rest, namespace)
        if parsed.running or parsed.dry_run:
            raise UsageError("--running and --dry-run go with --to.", "A file is written at once.")
        word, rest = query_line.last_word(rest)
        if not word:
            raise UsageError(
                "%sm_export takes the name of a file.", "For example: %sm_export -e fraud runs.csv"
            )
        from sm_track_widgets.reading.export import export

        with interrupts.in_one_line():
            path = export(
                options.expand(word, namespace),
                text_of(parsed, "experiment", namespace),
                query_line.query(rest, namespace, "sm_export"),
                options.comma_list(text_of(parsed, "columns", namespace)),
                group=text_of(parsed, "group", namespace),
                archived=parsed.archived,
                analytics=parsed.analytics,
                metrics=options.comma_list(text_of(parsed, "metrics", namespace)),
                raw=parsed.raw,
            )
        if is_assigned("sm_export"):
            return path
        size = numbers.data_size(path.stat().st_size)
        print(f"Written: {markup.plain(path)} ({size})")  # noqa: T201 - its answer
        return None

    def _copy(self, parsed: argparse.Namespace, rest: str, namespace: Mapping[str, Any]) -> MoveReport | None:
        if parsed.columns or parsed.metrics or parsed.analytics or parsed.raw:
            raise UsageError(
                "To MLflow go whole runs.", "Leave --columns, --metrics, --analytics and --raw out."
            )
        chosen = selection(parsed, rest, namespace, "sm_export")
        from sm_track_widgets.actions.move.verbs import export_runs

        return moving.run(
            "sm_export",
            parsed,
            lambda on_plan: export_runs(
                options.expand(parsed.to, namespace),
                chosen.experiment,
                chosen.query,
                group=chosen.group,
                archived=chosen.archived,
                running=parsed.running,
                dry_run=parsed.dry_run,
                on_plan=on_plan,
            ),
        )
