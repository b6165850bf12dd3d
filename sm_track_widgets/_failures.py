"""What a failed call means: try it again, never, not now, or nobody knows whether it was done."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

from sm_track_widgets import _aws
from sm_track_widgets._errors import ServiceRefusedError, TrackError

Meaning = Literal["transient", "lost", "denied", "refused"]

# Codes that botocore's standard retry mode repeats [S], and ConflictException: the component is being updated.
TRANSIENT_CODES = _aws.THROTTLED | {
    "ConflictException", "InternalError", "InternalFailure", "InternalServerError", "InternalServerException",
    "PriorRequestNotComplete", "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable",
    "ServiceUnavailableException", "TransactionInProgressException", "503",
}  # fmt: skip
DENIED_CODES = (
    _aws.DENIED
    | _aws.EXPIRED
    | {"InvalidSignatureException", "OptInRequired", "RequestTimeTooSkewed", "UnauthorizedOperation"}
)
# Without a code of AWS's own: a gateway in between has answered, while the service may have done the work.
GATEWAY_CODES = frozenset({"500", "502", "504"})
# The request never left: the connection was not made.
NEVER_SENT = frozenset(
    {"ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError", "ConnectionError"}
)
# An answer came, or began to, and could not be read. (IncompleteReadError and SSLError are no HTTPClientErrors.)
UNREADABLE = frozenset({"IncompleteReadError", "ResponseParserError", "SSLError"})
NO_CREDENTIALS = frozenset(
    {
        "CredentialRetrievalError", "NoCredentialsError", "PartialCredentialsError", "ProfileNotFound",
        "SSOTokenLoadError", "TokenRetrievalError", "UnauthorizedSSOTokenError", "NoAuthTokenError",
    }
)  # fmt: skip
SERVER_ERROR, NOT_OFFERED = 500, 501  # HTTP
NEVER_STORED = frozenset({"INTERNAL_ERROR", "CONFLICT_ERROR"})
"""Codes in BatchPutMetrics' Errors list [M] that a further try can cure."""


class RefusedError(Exception):
    """The service will never take this record."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class BlockedError(Exception):
    """The service takes nothing until somebody changes something: permission, credentials, quota."""


class StoppedError(Exception):
    """The sender was told to stop while it waited."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The meaning of an error, AWS's code and one line of text."""

    meaning: Meaning
    code: str
    text: str


def judge(error: BaseException) -> Verdict:
    """Say what `error`, raised by a boto3 call or by the store, means for the record.

    ``"lost"`` is an answer that never came, or that nobody can read: the service may have done the work.
    """
    inner = _wrapped(error)
    code, status = _code(inner)
    name = type(inner).__name__
    text = f"{code}: {_message(inner)}" if code else f"{name}: {inner}"
    text = " ".join(text.split())[:500]
    if code or name in NO_CREDENTIALS:
        return Verdict(_meaning_of_answer(code, status, name), code or name, text)
    return Verdict(_meaning_of_failure(inner, name, text), name, text)


def _meaning_of_answer(code: str, status: int, name: str) -> Meaning:
    if code in DENIED_CODES or name in NO_CREDENTIALS:
        return "denied"
    if code in GATEWAY_CODES:
        return "lost"
    if code in TRANSIENT_CODES or (status >= SERVER_ERROR and status != NOT_OFFERED):
        return "transient"
    return "refused"


def _meaning_of_failure(error: BaseException, name: str, text: str) -> Meaning:
    """Return what it means that there is no answer with a code."""
    if name in NEVER_SENT or (name == "SSLError" and "certificate" in text.lower()):
        return "transient"
    if name in UNREADABLE or _is_connection(error):  # before OSError, which ReadTimeoutError is too
        return "lost"
    if isinstance(error, (sqlite3.OperationalError, OSError)):
        return "transient"
    return "refused"


class Backoff:
    """Waiting times that double from `base` to `cap` seconds, each shortened by up to half at random.

    So that many senders that were refused together do not come back together.
    """

    def __init__(
        self, base: float = 0.1, cap: float = 20.0, chance: Callable[[], float] = random.random
    ) -> None:
        self._base, self._cap, self._chance = base, cap, chance
        self._tries = 0

    def next(self) -> float:
        """Seconds to wait before the next try."""
        full = min(self._cap, self._base * 2 ** min(self._tries, 30))
        self._tries += 1
        return full * (1 - 0.5 * self._chance())

    def reset(self) -> None:
        """Start small again, after a success."""
        self._tries = 0


def _wrapped(error: BaseException) -> BaseException:
    """Look through errors that only wrap another: s3transfer's upload error."""
    if type(error).__name__ in {"S3UploadFailedError", "RetriesExceededError"}:
        return error.__cause__ or error.__context__ or error
    return error


def _code(error: BaseException) -> tuple[str, int]:
    """AWS's code and the HTTP status of a ClientError, or of the embedded service's own error."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        told = cast("dict[str, dict[str, Any]]", response)
        status = told.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return str(told.get("Error", {}).get("Code", "")), int(status)
    if isinstance(error, ServiceRefusedError):
        return error.code or "Refused", 0
    if isinstance(error, TrackError):
        return type(error).__name__, 0
    return str(getattr(error, "code", "") or ""), int(getattr(error, "status", 0) or 0)


def _message(error: BaseException) -> str:
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(cast("dict[str, dict[str, Any]]", response).get("Error", {}).get("Message", error))
    return str(getattr(error, "message", error))


def _is_connection(error: BaseException) -> bool:
    """Whether botocore calls it an error of the HTTP connection."""
    return any(base.__name__ in {"HTTPClientError", "ConnectionError"} for base in type(error).__mro__)
