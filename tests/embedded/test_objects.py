"""S3 buckets and objects through boto3: on the embedded home, and the same calls on moto where moto is right."""

from __future__ import annotations

import io
import os
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError
from embedded_home import CheckedHome, refused
from s3_calls import BUCKET, MIB, body, keys, md5

# -- buckets -----------------------------------------------------------------------------------------------


@pytest.mark.shows("CreateBucket", "makes a bucket")
@pytest.mark.shows("ListBuckets", "lists all buckets")
@pytest.mark.shows("HeadBucket", "a missing bucket is 404")
@pytest.mark.shows("DeleteBucket", "deletes an empty bucket")
def test_buckets_are_made_listed_and_deleted(either):
    either.create_bucket(Bucket="another-one")
    assert {"another-one", BUCKET} <= {entry["Name"] for entry in either.list_buckets()["Buckets"]}
    either.head_bucket(Bucket="another-one")
    either.delete_bucket(Bucket="another-one")
    with refused("404", "Not Found"):
        either.head_bucket(Bucket="another-one")


@pytest.mark.shows("CreateBucket", "one's own bucket can be made again in us-east-1")
def test_a_bucket_of_ones_own_can_be_made_again_in_us_east_1(either):
    either.create_bucket(Bucket=BUCKET)


@pytest.mark.shows("DeleteBucket", "refused while it holds objects")
def test_a_full_bucket_is_not_deleted(either):
    either.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    with refused("BucketNotEmpty"):
        either.delete_bucket(Bucket=BUCKET)
    either.delete_object(Bucket=BUCKET, Key="k")
    either.delete_bucket(Bucket=BUCKET)


@pytest.mark.shows("GetBucketLocation", "us-east-1 is None")
def test_location_of_us_east_1_is_none(either):
    assert either.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None


@pytest.mark.shows("CreateBucket", "names follow S3's rules")
@pytest.mark.parametrize("name", ["UPPER-case", "under_score", "-start", "end-", "two..dots"])
def test_bucket_names_follow_the_rules(s3, name):
    with pytest.raises(ClientError, match="InvalidBucketName"):
        s3.create_bucket(Bucket=name)


@pytest.mark.shows("PutObject", "a missing bucket is NoSuchBucket")
@pytest.mark.shows("GetObject", "a missing bucket is NoSuchBucket")
@pytest.mark.shows("ListObjectsV2", "a missing bucket is NoSuchBucket")
@pytest.mark.shows("CreateMultipartUpload", "a missing bucket is NoSuchBucket")
@pytest.mark.shows("GetBucketLocation", "a missing bucket is NoSuchBucket")
def test_a_missing_bucket_is_named_so(either):
    for call in (
        lambda: either.put_object(Bucket="not-there", Key="k", Body=b""),
        lambda: either.get_object(Bucket="not-there", Key="k"),
        lambda: either.list_objects_v2(Bucket="not-there"),
        lambda: either.delete_bucket(Bucket="not-there"),
        lambda: either.create_multipart_upload(Bucket="not-there", Key="k"),
        lambda: either.get_bucket_location(Bucket="not-there"),
    ):
        with refused("NoSuchBucket"):
            call()


@pytest.mark.shows("HeadObject", "a missing bucket is 404")
def test_head_has_no_text_to_name_the_bucket(s3):
    with refused("404", "Not Found"):
        s3.head_object(Bucket="not-there", Key="k")


@pytest.mark.shows("HeadBucket", "the SDK's default bucket is there from the start")
def test_the_default_bucket_is_there(s3, home):
    assert [entry["Name"] for entry in s3.list_buckets()["Buckets"]] == [home.engine.service.default_bucket]
    assert s3.head_bucket(Bucket="sagemaker-us-east-1-000000000000")["BucketRegion"] == "us-east-1"


