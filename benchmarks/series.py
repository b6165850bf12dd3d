"""Series from a service that takes its time, a million points to what a chart shows: ours beside what it replaces.

The service is the embedded one over HTTP, in a process of its own, that waits 50 ms at each call. All sides run in turn
in one process, so that a machine that slows down slows all; the best of each and the ratio to the first are printed.
Run: ``python benchmarks/series.py [--rounds 5] [--latency 0.05]``.
"""

# ruff: noqa: PD011  # values are those of our own Series

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sm_track_widgets import _points, config
from sm_track_widgets._types import Point, Series
from sm_track_widgets.connection import Connection
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.reading.curves import envelope, smooth
from sm_track_widgets.reading.series import read as series
from sm_track_widgets.reading.series import refresh as series_refresh
from sm_track_widgets.reading.series.rows import Kept, Pair, Summary
from sm_track_widgets.serve.session import ServedSession

MILLION, WIDTH = 1_000_000, 2000
LONG_AGO = time.time() - 86400
Timed = tuple[str, Callable[[], Any]]


def compare(title: str, rounds: int, goal: str, *sides: Timed) -> None:
    """Run all sides in turn and print the best of each."""
    best = {name: float("inf") for name, _ in sides}
    for _ in range(rounds):
        for name, run in sides:
            begin = time.perf_counter()
            run()
            best[name] = min(best[name], time.perf_counter() - begin)
    slow = best[sides[0][0]]
    print(f"\n{title} (goal: {goal})")
    for name, seconds in best.items():
        print(f"  {name:<58} {seconds * 1000:10.2f} ms {slow / seconds:8.1f} x")


def fill(home: EmbeddedSageMaker, runs: int, points: int) -> list[Pair]:
    """Make runs of one metric; return what is read, with what Search would tell."""
    rng = np.random.default_rng(20240101)
    pairs: list[Pair] = []
    for place in range(runs):
        name = f"{runs}-{points}-run-{place:05}"
        home.engine.call("sagemaker", "CreateTrialComponent", {"TrialComponentName": name})
        logged = [
            Point("loss", value, at, LONG_AGO + at)
            for at, value in enumerate(rng.normal(size=points).tolist())
        ]
        bulk.append_points(home.engine.service, name, logged, None)
        pairs.append(Pair(name, name, "loss", Summary(points, logged[-1].value, logged[-1].time, LONG_AGO)))
    return pairs


@contextmanager
def served(folder: Path, latency: float) -> Generator[str, None, None]:
    """Serve a store by a process of its own; gives its address."""
    words = ["-m", "sm_track_widgets.serve", "--path", str(folder), "--latency", str(latency), "--print-env"]
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            name, _, value = line.removeprefix("export ").strip().partition("=")
            if name == "AWS_ENDPOINT_URL":
                yield value.strip("'\"")
                return
    finally:
        process.terminate()
        process.wait()


def old_way(client: Any, arn: str, pairs: Sequence[Pair]) -> list[Series]:
    """A hundred queries a call, one call after the other, as it was done before."""
    found: list[Series] = []
    for begin in range(0, len(pairs), 100):
        block = pairs[begin : begin + 100]
        queries = [
            {"MetricName": one.metric, "ResourceArn": f"{arn}{one.component}", **_points.STEPS}
            for one in block
        ]
        results = client.batch_get_metrics(MetricQueries=queries)["MetricQueryResults"]
        for one, result in zip(block, results, strict=True):
            steps, values = array("q", result["XAxisValues"]), array("d", result["MetricValues"])
            found.append(Series(one.component, one.metric, steps, array("d", [np.nan]) * len(steps), values))
    return found


