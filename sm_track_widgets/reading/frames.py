"""The one place that names the columns of frames of runs and of points."""

from __future__ import annotations

import fnmatch
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets._names import NOTES_PARAMETER, is_reserved, is_system, told_notes
from sm_track_widgets._prices import HOUR
from sm_track_widgets.reading.downsample import filled
from sm_track_widgets.reading.table import rows
from sm_track_widgets.reading.table.table import STATISTICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sm_track_widgets._types import Series
    from sm_track_widgets.reading.table.table import Table

TEXT_COLUMNS = ("run", "experiment", "group", "status", "message")
TIME_COLUMNS = ("started", "ended")
FIXED_COLUMNS = (*TEXT_COLUMNS, *TIME_COLUMNS, "duration_s", "created_by")
"""The columns every frame of runs has, in this order, also without a single run."""
NOTES_COLUMN = "notes"
"""Behind them, where any run has notes."""
COST = "cost"
"""Estimated price of a run's jobs, in the currency of the prices that were given."""
PARAMETER, METRIC, TAG = "params.", "metrics.", "tags."
ARTIFACT_COLUMNS = ("run", "artifact", "direction", "media_type", "uri")
POINT_COLUMNS = ("run", "metric", "step", "time", "value")
HIDDEN_TAGS = ("sagemaker:", "sm_track:")


class Components(dict[str, str]):
    """Shown name of a run -> its trial component; not copied with each frame derived from the first."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Components:
        return self


def to_frame(
    table: Table,
    *,
    group: str | None = None,
    reserved: bool = False,
    prices: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Turn a table of runs into one row per run.

    Parameters
    ----------
    table
        Runs, in the order the rows shall have.
    group
        The run group that was asked for: of a run's groups the row names this one.
    reserved
        Also show the parameters and tags that belong to this package and to SageMaker.
    prices
        Price of an hour of each instance type: adds ``cost`` where a run's jobs have ended on such instances.

    Returns
    -------
    DataFrame
        The `FIXED_COLUMNS`: text (never missing), ``started`` and ``ended`` as UTC times, ``duration_s`` in
        seconds (NaN while it runs); where any run has them, ``notes`` (text, never missing). Then, each sorted by
        name, ``params.<name>`` (float64, or object with None for missing where any run has text),
        ``metrics.<name>.<last|min|max|avg|std|count>`` (float64; those of the machine, ``system/...``, last) and
        ``tags.<name>`` (object). Run names are unique; ``attrs["components"]`` gives the trial component
        of each.
    """
    columns: dict[str, Any] = _fixed(table, group)
    columns.update(_notes(table))
    columns.update(_costs(table, prices or {}))
    columns.update(_parameters(table, PARAMETER, reserved=reserved))
    columns.update(_metrics(table))
    columns.update(_tags(table, reserved=reserved))
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(table)))
    frame.attrs["components"] = Components(zip(columns["run"], table.components, strict=True))
    return frame


def parameters_frame(table: Table, *, reserved: bool = False) -> pd.DataFrame:
    """Turn a table of runs into their parameters: ``run``, then a column for each parameter, by its plain name.

    A parameter that is a number in one run and text in another is an object column of both. A parameter called ``run``
    is the column ``params.run``.
    """
    held = _parameters(table, "", reserved=reserved)
    called = _apart(list(held), ("run",), PARAMETER)
    columns = {"run": rows.shown(table), **dict(zip(called, held.values(), strict=True))}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(table)))


