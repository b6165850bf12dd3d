"""What a chart can be made from, as one thing that gives series."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets._names import is_system
from sm_track_widgets._types import Series
from sm_track_widgets.charts.palette import PALETTE, Mark
from sm_track_widgets.tracking.registry import open_runs
from sm_track_widgets.widgets.chart_groups import ALL, Groups, grouped

if TYPE_CHECKING:
    from sm_track_widgets._points import Axis
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.series.recent import Recent
    from sm_track_widgets.reading.series.rows import RunSeries

Floats = npt.NDArray[np.float64]
POINT_COLUMNS = ("run", "metric", "value")
AXES = ("step", "time", "relative")


@dataclass(frozen=True, slots=True)
class Want:
    """What is wanted of a source beside the metrics that are drawn.

    Attributes
    ----------
    x
        ``"step"``, ``"time"``, ``"relative"`` or a metric's name.
    band
        What runs are averaged by: a column of the runs, ``"all"``, or nothing.
    """

    x: str = "step"
    band: str = ""

    @property
    def timed(self) -> bool:
        """Whether points without times have no place on the x axis."""
        return self.x in {"time", "relative"}

    @property
    def axis(self) -> Axis:
        """What the service is asked for."""
        return "time" if self.timed else "auto"

    @property
    def metric(self) -> str | None:
        """The metric that is x, if one is."""
        return None if self.x in AXES else self.x


@dataclass(slots=True)
class Lines:
    """Series with what is needed to draw them: one mark each, and the start of each run.

    Attributes
    ----------
    known
        Metrics that the runs have.
    groups
        By column the label of each run, for what they can be averaged by.
    band
        The column that is meant by `Want.band`.
    lacks
        ``"time"`` where the service told these points by step, ``"step"`` where it told them by time.
    """

    series: list[Series] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    components: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    groups: Groups = field(default_factory=dict)
    band: str = ""
    lacks: str = ""

    def origins(self) -> dict[str, float]:
        """Return the first time of each run: zero of its relative axis."""
        begins: dict[str, float] = {}
        for one in self.series:
            if len(one):
                begins[one.run] = min(begins.get(one.run, one.ends[0]), one.ends[0])
        return begins

    def serves(self, want: Want) -> bool:
        """Whether all is there for what is wanted, so that nothing is to be read again."""
        if self.lacks == ("time" if want.timed else "step"):
            return False
        has = want.metric is None or any(one.metric == want.metric for one in self.series)
        return has and (want.band in {"", ALL} or want.band in self.groups)


@dataclass(frozen=True, slots=True)
class ChartSource:
    """How to read the lines, which open runs belong to them, and whether reading again can give something new.

    `read` is also told whether the service shall be asked which runs there are now; else those that were read last
    are drawn, and of their points those are read that the chart does not have.
    """

    title: str
    read: Callable[[Want, bool], Lines]
    follows: Callable[[Any], bool]
    again: bool


def chart_source(
    source: Any, experiment: str | None, metrics: Sequence[str] | None, runs: Sequence[str] | None
) -> ChartSource:
    """Return how to read what a chart of `metrics` shows.

    Parameters
    ----------
    source
        Name of an experiment, a DataFrame of points (`metrics`) or of runs (`runs`), or the SDK's
        ExperimentAnalytics; None for `experiment`.
    experiment
        Its name; None is all experiments.
    metrics, runs
        Names; None is all, without the machine's (``system/...``) where there are others.

    Raises
    ------
    UsageError
        For any other source, or an experiment given twice.
    """
    if source is not None and experiment is not None:
        raise UsageError(
            "Give a source or an experiment, not both.", "MetricChart('loss', experiment='name')"
        )
    if isinstance(source, pd.DataFrame):
        return _frame_source(source, metrics, runs)
    named = getattr(source, "_experiment_name", None)
    if source is not None and not isinstance(source, str) and not isinstance(named, str):
        raise UsageError(
            f"A chart cannot be made from {type(source).__name__}.",
            "Give an experiment's name, a DataFrame of metrics() or runs(), or an ExperimentAnalytics.",
        )
    name = source if isinstance(source, str) else named if source is not None else experiment
    return ChartSource(
        title=name or "",
        read=_Reading(name, metrics, runs).read,
        follows=lambda run: _belongs(run, name, runs),
        again=True,
    )


def _frame_source(
    frame: pd.DataFrame, metrics: Sequence[str] | None, runs: Sequence[str] | None
) -> ChartSource:
    if all(name in frame.columns for name in POINT_COLUMNS):
        return ChartSource(
            "", lambda want, _: _from_points(frame, metrics, runs, want), lambda _: False, again=False
        )
    if "run" not in frame.columns:
        raise UsageError(
            "This DataFrame has neither points (run, metric, value) nor runs (run).",
            "Give one of metrics() or runs().",
        )
    components = frame.attrs.get("components", {})
    wanted = [str(components.get(name, name)) for name in frame["run"]]
    chosen = wanted if runs is None else [name for name in wanted if name in set(runs)]
    return ChartSource(
        "",
        _Reading(None, metrics, chosen).read,
        lambda run: run.ref.component in set(chosen),
        again=True,
    )


class _Reading:
    """Reads stored points of an experiment's runs."""

    def __init__(
        self, experiment: str | None, metrics: Sequence[str] | None, runs: Sequence[str] | None
    ) -> None:
        self._experiment, self._metrics, self._runs = experiment, metrics, runs
        self._kept = KeptLines()

    def read(self, want: Want, fresh: bool) -> Lines:  # noqa: FBT001 - told by place
        """Read them; what only an open run has yet is no reason to fail."""
        try:
            return stored_lines(self._kept, self._experiment, self._metrics, self._runs, want, fresh=fresh)
        except NotFoundError:
            if any(_belongs(run, self._experiment, self._runs) for run in open_runs()):
                return Lines(band=want.band)
            raise


