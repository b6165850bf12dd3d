"""S3 multipart uploads and managed transfers through boto3."""

from __future__ import annotations

import io
import os

import pytest
from embedded_home import refused
from s3_calls import BUCKET, MIB, PART, body, complete_upload, keys, md5, start_upload

# -- multipart ---------------------------------------------------------------------------------------------


@pytest.mark.shows("CreateMultipartUpload", "begins an upload")
@pytest.mark.shows("UploadPart", "a part's ETag is its MD5")
@pytest.mark.shows("CompleteMultipartUpload", "the parts become one object with S3's ETag of parts")
def test_parts_become_one_object(either):
    where = start_upload(either, ContentType="text/csv", Metadata={"m": "1"})
    contents = {1: os.urandom(PART), 2: os.urandom(PART), 7: b"end"}
    etags = {n: either.upload_part(**where, PartNumber=n, Body=contents[n])["ETag"] for n in (7, 2, 1)}
    assert etags[7] == f'"{md5(b"end")}"'
    listed = either.list_parts(**where)["Parts"]
    assert [(part["PartNumber"], part["Size"]) for part in listed] == [(1, PART), (2, PART), (7, 3)]
    assert keys(either.list_objects_v2(Bucket=BUCKET)) == []
    done = complete_upload(either, where, sorted(etags.items()))
    digest = md5(b"".join(bytes.fromhex(md5(contents[n])) for n in (1, 2, 7)))
    assert done["ETag"] == f'"{digest}-3"'
    found = either.get_object(Bucket=BUCKET, Key="k")
    assert found["Body"].read() == contents[1] + contents[2] + contents[7]
    assert (found["ETag"], found["ContentType"], found["Metadata"]) == (done["ETag"], "text/csv", {"m": "1"})


@pytest.mark.shows("CompleteMultipartUpload", "the upload is over")
def test_an_upload_is_over_with_its_completion(bucket):
    where = start_upload(bucket)
    complete_upload(bucket, where, [(1, bucket.upload_part(**where, PartNumber=1, Body=b"x")["ETag"])])
    with refused("NoSuchUpload"):
        bucket.upload_part(**where, PartNumber=1, Body=b"x")


@pytest.mark.shows("AbortMultipartUpload", "leaves nothing")
def test_an_aborted_upload_leaves_nothing(either):
    where = start_upload(either)
    either.upload_part(**where, PartNumber=1, Body=b"x")
    assert [entry["Key"] for entry in either.list_multipart_uploads(Bucket=BUCKET)["Uploads"]] == ["k"]
    either.abort_multipart_upload(**where)
    assert "Uploads" not in either.list_multipart_uploads(Bucket=BUCKET)
    with refused("NoSuchUpload"):
        either.abort_multipart_upload(**where)


@pytest.mark.shows("CompleteMultipartUpload", "wrong parts, orders and sizes are refused")
def test_wrong_parts_are_refused(either):
    where = start_upload(either)
    etags = {n: either.upload_part(**where, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)}
    with refused("InvalidPart"):
        complete_upload(either, where, [(1, etags[1]), (3, etags[2])])
    with refused("EntityTooSmall"):
        complete_upload(either, where, sorted(etags.items()))
    complete_upload(either, where, [(2, etags[2])])
    assert body(either) == b"small"


@pytest.mark.shows("ListParts", "in the order of their numbers")
def test_parts_are_listed_in_order_and_not_empty(bucket):
    where = start_upload(bucket)
    etags = {n: bucket.upload_part(**where, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)}
    with refused("InvalidPartOrder"):
        complete_upload(bucket, where, [(2, etags[2]), (1, etags[1])])
    with refused("MalformedXML"):
        complete_upload(bucket, where, [])


@pytest.mark.shows("UploadPart", "a part sent again replaces the first")
def test_a_part_sent_again_counts(either):
    where = start_upload(either)
    either.upload_part(**where, PartNumber=1, Body=b"one")
    etag = either.upload_part(**where, PartNumber=1, Body=b"two")["ETag"]
    complete_upload(either, where, [(1, etag)])
    assert body(either) == b"two"


