"""Jobs of SageMaker as they stand: training, processing, transform and tuning jobs, their logs, how to stop them."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sm_track_widgets._types import Params

RUNNING = frozenset({"InProgress", "Stopping"})
MISSING = frozenset({"ValidationException", "ResourceNotFound"})
"""What Describe answers for a job that is not there [M, I]."""
_STREAMS = 5
"""Streams of a job whose last lines are read: the first instances'."""
ENDS = ("Completed", "Failed", "Stopped")


@dataclass(frozen=True, slots=True)
class Kind:
    """The words of one kind of job in the service's operations [M]."""

    word: str
    log_group: str = ""

    @property
    def name(self) -> str:
        """Member that names the job."""
        return f"{self.word}Name"

    @property
    def status(self) -> str:
        """Member with the job's state."""
        return f"{self.word}Status"


KINDS: Mapping[str, Kind] = {
    "training": Kind("TrainingJob", "/aws/sagemaker/TrainingJobs"),
    "processing": Kind("ProcessingJob", "/aws/sagemaker/ProcessingJobs"),
    "transform": Kind("TransformJob", "/aws/sagemaker/TransformJobs"),
    "tuning": Kind("HyperParameterTuningJob"),
}
OPERATIONS: Mapping[str, str] = {f"Create{kind.word}": name for name, kind in KINDS.items()}
"""Operation that creates a job -> its kind."""


@dataclass(frozen=True, slots=True)
class JobFacts:
    """One job.

    Attributes
    ----------
    kind
        ``"training"``, ``"processing"``, ``"transform"`` or ``"tuning"``.
    name, status, detail
        `status` is ``"InProgress"``, ``"Completed"``, ``"Failed"``, ``"Stopping"`` or ``"Stopped"``; `detail` says
        more of what it is doing, or why it failed.
    created, started, ended
        Seconds since the epoch; None where that has not come.
    instance, instances
        Type, and how many.
    billable
        Seconds that are billed for each instance, so far as the service says; None before.
    metrics
        Last values of a training job's metrics.
    tuner
        Name of the tuning job that started it.
    """

    kind: str
    name: str
    status: str
    detail: str = ""
    created: float | None = None
    started: float | None = None
    ended: float | None = None
    instance: str = ""
    instances: int = 1
    billable: float | None = None
    metrics: tuple[tuple[str, float], ...] = ()
    tuner: str = ""

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.status in ENDS

    def seconds(self, now: float | None = None) -> float:
        """Return how long it has run, in seconds: until `now` where it has not ended."""
        if self.started is None:
            return 0.0
        until = self.ended if self.ended is not None else time.time() if now is None else now
        return max(0.0, until - self.started)

    def billed(self, now: float | None = None) -> float:
        """Return the seconds that are billed for all its instances, as far as is known; until `now` while it runs."""
        each = self.seconds(now) if self.billable is None else self.billable
        return each * self.instances


def describe(client: Any, kind: str, name: str) -> JobFacts | None:
    """Ask for a job; None where there is none of that name."""
    words = KINDS[kind]
    call = getattr(client, f"describe_{_snake(words.word)}")
    try:
        told: Params = call(**{words.name: name})
    except Exception as error:
        if _code(error) in MISSING:
            return None
        raise
    return _facts(kind, words, told)


def stop(client: Any, kind: str, name: str) -> None:
    """Ask the service to stop a job; one that has ended is left as it is."""
    words = KINDS[kind]
    try:
        getattr(client, f"stop_{_snake(words.word)}")(**{words.name: name})
    except Exception as error:
        found = describe(client, kind, name) if _code(error) == "ValidationException" else None
        if found is None or not found.over:
            raise


def children(client: Any, tuner: str) -> list[JobFacts]:
    """Return the training jobs of a tuning job, the oldest first.

    ListTrainingJobsForHyperParameterTuningJob tells state and times [M]; what the instances were is asked job by job
    only where it matters.
    """
    pages = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=tuner, SortBy="CreationTime", SortOrder="Ascending"
    )
    return [_child(tuner, one) for page in pages for one in page["TrainingJobSummaries"]]


def with_instances(client: Any, job: JobFacts) -> JobFacts:
    """Return a tuner's child with its instances and billed seconds."""
    found = describe(client, job.kind, job.name)
    return job if found is None else replace(found, tuner=job.tuner, metrics=job.metrics or found.metrics)


