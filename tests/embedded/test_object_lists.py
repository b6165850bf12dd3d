"""Listing S3 objects through boto3, with prefixes, delimiters and pages."""

from __future__ import annotations

import pytest
from embedded_home import refused
from s3_calls import BUCKET, keys, md5, prefixes

# -- lists -------------------------------------------------------------------------------------------------


def plant(client):
    for key in ("b", "a/1", "a/2", "a/x/1", "c/1", "B", "a-1", "ä/1"):
        client.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    return client


@pytest.fixture
def tree(either):
    return plant(either)


@pytest.mark.shows("ListObjectsV2", "keys in the order of their bytes")
def test_keys_are_listed_in_byte_order(tree):
    found = tree.list_objects_v2(Bucket=BUCKET)
    assert keys(found) == ["B", "a-1", "a/1", "a/2", "a/x/1", "b", "c/1", "ä/1"]
    assert (found["KeyCount"], found["IsTruncated"], found["MaxKeys"], found["Name"]) == (
        8,
        False,
        1000,
        BUCKET,
    )
    entry = found["Contents"][0]
    assert (entry["Size"], entry["ETag"], entry["StorageClass"]) == (1, f'"{md5(b"B")}"', "STANDARD")


@pytest.mark.shows("ListObjects", "by prefix and delimiter")
@pytest.mark.shows("ListObjectsV2", "by prefix and delimiter")
@pytest.mark.parametrize(
    ("given", "listed", "shared"),
    [
        ({"Prefix": "a/"}, ["a/1", "a/2", "a/x/1"], []),
        ({"Prefix": "a"}, ["a-1", "a/1", "a/2", "a/x/1"], []),
        ({"Delimiter": "/"}, ["B", "a-1", "b"], ["a/", "c/", "ä/"]),
        ({"Prefix": "a/", "Delimiter": "/"}, ["a/1", "a/2"], ["a/x/"]),
        ({"Prefix": "a/x", "Delimiter": "/"}, [], ["a/x/"]),
        ({"Prefix": "none"}, [], []),
    ],
)
@pytest.mark.parametrize("version", ["list_objects", "list_objects_v2"])
def test_prefix_and_delimiter(tree, version, given, listed, shared):
    found = getattr(tree, version)(Bucket=BUCKET, **given)
    assert (keys(found), prefixes(found)) == (listed, shared)


def check_pages(client, version, size, delimiter):
    whole = getattr(client, version)(Bucket=BUCKET, Delimiter=delimiter)
    found, shared = [], []
    pages = client.get_paginator(version)
    for page in pages.paginate(Bucket=BUCKET, Delimiter=delimiter, PaginationConfig={"PageSize": size}):
        assert len(keys(page)) + len(prefixes(page)) <= size
        found += keys(page)
        shared += prefixes(page)
    assert (found, shared) == (keys(whole), prefixes(whole))


@pytest.mark.shows("ListObjectsV2", "pages of any size give the whole")
@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("delimiter", ["/", ""])
def test_pages(tree, size, delimiter):
    check_pages(tree, "list_objects_v2", size, delimiter)


@pytest.mark.shows("ListObjects", "pages of any size give the whole")
@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("delimiter", ["/", ""])
def test_pages_of_the_older_listing(bucket, size, delimiter):
    # moto does not count common prefixes as entries of a page here.
    check_pages(plant(bucket), "list_objects", size, delimiter)


@pytest.mark.shows("ListObjectsV2", "begins after a key")
def test_start_after(tree):
    assert keys(tree.list_objects_v2(Bucket=BUCKET, StartAfter="a/2")) == ["a/x/1", "b", "c/1", "ä/1"]


@pytest.mark.shows("ListObjectsV2", "keys written and deleted between pages disturb nothing")
def test_a_key_written_between_pages_disturbs_nothing(bucket):
    for key in "acegi":
        bucket.put_object(Bucket=BUCKET, Key=key, Body=b"")
    first = bucket.list_objects_v2(Bucket=BUCKET, MaxKeys=2)
    bucket.put_object(Bucket=BUCKET, Key="b", Body=b"")
    bucket.delete_object(Bucket=BUCKET, Key="c")
    rest = bucket.list_objects_v2(Bucket=BUCKET, ContinuationToken=first["NextContinuationToken"])
    assert keys(first) + keys(rest) == list("acegi")


@pytest.mark.shows("ListObjectsV2", "a thousand to a page")
def test_more_keys_than_a_page_holds(bucket, home):
    with home.engine.service.store.atomic() as connection:
        connection.executemany(
            "INSERT INTO objects (bucket, key, etag, size, content_type, metadata, modified, file) "
            "VALUES (?, ?, '\"e\"', 0, 't', '{}', 0, 'f')",
            [(BUCKET, f"{number % 3}/{number:04}") for number in range(2500)],
        )
    first = bucket.list_objects_v2(Bucket=BUCKET)
    assert (len(first["Contents"]), first["IsTruncated"]) == (1000, True)
    assert prefixes(bucket.list_objects_v2(Bucket=BUCKET, Delimiter="/")) == ["0/", "1/", "2/"]
    pages = bucket.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="1/")
    assert len([key for page in pages for key in keys(page)]) == 833


@pytest.mark.shows("ListObjectsV2", "a token that is none of ours is refused")
def test_a_foreign_token_is_refused(bucket):
    with refused("InvalidArgument"):
        bucket.list_objects_v2(Bucket=BUCKET, ContinuationToken="ü")
