"""A connection on which calls with points stay without an answer."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

from botocore.exceptions import ConnectionClosedError

from sm_track_widgets._types import Point

LOST = ConnectionClosedError(endpoint_url="https://example.invalid")


class Unanswered:
    """Passes points on or not, as told for each call, and then breaks the connection; later calls go through.

    `script` holds ``"stored"``, ``"missing"`` or a number: so many points of the call are stored.
    """

    def __init__(self, connection: Any, script: list[Any], error: Exception = LOST) -> None:
        self._connection, self._script, self._error = connection, list(script), error
        self._lock = threading.Lock()
        self.sent: Counter[tuple[str, int | None]] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def put_points(self, component: str, points: list[Point], mark: Any = None) -> Any:
        with self._lock:
            act = self._script.pop(0) if self._script else None
            self.sent.update((point.metric, point.step) for point in points)
        if act is None:
            return self._connection.put_points(component, points, mark)
        stored = {"stored": points, "missing": []}.get(act, points[: act if isinstance(act, int) else 0])
        if stored:
            self._connection.put_points(component, stored, mark)
        raise self._error


def log(bench: Any, count: int, metric: str = "loss", first: int = 0) -> None:
    for step in range(first, first + count):
        bench.writer.metric(metric, float(step), step, time.time())


def counts(bench: Any, metric: str = "loss") -> dict[int, int]:
    """How many points the service has at each step."""
    arn = bench.component()["TrialComponentArn"]
    query = {"MetricName": metric, "ResourceArn": arn, "MetricStat": "Count"}
    query |= {"Period": "IterationNumber", "XAxisType": "IterationNumber"}
    client = bench.connection.client("sagemaker-metrics")
    (found,) = client.batch_get_metrics(MetricQueries=[query])["MetricQueryResults"]
    return dict(zip(found["XAxisValues"], map(int, found["MetricValues"]), strict=True))


def once(steps: range) -> dict[int, int]:
    return dict.fromkeys(steps, 1)


def told(bench: Any) -> tuple[int, int, int]:
    state = bench.ack.load()
    return state.delivered_points, state.held, state.refused
