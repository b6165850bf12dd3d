"""Training jobs: create, describe, list, stop, delete."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError, invalid
from sm_track_widgets.embedded.jobs.component import create_component, follow
from sm_track_widgets.embedded.jobs.record import (
    ENDED,
    KIND,
    editing,
    find_job,
    in_use,
    moment,
    move,
    new_record,
    told,
)
from sm_track_widgets.embedded.jobs.refusals import checked, hyperparameter_tuning
from sm_track_widgets.embedded.jobs.supervision import dispatch, end, waiting
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.records import present, subset
from sm_track_widgets.embedded.service import Operation, Service
from sm_track_widgets.embedded.tags import drop_tags, set_tags

_SUMMARY = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingJobStatus",
    "SecondaryStatus",
)
_ORDERS: Mapping[str, str] = {"CreationTime": "created", "Name": "key", "Status": "status"}
_WINDOWS = {
    "CreationTimeAfter": "created >",
    "CreationTimeBefore": "created <",
    "LastModifiedTimeAfter": "modified >",
    "LastModifiedTimeBefore": "modified <",
}


def _create(service: Service, params: Params) -> Params:
    name = params["TrainingJobName"]
    arn = service.arn(KIND, name)
    _check_free(service, name)
    checked(service, params)
    now = moment(service)
    with service.store.atomic() as connection:
        _check_free(service, name)
        record = new_record(service, params, now)
        component = create_component(service, record)
        made = connection.execute(
            "INSERT INTO training_jobs (name, key, status, component_id, phase, python, record, created, modified) "
            "VALUES (?, ?, 'InProgress', ?, 'queued', ?, ?, ?, ?)",
            (name, name.lower(), component, sys.executable, json.dumps(record), now, now),
        )
        set_tags(service, arn, params.get("Tags", []))
    assert made.lastrowid is not None
    dispatch(service)
    waiting(service, made.lastrowid)
    return {"TrainingJobArn": arn}


def _check_free(service: Service, name: str) -> None:
    row = service.store.row("SELECT name FROM training_jobs WHERE key = ?", name.lower())
    if row is not None:
        raise in_use(service.arn(KIND, row["name"]))


def _describe(service: Service, params: Params) -> Params:
    return told(json.loads(find_job(service, params["TrainingJobName"])["record"]))


def _list(service: Service, params: Params) -> Params:
    listing = Listing("ListTrainingJobs", "SELECT * FROM training_jobs", "training_jobs", orders=_ORDERS)
    for member, condition in _WINDOWS.items():
        if member in params:
            listing.only(f"training_jobs.{condition} ?", service.moment(params[member]))
    if "NameContains" in params:
        listing.only("instr(training_jobs.key, ?) > 0", params["NameContains"].lower())
    if "StatusEquals" in params:
        listing.only("training_jobs.status = ?", params["StatusEquals"])
    if "WarmPoolStatusEquals" in params or "TrainingPlanArnEquals" in params:
        listing.only("0")  # there are neither warm pools nor training plans here
    rows, token = listing.page(service, params)
    summaries = [subset(told(json.loads(row["record"])), _SUMMARY) for row in rows]
    return present(TrainingJobSummaries=summaries, NextToken=token)


def _stop(service: Service, params: Params) -> Params:
    with service.store.atomic():
        row = find_job(service, params["TrainingJobName"])
        if row["status"] in ENDED:
            # The exact text: benchmark-ai#928.
            raise invalid(f"The request was rejected because the training job is in status {row['status']}.")
        if row["phase"] == "queued":
            end(service, row["id"], "Stopped", "Training job stopped before it started")
        elif row["status"] != "Stopping":
            with editing(service, row["id"]) as record:
                record["TrainingJobStatus"] = "Stopping"
                move(record, "Stopping", "Stopping the training job", moment(service))
            follow(service, row["component_id"], record)
    return {}


def _delete(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = find_job(service, params["TrainingJobName"])
        if row["status"] not in ENDED:
            # [inf] the text; that it is refused is in the model.
            raise ServiceError(
                "ResourceInUse",
                f"Training job '{row['name']}' is in status {row['status']} and cannot be deleted.",
            )
        drop_tags(service, service.arn(KIND, row["name"]))
        connection.execute("DELETE FROM training_jobs WHERE id = ?", (row["id"],))
    return {}


OPERATIONS: Mapping[str, Operation] = {
    "CreateTrainingJob": _create,
    "DescribeTrainingJob": _describe,
    "ListTrainingJobs": _list,
    "StopTrainingJob": _stop,
    "DeleteTrainingJob": _delete,
    "CreateHyperParameterTuningJob": hyperparameter_tuning,
}
