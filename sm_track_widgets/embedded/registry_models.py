"""Models: what CreateModel records. Nothing is hosted here; endpoints and transform jobs are not offered."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import invalid
from sm_track_widgets.embedded.jobs.storage import SCHEME, exists
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.records import present, subset
from sm_track_widgets.embedded.registry_records import (
    MODEL,
    PACKAGE,
    dump,
    find_model,
    find_package,
    listed,
    record_of,
)
from sm_track_widgets.embedded.service import Operation, Service, stamp
from sm_track_widgets.embedded.tags import drop_tags, set_tags

_KEPT = (
    "PrimaryContainer",
    "Containers",
    "InferenceExecutionConfig",
    "ExecutionRoleArn",
    "VpcConfig",
    "EnableNetworkIsolation",
)


def _create(service: Service, params: Params) -> Params:
    name, now = params["ModelName"], service.clock()
    arn = service.arn(MODEL, name)
    if ("PrimaryContainer" in params) == bool(params.get("Containers")):
        raise invalid("Exactly one of PrimaryContainer and Containers must be specified.")  # [inf] the text
    containers = params.get("Containers") or [params["PrimaryContainer"]]
    record = {"EnableNetworkIsolation": False, **subset(params, _KEPT)}
    with service.store.atomic() as connection:
        for container in containers:
            _check(service, container)
        try:
            connection.execute(
                "INSERT INTO models (name, key, created, modified, record) VALUES (?, ?, ?, ?, ?)",
                (name, name.lower(), now, now, dump(record)),
            )
        except sqlite3.IntegrityError as error:
            raise invalid(f'Cannot create already existing model "{arn}".') from error
        set_tags(service, arn, params.get("Tags", []))
    return {"ModelArn": arn}


def _check(service: Service, container: Params) -> None:
    """Refuse a container whose model package or model data cannot be had."""
    if ("Image" in container) == ("ModelPackageName" in container):
        raise invalid("A container needs an Image or a ModelPackageName, and not both.")  # [inf] the text
    if "ModelPackageName" in container:
        row = find_package(service, container["ModelPackageName"])
        if row["version"] is not None and row["approval"] != "Approved":
            # That it must be approved is in the model; [inf] the text.
            raise invalid(
                f"Model package {service.arn(PACKAGE, row['name'])} must be approved before a model can be "
                f"created from it; its approval status is {row['approval']}."
            )
    for url in _data_urls(container):
        if url.startswith(SCHEME) and not exists(service, url):
            raise invalid(f"Could not find model data at {url}.")  # amazon-sagemaker-examples#4476


def _data_urls(container: Params) -> Iterator[str]:
    if "ModelDataUrl" in container:
        yield container["ModelDataUrl"]
    if source := container.get("ModelDataSource", {}).get("S3DataSource"):
        yield source["S3Uri"]


def _describe(service: Service, params: Params) -> Params:
    row = find_model(service, params["ModelName"])
    return {**_summary(service, row), **record_of(row)}


def _summary(service: Service, row: sqlite3.Row) -> Params:
    arn = service.arn(MODEL, row["name"])
    return {"ModelName": row["name"], "ModelArn": arn, "CreationTime": stamp(row["created"])}


def _list(service: Service, params: Params) -> Params:
    listing = Listing("ListModels", "SELECT * FROM models", "models")
    if "NameContains" in params:
        listing.only("instr(models.key, ?) > 0", params["NameContains"].lower())
    rows, token = listed(listing, service, params, order="Descending")
    return present(Models=[_summary(service, row) for row in rows], NextToken=token)


def _delete(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = find_model(service, params["ModelName"])
        drop_tags(service, service.arn(MODEL, row["name"]))
        connection.execute("DELETE FROM models WHERE id = ?", (row["id"],))
    return {}


OPERATIONS: Mapping[str, Operation] = {
    "CreateModel": _create,
    "DescribeModel": _describe,
    "ListModels": _list,
    "DeleteModel": _delete,
}
