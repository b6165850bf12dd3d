"""Experiments: create, describe, list, update, delete."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import duplicate, invalid, not_found
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.records import experiment, present, subset
from sm_track_widgets.embedded.service import Operation, Service
from sm_track_widgets.embedded.tags import drop_tags, set_tags

KIND = "experiment"


def find_experiment(service: Service, name: str) -> sqlite3.Row:
    """Return the row of the experiment called `name`, whatever its case; ``ResourceNotFound`` when there is none."""
    row = service.store.row("SELECT * FROM experiments WHERE key = ?", name.lower())
    if row is None or not service.named(row, name):
        raise not_found("Experiment", service.arn(KIND, name))
    return row


def _create(service: Service, params: Params) -> Params:
    name = params["ExperimentName"]
    now = service.clock()
    with service.store.atomic() as connection:
        if service.store.row("SELECT 1 FROM experiments WHERE key = ?", name.lower()) is not None:
            raise duplicate("Experiment", name)
        connection.execute(
            "INSERT INTO experiments (name, key, display_name, description, created, modified) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (name, name.lower(), params.get("DisplayName") or name, params.get("Description"), now, now),
        )
        set_tags(service, service.arn(KIND, name), params.get("Tags", []))
    return {"ExperimentArn": service.arn(KIND, name)}


def _describe(service: Service, params: Params) -> Params:
    return experiment(service, find_experiment(service, params["ExperimentName"]))


def _list(service: Service, params: Params) -> Params:
    listing = Listing("ListExperiments", "SELECT * FROM experiments", "experiments")
    listing.created_between(service, params)
    rows, token = listing.page(service, params)
    kept = ("ExperimentArn", "ExperimentName", "DisplayName", "CreationTime", "LastModifiedTime")
    summaries = [subset(experiment(service, row), kept) for row in rows]
    return present(ExperimentSummaries=summaries, NextToken=token)


def _update(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = find_experiment(service, params["ExperimentName"])
        connection.execute(
            "UPDATE experiments SET display_name = ?, description = ?, modified = ? WHERE id = ?",
            (
                params.get("DisplayName") or row["display_name"],
                params.get("Description", row["description"]),
                service.clock(),
                row["id"],
            ),
        )
    return {"ExperimentArn": service.arn(KIND, row["name"])}


def _delete(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = find_experiment(service, params["ExperimentName"])
        arn = service.arn(KIND, row["name"])
        if service.store.row("SELECT 1 FROM trials WHERE experiment_id = ?", row["id"]) is not None:
            # [inf] worded like the text known of DeleteTrialComponent.
            raise invalid(f"Experiment '{arn}' is linked to 1 or more trials and cannot be deleted.")
        drop_tags(service, arn)
        connection.execute("DELETE FROM associations WHERE source_arn = ?1 OR destination_arn = ?1", (arn,))
        connection.execute("DELETE FROM experiments WHERE id = ?", (row["id"],))
    return {"ExperimentArn": arn}


OPERATIONS: Mapping[str, Operation] = {
    "CreateExperiment": _create,
    "DescribeExperiment": _describe,
    "ListExperiments": _list,
    "UpdateExperiment": _update,
    "DeleteExperiment": _delete,
}