def reading(rounds: int, latency: float) -> None:
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        home = EmbeddedSageMaker(folder / "home")
        worlds = [(runs, points, fill(home, runs, points)) for runs, points in ((20, 10_000), (1000, 100))]
        home.close()
        with served(folder / "home", latency) as address:
            session = ServedSession(address, "us-east-1")
            connection = Connection(config.resolve({"backend": "aws", "path": folder / "data"}), session)
            cache = series_refresh.cache_of(connection)
            assert cache is not None
            client = connection.client("sagemaker-metrics")
            arn = f"arn:aws:sagemaker:us-east-1:{connection.account_id}:experiment-trial-component/"
            for runs, points, pairs in worlds:

                def first(pairs: list[Pair] = pairs) -> list[Any]:
                    cache.path.unlink(missing_ok=True)
                    return series.read_pairs(connection, pairs)

                def again(pairs: list[Pair] = pairs) -> list[Any]:
                    return series.read_pairs(connection, pairs)

                def sequential(pairs: list[Pair] = pairs) -> list[Any]:
                    return old_way(client, arn, pairs)

                assert [one.values for one in first()] == [one.values for one in sequential()]
                compare(
                    f"{runs} series of {points} points, {latency * 1000:.0f} ms a call",
                    rounds,
                    "a second time at once",
                    ("one call after the other, as before", sequential),
                    ("ours, side by side, nothing known; kept", first),
                    ("ours, finished runs a second time", again),
                    ("ours, each run grown by 5%", lambda pairs=pairs: grown(connection, cache, pairs)),
                )


def grown(connection: Connection, cache: Any, pairs: Sequence[Pair]) -> None:
    """Read runs of which all but the last 5% of the points are known; includes forgetting those."""
    shorter: list[Kept] = []
    for one in cache.find([(pair.component, pair.metric, "auto") for pair in pairs]):
        cut, count = one.series, len(one.series) * 95 // 100
        part = Series(cut.run, cut.metric, cut.steps[:count], cut.times[:count], cut.values[:count])
        shorter.append(Kept(part, Summary(count, part.values[-1], LONG_AGO, LONG_AGO)))
    cache.keep(shorter)
    series.read_pairs(connection, pairs)


def envelopes(rounds: int) -> None:
    rng = np.random.default_rng(20240101)
    x, y = np.arange(MILLION), rng.normal(size=MILLION)
    y[123_456] = 99.0

    def grouped() -> pd.DataFrame:
        return pd.Series(y).groupby(x // (MILLION // WIDTH)).agg(["min", "max"])

    _, low, high = envelope(x, y, WIDTH)
    assert (low.min(), high.max(), len(high)) == (y.min(), 99.0, WIDTH)
    holes = y.copy()
    holes[::100] = np.nan
    compare(
        "1M points to 2,000 pixels",
        max(rounds, 20),
        "<= 3 ms",
        ("pandas groupby min/max", grouped),
        ("envelope", lambda: envelope(x, y, WIDTH)),
        ("envelope, every 100th value NaN", lambda: envelope(x, holes, WIDTH)),
        ("envelope of the middle fifth", lambda: envelope(x, y, WIDTH, (400_000, 600_000))),
    )


def smoothing(rounds: int) -> None:
    y = np.random.default_rng(20240101).normal(size=MILLION)
    kernel = np.exp(-0.5 * (np.arange(-800, 801) / 200) ** 2)

    def weighted() -> Any:
        return np.convolve(y, kernel, "same") / np.convolve(np.ones(MILLION), kernel, "same")

    def rolling() -> Any:
        return pd.Series(y).rolling(51, center=True, min_periods=1).mean()

    ema = ("ema 0.9", lambda: smooth(y, "ema", 0.9))
    compare("1M points, exponential", rounds, "no loop", ema)
    # pandas takes values off its sums again, and is wrong behind a spike of 1e20.
    mean = ("mean of 51", lambda: smooth(y, "mean", 51))
    compare("1M points, moving mean", rounds, "no loop", ("pandas rolling, 51", rolling), mean)
    gauss = ("gauss, sigma 200", lambda: smooth(y, "gauss", 200))
    compare("1M points, Gaussian", rounds, "no loop", ("numpy, point by point, sigma 200", weighted), gauss)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each side runs (default 5)")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds of each call (default 0.05)")
    asked = parser.parse_args()
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}, {platform.machine()}"
    )
    envelopes(asked.rounds)
    smoothing(asked.rounds)
    reading(asked.rounds, asked.latency)


if __name__ == "__main__":
    main()
