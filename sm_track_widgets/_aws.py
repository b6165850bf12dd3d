"""What a connection adds to a boto3 session: a call counter, one repaired wording, errors in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from sm_track_widgets._errors import ConfigError, ServiceRefusedError, TrackError

NEW_WORDING = "must be unique"
OLD_WORDING = "already exists"
DENIED = frozenset({"AccessDeniedException", "AccessDenied", "403"})
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
        "RequestThrottledException", "SlowDown", "Throttling", "ThrottledException", "ThrottlingException",
        "TooManyRequestsException",
    }
)  # fmt: skip
"""Too many calls: the codes that botocore's standard retry mode knows [S]."""
_ANSWERED, _WORDING = "after-call.sagemaker", "sm-track-wording"
LIMITS = frozenset({"ResourceLimitExceeded"})
EXPIRED = frozenset(
    {
        "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId", "RequestExpired",
        "SignatureDoesNotMatch", "UnrecognizedClientException",
    }
)  # fmt: skip


def count_calls(events: Any, calls: Counter[str]) -> None:
    """Count every API call of a session or a client, whose event handlers these are, in `calls`, by operation name."""

    def counted(event_name: str, **_: Any) -> None:
        calls[event_name.rsplit(".", 1)[-1]] += 1

    # Not before-call: the embedded service answers there, and no handler behind it is called.
    events.register("before-parameter-build", counted)


def count_throttled(events: Any, throttled: Counter[str]) -> None:
    """Count the tries of a client's calls that were refused as too many, by operation name."""

    def counted(event_name: str, response: Any = None, **_: Any) -> None:
        code = (response[1].get("Error") or {}).get("Code") if response is not None else None
        if code in THROTTLED:
            throttled[event_name.rsplit(".", 1)[-1]] += 1

    events.register_first("needs-retry", counted)


def date_of(answer: Mapping[str, Any]) -> float | None:
    """Return the moment an answer was given by the service's clock, seconds since the epoch; None where it has none."""
    told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    try:
        return parsedate_to_datetime(told).timestamp() if told else None
    except ValueError:
        return None


def repair_wording(events: Any) -> None:
    """Let SDK 2.x recognise an experiment that exists already.

    AWS changed "... already exists" to "... names must be unique within an AWS account ..."; every SDK 2.x looks
    for the first text only and raises. Source: sagemaker-python-sdk#6256.

    Parameters
    ----------
    events
        The event handlers of a boto3 session, a botocore session or a client.
    """
    events.register(_ANSWERED, _append_old_wording, unique_id=_WORDING)


def leave_wording(events: Any) -> None:
    """Undo `repair_wording`."""
    events.unregister(_ANSWERED, unique_id=_WORDING)


def explain(error: Exception, doing: str) -> TrackError | None:
    """Say in one line what a boto3 error means and what cures it; None when `error` is none of boto3's.

    Parameters
    ----------
    error
        As caught.
    doing
        What was tried, e.g. ``"open run 'x'"``.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, ClientError):
        answer = error.response.get("Error", {})
        code, message = str(answer.get("Code", "")), str(answer.get("Message", ""))
        cure = ""
        if code in DENIED:
            cure = "Ask for this permission, or keep runs here: %sm_config --backend embedded"
        elif code in EXPIRED:
            cure = "Log in again (aws sso login), or keep runs here: %sm_config --backend embedded"
        elif code in LIMITS:
            cure = (
                "Use another experiment (-e NAME) or an older group (-g NAME), or delete what is not needed."
            )
        return ServiceRefusedError(f"Cannot {doing}: {code}: {_one_line(message)}", cure, code=code)
    if isinstance(error, BotoCoreError):
        return ConfigError(
            f"Cannot {doing}: {_one_line(str(error))}",
            "Check AWS credentials and network, or keep runs here: %sm_config --backend embedded",
        )
    return None


def _append_old_wording(parsed: Any, **_: Any) -> None:
    error = (parsed or {}).get("Error") or {}
    message = str(error.get("Message") or "")
    if NEW_WORDING in message and OLD_WORDING not in message:
        error["Message"] = f"{message} ({OLD_WORDING})"


def _one_line(text: str) -> str:
    return " ".join(text.split())


_replaced: list[Any] = []


def default_session_on(session: Any) -> None:
    """Make `session` boto3's default, so that ``boto3.client(...)`` and ``sagemaker.Session()`` use it."""
    import boto3

    if not _replaced:
        _replaced.append(boto3.DEFAULT_SESSION)
    boto3.DEFAULT_SESSION = session


def default_session_off() -> bool:
    """Give boto3 back the default session it had; return whether there was anything to undo."""
    if not _replaced:
        return False
    import boto3

    boto3.DEFAULT_SESSION = _replaced.pop()
    return True


def default_session_is_on() -> bool:
    """Whether `default_session_on` is in force."""
    return bool(_replaced)
