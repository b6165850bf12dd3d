"""S3 buckets: what the SDK and our own uploads ask of them."""

from __future__ import annotations

import re

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.service import DEFAULT_REGION, Service, stamp

BUCKET_PATTERN = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
MAX_BUCKETS = 10_000  # a page of ListBuckets [M]


def ensure_bucket(service: Service, name: str) -> None:
    """Make a bucket if it is missing: the SDK expects its default bucket to exist when a prefix is set [S]."""
    if service.store.row("SELECT 1 FROM buckets WHERE name = ?", name) is None:
        with service.store.atomic() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO buckets (name, created) VALUES (?, ?)", (name, service.clock())
            )


def require_bucket(service: Service, params: Params, *, head: bool = False) -> str:
    """Return the bucket's name.

    Parameters
    ----------
    head
        Whether the operation is a HEAD request: its answer has no text, so boto3 shows the status as the code.

    Raises
    ------
    ServiceError
        ``NoSuchBucket``, or ``AccessDenied`` when ExpectedBucketOwner is another account.
    """
    name = str(params["Bucket"])
    if service.store.row("SELECT 1 FROM buckets WHERE name = ?", name) is None:
        raise missing(head=head, code="NoSuchBucket", message="The specified bucket does not exist")
    owner = params.get("ExpectedBucketOwner")
    if owner is not None and owner != service.account_id:
        code, text = ("403", "Forbidden") if head else ("AccessDenied", "Access Denied")
        raise ServiceError(code, text, 403)
    return name


def missing(*, head: bool, code: str, message: str) -> ServiceError:
    """Return the error of a bucket or key that is not there."""
    return ServiceError("404", "Not Found", 404) if head else ServiceError(code, message, 404)


def list_buckets(service: Service, params: Params) -> Params:
    """ListBuckets, in the order of names."""
    size = params.get("MaxBuckets") or MAX_BUCKETS
    prefix = params.get("Prefix") or ""
    rows = service.store.rows(
        "SELECT name, created FROM buckets WHERE substr(name, 1, ?) = ? AND name > ? ORDER BY name LIMIT ?",
        len(prefix),
        prefix,
        params.get("ContinuationToken") or "",
        size + 1,
    )
    found: Params = {
        "Buckets": [{"Name": row["name"], "CreationDate": stamp(int(row["created"]))} for row in rows[:size]],
        "Owner": {"ID": service.account_id, "DisplayName": service.account_id},
    }
    if prefix:
        found["Prefix"] = prefix
    if len(rows) > size:
        found["ContinuationToken"] = rows[size - 1]["name"]
    return found


def head_bucket(service: Service, params: Params) -> Params:
    """HeadBucket; a missing bucket answers code "404", by which the SDK decides to make it [S]."""
    require_bucket(service, params, head=True)
    # Not BucketArn: the models of older boto3 do not know it.
    return {"BucketRegion": service.region}


def create_bucket(service: Service, params: Params) -> Params:
    """CreateBucket; of a bucket of one's own it succeeds in us-east-1 and fails elsewhere, as S3 does."""
    name = str(params["Bucket"])
    if not BUCKET_PATTERN.fullmatch(name) or ".." in name:
        raise ServiceError("InvalidBucketName", "The specified bucket is not valid.")
    _check_location(service, (params.get("CreateBucketConfiguration") or {}).get("LocationConstraint"))
    with service.store.atomic() as connection:
        cursor = connection.execute(
            "INSERT OR IGNORE INTO buckets (name, created) VALUES (?, ?)", (name, service.clock())
        )
        if cursor.rowcount == 0 and service.region != DEFAULT_REGION:
            raise ServiceError(
                "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
                409,
            )
    if service.region == DEFAULT_REGION:
        return {"Location": f"/{name}"}
    return {"Location": f"http://{name}.s3.amazonaws.com/"}


def delete_bucket(service: Service, params: Params) -> Params:
    """DeleteBucket; it must be empty, of unfinished uploads too."""
    name = require_bucket(service, params)
    with service.store.atomic() as connection:
        for table in ("objects", "uploads"):
            if connection.execute(f"SELECT 1 FROM {table} WHERE bucket = ? LIMIT 1", (name,)).fetchone():
                raise ServiceError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409)
        connection.execute("DELETE FROM buckets WHERE name = ?", (name,))
    return {}


def get_bucket_location(service: Service, params: Params) -> Params:
    """GetBucketLocation; us-east-1 is said by None [M]."""
    require_bucket(service, params)
    return {"LocationConstraint": None if service.region == DEFAULT_REGION else service.region}


def _check_location(service: Service, constraint: str | None) -> None:
    if service.region == DEFAULT_REGION:
        if constraint == DEFAULT_REGION:
            raise ServiceError("InvalidLocationConstraint", "The specified location-constraint is not valid")
        matches = constraint is None
    else:
        matches = constraint == service.region
    if not matches:
        raise ServiceError(
            "IllegalLocationConstraintException",
            f"The {constraint or 'unspecified'} location constraint is incompatible for the region specific "
            "endpoint this request was sent to.",
        )
