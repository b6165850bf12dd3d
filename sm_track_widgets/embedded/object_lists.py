"""S3 listings: ListObjectsV2 and the older ListObjects, with Prefix, Delimiter and pages."""

from __future__ import annotations

import base64
import binascii
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.object_buckets import require_bucket
from sm_track_widgets.embedded.service import Service, stamp

MAX_KEYS = 1000
LAST_CHARACTER = "\U0010ffff"  # sorts behind whatever follows a prefix


@dataclass(slots=True)
class Page:
    """One page: objects and common prefixes together count as its entries; `last` is the last of them."""

    contents: list[Params] = field(default_factory=list[Params])
    prefixes: list[str] = field(default_factory=list[str])
    last: str = ""
    truncated: bool = False


def list_objects_v2(service: Service, params: Params) -> Params:
    """ListObjectsV2; the continuation token holds the last entry, so that pages survive changes between them."""
    require_bucket(service, params)
    token = params.get("ContinuationToken")
    after = params.get("StartAfter", "") if token is None else _decode(token)
    page = _page(service, params, after, owner=bool(params.get("FetchOwner")))
    answer = _common(params, page)
    answer["KeyCount"] = len(page.contents) + len(page.prefixes)
    if token is not None:
        answer["ContinuationToken"] = token
    if params.get("StartAfter"):
        answer["StartAfter"] = _quoted(params, params["StartAfter"])
    if page.truncated:
        answer["NextContinuationToken"] = _encode(page.last)
    return answer


def list_objects(service: Service, params: Params) -> Params:
    """ListObjects; NextMarker only with a Delimiter, as S3 does: otherwise the last key is the marker."""
    require_bucket(service, params)
    marker = params.get("Marker") or ""
    page = _page(service, params, marker, owner=True)
    answer = _common(params, page)
    answer["Marker"] = _quoted(params, marker)
    if page.truncated and params.get("Delimiter"):
        answer["NextMarker"] = _quoted(params, page.last)
    return answer


def _common(params: Params, page: Page) -> Params:
    answer: Params = {
        "IsTruncated": page.truncated,
        "Name": params["Bucket"],
        "Prefix": _quoted(params, params.get("Prefix") or ""),
        "MaxKeys": _size(params),
    }
    if params.get("Delimiter"):
        answer["Delimiter"] = _quoted(params, params["Delimiter"])
    if params.get("EncodingType"):
        answer["EncodingType"] = params["EncodingType"]
    if page.contents:
        answer["Contents"] = [{**entry, "Key": _quoted(params, entry["Key"])} for entry in page.contents]
    if page.prefixes:
        answer["CommonPrefixes"] = [{"Prefix": _quoted(params, prefix)} for prefix in page.prefixes]
    return answer


def _size(params: Params) -> int:
    size = params.get("MaxKeys")
    return MAX_KEYS if size is None else min(int(size), MAX_KEYS)


def _page(service: Service, params: Params, after: str, *, owner: bool) -> Page:
    page, size = Page(), _size(params)
    if size == 0:
        return page
    for name, entry in _entries(service, params, after):
        if len(page.contents) + len(page.prefixes) == size:
            page.truncated = True
            break
        page.last = name
        if entry is None:
            page.prefixes.append(name)
        else:
            page.contents.append({**entry, **_owner(service, owner=owner)})
    return page


def _owner(service: Service, *, owner: bool) -> Params:
    return {"Owner": {"ID": service.account_id, "DisplayName": service.account_id}} if owner else {}


def _entries(service: Service, params: Params, after: str) -> Iterator[tuple[str, Params | None]]:
    """Yield (key, its entry) and (common prefix, None), in order; a common prefix is skipped over, not read."""
    prefix, delimiter = params.get("Prefix") or "", params.get("Delimiter") or ""
    if delimiter and _common_prefix(after, prefix, delimiter) == after:
        after += LAST_CHARACTER
    while True:
        rows = service.store.rows(
            "SELECT key, etag, size, modified FROM objects "
            "WHERE bucket = ? AND key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?",
            params["Bucket"],
            after,
            prefix,
            prefix + LAST_CHARACTER,
            MAX_KEYS,
        )
        for row in rows:
            after = row["key"]
            shared = _common_prefix(after, prefix, delimiter) if delimiter else None
            if shared:
                yield shared, None
                after = shared + LAST_CHARACTER
                break
            yield (
                after,
                {
                    "Key": row["key"],
                    "LastModified": stamp(int(row["modified"])),
                    "ETag": row["etag"],
                    "Size": row["size"],
                    "StorageClass": "STANDARD",
                },
            )
        else:
            if len(rows) < MAX_KEYS:
                return


def _common_prefix(key: str, prefix: str, delimiter: str) -> str | None:
    """Return `key` up to the first delimiter behind `prefix`, or None."""
    if not key.startswith(prefix):
        return None
    place = key.find(delimiter, len(prefix))
    return None if place < 0 else key[: place + len(delimiter)]


def _quoted(params: Params, text: str) -> str:
    """URL-encode where asked to: boto3 asks by itself, and decodes the answer."""
    return urllib.parse.quote(text, safe="/") if params.get("EncodingType") == "url" else text


def _encode(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _decode(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise ServiceError("InvalidArgument", "The continuation token provided is incorrect") from error
