"""S3 multipart uploads: what s3transfer does with files of 8 MB and more."""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
import uuid
from collections.abc import Iterator, Sequence

from sm_track_widgets._types import Params
from sm_track_widgets.embedded import object_files
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.object_buckets import require_bucket
from sm_track_widgets.embedded.object_rows import (
    DEFAULT_TYPE,
    check_conditions,
    check_key,
    check_write_conditions,
    copy_source,
    described,
    find_object,
    pack_headers,
    save_object,
    window,
)
from sm_track_widgets.embedded.service import Operation, Service, stamp

MAX_PARTS = 10_000
MIN_PART_BYTES = 5 << 20
PAGE = 1000


def create_multipart_upload(service: Service, params: Params) -> Params:
    """CreateMultipartUpload."""
    bucket = require_bucket(service, params)
    check_key(params["Key"])
    upload = uuid.uuid4().hex
    with service.store.atomic() as connection:
        connection.execute(
            "INSERT INTO uploads (id, bucket, key, content_type, metadata, created) VALUES (?, ?, ?, ?, ?, ?)",
            (
                upload,
                bucket,
                params["Key"],
                params.get("ContentType") or DEFAULT_TYPE,
                pack_headers(params),
                service.clock(),
            ),
        )
    return {"Bucket": bucket, "Key": params["Key"], "UploadId": upload}


def upload_part(service: Service, params: Params) -> Params:
    """UploadPart; sent twice, the later one counts."""
    _upload(service, params)
    return {"ETag": _add_part(service, params, object_files.body_blocks(params.get("Body")))}


def upload_part_copy(service: Service, params: Params) -> Params:
    """UploadPartCopy: a part out of an object, whole or a CopySourceRange of it."""
    _upload(service, params)
    source = find_object(service, copy_source(params))
    check_conditions(source, params, prefix="CopySource")
    start, length, _ = window(source["size"], params.get("CopySourceRange"))
    with object_files.opened(object_files.path_of(service, source["file"]), start, length) as body:
        etag = _add_part(service, params, object_files.body_blocks(body))
    return {"CopyPartResult": {"ETag": etag, "LastModified": stamp(int(service.clock()))}}


def complete_multipart_upload(service: Service, params: Params) -> Params:
    """CompleteMultipartUpload; the ETag is the MD5 of the parts' MD5s and their number, as S3 makes it."""
    upload = _upload(service, params)
    chosen = _chosen(service, params)
    digest = hashlib.md5(
        b"".join(bytes.fromhex(row["etag"].strip('"')) for row in chosen), usedforsecurity=False
    )
    etag = f'"{digest.hexdigest()}-{len(chosen)}"'
    paths = [object_files.path_of(service, row["file"]) for row in chosen]
    staged = object_files.stage(service, object_files.file_blocks(paths))
    try:
        with service.store.atomic():
            _upload(service, params)
            check_write_conditions(service, params)
            old = save_object(
                service,
                {**described(upload), "Bucket": upload["bucket"], "Key": upload["key"]},
                file=staged.keep(service),
                etag=etag,
                size=staged.size,
            )
            old.extend(_forget(service, upload["id"]))
    finally:
        staged.discard()
    object_files.release(service, old)
    location = f"https://{upload['bucket']}.s3.{service.region}.amazonaws.com/{upload['key']}"
    return {"Location": location, "Bucket": upload["bucket"], "Key": upload["key"], "ETag": etag}


def abort_multipart_upload(service: Service, params: Params) -> Params:
    """AbortMultipartUpload: the parts are deleted."""
    upload = _upload(service, params)
    with service.store.atomic():
        gone = _forget(service, upload["id"])
    object_files.release(service, gone)
    return {}


def list_parts(service: Service, params: Params) -> Params:
    """ListParts, a page of up to 1,000."""
    upload = _upload(service, params)
    size = min(int(params.get("MaxParts") or PAGE), PAGE)
    marker = int(params.get("PartNumberMarker") or 0)
    rows = service.store.rows(
        "SELECT parts.*, uploads.created FROM parts JOIN uploads ON uploads.id = parts.upload_id "
        "WHERE upload_id = ? AND number > ? ORDER BY number LIMIT ?",
        upload["id"],
        marker,
        size + 1,
    )
    page = rows[:size]
    parts = [
        {
            "PartNumber": row["number"],
            "LastModified": stamp(int(row["created"])),
            "ETag": row["etag"],
            "Size": row["size"],
        }
        for row in page
    ]
    answer: Params = {
        "Bucket": upload["bucket"],
        "Key": upload["key"],
        "UploadId": upload["id"],
        "PartNumberMarker": marker,
        "NextPartNumberMarker": page[-1]["number"] if page else 0,
        "MaxParts": size,
        "IsTruncated": len(rows) > size,
        "StorageClass": "STANDARD",
    }
    return {**answer, "Parts": parts} if parts else answer


