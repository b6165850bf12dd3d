"""Trials (run groups): create, describe, list, update, delete, and their links to components."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.experiments import find_experiment
from sm_track_widgets.embedded.faults import duplicate, invalid, limit_exceeded, not_found
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.records import component_arn, present, subset, trial
from sm_track_widgets.embedded.service import Operation, Service
from sm_track_widgets.embedded.tags import drop_tags, set_tags
from sm_track_widgets.embedded.trial_components import find_component

KIND = "experiment-trial"


@dataclass(frozen=True, slots=True)
class _Quota:
    """A limit on children of one parent: `count` is the SQL that counts them, `field` the limit's name in Rules."""

    count: str
    field: str
    what: str
    unit: str


# amazon-sagemaker-examples#3396
_TRIALS = _Quota(
    "SELECT COUNT(*) AS used FROM trials WHERE experiment_id = ?",
    "max_trials_per_experiment",
    "Total number of trials allowed in a single experiment, excluding those automatically created by SageMaker",
    "Trials",
)
# [inf] worded like the one above
_COMPONENTS = _Quota(
    "SELECT COUNT(*) AS used FROM trial_components WHERE trial_id = ?",
    "max_components_per_trial",
    "Total number of trial components allowed in a single trial, "
    "excluding those automatically created by SageMaker",
    "Trial Components",
)
_SELECT = (
    "SELECT trials.*, experiments.name AS experiment FROM trials "
    "JOIN experiments ON experiments.id = trials.experiment_id"
)


def find_trial(service: Service, name: str) -> sqlite3.Row:
    """Return the row of the trial called `name`, whatever its case, with its ``experiment``'s name.

    Raises
    ------
    ServiceError
        ``ResourceNotFound``.
    """
    row = service.store.row(f"{_SELECT} WHERE trials.key = ?", name.lower())
    if row is None or not service.named(row, name):
        raise not_found("Trial", service.arn(KIND, name))
    return row


def _create(service: Service, params: Params) -> Params:
    name = params["TrialName"]
    now = service.clock()
    metadata = params.get("MetadataProperties")
    with service.store.atomic() as connection:
        parent = find_experiment(service, params["ExperimentName"])
        if service.store.row("SELECT 1 FROM trials WHERE key = ?", name.lower()) is not None:
            raise duplicate("Trial", name)
        _check_quota(service, _TRIALS, parent["id"])
        connection.execute(
            "INSERT INTO trials (name, key, display_name, experiment_id, metadata, created, modified) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                name,
                name.lower(),
                params.get("DisplayName") or name,
                parent["id"],
                json.dumps(metadata) if metadata else None,
                now,
                now,
            ),
        )
        set_tags(service, service.arn(KIND, name), params.get("Tags", []))
    return {"TrialArn": service.arn(KIND, name)}


def _check_quota(service: Service, quota: _Quota, parent: int) -> None:
    if service.rules.quotas != "aws":
        return
    limit: int = getattr(service.rules, quota.field)
    row = service.store.row(quota.count, parent)
    if row is not None and row["used"] >= limit:
        raise limit_exceeded(quota.what, limit, row["used"], quota.unit)


def _describe(service: Service, params: Params) -> Params:
    return trial(service, find_trial(service, params["TrialName"]))


def _list(service: Service, params: Params) -> Params:
    listing = Listing("ListTrials", _SELECT, "trials")
    if "ExperimentName" in params:
        listing.only("trials.experiment_id = ?", find_experiment(service, params["ExperimentName"])["id"])
    if "TrialComponentName" in params:
        linked = "trials.id IN (SELECT trial_id FROM trial_components WHERE component_id = ?)"
        listing.only(linked, find_component(service, params["TrialComponentName"])["id"])
    listing.created_between(service, params)
    rows, token = listing.page(service, params)
    kept = ("TrialArn", "TrialName", "DisplayName", "CreationTime", "LastModifiedTime")
    summaries = [subset(trial(service, row), kept) for row in rows]
    return present(TrialSummaries=summaries, NextToken=token)


def _update(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = find_trial(service, params["TrialName"])
        connection.execute(
            "UPDATE trials SET display_name = ?, modified = ? WHERE id = ?",
            (params.get("DisplayName") or row["display_name"], service.clock(), row["id"]),
        )
    return {"TrialArn": service.arn(KIND, row["name"])}


def _delete(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = find_trial(service, params["TrialName"])
        arn = service.arn(KIND, row["name"])
        if service.store.row("SELECT 1 FROM trial_components WHERE trial_id = ?", row["id"]) is not None:
            # [inf] worded like the text known of DeleteTrialComponent.
            raise invalid(f"Trial '{arn}' is linked to 1 or more trial components and cannot be deleted.")
        drop_tags(service, arn)
        connection.execute("DELETE FROM trials WHERE id = ?", (row["id"],))
    return {"TrialArn": arn}


def _associate(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        component = find_component(service, params["TrialComponentName"])
        row = find_trial(service, params["TrialName"])
        known = "SELECT 1 FROM trial_components WHERE trial_id = ? AND component_id = ?"
        linked = service.store.row(known, row["id"], component["id"]) is not None
        if linked and not service.rules.associate_again:
            raise invalid(f"Trial '{row['name']}' and '{component['name']}' are already associated.")
        if not linked:
            _check_quota(service, _COMPONENTS, row["id"])
            connection.execute(
                "INSERT INTO trial_components (trial_id, component_id, linked) VALUES (?, ?, ?)",
                (row["id"], component["id"], service.clock()),
            )
    return _link(service, component, row)


def _disassociate(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        component = find_component(service, params["TrialComponentName"])
        row = find_trial(service, params["TrialName"])
        gone = connection.execute(
            "DELETE FROM trial_components WHERE trial_id = ? AND component_id = ?",
            (row["id"], component["id"]),
        )
        if not gone.rowcount:
            # [inf] the text; that it is refused is in the model's errors.
            raise not_found("Association of TrialComponent", component_arn(service, component["name"]))
    return _link(service, component, row)


def _link(service: Service, component: sqlite3.Row, row: sqlite3.Row) -> Params:
    return {
        "TrialComponentArn": component_arn(service, component["name"]),
        "TrialArn": service.arn(KIND, row["name"]),
    }


OPERATIONS: Mapping[str, Operation] = {
    "CreateTrial": _create,
    "DescribeTrial": _describe,
    "ListTrials": _list,
    "UpdateTrial": _update,
    "DeleteTrial": _delete,
    "AssociateTrialComponent": _associate,
    "DisassociateTrialComponent": _disassociate,
}
