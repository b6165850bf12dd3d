"""What a job prints: events of its log stream and points of its metrics, written while it runs."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from sm_track_widgets._types import Params, Point
from sm_track_widgets.embedded.metrics import append_points
from sm_track_widgets.embedded.service import Service

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
MAX_EVENT = 256 * 1024 - 26
"""Bytes of one event; CloudWatch Logs' limit [D]."""
MAX_FINAL_METRICS = 40  # FinalMetricDataList [M]
_TAIL = 60
_BREAKS = re.compile(rb"\r\n|\n|\r")
_BLOCK = 1 << 16


def stream_name(job: str, now: float) -> str:
    """Return the name of a job's log stream: ``<job>/algo-1-<seconds>``."""
    return f"{job}/algo-1-{int(now)}"


class Journal:
    """The log stream of one job, and its metrics.

    Lines come from any thread; `flush` writes them, from one.
    """

    def __init__(self, service: Service, record: Params, component: str | None) -> None:
        self._service = service
        self._component = component
        self._scrape = Scraper(record["AlgorithmSpecification"].get("MetricDefinitions", []))
        self._lines: deque[tuple[float, str]] = deque()
        self._errors: deque[str] = deque(maxlen=_TAIL)
        self._stream, self._position = self._open(stream_name(record["TrainingJobName"], time.time()))
        self.final: dict[str, Point] = {}

    def say(self, text: str) -> None:
        """Add lines of our own."""
        now = time.time()
        self._lines.extend((now, line) for line in text.splitlines())

    def read(self, source: IO[bytes], *, errors: bool) -> threading.Thread:
        """Add all lines of a pipe, from a thread of their own, until it is closed."""
        thread = threading.Thread(target=self._read, args=(source, errors), daemon=True)
        thread.start()
        return thread

    def errors(self) -> str:
        """Return the last lines that came from a pipe of errors."""
        return "\n".join(self._errors)

    def flush(self) -> None:
        """Write what came since the last time, lines and points in one transaction."""
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        if not lines:
            return
        points = [point for moment, line in lines for point in self._scrape(moment, line)]
        for point in points:
            self.final[point.metric] = point
        with self._service.store.atomic() as connection:
            connection.executemany(
                "INSERT INTO log_events (stream_id, position, time, message) VALUES (?, ?, ?, ?)",
                [(self._stream, self._position + n, moment, line) for n, (moment, line) in enumerate(lines)],
            )
            if points and self._component is not None:
                append_points(self._service, self._component, points, None)
        self._position += len(lines)

    def final_metrics(self) -> list[dict[str, Any]]:
        """Return FinalMetricDataList: the last value of each metric."""
        last = list(self.final.values())[:MAX_FINAL_METRICS]
        return [{"MetricName": p.metric, "Value": p.value, "Timestamp": p.time} for p in last]

    def _open(self, name: str) -> tuple[int, int]:
        with self._service.store.atomic() as connection:
            made = connection.execute(
                "INSERT INTO log_streams (log_group, name, created) VALUES (?, ?, ?)",
                (LOG_GROUP, name, time.time()),
            )
        assert made.lastrowid is not None
        return made.lastrowid, 0

    def _read(self, source: IO[bytes], errors: bool) -> None:  # noqa: FBT001
        rest = b""
        with source:
            while block := source.read1(_BLOCK):  # type: ignore[attr-defined]  # a BufferedReader
                *whole, rest = _BREAKS.split(rest + block)
                # "\r" at the end may be the half of "\r\n"; a line that never ends is cut.
                self._add(whole, errors=errors)
                if len(rest) > MAX_EVENT:
                    self._add([rest], errors=errors)
                    rest = b""
            self._add([rest] if rest else [], errors=errors)

    def _add(self, lines: Sequence[bytes], *, errors: bool) -> None:
        now = time.time()
        for raw in lines:
            for start in range(0, max(len(raw), 1), MAX_EVENT):
                line = raw[start : start + MAX_EVENT].decode("utf-8", "replace")
                if line.strip():
                    self._lines.append((now, line))
                if errors:
                    self._errors.append(line)


class Scraper:
    """Finds metrics in lines, by the regular expressions of the request."""

    def __init__(self, definitions: Sequence[Mapping[str, str]]) -> None:
        self._definitions = [(entry["Name"], re.compile(entry["Regex"])) for entry in definitions]

    def __call__(self, moment: float, line: str) -> Iterator[Point]:
        """Yield a point for each match whose first group is a number; metrics from a log have no step [inf]."""
        for name, pattern in self._definitions:
            for match in pattern.finditer(line):
                try:
                    value = float(match[1] if pattern.groups else match[0])
                except (TypeError, ValueError):
                    continue
                if math.isfinite(value):
                    yield Point(name, value, None, moment)
