"""Trial components (what a run is stored as): create, describe, list, update, delete."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping
from typing import Any

from sm_track_widgets._names import MAX_ARTIFACTS, MAX_PARAMETERS
from sm_track_widgets._types import Params
from sm_track_widgets.embedded.experiments import find_experiment
from sm_track_widgets.embedded.faults import ServiceError, duplicate, invalid, not_found
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.records import component_arn, component_records, component_summary, present
from sm_track_widgets.embedded.service import Operation, Service
from sm_track_widgets.embedded.tags import drop_tags, set_tags

_DIRECTIONS = {"input": "InputArtifacts", "output": "OutputArtifacts"}
_SEARCH_ONLY = ("Tags", "Parents", "RunName")


def find_component(service: Service, name: str) -> sqlite3.Row:
    """Return the row of the component called `name`, whatever its case, or of that ARN.

    Raises
    ------
    ServiceError
        ``ResourceNotFound``.
    """
    prefix = component_arn(service, "")
    asked = name[len(prefix) :] if name.lower().startswith(prefix) else name
    row = service.store.row("SELECT * FROM components WHERE key = ?", asked.lower())
    if row is None or not service.named(row, asked):
        raise not_found("TrialComponent", name if name.startswith("arn:") else prefix + name)
    return row


def _create(service: Service, params: Params) -> Params:
    name = params["TrialComponentName"]
    status = params.get("Status", {})
    metadata = params.get("MetadataProperties")
    now = service.clock()
    with service.store.atomic() as connection:
        if service.store.row("SELECT 1 FROM components WHERE key = ?", name.lower()) is not None:
            raise duplicate("TrialComponent", name)
        made = connection.execute(
            "INSERT INTO components (name, key, display_name, status, message, started, ended, metadata, created, "
            "modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                name,
                name.lower(),
                params.get("DisplayName") or name,
                status.get("PrimaryStatus"),
                status.get("Message"),
                _moment(service, params.get("StartTime")),
                _moment(service, params.get("EndTime")),
                json.dumps(metadata) if metadata else None,
                now,
                now,
            ),
        )
        assert made.lastrowid is not None
        _write_maps(service, made.lastrowid, params)
        set_tags(service, component_arn(service, name), params.get("Tags", []))
    return {"TrialComponentArn": component_arn(service, name)}


def _moment(service: Service, value: Any) -> float | None:
    return None if value is None else service.moment(value)


def _write_maps(service: Service, component: int, params: Params) -> None:
    """Merge parameters and artifacts by key."""
    connection = service.store.connection()
    connection.executemany(
        "INSERT INTO component_parameters (component_id, name, text, number) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (component_id, name) DO UPDATE SET text = excluded.text, number = excluded.number",
        [
            (component, name, *_value(service, name, given))
            for name, given in params.get("Parameters", {}).items()
        ],
    )
    for direction, member in _DIRECTIONS.items():
        connection.executemany(
            "INSERT INTO component_artifacts (component_id, direction, name, media_type, value) "
            "VALUES (?, ?, ?, ?, ?) ON CONFLICT (component_id, direction, name) "
            "DO UPDATE SET media_type = excluded.media_type, value = excluded.value",
            [
                (component, direction, name, given.get("MediaType"), given["Value"])
                for name, given in params.get(member, {}).items()
            ],
        )


def _value(service: Service, name: str, given: Mapping[str, Any]) -> tuple[str | None, float | None]:
    """Return a parameter's text and number, of which exactly one must be given."""
    if ("StringValue" in given) == ("NumberValue" in given):
        raise invalid(
            f"Parameter '{name}' must have exactly one of StringValue and NumberValue."  # [inf] the text
        )
    if "StringValue" in given:
        return given["StringValue"], None
    number = given["NumberValue"]
    if isinstance(number, bool) and not service.rules.boolean_numbers:
        raise ServiceError(
            "SerializationException", f"{str(number).upper()}_VALUE cannot be converted to Double"
        )
    try:
        number = float(number)
    except OverflowError:
        number = math.inf  # an integer of more digits than a double holds
    if not math.isfinite(number):
        # JSON has no such numbers; boto3 sends the bare word NaN or Infinity [inf].
        raise ServiceError(
            "SerializationException", f"NumberValue of parameter '{name}' is not a JSON number"
        )
    return None, number


def _describe(service: Service, params: Params) -> Params:
    row = find_component(service, params["TrialComponentName"])
    record = component_records(service, [row["id"]])[0]
    for member in _SEARCH_ONLY:
        record.pop(member, None)
    if sources := _sources(service, row):
        record["Sources"] = sources
    return record


def _sources(service: Service, row: sqlite3.Row) -> list[Params]:
    """Return the component's own source, and the jobs that were started under a run [inf]."""
    jobs = service.store.rows(
        "SELECT arn, type FROM component_sources WHERE component_id = ? ORDER BY position", row["id"]
    )
    own = [(row["source_arn"], row["source_type"])] if row["source_arn"] is not None else []
    found = [*own, *((job["arn"], job["type"]) for job in jobs)]
    return [present(SourceArn=arn, SourceType=kind) for arn, kind in found]


