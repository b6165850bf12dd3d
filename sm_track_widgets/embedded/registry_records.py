"""What groups, packages and models of the registry have in common: how they are named, found and recorded.

Texts of the refusals: "ModelPackage <arn> does not exist." was seen in a notebook, the others are what
aws-cloudformation-resource-providers-sagemaker and terraform-provider-aws look for.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError, invalid
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.service import Service, stamp

GROUP = "model-package-group"
PACKAGE = "model-package"
MODEL = "model"


def name_of(service: Service, kind: str, given: str) -> str | None:
    """Return the name in `given`, a name or an ARN; None for the ARN of another account or kind of resource.

    Raises
    ------
    ServiceError
        ``ValidationException`` for an ARN of another region, as amazon-sagemaker-examples#1438 shows it.
    """
    if not given.startswith("arn:"):
        return given
    _, _, _, region, account, resource = given.split(":", 5)
    if region != service.region:
        raise invalid(f"ARN should be scoped to correct region: {service.region}")
    found, _, name = resource.partition("/")
    return name if found == kind and account == service.account_id else None


def arn_of(service: Service, kind: str, given: str) -> str:
    """Return the ARN that `given`, a name or an ARN, means: what refusals speak of."""
    return given if given.startswith("arn:") else service.arn(kind, given)


def find_group(service: Service, given: str) -> sqlite3.Row:
    """Return the row of a group by name or ARN; ``ValidationException`` when there is none."""
    row = seek(service, "model_package_groups", name_of(service, GROUP, given))
    if row is None:
        raise invalid(f"ModelPackageGroup {arn_of(service, GROUP, given)} does not exist.")
    return row


def find_package(service: Service, given: str) -> sqlite3.Row:
    """Return the row of a package or version by name or ARN; ``ValidationException`` when there is none."""
    row = seek(service, "model_packages", name_of(service, PACKAGE, given))
    if row is None:
        raise invalid(f"ModelPackage {arn_of(service, PACKAGE, given)} does not exist.")
    return row


def find_model(service: Service, name: str) -> sqlite3.Row:
    """Return the row of a model; ``ValidationException`` when there is none."""
    row = seek(service, "models", name)
    if row is None:
        raise invalid(f'Could not find model "{service.arn(MODEL, name)}".')
    return row


def seek(service: Service, table: str, name: str | None) -> sqlite3.Row | None:
    """Return the row that `name` means in `table`, or None."""
    if name is None:
        return None
    row = service.store.row(f"SELECT * FROM {table} WHERE key = ?", name.lower())
    return row if service.named(row, name) else None


def dump(record: Params) -> str:
    """Return `record` as it is kept."""
    return json.dumps(record, ensure_ascii=False)


def record_of(row: sqlite3.Row) -> Params:
    """Return the record kept in `row`."""
    return dict[str, Any](json.loads(row["record"]))


def group_record(service: Service, row: sqlite3.Row) -> Params:
    """One row of ``model_package_groups`` in the shape of DescribeModelPackageGroup's output."""
    return {
        "ModelPackageGroupName": row["name"],
        "ModelPackageGroupArn": service.arn(GROUP, row["name"]),
        "CreationTime": stamp(row["created"]),
        "CreatedBy": {},
        "ModelPackageGroupStatus": "Completed",
        **record_of(row),
    }


def package_record(service: Service, row: sqlite3.Row) -> Params:
    """One row of ``model_packages`` in the shape of DescribeModelPackage's output.

    A version has no ModelPackageName, although the model calls it required: the API reference's example and
    sagemaker-python-sdk#5606 show it without.
    """
    base, _, _ = str(row["name"]).partition("/")
    named: Params = {"ModelPackageName": base}
    if row["version"] is not None:
        named = {"ModelPackageGroupName": base, "ModelPackageVersion": row["version"]}
    return {
        **named,
        "ModelPackageArn": service.arn(PACKAGE, row["name"]),
        "CreationTime": stamp(row["created"]),
        "CreatedBy": {},
        "LastModifiedTime": stamp(row["modified"]),
        "LastModifiedBy": {},
        **record_of(row),
    }


def listed(
    listing: Listing, service: Service, params: Params, *, order: str
) -> tuple[list[sqlite3.Row], str | None]:
    """Return a page and its token, by what the registry's lists share: their times and their default order."""
    times = {
        "CreatedAfter": params.get("CreationTimeAfter"),
        "CreatedBefore": params.get("CreationTimeBefore"),
    }
    listing.created_between(service, times)
    return listing.page(service, {"SortOrder": order, **params})


def conflict(message: str) -> ServiceError:
    """``ConflictException``."""
    return ServiceError("ConflictException", message)
