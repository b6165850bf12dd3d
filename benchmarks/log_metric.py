"""What ``log_metric`` costs the loop, and how fast points leave: ours beside the SDK's Run, interleaved in one run.

    python benchmarks/log_metric.py [--latency 0.05] [--rounds 3]

The service is the embedded one in this process; each boto3 call made through the slow session takes `--latency`
seconds more, as a network would. Seconds on a shared machine drift up to two times: trust the ratios.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import shutil
import statistics
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sm_track_widgets import _sdk
from sm_track_widgets._types import RunRef
from sm_track_widgets.connection import Connection, connect
from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.tracking.journal import JournalHeader, JournalWriter
from sm_track_widgets.tracking.outbox import Outbox, outbox_for
from sm_track_widgets.tracking.run import Run

POINTS = 400  # of the SDK, a round: 40 calls
OURS_TIMES = 25  # as many points of ours for each of the SDK's, for a p99 that means something
METRICS = 20


@dataclass
class Cost:
    """Nanoseconds of single calls, and points per second of whole rounds."""

    calls: list[int] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def mean(self) -> float:
        """Microseconds."""
        return statistics.fmean(self.calls) / 1e3

    def p99(self) -> float:
        """Microseconds."""
        return sorted(self.calls)[int(len(self.calls) * 0.99)] / 1e3

    def rate(self) -> float:
        """Median points per second."""
        return statistics.median(self.rates) if self.rates else float("nan")


class Latency:
    """Makes every call through a boto3 session slower."""

    def __init__(self, session: Any, seconds: float) -> None:
        self.seconds = 0.0
        self._wanted = seconds
        # Before the embedded service answers; clients made from now on have it.
        session.events.register_first("before-parameter-build", self._wait)

    def __enter__(self) -> None:
        self.seconds = self._wanted

    def __exit__(self, *_: object) -> None:
        self.seconds = 0.0

    def _wait(self, **_: Any) -> None:
        if self.seconds:
            time.sleep(self.seconds)


def timed(log: Callable[..., None], count: int, cost: Cost, names: int = 1) -> None:
    """Call `log` `count` times as a training loop does, and note what each call took."""
    clock = time.perf_counter_ns
    for step in range(count):
        name = f"m{step % names}"
        start = clock()
        log(name, 0.5, step=step)
        cost.calls.append(clock() - start)


def sdk_round(session: Any, latency: Latency, number: int, cost: Cost) -> None:
    """One run of the SDK: its points are sent while it logs, the rest when it closes."""
    run = _sdk.run_module().Run(experiment_name="bench", run_name=f"sdk-{number}", sagemaker_session=session)
    with run, latency:
        start = time.perf_counter()
        timed(run.log_metric, POINTS, cost)
        cost.rates.append(POINTS / (time.perf_counter() - start))


def our_round(connection: Connection, latency: Latency | None, number: int, cost: Cost) -> None:
    """One run of ours; points count as delivered when the service has said so."""
    with Run("bench", f"ours-{connection.home}-{number}", connection=connection) as run:
        count = POINTS * OURS_TIMES
        with latency or threading.Lock():
            start = time.perf_counter()
            timed(run.log_metric, count, cost, METRICS)
            while not run.progress().done:
                time.sleep(0.005)
            cost.rates.append(count / (time.perf_counter() - start))


def journal_rate(folder: Path, number: int) -> float:
    """Points per second into the journal alone: durable on this machine when the call returns."""
    header = JournalHeader(
        "0" * 32, "embedded", "0" * 12, "us-east-1", "", RunRef("e", "g", "r", "e-r"), 1, 0.0
    )
    writer = JournalWriter(folder / f"{number}.smj", header)
    count, metric = 200_000, writer.metric
    start = time.perf_counter()
    for step in range(count):
        metric("loss", 0.5, step, 0.0)
    rate = count / (time.perf_counter() - start)
    writer.close()
    return rate


def store_rate(connection: Connection, outbox: Outbox, number: int) -> float:
    """Points per second from a full journal into the embedded store, by a sender that is running."""
    component = f"bench-store-{number}"
    connection.client("sagemaker").create_trial_component(TrialComponentName=component)
    writer = outbox.journal(RunRef("bench", "g", f"store-{number}", component), owns=False)
    count = 200_000
    for step in range(count):
        writer.metric("loss", 0.5, step, time.time())
    start, before = time.perf_counter(), outbox.progress(writer).delivered
    outbox.wait(writer, 60)
    rate = (count - before) / (time.perf_counter() - start)
    writer.close()
    return rate


def slowdown(connection: Connection, number: int) -> float:
    """How much longer a pure-Python loop takes while a sender delivers at full rate what another thread's run left."""

    def work() -> float:
        start = time.perf_counter()
        total = 0
        for value in range(3_000_000):
            total += value * value % 7
        return time.perf_counter() - start

    outbox = outbox_for(connection)
    component = f"bench-slow-{number}"
    connection.client("sagemaker").create_trial_component(TrialComponentName=component)
    writer = outbox.journal(RunRef("bench", "g", f"slow-{number}", component), owns=False)
    alone = work()
    for step in range(300_000):
        writer.metric("loss", 0.5, step, 0.0)
    outbox.wake()
    beside = work()
    outbox.wait(writer, 60)
    writer.close()
    return beside / alone


