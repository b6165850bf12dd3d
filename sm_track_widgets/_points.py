"""Points and series through plain boto3: what a connection does where no faster path exists."""

from __future__ import annotations

import logging
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import repeat
from typing import Any, Literal

from sm_track_widgets import _raw
from sm_track_widgets._crew import TRIES, Crew
from sm_track_widgets._names import POINTS_PER_PUT, QUERIES_PER_GET
from sm_track_widgets._types import Params, Point, Refusal, Series

_logger = logging.getLogger("sm_track_widgets")
MILLISECONDS_FROM = 1e11
"""An x value above this cannot be seconds; which of the two BatchGetMetrics returns is documented nowhere [inf]."""

Axis = Literal["auto", "step", "time"]
"""What the x values of series are: steps, times, or steps where there are any."""
STEPS = {"MetricStat": "Last", "Period": "IterationNumber", "XAxisType": "IterationNumber"}
MINUTES = {"MetricStat": "Last", "Period": "OneMinute", "XAxisType": "Timestamp"}
"""A minute is the finest that the service offers by time [M]."""
AXES: dict[Axis, tuple[Params, ...]] = {"auto": (STEPS, MINUTES), "step": (STEPS,), "time": (MINUTES,)}
FAILED = frozenset({"InternalError", "ValidationError"})
"""What the Status of one query is where the call as a whole has gone well [M]."""
QUERY_TRIES = 3
"""Of one query whose Status is InternalError; those of a call are the crew's."""
POINTS_PER_GET = 50_000
"""Points expected of one call at most: while one answer is read, the service makes the next ones."""
NAMED = 3
"""Series named in a warning."""
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


def read_series(
    client: Any,
    arn: str,
    wanted: Sequence[tuple[str, str]],
    start: Sequence[int | None] | None = None,
    axis: Axis = "auto",
    *,
    expected: Sequence[int] | None = None,
) -> list[Series]:
    """Read the points of (component, metric) pairs by BatchGetMetrics, a hundred queries a call, calls side by side.

    Parameters
    ----------
    client
        ``sagemaker-metrics``, which tries a call once: further tries are made here, fewer at a time where the service
        says that there are too many.
    arn
        ARN of a component without its name: ``arn:aws:sagemaker:<region>:<account>:experiment-trial-component/``.
    wanted
        Pairs, in the order of the result.
    start
        For each pair the x value to begin at, a step or whole seconds since the epoch; None: from the beginning.
    axis
        ``"step"``: points with steps. ``"time"``: the last point of each minute, by its beginning. ``"auto"``: steps,
        and times of those that have no steps and no `start`.
    expected
        For each pair about how many points it has: calls are made smaller so that none brings very many.

    Returns
    -------
    list of Series
        One for each pair; empty where the service holds nothing. The service tells either steps or times: ``times``
        are NaN where steps were given, ``steps`` are -1 where none were. What it could not tell is empty too, and named
        in a warning of the logger ``sm_track_widgets``.

    Raises
    ------
    Exception
        Of boto3, for a call that no further try can cure, or that failed each time.
    """
    starts = [None] * len(wanted) if start is None else start
    found = [Series(component, metric) for component, metric in wanted]
    troubles: dict[int, str] = {}
    asked: Sequence[int] = range(len(wanted))
    for way in AXES[axis]:
        readings = [_reading(way, arn, *wanted[place], starts[place]) for place in asked]
        _read(client, readings, [expected[place] for place in asked] if expected else ())
        for place, reading in zip(asked, readings, strict=True):
            _fill(found[place], reading, starts[place])
            if reading.status in FAILED:
                troubles[place] = reading.message
        # After an InternalError there may be steps all the same.
        asked = [
            place
            for place, reading in zip(asked, readings, strict=True)
            if not reading.x and starts[place] is None and reading.status != "InternalError"
        ]
    _tell([(*wanted[place], text) for place, text in troubles.items() if not found[place].values])
    return found


