"""The rows of S3 objects: what is kept of one besides its bytes, and the conditions of a request on it."""

from __future__ import annotations

import json
import re
import sqlite3
import urllib.parse
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.object_buckets import missing, require_bucket
from sm_track_widgets.embedded.service import Service, seconds

HEADERS = (
    "ContentType",
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
)
DEFAULT_TYPE = "binary/octet-stream"
MAX_KEY_BYTES = 1024
RANGE_PATTERN = re.compile(r"bytes=(\d*)-(\d*)")


def find_object(service: Service, params: Params, *, head: bool = False) -> sqlite3.Row:
    """Return the row of the object that `params` name.

    Raises
    ------
    ServiceError
        ``NoSuchBucket``, ``NoSuchKey``, ``AccessDenied``; in a HEAD request their status as the code.
    """
    bucket = require_bucket(service, params, head=head)
    row = service.store.row("SELECT * FROM objects WHERE bucket = ? AND key = ?", bucket, params["Key"])
    if row is None:
        raise missing(head=head, code="NoSuchKey", message="The specified key does not exist.")
    return row


def save_object(service: Service, params: Params, *, file: str, etag: str, size: int) -> list[str]:
    """Write an object's row; return the contents that no longer belong to it. Call inside a transaction."""
    bucket, key = params["Bucket"], params["Key"]
    check_key(key)
    old = service.store.row("SELECT file FROM objects WHERE bucket = ? AND key = ?", bucket, key)
    service.store.connection().execute(
        "INSERT OR REPLACE INTO objects (bucket, key, etag, size, content_type, metadata, modified, file) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            bucket,
            key,
            etag,
            size,
            params.get("ContentType") or DEFAULT_TYPE,
            pack_headers(params),
            service.clock(),
            file,
        ),
    )
    return [] if old is None or old["file"] == file else [old["file"]]


def pack_headers(params: Params) -> str:
    """Return the headers and the user's metadata of a request as one JSON text; metadata names become lower case."""
    kept: Params = {name: params[name] for name in HEADERS[1:] if params.get(name) is not None}
    kept["Metadata"] = {name.lower(): value for name, value in (params.get("Metadata") or {}).items()}
    return json.dumps(kept)


def described(row: sqlite3.Row) -> Params:
    """Return content type, headers and metadata of an object or upload, named as the parameters that set them."""
    return {"ContentType": row["content_type"], **json.loads(row["metadata"])}


def check_key(key: str) -> None:
    """Refuse a key that is too long."""
    if len(key.encode()) > MAX_KEY_BYTES:
        raise ServiceError("KeyTooLongError", "Your key is too long")


def check_conditions(row: sqlite3.Row, params: Params, *, prefix: str = "", head: bool = False) -> None:
    """Honour IfMatch, IfNoneMatch, IfModifiedSince and IfUnmodifiedSince (`prefix` before each name).

    Raises
    ------
    ServiceError
        ``PreconditionFailed`` (412), or ``304`` where the reader has the object already.
    """
    match, none_match = params.get(f"{prefix}IfMatch"), params.get(f"{prefix}IfNoneMatch")
    modified = int(row["modified"])
    since, until = params.get(f"{prefix}IfModifiedSince"), params.get(f"{prefix}IfUnmodifiedSince")
    failed = not _same(match, row) if match is not None else until is not None and modified > seconds(until)
    if failed:
        raise _precondition("412" if head else "PreconditionFailed")
    unchanged = (
        _same(none_match, row) if none_match is not None else since is not None and modified <= seconds(since)
    )
    if unchanged and prefix:
        raise _precondition("PreconditionFailed")
    if unchanged:
        raise ServiceError("304", "Not Modified", 304)


def check_write_conditions(service: Service, params: Params) -> None:
    """Honour IfMatch and IfNoneMatch (only ``*``) of a write."""
    row = service.store.row(
        "SELECT * FROM objects WHERE bucket = ? AND key = ?", params["Bucket"], params["Key"]
    )
    if params.get("IfNoneMatch") == "*" and row is not None:
        raise _precondition("PreconditionFailed")
    match = params.get("IfMatch")
    if match is not None and (row is None or not _same(match, row)):
        raise _precondition("PreconditionFailed")


def window(size: int, header: str | None) -> tuple[int, int, bool]:
    """Return (start, length, whether it is a part) of a Range header; a malformed one is ignored, as HTTP says.

    Raises
    ------
    ServiceError
        ``InvalidRange`` for a range that begins behind the end.
    """
    found = RANGE_PATTERN.fullmatch(header or "")
    if found is None or found[0] == "bytes=-":
        return 0, size, False
    first, last = found.groups()
    if first:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    else:
        start, end = max(size - int(last), 0), size - 1
    if start >= size or end < start:
        raise ServiceError("InvalidRange", "The requested range is not satisfiable", 416)
    return start, end - start + 1, True


def copy_source(params: Params) -> Params:
    """Return what a CopySource names, as parameters of GetObject: boto3 takes ``"bucket/key"`` or a dictionary."""
    source = params["CopySource"]
    if not isinstance(source, str):
        return {"Bucket": source["Bucket"], "Key": source["Key"]}
    plain = urllib.parse.unquote(source.partition("?versionId=")[0]).lstrip("/")
    bucket, _, key = plain.partition("/")
    return {"Bucket": bucket, "Key": key}


def _same(condition: Any, row: sqlite3.Row) -> bool:
    wanted = str(condition).strip()
    return wanted == "*" or wanted.strip('"') == row["etag"].strip('"')


def _precondition(code: str) -> ServiceError:
    text = "At least one of the pre-conditions you specified did not hold"
    return ServiceError(code, "Precondition Failed" if code == "412" else text, 412)