@pytest.mark.shows("UploadPartCopy", "a part out of another object")
def test_a_part_out_of_an_object(either):
    either.put_object(Bucket=BUCKET, Key="source", Body=b"0123456789")
    where = start_upload(either)
    source = {"Bucket": BUCKET, "Key": "source"}
    result = either.upload_part_copy(**where, PartNumber=1, CopySource=source, CopySourceRange="bytes=2-4")
    complete_upload(either, where, [(1, result["CopyPartResult"]["ETag"])])
    assert body(either) == b"234"


@pytest.mark.shows("UploadPart", "numbers from 1 to 10000")
def test_a_part_number_is_between_1_and_10000(bucket):
    where = start_upload(bucket)
    with refused("InvalidArgument"):
        bucket.upload_part(**where, PartNumber=10_001, Body=b"")


@pytest.mark.shows("ListMultipartUploads", "in pages")
@pytest.mark.shows("ListParts", "in pages")
def test_uploads_and_parts_are_listed_in_pages(bucket):
    places = [start_upload(bucket, key) for key in ("a", "b", "b")]
    pages = bucket.get_paginator("list_multipart_uploads").paginate(
        Bucket=BUCKET, PaginationConfig={"PageSize": 1}
    )
    found = [(entry["Key"], entry["UploadId"]) for page in pages for entry in page["Uploads"]]
    assert sorted(found) == sorted((place["Key"], place["UploadId"]) for place in places)
    assert len(bucket.list_multipart_uploads(Bucket=BUCKET, Prefix="b")["Uploads"]) == 2
    for number in (1, 2, 3):
        bucket.upload_part(**places[0], PartNumber=number, Body=b"x")
    parts = bucket.get_paginator("list_parts").paginate(**places[0], PaginationConfig={"PageSize": 2})
    assert [part["PartNumber"] for page in parts for part in page["Parts"]] == [1, 2, 3]


# -- s3transfer --------------------------------------------------------------------------------------------


@pytest.mark.shows("UploadPart", "boto3's file transfers, with progress")
@pytest.mark.parametrize("size", [0, 1000, 9 * MIB], ids=["empty", "small", "multipart"])
def test_files_go_up_and_down_with_progress(either, tmp_path, size):
    source, target = tmp_path / "source", tmp_path / "target"
    data = os.urandom(size)
    source.write_bytes(data)
    up, down = [], []
    either.upload_file(str(source), BUCKET, "k", Callback=up.append, ExtraArgs={"ContentType": "text/csv"})
    either.download_file(BUCKET, "k", str(target), Callback=down.append)
    assert target.read_bytes() == data
    assert (sum(up), sum(down)) == (size, size)
    assert either.head_object(Bucket=BUCKET, Key="k")["ContentType"] == "text/csv"
    either.upload_fileobj(io.BytesIO(data), BUCKET, "k2")
    buffer = io.BytesIO()
    either.download_fileobj(BUCKET, "k2", buffer)
    assert buffer.getvalue() == data


@pytest.mark.shows("CopyObject", "boto3's managed copy of a large object")
def test_managed_copy_of_a_large_object(bucket):
    data = os.urandom(9 * MIB)
    bucket.upload_fileobj(io.BytesIO(data), BUCKET, "k")
    bucket.copy({"Bucket": BUCKET, "Key": "k"}, BUCKET, "copy")
    assert body(bucket, "copy") == data


@pytest.mark.shows("PutObject", "boto3's resource interface")
def test_the_resource_interface(clients, home):
    clients.switch.target = home.engine
    resource = clients.session.resource("s3")
    made = resource.Bucket(BUCKET)
    assert made.creation_date is None
    made.create()
    assert made.creation_date is not None
    made.put_object(Key="k", Body=b"x")
    assert [found.key for found in made.objects.all()] == ["k"]
    made.objects.all().delete()
    assert list(made.objects.all()) == []
