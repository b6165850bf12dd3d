"""Requests to parameters, by botocore's shapes: native Python values as boto3 would hand them to the engine.

What a member's type does not allow is left as it came: the engine's own check refuses it, in AWS's words. Members that
the model does not know are dropped, as AWS's services do [inf]: a newer client may send them.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from botocore.utils import parse_to_aware_datetime

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.serve import cbor
from sm_track_widgets.serve.bodies import Incoming
from sm_track_widgets.serve.http1 import Request
from sm_track_widgets.serve.routing import CBOR, Query, Route
from sm_track_widgets.serve.shapes import member_names, repeated, wire_name
from sm_track_widgets.serve.xml_text import Node, XmlError, parse

_NOT_NUMBERS: Mapping[str, float] = {name: float(name) for name in ("NaN", "Infinity", "-Infinity")}


def params_of(route: Route, request: Request, body: Incoming) -> Params:
    """Return the parameters of a routed request; a streaming payload is `body` itself, not read yet.

    Raises
    ------
    ServiceError
        ``SerializationException``, ``MalformedXML`` or ``InvalidArgument`` for what cannot be read.
    """
    shape = route.model.input_shape
    if shape is None:
        return {}
    protocol = route.protocol
    if protocol == "json":
        return _json(shape, body.message())
    if protocol == CBOR:
        return _cbor(shape, body.message())
    if protocol == "query":
        return _from_form(shape, route.query, "")
    params = _located(route, request)
    payload = shape.serialization.get("payload")
    if payload is None:
        params |= _json(shape, body.message()) if protocol == "rest-json" else {}
    elif shape.members[payload].type_name == "blob":
        params[payload] = body
    elif content := body.message():
        params[payload] = _xml(shape.members[payload], _root(content))
    return params


# -- JSON and CBOR --------------------------------------------------------------------------------------------------


def _json(shape: Any, content: bytes) -> Params:
    try:
        value = json.loads(content or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _unreadable("the body is not JSON") from error
    if not isinstance(value, dict):
        raise _unreadable("the body is not a JSON object")
    return _from_json(shape, value)


def _cbor(shape: Any, content: bytes) -> Params:
    try:
        value = cbor.loads(content or cbor.dumps({}))
    except cbor.CborError as error:
        raise _unreadable("the body is not CBOR") from error
    if not isinstance(value, dict):
        raise _unreadable("the body is not a map")
    return _from_json(shape, value)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _from_json(shape: Any, value: Any) -> Any:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return {
            name: _from_json(shape.members[member], value[name])
            for name, member in member_names(shape).items()
            if value.get(name) is not None
        }
    if kind == "list" and isinstance(value, list):
        return [_from_json(shape.member, item) for item in value]
    if kind == "map" and isinstance(value, dict):
        return {name: _from_json(shape.value, item) for name, item in value.items()}
    convert = _JSON_SCALARS.get(kind)
    return value if convert is None else convert(value)


def _moment(value: Any) -> datetime:
    if isinstance(value, (bool, dict, list)):
        raise _unreadable(f"{value} is not a timestamp")
    try:
        return parse_to_aware_datetime(value)
    except (ValueError, OverflowError, OSError, RuntimeError) as error:
        raise _unreadable(f"{str(value)[:100]} is not a timestamp") from error


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):  # of CBOR
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (ValueError, TypeError) as error:
        raise _unreadable("a binary value is not base64") from error


def _number(value: Any) -> Any:
    return _NOT_NUMBERS.get(value, value) if isinstance(value, str) else value


_JSON_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "timestamp": _moment,
    "blob": _bytes,
    "double": _number,
    "float": _number,
}


def _unreadable(what: str) -> ServiceError:
    return ServiceError("SerializationException", f"The request cannot be read: {what}.")


# -- forms of the query protocol ---------------------------------------------------------------------------


def _from_form(shape: Any, fields: Query, key: str) -> Any:
    """Read what stands under `key`: ``Key.member.1`` in lists, ``Key.Name`` in structures."""
    if shape.type_name == "structure":
        inner = {name: f"{key}.{wire_name(part, name)}".lstrip(".") for name, part in shape.members.items()}
        return {
            name: _from_form(shape.members[name], fields, place)
            for name, place in inner.items()
            if any(field == place or field.startswith(f"{place}.") for field in fields)
        }
    if shape.type_name == "list":
        prefix = key if repeated(shape) else f"{key}.{shape.member.serialization.get('name', 'member')}"
        found = re.compile(re.escape(prefix) + r"\.(\d{1,5})(\..*)?")
        numbers = sorted({int(match[1]) for field in fields if (match := found.fullmatch(field))})
        return [_from_form(shape.member, fields, f"{prefix}.{number}") for number in numbers]
    return _from_text(shape, fields.get(key, [""])[0])


# -- path, query and headers -------------------------------------------------------------------------------


def _located(route: Route, request: Request) -> Params:
    """Return the members that the model puts into the path, the query or the headers."""
    params: Params = {}
    for member, shape in route.model.input_shape.members.items():
        location, name = shape.serialization.get("location"), wire_name(shape, member)
        if location == "uri" and name in route.labels:
            params[member] = route.labels[name]
        elif location == "querystring" and name in route.query:
            params[member] = _from_query(shape, route.query[name])
        elif location == "header" and name.lower() in request.headers:
            params[member] = _from_text(shape, request.headers[name.lower()])
        elif location == "headers":
            params |= {member: found} if (found := _prefixed(request, name.lower())) else {}
    return params


def _from_query(shape: Any, values: Any) -> Any:
    if shape.type_name == "list":
        return [_from_text(shape.member, value) for value in values]
    return _from_text(shape, values[0])


def _prefixed(request: Request, prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): value for name, value in request.headers.items() if name.startswith(prefix)
    }


def _from_text(shape: Any, text: str) -> Any:
    """Read a scalar as it stands in a path, a query, a header or an XML element."""
    if shape.type_name == "list":
        return [_from_text(shape.member, part.strip()) for part in text.split(",")]
    convert = _TEXT_SCALARS.get(shape.type_name)
    if convert is None:
        return text
    try:
        return convert(text)
    except ValueError as error:
        raise ServiceError(
            "InvalidArgument", f"'{text[:100]}' is not a value of type {shape.type_name}"
        ) from error


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


def _integer(text: str) -> int:
    return int(text[:30])


_TEXT_SCALARS: Mapping[str, Callable[[str], Any]] = {
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "timestamp": parse_to_aware_datetime,
}


# -- XML ---------------------------------------------------------------------------------------------------


def _root(content: bytes) -> Node:
    try:
        return parse(content)
    except XmlError as error:
        raise _malformed() from error


def _malformed() -> ServiceError:
    return ServiceError(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
    )


def _xml(shape: Any, node: Node) -> Any:
    if shape.type_name == "structure":
        return _xml_structure(shape, node)
    if shape.type_name == "list":
        return [_xml(shape.member, child) for child in node.children]
    if node.children:
        raise _malformed()
    try:
        return _from_text(shape, node.text)
    except ServiceError as error:
        raise _malformed() from error


def _xml_structure(shape: Any, node: Node) -> Params:
    params: Params = {}
    for member, inner in shape.members.items():
        found = [child for child in node.children if child.name == wire_name(inner, member)]
        if found and repeated(inner):
            params[member] = [_xml(inner.member, child) for child in found]
        elif found:
            params[member] = _xml(inner, found[-1])
    return params
