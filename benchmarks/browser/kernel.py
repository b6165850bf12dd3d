"""The kernel's side: pandas doing what a brush does, and a chart of many points read from the embedded home."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from sm_track_widgets._types import Point

BATCH = 100_000
NUMBERS, WHOLE, TEXTS = 30, 10, 10
HISTOGRAMS = 8
START = 1_790_000_000.0


def frame(rows: int) -> pd.DataFrame:
    """The frame of ``js/harness/bench_frame.ts``, by and large."""
    random = np.random.default_rng(17)
    columns = {f"params.n{i}": random.random(rows) * (i + 1) for i in range(NUMBERS)}
    columns |= {f"params.w{i}": random.integers(0, 8 + 40 * i, rows).astype(float) for i in range(WHOLE)}
    columns |= {f"params.t{i}": random.integers(0, 4 + 3 * i, rows).astype(str) for i in range(TEXTS)}
    return pd.DataFrame({"run": [f"run-{i}" for i in range(rows)], **columns})


def brush(rows: int, moves: int) -> list[float]:
    """Milliseconds of each move: filter by two columns, then eight histograms of what is left."""
    table = frame(rows)
    times: list[float] = []
    for move in range(moves):
        low = 0.2 + 0.8 * move / moves
        begin = time.perf_counter()
        kept = table[table["params.w0"].ge(1) & table["params.n1"].between(low, low + 0.9)]
        for name in list(kept.columns)[1 : HISTOGRAMS + 1]:
            np.histogram(kept[name].to_numpy(), bins=20)
        times.append(1000 * (time.perf_counter() - begin))
    return times


def encoded(rows: int) -> dict[str, float]:
    """Milliseconds from a frame to what is sent, and its megabytes."""
    from sm_track_widgets.widgets.selection.selection import Selection

    table = frame(rows)
    begin = time.perf_counter()
    selection = Selection(table)
    took = 1000 * (time.perf_counter() - begin)
    return {"ms": took, "MB": len(selection.get_state("_data")["_data"]) / 1e6}


def chart(runs: int, points: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds in which a chart of `runs` series of `points` has what it sends: all read, and read again."""
    from sm_track_widgets import connection
    from sm_track_widgets.embedded import metrics as bulk
    from sm_track_widgets.tracking.run import Run
    from sm_track_widgets.widgets.metric_chart import MetricChart

    found: dict[str, list[float]] = {"first": [], "again": []}
    with tempfile.TemporaryDirectory() as folder:
        home = connection.connect("embedded", path=Path(folder) / "store")
        for number in range(runs):
            with Run("large", f"run-{number}") as run:
                pass
            for batch in _points(points, number):
                bulk.append_points(home.embedded.engine.service, run.ref.component, batch, None)
        for place in range(rounds):
            begin = time.perf_counter()
            MetricChart("loss", experiment="large").close()
            found["again" if place else "first"].append(1000 * (time.perf_counter() - begin))
        connection.reset()
    return found


def _points(count: int, number: int) -> Iterator[list[Point]]:
    from sm_track_widgets._types import Point

    random = np.random.default_rng(number)
    for first in range(0, count, BATCH):
        steps = range(first, min(first + BATCH, count))
        values = (np.exp(-np.array(steps) / count * 4) + random.random(len(steps)) * 0.05).tolist()
        yield [Point("loss", value, step, START + step) for step, value in zip(steps, values, strict=True)]
