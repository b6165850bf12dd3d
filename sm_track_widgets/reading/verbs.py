"""What users call: `runs`, `metrics`, `parameters`, `artifacts`, `analytics`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from sm_track_widgets import _prices
from sm_track_widgets import connection as connections
from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets._points import AXES
from sm_track_widgets.reading import frames
from sm_track_widgets.reading.answer import Wanted, components, find
from sm_track_widgets.reading.sdk_frame import analytics_frame
from sm_track_widgets.reading.series import read as series

if TYPE_CHECKING:
    import pandas as pd

    from sm_track_widgets._points import Axis
    from sm_track_widgets.connection import Connection


def runs(
    experiment: str | None = None,
    query: str | None = None,
    columns: Iterable[str] | None = None,
    *,
    group: str | None = None,
    archived: bool = False,
    unassigned: bool = False,
    reserved: bool = False,
    cached: bool = True,
    connection: Connection | None = None,
) -> pd.DataFrame:
    """List runs, the newest first, one row each.

    Parameters
    ----------
    experiment
        Its name, in any case; None lists the runs of all experiments.
    query
        Only runs for which this holds, e.g. ``"metrics.auc.max > 0.9 AND params.depth IN (4, 6)"``; a superset of
        MLflow's filter, see ``docs/query.md``.
    columns
        Only these columns, ``run`` before them: full names (``"params.depth"``), patterns
        (``"metrics.auc.*"``) or short forms (``"depth"``, ``"auc"``, ``"auc.max"``).
    group
        Only the runs of this run group.
    archived
        Also runs that were archived.
    unassigned
        Instead the runs that belong to no experiment.
    reserved
        Also show the parameters and tags of this package and of SageMaker.
    cached
        False reads everything anew; True only what may have changed since the last time.
    connection
        Where to look; default: where runs go.

    Returns
    -------
    DataFrame
        ``run, experiment, group, status, message, started, ended, duration_s, created_by``, ``cost`` where
        prices are set (``%sm_config --prices``) and a run's jobs have ended, then
        ``params.<name>``, ``metrics.<name>.<last|min|max|avg|std|count>`` and ``tags.<name>``; see
        `sm_track_widgets.reading.frames.to_frame`. ``attrs["components"]`` names the trial component of each
        run; ``attrs["missing"]`` says, in one line, what could not be read, and is empty when all is there.

    Raises
    ------
    NotFoundError
        When there is no such experiment or group, or the query finds nothing and names what no run has.
    UsageError
        When there is no such column, or the query cannot be read.
    """
    check_texts(experiment=experiment, query=query, group=group)
    chosen = several("columns", columns)
    wanted = Wanted(experiment, group, query, archived, unassigned, cached)
    place = connection or connections.current()
    answer = find(place, wanted)
    prices = _prices.known(place.settings.prices)
    frame = frames.to_frame(answer.table, group=group, reserved=reserved, prices=prices)
    frame.attrs["missing"] = answer.missing
    return frame if chosen is None else frames.choose(frame, chosen)


def metrics(
    experiment: str | None = None,
    names: Iterable[str] | None = None,
    runs: Iterable[str] | None = None,
    *,
    query: str | None = None,
    axis: Axis = "auto",
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
    query
        Only runs for which this holds, as for `runs`.
    axis
        AWS tells points by step without their times, or by minute without their steps: ``"time"`` asks for the latter,
        ``"step"`` for the former, ``"auto"`` for steps where a metric has them. The embedded service tells both.
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
    UsageError
        When there is no such axis, or the query cannot be read.
    """
    check_texts(experiment=experiment, query=query)
    if axis not in AXES:
        hint = did_you_mean(str(axis), AXES) or f"Choose one of {', '.join(AXES)}."
        raise UsageError(f"There is no axis {axis!r}.", hint)
    wanted, among = several("names", names), several("runs", runs)
    place = connection or connections.current()
    found = series.read(place, experiment, wanted, among, query=query, axis=axis)
    return frames.wide_frame(found) if wide else frames.points_frame(found)


def parameters(
    experiment: str | None = None,
    query: str | None = None,
    *,
    differing: bool = False,
    reserved: bool = False,
    connection: Connection | None = None,
) -> pd.DataFrame:
    """List the parameters of runs: one row per run, one column per parameter, by its plain name.

    Parameters
    ----------
    experiment, query, reserved, connection
        As for `runs`.
    differing
        Only parameters that are not the same in all of these runs.
    """
    check_texts(experiment=experiment, query=query)
    answer = find(connection or connections.current(), Wanted(experiment, query=query))
    frame = frames.parameters_frame(answer.table, reserved=reserved)
    return frames.differing(frame) if differing else frame


def artifacts(
    experiment: str | None = None,
    query: str | None = None,
    *,
    reserved: bool = False,
    connection: Connection | None = None,
) -> pd.DataFrame:
    """List the artifacts of runs, one row each: ``run, artifact, direction, media_type, uri``.

    Parameters
    ----------
    experiment, query, reserved, connection
        As for `runs`.
    """
    check_texts(experiment=experiment, query=query)
    answer = find(connection or connections.current(), Wanted(experiment, query=query))
    return frames.artifacts_frame(answer.table, reserved=reserved)


def analytics(experiment: str, *, cached: bool = True, connection: Connection | None = None) -> pd.DataFrame:
    """Return the frame of the SDK's ``ExperimentAnalytics(experiment).dataframe()``, without our own entries.

    Without its limit of 10,000 runs, and read as `runs` does.

    Parameters
    ----------
    experiment
        Its name, in any case.
    cached, connection
        As for `runs`.

    Raises
    ------
    NotFoundError
        When there is no such experiment.
    """
    check_texts(experiment=experiment)
    place = connection or connections.current()
    return analytics_frame(components(place, experiment, cached=cached).table)


def check_texts(**given: object) -> None:
    """Refuse what is neither a text nor None.

    Raises
    ------
    UsageError
        For the first that is not.
    """
    for what, value in given.items():
        if value is not None and not isinstance(value, str):
            raise UsageError(f"{what} is a text, not {value!r:.60}.", f'Write {what}="...".')


def several(what: str, names: Any) -> list[str] | None:
    """Return names as a list, be they several or one.

    Raises
    ------
    UsageError
        When one of them is no text.
    """
    if names is None or isinstance(names, str):
        return None if names is None else [names]
    listed: list[Any] = list(cast("Any", names)) if isinstance(names, Iterable) else [names]
    for name in listed:
        check_texts(**{what: name})
    return listed
