"""Model packages: creating, updating and deleting them, in a group (versioned) or alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError, invalid
from sm_track_widgets.embedded.records import subset
from sm_track_widgets.embedded.registry_records import (
    MODEL,
    PACKAGE,
    dump,
    find_group,
    find_model,
    find_package,
    name_of,
    record_of,
)
from sm_track_widgets.embedded.service import Operation, Service
from sm_track_widgets.embedded.tags import drop_tags, set_tags

MAX_METADATA = 50  # CustomerMetadataProperties [M]
MAX_ADDITIONAL = 15  # AdditionalInferenceSpecifications [M]
PENDING = "PendingManualApproval"
_KEPT = (
    "ModelPackageRegistrationType",
    "ModelPackageDescription",
    "InferenceSpecification",
    "SourceAlgorithmSpecification",
    "ValidationSpecification",
    "CertifyForMarketplace",
    "MetadataProperties",
    "ModelMetrics",
    "Domain",
    "Task",
    "SamplePayloadUrl",
    "CustomerMetadataProperties",
    "DriftCheckBaselines",
    "AdditionalInferenceSpecifications",
    "SkipModelValidation",
    "SourceUri",
    "SecurityConfig",
    "ModelCard",
    "ModelLifeCycle",
    "ManagedStorageType",
)
_REPLACED = (
    "ModelApprovalStatus",
    "ApprovalDescription",
    "ModelPackageRegistrationType",
    "InferenceSpecification",
    "SourceUri",
    "ModelLifeCycle",
)
_CONTAINER = ("ContainerHostname", "Image", "ModelDataUrl", "ModelDataSource", "Environment")


def _create(service: Service, params: Params) -> Params:
    versioned = "ModelPackageGroupName" in params
    _check(params, versioned=versioned)
    token = params.get("ClientToken")
    with service.store.atomic():
        held = service.store.row("SELECT name FROM model_packages WHERE token = ?", token)
        if held is not None:  # the same request again: idempotent [M]
            return {"ModelPackageArn": service.arn(PACKAGE, held["name"])}
        record = _new_record(service, params, versioned=versioned)
        name = _insert(service, params, record)
        arn = service.arn(PACKAGE, name)
        set_tags(service, arn, params.get("Tags", []))
    return {"ModelPackageArn": arn}


def _check(params: Params, *, versioned: bool) -> None:
    """Refuse what a request for a version, or for an unversioned package, cannot have."""
    alone = "ModelPackageName" in params
    if versioned and alone:
        # getmoto/moto#7165, from AWS, as is the next.
        raise invalid(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
            "Cannot determine which one to use."
        )
    if not versioned and not alone:
        raise invalid("Missing ARN.")
    containers = params.get("InferenceSpecification", {}).get("Containers", [])
    if alone and any(container.get("Environment") for container in containers):
        # Seen in a public notebook, with this plural.
        raise invalid(
            "1 validation errors detected:Environment variable map cannot be specified "
            "when using non-versioned ModelPackages"
        )
    _check_source(params)
    if params.get("ValidationSpecification") and params.get("SkipModelValidation") != "All":
        raise ServiceError(
            "UnsupportedOperation",
            "The embedded SageMaker service runs no transform jobs, so it cannot validate a model package. "
            "Leave ValidationSpecification out, or set SkipModelValidation='All'.",
            501,
        )


def _check_source(params: Params) -> None:
    if "SourceUri" in params and "InferenceSpecification" in params:
        # The SDK says that the service takes only one of the two (Session.create_model_package_from_containers);
        # [inf] the text.
        raise invalid("SourceUri and InferenceSpecification cannot be specified together.")


def _new_record(service: Service, params: Params, *, versioned: bool) -> Params:
    record: Params = {
        "CertifyForMarketplace": False,
        **subset(params, _KEPT),
        # Nothing is scanned or validated here, and AWS lists neither for a package that asks for neither.
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
    }
    for algorithm in params.get("SourceAlgorithmSpecification", {}).get("SourceAlgorithms", []):
        raise invalid(
            f"Algorithm {algorithm['AlgorithmName']} does not exist."
        )  # none are offered; [inf] the text
    if versioned:
        record["ModelApprovalStatus"] = params.get("ModelApprovalStatus", PENDING)
    if found := _inference_of(service, params.get("SourceUri", "")):
        record["InferenceSpecification"] = found
    return record


def _inference_of(service: Service, source: str) -> Params | None:
    """Return the InferenceSpecification that SageMaker takes over from a model or model package (SDK, [M])."""
    kind = source.split(":", 5)[-1].partition("/")[0] if source.startswith("arn:") else ""
    if kind == PACKAGE:
        return record_of(find_package(service, source)).get("InferenceSpecification")
    if kind != MODEL:
        return None
    record = record_of(find_model(service, name_of(service, MODEL, source) or source))
    containers: list[Params] = []
    for container in record.get("Containers") or [record["PrimaryContainer"]]:
        if "ModelPackageName" in container:
            package = record_of(find_package(service, container["ModelPackageName"]))
            containers += package.get("InferenceSpecification", {}).get("Containers", [])
        else:
            containers.append(subset(container, _CONTAINER))
    return {"Containers": containers} if containers else None


def _insert(service: Service, params: Params, record: Params) -> str:
    """Insert a package, or the next version of its group; return its name. Numbers are never used again [inf]."""
    connection, now = service.store.connection(), service.clock()
    group: sqlite3.Row | None = None
    version: int | None = None
    if "ModelPackageGroupName" in params:
        group = find_group(service, params["ModelPackageGroupName"])
        version = group["versions"] + 1
        connection.execute(
            "UPDATE model_package_groups SET versions = ? WHERE id = ?", (version, group["id"])
        )
    base = params["ModelPackageName"] if group is None else group["name"]
    name = base if group is None else f"{base}/{version}"
    values: dict[str, Any] = {
        "name": name,
        "key": name.lower(),
        "base": base.lower(),
        "group_id": None if group is None else group["id"],
        "version": version,
        "approval": record.get("ModelApprovalStatus"),
        "token": params.get("ClientToken"),
        "created": now,
        "modified": now,
        "record": dump(record),
    }
    marks = ", ".join(f":{column}" for column in values)
    try:
        connection.execute(f"INSERT INTO model_packages ({', '.join(values)}) VALUES ({marks})", values)
    except sqlite3.IntegrityError as error:
        # Worded like the one known of groups [inf].
        raise invalid(f"Model Package already exists: {service.arn(PACKAGE, name)}") from error
    return name


def _update(service: Service, params: Params) -> Params:
    _check_source(params)
    with service.store.atomic() as connection:
        row = find_package(service, params["ModelPackageArn"])
        arn = service.arn(PACKAGE, row["name"])
        if row["version"] is None:
            # "Updates a versioned model" [M]; [inf] the text.
            raise invalid(f"ModelPackage {arn} is not versioned and cannot be updated.")
        record = {**record_of(row), **subset(params, _REPLACED)}
        _merge_metadata(record, params)
        _add_specifications(record, params)
        if "ModelCard" in params:
            # The SDK updates content and status one by one.
            record["ModelCard"] = {**record.get("ModelCard", {}), **params["ModelCard"]}
        connection.execute(
            "UPDATE model_packages SET approval = ?, modified = ?, record = ? WHERE id = ?",
            (record["ModelApprovalStatus"], service.clock(), dump(record), row["id"]),
        )
    return {"ModelPackageArn": arn}


def _merge_metadata(record: Params, params: Params) -> None:
    merged = {**record.pop("CustomerMetadataProperties", {}), **params.get("CustomerMetadataProperties", {})}
    for key in params.get("CustomerMetadataPropertiesToRemove", []):
        merged.pop(key, None)
    if len(merged) > MAX_METADATA:
        # The number is [M], of one request; that it holds for the sum, and the text, are [inf].
        raise invalid(
            f"Model package would have {len(merged)} metadata properties; the limit is {MAX_METADATA}."
        )
    if merged:
        record["CustomerMetadataProperties"] = merged


def _add_specifications(record: Params, params: Params) -> None:
    added = params.get("AdditionalInferenceSpecificationsToAdd", [])
    if not added:
        return
    merged = [*record.get("AdditionalInferenceSpecifications", []), *added]
    if len(merged) > MAX_ADDITIONAL:
        raise invalid(
            f"Total number of additional Inference Specifications can not exceed {MAX_ADDITIONAL}."  # [M]
        )
    record["AdditionalInferenceSpecifications"] = merged


def _delete(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = find_package(service, params["ModelPackageName"])
        drop_tags(service, service.arn(PACKAGE, row["name"]))
        connection.execute("DELETE FROM model_packages WHERE id = ?", (row["id"],))
    return {}


OPERATIONS: Mapping[str, Operation] = {
    "CreateModelPackage": _create,
    "UpdateModelPackage": _update,
    "DeleteModelPackage": _delete,
}
