"""Requests that nobody should send: a clean refusal each, and the server goes on."""

from __future__ import annotations

import json
import os

import pytest
from raw_http import Raw

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve import Server, cbor

BUCKET = "sagemaker-us-east-1-000000000000"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><Delete><Object><Key>&c;</Key></Object></Delete>'
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    b"<Delete><Object><Key>&a;</Key></Object></Delete>"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(EmbeddedSageMaker(tmp_path_factory.mktemp("raw") / "home")) as running:
        yield running
        running.home.close()


@pytest.fixture
def raw(server):
    with Raw(server) as made:
        yield made


@pytest.fixture(autouse=True)
def _the_server_goes_on(server):
    """After each test a new connection is answered."""
    yield
    with Raw(server) as fresh:
        assert fresh.target("ListExperiments", b"{}").status == 200


# -- who may ask -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "", "/wrong/", "/wrong/bucket/key", "//", "/../"])
def test_without_the_token_nothing_is_answered(raw, path):
    reply = raw.send(f"GET {path or '/'} HTTP/1.1\r\nHost: {raw.host}\r\n\r\n".encode()).reply()
    assert (reply.status, reply.code) == (403, "AccessDenied")


def test_a_token_of_the_wrong_case_is_wrong(raw):
    raw.token = raw.token.swapcase()
    assert raw.target("ListExperiments", b"{}").status == 403


@pytest.mark.parametrize(
    "host", ["example.invalid", "example.invalid:80", "127.0.0.1.example.invalid", "[::1]", ""]
)
def test_a_name_that_was_bound_to_loopback_is_refused(raw, host):
    assert raw.target("ListExperiments", b"{}", Host=host).code == "AccessDenied"


def test_a_page_in_a_browser_is_refused_and_gets_no_permission(raw):
    reply = raw.ask("OPTIONS", "/", Origin="https://example.invalid", Access_Control_Request_Method="POST")
    assert reply.status == 403
    reply = raw.target("ListExperiments", b"{}", Origin="null")
    assert reply.status == 403
    assert not [name for name in reply.headers if name.startswith("access-control")]


def test_it_listens_on_loopback_only(server):
    assert server.endpoint.startswith(f"http://127.0.0.1:{server.port}/")
    assert server._listener.socket.getsockname()[0] == "127.0.0.1"


# -- the JSON protocol -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"garbage", "SerializationException"),
        (b"\xff\xfe{}", "SerializationException"),
        (b"[]", "SerializationException"),
        (b'"x"', "SerializationException"),
        (b'{"ExperimentName": NaN}', "SerializationException"),
        (b'{"ExperimentName": 1}', "SerializationException"),
        (b'{"ExperimentName": "x", "Tags": {"a": 1}}', "SerializationException"),
        (b'{"ExperimentName": "\\ud800"}', "SerializationException"),
        (b"[" * 100_000, "SerializationException"),
        (b"1" * 10_000, "SerializationException"),
        (b"{}", "ValidationException"),
        (b"", "ValidationException"),
        (b'{"ExperimentName": null}', "ValidationException"),
        (b'{"ExperimentName": "no_underscores"}', "ValidationException"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:20]),
)
def test_bad_input_is_refused_in_the_services_words(raw, body, code):
    reply = raw.target("CreateExperiment", body)
    assert (reply.status, reply.code) == (400, code)
    assert reply.headers["x-amzn-requestid"]
    assert json.loads(reply.body)["message"]


@pytest.mark.parametrize("time", ['"yesterday"', "1e300", "true", "[]", "-1e20"])
def test_times_that_are_none(raw, time):
    body = f'{{"TrialComponentName": "c", "StartTime": {time}}}'.encode()
    assert raw.target("CreateTrialComponent", body).code == "SerializationException"


def test_deep_search_expressions_are_refused(raw):
    depth = 3000
    nested = b'{"SubExpressions":[' * depth + b"{}" + b"]}" * depth
    body = b'{"Resource":"ExperimentTrialComponent","SearchExpression":' + nested + b"}"
    assert raw.target("Search", body).code in {"SerializationException", "ValidationException"}


def test_members_that_the_model_does_not_know_are_dropped(raw):
    reply = raw.target("CreateExperiment", b'{"ExperimentName": "e", "New2031": {"a": [1]}}')
    assert reply.status == 200


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("SageMaker.Nonsense", 400, "UnknownOperationException"),
        ("SageMaker.", 400, "UnknownOperationException"),
        ("SageMaker.ListModels2", 400, "UnknownOperationException"),
        ("SageMaker.ListDomains", 501, "UnsupportedOperation"),
        ("DynamoDB_20120810.ListTables", 501, "UnsupportedOperation"),
        ("nothing", 501, "UnsupportedOperation"),
    ],
)
def test_unknown_targets(raw, target, status, code):
    reply = raw.ask("POST", "/", b"{}", X_Amz_Target=target)
    assert (reply.status, reply.code) == (status, code)


@pytest.mark.parametrize(
    "body", [b"\xff", b"\xbf", b"garbage", b"\x9b" + b"\xff" * 8, b"\x80", b"\x81" * 100_000]
)
def test_bad_cbor(raw, body):
    path = "/service/GraniteServiceVersion20100801/operation/GetMetricStatistics"
    reply = raw.ask("POST", path, body, smithy_protocol="rpc-v2-cbor")
    assert (reply.status, cbor.loads(reply.body)["__type"]) == (400, "SerializationException")


