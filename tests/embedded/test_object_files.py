"""The files behind S3 objects: kept once, gone with the last reference, safe from crashes and threads."""

from __future__ import annotations

import hashlib
import os
import threading
import urllib.parse
import urllib.request
from datetime import datetime, timezone

import pytest
from embedded_home import CheckedHome, refused
from s3_calls import BUCKET, PART, body, complete_upload, start_upload

from sm_track_widgets.embedded import object_files, objects

# -- files on disk -----------------------------------------------------------------------------------------


@pytest.mark.shows("PutObject", "equal content is kept once")
@pytest.mark.shows("DeleteObject", "the bytes go with the last reference")
def test_equal_content_is_kept_once_and_deleted_with_the_last_reference(bucket, files):
    for key in ("a", "b"):
        bucket.put_object(Bucket=BUCKET, Key=key, Body=b"same")
    bucket.copy_object(Bucket=BUCKET, Key="c", CopySource={"Bucket": BUCKET, "Key": "a"})
    assert files() == [hashlib.sha256(b"same").hexdigest()]
    bucket.delete_object(Bucket=BUCKET, Key="a")
    bucket.put_object(Bucket=BUCKET, Key="b", Body=b"other")
    assert body(bucket, "c") == b"same"
    bucket.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "b"}, {"Key": "c"}]})
    assert files() == []


@pytest.mark.shows("PutObject", "unchanged content keeps its file")
def test_an_object_put_again_unchanged_keeps_its_file(bucket, files):
    for _ in range(2):
        bucket.put_object(Bucket=BUCKET, Key="k", Body=b"same")
    assert len(files()) == 1
    assert body(bucket) == b"same"


@pytest.mark.shows("CompleteMultipartUpload", "the parts' files are gone")
def test_parts_are_gone_after_completion(bucket, files):
    where = start_upload(bucket)
    parts = [(n, bucket.upload_part(**where, PartNumber=n, Body=bytes([n]) * PART)["ETag"]) for n in (1, 2)]
    complete_upload(bucket, where, parts)
    assert len(files()) == 1


@pytest.mark.shows("PutObject", "a body that fails leaves the old object")
def test_a_body_that_fails_leaves_the_old_object(bucket, files, home):
    class Broken:
        def read(self, size):
            raise OSError("the disk went away")

    bucket.put_object(Bucket=BUCKET, Key="k", Body=b"old")
    before = files()
    with pytest.raises(OSError, match="went away"):
        home.engine.call("s3", "PutObject", {"Bucket": BUCKET, "Key": "k", "Body": Broken()})
    assert body(bucket) == b"old"
    assert files() == before


def test_what_a_crash_left_is_swept_after_a_day(bucket, files, home):
    bucket.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    incoming = home.path / "objects" / "incoming"
    for name, age in (("old", 2 * 86400), ("fresh", 60)):
        (incoming / name).write_bytes(b"half")
        moment = datetime.now(timezone.utc).timestamp() - age
        os.utime(incoming / name, (moment, moment))
    CheckedHome(home.path).close()
    assert set(files()) == {"fresh", hashlib.sha256(b"x").hexdigest()}


def test_object_file_and_presigned_urls(bucket, home):
    bucket.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    service = home.engine.service
    assert objects.object_file(service, BUCKET, "none") is None
    path = objects.object_file(service, BUCKET, "k")
    assert path.read_bytes() == b"x"
    url = bucket.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "k"})
    assert urllib.request.url2pathname(urllib.parse.urlsplit(url).path) == str(path)


def test_threads_that_write_and_delete_the_same_content(bucket, files):
    """Put and delete equal content from several threads: what is named can always be read."""
    failures = []

    def work(number):
        try:
            for _ in range(15):
                bucket.put_object(Bucket=BUCKET, Key=f"k{number}", Body=b"shared")
                assert body(bucket, f"k{number}") == b"shared"
                bucket.delete_object(Bucket=BUCKET, Key=f"k{number}")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert files() == []


@pytest.mark.shows("GetObject", "bytes lost from the folder are reported")
def test_bytes_lost_from_the_folder_are_reported(bucket, home):
    bucket.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    object_files.path_of(home.engine.service, hashlib.sha256(b"x").hexdigest()).unlink()
    with refused("InternalError", "missing"):
        bucket.get_object(Bucket=BUCKET, Key="k")
