"""Model packages read: described one by one or many at once, and listed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.records import present, subset
from sm_track_widgets.embedded.registry_records import GROUP, find_package, listed, name_of, package_record
from sm_track_widgets.embedded.service import Operation, Service

_SUMMARY = (
    "ModelPackageName",
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
    "ModelLifeCycle",
    "ModelPackageRegistrationType",
)
_BATCH_SUMMARY = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "InferenceSpecification",
    "ModelPackageStatus",
    "ModelApprovalStatus",
    "ModelPackageRegistrationType",
)
_ORDERS: Mapping[str, str] = {"CreationTime": "created", "Name": "base"}
_TYPES: Mapping[str, str] = {
    "Versioned": "model_packages.version IS NOT NULL",
    "Unversioned": "model_packages.version IS NULL",
    "Both": "TRUE",
}
_CARD_METADATA: Mapping[str, tuple[str, ...]] = {
    "model_overview": ("model_id", "model_name"),
    "intended_uses": ("risk_rating",),
    "model_package_details": ("model_package_group_name", "model_package_arn"),
}
"""What of a model card's content IncludedData=MetadataOnly leaves [M]."""


def _describe(service: Service, params: Params) -> Params:
    found = package_record(service, find_package(service, params["ModelPackageName"]))
    if params.get("IncludedData") == "MetadataOnly" and "ModelCardContent" in found.get("ModelCard", {}):
        found["ModelCard"]["ModelCardContent"] = _without_secrets(found["ModelCard"]["ModelCardContent"])
    return found


def _without_secrets(content: str) -> str:
    card = json.loads(content)
    kept = {section: subset(card.get(section, {}), names) for section, names in _CARD_METADATA.items()}
    return json.dumps({section: found for section, found in kept.items() if found})


def _batch_describe(service: Service, params: Params) -> Params:
    errors: dict[str, Params] = {}
    summaries: dict[str, Params] = {}
    for arn in params["ModelPackageArnList"]:
        found = _summary_or_error(service, arn)
        (errors if "ErrorCode" in found else summaries)[arn] = found
    return {"ModelPackageSummaries": summaries, "BatchDescribeModelPackageErrorMap": errors}


def _summary_or_error(service: Service, arn: str) -> Params:
    try:
        found = package_record(service, find_package(service, arn))
    except ServiceError as error:
        return {"ErrorCode": error.code, "ErrorResponse": error.message}
    # A summary's group name is required; of an unversioned package it is the package's own name [inf].
    return subset({"ModelPackageGroupName": found.get("ModelPackageName"), **found}, _BATCH_SUMMARY)


def _list(service: Service, params: Params) -> Params:
    """List unversioned packages unless told otherwise [M]; those of a group are versions, whatever the type says."""
    listing = Listing("ListModelPackages", "SELECT * FROM model_packages", "model_packages", orders=_ORDERS)
    if "ModelPackageGroupName" in params:
        name = name_of(service, GROUP, params["ModelPackageGroupName"])
        sql = "model_packages.group_id = (SELECT id FROM model_package_groups WHERE key = ?)"
        listing.only(sql, (name or "").lower())
    default = "Versioned" if "ModelPackageGroupName" in params else "Unversioned"
    listing.only(_TYPES[params.get("ModelPackageType", default)])
    if "NameContains" in params:
        listing.only("instr(model_packages.base, ?) > 0", params["NameContains"].lower())
    if "ModelApprovalStatus" in params:
        listing.only("model_packages.approval = ?", params["ModelApprovalStatus"])
    rows, token = listed(listing, service, params, order="Ascending")
    summaries = [subset(package_record(service, row), _SUMMARY) for row in rows]
    return present(ModelPackageSummaryList=summaries, NextToken=token)


OPERATIONS: Mapping[str, Operation] = {
    "DescribeModelPackage": _describe,
    "BatchDescribeModelPackage": _batch_describe,
    "ListModelPackages": _list,
}
