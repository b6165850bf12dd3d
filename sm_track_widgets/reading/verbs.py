"""What users call: `runs`, `metrics`, `analytics`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets import connection as connections
from sm_track_widgets.reading import fetch, frames, series
from sm_track_widgets.reading.sdk_frame import analytics_frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from sm_track_widgets.connection import Connection


def runs(
    experiment: str | None = None,
    *,
    group: str | None = None,
    columns: Iterable[str] | None = None,
    reserved: bool = False,
    connection: Connection | None = None,
) -> pd.DataFrame:
    """List runs, the newest first, one row each.

    Parameters
    ----------
    experiment
        Its name, in any case; None lists the runs of all experiments.
    group
        Only the runs of this run group.
    columns
        Only these columns, ``run`` before them: full names (``"params.depth"``), patterns
        (``"metrics.auc.*"``) or short forms (``"depth"``, ``"auc"``, ``"auc.max"``).
    reserved
        Also show the parameters and tags of this package and of SageMaker.
    connection
        Where to look; default: where runs go.

    Returns
    -------
    DataFrame
        ``run, experiment, group, status, message, started, ended, duration_s, created_by``, then
        ``params.<name>``, ``metrics.<name>.<last|min|max|avg|std|count>`` and ``tags.<name>``; see
        `sm_track_widgets.reading.frames.to_frame`. ``attrs["components"]`` names the trial component of each
        run.

    Raises
    ------
    NotFoundError
        When there is no such experiment or group.
    UsageError
        When there is no such column.
    """
    records = fetch.search_runs(connection or connections.current(), experiment, group)
    frame = frames.to_frame(records, experiment=experiment, group=group, reserved=reserved)
    if columns is None:
        return frame
    return frames.choose(frame, [columns] if isinstance(columns, str) else columns)


def metrics(
    experiment: str | None = None,
    names: Iterable[str] | None = None,
    runs: Iterable[str] | None = None,
    *,
    wide: bool = False,
    connection: Connection | None = None,
) -> pd.DataFrame:
    """Read every logged point.

    Parameters
    ----------
    experiment
        Its name; None is all experiments.
    names
        Metric names, one or several; None is all.
    runs
        Runs, one or several, as `runs` names them; None is all.
    wide
        False: one row per point. True: one row per run and step, one column per metric.
    connection
        Where to look; default: where runs go.

    Returns
    -------
    DataFrame
        ``run, metric, step, time, value``, or, wide, ``run, step, <metric>, ...``.

    Raises
    ------
    NotFoundError
        When there is no such experiment, run or metric.
    """
    found = series.read(connection or connections.current(), experiment, _several(names), _several(runs))
    return frames.wide_frame(found) if wide else frames.points_frame(found)


def analytics(experiment: str, *, connection: Connection | None = None) -> pd.DataFrame:
    """Return the frame of the SDK's ``ExperimentAnalytics(experiment).dataframe()``, without our own entries.

    Parameters
    ----------
    experiment
        Its name, in any case.
    connection
        Where to look; default: where runs go.

    Raises
    ------
    NotFoundError
        When there is no such experiment.
    """
    return analytics_frame(fetch.search_default_order(connection or connections.current(), experiment))


def _several(names: Iterable[str] | None) -> Iterable[str] | None:
    return [names] if isinstance(names, str) else names
