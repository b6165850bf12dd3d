"""Points and series through plain boto3: what a connection does where no faster path exists."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
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
        for start in range(0, len(missing), QUERIES_PER_GET):
            block = missing[start : start + QUERIES_PER_GET]
            queries = [
                {"MetricName": wanted[i][1], "ResourceArn": f"{arn}{wanted[i][0]}", **axis} for i in block
            ]
            answer: Params = client.batch_get_metrics(MetricQueries=queries)
            for i, result in zip(block, answer["MetricQueryResults"], strict=True):
                _fill(found[i], result, by_step=axis["XAxisType"] == "IterationNumber")
        missing = [i for i in missing if not found[i].values]
    return found


def _metric_data(point: Point) -> Params:
    data: Params = {
        "MetricName": point.metric,
        "Timestamp": datetime.fromtimestamp(point.time, tz=timezone.utc),
        "Value": point.value,
    }
    if point.step is not None:
        data["Step"] = point.step
    return data


def _fill(series: Series, result: Params, *, by_step: bool) -> None:
    x: list[int] = result.get("XAxisValues") or []
    series.values = array("d", result.get("MetricValues") or [])
    if by_step:
        series.steps = array("q", x)
        series.times = array("d", [float("nan")]) * len(x)
    else:
        series.steps = array("q", [-1]) * len(x)
        series.times = array("d", [value / 1000 if value > MILLISECONDS_FROM else value for value in x])