@pytest.mark.shows("ListBuckets", "in pages, by prefix")
def test_buckets_are_listed_in_pages(s3):
    for name in ("aaa", "bbb-1", "bbb-2"):
        s3.create_bucket(Bucket=name)
    first = s3.list_buckets(Prefix="bbb", MaxBuckets=1)
    assert [entry["Name"] for entry in first["Buckets"]] == ["bbb-1"]
    second = s3.list_buckets(Prefix="bbb", MaxBuckets=1, ContinuationToken=first["ContinuationToken"])
    assert [entry["Name"] for entry in second["Buckets"]] == ["bbb-2"]
    assert "ContinuationToken" not in second


@pytest.mark.shows("CreateBucket", "outside us-east-1 needs its LocationConstraint")
def test_another_region(tmp_path):
    home = CheckedHome(tmp_path, region="eu-west-1")
    s3 = home.boto_session().client("s3")
    with refused("IllegalLocationConstraintException"):
        s3.create_bucket(Bucket=BUCKET)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with refused("BucketAlreadyOwnedByYou"):
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == "eu-west-1"


@pytest.mark.shows("HeadBucket", "an ExpectedBucketOwner that is another is forbidden")
@pytest.mark.shows("GetObject", "an ExpectedBucketOwner that is another is forbidden")
def test_a_bucket_of_another_owner_is_forbidden(bucket):
    bucket.put_object(Bucket=BUCKET, Key="k", Body=b"x", ExpectedBucketOwner="000000000000")
    with refused("403", "Forbidden"):
        bucket.head_bucket(Bucket=BUCKET, ExpectedBucketOwner="111111111111")
    with refused("403", "Forbidden"):
        bucket.head_object(Bucket=BUCKET, Key="k", ExpectedBucketOwner="111111111111")
    with pytest.raises(ClientError) as caught:
        bucket.get_object(Bucket=BUCKET, Key="k", ExpectedBucketOwner="111111111111")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


# -- put, get, head ----------------------------------------------------------------------------------------


@pytest.mark.shows("PutObject", "bytes, text and files; the ETag is the content's MD5")
@pytest.mark.shows("GetObject", "gives back the bytes and their headers")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (lambda: b"bytes", b"bytes"),
        (lambda: bytearray(b"bytes"), b"bytes"),
        (lambda: io.BytesIO(b"bytes"), b"bytes"),
        (lambda: "text", b"text"),
        (lambda: b"", b""),
    ],
    ids=["bytes", "bytearray", "file", "text", "empty"],
)
def test_put_and_get(either, given, expected):
    put = either.put_object(Bucket=BUCKET, Key="k", Body=given())
    assert put["ETag"] == f'"{md5(expected)}"'
    got = either.get_object(Bucket=BUCKET, Key="k")
    assert got["Body"].read() == expected
    assert (got["ETag"], got["ContentLength"]) == (put["ETag"], len(expected))
    assert got["ContentType"] == "binary/octet-stream"
    assert got["Metadata"] == {}


@pytest.mark.shows("PutObject", "headers and metadata are kept")
@pytest.mark.shows("HeadObject", "headers and metadata come back")
def test_headers_and_metadata_come_back(either):
    headers = {
        "ContentType": "text/csv",
        "CacheControl": "no-cache",
        "ContentDisposition": "inline",
        "ContentLanguage": "en",
    }
    either.put_object(Bucket=BUCKET, Key="k", Body=b"x", Metadata={"run": "r1"}, **headers)
    for found in (either.get_object(Bucket=BUCKET, Key="k"), either.head_object(Bucket=BUCKET, Key="k")):
        assert {name: found[name] for name in headers} == headers
        assert found["Metadata"] == {"run": "r1"}
    assert (
        either.get_object(Bucket=BUCKET, Key="k", ResponseContentType="text/plain")["ContentType"]
        == "text/plain"
    )


@pytest.mark.shows("GetObject", "ranges from the start, to the end and from the end")
@pytest.mark.parametrize(
    ("wanted", "expected", "header"),
    [
        ("bytes=0-2", b"012", "bytes 0-2/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-4", b"6789", "bytes 6-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=0-9", b"0123456789", "bytes 0-9/10"),
    ],
)
def test_ranges(either, wanted, expected, header):
    either.put_object(Bucket=BUCKET, Key="k", Body=b"0123456789")
    found = either.get_object(Bucket=BUCKET, Key="k", Range=wanted)
    assert (found["Body"].read(), found["ContentRange"]) == (expected, header)
    assert found["ContentLength"] == len(expected)


