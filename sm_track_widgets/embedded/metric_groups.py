"""Points of a series as BatchGetMetrics shows them: one value for each step or period, by a statistic.

In plain Python, since this package needs no numpy; what is in order already, the usual case, is never sorted or
collected point by point.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from operator import le, lt
from typing import TypeVar

from sm_track_widgets._types import Series
from sm_track_widgets.embedded.points import average, deviation

Columns = tuple[Sequence[int], Sequence[float]]
"""X values in ascending order, and as many metric values."""
_Number = TypeVar("_Number", int, float)
Groups = Iterator[tuple[int, int, int]]
"""For each x value: it, and where its points begin and end."""


def by_step(series: Series, stat: str, low: int | None, high: int | None) -> Columns:
    """Return one value for each step from `low` to `high`; points without a step are on no step."""
    steps: Sequence[int] = series.steps
    values: Sequence[float] = series.values
    low = max(low or 0, 0)
    if _all(lt, steps):
        begin, end = bisect_left(steps, low), len(steps) if high is None else bisect_right(steps, high)
        return _single(steps[begin:end], values[begin:end], stat)
    if stat == "Last" and not _all(le, series.times):
        order = sorted(range(len(steps)), key=series.times.__getitem__)
        steps, values = _picked(steps, order), _picked(values, order)
    if not _all(le, steps):
        order = sorted(range(len(steps)), key=steps.__getitem__)
        steps, values = _picked(steps, order), _picked(values, order)
    return _reduced(_step_groups(steps, low, high), values, stat)


def by_time(series: Series, stat: str, width: int, low: int | None, high: int | None) -> Columns:
    """Return one value for each period of `width` seconds that begins from `low` to `high`."""
    times: Sequence[float] = series.times
    values: Sequence[float] = series.values
    if not _all(le, times):
        order = sorted(range(len(times)), key=times.__getitem__)
        times, values = _picked(times, order), _picked(values, order)
    return _reduced(_time_groups(times, width, low, high), values, stat)


def _all(ordered: Callable[[float, float], bool], column: Sequence[float]) -> bool:
    """Whether `ordered` holds for all neighbours."""
    return all(map(ordered, column, islice(column, 1, None)))


def _picked(column: Sequence[_Number], order: Sequence[int]) -> list[_Number]:
    return list(map(column.__getitem__, order))


def _step_groups(steps: Sequence[int], low: int, high: int | None) -> Groups:
    begin = bisect_left(steps, low)
    stop = len(steps) if high is None else bisect_right(steps, high)
    while begin < stop:
        step = steps[begin]
        # Most steps have one point.
        alone = begin + 1 == stop or steps[begin + 1] != step
        end = begin + 1 if alone else bisect_right(steps, step, begin, stop)
        yield step, begin, end
        begin = end


def _time_groups(times: Sequence[float], width: int, low: int | None, high: int | None) -> Groups:
    begin, stop = 0, len(times)
    if low is not None:
        begin = bisect_left(times, -(-low // width) * width)
    while begin < stop:
        place = int(times[begin] // width) * width
        if high is not None and place > high:
            return
        after = place + width
        alone = begin + 1 == stop or times[begin + 1] >= after
        end = begin + 1 if alone else bisect_left(times, after, begin, stop)
        yield place, begin, end
        begin = end


def _single(steps: Sequence[int], values: Sequence[float], stat: str) -> Columns:
    if stat == "Count":
        return steps, [1.0] * len(steps)
    if stat == "StdDev":
        return steps, [0.0] * len(steps)
    return steps, values


def _reduced(groups: Groups, values: Sequence[float], stat: str) -> Columns:
    positions: list[int] = []
    found: list[float] = []
    reduce = STATS[stat]
    for place, begin, end in groups:
        positions.append(place)
        found.append(reduce(values, begin, end))
    return positions, found


STATS: Mapping[str, Callable[[Sequence[float], int, int], float]] = {
    "Min": lambda values, begin, end: min(values[begin:end]),
    "Max": lambda values, begin, end: max(values[begin:end]),
    "Avg": lambda values, begin, end: average(values[begin:end]),
    "Count": lambda _values, begin, end: float(end - begin),
    "StdDev": lambda values, begin, end: deviation(values[begin:end]),
    "Last": lambda values, _begin, end: values[end - 1],
}
"""Name -> (values in the order of their times, first, behind the last) -> one value."""
