"""The one place that names the columns of frames of runs and of points."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets._names import is_reserved, is_system
from sm_track_widgets.reading import identity
from sm_track_widgets.reading.downsample import filled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sm_track_widgets._types import Series
    from sm_track_widgets.reading.identity import Record

TEXT_COLUMNS = ("run", "experiment", "group", "status", "message")
TIME_COLUMNS = ("started", "ended")
FIXED_COLUMNS = (*TEXT_COLUMNS, *TIME_COLUMNS, "duration_s", "created_by")
"""The columns every frame of runs has, in this order, also without a single run."""
PARAMETER, METRIC, TAG = "params.", "metrics.", "tags."
STATISTICS = {"last": "Last", "min": "Min", "max": "Max", "avg": "Avg", "std": "StdDev", "count": "Count"}
"""Ending of a metric's column -> member of Search's MetricSummary [M]."""
POINT_COLUMNS = ("run", "metric", "step", "time", "value")
HIDDEN_TAGS = ("sagemaker:", "sm_track:")


class Components(dict[str, str]):
    """Shown name of a run -> its trial component; not copied with each frame derived from the first."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Components:
        return self


def to_frame(
    records: Sequence[Record],
    *,
    experiment: str | None = None,
    group: str | None = None,
    reserved: bool = False,
) -> pd.DataFrame:
    """Turn records of Search into one row per run.

    Parameters
    ----------
    records
        ``TrialComponent`` records, in the order the rows shall have.
    experiment, group
        What was asked for: which of a component's parents the row names.
    reserved
        Also show the parameters and tags that belong to this package and to SageMaker.

    Returns
    -------
    DataFrame
        The `FIXED_COLUMNS`: text (never missing), ``started`` and ``ended`` as UTC times, ``duration_s`` in
        seconds (NaN while it runs). Then, each sorted by name, ``params.<name>`` (float64, or object with
        None for missing where any run has text), ``metrics.<name>.<last|min|max|avg|std|count>`` (float64;
        those of the machine, ``system/...``, last)
        and ``tags.<name>`` (object). Run names are unique; ``attrs["components"]`` gives the trial component
        of each.
    """
    parents = [identity.parent(record, experiment, group) for record in records]
    columns: dict[str, Any] = _fixed(records, parents)
    columns.update(_parameters(records, reserved=reserved))
    columns.update(_metrics(records))
    columns.update(_tags(records, reserved=reserved))
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(records)))
    components = (record["TrialComponentName"] for record in records)
    frame.attrs["components"] = Components(zip(columns["run"], components, strict=True))
    return frame


def choose(frame: pd.DataFrame, wanted: Iterable[str]) -> pd.DataFrame:
    """Keep the wanted columns, ``run`` before them.

    Each of `wanted` is a column's name, a pattern (``params.*``), or a short form: ``depth`` for
    ``params.depth``, ``auc`` or ``auc.max`` for ``metrics.auc.last`` and ``metrics.auc.max``.

    Raises
    ------
    UsageError
        When a name fits no column; a pattern may fit none.
    """
    chosen = ["run"]
    for name in wanted:
        chosen += [column for column in _matching(frame, name) if column not in chosen]
    return frame.loc[:, chosen]


def points_frame(series: Sequence[Series]) -> pd.DataFrame:
    """Turn series into one row per point.

    Returns
    -------
    DataFrame
        ``run`` and ``metric`` (categories), ``step`` (Int64, missing where none was given), ``time`` (UTC)
        and ``value`` (float64), the points of a series in the order of arrival.
    """
    lengths = [len(one) for one in series]
    steps = _joined(series, lambda one: np.asarray(one.steps, dtype=np.int64), np.int64)
    step: Any = pd.array(steps, dtype="Int64")
    step[steps < 0] = pd.NA
    seconds = _joined(series, lambda one: np.asarray(one.times, dtype=np.float64), np.float64)
    return pd.DataFrame(
        {
            "run": _repeated([one.run for one in series], lengths),
            "metric": _repeated([one.metric for one in series], lengths),
            "step": step,
            "time": utc(seconds),
            "value": _joined(series, lambda one: np.asarray(one.values, dtype=np.float64), np.float64),
        }
    )


def wide_frame(series: Sequence[Series]) -> pd.DataFrame:
    """Turn series into one row per run and step: ``run``, ``step``, then a column per metric.

    A point without a step has its number in the series as step; of several points at one step the last one
    counts.
    """
    names = list(dict.fromkeys(one.metric for one in series))
    columns = [
        pd.Series(
            np.asarray(one.values, dtype=np.float64),
            index=pd.MultiIndex.from_product(
                [[one.run], filled(one.steps).astype(np.int64)], names=["run", "step"]
            ),
            name=one.metric,
        )
        for one in series
    ]
    metrics = [
        pd.concat([column for column in columns if column.name == name])
        .groupby(level=[0, 1], sort=False)
        .last()
        for name in names
    ]
    if not metrics:
        return pd.DataFrame({"run": pd.Series(dtype=object), "step": pd.Series(dtype=np.int64)})
    table = pd.concat(metrics, axis=1, sort=False)
    order = {run: place for place, run in enumerate(dict.fromkeys(one.run for one in series))}
    table = table.reset_index()
    runs: Any = table["run"]
    return table.iloc[np.lexsort((table["step"], runs.map(order)))].reset_index(drop=True)


