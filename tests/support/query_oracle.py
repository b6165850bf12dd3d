"""What a query means, read slowly: one record of Search at a time, in SQL's three values, without a table."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from query_dice import UNITS, Cond, Meant

from sm_track_widgets.reading import identity

Value = float | str
STATISTICS = {"last": "Last", "min": "Min", "max": "Max", "avg": "Avg", "std": "StdDev", "count": "Count"}
TIMES = {
    "created": "CreationTime",
    "modified": "LastModifiedTime",
    "started": "StartTime",
    "ended": "EndTime",
}
STATUSES = {"finished": "Completed", "running": "InProgress", "killed": "Stopped"}
SHAPES = {
    "%Y-%m": None,
    "%Y-%m-%d": timedelta(days=1),
    "%Y-%m-%dT%H": timedelta(hours=1),
    "%Y-%m-%d %H:%M": timedelta(minutes=1),
    "%Y-%m-%dT%H:%M:%SZ": timedelta(seconds=1),
    "%Y-%m-%dT%H:%M:%S.%f": timedelta(microseconds=1),
    "%Y-%m-%dT%H:%M:%S%z": timedelta(seconds=1),
}


def holds(meant: Meant, record: dict[str, Any], now: float) -> bool | None:
    """Whether a record is what is meant; None is unknown."""
    if isinstance(meant, Cond):
        return _condition(meant, record, now)
    word, inner = meant
    if word == "not":
        found = holds(inner, record, now)
        return None if found is None else not found
    results = [holds(part, record, now) for part in inner]
    decisive = word == "or"
    if decisive in results:
        return decisive
    return None if None in results else not decisive


def values_of(cond: Cond, record: dict[str, Any]) -> list[Value]:
    """All values of a field, whatever their type."""
    wanted = cond.name.lower()
    parameters = record.get("Parameters") or {}
    if cond.kind == "param":
        return [
            float(v["NumberValue"]) if "NumberValue" in v else v["StringValue"]
            for key, v in parameters.items()
            if key.lower() == wanted
        ]
    if cond.kind == "metric":
        metrics = record.get("Metrics") or []
        return [float(m[STATISTICS[cond.statistic]]) for m in metrics if m["MetricName"].lower() == wanted]
    if cond.kind == "tag":
        return [tag["Value"] for tag in record.get("Tags") or [] if tag["Key"].lower() == wanted]
    if cond.kind == "artifact":
        held = [*record.get("OutputArtifacts", {}).items(), *record.get("InputArtifacts", {}).items()]
        return [value["Value"] for key, value in held if key.lower() == wanted]
    return _fixed(cond.kind, record)


def _fixed(kind: str, record: dict[str, Any]) -> list[Value]:
    parents = [(one["ExperimentName"], one["TrialName"]) for one in record.get("Parents") or []]
    parameters = record.get("Parameters") or {}
    started, ended = record.get("StartTime"), record.get("EndTime")
    if kind in TIMES:
        found = record.get(TIMES[kind])
        return [] if found is None else [found.timestamp()]
    if kind == "duration":
        return [ended.timestamp() - started.timestamp()] if started and ended else []
    if kind == "name":
        run = identity.run_name(record, parents[0][0] if parents else "")
        return [parameters.get("sm_track.name", {}).get("StringValue") or run, run]
    plain = {
        "component": [record["TrialComponentName"]],
        "experiment": [of for of, _ in parents],
        "group": [trial for of, trial in parents if trial.lower() != f"default-run-group-{of}".lower()],
        "status": [record.get("Status", {}).get("PrimaryStatus")],
        "message": [record.get("Status", {}).get("Message") or None],
        "created_by": [],
        "notes": [as_written(parameters.get("sm_track.notes", {}).get("StringValue"))],
        "parent": [tag["Value"] for tag in record.get("Tags") or [] if tag["Key"] == "sm_track:parent"],
    }[kind]
    return [value for value in plain if value is not None]


def as_written(stored: str | None) -> str | None:
    """Notes as they were written: a backslash and what stands behind it, one pair after the other."""
    told, rest = "", stored
    while rest:
        pair = {"\\\\": "\\", "\\n": "\n"}.get(rest[:2])
        told, rest = (told + rest[0], rest[1:]) if pair is None else (told + pair, rest[2:])
    return stored if stored is None else told


def _condition(cond: Cond, record: dict[str, Any], now: float) -> bool | None:
    values = values_of(cond, record)
    if cond.sign == "null":
        return not values
    told = [found for value in values if (found := _one(cond, value, now)) is not None]
    return any(told) if told else None


def _one(cond: Cond, value: Value, now: float) -> bool | None:
    """Whether one value satisfies a condition; None: it cannot be compared so."""
    if cond.sign in {"like", "ilike"}:
        return (
            _like(cond.values[0][1], value, any_case=cond.sign == "ilike") if isinstance(value, str) else None
        )
    if cond.kind in TIMES:
        assert isinstance(value, float)
        return _time(cond.sign, value, [_span(literal, now) for literal in cond.values])
    if cond.sign in {"=", "in"}:
        return any(_equal(cond.kind, value, literal) for literal in cond.values)
    if isinstance(value, str):
        return None
    bounds = [float(spelling) for _, spelling in cond.values]
    if cond.sign == "between":
        return bounds[0] <= value <= bounds[1]
    return _ordered(cond.sign, value, bounds[0])


def _equal(kind: str, value: Value, literal: tuple[str, str]) -> bool:
    shape, spelling = literal
    if kind in {"metric", "duration"}:
        return value == float(spelling)
    if kind == "status":
        return value == STATUSES.get(spelling.lower(), spelling)
    if shape == "num":
        return (
            value == float(spelling) if isinstance(value, float) else value == format(Decimal(spelling), "f")
        )
    if isinstance(value, str):
        return value == spelling
    return bool(re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", spelling, re.ASCII)) and value == float(spelling)


def _ordered(sign: str, value: float, bound: float) -> bool:
    return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[sign]


def _like(pattern: str, text: str, *, any_case: bool) -> bool:
    """Match by trying: a wildcard takes nothing, or a character and then whatever it takes."""
    if any_case:
        pattern, text = pattern.lower(), text.lower()
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(pattern[1:], text[at:], any_case=False) for at in range(len(text) + 1))
    escaped = pattern[0] == "\\" and pattern[1:2] in {"%", "_", "\\"}
    sign, rest = (pattern[1], pattern[2:]) if escaped else (pattern[0], pattern[1:])
    if not text or (sign != text[0] and (escaped or sign != "_")):
        return False
    return _like(rest, text[1:], any_case=False)


def _time(sign: str, value: float, spans: list[tuple[float, float]]) -> bool:
    """A span without length is a moment."""
    (first, first_end), (last, last_end) = spans[0], spans[-1]
    not_after = value < last_end if last_end > last else value <= last
    if sign == "between":
        return value >= first and not_after
    if sign == "in":
        return any(_time("=", value, [span]) for span in spans)
    return {
        "=": first <= value and not_after,
        "<": value < first,
        ">=": value >= first,
        "<=": not_after,
        ">": value >= first_end if first_end > first else value > first,
    }[sign]


def _span(literal: tuple[str, str], now: float) -> tuple[float, float]:
    shape, spelling = literal
    if shape == "ago":
        at = now - float(spelling[:-1]) * UNITS[spelling[-1]]
        return at, at
    if shape == "num":
        at = float(spelling)
        return (at / 1000, at / 1000) if at > 1e11 else (at, at)
    for form, length in SHAPES.items():
        try:
            start = datetime.strptime(spelling, form)  # noqa: DTZ007 - a zone is given below
        except ValueError:
            continue
        start = start if start.tzinfo else start.replace(tzinfo=timezone.utc)
        end = start + length if length else (start + timedelta(days=32)).replace(day=1)
        return start.timestamp(), end.timestamp()
    raise AssertionError(spelling)