def part_of(series: Series, start: int | None, axis: Axis) -> Series:
    """Return the points of a series that `read_series` would have been asked for, each as it was logged."""
    if start is None and axis != "step":
        return series
    x, least = (series.times, -float("inf")) if axis == "time" else (series.steps, 0)
    least = least if start is None else start
    kept = [place for place, value in enumerate(x) if value >= least]
    return Series(
        series.run,
        series.metric,
        array("q", [series.steps[place] for place in kept]),
        array("d", [series.times[place] for place in kept]),
        array("d", [series.values[place] for place in kept]),
    )


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
    _read(client, readings, tries=1)
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
    message: str = ""
    failed: int = 0
    x: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def take(self, result: Params) -> bool:
        """Add an answer; return whether there is more to ask for, which `query` then does.

        The next Start is the last x value once more, since the answer may have been cut between two points of it; a
        page of that one value alone is followed by the next x value.
        """
        self.status = str(result.get("Status"))
        if self.status in FAILED:
            return self._fail(result)
        x: list[int] = result.get("XAxisValues") or []
        values = _floats(result.get("MetricValues") or [])
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

    def _fail(self, result: Params) -> bool:
        """Forget the points: a part of a series looks like all of it."""
        self.message = " ".join(str(result.get("Message") or self.status).split())
        self.failed += 1
        if self.status == "InternalError" and self.failed < QUERY_TRIES:
            return True
        del self.x[:], self.values[:]
        return False


def _floats(values: list[float | str]) -> array[float]:
    """Return values as they stand in AWS's JSON, where NaN and infinity are texts."""
    try:
        return array("d", values)  # type: ignore[arg-type]  # the others are rare
    except TypeError:
        return array("d", map(float, values))


def _reading(way: Params, arn: str, component: str, metric: str, start: int | None) -> _Reading:
    query = {"MetricName": metric, "ResourceArn": f"{arn}{component}", **way}
    return _Reading(query if start is None else {**query, "Start": start})


def _read(
    client: Any, readings: Sequence[_Reading], expected: Sequence[int] = (), tries: int = TRIES
) -> None:
    """Ask for all readings, a hundred a call, until none is cut short."""

    def ask(block: list[_Reading]) -> list[Params]:
        answer: Params = client.batch_get_metrics(MetricQueries=[reading.query for reading in block])
        return _raw.body_of(answer)["MetricQueryResults"]

    def take(block: list[_Reading], results: list[Params]) -> list[list[_Reading]]:
        more = [reading for reading, result in zip(block, results, strict=True) if reading.take(result)]
        return [more] if more else []

    given_up = Crew(ask, tries=tries).run(_blocks(readings, expected), take)
    if given_up:
        raise given_up[0].error


def _blocks(readings: Sequence[_Reading], expected: Sequence[int]) -> list[list[_Reading]]:
    blocks: list[list[_Reading]] = []
    points = 0
    for reading, more in zip(readings, expected or repeat(0), strict=False):
        if not blocks or len(blocks[-1]) == QUERIES_PER_GET or points + more > POINTS_PER_GET:
            blocks.append([])
            points = 0
        blocks[-1].append(reading)
        points += more
    return blocks


def _tell(troubles: Sequence[tuple[str, str, str]]) -> None:
    """Warn in one line of series that could not be read: component, metric, what the service said."""
    if not troubles:
        return
    named = ", ".join(f"{metric!r} of {component}" for component, metric, _ in troubles[:NAMED])
    more = f" and {len(troubles) - NAMED} more" if len(troubles) > NAMED else ""
    _logger.warning("No points could be read of %s%s: %s", named, more, troubles[0][2])


def _metric_data(point: Point) -> Params:
    data: Params = {
        "MetricName": point.metric,
        "Timestamp": datetime.fromtimestamp(point.time, tz=timezone.utc),
        "Value": point.value,
    }
    if point.step is not None:
        data["Step"] = point.step
    return data


def _fill(series: Series, reading: _Reading, start: int | None) -> None:
    # A service that does not heed Start begins earlier.
    early = 0 if start is None else bisect_left(reading.x, start)
    x, series.values = reading.x[early:], reading.values[early:]
    if reading.query["XAxisType"] == STEPS["XAxisType"]:
        series.steps = x
        series.times = array("d", [float("nan")]) * len(x)
    else:
        series.steps = array("q", [-1]) * len(x)
        series.times = array("d", [value / 1000 if value > MILLISECONDS_FROM else value for value in x])
