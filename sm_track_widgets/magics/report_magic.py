"""``%sm_report``: an experiment as one page."""

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
class SmReportMagics(ShellMagics):
    """The magic that writes a page."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="QUERY FILE",
        help="Which runs, as in %%sm_runs; then the file, ending in .html.",
    )
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument(
        "--metrics", metavar="A,B", help="Metrics that are drawn; the first decides which run is the best."
    )
    @argument("--title", help="Heading; default: the experiment.")
    @argument("--theme", choices=("auto", "light", "dark"), help="Default: the reader's.")
    @line_magic
    def sm_report(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Path | None:
        """Write a page with an experiment's runs, charts and best run; it opens offline, and its views work.

        path = %sm_report -e fraud report.html gives its path.
        """
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_report, line)
        word, rest = query_line.last_word(rest)
        if not word:
            raise UsageError(
                "%sm_report takes the name of a file.", "For example: %sm_report -e fraud report.html"
            )
        from sm_track_widgets.widgets.report import report

        with interrupts.in_one_line():
            path = report(
                options.expand(word, namespace),
                text_of(parsed, "experiment", namespace),
                query_line.query(rest, namespace, "sm_report") or "",
                metrics=options.comma_list(text_of(parsed, "metrics", namespace)),
                title=text_of(parsed, "title", namespace),
                theme=parsed.theme or "auto",
            )
        if is_assigned("sm_report"):
            return path
        size = numbers.data_size(path.stat().st_size)
        print(f"Written: {markup.plain(path)} ({size})")  # noqa: T201 - its answer
        return None