class KeptLines:
    """What a chart has read of the connection in use."""

    def __init__(self) -> None:
        self._recent: Recent | None = None

    def of(self, place: Connection) -> Recent:
        """Return what reads from `place`."""
        from sm_track_widgets.reading.series.recent import Recent

        if self._recent is None or self._recent.connection is not place:
            self._recent = Recent(place)
        return self._recent


def stored_lines(
    kept: KeptLines,
    experiment: str | None,
    metrics: Sequence[str] | None,
    runs: Sequence[str] | None,
    want: Want,
    *,
    fresh: bool,
) -> Lines:
    """Read what the service holds.

    Raises
    ------
    NotFoundError
        When there is no such experiment, run or metric.
    """
    from sm_track_widgets import connection
    from sm_track_widgets.reading import frames
    from sm_track_widgets.reading.answer import Wanted, find
    from sm_track_widgets.reading.series import read as series
    from sm_track_widgets.reading.table import rows
    from sm_track_widgets.reading.table.table import STATISTICS

    place = connection.current()
    # A run that is asked for by name is shown, archived or not.
    table = find(place, Wanted(experiment, archived=runs is not None, fresh=fresh)).table
    known = table.names(*STATISTICS)
    check_x(want.x, known)
    names = None if metrics is None else list(dict.fromkeys([*metrics, *filter(None, [want.metric])]))
    found = series.read_table(
        place, table, names, runs, axis=want.axis, reader=kept.of(place).reader(drawn=want.metric is None)
    )
    if metrics is None:
        found = [one for one in found if not is_system(one.metric) or one.metric == want.x] or found
    shown = rows.shown_names(table)
    there = {one.run for one in found}
    told = table.take(np.array([name in there for name in shown], dtype=np.bool_))
    called = [name for name in shown if name in there]
    of_these = told.names(*STATISTICS)
    return lines_of(place, found, of_these, grouped(frames.to_frame(told), called, want.band), want)


def lines_of(
    place: Connection,
    found: Sequence[RunSeries],
    known: Sequence[str],
    groups: tuple[str, Groups],
    want: Want,
) -> Lines:
    """Return series as lines; `known` are the metrics of their runs, `groups` what the runs can be averaged by."""
    components = [one.component for one in found]
    lacks = "" if place.home == "embedded" else "step" if want.timed else "time"
    in_order = sorted(known, key=lambda name: (is_system(name), name))
    band, labels = groups
    return Lines(list(found), PALETTE.marks(components), components, in_order, labels, band, lacks)


def check_x(x: str, known: Sequence[str]) -> None:
    """Refuse an x axis that is neither one of ours nor a metric.

    Raises
    ------
    NotFoundError
        With the nearest name.
    """
    if x in AXES or x in known:
        return
    hint = did_you_mean(x, [*AXES, *known]) or f"x is {', '.join(AXES)}, or a metric."
    raise NotFoundError(f"No run has a metric {x!r}.", hint)


def is_shown(metric: str, wanted: Sequence[str] | None) -> bool:
    """Whether a chart of the metrics `wanted` (None: all) draws this one."""
    return metric in wanted if wanted is not None else not is_system(metric)


def _belongs(run: Any, experiment: str | None, runs: Sequence[str] | None) -> bool:
    """Whether an open run of this process is among what is read."""
    from sm_track_widgets import connection

    if run.connection.identity != connection.current().identity:
        return False
    if experiment is not None and run.experiment_name.lower() != experiment.lower():
        return False
    return runs is None or any(name in {run.name, run.run_name, run.ref.component} for name in runs)


def _from_points(
    frame: pd.DataFrame, metrics: Sequence[str] | None, runs: Sequence[str] | None, want: Want
) -> Lines:
    known = [str(name) for name in pd.unique(frame["metric"].astype(str))]
    for name in metrics or ():
        if name not in known:
            raise NotFoundError(f"There is no metric {name!r} in this DataFrame.", did_you_mean(name, known))
    check_x(want.x, known)
    wanted = {want.x, *(metrics or [name for name in known if not is_system(name)] or known)}
    lines = Lines(known=known)
    components = frame.attrs.get("components", {})
    groups: Any = frame.groupby(["run", "metric"], sort=False, observed=True)
    for (run, metric), rows in groups:
        if metric not in wanted or (runs is not None and run not in runs):
            continue
        component = str(components.get(run, run))
        lines.series.append(_one(str(run), str(metric), rows))
        lines.marks.append(PALETTE.mark(component))
        lines.components.append(component)
    first: Any = frame.drop_duplicates("run").drop(
        columns=["metric", "value", "step", "time"], errors="ignore"
    )
    lines.band, lines.groups = grouped(first, [str(run) for run in first["run"]], want.band)
    return lines


def _one(run: str, metric: str, rows: Any) -> Series:
    count = len(rows)
    steps = _numbers(rows["step"]) if "step" in rows else np.full(count, np.nan)
    times = _seconds(rows["time"]) if "time" in rows else np.arange(count, dtype=np.float64)
    return Series(
        run,
        metric,
        array("q", np.where(np.isnan(steps), -1, steps).astype(np.int64).tolist()),
        array("d", times.tolist()),
        array("d", _numbers(rows["value"]).tolist()),
    )


def _numbers(column: Any) -> Floats:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _seconds(times: Any) -> Floats:
    if pd.api.types.is_numeric_dtype(times.dtype):
        return _numbers(times)
    passed: Any = pd.to_datetime(times, utc=True) - pd.Timestamp(0, tz="UTC")
    return _numbers(passed / pd.Timedelta(seconds=1))