def test_other_protocols_are_refused(raw):
    for path in ("/service/X/operation/Y", "/", "/service/X"):
        reply = raw.ask("POST", path, b"", smithy_protocol="rpc-v2-cbor")
        assert (reply.status, cbor.loads(reply.body)["__type"]) == (501, "UnsupportedOperation")
    form = raw.ask("POST", "/", b"Action=Fly&Version=1", Content_Type="application/x-www-form-urlencoded")
    assert (form.status, form.code) == (501, "UnsupportedOperation")
    sts = raw.ask(
        "POST", "/", b"Action=Fly&Version=2011-06-15", Content_Type="application/x-www-form-urlencoded"
    )
    assert (sts.status, sts.code) == (400, "UnknownOperationException")
    assert raw.ask("PUT", "/", b"{}", X_Amz_Target="SageMaker.ListExperiments").code == "MethodNotAllowed"


# -- S3 ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [b"", b"garbage", b"<Delete>", b"<Delete><Object/></Delete>", BOMB, OUTSIDE, b"<a>" * 1000, b"<Other/>"],
    ids=lambda body: repr(body[:12]),
)
def test_bad_xml(raw, body):
    reply = raw.ask("POST", f"/{BUCKET}?delete", body)
    assert reply.status == 400
    assert reply.code in {"MalformedXML", "ValidationException"}
    assert b"haha" not in reply.body


@pytest.mark.parametrize(
    "path", ["/%ff%fe", f"/{BUCKET}/%ff", f"/{BUCKET}?prefix=%ff", f"/{BUCKET}?" + "&".join("a" * 200)]
)
def test_addresses_that_are_no_text(raw, path):
    assert raw.ask("GET", path).code == "InvalidURI"


@pytest.mark.parametrize(
    "key",
    [
        "../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "/etc/passwd",
        "%00",
        "a%5c..%5cb",
        "%0d%0aX-Evil:1",
    ],
)
def test_keys_that_look_like_ways_out_are_only_keys(raw, server, key):
    assert raw.ask("GET", f"/{BUCKET}/{key}").code == "NoSuchKey"
    assert raw.ask("PUT", f"/{BUCKET}/{key}", b"mine").status == 200
    reply = raw.ask("GET", f"/{BUCKET}/{key}")
    assert (reply.body, "x-evil" in reply.headers) == (b"mine", False)
    files = [path for path in server.home.path.parent.rglob("*") if path.is_file()]
    (held,) = [path for path in files if path.stat().st_size == 4 and path.read_bytes() == b"mine"]
    assert held.is_relative_to(server.home.path / "objects")
    assert raw.ask("DELETE", f"/{BUCKET}/{key}").status == 204


@pytest.mark.parametrize("query", ["max-keys=x", "max-keys=1e9999", "fetch-owner=maybe"])
def test_arguments_of_the_wrong_type(raw, query):
    assert raw.ask("GET", f"/{BUCKET}?list-type=2&{query}").code == "InvalidArgument"


def test_an_operation_of_s3_that_is_not_offered_is_named(raw):
    reply = raw.ask("GET", f"/{BUCKET}?policy")
    assert (reply.status, reply.code) == (501, "UnsupportedOperation")
    assert b"s3.GetBucketPolicy" in reply.body
    assert raw.ask("PATCH", f"/{BUCKET}/k").code == "MethodNotAllowed"


def test_headers_of_an_object_cannot_be_smuggled(raw, server):
    s3 = server.home.boto_session().client("s3")
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x", ContentType="a\r\nX-Evil: 1", CacheControl="ü")
    reply = raw.ask("HEAD", f"/{BUCKET}/k")
    assert reply.status == 200
    assert "x-evil" not in reply.headers


# -- HTTP itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"garbage\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET http://example.invalid/ HTTP/1.1\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"GET /\xff HTTP/1.1\r\n\r\n", 400),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 20_000 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n folded: 1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ],
    ids=lambda value: repr(value[:32]) if isinstance(value, bytes) else str(value),
)
def test_what_is_not_http_ends_the_connection(raw, content, status):
    assert raw.send(content).reply().status == status
    with pytest.raises((EOFError, ConnectionError)):
        raw.send(b"GET / HTTP/1.1\r\n\r\n").reply()


def test_a_message_that_is_too_large_is_refused(raw):
    reply = raw.target("CreateExperiment", b" " * (17 << 20))
    assert (reply.status, reply.code) == (413, "RequestEntityTooLarge")


@pytest.mark.parametrize("sent", [0, 5])
def test_a_body_that_ends_early_is_not_stored(server, sent):
    with Raw(server) as raw:
        raw.send(raw.request("PUT", f"/{BUCKET}/early", os.urandom(sent), Content_Length="10"))
    with Raw(server) as raw:
        assert raw.ask("GET", f"/{BUCKET}/early").code == "NoSuchKey"


def test_a_connection_is_used_again_also_after_refusals(raw):
    for _ in range(3):
        assert raw.target("CreateExperiment", b"garbage").status == 400
        assert raw.ask("PUT", "/no-such-bucket/k", b"x" * 100_000).code == "NoSuchBucket"
        assert raw.target("ListExperiments", b"{}").status == 200
    assert raw.target("ListExperiments", b"{}", Connection="close").headers["connection"] == "close"
    with pytest.raises(EOFError):
        raw.reply()


def test_two_requests_sent_at_once_are_answered_in_order(raw):
    first = raw.request("POST", "/", b"{}", X_Amz_Target="SageMaker.Nonsense")
    second = raw.request("POST", "/", b"{}", X_Amz_Target="SageMaker.ListExperiments")
    raw.send(first + second)
    assert [raw.reply().status, raw.reply().status] == [400, 200]


def test_http_1_0_is_closed_after_the_answer(raw):
    raw.send(f"GET {raw.token}/ HTTP/1.0\r\nHost: {raw.host}\r\n\r\n".encode())
    assert raw.reply().status == 200
    with pytest.raises(EOFError):
        raw.reply()
