"""The full records of experiments, trials and components, as Search returns them and Describe builds on.

Bulk: a page of 100 components costs five statements, not five hundred. Ids travel as one JSON array, so that each
statement's text is constant and SQLite's cache of compiled statements hits.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sm_track_widgets._names import RUN_TAG, RUN_TAG_VALUE
from sm_track_widgets._types import Params
from sm_track_widgets.embedded.service import Service, stamp

_IN = "IN (SELECT value FROM json_each(?))"
_TRIALS_COMPONENT = (
    "TrialComponentName",
    "TrialComponentArn",
    "TrialComponentSource",
    "CreationTime",
    "CreatedBy",
)
_ARTIFACT_MEMBERS = {"input": "InputArtifacts", "output": "OutputArtifacts"}


def component_records(service: Service, ids: Sequence[int]) -> list[Params]:
    """Trial components in the shape of Search's ``TrialComponent``, in the order of `ids`; unknown ids are left out.

    ``Parameters``, ``InputArtifacts`` and ``OutputArtifacts`` are always there, if empty: the SDK's
    ExperimentAnalytics fails without them [S]. ``Source`` only where there is one [T].
    """
    wanted = json.dumps(list(ids))
    rows = service.store.rows(f"SELECT * FROM components WHERE id {_IN}", wanted)
    records = {row["id"]: _component(service, row) for row in rows}
    _add_parameters(service, wanted, records)
    _add_artifacts(service, wanted, records)
    _add_metrics(service, wanted, records)
    _add_parents(service, wanted, records)
    tags = tags_of(service, [component_arn(service, row["key"]) for row in rows])
    for row in rows:
        _add_tags(records[row["id"]], tags.get(component_arn(service, row["key"]), []))
    return [records[number] for number in ids if number in records]


def trial_records(service: Service, ids: Sequence[int]) -> list[Params]:
    """Trials in the shape of Search's ``Trial``, in the order of `ids`; unknown ids are left out."""
    wanted = json.dumps(list(ids))
    rows = service.store.rows(
        "SELECT trials.*, experiments.name AS experiment FROM trials "
        f"JOIN experiments ON experiments.id = trials.experiment_id WHERE trials.id {_IN}",
        wanted,
    )
    tags = tags_of(service, [service.arn("experiment-trial", row["key"]) for row in rows])
    summaries = _component_summaries(service, wanted)
    records: dict[int, Params] = {}
    for row in rows:
        records[row["id"]] = {
            **trial(service, row),
            "Tags": tags.get(service.arn("experiment-trial", row["key"]), []),
            "TrialComponentSummaries": summaries.get(row["id"], []),
        }
    return [records[number] for number in ids if number in records]


def experiment_records(service: Service, ids: Sequence[int]) -> list[Params]:
    """Experiments in the shape of Search's ``Experiment``, in the order of `ids`; unknown ids are left out."""
    rows = service.store.rows(f"SELECT * FROM experiments WHERE id {_IN}", json.dumps(list(ids)))
    tags = tags_of(service, [service.arn("experiment", row["key"]) for row in rows])
    records: dict[int, Params] = {}
    for row in rows:
        arn = service.arn("experiment", row["key"])
        records[row["id"]] = {**experiment(service, row), "Tags": tags.get(arn, [])}
    return [records[number] for number in ids if number in records]


def component_arn(service: Service, name: str) -> str:
    """Return the ARN of the trial component called `name`; of its key, the ARN under which tags are stored."""
    return service.arn("experiment-trial-component", name)


def tags_of(service: Service, arns: Iterable[str]) -> Mapping[str, list[Params]]:
    """Tags of each of `arns` (lower case) in the order they were first set; ARNs without tags are left out."""
    found: defaultdict[str, list[Params]] = defaultdict(list)
    rows = service.store.rows(
        f"SELECT arn, key, value FROM tags WHERE arn {_IN} ORDER BY arn, position", json.dumps(list(arns))
    )
    for row in rows:
        found[row["arn"]].append({"Key": row["key"], "Value": row["value"]})
    return found


def experiment(service: Service, row: sqlite3.Row) -> Params:
    """One row of ``experiments`` in the shape of DescribeExperiment's output."""
    return present(
        ExperimentName=row["name"],
        ExperimentArn=service.arn("experiment", row["name"]),
        DisplayName=row["display_name"],
        Description=row["description"],
        **_times(row),
    )


def trial(service: Service, row: sqlite3.Row) -> Params:
    """One row of ``trials``, with its ``experiment``'s name, in the shape of DescribeTrial's output."""
    return present(
        TrialName=row["name"],
        TrialArn=service.arn("experiment-trial", row["name"]),
        DisplayName=row["display_name"],
        ExperimentName=row["experiment"],
        MetadataProperties=json.loads(row["metadata"]) if row["metadata"] else None,
        **_times(row),
    )


