"""``%sm_parallel`` and ``%sm_scatter``: runs as lines over parallel axes, and as points."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from sm_track_widgets.magics import interrupts, options, query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.selection import QUERY_HELP, Selection, selection, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@magics_class
class SmPlotMagics(ShellMagics):
    """The magics that draw runs."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="QUERY", help=QUERY_HELP)
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument("-g", "--group", help="Only the runs of this group.")
    @argument("--axes", metavar="A,B", help="Axes, e.g. lr,depth,auc.max or params.*; default: a choice.")
    @argument("--color", metavar="COLUMN", help="Column that colours the lines; default: a metric.")
    @argument("--log", metavar="A,B", help="Log axes; default: where the values ask for it.")
    @argument("--flip", metavar="A,B", help="Axes whose lowest value is on top.")
    @argument("--height", metavar="PX", help="Height of the plot.")
    @argument("--save", metavar="FILE", help="Also write FILE.svg.")
    @line_magic
    def sm_parallel(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Draw runs over parallel axes; plot = %sm_parallel gives the widget.

        What is no option is the query, as it stands or in quotes: %sm_parallel -e fraud metrics.auc.max > 0.9
        """
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_parallel, line)
        chosen = selection(parsed, rest, namespace, "sm_parallel")
        axes, log, flip = (
            options.comma_list(text_of(parsed, name, namespace)) for name in ("axes", "log", "flip")
        )
        height = options.whole(parsed.height, "--height", namespace)
        from sm_track_widgets.widgets.parallel_coords import ParallelCoords

        with interrupts.in_one_line():
            plot = ParallelCoords(
                **_source(chosen),
                axes=axes,
                color=text_of(parsed, "color", namespace),
                log=log,
                flip=flip or (),
                height=height,
            )
        return _answer(plot, "sm_parallel", text_of(parsed, "save", namespace))

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="QUERY", help=QUERY_HELP)
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument("-g", "--group", help="Only the runs of this group.")
    @argument("--x", metavar="COLUMN", help="Horizontal axis, e.g. lr; default: a parameter.")
    @argument("--y", metavar="COLUMN", help="Vertical axis, e.g. auc.max; default: a metric.")
    @argument("--color", metavar="COLUMN", help="Column that colours the points; default: a parameter.")
    @argument("--size", metavar="COLUMN", help="Column of numbers that sizes the points.")
    @argument("--logx", action="store_true", help="Logarithmic x; default: where the values ask for it.")
    @argument("--logy", action="store_true", help="Logarithmic y.")
    @argument("--pareto", action="store_true", help="Join the runs that none beats in both.")
    @argument("--height", metavar="PX", help="Height of the plot.")
    @argument("--save", metavar="FILE", help="Also write FILE.svg.")
    @line_magic
    def sm_scatter(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Draw runs as points; plot = %sm_scatter gives the widget.

        What is no option is the query, as it stands or in quotes: %sm_scatter -e fraud metrics.auc.max > 0.9
        """
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_scatter, line)
        chosen = selection(parsed, rest, namespace, "sm_scatter")
        columns: dict[str, Any] = {
            name: text_of(parsed, name, namespace) for name in ("x", "y", "color", "size")
        }
        height = options.whole(parsed.height, "--height", namespace)
        from sm_track_widgets.widgets.scatter import Scatter

        with interrupts.in_one_line():
            plot = Scatter(
                **_source(chosen),
                **columns,
                log_x=parsed.logx or None,
                log_y=parsed.logy or None,
                pareto=parsed.pareto,
                height=height,
            )
        return _answer(plot, "sm_scatter", text_of(parsed, "save", namespace))


def _source(chosen: Selection) -> dict[str, Any]:
    """Return what a view of these runs is made from."""
    everything = replace(chosen, query=None)
    # What the name does not say needs a function.
    source = chosen.experiment if everything.is_whole else everything.read
    return {"source": source, "query": chosen.query or "", "title": chosen.title}


def _answer(plot: Any, magic: str, save: str | None) -> Any:
    if save is not None:
        plot.save(save)
    if is_assigned(magic):
        return plot
    display(plot)
    return None