def differing(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep ``run`` and the columns that are not the same in all rows; a missing cell is a value like others."""
    columns: Any = frame
    varied = [name for name in frame.columns[1:] if len(columns[name].astype(object).unique()) > 1]
    return frame.loc[:, [frame.columns[0], *varied]]


def artifacts_frame(table: Table, *, reserved: bool = False) -> pd.DataFrame:
    """Turn a table of runs into one row per artifact, by run: `ARTIFACT_COLUMNS`.

    ``direction`` is ``output`` or ``input``; ``uri`` is the artifact's address, or its text.
    """
    shown = rows.shown_names(table)
    found: list[tuple[int, str, str, str, str]] = []
    for direction in ("output", "input"):
        for name, held in sorted(table.words.get(direction, {}).items()):
            if is_reserved(name) and not reserved:
                continue
            types = table.text(f"{direction}_type", name)
            found += [
                (row, name, direction, types.at(row) or "", held.at(row) or "")
                for row in np.flatnonzero(held.present()).tolist()
            ]
    found.sort(key=lambda one: one[0])
    told = [(shown[row], *rest) for row, *rest in found]
    columns = zip(*told, strict=True) if told else ((),) * len(ARTIFACT_COLUMNS)
    return pd.DataFrame(
        {name: _text(list(values)) for name, values in zip(ARTIFACT_COLUMNS, columns, strict=True)}
    )


def choose(frame: pd.DataFrame, wanted: Iterable[str]) -> pd.DataFrame:
    """Keep the wanted columns, ``run`` before them.

    Each of `wanted` is as for `named`.

    Raises
    ------
    UsageError
        When a name fits no column; a pattern may fit none.
    """
    return frame.loc[:, list(dict.fromkeys(["run", *named(frame, wanted)]))]


def named(frame: pd.DataFrame, wanted: Iterable[str]) -> list[str]:
    """Return the columns that are meant, each once.

    Each of `wanted` is a column's name, a pattern (``params.*``), or a short form: ``depth`` for
    ``params.depth``, ``auc`` or ``auc.max`` for ``metrics.auc.last`` and ``metrics.auc.max``.

    Raises
    ------
    UsageError
        When a name fits no column; a pattern may fit none.
    """
    return list(dict.fromkeys(column for name in wanted for column in _matching(frame, name)))


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

    A point without a step has its number in the series as step; of several points at one step the last one that is
    not NaN counts. A metric called ``run`` or ``step`` is the column ``metrics.run`` or ``metrics.step``.
    """
    lengths = [len(one) for one in series]
    run, runs = _coded([one.run for one in series], lengths)
    metric, names = _coded([one.metric for one in series], lengths)
    step = _joined(series, lambda one: filled(one.steps).astype(np.int64), np.int64)
    value = _joined(series, lambda one: np.asarray(one.values, dtype=np.float64), np.float64)
    order = np.lexsort((step, run))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (np.diff(run[order]) != 0) | (np.diff(step[order]) != 0)
    row = np.empty(len(order), dtype=np.intp)
    row[order] = np.cumsum(first) - 1
    cells = np.full((len(names), int(first.sum())), np.nan)
    known = ~np.isnan(value)
    cells[metric[known], row[known]] = value[known]  # of several at one place the last one stays
    table = pd.DataFrame(cells.T, columns=pd.Index(_apart(names, ("run", "step"), METRIC), dtype=object))
    kept = order[first]
    table.insert(0, "run", _text(runs)[run[kept]])
    table.insert(1, "step", step[kept])
    return table


def curves_frame(key: str, lines: Sequence[tuple[Any, ...]], *, counted: bool = False) -> pd.DataFrame:
    """Turn lines into one row per point.

    Parameters
    ----------
    key
        Column that names the lines.
    lines
        Of each its name, its metric, and equally long arrays: x, value, low, high, and count where it is `counted`.
    """
    names = ("x", "value", "low", "high", *(("count",) if counted else ()))
    lengths = [len(line[2]) for line in lines]
    columns: dict[str, Any] = {
        key: np.repeat(_text([line[0] for line in lines]), lengths),
        "metric": _repeated([line[1] for line in lines], lengths),
    }
    for at, name in enumerate(names, 2):
        kind = np.int64 if name == "count" else np.float64
        columns[name] = np.concatenate([np.empty(0, dtype=kind), *(line[at] for line in lines)])
    return pd.DataFrame(columns)


def utc(seconds: Any) -> pd.DatetimeIndex:
    """Seconds since the epoch, to the microsecond -> UTC times; NaN becomes NaT."""
    values = np.asarray(seconds, dtype=np.float64)
    known = ~np.isnan(values)
    stamps = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
    stamps[known] = np.round(values[known] * 1e6).astype(np.int64).view("datetime64[us]")
    return pd.DatetimeIndex(stamps.astype("datetime64[ns]"), tz="UTC")


def _fixed(table: Table, group: str | None) -> dict[str, Any]:
    experiments, groups = rows.placed(table, group)
    started, ended = table.number("time", "started"), table.number("time", "ended")
    return {
        "run": rows.shown(table),
        "experiment": experiments,
        "group": groups,
        "status": table.text("fact", "status").objects(""),
        "message": table.text("fact", "message").objects(""),
        "started": utc(started),
        "ended": utc(ended),
        "duration_s": ended - started,
        "created_by": table.text("fact", "author").objects(""),
    }


def _notes(table: Table) -> dict[str, Any]:
    stored = table.words.get("param", {}).get(NOTES_PARAMETER)
    if stored is None:
        return {}
    notes = [told_notes(text) for text in stored.objects("")]
    return {NOTES_COLUMN: _text(notes)} if any(notes) else {}


def _costs(table: Table, prices: Mapping[str, float]) -> dict[str, Any]:
    """Return the column of costs: NaN for a run without jobs, or with one on an instance without a price."""
    billed = table.numbers.get("billed", {})
    if not prices or not billed:
        return {}
    total = np.full(len(table), np.nan)
    for instance, seconds in billed.items():
        used = ~np.isnan(seconds)
        total[used] = np.where(np.isnan(total[used]), 0.0, total[used])
        total[used] += seconds[used] * prices.get(instance, math.inf) / HOUR
    total[np.isinf(total)] = np.nan
    return {} if np.isnan(total).all() else {COST: total}


def _parameters(table: Table, prefix: str, *, reserved: bool) -> dict[str, Any]:
    names = sorted(name for name in table.names("param") if reserved or not is_reserved(name))
    return {f"{prefix}{name}": _parameter(table, name) for name in names}


def _parameter(table: Table, name: str) -> Any:
    """Return a parameter's numbers; with texts among them, objects and None."""
    numbers, texts = table.number("param", name), table.words.get("param", {}).get(name)
    if texts is None:
        return numbers
    values = texts.objects()
    there = ~np.isnan(numbers)
    values[there] = numbers[there]
    return values


def _metrics(table: Table) -> dict[str, Any]:
    # Of the machine last: what was trained is what one looks for.
    names = sorted(table.names(*STATISTICS), key=lambda name: (is_system(name), name))
    return {f"{METRIC}{name}.{ending}": table.number(ending, name) for name in names for ending in STATISTICS}


def _tags(table: Table, *, reserved: bool) -> dict[str, Any]:
    names = sorted(name for name in table.names("tag") if reserved or not name.startswith(HIDDEN_TAGS))
    return {f"{TAG}{name}": table.text("tag", name).objects() for name in names}


def _text(values: Sequence[Any]) -> Any:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


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
    codes, categories = _coded(names, lengths)
    return pd.Categorical.from_codes(codes, categories)


def _coded(names: Sequence[str], lengths: Sequence[int]) -> tuple[Any, list[str]]:
    """Return the names repeated, as places among the different ones, and these."""
    places: dict[str, int] = {}
    codes = [places.setdefault(name, len(places)) for name in names]
    return np.repeat(np.array(codes, dtype=np.intp), lengths), list(places)


def _apart(names: Sequence[str], fixed: Sequence[str], prefix: str) -> list[str]:
    """Return the names as columns beside the fixed ones: what is called like one of these gets the prefix."""
    taken = {*names, *fixed}
    found: list[str] = []
    for name in names:
        column = name
        while column in fixed or (column != name and column in taken):
            column = prefix + column
        found.append(column)
    return found


def _joined(series: Sequence[Series], part: Callable[[Series], Any], kind: Any) -> Any:
    return np.concatenate([np.empty(0, dtype=kind), *(part(one) for one in series)])
