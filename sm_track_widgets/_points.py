"""Points and series through plain boto3: what a connection does where no faster path exists."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sm_track_widgets._names import POINTS_PER_PUT, QUERIES_PER_GET
from sm_track_widgets._types import Params, Point, Refusal, Series

MILLISECONDS_FROM = 1e11
"""An x value above this cannot be seconds; which of the two BatchGetMetrics returns is documented nowhere [inf]."""

AXES = (
    {"MetricStat": "Last", "Period": "IterationNumber", "XAxisType": "IterationNumber"},
    {"MetricStat": "Last", "Period": "OneMinute", "XAxisType": "Timestamp"},
)
"""Steps first; a metric without steps is then read by the minute, the finest the service offers [M]."""
COUNTS = {"MetricStat": "Count", "Period": "IterationNumber", "XAxisType": "IterationNumber"}


def put_points(client: Any, component: str, points: Sequence[Point]) -> list[Refusal]:
    """Send `points` of one component by BatchPutMetrics, ten a call, in order.

    Returns
    -------
    list of Refusal
        Points the service did not take; ``index`` counts within `points`.
    """
    refusals: list[Refusal] = []
    for start in range(0, len(points), POINTS_PER_PUT):
        batch = points[start : start + POINTS_PER_PUT]
        answer: Params = client.batch_put_metrics(
            TrialComponentName=component, MetricData=[_metric_data(point) for point in batch]
        )
        for error in answer.get("Errors") or ():
            code = str(error.get("Code", ""))
            metric = batch[error["MetricIndex"]].metric
            refusals.append(Refusal(start + error["MetricIndex"], code, f"{code} for metric {metric!r}"))
    return refusals


def read_series(client: Any, arn: str, wanted: Sequence[tuple[str, str]]) -> list[Series]:
    """Read the points of (component, metric) pairs by BatchGetMetrics, a hundred queries a call.

    Parameters
    ----------
    client
        ``sagemaker-metrics``.
    arn
        ARN of a component without its name: ``arn:aws:sagemaker:<region>:<account>:experiment-trial-component/``.
    wanted
        Pairs, in the order of the result.

    Returns
    -------
    list of Series
        One for each pair; empty where the service holds nothing. The service tells either steps or times: ``times``
        are NaN where steps were given, ``steps`` are -1 where none were.
    """
    found = [Series(component, metric) for component, metric in wanted]
    missing = list(range(len(wanted)))
    for axis in AXES:
        readings = [
            _Reading({"MetricName": wanted[i][1], "ResourceArn": f"{arn}{wanted[i][0]}", **axis})
            for i in missing
        ]
        _read(client, readings)
        for i, reading in zip(missing, readings, strict=True):
            _fill(found[i], reading, by_step=axis["XAxisType"] == "IterationNumber")
        missing = [i for i in missing if not found[i].values]
    return found


def count_points(client: Any, arn: str, metrics: Sequence[str]) -> list[dict[int, int] | None]:
    """Count the points of metrics of one component at each step, by BatchGetMetrics.

    Whole series are asked for: an answer to a Start or End that the service reads otherwise than we think [inf] could
    not be told from an empty one.

    Returns
    -------
    list of dict or None
        Step -> number of points, for each of `metrics`; None where the service did not give all of it.
    """
    readings = [_Reading({"MetricName": metric, "ResourceArn": arn, **COUNTS}) for metric in metrics]
    _read(client, readings)
    return [
        dict(zip(reading.x, map(round, reading.values), strict=True))
        if reading.status == "Complete"
        else None
        for reading in readings
    ]


@dataclass(slots=True)
class _Reading:
    """One query, and what has come of it so far; x values ascend; `status` is that of the last answer."""

    query: Params
    status: str = ""
    x: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def take(self, result: Params) -> bool:
        """Add an answer; return whether there is more to ask for, which `query` then does.

        The next Start is the last x value once more, since the answer may have been cut between two points of it; a
        page of that one value alone is followed by the next x value.
        """
        self.status = str(result.get("Status"))
        x: list[int] = result.get("XAxisValues") or []
        values: list[float] = result.get("MetricValues") or []
        fresh = bisect_left(x, self.x[-1]) if self.x else 0
        if self.x and fresh < len(x) and x[fresh] == self.x[-1]:
            self.x.pop()
            self.values.pop()
        self.x.extend(x[fresh:])
        self.values.extend(values[fresh:])
        asked = self.query.get("Start")
        if result.get("Status") != "Truncated" or not x or (asked is not None and x[-1] < asked):
            return False  # the last: a service that does not heed Start would be asked for ever
        self.query["Start"] = x[-1] + 1 if x[-1] == asked else x[-1]
        return True


def _read(client: Any, readings: Sequence[_Reading]) -> None:
    """Ask for all readings, a hundred a call, until none is cut short."""
    while readings:
        unfinished: list[_Reading] = []
        for start in range(0, len(readings), QUERIES_PER_GET):
            block = readings[start : start + QUERIES_PER_GET]
            answer: Params = client.batch_get_metrics(MetricQueries=[reading.query for reading in block])
            for reading, result in zip(block, answer["MetricQueryResults"], strict=True):
                if reading.take(result):
                    unfinished.append(reading)
        readings = unfinished


def _metric_data(point: Point) -> Params:
    data: Params = {
        "MetricName": point.metric,
        "Timestamp": datetime.fromtimestamp(point.time, tz=timezone.utc),
        "Value": point.value,
    }
    if point.step is not None:
        data["Step"] = point.step
    return data


def _fill(series: Series, reading: _Reading, *, by_step: bool) -> None:
    x, series.values = reading.x, reading.values
    if by_step:
        series.steps = x
        series.times = array("d", [float("nan")]) * len(x)
    else:
        series.steps = array("q", [-1]) * len(x)
        series.times = array("d", [value / 1000 if value > MILLISECONDS_FROM else value for value in x])
