"""Several processes at once on one store. What they run is here, where a spawned process can import it."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from embedded_home import Clients

from sm_track_widgets._types import JournalMark, Point
from sm_track_widgets.embedded import metrics as bulk
from sm_track_widgets.embedded.engine import Engine

FORK = multiprocessing.get_context("fork")
START = 1_760_000_000.0
PATIENCE = 1500  # seconds; a test's own limit is shorter


def together(work: Callable[..., None], *args: Any, processes: int, context: Any = FORK) -> None:
    """Run `work(*args, number)` in so many processes that start at one moment; fail with what any of them raised."""
    barrier, said = context.Barrier(processes), context.Queue()
    running = [
        context.Process(target=_one, args=(work, (*args, number), barrier, said))
        for number in range(processes)
    ]
    for process in running:
        process.start()
    for process in running:
        process.join(PATIENCE)
    assert [process.exitcode for process in running] == [0] * processes
    troubles = [said.get(timeout=60) for _ in running]
    assert [trouble for trouble in troubles if trouble] == []


def _one(work: Callable[..., None], args: tuple[Any, ...], barrier: Any, said: Any) -> None:
    try:
        barrier.wait(60)
        work(*args)
    except BaseException:
        said.put(traceback.format_exc())
    else:
        said.put("")


def open_engine(folder: Path, number: int) -> None:
    """Open the home of `folder` and write one experiment."""
    engine = Engine(folder)
    engine.call("sagemaker", "CreateExperiment", {"ExperimentName": f"e{number}"})
    engine.close()


def write_much(clients: Clients, folder: Path, rounds: int, number: int) -> None:
    """What a kernel with its sender does, through boto3 and the bulk path."""
    engine = clients.switch.target = Engine(folder)
    sagemaker, metrics, s3 = clients["sagemaker"], clients["sagemaker-metrics"], clients["s3"]
    for turn in range(rounds):
        name = f"run-{number}-{turn}"
        sagemaker.create_trial_component(
            TrialComponentName=name,
            Parameters={"turn": {"NumberValue": turn}},
            Tags=[{"Key": "k", "Value": "v"}],
        )
        sagemaker.associate_trial_component(TrialComponentName=name, TrialName="trial")
        metrics.batch_put_metrics(
            TrialComponentName=name,
            MetricData=[{"MetricName": "m", "Timestamp": engine.service.clock(), "Value": 1.0, "Step": turn}]
            * 10,
        )
        points = [Point("shared", float(turn), turn, START + turn)]
        bulk.append_points(engine.service, "shared", points, JournalMark(f"j{number}", turn + 1))
        s3.put_object(Bucket=engine.service.default_bucket, Key=f"{number}/{turn}", Body=b"same" * 100)
        sagemaker.search(Resource="ExperimentTrialComponent", MaxResults=5)
        if turn % 3 == 0:
            s3.delete_object(Bucket=engine.service.default_bucket, Key=f"{number}/{turn}")
    engine.close()


def come_and_go(folder: Path, stop: Any) -> None:
    """Make runs, whole in one transaction, and delete them again until told to stop."""
    engine = Engine(folder)
    number = 0
    while not stop.is_set():
        number += 1
        name = f"run-{number}"
        with engine.service.store.atomic():
            engine.call(
                "sagemaker",
                "CreateTrialComponent",
                {
                    "TrialComponentName": name,
                    "Parameters": {f"p{at}": {"NumberValue": at} for at in range(5)},
                },
            )
            points = [Point("m", float(at), at, START) for at in range(10)]
            bulk.append_points(engine.service, name, points, None)
        if number > 3:
            engine.call("sagemaker", "DeleteTrialComponent", {"TrialComponentName": f"run-{number - 3}"})
