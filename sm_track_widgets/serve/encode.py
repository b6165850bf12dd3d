"""Outputs and errors to answers, by botocore's shapes and the service's protocol."""

from __future__ import annotations

import base64
import json
import math
import uuid
from collections.abc import Callable, Mapping
from email.header import Header
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.serve import cbor
from sm_track_widgets.serve.http1 import Answer
from sm_track_widgets.serve.routing import CBOR, Route
from sm_track_widgets.serve.shapes import http_time, iso_time, repeated, wire_name
from sm_track_widgets.serve.xml_text import document, element, escape

S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
ROOTS: Mapping[str, str] = {
    "ListBuckets": "ListAllMyBucketsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "GetBucketLocation": "LocationConstraint",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
}
"""Roots of S3's answers that are not called ``<Operation>Result``; clients in some languages look at the name [D]."""
_PARTIAL = 206


def answer_of(route: Route, output: Params) -> Answer:
    """Return the answer that carries `output`."""
    protocol = route.protocol
    if protocol == CBOR:
        shape = route.model.output_shape
        content = {} if shape is None else _to_plain(shape, output, {})
        return _cbor_answer(200, content)
    if protocol == "json":
        version = route.model.metadata["jsonVersion"]
        return _json_answer(route.model.output_shape, output, f"application/x-amz-json-{version}")
    if protocol == "rest-json":
        return _json_answer(route.model.output_shape, output, "application/json")
    if protocol == "query":
        return _query_answer(route, output)
    return _s3_answer(route, output)


def error_of(protocol: str, error: ServiceError, namespace: str | None = None) -> Answer:
    """Return the answer that carries `error`."""
    told = {"__type": error.code, "message": error.message}
    if protocol == CBOR:
        return _cbor_answer(error.status, told)
    request = str(uuid.uuid4())
    if protocol.endswith("json"):
        content = json.dumps(told).encode()
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "x-amzn-ErrorType": error.code,
            "x-amzn-RequestId": request,
        }
        return Answer(error.status, headers, content)
    inner = element("Code", escape(error.code)) + element("Message", escape(error.message))
    named = element("RequestId", request)
    headers = {"Content-Type": "application/xml", "x-amz-request-id": request, "x-amzn-RequestId": request}
    if protocol == "query":
        inner = element("Error", element("Type", "Sender") + inner) + named
        return Answer(error.status, headers, document(element("ErrorResponse", inner, namespace)))
    return Answer(error.status, headers, document(element("Error", inner + named)))


# -- JSON and CBOR --------------------------------------------------------------------------------------------------


def _json_answer(shape: Any, output: Params, content_type: str) -> Answer:
    content = {} if shape is None else _to_plain(shape, output, _JSON_SCALARS)
    headers = {"Content-Type": content_type, "x-amzn-RequestId": str(uuid.uuid4())}
    return Answer(200, headers, json.dumps(content, separators=(",", ":")).encode())


def _cbor_answer(status: int, content: Any) -> Answer:
    headers = {
        "Content-Type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        "x-amzn-RequestId": str(uuid.uuid4()),
    }
    return Answer(status, headers, cbor.dumps(content))


def _to_plain(shape: Any, value: Any, scalars: Mapping[str, Callable[[Any], Any]]) -> Any:
    """Return `value` with the names of the wire, and `scalars` written as the protocol does."""
    kind = shape.type_name
    if kind == "structure":
        members = shape.members
        return {
            wire_name(members[name], name): _to_plain(members[name], item, scalars)
            for name, item in value.items()
            if name in members and item is not None
        }
    if kind == "list":
        return [_to_plain(shape.member, item, scalars) for item in value]
    if kind == "map":
        return {name: _to_plain(shape.value, item, scalars) for name, item in value.items()}
    convert = scalars.get(kind)
    return value if convert is None else convert(value)


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


_JSON_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "timestamp": lambda moment: moment.timestamp(),
    "blob": lambda content: base64.b64encode(content).decode("ascii"),
    "double": _number,
    "float": _number,
}


# -- query -------------------------------------------------------------------------------------------------


def _query_answer(route: Route, output: Params) -> Answer:
    request = str(uuid.uuid4())
    shape = route.model.output_shape
    result = "" if shape is None else element(f"{route.operation}Result", _inner(shape, output))
    inner = result + element("ResponseMetadata", element("RequestId", request))
    root = element(f"{route.operation}Response", inner, route.model.metadata["xmlNamespace"])
    return Answer(200, {"Content-Type": "text/xml", "x-amzn-RequestId": request}, document(root))


# -- S3 ----------------------------------------------------------------------------------------------------


def _s3_answer(route: Route, output: Params) -> Answer:
    shape = route.model.output_shape
    headers = {"x-amz-request-id": str(uuid.uuid4())}
    answer = Answer(int(route.model.http.get("responseCode", 200)), headers)
    if shape is None:
        return answer
    headers |= _headers(shape, output)
    if "ContentRange" in output:
        answer.status = _PARTIAL
    payload = shape.serialization.get("payload")
    if payload is None:
        inner, members = _inner(shape, output), shape.members.values()
        written = inner or any("location" not in member.serialization for member in members)
    elif shape.members[payload].type_name == "blob":
        answer.stream = output[payload]
        return answer
    else:
        inner, written = _inner(shape.members[payload], output.get(payload) or {}), True
    if written and route.operation not in {"HeadBucket", "HeadObject"}:
        headers["Content-Type"] = "application/xml"
        root = ROOTS.get(route.operation, f"{route.operation}Result")
        if route.operation == "GetBucketLocation":
            inner = escape(output["LocationConstraint"] or "")  # the root itself is the value
        answer.content = document(element(root, inner, S3_NAMESPACE))
    return answer


def _headers(shape: Any, output: Params) -> dict[str, str]:
    headers: dict[str, str] = {}
    for member, value in output.items():
        inner = shape.members.get(member)
        location = None if inner is None else inner.serialization.get("location")
        if location is None or value is None:
            continue
        name = wire_name(inner, member)
        if location == "header":
            headers[name] = _printable(_text(inner, value, http=True))
        elif location == "headers":
            headers |= {f"{name}{_printable(key)}": _printable(text) for key, text in value.items()}
    return headers


def _printable(text: str) -> str:
    """Return a header's value; what is not printable ASCII is coded as RFC 2047 says, as S3 does [D]."""
    if text.isascii() and text.isprintable():
        return text
    return Header(text, "utf-8", maxlinelen=10**6).encode()


def _inner(shape: Any, output: Params) -> str:
    """Return the elements inside a structure, in the order of the model."""
    parts: list[str] = []
    for member, inner in shape.members.items():
        value = output.get(member)
        if value is None or "location" in inner.serialization:
            continue
        name = wire_name(inner, member)
        if repeated(inner):
            parts += [_element(inner.member, name, item) for item in value]
        else:
            parts.append(_element(inner, name, value))
    return "".join(parts)


def _element(shape: Any, name: str, value: Any) -> str:
    if shape.type_name == "structure":
        return element(name, _inner(shape, value))
    if shape.type_name == "list":
        inner = str(shape.member.serialization.get("name", "member"))
        return element(name, "".join(_element(shape.member, inner, item) for item in value))
    return element(name, escape(_text(shape, value)))


def _text(shape: Any, value: Any, *, http: bool = False) -> str:
    if shape.type_name == "timestamp":
        return http_time(value) if http else iso_time(value)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
