"""From a request to its answer: let in, routed, met by faults, read, performed, written."""

from __future__ import annotations

import hmac
import logging
import threading
from collections import Counter

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.wire import perform
from sm_track_widgets.serve.bodies import Incoming
from sm_track_widgets.serve.decode import params_of
from sm_track_widgets.serve.encode import answer_of, error_of
from sm_track_widgets.serve.faults import Faults, refusal
from sm_track_widgets.serve.http1 import Answer, HttpError, Request
from sm_track_widgets.serve.routing import (
    CBOR,
    Route,
    by_form,
    by_path,
    by_rpc,
    by_target,
    key_of,
    signed_for,
)

FORM = "application/x-www-form-urlencoded"
HOSTS = frozenset({"127.0.0.1", "localhost"})
_log = logging.getLogger(__name__)


class Dispatcher:
    """Answers the requests of one server.

    Parameters
    ----------
    home
        What answers them in the end.
    token
        First segment of the path of every request.
    faults
        What goes wrong on the way.
    stopping
        Set when the server stops: nobody waits on.

    Attributes
    ----------
    calls : Counter
        Calls by operation, those that met a fault too.
    """

    def __init__(
        self, home: EmbeddedSageMaker, token: str, faults: Faults, stopping: threading.Event
    ) -> None:
        self.home = home
        self.faults = faults
        self.calls: Counter[str] = Counter()
        self._token = token.encode()
        self._stopping = stopping
        self._lock = threading.Lock()

    def answer(self, request: Request, body: Incoming) -> Answer | None:
        """Return the answer, or None where the connection is to be closed without one.

        Raises
        ------
        HttpError
            When the body is not HTTP.
        """
        protocol = _likely_protocol(request)
        try:
            path = self._admit(request)
            route = _route(request, path, protocol, body)
        except ServiceError as error:
            return error_of(protocol, error)
        request.operation = route.operation
        return self._perform(route, request, body)

    def _perform(self, route: Route, request: Request, body: Incoming) -> Answer | None:
        with self._lock:
            self.calls[route.operation] += 1
        self._stopping.wait(self.faults.delay())
        fault, protocol = self.faults.pick(route.operation, key_of(request)), route.protocol
        if fault == "drop-request":
            return None
        try:
            if fault is not None and fault != "drop-reply":
                raise refusal(fault, protocol)
            answer = self._engine_answer(route, request, body)
        except ServiceError as error:
            answer = error_of(protocol, error, route.model.metadata.get("xmlNamespace"))
        if fault == "drop-reply":
            _discard(answer)
            return None
        return answer

    def _engine_answer(self, route: Route, request: Request, body: Incoming) -> Answer:
        if (route.model.http_checksum or {}).get("requestAlgorithmMember"):
            body.verify()
        try:
            params = params_of(route, request, body)
            return answer_of(route, perform(self.home.engine, route.model, params))
        except (ServiceError, HttpError, OSError):
            raise
        except RecursionError as error:
            raise ServiceError("SerializationException", "The request is nested too deep.") from error
        except Exception as error:
            _log.exception("%s failed", route.operation)
            raise ServiceError("InternalFailure", f"{type(error).__name__}: {error}", 500) from error

    def _admit(self, request: Request) -> str:
        """Return the path behind the token.

        A page in a browser can reach loopback, by rebinding its own name to it too: so the Host must be loopback's,
        and a request that says which page it comes from is refused.

        Raises
        ------
        ServiceError
            ``AccessDenied`` (403).
        """
        host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
        _, token, *rest = request.path.split("/", 2)
        allowed = host in HOSTS and "origin" not in request.headers
        if not hmac.compare_digest(token.encode(), self._token) or not allowed:
            raise ServiceError("AccessDenied", "Access Denied", 403)
        return "/" + "".join(rest)


def _likely_protocol(request: Request) -> str:
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return CBOR
    if "x-amz-target" in request.headers:
        return "json"
    if request.method == "POST" and request.headers.get("content-type", "").startswith(FORM):
        return "query"
    return "rest-xml" if signed_for(request) in {None, "s3"} else "rest-json"


def _route(request: Request, path: str, protocol: str, body: Incoming) -> Route:
    if protocol == CBOR:
        return by_rpc(path)
    if protocol.startswith("rest"):
        return by_path(request, path)
    if path != "/" or request.method != "POST":
        raise ServiceError(
            "MethodNotAllowed", "The specified method is not allowed against this resource.", 405
        )
    return by_target(request) if protocol == "json" else by_form(request, body.message())


def _discard(answer: Answer) -> None:
    if answer.stream is not None:
        answer.stream.close()
