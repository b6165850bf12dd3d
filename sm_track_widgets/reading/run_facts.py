"""All that is known of one run: what `run_details` shows."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sm_track_widgets import _aws
from sm_track_widgets._names import (
    CAPTURE_ARTIFACT,
    JOB_KINDS,
    JOBS_PARAMETER,
    MODELS_PARAMETER,
    NOTES_PARAMETER,
    OLD_METRICS,
    PARENT_TAG,
    is_reserved,
    told_notes,
)
from sm_track_widgets.reading import frames, identity, old_points
from sm_track_widgets.reading.run_records import Name, find_records

if TYPE_CHECKING:
    from sm_track_widgets._job_facts import JobFacts
    from sm_track_widgets._types import Params, Scalar, Series
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.identity import Record

CAPTURE_BYTES = 16 * 1024 * 1024
SIDE_BY_SIDE = 8
"""Captures that are read at once."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file or reference of a run; `value` is its address or text."""

    name: str
    direction: Literal["output", "input"]
    media_type: str
    value: str


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """What is known of a metric without its points; None where the service does not say."""

    name: str
    last: float | None
    low: float | None
    high: float | None
    mean: float | None
    count: int
    std: float | None = None


@dataclass(slots=True)
class RunFacts:
    """One run, from the service or from memory.

    Attributes
    ----------
    name, run, experiment, group, component
        As asked for; as stored.
    status, message
        The service's words.
    started, ended
        Seconds since the epoch.
    home, created_by, parent, notes
        Texts, empty where unknown; `parent` is a trial component.
    parameters, tags, metrics, artifacts
        Without ours.
    capture
        The document of ``sm_track.capture``; empty where nothing was kept.
    models
        Versions registered from it, as ``group/3``, the newest last.
    jobs
        Kind and name of the jobs that it has noted, in the order they were started.
    remarks
        One line each about what is missing or in the way.
    read_jobs
        Asks for its jobs as they stand, the oldest first, a tuning job's children behind it.
    job_rows
        The jobs as they are shown, once somebody has asked for them.
    in_file
        Metrics of which some points are in a file of the run, where only `read_series` finds them.
    read_series
        Gives all points of some metrics.
    read_object
        Gives the first bytes of an object, and how many it has.
    """

    name: str
    run: str
    experiment: str
    group: str
    component: str
    status: str
    message: str = ""
    started: float | None = None
    ended: float | None = None
    home: str = ""
    created_by: str = ""
    parent: str = ""
    notes: str = ""
    parameters: dict[str, Scalar] = field(default_factory=dict[str, "Scalar"])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    metrics: list[MetricFacts] = field(default_factory=list[MetricFacts])
    artifacts: list[Artifact] = field(default_factory=list[Artifact])
    capture: Params = field(default_factory=dict[str, Any])
    capture_at: str = ""
    models: list[str] = field(default_factory=list[str])
    jobs: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    remarks: list[str] = field(default_factory=list[str])
    read_jobs: Callable[[], list[JobFacts]] = list
    job_rows: list[Params] | None = None
    in_file: frozenset[str] = frozenset()
    read_series: Callable[[Sequence[str]], list[Series]] = lambda _: []
    read_object: Callable[[str, int], tuple[bytes, int]] = lambda _, __: (b"", 0)


def stored_facts(connection: Connection, name: str, experiment: str | None = None) -> RunFacts:
    """Read what the service holds of a run.

    Parameters
    ----------
    connection
        Where to look.
    name
        The run's name as asked for or as stored, or its trial component.
    experiment
        Its experiment; None looks through all. Of several runs of the name the newest is taken.

    Raises
    ------
    NotFoundError
        When there is no such run.
    """
    (found,) = facts_of(connection, [(name, experiment)])
    return found


def facts_of(connection: Connection, names: Sequence[Name]) -> list[RunFacts]:
    """Read what the service holds of several runs, together: one Search for those that are named with experiment.

    Parameters
    ----------
    connection, names
        As of `stored_facts`; each name with its experiment.

    Raises
    ------
    NotFoundError
        When there is no such run.
    """
    found = find_records(connection, names)
    made = [
        _stored(connection, record, experiment, others)
        for (record, others), (_, experiment) in zip(found, names, strict=True)
    ]
    told = [facts for facts in made if facts.capture_at]
    if len(told) > 1:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
            list(threads.map(_read_capture, told))
    else:
        for facts in told:
            _read_capture(facts)
    return made


def _stored(connection: Connection, record: Record, experiment: str | None, others: int) -> RunFacts:
    facts = _facts(record, experiment)
    facts.home = connection.home
    component = facts.component
    old_at = _add_old(facts, record)
    facts.read_series = lambda metrics: _series(connection, component, metrics, old_at, facts.in_file)
    facts.read_object = lambda uri, limit: read_object(connection, uri, limit)
    facts.read_jobs = lambda: _read_jobs(connection, facts)
    if others:
        more = "1 older run has" if others == 1 else f"{others} older runs have"
        facts.remarks.append(f"{more} this name too; name its experiment.")
    return facts


def find_component(connection: Connection, name: str, experiment: str | None = None) -> str:
    """Return the trial component of a run; the arguments are those of `stored_facts`.

    Raises
    ------
    NotFoundError
        When there is no such run.
    """
    ((record, _),) = find_records(connection, [(name, experiment)])
    return str(record["TrialComponentName"])


