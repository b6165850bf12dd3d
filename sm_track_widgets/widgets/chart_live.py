"""The lines of runs that are open in this process, straight from memory."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sm_track_widgets._types import Series
from sm_track_widgets.charts.palette import PALETTE
from sm_track_widgets.tracking import registry
from sm_track_widgets.widgets.chart_groups import Groups, open_labels
from sm_track_widgets.widgets.chart_source import Lines, is_shown
from sm_track_widgets.widgets.pump import PUMP
from sm_track_widgets.widgets.series_wire import LIVE_POINTS, encode, finest, from_live

if TYPE_CHECKING:
    from sm_track_widgets.tracking.run import Run
    from sm_track_widgets.widgets.pump import Live


class LiveLines:
    """Open runs that belong to a chart; one that closes stays, with its last points.

    Parameters
    ----------
    follows
        Says whether a run belongs to the chart.
    metrics
        Metrics shown; None for all.
    """

    def __init__(self, follows: Callable[[Any], bool], metrics: Sequence[str] | None) -> None:
        self._follows = follows
        self._metrics = metrics
        self._also: str | None = None
        self._columns: list[str] = []
        self._runs: dict[str, Run] = {}
        self._names: dict[str, str] = {}
        self._seen: dict[str, int] = {}

    def take_names(self, lines: Lines, x: str | None = None) -> None:
        """Call runs as `lines` does, so that a run has one name in its chart; `x` is a metric to send for x."""
        self._also, self._columns = x, list(lines.groups)
        self._names = {
            component: one.run for component, one in zip(lines.components, lines.series, strict=True)
        }

    def active(self, runs: Sequence[Run]) -> bool:
        """Take in what is open now; say whether any of it is followed."""
        followed = [run for run in runs if self._follows(run)]
        for run in followed:
            self._runs[run.ref.component] = run
        return bool(followed)

    def changed(self) -> bool:
        """Whether there are points that `encode` has not given yet."""
        versions = {component: run.live.version for component, run in self._runs.items()}
        new = versions != self._seen
        self._seen = versions
        return new

    def encode(self) -> tuple[dict[str, Any], bytes]:
        """Return header and bytes of all lines; only as fine as can be sent four times a second."""
        pairs = [(run, metric) for run in list(self._runs.values()) for metric in self._metrics_of(run)]
        most = finest(len(pairs), LIVE_POINTS)
        wires = [
            from_live(run.live, self._name(run), metric, PALETTE.mark(run.ref.component), most)
            for run, metric in pairs
        ]
        begins: dict[str, float] = {}
        for one in wires:
            begins[one.run] = min(begins.get(one.run, float(one.time[0])), float(one.time[0]))
        wires = [replace(one, origin=begins[one.run]) for one in wires]
        headers, data = encode(wires)
        metrics = list(dict.fromkeys(metric for _, metric in pairs))
        return {"metrics": metrics, "series": headers, "groups": self._groups()}, data

    def merged(self, lines: Lines) -> Lines:
        """Return `lines` with those of the followed runs in place of their older selves."""
        kept = [place for place, component in enumerate(lines.components) if component not in self._runs]
        merged = Lines(
            [lines.series[place] for place in kept],
            [lines.marks[place] for place in kept],
            [lines.components[place] for place in kept],
        )
        merged.groups = {
            name: {**lines.groups.get(name, {}), **labels} for name, labels in self._groups().items()
        }
        for component, run in self._runs.items():
            for metric in self._metrics_of(run):
                merged.series.append(_whole(run, self._name(run), metric))
                merged.marks.append(PALETTE.mark(component))
                merged.components.append(component)
        return merged

    def names(self) -> list[str]:
        """Return all metrics of the followed runs."""
        return list(dict.fromkeys(name for run in self._runs.values() for name in run.live.names()))

    def _metrics_of(self, run: Run) -> list[str]:
        return [name for name in run.live.names() if is_shown(name, self._metrics) or name == self._also]

    def _groups(self) -> Groups:
        """Return the labels of the followed runs by each column that the stored ones have."""
        labels = {self._name(run): open_labels(run, self._columns) for run in self._runs.values()}
        return {column: {run: told[column] for run, told in labels.items()} for column in self._columns}

    def _name(self, run: Run) -> str:
        return self._names.get(run.ref.component, run.name)


def _whole(run: Run, name: str, metric: str) -> Series:
    """Return every point of an open run's metric."""
    size = max(run.live.size(metric), 1)
    steps, values, _ = run.live.envelope(metric, "step", size)
    times, _, _ = run.live.envelope(metric, "time", size)
    one = Series(name, metric)
    for step, when, value in zip(steps, times, values, strict=False):
        one.steps.append(int(step))
        one.times.append(when)
        one.values.append(value)
    return one


_charts: weakref.WeakSet[Live] = weakref.WeakSet()


def follow_runs(chart: Live) -> None:
    """Let `chart` tick while runs are open, also those that open later."""
    _charts.add(chart)
    registry.listen(_opened)
    if registry.open_runs():
        PUMP.add(chart)


def forget(chart: Live) -> None:
    """Let `chart` tick no more."""
    _charts.discard(chart)
    PUMP.remove(chart)


def _opened(_: Run) -> None:
    # A chart the run does not belong to says so at its first tick.
    for chart in list(_charts):
        PUMP.add(chart)
