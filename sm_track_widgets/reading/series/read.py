"""The points of metrics, as they were logged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sm_track_widgets import _aws
from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets._names import OLD_METRICS
from sm_track_widgets._types import Series
from sm_track_widgets.reading import old_points
from sm_track_widgets.reading.answer import Wanted, find
from sm_track_widgets.reading.jobs import HELD_BY
from sm_track_widgets.reading.no_metric import no_metric, no_run
from sm_track_widgets.reading.series import refresh
from sm_track_widgets.reading.series.long import LONG, read_long
from sm_track_widgets.reading.series.rows import Pair, RunSeries, Summary
from sm_track_widgets.reading.table import rows
from sm_track_widgets.reading.table.table import STATISTICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sm_track_widgets._points import Axis
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.table.table import Table

_logger = logging.getLogger("sm_track_widgets")


Reader = Callable[["Sequence[Pair]", "Axis"], "list[RunSeries]"]
"""Reads pairs along an axis."""


def read_pairs(
    connection: Connection, pairs: Sequence[Pair], axis: Axis = "auto", *, drawn: bool = False
) -> list[RunSeries]:
    """Read the points of metrics of runs.

    Parameters
    ----------
    connection
        Where to look.
    pairs
        Which ones, in the order of the result; those without points are empty.
    axis
        ``"time"`` for what is drawn over time: AWS then gives the last point of each minute. Else AWS gives points by
        step, without times, and ``"auto"`` those by minute where a metric has no steps.
    drawn
        They are for a picture: long ones may be `LongSeries`, whose points are read when they are asked for.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    if not pairs:
        return []
    long = _long(connection, pairs) if drawn and axis != "step" else {}
    asked = [pair for place, pair in enumerate(pairs) if place not in long and _is_there(pair)]
    try:
        told = iter(refresh.read(connection, asked, axis, refresh.cache_of(connection)) if asked else ())
    except Exception as error:
        explained = _aws.explain(error, "read metrics")
        if explained is None:
            raise
        raise explained from error
    found = [
        long[place]
        if place in long
        else _named(pair, next(told) if _is_there(pair) else Series("", pair.metric))
        for place, pair in enumerate(pairs)
    ]
    for pair, one in zip(pairs, found, strict=True):
        if pair.old:
            _add_old(connection, pair, one)
    return found


def _is_there(pair: Pair) -> bool:
    """Whether the service has points of it: a moved run may have nothing but points that were too old."""
    return pair.summary is not None or not pair.old


def _add_old(connection: Connection, pair: Pair, series: Series) -> None:
    """Put the points before it that were too old for the service; say so where they cannot be had."""
    try:
        old_points.before(connection, pair.old, [series])
    except Exception as error:
        explained = _aws.explain(error, f"read the older points of {pair.metric!r} of {pair.run!r}")
        if explained is None:
            raise
        _logger.warning("%s", explained)


def _long(connection: Connection, pairs: Sequence[Pair]) -> dict[int, RunSeries]:
    """Return the series, by place, that are pictures enough without their points."""
    places = [
        place
        for place, pair in enumerate(pairs)
        if pair.summary is not None
        and not pair.old
        and pair.summary.count >= LONG
        and connection.home == "embedded"
    ]
    found = read_long(connection, [pairs[place] for place in places])
    return {place: one for place, one in zip(places, found, strict=True) if one is not None}


def _named(pair: Pair, one: Series) -> RunSeries:
    return RunSeries(pair.run, pair.metric, one.steps, one.times, one.values, pair.component)


def read(
    connection: Connection,
    experiment: str | None,
    names: Iterable[str] | None = None,
    runs: Iterable[str] | None = None,
    *,
    query: str | None = None,
    axis: Axis = "auto",
    fresh: bool = True,
) -> list[RunSeries]:
    """Read the points of some metrics of some runs.

    Parameters
    ----------
    connection
        Where to look.
    experiment
        Its name; None is all.
    names
        Metric names; None is all metrics.
    runs
        Shown names, names or components of runs; None is all runs.
    query
        Only runs for which this holds, in the filter language.
    axis
        As of `read_pairs`.
    fresh
        As of `Wanted`.

    Returns
    -------
    list of RunSeries
        One for each metric a run has, by run (the newest first), then in the order of `names`, or sorted.

    Raises
    ------
    NotFoundError
        When there is no such experiment or run, or when no run has one of the metrics.
    """
    metrics = None if names is None else _listed(names, "names")
    wanted = None if runs is None else _listed(runs, "runs")
    # A run that is asked for by name is shown, archived or not.
    asked = Wanted(experiment, query=query, archived=wanted is not None, fresh=fresh)
    table = find(connection, asked).table
    return read_table(connection, table, metrics, wanted, axis=axis, queried=bool(query and query.strip()))


def read_table(
    connection: Connection,
    table: Table,
    names: Sequence[str] | None = None,
    runs: Sequence[str] | None = None,
    *,
    axis: Axis = "auto",
    queried: bool = False,
    reader: Reader | None = None,
) -> list[RunSeries]:
    """As `read`, of runs that have been read; `queried` if of a query, `reader` in place of `read_pairs`."""
    if queried and not len(table) and (names or runs):
        raise no_run()
    shown = rows.shown_names(table)
    chosen = range(len(table)) if runs is None else _chosen(runs, table, shown)
    known = table.names(*STATISTICS)
    there = {name: ~np.isnan(table.number("count", name)) for name in known}
    logged = {name for name in known if any(there[name][row] for row in chosen)}
    for name in names or ():
        if name not in logged:
            raise no_metric(name, logged, queried=queried, chosen=runs is not None)
    ordered = sorted(known) if names is None else [name for name in names if name in there]
    pairs = [pair_of(table, row, name, shown[row]) for row in chosen for name in ordered if there[name][row]]
    return read_pairs(connection, pairs, axis) if reader is None else reader(pairs, axis)


def pair_of(table: Table, row: int, metric: str, shown: str) -> Pair:
    """Return what `read_pairs` takes for a metric that this row has."""
    holder = table.text(HELD_BY, metric).at(row) if HELD_BY in table.words else None
    count, last, told = (table.numbers[kind][metric][row] for kind in ("count", "last", "told"))
    old = ""
    if not np.isnan(table.number(old_points.OLD_COUNT, metric)[row]):
        old = table.text("output", OLD_METRICS).at(row) or ""
        count = table.number(old_points.OWN_COUNT, metric)[row]
        last = table.number(old_points.OWN_LAST, metric)[row]
    if np.isnan(count):
        return Pair(shown, table.components[row], metric, old=old)
    # A job's component was made at another moment than the run.
    created = float("nan") if holder else float(table.number("time", "created")[row])
    return Pair(shown, holder or table.components[row], metric, Summary(int(count), last, told, created), old)


def _listed(names: Iterable[str], what: str) -> list[str]:
    if isinstance(names, str):
        raise UsageError(f"{what} takes a list of names.", f"Write {what}=[{names!r}].")
    return list(dict.fromkeys(names))


def _chosen(runs: Sequence[str], table: Table, shown: Sequence[str]) -> list[int]:
    places: dict[str, int] = {}
    opened: list[str] = table.text("fact", "run").objects("").tolist()
    for place, names in enumerate(zip(opened, table.components, strict=True)):
        for name in names:
            places.setdefault(name, place)
    places.update({name: place for place, name in enumerate(shown)})
    for name in runs:
        if name not in places:
            hint = did_you_mean(name, shown) or "runs() lists them."
            raise NotFoundError(f"There is no run {name!r}.", hint)
    return list(dict.fromkeys(places[name] for name in runs))
