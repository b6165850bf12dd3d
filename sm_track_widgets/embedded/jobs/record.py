"""A training job's record: what DescribeTrainingJob tells, kept as JSON with times in seconds since the epoch."""

from __future__ import annotations

import json
import platform
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError, invalid
from sm_track_widgets.embedded.jobs.storage import joined
from sm_track_widgets.embedded.records import present
from sm_track_widgets.embedded.service import Service, stamp

KIND = "training-job"
DEFAULT_RUNTIME = 86_400  # seconds [D]
MAX_REASON = 1024  # FailureReason [M]
ENDED = frozenset({"Completed", "Failed", "Stopped"})
_NOT_TOLD = frozenset({"Tags", "SessionChainingConfig"})
_TIMES = ("CreationTime", "LastModifiedTime", "TrainingStartTime", "TrainingEndTime")


def new_record(service: Service, params: Params, now: float) -> Params:
    """Return the record of a job that was asked for by `params` at `now`."""
    name = params["TrainingJobName"]
    output = params["OutputDataConfig"]
    plain = output.get("CompressionType") == "NONE"
    model = joined(output["S3OutputPath"], name, "output", "model/" if plain else "model.tar.gz")
    record = {
        **{member: value for member, value in params.items() if member not in _NOT_TOLD},
        "TrainingJobArn": service.arn(KIND, name),
        # The SDK's Estimator.attach reads the key without asking whether it is there.
        "OutputDataConfig": {"KmsKeyId": "", **output},
        # Told from the beginning [inf]; the model asks for the member in every answer.
        "ModelArtifacts": {"S3ModelArtifacts": model},
        "TrainingJobStatus": "InProgress",
        "CreationTime": now,
        "LastModifiedTime": now,
        "StoppingCondition": {"MaxRuntimeInSeconds": DEFAULT_RUNTIME, **params.get("StoppingCondition", {})},
        "SecondaryStatusTransitions": [],
    }
    for switch in (
        "EnableNetworkIsolation",
        "EnableInterContainerTrafficEncryption",
        "EnableManagedSpotTraining",
    ):
        record.setdefault(switch, False)
    move(record, "Starting", "Starting the training job", now)
    return record


def label(record: Params) -> str:
    """Say in one sentence where and with what a job was run, and what of its request was not used."""
    image = record["AlgorithmSpecification"].get("TrainingImage", "(none)")
    instance = record.get("ResourceConfig", {}).get("InstanceType", "(none)")
    return (
        f"ran on this machine with Python {platform.python_version()}; "
        f"image {image} and instance type {instance} were not used"
    )


def move(record: Params, status: str, message: str, now: float) -> None:
    """Enter a secondary status; the one before ends at that moment."""
    transitions = record["SecondaryStatusTransitions"]
    if transitions and "EndTime" not in transitions[-1]:
        transitions[-1]["EndTime"] = now
    record["SecondaryStatus"] = status
    entry = {"Status": status, "StartTime": now, "StatusMessage": message}
    if status in ENDED or status == "MaxRuntimeExceeded":
        entry["EndTime"] = now
    transitions.append(entry)


def finish(record: Params, status: str, secondary: str, message: str, now: float) -> None:
    """Enter a final status."""
    record["TrainingJobStatus"] = status
    move(record, secondary, message, now)
    started = record.get("TrainingStartTime")
    if started is not None:
        record["TrainingEndTime"] = now
        # Whole seconds, as AWS counts them; nothing is billed here.
        record["TrainingTimeInSeconds"] = record["BillableTimeInSeconds"] = max(1, round(now - started))
    if status == "Failed":
        record["FailureReason"] = message[:MAX_REASON]
        record["SecondaryStatusTransitions"][-1]["StatusMessage"] = "Training job failed"


def moment(service: Service) -> float:
    """Return the time to microseconds, which is what boto3's datetimes hold: one told can be asked for again."""
    return round(service.clock(), 6)


@contextmanager
def editing(service: Service, job: int) -> Generator[Params, None, None]:
    """Hand out a job's record to be changed, and write it back, all in one transaction."""
    with service.store.atomic() as connection:
        row = service.store.row("SELECT record FROM training_jobs WHERE id = ?", job)
        assert row is not None
        record = json.loads(row["record"])
        yield record
        record["LastModifiedTime"] = now = moment(service)
        connection.execute(
            "UPDATE training_jobs SET record = ?, status = ?, modified = ? WHERE id = ?",
            (json.dumps(record), record["TrainingJobStatus"], now, job),
        )


def set_phase(service: Service, job: int, phase: str) -> None:
    """Note what the machine does for a job: queued, started, running, ended."""
    service.store.connection().execute("UPDATE training_jobs SET phase = ? WHERE id = ?", (phase, job))


def find_job(service: Service, name: str) -> sqlite3.Row:
    """Return the row of the job called `name`.

    Raises
    ------
    ServiceError
        ``ValidationException`` "Requested resource not found.": exact, boto3#2808, amazon-sagemaker-examples#2360.
    """
    row = service.store.row("SELECT * FROM training_jobs WHERE key = ?", name.lower())
    if row is None or not service.named(row, name):
        raise invalid("Requested resource not found.")
    return row


def in_use(arn: str) -> ServiceError:
    """Return the error of a name that is taken: exact, amazon-sagemaker-examples#3109."""
    return ServiceError(
        "ResourceInUse",
        "Training job names must be unique within an AWS account and region, and a training job with this name "
        f"already exists ({arn})",
    )


def told(record: Mapping[str, Any]) -> Params:
    """Return a stored record as boto3 would: with datetimes."""
    answer: Params = dict(record)
    for member in _TIMES:
        if member in answer:
            answer[member] = stamp(answer[member])
    answer["SecondaryStatusTransitions"] = [
        {
            **entry,
            "StartTime": stamp(entry["StartTime"]),
            **present(EndTime=stamp(entry.get("EndTime"))),
        }
        for entry in record["SecondaryStatusTransitions"]
    ]
    if "FinalMetricDataList" in record:
        answer["FinalMetricDataList"] = [
            {**entry, "Timestamp": stamp(entry["Timestamp"])} for entry in record["FinalMetricDataList"]
        ]
    return answer
