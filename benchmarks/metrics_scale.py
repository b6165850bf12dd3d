"""Metric points at scale: written in tens and in bulk, read whole and by BatchGetMetrics, as the store grows.

The baseline is what one writes first: a SQLite table with a row for each point and an index on (run, metric, step),
committed in the same batches. At each size the same things are measured in both, in turn, the best of some rounds.
Run: ``python benchmarks/metrics_scale.py [--sizes 100000 1000000 10000000] [--rounds 3] [--baseline-up-to 1000000]``.
"""

from __future__ import annotations

import argparse
import math
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sm_track_widgets._types import JournalMark, Point
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded.engine import Engine
from sm_track_widgets.embedded.points import CHUNK_POINTS

SERIES = 1000  # points in each of the many small series
TENS, BULK_POINTS = 300, 100_000  # calls, points
ARN = "arn:aws:sagemaker:us-east-1:000000000000:experiment-trial-component/"
START = 1_760_000_000.0
MANY = 500  # metrics of one component


def best(rounds: int, run: Callable[[], Any]) -> float:
    """Seconds of the quickest round."""
    found = math.inf
    for _ in range(rounds):
        begin = time.perf_counter()
        run()
        found = min(found, time.perf_counter() - begin)
    return found


class Ours:
    """The embedded service."""

    def __init__(self, folder: Path) -> None:
        self.engine = Engine(folder)
        self.sent = 0

    def batch(self, _run: str, metric: str, first: int, count: int) -> list[Point]:
        return [
            Point(metric, number * 0.25, number, START + number) for number in range(first, first + count)
        ]

    def put(self, run: str, batch: list[Point]) -> None:
        self.sent += len(batch)
        bulk.append_points(self.engine.service, run, batch, JournalMark("bench", self.sent))

    def make(self, run: str) -> None:
        self.engine.call("sagemaker", "CreateTrialComponent", {"TrialComponentName": run})

    def tens(self, run: str) -> None:
        """As BatchPutMetrics takes them, checks included."""
        for call in range(TENS):
            data = [
                {"MetricName": "tens", "Timestamp": time.time(), "Value": 0.5, "Step": call * 10 + at}
                for at in range(10)
            ]
            self.engine.call(
                "sagemaker-metrics", "BatchPutMetrics", {"TrialComponentName": run, "MetricData": data}
            )

    def read(self, run: str, metric: str) -> int:
        return len(bulk.read_points(self.engine.service, [(run, metric)])[0])

    def summaries(self, run: str) -> int:
        return len(
            self.engine.call("sagemaker", "DescribeTrialComponent", {"TrialComponentName": run})["Metrics"]
        )

    def delete(self, run: str) -> None:
        self.engine.call("sagemaker", "DeleteTrialComponent", {"TrialComponentName": run})

    def get(self, run: str, metric: str, stat: str, period: str) -> int:
        axis = "IterationNumber" if period == "IterationNumber" else "Timestamp"
        query = {"MetricName": metric, "ResourceArn": ARN + run, "MetricStat": stat, "Period": period}
        params = {"MetricQueries": [{**query, "XAxisType": axis}]}
        (result,) = self.engine.call("sagemaker-metrics", "BatchGetMetrics", params)["MetricQueryResults"]
        return len(result["MetricValues"])

    def search(self) -> int:
        expression = {"Filters": [{"Name": "Metrics.m001.Last", "Operator": "GreaterThan", "Value": "1"}]}
        found = self.engine.call(
            "sagemaker", "Search", {"Resource": "ExperimentTrialComponent", "SearchExpression": expression}
        )
        return len(found["Results"])

    def close(self) -> int:
        self.engine.close()
        return (self.engine.service.folder / "store.sqlite").stat().st_size