@pytest.mark.shows("GetObject", "a range behind the end is InvalidRange")
def test_a_range_behind_the_end(either):
    either.put_object(Bucket=BUCKET, Key="k", Body=b"0123456789")
    with refused("InvalidRange"):
        either.get_object(Bucket=BUCKET, Key="k", Range="bytes=10-12")


@pytest.mark.shows("GetObject", "a missing key is NoSuchKey")
@pytest.mark.shows("HeadObject", "a missing key is 404")
def test_what_is_not_there(either):
    with pytest.raises(either.exceptions.NoSuchKey):
        either.get_object(Bucket=BUCKET, Key="none")
    with refused("404", "Not Found"):
        either.head_object(Bucket=BUCKET, Key="none")


@pytest.mark.shows("PutObject", "replaces what was there")
def test_a_put_replaces(either):
    either.put_object(Bucket=BUCKET, Key="k", Body=b"one", Metadata={"a": "b"})
    either.put_object(Bucket=BUCKET, Key="k", Body=b"two")
    assert body(either) == b"two"
    assert either.head_object(Bucket=BUCKET, Key="k")["Metadata"] == {}


@pytest.mark.shows("GetObject", "If-Match and its kin")
def test_conditions_of_reading(either):
    etag = either.put_object(Bucket=BUCKET, Key="k", Body=b"x")["ETag"]
    assert body(either, IfMatch=etag) == b"x"
    with refused("PreconditionFailed"):
        either.get_object(Bucket=BUCKET, Key="k", IfMatch='"other"')
    with refused("304", "Not Modified"):
        either.get_object(Bucket=BUCKET, Key="k", IfNoneMatch=etag)
    later = datetime.now(timezone.utc) + timedelta(days=1)
    with refused("304"):
        either.get_object(Bucket=BUCKET, Key="k", IfModifiedSince=later)
    assert body(either, IfUnmodifiedSince=later) == b"x"


@pytest.mark.shows("PutObject", "If-Match and If-None-Match")
def test_conditions_of_writing(bucket):
    etag = bucket.put_object(Bucket=BUCKET, Key="k", Body=b"x", IfNoneMatch="*")["ETag"]
    with refused("PreconditionFailed"):
        bucket.put_object(Bucket=BUCKET, Key="k", Body=b"y", IfNoneMatch="*")
    with refused("PreconditionFailed"):
        bucket.put_object(Bucket=BUCKET, Key="k", Body=b"y", IfMatch='"other"')
    bucket.put_object(Bucket=BUCKET, Key="k", Body=b"y", IfMatch=etag)
    assert body(bucket) == b"y"


@pytest.mark.shows("PutObject", "keys are any text")
@pytest.mark.parametrize("key", ["a b/ü+&=?#.txt", "日本/語", "..", "a/../b", "trailing/"])
def test_keys_are_any_text(bucket, key):
    bucket.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    assert body(bucket, key) == key.encode()
    assert keys(bucket.list_objects_v2(Bucket=BUCKET)) == [key]
    assert keys(bucket.list_objects(Bucket=BUCKET)) == [key]


@pytest.mark.shows("PutObject", "keys of 1024 bytes at most")
def test_a_key_has_at_most_1024_bytes(bucket):
    with refused("KeyTooLongError"):
        bucket.put_object(Bucket=BUCKET, Key="ü" * 513, Body=b"")


