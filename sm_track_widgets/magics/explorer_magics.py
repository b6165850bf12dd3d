"""``%sm_dashboard``: parameters, charts and table of an experiment in one frame."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from sm_track_widgets.magics import interrupts, options, query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.selection import QUERY_HELP, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@magics_class
class SmExplorerMagics(ShellMagics):
    """The magic that opens the explorer."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="QUERY", help=QUERY_HELP)
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument("--metrics", metavar="A,B", help="Metrics that are drawn; default: the first four.")
    @argument("--columns", metavar="A,B", help="Columns to filter by, e.g. depth,auc.max; default: a choice.")
    @argument("--baseline", metavar="RUN", help="The run that the others are compared with.")
    @argument("--refresh", metavar="SEC", help="Read again every so many seconds.")
    @line_magic
    def sm_dashboard(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Open the explorer; board = %sm_dashboard -e fraud gives the widget, with .selected, .query and .df.

        What is no option is the query. Of an experiment it becomes filters, as far as it can: runs that do not
        satisfy it stay in sight, grey.
        """
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_dashboard, line)
        query = query_line.query(rest, namespace, "sm_dashboard") or ""
        experiment = text_of(parsed, "experiment", namespace)
        from sm_track_widgets.widgets.dashboard import Dashboard

        with interrupts.in_one_line():
            board = Dashboard(
                experiment,
                metrics=options.comma_list(text_of(parsed, "metrics", namespace)),
                columns=options.comma_list(text_of(parsed, "columns", namespace)),
                query=query if experiment is None else "",
                baseline=text_of(parsed, "baseline", namespace) or "",
                refresh=options.number(parsed.refresh, "--refresh", namespace, lowest=1),
            )
            if query and experiment is not None:
                board.query = query
        if is_assigned("sm_dashboard"):
            return board
        display(board)
        return None