def main() -> None:
    """Run the rounds and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--latency", type=float, default=0.05, help="seconds added to each call")
    options.add_argument("--rounds", type=int, default=3)
    asked = options.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    folder = Path(tempfile.mkdtemp(prefix="sm-track-bench-"))
    try:
        measure(folder, asked.latency, asked.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, seconds: float, rounds: int) -> None:
    """Measure everything in turn, `rounds` times."""
    remote = EmbeddedSageMaker(folder / "account")
    sdk_boto = remote.boto_session()
    sdk_latency = Latency(sdk_boto, seconds)
    sdk_session = _sdk.session(sdk_boto, telemetry=False)
    session = remote.boto_session()
    latency = Latency(session, seconds)
    aws = connect("aws", session=session, path=folder / "local")
    embedded = connect("embedded", path=folder / "embedded")
    outbox = outbox_for(embedded)
    sdk, thread, process = Cost(), Cost(), Cost()
    journal: list[float] = []
    store: list[float] = []
    slower: list[float] = []
    for number in range(rounds):
        sdk_round(sdk_session, sdk_latency, number, sdk)
        our_round(embedded, None, number, process)
        our_round(aws, latency, number, thread)
        journal.append(journal_rate(folder, number))
        store.append(store_rate(embedded, outbox, number))
        slower.append(slowdown(embedded, number))
    outbox.close()
    report(seconds, (sdk, thread, process), (journal, store, slower))


def report(seconds: float, costs: tuple[Cost, Cost, Cost], rates: tuple[list[float], ...]) -> None:
    """Print the figures side by side."""
    sdk, thread, process = costs
    journal, store, slower = rates
    versions = ".".join(map(str, _sdk.version() or ()))
    print(f"Python {platform.python_version()}, sagemaker {versions}, {os.cpu_count()} CPUs, {sys.platform}")
    print(f"{seconds * 1e3:.0f} ms added to each call of the SDK and of the thread sender\n")
    print(f"{'':48}{'mean us':>10}{'p99 us':>10}{'points/s':>11}")
    rows = (
        ("SDK Run.log_metric", sdk),
        ("ours, sender thread, same latency", thread),
        ("ours, sender process, embedded store", process),
    )
    for label, cost in rows:
        print(f"{label:48}{cost.mean():10.2f}{cost.p99():10.1f}{cost.rate():11,.0f}")
    print("\nratios, SDK : ours")
    for label, cost in rows[1:]:
        print(
            f"{label:48}{sdk.mean() / cost.mean():9.0f}x{sdk.p99() / cost.p99():9.0f}x"
            f"{cost.rate() / sdk.rate():10.1f}x"
        )
    print(f"\njournal appends, durable when returned          {statistics.median(journal):12,.0f} points/s")
    print(f"journal -> embedded store, sender process       {statistics.median(store):12,.0f} points/s")
    print(f"pure-Python loop beside a delivering process    {statistics.median(slower):12.2f} x")


if __name__ == "__main__":
    main()