def list_multipart_uploads(service: Service, params: Params) -> Params:
    """ListMultipartUploads: unfinished uploads by key, a page of up to 1,000."""
    bucket = require_bucket(service, params)
    size = min(int(params.get("MaxUploads") or PAGE), PAGE)
    prefix, key_marker = params.get("Prefix") or "", params.get("KeyMarker") or ""
    rows = service.store.rows(
        "SELECT * FROM uploads WHERE bucket = ? AND substr(key, 1, ?) = ? AND (key, id) > (?, ?) "
        "ORDER BY key, id LIMIT ?",
        bucket,
        len(prefix),
        prefix,
        key_marker,
        params.get("UploadIdMarker") or "\U0010ffff",
        size + 1,
    )
    page = rows[:size]
    answer: Params = {
        "Bucket": bucket,
        "Prefix": prefix,
        "KeyMarker": key_marker,
        "MaxUploads": size,
        "IsTruncated": len(rows) > size,
    }
    if page:
        answer["Uploads"] = [
            {
                "UploadId": row["id"],
                "Key": row["key"],
                "Initiated": stamp(int(row["created"])),
                "StorageClass": "STANDARD",
            }
            for row in page
        ]
    if len(rows) > size:
        answer |= {"NextKeyMarker": page[-1]["key"], "NextUploadIdMarker": page[-1]["id"]}
    return answer


def _upload(service: Service, params: Params) -> sqlite3.Row:
    bucket = require_bucket(service, params)
    row = service.store.row(
        "SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?",
        params["UploadId"],
        bucket,
        params["Key"],
    )
    if row is None:
        raise ServiceError(
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted "
            "or completed.",
            404,
        )
    return row


def _add_part(service: Service, params: Params, blocks: Iterator[bytes]) -> str:
    """Store one part; return its ETag."""
    number = int(params["PartNumber"])
    if not 1 <= number <= MAX_PARTS:
        raise ServiceError(
            "InvalidArgument", f"Part number must be an integer between 1 and {MAX_PARTS}, inclusive"
        )
    staged = object_files.stage(service, blocks)
    etag = f'"{staged.md5}"'
    try:
        with service.store.atomic() as connection:
            _upload(service, params)
            old = service.store.rows(
                "SELECT file FROM parts WHERE upload_id = ? AND number = ?", params["UploadId"], number
            )
            connection.execute(
                "INSERT OR REPLACE INTO parts (upload_id, number, etag, size, file) VALUES (?, ?, ?, ?, ?)",
                (params["UploadId"], number, etag, staged.size, staged.keep(service)),
            )
    finally:
        staged.discard()
    object_files.release(service, [row["file"] for row in old])
    return etag


def _chosen(service: Service, params: Params) -> Sequence[sqlite3.Row]:
    """Return the parts that the request lists, checked: in order, known, with their ETags, large enough."""
    listed = (params.get("MultipartUpload") or {}).get("Parts") or []
    if not listed:
        raise ServiceError(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    numbers = [int(part["PartNumber"]) for part in listed]
    if any(later <= earlier for earlier, later in itertools.pairwise(numbers)):
        raise ServiceError(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
        )
    rows = service.store.rows("SELECT * FROM parts WHERE upload_id = ?", params["UploadId"])
    stored = {row["number"]: row for row in rows}
    for part in listed:
        row = stored.get(int(part["PartNumber"]))
        if row is None or str(part.get("ETag", "")).strip('"') != row["etag"].strip('"'):
            raise ServiceError(
                "InvalidPart",
                "One or more of the specified parts could not be found. The part might not have been uploaded, or "
                "the specified entity tag might not have matched the part's entity tag.",
            )
    chosen = [stored[number] for number in numbers]
    if any(row["size"] < MIN_PART_BYTES for row in chosen[:-1]):
        raise ServiceError(
            "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed object size."
        )
    return chosen


def _forget(service: Service, upload: str) -> list[str]:
    """Delete an upload's rows; return the contents its parts named."""
    rows = service.store.rows("SELECT file FROM parts WHERE upload_id = ?", upload)
    connection = service.store.connection()
    connection.execute("DELETE FROM parts WHERE upload_id = ?", (upload,))
    connection.execute("DELETE FROM uploads WHERE id = ?", (upload,))
    return [row["file"] for row in rows]


OPERATIONS: dict[str, Operation] = {
    "CreateMultipartUpload": create_multipart_upload,
    "UploadPart": upload_part,
    "UploadPartCopy": upload_part_copy,
    "CompleteMultipartUpload": complete_multipart_upload,
    "AbortMultipartUpload": abort_multipart_upload,
    "ListParts": list_parts,
    "ListMultipartUploads": list_multipart_uploads,
}