def _list(service: Service, params: Params) -> Params:
    if sum(name in params for name in ("ExperimentName", "TrialName", "SourceArn")) > 1:
        # [M] documents the rule, the text is [inf].
        raise invalid("Only one of ExperimentName, TrialName and SourceArn can be specified.")
    listing = Listing("ListTrialComponents", "SELECT * FROM components", "components")
    if "ExperimentName" in params:
        listing.only(
            "components.id IN (SELECT component_id FROM trial_components "
            "JOIN trials ON trials.id = trial_components.trial_id WHERE trials.experiment_id = ?)",
            find_experiment(service, params["ExperimentName"])["id"],
        )
    if "TrialName" in params:
        listing.only(
            "components.id IN (SELECT component_id FROM trial_components WHERE trial_id = ?)",
            _trial_id(service, params["TrialName"]),
        )
    if "SourceArn" in params:
        listing.only("components.source_arn = ? COLLATE NOCASE", params["SourceArn"])
    listing.created_between(service, params)
    rows, token = listing.page(service, params)
    return present(TrialComponentSummaries=[component_summary(service, row) for row in rows], NextToken=token)


def _trial_id(service: Service, name: str) -> int:
    row = service.store.row("SELECT id, name FROM trials WHERE key = ?", name.lower())
    if row is None or not service.named(row, name):
        raise not_found("Trial", service.arn("experiment-trial", name))
    return row["id"]


def _update(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = find_component(service, params["TrialComponentName"])
        status, message = _status(row, params.get("Status"))
        started, ended = _moment(service, params.get("StartTime")), _moment(service, params.get("EndTime"))
        connection.execute(
            "UPDATE components SET display_name = ?, status = ?, message = ?, started = COALESCE(?, started), "
            "ended = COALESCE(?, ended), modified = ? WHERE id = ?",
            (
                params.get("DisplayName") or row["display_name"],
                status,
                message,
                started,
                ended,
                service.clock(),
                row["id"],
            ),
        )
        _write_maps(service, row["id"], params)
        _remove(service, row["id"], params)
        _check_sizes(service, row["id"])
    return {"TrialComponentArn": component_arn(service, row["name"])}


def _status(row: sqlite3.Row, given: Mapping[str, str] | None) -> tuple[str | None, str | None]:
    """Return the new primary status and message: a status without a message clears the old message [inf]."""
    if not given:
        return row["status"], row["message"]
    return given.get("PrimaryStatus", row["status"]), given.get("Message")


def _remove(service: Service, component: int, params: Params) -> None:
    """Apply the ToRemove lists: after the merge, so that a key both set and removed ends removed [T]."""
    connection = service.store.connection()
    connection.executemany(
        "DELETE FROM component_parameters WHERE component_id = ? AND name = ?",
        [(component, name) for name in params.get("ParametersToRemove", [])],
    )
    for direction, member in _DIRECTIONS.items():
        connection.executemany(
            "DELETE FROM component_artifacts WHERE component_id = ? AND direction = ? AND name = ?",
            [(component, direction, name) for name in params.get(f"{member}ToRemove", [])],
        )


def _check_sizes(service: Service, component: int) -> None:
    """Hold the merged maps to the sizes that the model sets for one call."""
    row = service.store.row(
        "SELECT (SELECT COUNT(*) FROM component_parameters WHERE component_id = ?1) AS parameters, "
        "(SELECT COUNT(*) FROM component_artifacts WHERE component_id = ?1 AND direction = 'input') AS inputs, "
        "(SELECT COUNT(*) FROM component_artifacts WHERE component_id = ?1 AND direction = 'output') AS outputs",
        component,
    )
    assert row is not None
    limits = {
        "parameters": MAX_PARAMETERS,
        "inputs": MAX_ARTIFACTS,
        "outputs": MAX_ARTIFACTS,
    }
    for what, limit in limits.items():
        if row[what] > limit:
            # [inf] the text, and that the merged size counts.
            raise invalid(f"TrialComponent would have {row[what]} {what}; the limit is {limit}.")


def _delete(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = find_component(service, params["TrialComponentName"])
        arn = component_arn(service, row["name"])
        if service.store.row("SELECT 1 FROM trial_components WHERE component_id = ?", row["id"]) is not None:
            # The exact text: sagemaker-python-sdk#1515.
            raise invalid(f"TrialComponent '{arn}' is linked to 1 or more trials and cannot be deleted.")
        drop_tags(service, arn)
        connection.execute("DELETE FROM associations WHERE source_arn = ?1 OR destination_arn = ?1", (arn,))
        connection.execute("DELETE FROM components WHERE id = ?", (row["id"],))
    return {"TrialComponentArn": arn}


OPERATIONS: Mapping[str, Operation] = {
    "CreateTrialComponent": _create,
    "DescribeTrialComponent": _describe,
    "ListTrialComponents": _list,
    "UpdateTrialComponent": _update,
    "DeleteTrialComponent": _delete,
}
