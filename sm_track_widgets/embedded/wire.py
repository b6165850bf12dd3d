"""A botocore session whose calls are answered by the engine, before anything is signed, serialised or sent.

Two handlers on that session only, nothing global: ``before-parameter-build`` keeps the native Python
parameters, ``before-call`` answers with them. Client-side checks, paginators, waiters, ``client.exceptions`` and
s3transfer work as ever. What the machine says about AWS (profile, configuration files, endpoints, proxies'
certificates) is not read: a missing profile or a dead endpoint cannot break the embedded home.
"""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import botocore.loaders
import botocore.session
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.validate import is_known, learn

_PARAMS = "sm_track_params"
_HOME = "sm-track-home"
_OK = 200

_FIXED: Mapping[str, Any] = {
    "config_file": os.devnull,
    "credentials_file": os.devnull,
    "ignore_configured_endpoint_urls": True,
}


class Answers(Protocol):
    """What the handlers need of an engine."""

    def call(self, service: str, operation: str, params: Params) -> Params:
        """Answer one operation."""
        ...

    def presigned_url(self, service: str, operation: str, params: Params) -> str:
        """Return a URL at which this machine can read what a presigned URL would name."""
        ...


@dataclass(slots=True)
class _Http:
    """The part of an HTTP response that botocore's ``after-call`` handlers look at."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes = b""
    raw: None = None  # tells botocore's own readers of an answer's XML that there is none


def new_session(engine: Answers, region: str) -> botocore.session.Session:
    """Return a fresh botocore session in `region` that `engine` answers, with credentials that are nobody's."""
    session = isolated_session(region)
    attach(session, engine)
    return session


def isolated_session(region: str) -> botocore.session.Session:
    """Return a botocore session that reads nothing of the machine's AWS settings; its credentials are nobody's."""
    session = botocore.session.Session(session_vars=_settings())
    session.set_config_variable("region", region)
    session.set_credentials("embedded", "embedded")
    session.register_component("data_loader", _loader())
    return session


@cache
def _loader() -> Any:
    """Return one loader for all sessions of ours: SageMaker's model is 25 MB once read, and reading it takes 0.1 s."""
    return botocore.loaders.create_loader()


def perform(engine: Answers, model: Any, params: Params) -> Params:
    """Have `engine` answer the operation of a botocore model.

    Raises
    ------
    ServiceError
        As the service would.
    """
    service, operation = model.service_model.service_name, model.name
    if not is_known(service, operation):
        learn(model)
    return engine.call(service, operation, params)


def _settings() -> dict[str, tuple[Any, ...]]:
    """Return botocore's settings as they are where no variable and no file says anything.

    Each is (name in a file, variable, default, conversion).
    """
    known: Mapping[str, tuple[Any, ...]] = botocore.session.Session.SESSION_VARIABLES
    return {
        name: (None, None, _FIXED.get(name, default), None)
        for name, (_file, _variable, default, *_) in known.items()
    }


def engine_of(events: Any) -> Any | None:
    """Return the engine that answers what goes through these event handlers, of a session or a client; None: no one."""
    return next((engine for _, engine in events.emit(_HOME)), None)


def attach(session: botocore.session.Session, engine: Answers) -> None:
    """Have every client made from `session` from now on answered by `engine`."""

    def tell(**_rest: Any) -> Answers:
        return engine

    def keep(params: Params, context: dict[str, Any], **_rest: Any) -> None:
        context[_PARAMS] = params

    def answer(model: Any, context: Mapping[str, Any], **_rest: Any) -> tuple[_Http, Params]:
        return _answer(engine, model, context.get(_PARAMS, {}))

    def presign(class_attributes: dict[str, Any], **_rest: Any) -> None:
        class_attributes["generate_presigned_url"] = _presigner(engine)
        class_attributes.pop("generate_presigned_post", None)

    events = session.get_component("event_emitter")
    events.register(_HOME, tell)
    events.register("before-parameter-build.*.*", keep)
    # First: what other handlers would do prepares a request that nobody sends.
    events.register_first("before-call.*.*", answer)
    # Not for s3 alone: handlers of the more general event run later, and botocore's own is one of them.
    events.register_last("creating-client-class", presign)


def _answer(engine: Answers, model: Any, params: Params) -> tuple[_Http, Params]:
    body = params.get("Body")
    if body is not None and hasattr(body, "signal_transferring"):
        # s3transfer reports progress only from when the request is "sent".
        body.signal_transferring()
    try:
        parsed = perform(engine, model, params)
    except ServiceError as error:
        return _refuse(error.status, error.code, error.message)
    payload = parsed.get("Body")
    if model.has_streaming_output and isinstance(payload, bytes):
        parsed["Body"] = StreamingBody(io.BytesIO(payload), len(payload))
    parsed["ResponseMetadata"] = _metadata(_OK)
    return _Http(_OK, parsed["ResponseMetadata"]["HTTPHeaders"]), parsed


def _refuse(status: int, code: str, message: str) -> tuple[_Http, Params]:
    metadata = _metadata(status)
    parsed = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}
    return _Http(status, metadata["HTTPHeaders"]), parsed


def _metadata(status: int) -> Params:
    request = str(uuid.uuid4())
    return {
        "RequestId": request,
        "HTTPStatusCode": status,
        "HTTPHeaders": {"x-amzn-requestid": request},
        "RetryAttempts": 0,
    }


def _presigner(engine: Answers) -> Any:
    def generate_presigned_url(
        client: Any,
        ClientMethod: str,  # noqa: N803 - boto3's own keyword names
        Params: Mapping[str, Any] | None = None,  # noqa: N803
        ExpiresIn: int = 3600,  # noqa: ARG001, N803
        HttpMethod: str | None = None,  # noqa: ARG001, N803
    ) -> str:
        operation = client.meta.method_to_api_mapping.get(ClientMethod, ClientMethod)
        try:
            return engine.presigned_url(client.meta.service_model.service_name, operation, dict(Params or {}))
        except ServiceError as error:
            parsed = {"Error": {"Code": error.code, "Message": error.message}}
            raise ClientError(parsed, operation) from error

    return generate_presigned_url