@pytest.mark.shows("PutObject", "a wrong Content-MD5 is refused")
def test_a_wrong_content_md5_is_refused(bucket, files):
    with refused("BadDigest"):
        bucket.put_object(Bucket=BUCKET, Key="k", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    assert files() == []


@pytest.mark.shows("GetObject", "a large body streams")
def test_a_large_body_streams(bucket):
    data = os.urandom(2 * MIB)
    bucket.put_object(Bucket=BUCKET, Key="k", Body=data)
    got = bucket.get_object(Bucket=BUCKET, Key="k")["Body"]
    assert got.read(10) == data[:10]
    assert b"".join(got.iter_chunks(1000)) == data[10:]
    with bucket.get_object(Bucket=BUCKET, Key="k", Range=f"bytes=5-{MIB}")["Body"] as part:
        assert part.read() == data[5 : MIB + 1]
    buffer = bytearray(100)
    with bucket.get_object(Bucket=BUCKET, Key="k")["Body"] as part:
        assert part.readinto(buffer) == 100
    assert bytes(buffer) == data[:100]


@pytest.mark.shows("DeleteObject", "who is reading reads on")
def test_an_object_being_read_survives_its_deletion(bucket):
    data = os.urandom(2 * MIB)
    bucket.put_object(Bucket=BUCKET, Key="k", Body=data)
    got = bucket.get_object(Bucket=BUCKET, Key="k")["Body"]
    bucket.delete_object(Bucket=BUCKET, Key="k")
    assert got.read() == data


# -- delete and copy ---------------------------------------------------------------------------------------


@pytest.mark.shows("DeleteObject", "deleting what is not there is no error")
def test_deleting_is_idempotent(either):
    either.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    for _ in range(2):
        either.delete_object(Bucket=BUCKET, Key="k")
    assert keys(either.list_objects_v2(Bucket=BUCKET)) == []


@pytest.mark.shows("DeleteObjects", "many at once")
def test_many_are_deleted_at_once(either):
    for key in "abc":
        either.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    wanted = [{"Key": "a"}, {"Key": "none"}, {"Key": "b"}]
    found = either.delete_objects(Bucket=BUCKET, Delete={"Objects": wanted})["Deleted"]
    assert sorted(entry["Key"] for entry in found) == ["a", "b", "none"]
    either.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "c"}], "Quiet": True})
    assert keys(either.list_objects_v2(Bucket=BUCKET)) == []


@pytest.mark.shows("DeleteObjects", "a quiet deletion names nothing")
def test_a_quiet_deletion_names_nothing(bucket):
    answer = bucket.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "c"}], "Quiet": True})
    assert "Deleted" not in answer
    with refused("MalformedXML"):
        bucket.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": str(n)} for n in range(1001)]})


@pytest.mark.shows("CopyObject", "copies bytes, headers and metadata")
@pytest.mark.parametrize("source", [{"Bucket": BUCKET, "Key": "a b/ü"}, f"{BUCKET}/a b/ü"])
def test_copy(either, source):
    either.put_object(Bucket=BUCKET, Key="a b/ü", Body=b"x", Metadata={"m": "1"}, ContentType="text/csv")
    result = either.copy_object(Bucket=BUCKET, Key="copy", CopySource=source)["CopyObjectResult"]
    assert result["ETag"] == f'"{md5(b"x")}"'
    found = either.get_object(Bucket=BUCKET, Key="copy")
    assert (found["Body"].read(), found["Metadata"], found["ContentType"]) == (b"x", {"m": "1"}, "text/csv")
    either.delete_object(Bucket=BUCKET, Key="a b/ü")
    assert body(either, "copy") == b"x"


@pytest.mark.shows("CopyObject", "replaces the metadata when asked")
def test_copy_with_new_metadata(either):
    either.put_object(Bucket=BUCKET, Key="k", Body=b"x", Metadata={"m": "1"})
    source = {"Bucket": BUCKET, "Key": "k"}
    with refused("InvalidRequest"):
        either.copy_object(Bucket=BUCKET, Key="k", CopySource=source)
    either.copy_object(
        Bucket=BUCKET, Key="k", CopySource=source, MetadataDirective="REPLACE", Metadata={"m": "2"}
    )
    assert either.head_object(Bucket=BUCKET, Key="k")["Metadata"] == {"m": "2"}
    with refused("NoSuchKey"):
        either.copy_object(Bucket=BUCKET, Key="c", CopySource={"Bucket": BUCKET, "Key": "none"})
