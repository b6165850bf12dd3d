"""What the operators of Search's filters mean: type rules [M], comparisons as SQL, values read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import invalid
from sm_track_widgets.embedded.search_properties import Kind, Property, Sql, joined
from sm_track_widgets.embedded.service import Service

ORDER_SIGNS: Mapping[str, str] = {
    "GreaterThan": ">",
    "GreaterThanOrEqualTo": ">=",
    "LessThan": "<",
    "LessThanOrEqualTo": "<=",
}
TEXT_OPERATORS = frozenset({"Contains", "In"})
INTEGER_PATTERN = re.compile(r"[+-]?\d+")
NUMBER_PATTERN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
TIME_PATTERN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?")


def check_operator(kind: Kind, operator: str, entry: Params) -> None:
    """Hold to the type rules [M]; the texts are ours [inf]."""
    name = entry["Name"]
    if operator in {"Exists", "NotExists"}:
        return
    if kind == "group":
        raise invalid(f"Operator '{operator}' is not supported for property '{name}'; name one of its parts.")
    if operator in ORDER_SIGNS and kind in {"text", "arn"}:
        raise invalid(f"Operator '{operator}' is not supported for text property '{name}'.")
    if operator in TEXT_OPERATORS and kind in {"number", "time"}:
        raise invalid(
            f"Operator '{operator}' is only supported for text properties, and '{name}' is not one."
        )
    if entry.get("Value") is None:
        raise invalid(f"Operator '{operator}' needs a Value for property '{name}'.")


def ignores_case(service: Service, found: Property) -> bool:
    """Whether texts of this property are compared without regard to case."""
    return found.kind == "arn" or service.rules.search_ignores_case


def compared(service: Service, found: Property, operator: str, raw: str) -> Sql:
    """Return the comparison of a property's value with `raw`; NULL where there is no value."""
    if found.kind == "time":
        return _time(found.value, operator, raw)
    if found.kind == "number":
        return _number(found, found.value, operator, raw)
    if found.kind == "mixed":
        return _mixed(service, found, operator, raw)
    return _text(found.value, operator, _texts(operator, raw), ignore_case=ignores_case(service, found))


def _mixed(service: Service, found: Property, operator: str, raw: str) -> Sql:
    """Compare what holds a text or a number; texts sort behind all numbers in SQLite."""
    apart = found.number != found.value
    if operator in ORDER_SIGNS:
        test = _number(found, found.number, operator, raw)
        if apart or operator.startswith("Less"):
            return test
        return Sql(f"({test.text} AND {found.value.text} < '')", (*test.values, *found.value.values))
    wanted: list[Any] = [*_texts(operator, raw)]
    equal_number = operator == "Equals" and NUMBER_PATTERN.fullmatch(raw)
    if equal_number and not apart and not found.whole:
        wanted.append(float(raw))
    test = _text(found.value, operator, wanted, ignore_case=ignores_case(service, found))
    if operator == "Contains" and not apart:
        return Sql(
            f"(typeof({found.value.text}) = 'text' AND {test.text})", (*found.value.values, *test.values)
        )
    if equal_number and (apart or found.whole):
        return joined("Or", [test, _number(found, found.number, operator, raw)])
    return test


def _number(found: Property, value: Sql, operator: str, raw: str) -> Sql:
    text = value.text
    if found.whole and INTEGER_PATTERN.fullmatch(raw):
        text = f"CAST({text} AS INTEGER)"
    return Sql(f"{text} {ORDER_SIGNS.get(operator, '=')} ?", (*value.values, _decimal(raw)))


def _time(value: Sql, operator: str, raw: str) -> Sql:
    wanted = _moment(raw)
    if operator == "Equals" and "." not in raw:
        # The documented form has whole seconds: it means any moment of that second [inf].
        return Sql(
            f"({value.text} >= ? AND {value.text} < ?)", (*value.values, wanted, *value.values, wanted + 1)
        )
    return Sql(f"{value.text} {ORDER_SIGNS.get(operator, '=')} ?", (*value.values, wanted))


def _texts(operator: str, raw: str) -> list[str]:
    return [part.strip() for part in raw.split(",")] if operator == "In" else [raw]


def _text(value: Sql, operator: str, wanted: Sequence[Any], *, ignore_case: bool) -> Sql:
    if operator == "Contains":
        text = f"instr(lower({value.text}), lower(?)) > 0" if ignore_case else f"instr({value.text}, ?) > 0"
        return Sql(text, (*value.values, *wanted))
    collate = " COLLATE NOCASE" if ignore_case else ""
    return Sql(f"{value.text}{collate} IN ({', '.join('?' * len(wanted))})", (*value.values, *wanted))


def _decimal(raw: str) -> float:
    if not NUMBER_PATTERN.fullmatch(raw):
        raise invalid(f"Value '{raw}' must be an integer or floating-point decimal.")
    return float(raw)


def _moment(raw: str) -> float:
    """Return seconds since the epoch of an ISO 8601 time; without a zone it is UTC [inf]."""
    refused = invalid(
        f"Value '{raw}' must be an ISO 8601 date-time string of the form YYYY-mm-dd'T'HH:MM:SS."
    )
    if not TIME_PATTERN.fullmatch(raw):
        raise refused
    try:
        # Python 3.10 reads neither Z nor fractions of other than three or six digits.
        plain = re.sub(r"\.(\d+)", lambda found: "." + found[1].ljust(6, "0"), raw.replace("Z", "+00:00"))
        moment = datetime.fromisoformat(plain)
    except ValueError as error:
        raise refused from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
