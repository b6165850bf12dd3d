"""Files through boto3's transfer, presigned addresses, keys that clients and servers like to spoil."""

from __future__ import annotations

import hashlib
import os
import urllib.request

import pytest
from boto3.s3.transfer import TransferConfig

BUCKET = "sagemaker-us-east-1-000000000000"
MIB = 1 << 20


@pytest.fixture
def s3(server):
    return server.boto_session().client("s3")


def test_20_mb_up_and_down_in_parts(server, s3, tmp_path):
    path, back = tmp_path / "big", tmp_path / "back"
    path.write_bytes(os.urandom(20 * MIB))
    seen: list[int] = []
    s3.upload_file(str(path), BUCKET, "big", Callback=seen.append)
    assert (sum(seen), server.calls["UploadPart"]) == (20 * MIB, 3)
    s3.download_file(BUCKET, "big", str(back))
    assert hashlib.md5(back.read_bytes()).digest() == hashlib.md5(path.read_bytes()).digest()
    assert server.calls["GetObject"] == 3
    assert s3.head_object(Bucket=BUCKET, Key="big")["ETag"].endswith('-3"')


def test_a_copy_in_parts(server, s3):
    s3.put_object(Bucket=BUCKET, Key="source", Body=b"x" * (11 * MIB))
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=6 * MIB)
    s3.copy({"Bucket": BUCKET, "Key": "source"}, BUCKET, "target", Config=config)
    assert server.calls["UploadPartCopy"] == 2
    assert s3.head_object(Bucket=BUCKET, Key="target")["ContentLength"] == 11 * MIB


def test_a_stream_that_is_not_read_to_its_end(server, s3):
    s3.put_object(Bucket=BUCKET, Key="k", Body=os.urandom(8 * MIB))
    for _ in range(3):
        with s3.get_object(Bucket=BUCKET, Key="k")["Body"] as body:
            assert len(body.read(1000)) == 1000
    assert len(s3.get_object(Bucket=BUCKET, Key="k")["Body"].read()) == 8 * MIB


def test_presigned_addresses_work_as_they_are(server, s3):
    url = s3.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "a b"})
    request = urllib.request.Request(url, data=b"hello", method="PUT")
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.status == 200
    url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "a b"})
    with urllib.request.urlopen(url, timeout=10) as reply:
        assert reply.read() == b"hello"


def test_the_resource_interface(server):
    bucket = server.boto_session().resource("s3").Bucket(BUCKET)
    bucket.put_object(Key="a/1", Body=b"x")
    assert bucket.creation_date is not None
    assert [found.key for found in bucket.objects.filter(Prefix="a/")] == ["a/1"]
    bucket.objects.all().delete()
    assert list(bucket.objects.all()) == []


def test_metadata_that_http_cannot_carry_is_coded(server):
    inside = server.home.boto_session().client("s3")
    inside.put_object(Bucket=BUCKET, Key="k", Body=b"x", ContentDisposition="attachment; filename=ü.txt")
    over = server.boto_session().client("s3").head_object(Bucket=BUCKET, Key="k")
    assert over["ContentDisposition"].startswith("=?utf-8?")


def test_waiters_and_paginators(server, s3):
    s3.create_bucket(Bucket="other-bucket")
    s3.get_waiter("bucket_exists").wait(Bucket="other-bucket")
    for number in range(5):
        s3.put_object(Bucket="other-bucket", Key=f"k{number}", Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket="other-bucket", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Contents"]) for page in pages] == [2, 2, 1]
