"""`Dashboard`: parameters, charts and table of one experiment in one frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import traitlets
from ipywidgets import widget_serialization

from sm_track_widgets._errors import TrackError, UsageError, did_you_mean
from sm_track_widgets._names import lower_is_better
from sm_track_widgets.widgets import assets
from sm_track_widgets.widgets.base import SmWidget, reject_unknown
from sm_track_widgets.widgets.chart_selection import metrics_of
from sm_track_widgets.widgets.columns import name_column
from sm_track_widgets.widgets.compare import LEAST, MOST, Compare
from sm_track_widgets.widgets.compared_runs import ComparedRuns
from sm_track_widgets.widgets.importance import Importance
from sm_track_widgets.widgets.linked import LinkedView, selection_of
from sm_track_widgets.widgets.metric_chart import MetricChart
from sm_track_widgets.widgets.parallel_coords import ParallelCoords
from sm_track_widgets.widgets.param_grid import grid_columns
from sm_track_widgets.widgets.run_table import RunTable
from sm_track_widgets.widgets.scatter import Scatter

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from sm_track_widgets.reading.run_facts import RunFacts
    from sm_track_widgets.widgets.selection.selection import Selection

TABLE_HEIGHT, CHART_HEIGHT, PLOT_HEIGHT = 330, 190, 250
IN_EVERY_PAGE = ("charts", "parallel", "scatter")
"""Tabs that cost no more than their picture."""
NOT_OPENED = "This page is a copy: the tab had not been opened when it was saved."


class Dashboard(LinkedView):
    """Runs as a parameter grid, charts and a table, all of them one selection.

    Whatever is moved, clicked or typed in one part, the others follow at once, and the query says it.

    Parameters
    ----------
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a function that returns one; the
        SDK's ExperimentAnalytics; a `Selection`, or another view to share its selection.
    metrics
        Metrics that are drawn; default: the first four.
    columns
        Columns that have a control, in order.
    tab
        What stands above the table: ``"charts"``, ``"parallel"``, ``"scatter"``, ``"importance"`` or
        ``"compare"``.
    query, filters, filter, selected, baseline, title, refresh
        As of `Selection`.

    Attributes
    ----------
    table, chart
        The parts, with what they have of their own: ``dashboard.table.sort = [...]``.
    columns, tab
        Follow the page and can be set.
    query, filters, filter, selected, hidden, baseline
        Of the selection; setting them sets them there.

    Raises
    ------
    UsageError
        For an argument, column, tab or source it does not have, or a query that cannot be read.
    NotFoundError
        For an experiment there is not, or a query that finds nothing and names what no run has.
    """

    view = "Dashboard"
    _esm = assets.esm("explorer")
    tabs: ClassVar[tuple[str, ...]] = ("charts", "parallel", "scatter", "importance", "compare")

    # -- public traits -------------------------------------------------------------------------------------------
    columns = traitlets.List(traitlets.Unicode(), help="Columns that have a control, in order.").tag(
        sync=True
    )
    tab = traitlets.Unicode("charts", help="What stands above the table.").tag(sync=True)

    # -- internal traits -----------------------------------------------------------------------------------------
    _parts = traitlets.Dict().tag(sync=True, **widget_serialization)
    _trouble = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        source: Any = None,
        *,
        metrics: str | Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        tab: str = "charts",
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
        self._metrics = [metrics] if isinstance(metrics, str) else list(metrics or metrics_of(selection))
        self._made: dict[str, SmWidget] = {}
        self._compared = ComparedRuns()
        self._before = selection.runs
        self.table = RunTable(selection, height=TABLE_HEIGHT, sort=_best_first(selection, self._metrics))
        chosen = grid_columns(selection.rows) if columns is None else selection.rows.choose(columns)
        super().__init__(selection, columns=chosen, tab=self._known(tab))
        self._make("table")
        self._make(self.tab)
        self.observe(self._opened, "tab")

    @property
    def chart(self) -> MetricChart:
        """The chart above the table."""
        self._make("charts")
        part = self._made.get("charts")
        if not isinstance(part, MetricChart):
            raise UsageError("The chart cannot be made.", self._trouble["charts"])
        return part

    # -- parts ---------------------------------------------------------------------------------------------------
    @traitlets.validate("tab")
    def _valid_tab(self, proposal: Any) -> str:
        return self._known(str(proposal["value"]))

    def _known(self, tab: str) -> str:
        if tab not in self.tabs:
            raise UsageError(
                f"There is no tab {tab!r}.",
                did_you_mean(tab, self.tabs) or f"It has: {', '.join(self.tabs)}.",
            )
        return tab

    def _opened(self, _: Any) -> None:
        """Make the part of a tab that is shown for the first time; one of picked runs is made again."""
        before = self._made.pop("compare", None) if self.tab == "compare" else None
        self._make(self.tab)
        if before is not None:  # the page has the new one by now
            before.close()

    def _follow(self, change: Any) -> None:
        super()._follow(change)
        if change is not None and change["name"] == "_header":
            before, self._before = self._before, self.selection.runs
            self._compared.forget(lambda facts: _row(before, facts) != _row(self._before, facts))
        if change is not None and change["name"] == "selected" and self.tab == "compare":
            self._opened(change)

    def _make(self, name: str) -> None:
        if name in self._made:
            return
        target = self._metrics[0] if self._metrics else None
        makers: dict[str, Callable[[], SmWidget]] = {
            "table": lambda: self.table,
            "charts": lambda: MetricChart(self._metrics or None, self.selection, height=CHART_HEIGHT),
            "parallel": lambda: ParallelCoords(self.selection, height=PLOT_HEIGHT),
            "scatter": lambda: Scatter(self.selection, height=PLOT_HEIGHT),
            "importance": lambda: Importance(lambda: self.selection.passing, target),
            "compare": self._of_picked,
        }
        trouble = {other: text for other, text in self._trouble.items() if other != name}
        try:
            self._made[name] = makers[name]()
        except TrackError as error:
            trouble[name] = str(error)
        self.push(_parts=dict(self._made), _trouble=trouble)

    def _of_picked(self) -> Compare:
        rows, picked = self.selection.rows, set(self.selected)
        names = [name for name in rows.names if name in picked]
        if not LEAST <= len(names) <= MOST:
            picked = f"{len(names)} {'is' if len(names) == 1 else 'are'} picked."
            raise UsageError(picked, f"Pick {LEAST} to {MOST} runs in the table to compare them.")
        runs = rows.where(np.array([name in picked for name in rows.names], dtype=np.bool_))
        baseline = self.baseline if self.baseline in names else None
        return Compare(runs, self.selection.source.experiment, baseline=baseline, known=self._compared)

    # -- saved as a page -----------------------------------------------------------------------------------------
    def fill(self, *tabs: str) -> None:
        """Make these tabs and those that cost no more than their picture, so that a page has them."""
        for name in (*IN_EVERY_PAGE, *tabs):
            self._make(self._known(name))

    def _save(self, file: Path, theme: str | None, title: str | None) -> Path:
        self.fill()
        return super()._save(file, theme, title)

    def in_page(self) -> dict[str, Any]:
        """Return, for tabs that were never opened, why they are empty."""
        missing = [name for name in self.tabs if name not in self._made]
        return {"_trouble": {**dict.fromkeys(missing, NOT_OPENED), **self._trouble}}

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return the charts, where they can be read, and the first rows of the table."""
        self._make("charts")
        charts = self._made["charts"].static_html() if "charts" in self._made else ""
        return charts + self.table.static_html()

    def static_text(self) -> str:
        """Return the first rows of the table as text."""
        return self.table.static_text()


def _row(frame: pd.DataFrame, facts: RunFacts) -> dict[str, str]:
    """Return what a frame tells of a run, as texts, of which those of missing values are equal too."""
    columns: Any = frame
    names = frame.attrs.get("components", {})
    column = name_column(frame)
    if column is None:
        return {}
    mine = columns[[names.get(name, name) == facts.component for name in columns[column]]]
    return {str(name): str(value) for row in mine.to_dict("records") for name, value in row.items()}


def _best_first(selection: Selection, metrics: Sequence[str]) -> list[dict[str, Any]] | None:
    """Sort by the first metric, the best run first."""
    name = f"metrics.{metrics[0]}.last" if metrics else ""
    if name not in selection.rows.columns:
        return None
    return [{"column": name, "descending": not lower_is_better(metrics[0])}]
