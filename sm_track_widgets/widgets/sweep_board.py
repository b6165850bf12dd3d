"""`SweepBoard`: how far a sweep is, the best so far, every point's value, and what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets

from sm_track_widgets._errors import TrackError, UsageError, did_you_mean
from sm_track_widgets.charts.static_sweep import sweep_html, sweep_text
from sm_track_widgets.charts.sweep import Sweep
from sm_track_widgets.tracking import registry
from sm_track_widgets.widgets import assets, sweep_points
from sm_track_widgets.widgets.base import reject_unknown
from sm_track_widgets.widgets.chart_live import follow_runs, forget
from sm_track_widgets.widgets.linked import LinkedView, selection_of

GOALS = ("", "min", "max")
EVERY = 3.0
"""Seconds between two reads while runs of this process are open."""


class SweepBoard(LinkedView):
    """The points of a sweep: each run is one.

    Parameters
    ----------
    source
        Name of an experiment; None for all runs; a DataFrame such as `runs` gives; a function that returns one; the
        SDK's ExperimentAnalytics; a `Selection`, or another view to share its selection.
    metric
        The column that points are compared by: ``"auc"`` is the last value of that metric, ``"auc.max"`` its largest.
        Default: the last value of the first metric.
    goal
        ``"min"`` or ``"max"``; None: by the metric's name.
    total
        How many points there will be; None: what the runs say by a parameter or tag ``sweep_total``, else unknown.
    group
        Only the runs of this group are points.
    query, filters, filter, selected, baseline, title, refresh
        As of `Selection`. Without `refresh` the runs are read again every few seconds while runs of this process are
        open in the experiment.

    Attributes
    ----------
    metric, goal, total, group, log_y
        Follow the page and can be set; `metric` is a column's name, an empty `goal` is the metric's own.
    query, filters, filter, selected, hidden, baseline
        Of the selection that the board shows; setting them sets them there.

    Raises
    ------
    UsageError
        For an argument, column, goal or source it does not have, or a query that cannot be read.
    NotFoundError
        For an experiment there is not, or a query that finds nothing and names what no run has.
    """

    view = "SweepBoard"
    _esm = assets.esm("detail")

    # -- public traits -------------------------------------------------------------------------------------------
    metric = traitlets.Unicode("", help="Column that points are compared by.").tag(sync=True)
    goal = traitlets.Unicode("", help="'min' or 'max'; empty: by the metric's name.").tag(sync=True)
    total = traitlets.Int(
        None, allow_none=True, help="How many points there will be; None: what the runs say."
    )
    group = traitlets.Unicode("", help="Group whose runs are the points; empty: all.").tag(sync=True)
    log_y = traitlets.Bool(default_value=False, help="Whether the values' axis is logarithmic.").tag(
        sync=True
    )

    # -- internal traits -----------------------------------------------------------------------------------------
    _total = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        source: Any = None,
        *,
        metric: str | None = None,
        goal: str | None = None,
        total: int | None = None,
        group: str | None = None,
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
        self._next = 0.0
        super().__init__(
            selection,
            metric=_column(metric, selection) if metric else sweep_points.first_metric(selection.rows),
            goal=goal or "",
            total=total,
            group=group or "",
            _total=total or sweep_points.total_of(selection.rows, group or ""),
        )
        self.observe(self._changed, ["metric", "goal", "total", "group"])
        if selection.source.named and refresh is None:
            follow_runs(self)

    # -- data ----------------------------------------------------------------------------------------------------
    @property
    def best(self) -> str | None:
        """Name of the best completed point that satisfies the filters; None while there is none."""
        sweep = self._sweep()
        return sweep.names[sweep.steps[-1]] if sweep.steps else None

    @property
    def counts(self) -> dict[str, int]:
        """Number of points that are ``done``, ``running``, ``stopped`` and ``failed``."""
        return dict(self._sweep().counts)

    def close(self) -> None:
        """Take it out of the page and stop reading."""
        forget(self)
        super().close()

    def tick(self, now: float) -> bool:
        """Read again while runs of the experiment are open here, and once more when the last has closed."""
        experiment = self.selection.source.experiment
        running = any(experiment in {None, run.experiment_name} for run in registry.open_runs())
        if running and now < self._next:
            return True
        self._next = now + EVERY
        try:
            self.refresh()
        except TrackError as problem:
            self.selection.send({"type": "refreshed", "error": str(problem)})
        return running

    # -- state ---------------------------------------------------------------------------------------------------
    def _follow(self, change: Any) -> None:
        super()._follow(change)
        if change is not None and change["name"] == "_header":
            self._count()
            if not self.metric:
                self.set_trait("metric", sweep_points.first_metric(self.selection.rows))

    def _count(self) -> None:
        found = self.total or sweep_points.total_of(self.selection.rows, self.group)
        self.set_trait("_total", found)

    def _changed(self, _: Any) -> None:
        self._count()
        self.update_static()

    @traitlets.validate("metric")
    def _check_metric(self, proposal: Any) -> str:
        return _column(str(proposal["value"]), self.selection) if proposal["value"] else ""

    @traitlets.validate("goal")
    def _check_goal(self, proposal: Any) -> str:
        goal = str(proposal["value"])
        if goal not in GOALS:
            raise UsageError(
                f"There is no goal {goal!r}.", did_you_mean(goal, GOALS[1:]) or "There are: min, max."
            )
        return goal

    @traitlets.validate("total")
    def _check_total(self, proposal: Any) -> int | None:
        total = proposal["value"]
        if total is not None and total < 0:
            raise UsageError(f"A sweep has no total of {total} points.", "Give a number from 0 on, or None.")
        return total

    def _sweep(self) -> Sweep:
        selection = self.selection
        described = {str(one["name"]): one for one in selection.header["columns"]}
        best = str(described.get(self.metric, {}).get("best", "max"))
        return sweep_points.sweep_of(
            selection.rows,
            selection.passing_mask,
            title=str(selection.header["title"]),
            metric=self.metric,
            goal=self.goal or best,
            group=self.group,
            total=self._total,
            baseline=self.baseline,
            labels={name: str(one["label"]) for name, one in described.items()},
        )

    # -- static form ---------------------------------------------------------------------------------------------
    def static_html(self) -> str:
        """Return progress, best, history and failed points as HTML."""
        return sweep_html(self._sweep())

    def static_text(self) -> str:
        """Return progress, best and failed points as text."""
        return sweep_text(self._sweep())


def _column(metric: str, selection: Any) -> str:
    """Return the column that a metric's name means; runs that are yet to come may have it."""
    rows = selection.rows
    if not len(selection.runs):
        return metric if metric.startswith("metrics.") else f"metrics.{metric}.last"
    found = rows.choose([metric])
    if len(found) != 1 or rows.data(found[0]).kind != "number":
        raise UsageError(
            f"{metric!r} is not one column of numbers.", "Name a metric, such as metric='auc.max'."
        )
    return found[0]
