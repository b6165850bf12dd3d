"""A training job's own trial component, ``<job>-aws-training-job``, beside the run that started it.

AWS makes it after the job was created; here it is there at once. Source: sagemaker-python-sdk#4523.
"""

from __future__ import annotations

import math
from typing import Any

from sm_track_widgets._names import (
    MAX_ARTIFACT_VALUE,
    MAX_MEDIA_TYPE,
    MAX_MESSAGE,
    MAX_TEXT,
    MEDIA_TYPE_PATTERN,
)
from sm_track_widgets._types import Params
from sm_track_widgets.embedded import trial_components, trials
from sm_track_widgets.embedded.experiments import find_experiment
from sm_track_widgets.embedded.faults import invalid
from sm_track_widgets.embedded.records import present
from sm_track_widgets.embedded.service import Service, stamp

SUFFIX = "-aws-training-job"
TRIAL_SUFFIX = "-aws-trial"
SOURCE_TYPE = "SageMakerTrainingJob"


def create_component(service: Service, record: Params) -> int:
    """Make the component of a job that is being created and associate it as ExperimentConfig says; return its id.

    Inside the caller's transaction.

    Raises
    ------
    ServiceError
        ``ResourceNotFound`` for an experiment or a trial that does not exist; ``ValidationException`` for a trial of
        another experiment [inf].
    """
    wanted = record.get("ExperimentConfig", {})
    trial = _trial(service, record["TrainingJobName"], wanted)
    name = _free_name(service, record["TrainingJobName"] + SUFFIX)
    create = trial_components.OPERATIONS["CreateTrialComponent"]
    create(
        service,
        {
            "TrialComponentName": name,
            "Status": {"PrimaryStatus": "InProgress"},
            "Parameters": _parameters(record, told=service.rules.jobs_tell_their_instances),
            "InputArtifacts": _inputs(record),
            **present(DisplayName=wanted.get("TrialComponentDisplayName")),
        },
    )
    made = trial_components.find_component(service, name)["id"]
    connection = service.store.connection()
    connection.execute(
        "UPDATE components SET source_arn = ?, source_type = ? WHERE id = ?",
        (record["TrainingJobArn"], SOURCE_TYPE, made),
    )
    if trial is not None:
        connection.execute(
            "INSERT INTO trial_components (trial_id, component_id, linked) VALUES (?, ?, ?)",
            (trial, made, service.clock()),
        )
    _tell_run(service, wanted.get("RunName"), record["TrainingJobArn"])
    return int(made)


def follow(service: Service, component: int | None, record: Params) -> None:
    """Give the component the job's status, times and, at its end, its model. Inside the caller's transaction."""
    row = service.store.row("SELECT name FROM components WHERE id = ?", component)
    if row is None:  # somebody deleted it
        return
    status = record["TrainingJobStatus"]
    outputs = {"SageMaker.ModelArtifact": {"Value": record["ModelArtifacts"]["S3ModelArtifacts"]}}
    update = trial_components.OPERATIONS["UpdateTrialComponent"]
    update(
        service,
        {
            "TrialComponentName": row["name"],
            "Status": present(
                PrimaryStatus=status, Message=record.get("FailureReason", "")[:MAX_MESSAGE] or None
            ),
            **present(
                StartTime=stamp(record.get("TrainingStartTime")),
                EndTime=stamp(record.get("TrainingEndTime")),
                OutputArtifacts=outputs if status == "Completed" else None,
            ),
        },
    )


def _trial(service: Service, job: str, wanted: Params) -> int | None:
    """Return the id of the trial that the component belongs to; a new one where only the experiment is named [M]."""
    experiment, trial = wanted.get("ExperimentName"), wanted.get("TrialName")
    parent = find_experiment(service, experiment) if experiment else None
    if trial:
        row = trials.find_trial(service, trial)
        if parent is not None and row["experiment_id"] != parent["id"]:
            raise invalid(f"Trial '{trial}' does not belong to experiment '{experiment}'.")
        return int(row["id"])
    if parent is None:
        return None
    name = f"{job}{TRIAL_SUFFIX}"  # [inf] the name
    if service.store.row("SELECT 1 FROM trials WHERE key = ?", name.lower()) is None:
        create = trials.OPERATIONS["CreateTrial"]
        create(service, {"TrialName": name, "ExperimentName": parent["name"]})
    return int(trials.find_trial(service, name)["id"])


def _free_name(service: Service, name: str) -> str:
    """Return `name`, with a number behind it when an earlier, deleted job of that name left its component [inf]."""
    asked, number = name, 1
    while service.store.row("SELECT 1 FROM components WHERE key = ?", asked.lower()) is not None:
        number += 1
        asked = f"{name}-{number}"
    return asked


def _tell_run(service: Service, run: str | None, arn: str) -> None:
    """Add the job to the sources of the run that started it [inf]."""
    if run is None or not service.rules.runs_name_their_jobs:
        return
    service.store.connection().execute(
        "INSERT OR IGNORE INTO component_sources (component_id, position, arn, type) "
        "SELECT id, (SELECT COUNT(*) FROM component_sources WHERE component_id = components.id), ?, ? "
        "FROM components WHERE key = ?",
        (arn, SOURCE_TYPE, run.lower()),
    )


def _parameters(record: Params, *, told: bool) -> dict[str, Params]:
    """Return the hyperparameters and the instance, numbers as numbers [inf]."""
    values: dict[str, Any] = dict(record.get("HyperParameters", {}))
    resources = record.get("ResourceConfig", {}) if told else {}
    for member in ("InstanceCount", "InstanceType", "VolumeSizeInGB"):
        if member in resources:
            values[f"SageMaker.{member}"] = str(resources[member])
    return {name: _value(text) for name, text in values.items()}


def _value(text: str) -> Params:
    try:
        number = float(text)
    except ValueError:
        return {"StringValue": text[:MAX_TEXT]}
    return {"NumberValue": number} if math.isfinite(number) else {"StringValue": text}


def _inputs(record: Params) -> dict[str, Params]:
    artifacts: dict[str, Params] = {}
    if image := record["AlgorithmSpecification"].get("TrainingImage"):
        artifacts["SageMaker.ImageUri"] = {"Value": image}
    for entry in record.get("InputDataConfig", []):
        media = entry.get("ContentType") or ""
        usable = len(media) <= MAX_MEDIA_TYPE and MEDIA_TYPE_PATTERN.fullmatch(media)
        uri = entry["DataSource"]["S3DataSource"]["S3Uri"]
        artifacts[entry["ChannelName"]] = present(
            Value=uri[:MAX_ARTIFACT_VALUE], MediaType=media if usable else None
        )
    return artifacts
