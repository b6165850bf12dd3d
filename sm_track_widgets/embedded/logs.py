"""CloudWatch Logs of training jobs: the log group, a stream for each job, its events.

Times are milliseconds since the epoch. Sources: the service model [M]; how the SDK reads a job's log [S].
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.embedded.paging import decode_token, encode_token, scope_of
from sm_track_widgets.embedded.records import present
from sm_track_widgets.embedded.service import Operation, Service

DEFAULT_STREAMS = 50  # DescribeLogGroups, DescribeLogStreams [M]
MAX_EVENTS = 10_000  # GetLogEvents, FilterLogEvents [M]
_TOKEN = re.compile(r"([fb])/(\d+)")
_TERM = re.compile(r'([-?]?)("(?:[^"\\]|\\.)*"|\S+)')
_STREAMS = (
    "SELECT log_streams.*, (SELECT MIN(time) FROM log_events WHERE stream_id = log_streams.id) AS first, "
    "(SELECT MAX(time) FROM log_events WHERE stream_id = log_streams.id) AS last FROM log_streams"
)
_EVENTS = "SELECT position, time, message FROM log_events WHERE stream_id = ?"


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def _missing(what: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", f"The specified {what} does not exist.")


def _wrong(message: str) -> ServiceError:
    return ServiceError("InvalidParameterException", message)


def _group_arn(service: Service, name: str) -> str:
    return f"arn:aws:logs:{service.region}:{service.account_id}:log-group:{name}"


def _group(service: Service, params: Params) -> str:
    """Return the log group that is asked for, by its name or its ARN."""
    asked = params.get("logGroupName") or params.get("logGroupIdentifier")
    if not asked:
        raise _wrong("Either logGroupName or logGroupIdentifier must be given.")
    name = str(asked).removeprefix(_group_arn(service, ""))
    if service.store.row("SELECT 1 FROM log_streams WHERE log_group = ?", name) is None:
        raise _missing("log group")
    return name


def _describe_groups(service: Service, params: Params) -> Params:
    rows = service.store.rows(
        "SELECT log_group AS name, MIN(created) AS created FROM log_streams GROUP BY log_group ORDER BY log_group"
    )
    prefix, pattern = params.get("logGroupNamePrefix", ""), params.get("logGroupNamePattern", "")
    groups = [
        {
            "logGroupName": row["name"],
            "creationTime": _milliseconds(row["created"]),
            "metricFilterCount": 0,
            "arn": f"{_group_arn(service, row['name'])}:*",
            "logGroupArn": _group_arn(service, row["name"]),
            "storedBytes": 0,
        }
        for row in rows
        if row["name"].startswith(prefix) and pattern.lower() in row["name"].lower()
    ]
    return {"logGroups": groups}


def _describe_streams(service: Service, params: Params) -> Params:
    group = _group(service, params)
    prefix = params.get("logStreamNamePrefix", "")
    by_time = params.get("orderBy") == "LastEventTime"
    if by_time and prefix:
        raise _wrong("Cannot order by LastEventTime with a logStreamNamePrefix.")
    rows = [
        row
        for row in service.store.rows(f"{_STREAMS} WHERE log_group = ?", group)
        if row["name"].startswith(prefix)
    ]

    def place(row: sqlite3.Row) -> tuple[float, str]:
        return (row["last"] or row["created"]) if by_time else 0.0, row["name"]

    rows.sort(key=place, reverse=bool(params.get("descending")))
    start, size = _start(params, "DescribeLogStreams"), params.get("limit", DEFAULT_STREAMS)
    # Always there, if empty: the SDK reads the member without asking [S].
    return present(
        logStreams=[_stream(service, row) for row in rows[start : start + size]],
        nextToken=_token(params, "DescribeLogStreams", start + size) if start + size < len(rows) else None,
    )


def _stream(service: Service, row: sqlite3.Row) -> Params:
    times = {name: None if row[name] is None else _milliseconds(row[name]) for name in ("first", "last")}
    return present(
        logStreamName=row["name"],
        creationTime=_milliseconds(row["created"]),
        firstEventTimestamp=times["first"],
        lastEventTimestamp=times["last"],
        lastIngestionTime=times["last"],
        arn=f"{_group_arn(service, row['log_group'])}:log-stream:{row['name']}",
        storedBytes=0,
    )


def _get_events(service: Service, params: Params) -> Params:
    """GetLogEvents: at the end of the stream the forward token is the one that was given, as on AWS [M]."""
    name, group = params["logStreamName"], _group(service, params)
    found = service.store.row("SELECT id FROM log_streams WHERE log_group = ? AND name = ?", group, name)
    if found is None:
        raise _missing("log stream")
    size, token = params.get("limit", MAX_EVENTS), params.get("nextToken")
    forward, position = bool(params.get("startFromHead")), None
    if token is not None:
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            raise _wrong("The specified nextToken is invalid.")
        forward, position = parts[1] == "f", int(parts[2])
    rows = _window(service, found["id"], params, size, position, forward=forward)
    first = rows[0]["position"] if rows else (position or 0)
    behind = rows[-1]["position"] + 1 if rows else (position or 0)
    return {
        "events": [_event(row) for row in rows],
        "nextForwardToken": f"f/{behind}",
        "nextBackwardToken": f"b/{first}",
    }


def _window(
    service: Service, stream: int, params: Params, size: int, position: int | None, *, forward: bool
) -> Sequence[sqlite3.Row]:
    conditions, values = _times(params)
    if position is not None:
        conditions.append("position >= ?" if forward else "position < ?")
        values.append(position)
    where = "".join(f" AND {condition}" for condition in conditions)
    order = "ASC" if forward else "DESC"
    rows = service.store.rows(f"{_EVENTS}{where} ORDER BY position {order} LIMIT ?", stream, *values, size)
    return rows if forward else rows[::-1]


def _times(params: Params) -> tuple[list[str], list[Any]]:
    """Return conditions for startTime, which belongs to the range, and endTime, which does not [M]."""
    conditions: list[str] = []
    values: list[Any] = []
    for member, condition in (("startTime", "time >= ? / 1000.0"), ("endTime", "time < ? / 1000.0")):
        if member in params:
            conditions.append(condition)
            values.append(params[member])
    return conditions, values


def _event(row: sqlite3.Row) -> Params:
    moment = _milliseconds(row["time"])
    return {"timestamp": moment, "message": row["message"], "ingestionTime": moment}


def _filter_events(service: Service, params: Params) -> Params:
    group = _group(service, params)
    prefix, names = params.get("logStreamNamePrefix", ""), params.get("logStreamNames")
    if prefix and names:
        raise _wrong("Only one of logStreamNames and logStreamNamePrefix can be given.")
    streams = {
        row["id"]: row["name"]
        for row in service.store.rows("SELECT id, name FROM log_streams WHERE log_group = ?", group)
        if row["name"].startswith(prefix) and (names is None or row["name"] in names)
    }
    wanted = _pattern(params.get("filterPattern", ""))
    conditions, values = _times(params)
    where = " AND ".join([f"stream_id IN ({', '.join('?' * len(streams))})", *conditions])
    rows = service.store.rows(
        f"SELECT stream_id, position, time, message FROM log_events WHERE {where} ORDER BY time, stream_id, position",
        *streams,
        *values,
    )
    matching = [row for row in rows if wanted(row["message"])]
    start, size = _start(params, "FilterLogEvents"), params.get("limit", MAX_EVENTS)
    events = [
        {
            "logStreamName": streams[row["stream_id"]],
            "eventId": f"{row['stream_id']:020d}{row['position']:020d}",
            **_event(row),
        }
        for row in matching[start : start + size]
    ]
    more = _token(params, "FilterLogEvents", start + size) if start + size < len(matching) else None
    return present(events=events, searchedLogStreams=[], nextToken=more)


def _pattern(text: str) -> Callable[[str], bool]:
    """Return the test of a filter pattern made of terms: all of ``a "b c"``, any of ``?a ?b``, none of ``-a``."""
    if text.strip().startswith(("{", "[", "%")):
        raise _wrong("The embedded service knows filter patterns of terms only, not of fields.")
    terms: dict[str, list[str]] = {"": [], "?": [], "-": []}
    for mark, term in _TERM.findall(text):
        terms[mark].append(term.strip('"') if term.startswith('"') else term)

    def matches(message: str) -> bool:
        return (
            all(term in message for term in terms[""])
            and (not terms["?"] or any(term in message for term in terms["?"]))
            and not any(term in message for term in terms["-"])
        )

    return matches


def _start(params: Params, operation: str) -> int:
    try:
        return int((decode_token(params.get("nextToken"), _scope(params, operation)) or [0])[0])
    except ServiceError as error:
        raise _wrong("The specified nextToken is invalid.") from error


def _token(params: Params, operation: str, position: int) -> str:
    return encode_token(_scope(params, operation), [position])


def _scope(params: Params, operation: str) -> list[Any]:
    kept = {name: value for name, value in params.items() if name not in {"nextToken", "limit"}}
    return scope_of(operation, kept)


OPERATIONS: Mapping[str, Operation] = {
    "DescribeLogGroups": _describe_groups,
    "DescribeLogStreams": _describe_streams,
    "GetLogEvents": _get_events,
    "FilterLogEvents": _filter_events,
}
