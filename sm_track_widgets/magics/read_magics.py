"""``%sm_runs`` and ``%sm_plot``: what was tracked, as a table and as a chart."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from sm_track_widgets.magics import options
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@magics_class
class SmReadMagics(ShellMagics):
    """The magics that read."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument("-g", "--group", help="Only the runs of this group.")
    @argument("--columns", metavar="A,B", help="Columns, e.g. depth,auc.max or params.*; default: a choice.")
    @argument("--sort", metavar="COLUMN", help="Sort by this column; -COLUMN: the largest first.")
    @argument("--limit", metavar="N", help="At most so many runs.")
    @argument("--text", metavar="TEXT", help="Only runs with this text in a column.")
    @argument("--df", action="store_true", help="Return a DataFrame instead of showing the table.")
    @line_magic
    def sm_runs(self, line: str, local_ns: Mapping[str, Any] | None = None) -> pd.DataFrame | None:
        """Show the runs as a table; runs = %sm_runs gives them as a DataFrame."""
        namespace = self.names(local_ns)
        parsed = options.parse(self.sm_runs, line, limit=0)
        experiment, group, text = (_text(parsed, name, namespace) for name in ("experiment", "group", "text"))
        columns = options.comma_list(_text(parsed, "columns", namespace))
        sort, limit = _text(parsed, "sort", namespace), options.whole(parsed.limit, "--limit", namespace)
        from sm_track_widgets.magics import frame_options
        from sm_track_widgets.reading import runs

        def read() -> pd.DataFrame:
            return frame_options.ordered(runs(experiment, group=group), sort, limit)

        if parsed.df or is_assigned("sm_runs"):
            return frame_options.narrowed(read(), columns, text)
        from sm_track_widgets.widgets.run_table import RunTable

        # The name gives the table its title; what the name does not say needs a function.
        table = RunTable(experiment if group is None and limit is None else read)
        for name, value in frame_options.table_options(table.df, columns, sort, text).items():
            setattr(table, name, value)
        display(table)
        return None

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="METRIC", help="Metrics to draw; default: all of these runs.")
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument("--runs", metavar="A,B", help="Only these runs.")
    @argument(
        "--x",
        choices=("step", "time", "relative"),
        default="step",
        help="Step, clock, or time since the start.",
    )
    @argument(
        "--smooth", metavar="0..0.99", default="0", help="Exponential smoothing; the raw line stays, faint."
    )
    @argument("--logx", action="store_true", help="Logarithmic x.")
    @argument("--logy", action="store_true", help="Logarithmic y.")
    @argument("--height", metavar="PX", help="Height of the chart.")
    @argument("--refresh", metavar="SEC", help="Read again every so many seconds.")
    @argument(
        "--save", metavar="FILE", help="Also write FILE.svg, or FILE.json for the Vega-Lite specification."
    )
    @line_magic
    def sm_plot(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Draw metrics of runs; chart = %sm_plot loss gives the widget."""
        namespace = self.names(local_ns)
        parsed = options.parse(self.sm_plot, line)
        save = _text(parsed, "save", namespace)
        smooth = options.number(parsed.smooth, "--smooth", namespace, lowest=0, highest=0.99)
        from sm_track_widgets.widgets.metric_chart import MetricChart

        chart = MetricChart(
            [options.expand(word, namespace) for word in parsed.words] or None,
            experiment=_text(parsed, "experiment", namespace),
            runs=options.comma_list(_text(parsed, "runs", namespace)),
            x=parsed.x,
            smooth=smooth or 0.0,
            log_x=parsed.logx,
            log_y=parsed.logy,
            height=options.whole(parsed.height, "--height", namespace),
            refresh=options.number(parsed.refresh, "--refresh", namespace, lowest=1),
        )
        if save is not None:
            chart.save(save)
        if is_assigned("sm_plot"):
            return chart
        display(chart)
        return None


def _text(parsed: Any, name: str, namespace: Mapping[str, Any]) -> str | None:
    value = getattr(parsed, name)
    return None if value is None else options.expand(value, namespace)