def log_tail(client: Any, kind: str, name: str, lines: int) -> list[str]:
    """Return the last lines of a job's log in CloudWatch Logs; empty where it has none yet.

    A job's streams are named ``<job>/algo-1-...`` [S]; of several instances the one that wrote last counts.
    """
    group = KINDS[kind].log_group
    if not group:
        return []
    try:
        found = client.describe_log_streams(
            logGroupName=group, logStreamNamePrefix=f"{name}/", limit=_STREAMS
        )
        streams: list[Params] = found["logStreams"]
        if not streams:
            return []
        last = max(streams, key=lambda one: one.get("lastEventTimestamp") or 0)
        told = client.get_log_events(
            logGroupName=group, logStreamName=last["logStreamName"], limit=lines, startFromHead=False
        )
    except Exception as error:
        if _code(error) == "ResourceNotFoundException":
            return []
        raise
    return [str(event["message"]).rstrip("\n") for event in told["events"]][-lines:]


def _facts(kind: str, words: Kind, told: Params) -> JobFacts:
    instance, count = _instances(told)
    reason = " ".join(str(told.get("FailureReason") or told.get("ExitMessage") or "").split())
    began = "TrainingStartTime" if kind == "training" else f"{words.word.removesuffix('Job')}StartTime"
    finished = "TrainingEndTime" if kind == "training" else f"{words.word.removesuffix('Job')}EndTime"
    if kind == "tuning":
        began, finished = "CreationTime", "HyperParameterTuningEndTime"
    metrics = tuple(
        (str(one["MetricName"]), float(one["Value"])) for one in told.get("FinalMetricDataList") or ()
    )
    billable = told.get("BillableTimeInSeconds")
    return JobFacts(
        kind=kind,
        name=str(told[words.name]),
        status=str(told[words.status]),
        detail=reason or _doing(told),
        created=_seconds(told.get("CreationTime")),
        started=_seconds(told.get(began)),
        ended=_seconds(told.get(finished)),
        instance=instance,
        instances=count,
        billable=None if billable is None else float(billable),
        metrics=metrics,
        tuner=str(told.get("TuningJobArn") or "").rpartition("/")[2],
    )


def _doing(told: Params) -> str:
    """Say what a job is doing, or how many a tuning job has."""
    counted: dict[str, int] = told.get("TrainingJobStatusCounters") or {}
    if counted:
        words = {"Completed": "completed", "InProgress": "running", "NonRetryableError": "failed"}
        return ", ".join(f"{counted[name]} {word}" for name, word in words.items() if counted.get(name))
    secondary = str(told.get("SecondaryStatus") or "")
    return "" if secondary in ENDS else secondary


def _instances(told: Params) -> tuple[str, int]:
    """Return type and number of a job's instances: each kind of job has them elsewhere [M]."""
    cluster: Params = (told.get("ProcessingResources") or {}).get("ClusterConfig") or {}
    held: Params = told.get("ResourceConfig") or cluster or told.get("TransformResources") or {}
    groups: list[Params] = held.get("InstanceGroups") or []
    if groups:  # a heterogeneous cluster has no single price
        return "", sum(int(one["InstanceCount"]) for one in groups)
    return str(held.get("InstanceType") or ""), int(held.get("InstanceCount") or 1)


def _child(tuner: str, told: Params) -> JobFacts:
    best: Params = told.get("FinalHyperParameterTuningJobObjectiveMetric") or {}
    return JobFacts(
        kind="training",
        name=str(told["TrainingJobName"]),
        status=str(told["TrainingJobStatus"]),
        detail=" ".join(str(told.get("FailureReason") or "").split()),
        created=_seconds(told.get("CreationTime")),
        started=_seconds(told.get("TrainingStartTime")),
        ended=_seconds(told.get("TrainingEndTime")),
        metrics=((str(best["MetricName"]), float(best["Value"])),) if best else (),
        tuner=tuner,
    )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _snake(word: str) -> str:
    """Return boto3's spelling: ``HyperParameterTuningJob`` -> ``hyper_parameter_tuning_job``."""
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in word).lstrip("_")


def _code(error: BaseException) -> str:
    response: Params = getattr(error, "response", None) or {}
    return str((response.get("Error") or {}).get("Code") or "")