def utc(seconds: Any) -> pd.DatetimeIndex:
    """Seconds since the epoch, to the microsecond -> UTC times; NaN becomes NaT."""
    values = np.asarray(seconds, dtype=np.float64)
    known = ~np.isnan(values)
    stamps = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
    stamps[known] = np.round(values[known] * 1e6).astype(np.int64).view("datetime64[us]")
    return pd.DatetimeIndex(stamps.astype("datetime64[ns]"), tz="UTC")


def _fixed(records: Sequence[Record], parents: Sequence[tuple[str, str]]) -> dict[str, Any]:
    statuses: list[dict[str, str]] = [record.get("Status") or {} for record in records]
    started = np.array([_seconds(record.get("StartTime")) for record in records], dtype=np.float64)
    ended = np.array([_seconds(record.get("EndTime")) for record in records], dtype=np.float64)
    return {
        "run": _text(identity.shown_names(records, [experiment for experiment, _ in parents])),
        "experiment": _text([experiment for experiment, _ in parents]),
        "group": _text([identity.group_name(experiment, trial) for experiment, trial in parents]),
        "status": _text([status.get("PrimaryStatus", "") for status in statuses]),
        "message": _text([status.get("Message", "") for status in statuses]),
        "started": utc(started),
        "ended": utc(ended),
        "duration_s": ended - started,
        "created_by": _text([author(record.get("CreatedBy") or {}) for record in records]),
    }


def _parameters(records: Sequence[Record], *, reserved: bool) -> dict[str, Any]:
    table: dict[str, list[Any]] = {}
    texts: set[str] = set()
    for row, record in enumerate(records):
        for name, value in (record.get("Parameters") or {}).items():
            if is_reserved(name) and not reserved:
                continue
            cell: Any = value.get("NumberValue")
            if cell is None:
                cell = value.get("StringValue")
                texts.add(name)
            _column(table, name, len(records))[row] = cell
    return {
        f"{PARAMETER}{name}": _text(table[name]) if name in texts else np.array(table[name], dtype=np.float64)
        for name in sorted(table)
    }


def _metrics(records: Sequence[Record]) -> dict[str, Any]:
    table: dict[str, list[Any]] = {}
    for row, record in enumerate(records):
        for summary in record.get("Metrics") or ():
            _column(table, summary["MetricName"], len(records))[row] = summary
    nothing: dict[str, float] = {}
    # Of the machine last: what was trained is what one looks for.
    return {
        f"{METRIC}{name}.{ending}": np.array(
            [(summary or nothing).get(member) for summary in table[name]], dtype=np.float64
        )
        for name in sorted(table, key=lambda name: (is_system(name), name))
        for ending, member in STATISTICS.items()
    }


def _tags(records: Sequence[Record], *, reserved: bool) -> dict[str, Any]:
    table: dict[str, list[Any]] = {}
    for row, record in enumerate(records):
        for name, value in identity.tags(record).items():
            if reserved or not name.startswith(HIDDEN_TAGS):
                _column(table, name, len(records))[row] = value
    return {f"{TAG}{name}": _text(table[name]) for name in sorted(table)}


def _column(table: dict[str, list[Any]], name: str, rows: int) -> list[Any]:
    found = table.get(name)
    if found is None:
        found = table[name] = [None] * rows
    return found


def _text(values: Sequence[Any]) -> Any:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _seconds(moment: datetime | None) -> float:
    return float("nan") if moment is None else moment.timestamp()


def author(created_by: Mapping[str, Any]) -> str:
    """Who made a run: the Studio user, else the last part of the role or user that signed the call [M]."""
    signer: str = (created_by.get("IamIdentity") or {}).get("Arn", "")
    return created_by.get("UserProfileName") or signer.rpartition("/")[2]


def _matching(frame: pd.DataFrame, name: str) -> list[str]:
    columns: list[str] = list(frame.columns)
    if any(sign in name for sign in "*?[") and name not in columns:
        return fnmatch.filter(columns, name)
    for candidate in (
        name,
        PARAMETER + name,
        f"{METRIC}{name}.last",
        METRIC + name,
        f"{name}.last",
        TAG + name,
    ):
        if candidate in columns:
            return [candidate]
    known = [
        *columns,
        *(column.removeprefix(PARAMETER) for column in columns if column.startswith(PARAMETER)),
    ]
    hint = did_you_mean(name, known) or "df.columns lists them all."
    raise UsageError(f"There is no column {name!r}.", hint)


def _repeated(names: Sequence[str], lengths: Sequence[int]) -> pd.Categorical:
    categories = list(dict.fromkeys(names))
    codes = [categories.index(name) for name in names]
    return pd.Categorical.from_codes(np.repeat(np.array(codes, dtype=np.intp), lengths), categories)


def _joined(series: Sequence[Series], part: Callable[[Series], Any], kind: Any) -> Any:
    return np.concatenate([np.empty(0, dtype=kind), *(part(one) for one in series)])
