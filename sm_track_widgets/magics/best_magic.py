"""``%sm_best``: the best run by a metric."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Any, Literal

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from sm_track_widgets._errors import UsageError
from sm_track_widgets.charts.markup import plain
from sm_track_widgets.magics import interrupts, options, query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.selection import text_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from sm_track_widgets.reading.best import BestRun


@magics_class
class SmBestMagics(ShellMagics):
    """The magic that finds the best run."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument(
        "words",
        nargs="*",
        metavar="METRIC QUERY",
        help="The metric; then, if wanted, a query: only runs for which it holds are compared.",
    )
    @argument("--max", action="store_true", help="The largest value is the best.")
    @argument(
        "--min", action="store_true", help="The smallest one is. Default: as the metric's name suggests."
    )
    @argument(
        "--stat",
        choices=("last", "min", "max", "avg", "std", "count"),
        default="last",
        help="Which of a run's values counts; default: last.",
    )
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument("--as", dest="bind", metavar="VAR", help="Variable for the result.")
    @line_magic
    def sm_best(self, line: str, local_ns: Mapping[str, Any] | None = None) -> BestRun | None:
        """Show the best run by a metric; best = %sm_best auc --max gives it, with .run, .value and .parameters."""
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_best, line)
        word, rest = query_line.first_word(rest)
        metric = options.expand(word, namespace)
        if not metric:
            raise UsageError("%sm_best takes the name of a metric.", "For example: %sm_best auc --max")
        if parsed.bind and (not parsed.bind.isidentifier() or keyword.iskeyword(parsed.bind)):
            raise UsageError(
                f"--as takes the name of a variable, not {parsed.bind!r}.", "For example: --as best"
            )
        from sm_track_widgets.reading.best import best_run

        with interrupts.in_one_line():
            best = best_run(
                metric,
                text_of(parsed, "experiment", namespace),
                query_line.query(rest, namespace, "sm_best"),
                goal=_goal(parsed),
                stat=parsed.stat,
            )
        if parsed.bind:
            self.ip.user_ns[parsed.bind] = best
        if is_assigned("sm_best"):
            return best
        print(plain(best))  # noqa: T201 - its answer
        return None


def _goal(parsed: argparse.Namespace) -> Literal["max", "min"] | None:
    if parsed.max and parsed.min:
        raise UsageError("--max and --min exclude each other.", "Leave one of them out.")
    return "max" if parsed.max else "min" if parsed.min else None