def component_summary(service: Service, row: sqlite3.Row) -> Params:
    """One row of ``components`` in the shape of ListTrialComponents' summaries."""
    return present(
        TrialComponentName=row["name"],
        TrialComponentArn=component_arn(service, row["name"]),
        DisplayName=row["display_name"],
        TrialComponentSource=_source(row),
        Status=present(PrimaryStatus=row["status"], Message=row["message"]) or None,
        StartTime=stamp(row["started"]),
        EndTime=stamp(row["ended"]),
        **_times(row),
    )


def present(**members: Any) -> Params:
    """Return `members` without those that are None: AWS leaves unset members out of its answers."""
    return {name: value for name, value in members.items() if value is not None}


def subset(record: Params, members: Iterable[str]) -> Params:
    """Return those of `members` that `record` has, in their order: a summary is part of the full record."""
    return {name: record[name] for name in members if name in record}


def _times(row: sqlite3.Row) -> Params:
    return {
        "CreationTime": stamp(row["created"]),
        "CreatedBy": {},
        "LastModifiedTime": stamp(row["modified"]),
        "LastModifiedBy": {},
    }


def _source(row: sqlite3.Row) -> Params | None:
    if row["source_arn"] is None:
        return None
    return present(SourceArn=row["source_arn"], SourceType=row["source_type"])


def _component(service: Service, row: sqlite3.Row) -> Params:
    record = component_summary(service, row)
    if source := record.pop("TrialComponentSource", None):
        record["Source"] = source
    if row["metadata"]:
        record["MetadataProperties"] = json.loads(row["metadata"])
    return {
        **record,
        "Parameters": {},
        "InputArtifacts": {},
        "OutputArtifacts": {},
        "Metrics": [],
        "Tags": [],
        "Parents": [],
    }


def _add_parameters(service: Service, wanted: str, records: Mapping[int, Params]) -> None:
    sql = f"SELECT component_id, name, text, number FROM component_parameters WHERE component_id {_IN}"
    for row in service.store.rows(sql, wanted):
        value = {"NumberValue": row["number"]} if row["text"] is None else {"StringValue": row["text"]}
        records[row["component_id"]]["Parameters"][row["name"]] = value


def _add_artifacts(service: Service, wanted: str, records: Mapping[int, Params]) -> None:
    sql = f"SELECT * FROM component_artifacts WHERE component_id {_IN}"
    for row in service.store.rows(sql, wanted):
        artifacts = records[row["component_id"]][_ARTIFACT_MEMBERS[row["direction"]]]
        artifacts[row["name"]] = present(MediaType=row["media_type"], Value=row["value"])


def _add_metrics(service: Service, wanted: str, records: Mapping[int, Params]) -> None:
    sql = f"SELECT * FROM series WHERE component_id {_IN} ORDER BY component_id, id"
    for row in service.store.rows(sql, wanted):
        record = records[row["component_id"]]
        record["Metrics"].append(
            {
                "MetricName": row["name"],
                "SourceArn": record["TrialComponentArn"],
                "TimeStamp": stamp(row["last_time"]),
                "Max": row["maximum"],
                "Min": row["minimum"],
                "Last": row["last"],
                "Count": row["count"],
                "Avg": row["mean"],
                # Population deviation [inf]: AWS says neither.
                "StdDev": math.sqrt(max(row["m2"], 0.0) / row["count"]),
            }
        )


def _add_parents(service: Service, wanted: str, records: Mapping[int, Params]) -> None:
    sql = (
        "SELECT links.component_id, trials.name AS trial, experiments.name AS experiment "
        "FROM trial_components AS links JOIN trials ON trials.id = links.trial_id "
        f"JOIN experiments ON experiments.id = trials.experiment_id WHERE links.component_id {_IN} "
        "ORDER BY links.linked, links.trial_id"
    )
    for row in service.store.rows(sql, wanted):
        parent = {"TrialName": row["trial"], "ExperimentName": row["experiment"]}
        records[row["component_id"]]["Parents"].append(parent)


def _add_tags(record: Params, tags: list[Params]) -> None:
    record["Tags"] = tags
    if any(tag["Key"] == RUN_TAG and tag["Value"] == RUN_TAG_VALUE for tag in tags):
        # The component's whole name [inf], as in ExperimentConfig.RunName [S].
        record["RunName"] = record["TrialComponentName"]


def _component_summaries(service: Service, wanted: str) -> Mapping[int, list[Params]]:
    sql = (
        "SELECT links.trial_id, components.* FROM trial_components AS links "
        f"JOIN components ON components.id = links.component_id WHERE links.trial_id {_IN} "
        "ORDER BY links.linked, components.id"
    )
    found: defaultdict[int, list[Params]] = defaultdict(list)
    for row in service.store.rows(sql, wanted):
        summary = component_summary(service, row)
        found[row["trial_id"]].append(subset(summary, _TRIALS_COMPONENT))
    return found
