"""An embedded service on the path of AWS whose runs grow, and reading their series through the cache."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from sm_track_widgets import config
from sm_track_widgets._types import Point
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker, Rules
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.reading.series import read as series
from sm_track_widgets.reading.series import refresh as series_refresh
from sm_track_widgets.reading.series.rows import Pair, Summary

LONG_AGO = time.time() - 86400.0


class Home:
    """One service; its connection keeps series in ``data`` beside it."""

    def __init__(self, path: Path, rules: Rules | None = None) -> None:
        self.path = path
        self.service = EmbeddedSageMaker(path / "home", rules=rules)
        self.connection = self.another()

    def another(self, session: Any = None) -> Connection:
        """A connection as another kernel would have it."""
        session = session or self.service.boto_session()
        return Connection(config.resolve({"backend": "aws", "path": self.path / "data"}), session)

    def make(self, run: str) -> None:
        self.service.engine.call("sagemaker", "CreateTrialComponent", {"TrialComponentName": run})

    def delete(self, run: str) -> None:
        self.service.engine.call("sagemaker", "DeleteTrialComponent", {"TrialComponentName": run})

    def log(
        self, run: str, steps: Any, metric: str = "loss", since: float = LONG_AGO, scale: float = 2.0
    ) -> None:
        points = [Point(metric, step / scale, step, since + step) for step in steps]
        assert bulk.append_points(self.service.engine.service, run, points, None) == []

    def pair(self, run: str, metric: str = "loss") -> Pair:
        """A pair with the summary as it is now; asks the service directly, so that no call is counted."""
        told = self.service.engine.call("sagemaker", "DescribeTrialComponent", {"TrialComponentName": run})
        for one in told.get("Metrics", []):
            if one["MetricName"] == metric:
                summary = Summary(
                    one["Count"], one["Last"], one["TimeStamp"].timestamp(), told["CreationTime"].timestamp()
                )
                return Pair(run, run, metric, summary)
        return Pair(run, run, metric)

    def read(self, *pairs: Pair, axis: Any = "auto") -> tuple[int, list[Any]]:
        """Return how many calls it took, and the series."""
        before = self.connection.calls["BatchGetMetrics"]
        found = series.read_pairs(self.connection, pairs, axis)
        return self.connection.calls["BatchGetMetrics"] - before, found

    def steps(self, *pairs: Pair) -> tuple[int, list[list[int]]]:
        calls, found = self.read(*pairs)
        for one in found:
            assert len(one.steps) == len(one.times) == len(one.values)
        return calls, [list(one.steps) for one in found]


def file_of(home: Home) -> Path:
    cache = series_refresh.cache_of(home.connection)
    assert cache is not None
    return cache.path
