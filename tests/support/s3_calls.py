"""S3 in tests: the two homes the same calls run on, and short readers."""

from __future__ import annotations

import hashlib
import importlib.util

BUCKET = "data-bucket"
MIB = 1 << 20
PART = 5 * MIB
HOMES = ["embedded", "moto"] if importlib.util.find_spec("moto") else ["embedded"]


def md5(data):
    return hashlib.md5(data).hexdigest()


def body(client, key="k", **more):
    return client.get_object(Bucket=BUCKET, Key=key, **more)["Body"].read()


def keys(answer):
    return [entry["Key"] for entry in answer.get("Contents", [])]


def prefixes(answer):
    return [entry["Prefix"] for entry in answer.get("CommonPrefixes", [])]


def start_upload(client, key="k", **more):
    upload = client.create_multipart_upload(Bucket=BUCKET, Key=key, **more)["UploadId"]
    return {"Bucket": BUCKET, "Key": key, "UploadId": upload}


def complete_upload(client, where, parts):
    listed = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
    return client.complete_multipart_upload(**where, MultipartUpload={"Parts": listed})
