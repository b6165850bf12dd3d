"""Model package groups and their policies."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import invalid
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.records import present, subset
from sm_track_widgets.embedded.registry_records import (
    GROUP,
    conflict,
    dump,
    find_group,
    group_record,
    listed,
    seek,
)
from sm_track_widgets.embedded.service import Operation, Service
from sm_track_widgets.embedded.tags import drop_tags, set_tags

_KEPT = ("ModelPackageGroupDescription", "ManagedConfiguration")
_SUMMARY = (
    "ModelPackageGroupName",
    "ModelPackageGroupArn",
    "ModelPackageGroupDescription",
    "CreationTime",
    "ModelPackageGroupStatus",
    "ManagedConfiguration",
)


def _create(service: Service, params: Params) -> Params:
    name, now = params["ModelPackageGroupName"], service.clock()
    arn = service.arn(GROUP, name)
    with service.store.atomic() as connection:
        try:
            connection.execute(
                "INSERT INTO model_package_groups (name, key, created, modified, record) VALUES (?, ?, ?, ?, ?)",
                (name, name.lower(), now, now, dump(subset(params, _KEPT))),
            )
        except sqlite3.IntegrityError as error:
            raise invalid(f"Model Package Group already exists: {arn}") from error
        set_tags(service, arn, params.get("Tags", []))
    return {"ModelPackageGroupArn": arn}


def _describe(service: Service, params: Params) -> Params:
    return group_record(service, find_group(service, params["ModelPackageGroupName"]))


def _list(service: Service, params: Params) -> Params:
    listing = Listing("ListModelPackageGroups", "SELECT * FROM model_package_groups", "model_package_groups")
    if "NameContains" in params:
        listing.only("instr(model_package_groups.key, ?) > 0", params["NameContains"].lower())
    if params.get("CrossAccountFilterOption") == "CrossAccount":
        listing.only("FALSE")  # nobody shares with this account
    rows, token = listed(listing, service, params, order="Ascending")
    summaries = [subset(group_record(service, row), _SUMMARY) for row in rows]
    return present(ModelPackageGroupSummaryList=summaries, NextToken=token)


def _delete(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = find_group(service, params["ModelPackageGroupName"])
        arn = service.arn(GROUP, row["name"])
        if service.store.row("SELECT 1 FROM model_packages WHERE group_id = ?", row["id"]) is not None:
            # That only an empty group can be deleted is in the developer guide; [inf] code and text.
            raise conflict(
                f"Model Package Group {arn} cannot be deleted: delete its model package versions first."
            )
        drop_tags(service, arn)
        connection.execute("DELETE FROM model_package_groups WHERE id = ?", (row["id"],))
    return {}


def _policy_group(service: Service, params: Params) -> sqlite3.Row:
    name = params["ModelPackageGroupName"]
    row = seek(service, "model_package_groups", name)
    if row is None:
        raise invalid(f"Cannot find Model Package Group: {service.arn(GROUP, name)}")
    return row


def _put_policy(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = _policy_group(service, params)
        sql = "UPDATE model_package_groups SET policy = ? WHERE id = ?"
        connection.execute(sql, (params["ResourcePolicy"], row["id"]))
    return {"ModelPackageGroupArn": service.arn(GROUP, row["name"])}


def _get_policy(service: Service, params: Params) -> Params:
    row = _policy_group(service, params)
    if row["policy"] is None:
        raise invalid(f"Cannot find resource policy for: {service.arn(GROUP, row['name'])}")
    return {"ResourcePolicy": row["policy"]}


def _delete_policy(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        _get_policy(service, params)
        row = _policy_group(service, params)
        connection.execute("UPDATE model_package_groups SET policy = NULL WHERE id = ?", (row["id"],))
    return {}


OPERATIONS: Mapping[str, Operation] = {
    "CreateModelPackageGroup": _create,
    "DescribeModelPackageGroup": _describe,
    "ListModelPackageGroups": _list,
    "DeleteModelPackageGroup": _delete,
    "PutModelPackageGroupPolicy": _put_policy,
    "GetModelPackageGroupPolicy": _get_policy,
    "DeleteModelPackageGroupPolicy": _delete_policy,
}
