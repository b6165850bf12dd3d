"""Rows to a frame, a million points to an envelope, a chart to JSON: ours beside what it replaces.

Both sides run in turn in one process, so that a machine that slows down slows both; the best of each and the ratio are
printed. Run: ``python benchmarks/reading.py [--runs 1000] [--rounds 5]``.
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from sm_track_widgets import _sdk, config
from sm_track_widgets._types import Point, Series
from sm_track_widgets.charts.metric_chart import metric_chart
from sm_track_widgets.charts.palette import mark
from sm_track_widgets.charts.prepare import prepare
from sm_track_widgets.connection import Connection
from sm_track_widgets.reading import frames, runs
from sm_track_widgets.reading.downsample import minmax
from sm_track_widgets.reading.table.decode import table_of

PARAMETERS, METRICS = 12, 3  # 12 + 3 * 6 statistics = 30 columns
POINTS, WIDTH = 1_000_000, 2000
CHART_RUNS, CHART_POINTS = 20, 2000
Timed = tuple[str, Callable[[], Any]]


def compare(title: str, theirs: Timed, ours: Timed, rounds: int, goal: str) -> None:
    """Run both in turn and print the best of each."""
    best = {name: float("inf") for name, _ in (theirs, ours)}
    for _ in range(rounds):
        for name, run in (theirs, ours):
            begin = time.perf_counter()
            run()
            best[name] = min(best[name], time.perf_counter() - begin)
    slow, fast = best[theirs[0]], best[ours[0]]
    print(f"\n{title} (goal: {goal})")
    for name, seconds in best.items():
        print(f"  {name:<46} {seconds * 1000:10.2f} ms")
    print(f"  {'ratio':<46} {slow / fast:10.1f} x")


def home(folder: Path, runs: int) -> Connection:
    """An embedded home with `runs` runs of 12 parameters and 3 metrics."""
    made = Connection(config.resolve({"backend": "embedded", "path": folder}))
    client = made.client("sagemaker")
    client.create_experiment(ExperimentName="bench")
    client.create_trial(TrialName="Default-Run-Group-bench", ExperimentName="bench")
    rng = np.random.default_rng(20240101)
    for place in range(runs):
        name = f"bench-run-{place:05}"
        parameters = {
            f"p{at}": {"NumberValue": float(value)} for at, value in enumerate(rng.random(PARAMETERS - 1))
        }
        client.create_trial_component(
            TrialComponentName=name,
            DisplayName=f"run-{place:05}",
            Status={"PrimaryStatus": "Completed"},
            StartTime=time.time(),
            Parameters={**parameters, "tree": {"StringValue": "hist"}},
        )
        client.associate_trial_component(TrialComponentName=name, TrialName="Default-Run-Group-bench")
        now = time.time()
        made.put_points(name, [Point(f"m{at}", float(rng.random()), 0, now) for at in range(METRICS)])
    return made


def rows_to_a_frame(count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        made = home(Path(folder), count)
        print(f"\nfilled an embedded home with {count} runs in {time.perf_counter() - begin:.1f} s")
        analytics = analytics_anew(made)
        sdk = ("SDK ExperimentAnalytics", lambda: analytics_anew(made).dataframe())
        ours = ("runs(cached=False)", lambda: runs("bench", cached=False, connection=made))
        compare(f"{count} runs x 30 columns, service included", sdk, ours, rounds, "pages of 100, no slower")
        records = analytics._get_trial_components()
        theirs = ("row dicts to a frame, as the SDK does", lambda: analytics_frame(analytics, records))
        mine = ("columns to a frame", lambda: frames.to_frame(table_of(records)))
        compare("the same records to a frame, no service", theirs, mine, rounds, "faster")
        made.close()


def analytics_anew(made: Connection) -> Any:
    """The SDK's reader; a used one asks with one filter more each time."""
    return _sdk.experiment_analytics("bench", made.sagemaker_session())


def analytics_frame(analytics: Any, records: list[Any]) -> pd.DataFrame:
    """What the SDK does to records once it has them."""
    return pd.DataFrame([analytics._reshape(record) for record in records])


def envelope(rounds: int) -> None:
    rng = np.random.default_rng(20240101)
    x, y = np.arange(POINTS), rng.normal(size=POINTS)
    y[123_456] = 99.0

    def grouped() -> pd.DataFrame:
        return pd.Series(y).groupby(x // (POINTS // WIDTH)).agg(["min", "max"])

    _, low, high = minmax(x, y, WIDTH)
    assert (low.min(), high.max(), len(high)) == (y.min(), 99.0, WIDTH)
    theirs, ours = ("pandas groupby min/max", grouped), ("minmax", lambda: minmax(x, y, WIDTH))
    compare("1M points to 2,000 buckets", theirs, ours, max(rounds, 20), "<= 3 ms")
    holes = y.copy()
    holes[::100] = np.nan
    spoilt = ("minmax, every 100th value NaN", lambda: minmax(x, holes, WIDTH))
    compare("the same with gaps", theirs, spoilt, max(rounds, 20), "<= 3 ms")


def chart(rounds: int) -> None:
    rng = np.random.default_rng(20240101)
    steps, times = array("q", range(CHART_POINTS)), array("d", range(CHART_POINTS))
    series = [
        Series(f"run-{at}", "loss", steps, times, array("d", rng.normal(size=CHART_POINTS)))
        for at in range(CHART_RUNS)
    ]
    marks = [mark(at) for at in range(CHART_RUNS)]

    table = pd.concat(
        pd.DataFrame({"run": one.run, "x": np.asarray(one.steps), "y": np.asarray(one.values)})
        for one in series
    )

    def inline() -> str:
        with alt.data_transformers.enable(max_rows=None):
            built = alt.Chart(table).mark_line().encode(x="x:Q", y="y:Q", color="run:N")
            return json.dumps(built.to_dict())

    def ours() -> str:
        return json.dumps(metric_chart(prepare(series, marks), title="loss").to_dict(), separators=(",", ":"))

    compare(
        f"Altair chart of {CHART_RUNS} runs x {CHART_POINTS} points, built and serialised (altair {alt.__version__})",
        (f"inline rows, {len(inline()) // 1024} KiB", inline),
        (f"metric_chart, {len(ours()) // 1024} KiB", ours),
        rounds,
        "<= 25 ms, <= 400 KiB",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="runs in the embedded home (default 1000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side runs (default 5)")
    asked = parser.parse_args()
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__}, {platform.machine()}"
    )
    envelope(asked.rounds)
    chart(asked.rounds)
    rows_to_a_frame(asked.runs, asked.rounds)


if __name__ == "__main__":
    main()
