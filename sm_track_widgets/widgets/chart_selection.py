"""A chart of the runs of a `Selection`: those that are picked, and the best of those that satisfy the filters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sm_track_widgets._errors import NotFoundError
from sm_track_widgets._names import is_system, lower_is_better
from sm_track_widgets.reading.series.rows import Pair, Summary
from sm_track_widgets.widgets.chart_groups import grouped
from sm_track_widgets.widgets.chart_source import (
    ChartSource,
    KeptLines,
    Lines,
    Want,
    chart_source,
    check_x,
    lines_of,
    stored_lines,
)
from sm_track_widgets.widgets.linked import LinkedView
from sm_track_widgets.widgets.selection.selection import Selection

if TYPE_CHECKING:
    from sm_track_widgets.widgets.selection.rows import Rows

SHOWN = 24
"""Runs that have lines: more are not told apart, and each costs its points."""
METRICS = 4


def selection_in(source: Any) -> Selection | None:
    """Return the selection that `source` is or shows; None for anything else."""
    return (
        source.selection
        if isinstance(source, LinkedView)
        else source
        if isinstance(source, Selection)
        else None
    )


def metrics_of(selection: Selection) -> list[str]:
    """Return the metrics that are drawn where none are named: the first of those that are no machine's."""
    names = [name.removeprefix("metrics.").removesuffix(".last") for name in _last(selection.rows)]
    return [name for name in names if not is_system(name)][:METRICS]


def drawn(selection: Selection, metrics: Sequence[str]) -> list[str]:
    """Return the trial components of the runs that have lines: picked ones, the baseline, then the best that pass."""
    rows = selection.rows
    picked = set(selection.selected)
    wanted = [place for place, name in enumerate(rows.names) if name in picked][:SHOWN]
    wanted += [place for place, name in enumerate(rows.names) if name == selection.baseline]
    wanted += _best(selection, metrics[0] if metrics else None)
    components = rows.frame.attrs.get("components", {})
    named = list(dict.fromkeys(rows.names[place] for place in wanted))[:SHOWN]
    return [str(components.get(name, name)) for name in named]


def selection_source(selection: Selection, metrics: Sequence[str]) -> ChartSource:
    """Return how to read the lines of a selection as it is then."""
    experiment = selection.source.experiment
    kept = KeptLines()

    def read(want: Want, fresh: bool) -> Lines:  # noqa: FBT001 - told by place
        names = drawn(selection, metrics)
        components = "components" in selection.runs.attrs
        if not names or not metrics or not (experiment is not None or selection.source.named or components):
            return Lines(band=want.band)  # a frame of somebody's has no lines, and is not to be looked for
        try:
            if components and not fresh and not _known(experiment):
                return _lines_of_frame(kept, selection, names, metrics, want)
            return stored_lines(kept, experiment, metrics, names, want, fresh=fresh)
        except NotFoundError:  # no points yet, or runs that nobody stores here
            return Lines(band=want.band)

    follows: Callable[[Any], bool] = chart_source(None, experiment, metrics, None).follows
    return ChartSource(selection.source.title, read, follows, again=True)


def _known(experiment: str | None) -> bool:
    """Whether all runs of the experiment have been read: else the frame tells of those of a query."""
    from sm_track_widgets import connection
    from sm_track_widgets.reading.cache import runs as cache

    return cache.known(connection.current(), experiment)


def _lines_of_frame(
    kept: KeptLines, selection: Selection, names: Sequence[str], metrics: Sequence[str], want: Want
) -> Lines:
    """Read the lines of runs of which no more is known than their frame tells."""
    from sm_track_widgets import connection

    place = connection.current()
    frame: Any = selection.runs
    components: dict[str, str] = frame.attrs["components"]
    known = _metrics_of_frame(frame)
    check_x(want.x, known)
    wanted = list(dict.fromkeys([*metrics, *filter(None, [want.metric])]))
    chosen = frame[[components.get(name, name) in set(names) for name in frame["run"]]]
    pairs = [
        Pair(str(row["run"]), components[row["run"]], metric, _summary(row, metric))
        for _, row in chosen.iterrows()
        for metric in wanted
        if metric in known and row[f"metrics.{metric}.count"] > 0
    ]
    found = kept.of(place).read(pairs, want.axis, drawn=want.metric is None)
    told = chosen[chosen["run"].isin({one.run for one in found})]
    groups = grouped(told.reset_index(drop=True), [str(run) for run in told["run"]], want.band)
    return lines_of(place, found, known, groups, want)


def _metrics_of_frame(frame: Any) -> list[str]:
    names = [str(name) for name in frame.columns if str(name).startswith("metrics.")]
    return [name[len("metrics.") : -len(".count")] for name in names if name.endswith(".count")]


def _summary(row: Any, metric: str) -> Summary:
    count, last = row[f"metrics.{metric}.count"], row.get(f"metrics.{metric}.last", math.nan)
    started = row.get("started")  # tells one run from another of its name, as when it was made does
    moment = math.nan if started is None or pd.isna(started) else started.timestamp()
    return Summary(int(count), float(last), math.nan, moment)


def _last(rows: Rows) -> list[str]:
    return [name for name in rows.columns if name.startswith("metrics.") and name.endswith(".last")]


def _best(selection: Selection, metric: str | None) -> list[int]:
    """Return places of the best runs that pass, by a metric's last value; without one the first that pass."""
    rows = selection.rows
    passing = np.flatnonzero(selection.passing_mask)
    name = f"metrics.{metric}.last"
    data = rows.data(name) if name in rows.columns else None
    if metric is None or data is None or data.numbers is None:
        return [int(place) for place in passing[:SHOWN]]
    values = data.numbers[passing]
    keys = np.where(np.isnan(values), np.inf, values if lower_is_better(metric) else -values)
    return [int(passing[place]) for place in np.argsort(keys, kind="stable")[:SHOWN]]
