"""Calls per second: the embedded service in process, the same over loopback HTTP, and moto.

All sides run in turn in one process, so that a machine that slows down slows all; the best of each and the ratio to
moto are printed. moto answers boto3 in process too, from memory; its Search has no pages and no metrics.
Run: ``python benchmarks/calls.py [--calls 100] [--rounds 3]``.
"""

from __future__ import annotations

import argparse
import itertools
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve import Server

COMPONENTS = 200
MOTO = "moto mock_aws"


@dataclass
class Side:
    """One way to answer boto3, with a world to ask about."""

    name: str
    session: Any
    turn: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.sagemaker = self.session.client("sagemaker")
        self.metrics = self.session.client("sagemaker-metrics")
        self.sagemaker.create_experiment(ExperimentName="bench")
        self.sagemaker.create_trial(ExperimentName="bench", TrialName="bench-trial")
        for number in range(COMPONENTS):
            parameters = {f"p{at}": {"NumberValue": float(number + at)} for at in range(10)}
            self.sagemaker.create_trial_component(
                TrialComponentName=f"bench-{number}", DisplayName=f"bench-{number}", Parameters=parameters
            )
        # A group of its own for new ones: moto walks through all that a trial has.
        self.sagemaker.create_trial(ExperimentName="bench", TrialName="bench-new")

    def create_and_associate(self) -> None:
        name = f"new-{next(self.turn)}"
        self.sagemaker.create_trial_component(
            TrialComponentName=name, DisplayName=name, Parameters={"lr": {"NumberValue": 0.1}}
        )
        self.sagemaker.associate_trial_component(TrialComponentName=name, TrialName="bench-new")

    def put_ten(self) -> None:
        first, now = next(self.turn) * 10, time.time()
        data = [
            {"MetricName": "loss", "Value": 0.5, "Step": first + at, "Timestamp": now} for at in range(10)
        ]
        self.metrics.batch_put_metrics(TrialComponentName="bench-0", MetricData=data)

    def search(self) -> None:
        expression: Any = {"Filters": [{"Name": "DisplayName", "Operator": "Contains", "Value": "bench"}]}
        page: Any = {} if self.name == MOTO else {"MaxResults": 100}
        found = self.sagemaker.search(
            Resource="ExperimentTrialComponent", SearchExpression=expression, **page
        )
        assert len(found["Results"]) == page.get("MaxResults", COMPONENTS)

    def describe(self) -> None:
        self.sagemaker.describe_trial_component(TrialComponentName="bench-7")


TASKS: list[tuple[str, Callable[[Side], None], float]] = [
    ("create + associate", Side.create_and_associate, 1.0),
    ("BatchPutMetrics of 10 points", Side.put_ten, 1.0),
    (f"Search, 100 of {COMPONENTS} components", Side.search, 0.2),
    ("DescribeTrialComponent", Side.describe, 1.0),
]
"""What is called, how, and which part of the calls asked for."""


@contextmanager
def sides(folder: Path) -> Iterator[list[Side]]:
    with ExitStack() as stack:
        inside = EmbeddedSageMaker(folder / "in-process")
        served = stack.enter_context(Server(EmbeddedSageMaker(folder / "over-http")))
        ours = [
            Side("embedded, in process", inside.boto_session()),
            Side("embedded, over HTTP", served.boto_session()),
        ]
        stack.enter_context(mock_aws())  # it answers clients that are made from now on
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}
        yield [Side(MOTO, boto3.Session(**keys)), *ours]
        inside.close()


def compare(title: str, task: Callable[[Side], None], all_sides: list[Side], calls: int, rounds: int) -> None:
    best = {side.name: float("inf") for side in all_sides}
    for _ in range(rounds):
        for side in all_sides:
            begin = time.perf_counter()
            for _ in range(calls):
                task(side)
            best[side.name] = min(best[side.name], (time.perf_counter() - begin) / calls)
    print(f"\n{title}")
    for name, seconds in best.items():
        print(f"  {name:<30} {1 / seconds:10.0f} a second {best[MOTO] / seconds:8.1f} x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100, help="calls per round (default 100)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs (default 3)")
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, boto3 {boto3.__version__}, {platform.machine()}")
    with tempfile.TemporaryDirectory() as folder, sides(Path(folder)) as all_sides:
        for title, task, part in TASKS:
            compare(title, task, all_sides, max(1, int(asked.calls * part)), asked.rounds)


if __name__ == "__main__":
    main()