class Rows:
    """One row for each point."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.path = folder / "rows.sqlite"
        self.sql = sqlite3.connect(self.path, isolation_level=None)
        self.sql.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
            "CREATE TABLE points (run TEXT, metric TEXT, step INTEGER, time REAL, value REAL); "
            "CREATE INDEX points_series ON points (run, metric, step);"
        )

    def batch(self, run: str, metric: str, first: int, count: int) -> list[Any]:
        return [
            (run, metric, number, START + number, number * 0.25) for number in range(first, first + count)
        ]

    def put(self, _run: str, batch: list[Any]) -> None:
        self.sql.execute("BEGIN")
        self.sql.executemany("INSERT INTO points VALUES (?, ?, ?, ?, ?)", batch)
        self.sql.execute("COMMIT")

    def make(self, run: str) -> None:
        """Nothing: there are only points."""

    def tens(self, run: str) -> None:
        for call in range(TENS):
            self.put(run, self.batch(run, "tens", call * 10, 10))

    def read(self, run: str, metric: str) -> int:
        sql = "SELECT step, time, value FROM points WHERE run = ? AND metric = ? ORDER BY rowid"
        return len(self.sql.execute(sql, (run, metric)).fetchall())

    def summaries(self, run: str) -> int:
        sql = "SELECT metric, count(*), min(value), max(value), avg(value) FROM points WHERE run = ? GROUP BY metric"
        return len(self.sql.execute(sql, (run,)).fetchall())

    def delete(self, run: str) -> None:
        self.sql.execute("DELETE FROM points WHERE run = ?", (run,))

    def close(self) -> int:
        self.sql.close()
        return self.path.stat().st_size


def add(store: Ours | Rows, run: str, metric: str, count: int) -> float:
    """Write `count` points of one series in bulk; return the seconds that took, without making them."""
    spent = 0.0
    for first in range(0, count, BULK_POINTS):
        batch: Any = store.batch(run, metric, first, min(BULK_POINTS, count - first))
        begin = time.perf_counter()
        store.put(run, batch)
        spent += time.perf_counter() - begin
    return spent


def fill(store: Ours | Rows, size: int) -> float:
    """Write `size` points: small series in all of them, and one of a tenth of all, at most a million."""
    large = min(size // 10, 1_000_000)
    store.make("large")
    spent = add(store, "large", "loss", large)
    for number in range((size - large) // SERIES):
        run = f"run-{number // 10}"
        if number % 10 == 0:
            store.make(run)
        spent += add(store, run, f"m{number % 10:03}", SERIES)
    return spent


def measure(store: Ours | Rows, rounds: int) -> Iterator[tuple[str, float]]:
    """(what, seconds) of everything both can do."""
    store.make("new")
    store.make("many")
    yield f"{TENS * 10} points in calls of ten", best(rounds, lambda: store.tens("new"))
    yield f"{BULK_POINTS} points in bulk", min(add(store, "new", "bulk", BULK_POINTS) for _ in range(rounds))
    yield "read a series of 1,000", best(rounds * 5, lambda: store.read("run-1", "m001"))
    for number in range(MANY):
        add(store, "many", f"m{number:03}", 10)
    yield f"summaries of {MANY} metrics of a run", best(rounds, lambda: store.summaries("many"))
    store.make("million")
    add(store, "million", "loss", 1_000_000)
    yield "read a series of 1,000,000", best(rounds, lambda: store.read("million", "loss"))
    yield "delete a run of 1,000,000 points", best(1, lambda: store.delete("million"))


def measure_ours(store: Ours, rounds: int) -> Iterator[tuple[str, float]]:
    store.make("again")
    add(store, "again", "loss", 1_000_000)
    asked = (("Last", "IterationNumber"), ("Avg", "OneMinute"), ("StdDev", "OneMinute"), ("Max", "OneHour"))
    for stat, period in asked:
        text = f"BatchGetMetrics 1,000,000: {stat} by {period}"
        yield text, best(rounds, lambda stat=stat, period=period: store.get("again", "loss", stat, period))
    yield "Search by a metric, a page of ten", best(rounds, store.search)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=3, help="how often each thing runs (default 3)")
    parser.add_argument(
        "--baseline-up-to", type=int, default=1_000_000, help="leave the baseline out of larger stores"
    )
    asked = parser.parse_args()
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, chunks of {CHUNK_POINTS} points"
    )
    table: dict[str, list[str]] = {}
    for size in asked.sizes:
        for label, make in (("ours", Ours), ("rows", Rows)):
            if label == "rows" and size > asked.baseline_up_to:
                continue
            with tempfile.TemporaryDirectory() as folder:
                store: Ours | Rows = make(Path(folder) / label)
                seconds = fill(store, size)
                table.setdefault(f"{label:5} filled, points a second", []).append(f"{size / seconds:,.0f}")
                found = list(measure(store, asked.rounds))
                if isinstance(store, Ours):
                    found += list(measure_ours(store, asked.rounds))
                for what, spent in found:
                    table.setdefault(f"{label:5} {what}, ms", []).append(f"{spent * 1000:,.2f}")
                table.setdefault(f"{label:5} size of the file, MB", []).append(f"{store.close() / 1e6:,.0f}")
    print(f"\n{'points in the store':60}" + "".join(f"{size:>14,}" for size in asked.sizes))
    for what, values in sorted(table.items(), key=lambda item: (item[0][5:], item[0])):
        print(f"{what:60}" + "".join(f"{value:>14}" for value in values))


if __name__ == "__main__":
    main()
