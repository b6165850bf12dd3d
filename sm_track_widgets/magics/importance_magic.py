"""``%sm_importance``: which parameters move a metric."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from sm_track_widgets.magics import interrupts, query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.selection import QUERY_HELP, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@magics_class
class SmImportanceMagics(ShellMagics):
    """The magic that shows what moves a metric."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="QUERY", help=QUERY_HELP)
    @argument("--target", metavar="METRIC", help="The metric that is explained; default: the first.")
    @argument(
        "--stat",
        choices=("last", "min", "max", "avg", "std", "count"),
        default="last",
        help="Which of a run's values counts; default: last.",
    )
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @line_magic
    def sm_importance(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Show which parameters move a metric; found = %sm_importance --target auc gives the widget, with .df."""
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_importance, line)
        query = query_line.query(rest, namespace, "sm_importance") or ""
        from sm_track_widgets.widgets.importance import Importance

        with interrupts.in_one_line():
            found = Importance(
                text_of(parsed, "experiment", namespace),
                text_of(parsed, "target", namespace),
                stat=parsed.stat,
                query=query,
            )
        if is_assigned("sm_importance"):
            return found
        display(found)
        return None
