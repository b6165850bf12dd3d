"""`ParallelCoords`: a line for each run over parallel axes, filtered by brushing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import traitlets

from sm_track_widgets.charts.plot_svg import parallel_svg
from sm_track_widgets.widgets import assets
from sm_track_widgets.widgets.base import reject_unknown
from sm_track_widgets.widgets.linked import LinkedView, selection_of
from sm_track_widgets.widgets.plot_choice import Choice, column_name, column_names
from sm_track_widgets.widgets.static_plot import StaticPlot, runs_table, save_svg

HEIGHT = 340
STATIC_RUNS = 200
OWN = ("axes", "color", "log", "flip", "height")


class ParallelCoords(LinkedView):
    """Runs as lines over parallel axes; ranges drawn on the axes filter them.

    Parameters
    ----------
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a function that returns one; the
        SDK's ExperimentAnalytics; a `Selection`, or another view to share its selection.
    axes
        Columns, from left to right: their names, short ones (``"lr"`` for ``"params.lr"``, ``"auc.max"``) or patterns
        (``"params.*"``). Default: the parameters that vary, at most six, and a metric.
    color
        Column that colours the lines; ``""`` for none. Default: the metric.
    log
        Columns on log axes. Default: those whose values are spread evenly in their logarithms.
    flip
        Columns whose lowest value is on top.
    height
        In pixels.
    query, filters, filter, selected, baseline, title, refresh
        As of `Selection`; not with one that is there already.

    Attributes
    ----------
    axes, color, log, flip, height
        Follow the page and can be set.
    query, filters, filter, selected, hidden, baseline
        Of the selection that is shown; setting them sets them there.

    Raises
    ------
    UsageError
        For an argument, column or source it does not have, or a query that cannot be read.
    NotFoundError
        For an experiment there is not, or a query that finds nothing and names what no run has.
    """

    view = "ParallelCoords"
    _esm = assets.esm("plots")
    saved_as = (".html", ".svg")

    # -- public traits -------------------------------------------------------------------------------------------
    axes = traitlets.List(traitlets.Unicode(), help="Columns, from left to right.").tag(sync=True)
    color = traitlets.Unicode("", help="Column that colours the lines; empty for none.").tag(sync=True)
    log = traitlets.List(traitlets.Unicode(), help="Columns on log axes.").tag(sync=True)
    flip = traitlets.List(traitlets.Unicode(), help="Columns whose lowest value is on top.").tag(sync=True)
    height = traitlets.Int(HEIGHT, help="In pixels.").tag(sync=True)

    def __init__(
        self,
        source: Any = None,
        *,
        axes: Sequence[str] | None = None,
        color: str | None = None,
        log: Sequence[str] | None = None,
        flip: Sequence[str] = (),
        height: int | None = None,
        query: str = "",
        filters: Sequence[Mapping[str, Any]] = (),
        filter: str = "",  # noqa: A002 - the word users look for
        selected: Sequence[str] = (),
        baseline: str = "",
        title: str | None = None,
        refresh: float | None = None,
        **unknown: Any,
    ) -> None:
        reject_unknown(type(self), unknown)
        selection = selection_of(
            source,
            query=query,
            filters=filters,
            filter=filter,
            selected=selected,
            baseline=baseline,
            title=title,
            refresh=refresh,
        )
        frame, choice = selection.runs, Choice(selection.runs)
        shown = choice.parallel() if axes is None else column_names(axes, frame, "axes")
        colour = choice.metric() if color is None else column_name(color, frame, "color")
        super().__init__(
            selection,
            axes=shown,
            color=colour,
            log=choice.logs([*shown, colour]) if log is None else column_names(log, frame, "log"),
            flip=column_names(flip, frame, "flip"),
            height=HEIGHT if height is None else int(height),
        )

    @traitlets.validate("axes", "log", "flip")
    def _columns(self, proposal: Any) -> list[str]:
        name = proposal["trait"].name
        return column_names(proposal["value"], self.selection.runs, name, getattr(self, name))

    @traitlets.validate("color")
    def _column(self, proposal: Any) -> str:
        return column_name(proposal["value"], self.selection.runs, "color", self.color)

    @traitlets.observe(*OWN)
    def _looks_other(self, _: Any) -> None:
        self.update_static()

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return the lines of some runs as SVG, and the values as a table."""
        plot = StaticPlot(self.selection, STATIC_RUNS)
        return ("" if plot.empty else self._svg(plot)) + plot.table([*self.axes, self.color]).html()

    def static_text(self) -> str:
        """Return the values as a table of text."""
        return runs_table(self.selection, [*self.axes, self.color]).text()

    def _save(self, file: Path, theme: str | None, title: str | None) -> Path:
        if file.suffix.lower() != ".svg":
            return super()._save(file, theme, title)
        return save_svg(file, self._svg(StaticPlot(self.selection, STATIC_RUNS)))

    def _svg(self, plot: StaticPlot) -> str:
        found = [(name, plot.column(name, log=name in self.log)) for name in self.axes]
        shown = [(name, column) for name, column in found if column is not None]
        colour = plot.column(self.color, log=self.color in self.log)
        flips = [name in self.flip for name, _ in shown]
        return parallel_svg([column for _, column in shown], flips, plot.picture(colour))
