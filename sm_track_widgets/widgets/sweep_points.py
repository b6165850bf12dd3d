"""The points of a sweep from the runs that were read; the page makes the same of them (``js/src/lib/sweep.ts``)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from sm_track_widgets._names import is_system
from sm_track_widgets.charts.sweep import Sweep, kind_of
from sm_track_widgets.widgets import columns as encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sm_track_widgets.widgets.selection.filters import Mask
    from sm_track_widgets.widgets.selection.rows import Rows

TOTALS = ("params.sweep_total", "tags.sweep_total")
"""Columns that may say how many points there will be."""
Numbers = np.ndarray[Any, np.dtype[np.float64]]


def metric_columns(rows: Rows) -> list[str]:
    """Return the columns that a board can show: statistics of metrics, but not of the machine's."""
    return [
        name
        for name in rows.columns
        if name.startswith("metrics.")
        and not is_system(name.removeprefix("metrics."))
        and rows.data(name).kind == "number"
    ]


def first_metric(rows: Rows) -> str:
    """Return the column shown at first: the last value of the first metric; empty where there is none."""
    columns = metric_columns(rows)
    last = (name for name in columns if name.endswith(".last"))
    return next(last, next(iter(columns), ""))


def total_of(rows: Rows, group: str) -> int:
    """Return how many points the runs say there will be; 0 when they do not."""
    chosen = _chosen(rows, group)
    for name in TOTALS:
        if name not in rows.columns:
            continue
        data = rows.data(name)
        values = data.numbers if data.numbers is not None else _numbers(data)
        there = values[chosen & np.isfinite(values)]
        if len(there) and there.max() >= 1:
            return int(there.max())
    return 0


def sweep_of(
    rows: Rows,
    passing: Mask,
    *,
    title: str,
    metric: str,
    goal: str,
    group: str,
    total: int,
    baseline: str = "",
    labels: Mapping[str, str],
) -> Sweep:
    """Return the points in the order of their end, those that are under way last."""
    chosen = np.flatnonzero(_chosen(rows, group))
    kinds = np.array([kind_of(word) for word in _texts(rows, "status")], dtype=object)
    starts, ends = _times(rows)
    first = np.where(kinds == "running", np.nan, ends)
    order = chosen[np.lexsort((starts[chosen], first[chosen]))]
    names, messages = rows.names, _texts(rows, "message")
    values = rows.data(metric).numbers if metric else None
    column = np.full(len(names), np.nan) if values is None else values
    where = {name: place for place, name in enumerate(names)}
    return Sweep(
        title=title,
        metric=labels.get(metric, metric),
        goal=goal,
        total=total,
        names=[names[place] for place in order],
        kinds=[str(kinds[place]) for place in order],
        values=[float(column[place]) for place in order],
        passes=[bool(passing[place]) for place in order],
        messages=[messages[place] for place in order],
        first=_first(rows, order),
        now=time.time(),
        parameters=lambda name: _parameters(rows, where[name], labels),
        baseline=(baseline, float(column[where[baseline]])) if baseline in where else None,
    )


def _chosen(rows: Rows, group: str) -> Mask:
    if not group or "group" not in rows.columns:
        return np.ones(len(rows.frame), dtype=np.bool_)
    return np.array([text == group for text in _texts(rows, "group")], dtype=np.bool_)


def _texts(rows: Rows, name: str) -> list[str]:
    if name not in rows.columns:
        return [""] * len(rows.frame)
    data = rows.data(name)
    return [data.texts[code] if code >= 0 else "" for code in data.codes] or [""] * len(rows.frame)


def _times(rows: Rows) -> tuple[Numbers, Numbers]:
    """Return start and end of each run, as well as they are known."""
    nothing = np.zeros(len(rows.frame))
    starts, ends, took = (_of(rows, name) for name in ("started", "ended", "duration_s"))
    if starts is None:
        return nothing, nothing if ends is None else ends
    guessed = starts if took is None else starts + np.nan_to_num(took)
    return starts, guessed if ends is None else np.where(np.isnan(ends), guessed, ends)


def _first(rows: Rows, order: np.ndarray[Any, Any]) -> float | None:
    """Return when the first of the points started; None where that is not known."""
    starts = _of(rows, "started")
    known = [] if starts is None else [start for start in starts[order].tolist() if start == start]  # noqa: PLR0124 - NaN
    return min(known, default=None)


def _of(rows: Rows, name: str) -> Numbers | None:
    return rows.data(name).numbers if name in rows.columns else None


def _numbers(data: encoding.ColumnData) -> Numbers:
    read = np.array([_number(text) for text in [*data.texts, ""]], dtype=np.float64)
    return read[data.codes]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _parameters(rows: Rows, place: int, labels: Mapping[str, str]) -> list[tuple[str, float | str]]:
    """Return the parameters of a run that are not the same in all runs."""
    found: list[tuple[str, float | str]] = []
    for name in rows.columns:
        if not name.startswith("params."):
            continue
        data = rows.data(name)
        column: Any = data.codes if data.numbers is None else data.numbers
        same = (column == column[0]) | ((column != column) & (column[0] != column[0]))  # noqa: PLR0124 - NaN
        value = column[place]
        if same.all() or (value < 0 if data.numbers is None else np.isnan(value)):
            continue
        found.append((labels.get(name, name), data.texts[value] if data.numbers is None else float(value)))
    return found
