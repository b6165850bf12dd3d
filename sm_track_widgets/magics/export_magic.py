"""``%sm_export``: what was tracked, as a file."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError
from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.magics import interrupts, options, query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.selection import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
        help="Which runs, as in %%sm_runs; then the file, ending in .csv, .json or .parquet.",
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
    @line_magic
    def sm_export(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Path | None:
        """Write runs to a file; path = %sm_export runs.csv gives its path.

        A file that is there is replaced, when all has been written.
        """
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_export, line)
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
