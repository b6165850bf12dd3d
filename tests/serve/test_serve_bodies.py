"""How bodies come: by length, in chunks, in S3's chunks with trailers, after 100 Continue; their checksums."""

from __future__ import annotations

import base64
import hashlib
import os
import zlib

import pytest
from raw_http import Raw

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve import Server

BUCKET = "sagemaker-us-east-1-000000000000"
DATA = os.urandom(300_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(EmbeddedSageMaker(tmp_path_factory.mktemp("bodies") / "home")) as running:
        yield running
        running.home.close()


@pytest.fixture
def raw(server):
    with Raw(server) as made:
        yield made


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def chunked(data, size=70_000, extension="", trailers=""):
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    framed = b"".join(f"{len(part):x}{extension}\r\n".encode() + part + b"\r\n" for part in parts)
    return framed + f"0{extension}\r\n{trailers}\r\n".encode()


def stored(raw, key="k"):
    return raw.ask("GET", f"/{BUCKET}/{key}").body


def put(raw, body, **headers):
    return raw.ask("PUT", f"/{BUCKET}/k", body, **headers)


@pytest.fixture(autouse=True)
def _nothing_there(server):
    with Raw(server) as fresh:
        fresh.ask("DELETE", f"/{BUCKET}/k")


def test_http_chunks(raw):
    head = raw.request("PUT", f"/{BUCKET}/k", Transfer_Encoding="chunked").replace(
        b"Content-Length: 0\r\n", b""
    )
    assert raw.send(head + chunked(DATA)).reply().status == 200
    assert stored(raw) == DATA


def test_signed_chunks_as_other_sdks_send_them_over_http(raw):
    body = chunked(DATA, extension=f";chunk-signature={'0' * 64}")
    reply = put(
        raw,
        body,
        Content_Encoding="aws-chunked,gzip",
        X_Amz_Content_Sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        X_Amz_Decoded_Content_Length=str(len(DATA)),
    )
    assert reply.status == 200
    found = raw.ask("GET", f"/{BUCKET}/k")
    assert (found.body, found.headers["content-encoding"]) == (DATA, "gzip")


def test_unsigned_chunks_with_a_trailing_checksum(raw):
    trailers = f"x-amz-checksum-crc32:{crc32(DATA)}\r\n"
    given = {
        "Content_Encoding": "aws-chunked",
        "X_Amz_Content_Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "X_Amz_Trailer": "x-amz-checksum-crc32",
    }
    assert put(raw, chunked(DATA, trailers=trailers), **given).status == 200
    found = raw.ask("GET", f"/{BUCKET}/k")
    assert (found.body, found.headers.get("content-encoding")) == (DATA, None)
    wrong = put(raw, chunked(DATA, trailers="x-amz-checksum-crc32:AAAAAA==\r\n"), **given)
    assert (wrong.status, wrong.code) == (400, "BadDigest")
    absent = put(raw, chunked(DATA), **given)
    assert (absent.status, absent.code) == (400, "BadDigest")
    assert stored(raw) == DATA


def test_both_framings_at_once(raw):
    given = {"Transfer_Encoding": "chunked", "Content_Encoding": "aws-chunked"}
    head = raw.request("PUT", f"/{BUCKET}/k", **given).replace(b"Content-Length: 0\r\n", b"")
    assert raw.send(head + chunked(chunked(DATA), size=999)).reply().status == 200
    assert stored(raw) == DATA


@pytest.mark.parametrize(
    "frame", [b"zz\r\n", b"-5\r\n", b"5\r\nabcdeXX", b"5" * 5000, b"1" * 20 + b"\r\n", b"\r\n"]
)
def test_broken_chunks(raw, frame):
    body = frame + b"\r\n" * 4
    assert put(raw, body, Content_Encoding="aws-chunked").status == 400


def test_a_chunk_that_never_ends_is_not_stored(server):
    with Raw(server) as raw:
        raw.send(raw.request("PUT", f"/{BUCKET}/k", b"ff\r\nabc", Content_Encoding="aws-chunked"))
        assert raw.reply().status == 400
    with Raw(server) as raw:
        assert raw.ask("HEAD", f"/{BUCKET}/k").status == 404


def test_checksums_in_headers(raw):
    sums = {
        "crc32": crc32(DATA),
        "sha1": base64.b64encode(hashlib.sha1(DATA).digest()).decode(),
        "sha256": base64.b64encode(hashlib.sha256(DATA).digest()).decode(),
    }
    for name, value in sums.items():
        assert put(raw, DATA, **{f"X_Amz_Checksum_{name}": value}).status == 200
        reply = put(raw, DATA[:-1], **{f"X_Amz_Checksum_{name}": value})
        assert (reply.status, reply.code) == (400, "BadDigest")
    assert put(raw, DATA, X_Amz_Checksum_crc64nvme="AAAAAAAAAAA=").status == 200  # taken on trust
    assert put(raw, DATA, Content_MD5="1B2M2Y8AsgTpgAmY7PhCfg==").code == "BadDigest"


def test_the_checksum_of_a_list_of_deletions_is_compared(raw):
    body = b"<Delete><Object><Key>k</Key></Object></Delete>"
    assert raw.ask("POST", f"/{BUCKET}?delete", body, x_amz_checksum_crc32=crc32(body)).status == 200
    assert raw.ask("POST", f"/{BUCKET}?delete", body, x_amz_checksum_crc32="AAAAAA==").code == "BadDigest"


def test_a_client_that_waits_for_100_continue(raw):
    raw.send(raw.request("PUT", f"/{BUCKET}/k", Expect="100-continue", Content_Length="5"))
    assert raw.source.readline() == b"HTTP/1.1 100 Continue\r\n"
    assert raw.source.readline() == b"\r\n"
    assert raw.send(b"hello").reply().status == 200
    assert stored(raw) == b"hello"


def test_a_client_that_waits_is_refused_before_it_sends(raw):
    raw.send(raw.request("PUT", "/no-such-bucket/k", Expect="100-continue", Content_Length="5"))
    reply = raw.reply()
    assert (reply.code, reply.headers["connection"]) == ("NoSuchBucket", "close")


def test_an_empty_object(raw):
    assert put(raw, b"").status == 200
    assert stored(raw) == b""
    assert raw.ask("HEAD", f"/{BUCKET}/k").headers["content-length"] == "0"
