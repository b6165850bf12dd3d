"""Which operation a request asks for: by X-Amz-Target, by the form's Action, or by method, path and query.

Everything is read from botocore's models of the services that the engine offers, whole: an operation that exists and
is not offered is named in the refusal.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import botocore.loaders
import botocore.model

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.engine import OPERATIONS
from sm_track_widgets.embedded.faults import ServiceError, unsupported
from sm_track_widgets.serve.http1 import Request

_LABEL = re.compile(r"\{(\w+)(\+?)\}")
_SCOPE = re.compile(r"Credential=([^/,\s]*)/\d{8}/[\w-]*/([\w-]+)/aws4_request")
_RPC = re.compile(r"/service/(\w+)/operation/(\w+)")
CBOR = "smithy-rpc-v2-cbor"
Protocol = Literal["json", "rest-json", "rest-xml", "query", "smithy-rpc-v2-cbor"]
"""As botocore's models name them; a service may speak several."""
Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Template:
    """How a REST operation is asked for.

    path
        Matches the path and captures its labels.
    needs
        Query arguments that must be there; a value of None means any.
    headers
        Headers that must be there.
    """

    method: str
    path: re.Pattern[str]
    needs: Mapping[str, str | None]
    headers: frozenset[str]
    model: Any
    protocol: Protocol

    def matches(self, request: Request, path: str, query: Query) -> bool:
        """Whether the request has all that is needed."""
        return (
            self.method == request.method
            and all(
                name in query and (value is None or query[name][0] == value)
                for name, value in self.needs.items()
            )
            and all(name in request.headers for name in self.headers)
            and self.path.fullmatch(path) is not None
        )


@dataclass(frozen=True, slots=True)
class Route:
    """One operation asked for, in which protocol; labels of the path, arguments of the query or form."""

    model: Any
    protocol: Protocol
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Query = field(default_factory=dict[str, Sequence[str]])

    @property
    def service(self) -> str:
        """As boto3 names it."""
        return str(self.model.service_model.service_name)

    @property
    def operation(self) -> str:
        """As the service names it."""
        return str(self.model.name)


@cache
def service_model(service: str) -> Any:
    """Return botocore's model of a service."""
    description = botocore.loaders.Loader().load_service_model(service, "service-2")
    return botocore.model.ServiceModel(description, service)


@cache
def _speakers(protocol: Protocol, name: str) -> Mapping[str, str]:
    """Return the services that speak `protocol`, by what they are called in it: the entry `name` of their metadata."""
    found: dict[str, str] = {}
    for service in OPERATIONS:
        told = service_model(service).metadata
        if protocol in told.get("protocols", [told["protocol"]]):
            found[told[name]] = service
    return found


def signed_for(request: Request) -> str | None:
    """Return the service that the request was signed for, as its signature names it."""
    found = _signature(request)
    return None if found is None else found[2]


def key_of(request: Request) -> str:
    """Return the access key id that the request was signed with; empty when it is not signed."""
    found = _signature(request)
    return "" if found is None else found[1]


def _signature(request: Request) -> re.Match[str] | None:
    return _SCOPE.search(request.headers.get("authorization") or urllib.parse.unquote(request.query))


def by_target(request: Request) -> Route:
    """Route a request of the JSON protocol by its X-Amz-Target ``Prefix.Operation``.

    Raises
    ------
    ServiceError
        ``UnsupportedOperation`` for another service, ``UnknownOperationException`` for no operation of this one.
    """
    prefix, _, operation = request.headers["x-amz-target"].partition(".")
    service = _speakers("json", "targetPrefix").get(prefix)
    if service is None:
        raise unsupported(signed_for(request) or prefix, operation)
    return Route(_named(service, operation), "json")


def by_rpc(path: str) -> Route:
    """Route a request of the CBOR protocol by its path ``/service/Prefix/operation/Operation``.

    Raises
    ------
    ServiceError
        As `by_target`.
    """
    found = _RPC.fullmatch(path)
    prefix, operation = ("", path) if found is None else found.groups()
    service = _speakers(CBOR, "targetPrefix").get(prefix)
    if service is None:
        raise unsupported(prefix or "AWS", operation)
    return Route(_named(service, operation), CBOR)


