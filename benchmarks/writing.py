"""What tracking costs the loop and what survives: ours beside the SDK, MLflow, W&B offline and trackio.

    make bench-writing        environments, figures, the table of docs/benchmarks.md
    .venv/sdk2/bin/python benchmarks/writing.py [--rounds 3] [--only ours-aws,wandb] [--latency 0.05] [--write FILE]

Each tracker runs in an environment of its own and in fresh processes (``benchmarks/writers``), all of them in turn in
each round; the median of the rounds is shown. The SDK and ours on AWS talk to the same loopback server, which answers
each call `--latency` seconds late. On a shared machine seconds drift up to two times: trust ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sm_track_widgets._types import RunRef
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve import Faults, Server
from sm_track_widgets.tracking.journal.writer import JournalHeader, JournalWriter

ROOT = Path(__file__).parents[1]
WRITERS = Path(__file__).parent / "writers"
BEGIN, END = "<!-- bench-writing: begin -->", "<!-- bench-writing: end -->"
PATIENCE = 300
Figures = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Tracker:
    """A column of the table: which Python runs which script, whether it talks to the server, what it keeps safe."""

    key: str
    title: str
    python: str
    script: str
    served: bool
    durable: str


TRACKERS = (
    Tracker(
        key="ours-aws",
        title="ours, AWS",
        python="sdk2",
        script="ours.py",
        served=True,
        durable="mapped memory, at once",
    ),
    Tracker(
        key="ours-embedded",
        title="ours, embedded",
        python="sdk2",
        script="ours.py",
        served=False,
        durable="mapped memory, at once",
    ),
    Tracker(
        key="sdk",
        title="SageMaker SDK",
        python="sdk2",
        script="sdk.py",
        served=True,
        durable="the service, by tens",
    ),
    Tracker(
        key="mlflow",
        title="MLflow",
        python="bench-mlflow",
        script="mlflow_writer.py",
        served=False,
        durable="SQLite, at once",
    ),
    Tracker(
        key="wandb",
        title="W&B offline",
        python="bench-wandb",
        script="wandb_writer.py",
        served=False,
        durable="a file, later, by its service process",
    ),
    Tracker(
        key="trackio",
        title="trackio",
        python="bench-trackio",
        script="trackio_writer.py",
        served=False,
        durable="SQLite, later, by a thread",
    ),
)


class Bench:
    """Runs tasks of trackers, each in a process of its own on a folder of its own."""

    def __init__(self, folder: Path, latency: float) -> None:
        self._folder, self._latency = folder, latency
        self._turn = 0

    def figures(self, tracker: Tracker) -> Figures:
        """Measure everything of one tracker once."""
        found: Figures = {}
        with self._served(tracker) as (environment, calls):
            found |= self._task(tracker, "calls", environment)
            begin = calls()
            self._task(tracker, "open", {**environment, "BENCH_RUNS": "1"})
            middle = calls()
            found |= self._task(tracker, "open", {**environment, "BENCH_RUNS": "2"})
            # What a process asks once is in both; the second run's own calls are the difference.
            found["calls"] = (calls() - middle) - (middle - begin) if tracker.served else None
        with self._served(tracker) as (environment, _):
            found |= self._task(tracker, "loop", environment)
        with self._served(tracker) as (environment, _):
            self._task(tracker, "kill", environment)
            found |= self._task(tracker, "found", environment)
        return found

    def _task(self, tracker: Tracker, task: str, environment: dict[str, str]) -> Figures:
        python = ROOT / ".venv" / tracker.python / "bin" / "python"
        command = [str(python), str(WRITERS / tracker.script), task, environment["BENCH_FOLDER"]]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        if task == "kill":
            return {}
        if done.returncode:
            raise SystemExit(f"{tracker.title}, {task}:\n{done.stderr[-2000:]}")
        return json.loads(done.stdout.splitlines()[-1])  # trackers greet before it

    def _served(self, tracker: Tracker) -> _Place:
        self._turn += 1
        return _Place(self._folder / str(self._turn), self._latency if tracker.served else None)


class _Place:
    """A folder and an environment for one task, with the server where it is needed."""

    def __init__(self, folder: Path, latency: float | None) -> None:
        folder.mkdir(parents=True)
        self._folder, self._latency = folder, latency
        self._server: Server | None = None

    def __enter__(self) -> tuple[dict[str, str], Callable[[], int]]:
        own = {"BENCH_FOLDER": str(self._folder / "data"), "SM_TRACK_HOME": str(self._folder / "home")}
        if self._latency is None:
            return {**os.environ, **own, "SM_TRACK_BACKEND": "embedded"}, lambda: 0
        self._server = Server(
            EmbeddedSageMaker(self._folder / "account"), faults=Faults(self._latency)
        ).start()
        environment = {**os.environ, **own, **self._server.environment(), "SM_TRACK_BACKEND": "aws"}
        return environment, self._opening_calls

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.stop()

    def _opening_calls(self) -> int:
        assert self._server is not None
        points = {"BatchPutMetrics", "BatchGetMetrics"}
        return sum(count for name, count in self._server.calls.items() if name not in points)


def journal_rate(folder: Path) -> float:
    """Points per second into the journal alone."""
    header = JournalHeader(
        "0" * 32, "embedded", "0" * 12, "us-east-1", "", RunRef("e", "g", "r", "e-r"), 1, 0.0
    )
    writer = JournalWriter(folder / f"{time.monotonic_ns()}.smj", header)
    count, metric = 200_000, writer.metric
    start = time.perf_counter()
    for step in range(count):
        metric("loss", 0.5, step, 0.0)
    rate = count / (time.perf_counter() - start)
    writer.close()
    return rate


def main() -> None:
    """Measure, print the table, and write it where asked."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--latency", type=float, default=0.05, help="seconds added to each call")
    options.add_argument("--only", default="", help="keys of trackers, comma-separated")
    options.add_argument("--write", type=Path, help="a file with the table between its markers")
    asked = options.parse_args()
    if hasattr(os, "sched_setaffinity"):  # the server stands for another machine: one CPU is enough
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    chosen = [one for one in TRACKERS if not asked.only or one.key in asked.only.split(",")]
    rounds: dict[str, list[Figures]] = {one.key: [] for one in chosen}
    journal: list[float] = []
    with tempfile.TemporaryDirectory(prefix="sm-track-bench-", ignore_cleanup_errors=True) as folder:
        bench = Bench(Path(folder), asked.latency)
        for number in range(asked.rounds):
            for tracker in chosen:
                print(f"round {number + 1}: {tracker.title}", file=sys.stderr, flush=True)
                rounds[tracker.key].append(bench.figures(tracker))
            journal.append(journal_rate(Path(folder)))
    medians = {key: _median(found) for key, found in rounds.items()}
    text = report(chosen, medians, statistics.median(journal), asked.latency, asked.rounds)
    print(text)
    if asked.write:
        _write(asked.write, text)


