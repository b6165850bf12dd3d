"""CloudWatch, as far as the SDK's ``TrainingJobAnalytics`` asks it: the metrics that training jobs print."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sm_track_widgets._types import Params, Series
from sm_track_widgets.embedded import points
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.metric_groups import by_time
from sm_track_widgets.embedded.service import Operation, Service, stamp

NAMESPACE = "/aws/sagemaker/TrainingJobs"
DIMENSION = "TrainingJobName"
_STATS = {"SampleCount": "Count", "Average": "Avg", "Minimum": "Min", "Maximum": "Max"}


def _get_metric_statistics(service: Service, params: Params) -> Params:
    """GetMetricStatistics of a job's metric: its component's points by periods, Start in, End not [M].

    What is no metric of a training job has no data points, as any unknown metric on AWS.

    Raises
    ------
    ServiceError
        ``InvalidParameterCombination`` without Statistics [M]; percentiles are not offered.
    """
    wanted = params.get("Statistics", [])
    if not wanted or params.get("ExtendedStatistics"):
        text = "Statistics must be given; the embedded service offers no ExtendedStatistics."
        raise ServiceError("InvalidParameterCombination", text)
    dimensions = {each["Name"]: each["Value"] for each in params.get("Dimensions", [])}
    found: dict[int, Params] = {}
    if params["Namespace"] == NAMESPACE and set(dimensions) == {DIMENSION}:
        series = _series(service, dimensions[DIMENSION], params["MetricName"])
        width = params["Period"]
        low = int(service.moment(params["StartTime"]) // width) * width  # AWS rounds it down [D]
        high = math.ceil(service.moment(params["EndTime"])) - 1
        for name in {"SampleCount", *wanted}:
            places, values = by_time(series, _STATS.get(name, "Avg"), width, low, high)
            for place, value in zip(places, values, strict=True):
                found.setdefault(place, {"Timestamp": stamp(place), "Unit": "None"})[name] = value
    for point in found.values():
        count = point["SampleCount"] if "SampleCount" in wanted else point.pop("SampleCount")
        if "Sum" in wanted:
            point["Sum"] *= count
    return {"Label": params["MetricName"], "Datapoints": list(found.values())}


def _series(service: Service, job: str, metric: str) -> Series:
    row = service.store.row(
        "SELECT components.key FROM training_jobs JOIN components ON components.id = training_jobs.component_id "
        "WHERE training_jobs.key = ?",
        job.lower(),
    )
    return points.read(service.store.connection(), row["key"] if row else "", metric)


OPERATIONS: Mapping[str, Operation] = {"GetMetricStatistics": _get_metric_statistics}
