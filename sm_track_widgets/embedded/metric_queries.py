"""Metric points out: BatchGetMetrics."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from operator import lt

from sm_track_widgets._types import Params, Series
from sm_track_widgets.embedded import points as storage
from sm_track_widgets.embedded.service import Service

PERIODS: Mapping[str, int] = {"OneMinute": 60, "FiveMinute": 300, "OneHour": 3600}  # seconds
COMPONENT_KIND = "experiment-trial-component/"

Columns = tuple[Sequence[int], Sequence[float]]
"""X values in ascending order, and as many metric values."""


def batch_get_metrics(service: Service, params: Params) -> Params:
    """BatchGetMetrics: one result per query, each with its own Status.

    X values are steps, or the starts of periods in seconds since the epoch [inf]; Start and End are in the
    same unit and both belong to the range [inf]. Points without a step are not on the step axis. Nothing is
    truncated [inf]. A metric without points is Complete and empty [inf].
    """
    return {"MetricQueryResults": [_answer(service, query) for query in params["MetricQueries"]]}


def _answer(service: Service, query: Params) -> Params:
    trouble = _trouble(service, query)
    if trouble:
        return {"Status": "ValidationError", "Message": trouble, "XAxisValues": [], "MetricValues": []}
    connection = service.store.connection()
    series = storage.read(connection, _component_key(query["ResourceArn"]), query["MetricName"])
    positions, values = _columns(series, query)
    return {"Status": "Complete", "XAxisValues": list(positions), "MetricValues": list(values)}


def _trouble(service: Service, query: Params) -> str:
    """Return why a query cannot be answered, or an empty text."""
    axis, period, arn = query["XAxisType"], query["Period"], query["ResourceArn"]
    if (axis == "IterationNumber") != (period == "IterationNumber"):
        return f"Period '{period}' cannot be used with XAxisType '{axis}'."
    start, end = query.get("Start"), query.get("End")
    if start is not None and end is not None and start > end:
        return "Start must not be after End."
    key = _component_key(arn)
    own = arn.lower() == service.arn(COMPONENT_KIND.rstrip("/"), key).lower()
    if not own or service.store.row("SELECT 1 FROM components WHERE key = ?", key) is None:
        return f"Resource '{arn}' does not exist."
    return ""


def _component_key(arn: str) -> str:
    return arn.partition(COMPONENT_KIND)[2].lower()


def _columns(series: Series, query: Params) -> Columns:
    stat, start, end = query["MetricStat"], query.get("Start"), query.get("End")
    low = -math.inf if start is None else start
    high = math.inf if end is None else end
    if query["XAxisType"] == "Timestamp":
        width = PERIODS[query["Period"]]
        places: Iterable[int] = [int(time // width) * width for time in series.times]
        return _grouped(places, series.values, stat, low, high)
    if start is None and end is None and _one_point_per_step(series.steps):
        return _single(series.steps, series.values, stat)
    return _grouped(series.steps, series.values, stat, max(low, 0), high)


def _one_point_per_step(steps: array[int]) -> bool:
    """Whether every point has a step, greater than the one before: the usual case, 20 times faster."""
    return (not steps or steps[0] >= 0) and all(map(lt, steps, islice(steps, 1, None)))


def _single(steps: Sequence[int], values: Sequence[float], stat: str) -> Columns:
    if stat == "Count":
        return steps, [1.0] * len(steps)
    if stat == "StdDev":
        return steps, [0.0] * len(steps)
    return steps, values


def _grouped(places: Iterable[int], values: Iterable[float], stat: str, low: float, high: float) -> Columns:
    groups: dict[int, list[float]] = {}
    for place, value in zip(places, values, strict=True):
        if low <= place <= high:
            groups.setdefault(place, []).append(value)
    reduce = STATS[stat]
    positions = sorted(groups)
    return positions, [reduce(groups[place]) for place in positions]


def _average(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _deviation(values: Sequence[float]) -> float:
    """Return the population deviation [inf]: the documentation does not say which one it is."""
    mean = _average(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


STATS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Min": min,
    "Max": max,
    "Avg": _average,
    "Count": lambda values: float(len(values)),
    "StdDev": _deviation,
    "Last": lambda values: values[-1],
}