def report(
    chosen: list[Tracker], figures: dict[str, Figures], journal: float, latency: float, rounds: int
) -> str:
    """Write everything as Markdown."""
    lines = [_heading(latency, rounds), "", f"| | {' | '.join(one.title for one in chosen)} |"]
    lines.append("| --- |" + " ---: |" * len(chosen))
    for title, show in ROWS:
        cells = [show(figures[one.key]) for one in chosen]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    lines.append(f"| where a point is safe, and when | {' | '.join(one.durable for one in chosen)} |")
    lines += ["", f"Into our journal alone, without `Run` around it: {journal:,.0f} points/s."]
    return "\n".join(lines)


def _heading(latency: float, rounds: int) -> str:
    names = ("mlflow", "wandb", "trackio")
    pins = {name: _pinned(f"bench-{name}", name) for name in names}
    versions = [f"sagemaker {_pinned('sdk2', 'sagemaker')}", *(f"{name} {pins[name]}" for name in names)]
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, "
        f"{', '.join(versions)}; {latency * 1e3:.0f} ms added to each call of the SDK and of ours on AWS; median of "
        f"{rounds} round{'s' if rounds > 1 else ''}, {time.strftime('%Y-%m-%d', time.gmtime())}."
    )


def _pinned(file: str, name: str) -> str:
    for line in (ROOT / "constraints" / f"{file}.txt").read_text("utf-8").splitlines():
        if line.startswith(f"{name}=="):
            return line.partition("==")[2]
    return "?"


def _median(found: list[Figures]) -> Figures:
    values: dict[str, list[Any]] = {}
    for one in found:
        for name, value in one.items():
            values.setdefault(name, []).append(value)
    return {name: statistics.median(each) if each[0] is not None else None for name, each in values.items()}


def _micro(value: float) -> str:
    return f"{value / 1e3:.1f} ms" if value >= 1000 else f"{value:.1f} µs"


def _milli(value: float) -> str:
    return f"{value * 1e3:,.{1 if value < 0.01 else 0}f} ms"


def _opened(found: Figures) -> str:
    calls = "" if found["calls"] is None else f", {found['calls']:g} calls"
    return f"{_milli(found['open_s'] + found['close_s'])}{calls}"


ROWS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("`log_metric`, mean, while earlier points are on their way", lambda found: _micro(found["mean_us"])),
    ("`log_metric`, p99", lambda found: _micro(found["p99_us"])),
    ("points/s taken, back to back", lambda found: f"{found['taken']:,.0f}"),
    ("points/s arrived, from opening to closed", lambda found: f"{found['arrived']:,.0f}"),
    ("of 200 points, kept after `kill -9`", lambda found: f"{found['points']:g}"),
    ("of 5 parameters, kept after it", lambda found: f"{found['parameters']:g}"),
    ("a pure-Python loop beside delivery takes", lambda found: f"{found['beside']:.2f} x"),
    ("the loop logging 100 points/s takes", lambda found: f"{found['logging']:.2f} x"),
    ("open + close, experiment known", _opened),
    ("until the body of a run without a name starts", lambda found: _milli(found["unnamed_s"])),
)


def _write(file: Path, text: str) -> None:
    old = file.read_text("utf-8")
    before, rest = old.split(BEGIN, 1)
    file.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END, 1)[1]}", "utf-8")


if __name__ == "__main__":
    main()
