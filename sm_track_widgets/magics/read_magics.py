"""``%sm_runs`` and ``%sm_plot``: what was tracked, as a table and as a chart."""

# pyright: reportUntypedFunctionDecorator=false
# IPython's decorators for magics carry no types.

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments
from IPython.display import display

from sm_track_widgets.charts.markup import plain
from sm_track_widgets.magics import interrupts, options, query_line
from sm_track_widgets.magics.base import ShellMagics
from sm_track_widgets.magics.callers import is_assigned
from sm_track_widgets.magics.selection import QUERY_HELP, Selection, selection, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sm_track_widgets.reading.query import Explanation
    from sm_track_widgets.widgets.run_table import RunTable


@magics_class
class SmReadMagics(ShellMagics):
    """The magics that read."""

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="QUERY", help=QUERY_HELP)
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument("-g", "--group", help="Only the runs of this group.")
    @argument("--columns", metavar="A,B", help="Columns, e.g. depth,auc.max or params.*; default: a choice.")
    @argument("--sort", metavar="COLUMN", help="Sort by this column; -COLUMN: the largest first.")
    @argument("--limit", metavar="N", help="At most so many runs.")
    @argument("--text", metavar="TEXT", help="Only runs with this text in a column.")
    @argument("--baseline", metavar="RUN", help="Show how far the others are from this run.")
    @argument("--group-by", metavar="COLUMN", help="List the runs by this column.")
    @argument("--archived", action="store_true", help="Also archived runs.")
    @argument("--unassigned", action="store_true", help="Instead the runs of no experiment.")
    @argument("--no-cache", action="store_true", help="Read all anew, not only what has changed.")
    @argument("--df", action="store_true", help="Return a DataFrame instead of showing the table.")
    @argument(
        "--explain", action="store_true", help="Tell what of the query SageMaker is asked, and what not."
    )
    @line_magic
    def sm_runs(self, line: str, local_ns: Mapping[str, Any] | None = None) -> Any:
        """Show the runs as a table; runs = %sm_runs gives them as a DataFrame.

        What is no option is the query, as it stands or in quotes: %sm_runs -e fraud metrics.auc.max > 0.9
        """
        namespace = self.names(local_ns)
        parsed, rest = query_line.parse(self.sm_runs, line)
        chosen = selection(parsed, rest, namespace, "sm_runs")
        if parsed.explain:
            return _explained(chosen.query)
        asked = _Asked(
            chosen,
            columns=options.comma_list(text_of(parsed, "columns", namespace)),
            sort=text_of(parsed, "sort", namespace),
            limit=options.whole(parsed.limit, "--limit", namespace),
            text=text_of(parsed, "text", namespace),
            baseline=text_of(parsed, "baseline", namespace),
            group_by=text_of(parsed, "group_by", namespace),
        )
        with interrupts.in_one_line():
            if parsed.df or is_assigned("sm_runs"):
                return asked.frame()
            asked.show()
        return None

    @no_var_expand
    @needs_local_scope
    @magic_arguments()
    @argument("words", nargs="*", metavar="METRIC", help="Metrics to draw; default: all of these runs.")
    @argument("-e", "--experiment", help="Experiment; default: all.")
    @argument("--runs", metavar="A,B", help="Only these runs.")
    @argument(
        "--x", metavar="X", default="step", help="step, time, relative (since the start), or another metric."
    )
    @argument("--smooth", metavar="N", default="0", help="How much; the raw line stays, faint.")
    @argument(
        "--smooth-kind",
        choices=("ema", "mean", "gauss"),
        default="ema",
        help="ema: N is a weight, 0 to 0.99; mean: a window, gauss: a deviation, in points.",
    )
    @argument(
        "--band", metavar="COLUMN", help="Mean and band of runs alike in it, e.g. group, depth; or all."
    )
    @argument(
        "--edges", choices=("range", "deviation"), default="range", help="Of the band: min..max, or +-1 std."
    )
    @argument(
        "--ignore-outliers",
        action="store_true",
        help="y from the 1st to the 99th percentile of what is shown.",
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
        save = text_of(parsed, "save", namespace)
        smooth = options.number(parsed.smooth, "--smooth", namespace, lowest=0, **_limit(parsed.smooth_kind))
        from sm_track_widgets.widgets.metric_chart import MetricChart

        words = [options.expand(word, namespace) for word in parsed.words] or None
        height = options.whole(parsed.height, "--height", namespace)
        refresh = options.number(parsed.refresh, "--refresh", namespace, lowest=1)
        with interrupts.in_one_line():
            chart = MetricChart(
                words,
                experiment=text_of(parsed, "experiment", namespace),
                runs=options.comma_list(text_of(parsed, "runs", namespace)),
                x=text_of(parsed, "x", namespace) or "step",
                smooth=smooth or 0.0,
                smooth_kind=parsed.smooth_kind,
                band=text_of(parsed, "band", namespace),
                edges=parsed.edges,
                ignore_outliers=parsed.ignore_outliers,
                log_x=parsed.logx,
                log_y=parsed.logy,
                height=height,
                refresh=refresh,
            )
        if save is not None:
            chart.save(save)
        if is_assigned("sm_plot"):
            return chart
        display(chart)
        return None


def _limit(kind: str) -> dict[str, float]:
    return {"highest": 0.99} if kind == "ema" else {}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What ``%sm_runs`` was asked for."""

    chosen: Selection
    columns: list[str] | None
    sort: str | None
    limit: int | None
    text: str | None
    baseline: str | None = None
    group_by: str | None = None

    def read(self) -> pd.DataFrame:
        """Return the rows in their order."""
        from sm_track_widgets.widgets import frame_options

        return frame_options.ordered(self.chosen.read(), self.sort, self.limit)

    def frame(self) -> pd.DataFrame:
        """Return the rows and columns as a frame."""
        from sm_track_widgets.widgets import frame_options

        return frame_options.narrowed(self.read(), self.columns, self.text)

    def show(self) -> None:
        """Display the table; without a single run of those meant, say so."""
        from sm_track_widgets.widgets import frame_options
        from sm_track_widgets.widgets.run_table import RunTable

        everything = replace(self.chosen, query=None)
        if self.limit is not None:  # of those of the query, which the table therefore does not know
            table = RunTable(self.read, title=self.chosen.title)
        else:
            # What the name does not say needs a function.
            source = self.chosen.experiment if everything.is_whole else everything.read
            table = RunTable(source, query=self.chosen.query or "", title=self.chosen.title)
        if not len(table.df) and not self.chosen.is_whole and self.limit != 0:
            print(_nothing(self.chosen))  # noqa: T201 - its answer
            return
        for name, value in frame_options.table_options(table.df, self.columns, self.sort, self.text).items():
            setattr(table, name, value)
        self.compare(table)
        display(table)

    def compare(self, table: RunTable) -> None:
        """Give the table its baseline and its groups."""
        from sm_track_widgets.widgets import frame_options

        frame = table.selection.runs
        if self.baseline:
            table.baseline = frame_options.one_run(frame, self.baseline)
        if self.group_by:
            table.group_by = frame_options.sort_column(frame, self.group_by)[0]


def _nothing(chosen: Selection) -> str:
    of = (
        " of no experiment"
        if chosen.unassigned
        else f" in {chosen.experiment!r}"
        if chosen.experiment
        else ""
    )
    return f"There is no such run{of}." if chosen.query or chosen.group else f"There is no run{of}."


def _explained(query: str | None) -> Explanation | None:
    """Print how a query is answered; assigned, return it."""
    from sm_track_widgets.reading import query as language

    explanation = language.explain(language.parse(query or ""))
    if is_assigned("sm_runs"):
        return explanation
    print(plain(explanation.text()))  # noqa: T201 - its answer
    return None
