"""`Scatter`: a point for each run over two columns, filtered by drawing a rectangle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import traitlets

from sm_track_widgets._errors import UsageError
from sm_track_widgets.charts.plot_svg import scatter_svg
from sm_track_widgets.widgets import assets
from sm_track_widgets.widgets.base import reject_unknown
from sm_track_widgets.widgets.linked import LinkedView, selection_of
from sm_track_widgets.widgets.plot_choice import Choice, column_name
from sm_track_widgets.widgets.static_plot import StaticPlot, runs_table, save_svg

HEIGHT = 360
STATIC_RUNS = 1000
OWN = ("x", "y", "color", "size", "log_x", "log_y", "pareto", "height")


class Scatter(LinkedView):
    """Runs as points; a rectangle drawn among them filters.

    Parameters
    ----------
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a function that returns one; the
        SDK's ExperimentAnalytics; a `Selection`, or another view to share its selection.
    x, y
        Columns of the axes: their names or short ones (``"lr"`` for ``"params.lr"``, ``"auc.max"``). Default: a metric
        over the parameter that goes with it most closely.
    color
        Column that colours the points, numbers by a ramp, texts by colour and shape; ``""`` for none. Default: another
        parameter.
    size
        Column of numbers by which points are large or small.
    log_x, log_y
        Logarithmic axes. Default: where the values are spread evenly in their logarithms.
    pareto
        Whether the runs that no other one beats in both are joined, where it is known which ends are good.
    height
        In pixels.
    query, filters, filter, selected, baseline, title, refresh
        As of `Selection`; not with one that is there already.

    Attributes
    ----------
    x, y, color, size, log_x, log_y, pareto, height
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

    view = "Scatter"
    _esm = assets.esm("plots")
    saved_as = (".html", ".svg")

    # -- public traits -------------------------------------------------------------------------------------------
    x = traitlets.Unicode("", help="Column of the horizontal axis.").tag(sync=True)
    y = traitlets.Unicode("", help="Column of the vertical axis.").tag(sync=True)
    color = traitlets.Unicode("", help="Column that colours the points; empty for none.").tag(sync=True)
    size = traitlets.Unicode("", help="Column of numbers that sizes the points; empty for none.").tag(
        sync=True
    )
    log_x = traitlets.Bool(default_value=False, help="Logarithmic x.").tag(sync=True)
    log_y = traitlets.Bool(default_value=False, help="Logarithmic y.").tag(sync=True)
    pareto = traitlets.Bool(default_value=False, help="Join the runs that none beats.").tag(sync=True)
    height = traitlets.Int(HEIGHT, help="In pixels.").tag(sync=True)

    def __init__(
        self,
        source: Any = None,
        *,
        x: str | None = None,
        y: str | None = None,
        color: str | None = None,
        size: str | None = None,
        log_x: bool | None = None,
        log_y: bool | None = None,
        pareto: bool = False,
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
        columns = {"x": x, "y": y, "color": color, "size": size}
        super().__init__(
            selection,
            **_look(selection.runs, columns, {"x": log_x, "y": log_y}),
            pareto=bool(pareto),
            height=HEIGHT if height is None else int(height),
        )

    @traitlets.validate("x", "y", "color", "size")
    def _column(self, proposal: Any) -> str:
        name = proposal["trait"].name
        found = column_name(proposal["value"], self.selection.runs, name, getattr(self, name))
        if name == "size":
            _check_size(Choice(self.selection.runs), found)
        return found

    @traitlets.observe(*OWN)
    def _looks_other(self, _: Any) -> None:
        self.update_static()

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return the points of some runs as SVG, and the values as a table."""
        plot = StaticPlot(self.selection, STATIC_RUNS)
        return ("" if plot.empty else self._svg(plot)) + plot.table(self._shown()).html()

    def static_text(self) -> str:
        """Return the values as a table of text."""
        return runs_table(self.selection, self._shown()).text()

    def _save(self, file: Path, theme: str | None, title: str | None) -> Path:
        if file.suffix.lower() != ".svg":
            return super()._save(file, theme, title)
        svg = self._svg(StaticPlot(self.selection, STATIC_RUNS))
        if not svg:
            raise UsageError("There is nothing to draw.", "Choose columns: x=..., y=...")
        return save_svg(file, svg)

    def _shown(self) -> list[str]:
        return [name for name in (self.x, self.y, self.color, self.size) if name]

    def _svg(self, plot: StaticPlot) -> str:
        x, y = plot.column(self.x, log=self.log_x), plot.column(self.y, log=self.log_y)
        if x is None or y is None:
            return ""
        logs = Choice(self.selection.runs).logs([self.color, self.size])
        colour, size = (plot.column(name, log=name in logs) for name in (self.color, self.size))
        return scatter_svg(x, y, plot.picture(colour), size)


def _look(frame: Any, asked: Mapping[str, str | None], logs: Mapping[str, bool | None]) -> dict[str, Any]:
    """Return columns and scales, chosen where nothing is asked for."""
    choice = Choice(frame)
    given = {name: column_name(one, frame, name) for name, one in asked.items() if one is not None}
    x, y, color = choice.scatter(given.get("y", ""))
    found: dict[str, Any] = {"x": x, "y": y, "color": color, "size": "", **given}
    if "color" not in given and color in {found["x"], found["y"]}:
        found["color"] = ""
    _check_size(choice, found["size"])
    for name, log in logs.items():
        found[f"log_{name}"] = bool(choice.logs([found[name]])) if log is None else bool(log)
    return found


def _check_size(choice: Choice, name: str) -> None:
    if name and choice.has(name) and choice.data(name).numbers is None:
        raise UsageError(f"size takes a column of numbers; {name!r} holds texts.", "Use it as color.")
