"""S3 objects: put, get, head, delete and copy; and the table of all S3 operations offered.

Large files go through s3transfer, whose multipart calls are in ``object_uploads.py``.
"""

from __future__ import annotations

import base64
import sqlite3
from pathlib import Path

from sm_track_widgets._types import Params
from sm_track_widgets.embedded import object_buckets, object_files, object_lists, object_uploads
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.object_buckets import ensure_bucket, require_bucket
from sm_track_widgets.embedded.object_rows import (
    HEADERS,
    check_conditions,
    check_write_conditions,
    copy_source,
    described,
    find_object,
    save_object,
    window,
)
from sm_track_widgets.embedded.service import Operation, Service, stamp

__all__ = ["OPERATIONS", "ensure_bucket", "object_file"]


def object_file(service: Service, bucket: str, key: str) -> Path | None:
    """Return the file that holds an object's bytes, or None when there is no such object. Only for reading."""
    row = service.store.row("SELECT file FROM objects WHERE bucket = ? AND key = ?", bucket, key)
    return None if row is None else object_files.path_of(service, row["file"])


def put_object(service: Service, params: Params) -> Params:
    """PutObject; the object is there whole or not at all."""
    require_bucket(service, params)
    staged = object_files.stage(service, object_files.body_blocks(params.get("Body")))
    try:
        _check_md5(staged, params.get("ContentMD5"))
        old = _store(service, params, staged)
    finally:
        staged.discard()
    object_files.release(service, old)
    return {"ETag": f'"{staged.md5}"'}


def get_object(service: Service, params: Params) -> Params:
    """GetObject, whole or a Range of it."""
    try:
        return _read(service, params)
    except FileNotFoundError:
        # Replaced or deleted between row and file. Under the write lock the two belong together.
        with service.store.atomic():
            return _read_or_tell(service, params)


def _read_or_tell(service: Service, params: Params) -> Params:
    try:
        return _read(service, params)
    except FileNotFoundError as error:
        place = f"s3://{params['Bucket']}/{params['Key']}"
        raise ServiceError(
            "InternalError", f"The bytes of {place} are missing: {error.filename}", 500
        ) from error


def _read(service: Service, params: Params) -> Params:
    row = find_object(service, params)
    check_conditions(row, params)
    answer, start = _answer(row, params)
    path = object_files.path_of(service, row["file"])
    return {**answer, "Body": object_files.opened(path, start, answer["ContentLength"])}


def head_object(service: Service, params: Params) -> Params:
    """HeadObject; errors carry the status as their code, since a HEAD answer has no text."""
    row = find_object(service, params, head=True)
    check_conditions(row, params, head=True)
    return _answer(row, params)[0]


def delete_object(service: Service, params: Params) -> Params:
    """DeleteObject; a key that is not there is no error."""
    bucket = require_bucket(service, params)
    object_files.release(service, _delete(service, bucket, [params["Key"]]))
    return {}


def delete_objects(service: Service, params: Params) -> Params:
    """DeleteObjects: up to 1,000 keys; the answer names each, there or not, unless Quiet."""
    bucket = require_bucket(service, params)
    keys = [entry["Key"] for entry in params["Delete"]["Objects"]]
    if len(keys) > object_lists.MAX_KEYS:
        raise ServiceError(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    object_files.release(service, _delete(service, bucket, keys))
    return {} if params["Delete"].get("Quiet") else {"Deleted": [{"Key": key} for key in keys]}


def copy_object(service: Service, params: Params) -> Params:
    """CopyObject; the bytes are shared, not copied."""
    require_bucket(service, params)
    with service.store.atomic():  # or the source's bytes could go before the copy names them
        source = find_object(service, copy_source(params))
        check_conditions(source, params, prefix="CopySource")
        kept = _copied_headers(source, params)
        old = save_object(
            service, {**params, **kept}, file=source["file"], etag=source["etag"], size=source["size"]
        )
    object_files.release(service, old)
    return {"CopyObjectResult": {"ETag": source["etag"], "LastModified": stamp(int(service.clock()))}}


def _copied_headers(source: sqlite3.Row, params: Params) -> Params:
    """Return the headers and metadata that a copy takes over from its source."""
    if params.get("MetadataDirective") == "REPLACE":
        return {}
    if (params["Bucket"], params["Key"]) == (source["bucket"], source["key"]):
        raise ServiceError(
            "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes.",
        )
    return described(source)


def _store(service: Service, params: Params, staged: object_files.Staged) -> list[str]:
    with service.store.atomic():
        check_write_conditions(service, params)
        return save_object(
            service, params, file=staged.keep(service), etag=f'"{staged.md5}"', size=staged.size
        )


def _delete(service: Service, bucket: str, keys: list[str]) -> list[str]:
    """Delete rows; return the contents they named."""
    gone: list[str] = []
    with service.store.atomic() as connection:
        for key in keys:
            where = (bucket, key)
            row = connection.execute(
                "SELECT file FROM objects WHERE bucket = ? AND key = ?", where
            ).fetchone()
            if row is not None:
                gone.append(row["file"])
                connection.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", where)
    return gone


def _answer(row: sqlite3.Row, params: Params) -> tuple[Params, int]:
    """Return the answer but for its body, and where the body begins."""
    start, length, part = window(row["size"], params.get("Range"))
    answer: Params = {
        "AcceptRanges": "bytes",
        "LastModified": stamp(int(row["modified"])),
        "ContentLength": length,
        "ETag": row["etag"],
        **described(row),
    }
    for name in HEADERS:
        wanted = params.get(f"Response{name}")
        if wanted is not None:
            answer[name] = wanted
    if part:
        answer["ContentRange"] = f"bytes {start}-{start + length - 1}/{row['size']}"
    return answer, start


def _check_md5(staged: object_files.Staged, promised: str | None) -> None:
    if promised is not None and base64.b64encode(bytes.fromhex(staged.md5)).decode() != promised:
        raise ServiceError("BadDigest", "The Content-MD5 you specified did not match what we received.")


OPERATIONS: dict[str, Operation] = {
    "ListBuckets": object_buckets.list_buckets,
    "HeadBucket": object_buckets.head_bucket,
    "CreateBucket": object_buckets.create_bucket,
    "DeleteBucket": object_buckets.delete_bucket,
    "GetBucketLocation": object_buckets.get_bucket_location,
    "ListObjects": object_lists.list_objects,
    "ListObjectsV2": object_lists.list_objects_v2,
    "PutObject": put_object,
    "GetObject": get_object,
    "HeadObject": head_object,
    "DeleteObject": delete_object,
    "DeleteObjects": delete_objects,
    "CopyObject": copy_object,
    **object_uploads.OPERATIONS,
}