def _read_capture(facts: RunFacts) -> None:
    try:
        facts.capture = json.loads(facts.read_object(facts.capture_at, CAPTURE_BYTES)[0])
    except Exception as error:  # noqa: BLE001 - the rest of the run is worth seeing
        told = _aws.explain(error, "read what was kept of the cell")
        facts.remarks.append(str(told) if told else f"What was kept of the cell cannot be read: {error}")


def _read_jobs(connection: Connection, facts: RunFacts) -> list[JobFacts]:
    from sm_track_widgets.reading.run_jobs import read_jobs

    return read_jobs(connection, facts)


def read_object(connection: Connection, uri: str, limit: int) -> tuple[bytes, int]:
    """Return the first `limit` bytes of an object such as ``s3://bucket/key``, and its size."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    client = connection.client("s3")
    try:
        told = client.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{max(limit, 1) - 1}")
    except client.exceptions.ClientError as error:
        if (
            error.response["Error"]["Code"] == "InvalidRange"
        ):  # of an object without bytes there is no first one
            return b"", 0
        raise
    size = str(told.get("ContentRange", "")).rpartition("/")[2]
    return told["Body"].read(), int(size) if size.isdigit() else int(told["ContentLength"])


def _facts(record: Record, experiment: str | None) -> RunFacts:
    of, trial = identity.parent(record, experiment)
    tags = identity.tags(record)
    held = {name: next(iter(value.values())) for name, value in (record.get("Parameters") or {}).items()}
    status: dict[str, str] = record.get("Status") or {}
    started, ended = record.get("StartTime"), record.get("EndTime")
    return RunFacts(
        name=identity.asked_name(record) or identity.run_name(record, of),
        run=identity.run_name(record, of),
        experiment=of,
        group=identity.group_name(of, trial),
        component=record["TrialComponentName"],
        status=status.get("PrimaryStatus", ""),
        message=status.get("Message", ""),
        started=None if started is None else started.timestamp(),
        ended=None if ended is None else ended.timestamp(),
        created_by=identity.author(record.get("CreatedBy") or {}),
        parent=tags.get(PARENT_TAG, ""),
        notes=told_notes(str(held.get(NOTES_PARAMETER, ""))),
        parameters={name: value for name, value in held.items() if not is_reserved(name)},
        tags={name: value for name, value in tags.items() if not name.startswith(frames.HIDDEN_TAGS)},
        metrics=[_metric(summary) for summary in record.get("Metrics") or ()],
        artifacts=[*_artifacts(record, "output"), *_artifacts(record, "input")],
        models=_models(str(held.get(MODELS_PARAMETER, ""))),
        jobs=noted_jobs(held),
        capture_at=((record.get("OutputArtifacts") or {}).get(CAPTURE_ARTIFACT) or {}).get("Value", ""),
    )


def _models(text: str) -> list[str]:
    """Return group and number of each version that the parameter names by its ARN."""
    arns = [entry.split()[0] for entry in text.split(";") if entry.split()]
    return [arn.partition(":model-package/")[2] for arn in arns if ":model-package/" in arn]


def noted_jobs(held: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return kind and name of the jobs that a run's parameters tell of, in the order they were started."""
    names = [name for name in held if name == JOBS_PARAMETER or name.startswith(f"{JOBS_PARAMETER}.")]
    found: list[tuple[str, str]] = []
    for name in sorted(names, key=lambda one: int(one.removeprefix(JOBS_PARAMETER).strip(".") or 1)):
        entries = (entry.partition(":") for entry in str(held[name]).split())
        found += [(kind, job) for kind, _, job in entries if kind in JOB_KINDS and job]
    return found


def _metric(summary: Params) -> MetricFacts:
    return MetricFacts(
        summary["MetricName"],
        summary.get("Last"),
        summary.get("Min"),
        summary.get("Max"),
        summary.get("Avg"),
        int(summary.get("Count") or 0),
        summary.get("StdDev"),
    )


def _add_old(facts: RunFacts, record: Record) -> str:
    """Let the metrics count the points in the run's file of older ones; return where that is."""
    held = {name: value.get("StringValue") for name, value in (record.get("Parameters") or {}).items()}
    old = old_points.statistics_of(held)
    own = {one.name: one for one in facts.metrics}
    for name, told in old.items():
        known = own.get(name)
        later = known and old_points.Statistics(
            known.count,
            *(
                math.nan if x is None else x
                for x in (known.last, known.low, known.high, known.mean, known.std)
            ),
            told=math.nan,
        )
        both = told.joined(later) if later else told
        own[name] = MetricFacts(name, both.last, both.min, both.max, both.avg, both.count, both.std)
    facts.metrics = list(own.values())
    at = ((record.get("OutputArtifacts") or {}).get(OLD_METRICS) or {}).get("Value", "")
    facts.in_file = frozenset(old) if at else frozenset()
    return at


def _series(
    connection: Connection, component: str, metrics: Sequence[str], old_at: str, old: frozenset[str]
) -> list[Series]:
    found = connection.read_series([(component, metric) for metric in metrics])
    if old.intersection(metrics):
        old_points.before(connection, old_at, found)
    return found


def _artifacts(record: Record, direction: Literal["output", "input"]) -> list[Artifact]:
    held: dict[str, dict[str, str]] = record.get(f"{direction.capitalize()}Artifacts") or {}
    return [
        Artifact(name, direction, value.get("MediaType", ""), value.get("Value", ""))
        for name, value in held.items()
        if not is_reserved(name)
    ]