def by_form(request: Request, form: bytes) -> Route:
    """Route a request of the query protocol by the Action in its form; the form's Version names the service.

    Raises
    ------
    ServiceError
        As `by_target`.
    """
    fields = query_of(form.decode("ascii", "replace"))
    action, version = fields.get("Action", [""])[0], fields.get("Version", [""])[0]
    service = _speakers("query", "apiVersion").get(version)
    if service is None:
        raise unsupported(signed_for(request) or "AWS", action)
    return Route(_named(service, action), "query", {}, fields)


def by_path(request: Request, path: str) -> Route:
    """Route a REST request: of the operations that it satisfies, the one that needs most.

    Raises
    ------
    ServiceError
        ``UnsupportedOperation`` where the signature names a service that is not offered, ``MethodNotAllowed``.
    """
    signed = signed_for(request)
    if signed not in {None, *_signing_names()}:
        raise unsupported(str(signed), f"{request.method} {path}")
    query = query_of(request.query)
    for template in _templates():
        if template.matches(request, path, query):
            found = template.path.fullmatch(path)
            labels = found.groupdict() if found is not None else {}
            plain = {name: _unquote(text) for name, text in labels.items()}
            return Route(template.model, template.protocol, plain, query)
    raise ServiceError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)


def query_of(text: str) -> dict[str, list[str]]:
    """Return the arguments of a query string or form.

    Raises
    ------
    ServiceError
        ``InvalidURI`` for what is not UTF-8 or has over 100 arguments.
    """
    try:
        return urllib.parse.parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise _bad_uri() from error


def _named(service: str, operation: str) -> Any:
    model = service_model(service)
    if operation not in model.operation_names:
        raise ServiceError("UnknownOperationException", f"{service} has no operation '{operation[:100]}'.")
    return model.operation_model(operation)


def _unquote(text: str) -> str:
    try:
        return urllib.parse.unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise _bad_uri() from error


def _bad_uri() -> ServiceError:
    return ServiceError("InvalidURI", "Couldn't parse the specified URI.")


@cache
def _signing_names() -> frozenset[str]:
    return frozenset(str(service_model(service).signing_name) for service in OPERATIONS)


@cache
def _templates() -> Sequence[Template]:
    """Templates of all REST operations: fixed paths before patterns, and those that need more before the others."""
    found: list[Template] = []
    for service in OPERATIONS:
        model = service_model(service)
        if model.metadata["protocol"] in {"rest-json", "rest-xml"}:
            found += [_template(model.operation_model(name)) for name in model.operation_names]
    return sorted(
        found, key=lambda one: (bool(one.path.groups), -len(one.needs) - len(one.headers), -one.path.groups)
    )


def _template(model: Any) -> Template:
    path, _, literal = str(model.http["requestUri"]).partition("?")
    needs: dict[str, str | None] = {name: values[0] or None for name, values in query_of(literal).items()}
    headers: set[str] = set()
    for where in _required(model.input_shape):
        if where.get("location") == "querystring":
            needs[where["name"]] = None
        elif where.get("location") == "header":
            headers.add(where["name"].lower())
    protocol: Protocol = model.metadata["protocol"]
    return Template(str(model.http["method"]), _pattern(path), needs, frozenset(headers), model, protocol)


def _required(shape: Any) -> list[Params]:
    """Return where the required members of an input stand."""
    return [] if shape is None else [shape.members[name].serialization for name in shape.required_members]


def _pattern(path: str) -> re.Pattern[str]:
    """``/{Bucket}/{Key+}`` -> a pattern; the last label takes slashes too, and a bucket may end with one."""
    text, at = "", 0
    for label in _LABEL.finditer(path):
        text += re.escape(path[at : label.start()])
        text += f"(?P<{label[1]}>.+)" if label[2] else f"(?P<{label[1]}>[^/]+)"
        at = label.end()
    text += re.escape(path[at:])
    return re.compile(text if path.endswith("+}") or path == "/" else f"{text}/?", re.DOTALL)
