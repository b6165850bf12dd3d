"""Metric points out: BatchGetMetrics."""

from __future__ import annotations

from collections.abc import Mapping

from sm_track_widgets._types import Params, Series
from sm_track_widgets.embedded import points as storage
from sm_track_widgets.embedded.metric_groups import Columns, by_step, by_time
from sm_track_widgets.embedded.service import Service

PERIODS: Mapping[str, int] = {"OneMinute": 60, "FiveMinute": 300, "OneHour": 3600}  # seconds
LATE = 1.0
"""Seconds until a point is shown where `Rules.metrics_shown_at_once` is off."""
COMPONENT_KIND = "experiment-trial-component/"


def batch_get_metrics(service: Service, params: Params) -> Params:
    """BatchGetMetrics: one result per query, each with its own Status.

    X values are steps, or the starts of periods in seconds since the epoch [inf]; Start and End are in the
    same unit and both belong to the range [inf]. Points without a step are not on the step axis. Of several points
    of one step or period, Last is the one with the latest time, as in the summaries [inf]. A metric without points is
    Complete and empty [inf]. Results are whole unless the rules set a size from which they are Truncated [inf].
    """
    return {"MetricQueryResults": [_answer(service, query) for query in params["MetricQueries"]]}


def _answer(service: Service, query: Params) -> Params:
    trouble = _trouble(service, query)
    if trouble:
        return {"Status": "ValidationError", "Message": trouble, "XAxisValues": [], "MetricValues": []}
    connection = service.store.connection()
    key, metric = _component_key(query["ResourceArn"]), query["MetricName"]
    series = _shown(storage.read(connection, key, metric), _late(service, key, metric))
    positions, values = map(list, _columns(series, query))
    most = service.rules.truncated_at
    if most is None or len(positions) <= most:
        return {"Status": "Complete", "XAxisValues": positions, "MetricValues": values}
    return {
        "Status": "Truncated",
        "Message": f"The first {most} of {len(positions)} values; ask for the others with Start.",
        "XAxisValues": positions[:most],
        "MetricValues": values[:most],
    }


def _late(service: Service, key: str, metric: str) -> int:
    """Count the newest points of a metric that the rules do not let be seen yet."""
    if service.rules.metrics_shown_at_once:
        return 0
    since = service.clock() - LATE
    service.late[:] = [entry for entry in service.late if entry[0] > since]
    return sum(entry[1:] == (key, metric) for entry in service.late)


def _shown(series: Series, late: int) -> Series:
    """Return a series without its last `late` points."""
    if not late:
        return series
    end = len(series) - late
    return Series(series.run, series.metric, series.steps[:end], series.times[:end], series.values[:end])


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
    if query["XAxisType"] == "Timestamp":
        return by_time(series, stat, PERIODS[query["Period"]], start, end)
    return by_step(series, stat, start, end)
