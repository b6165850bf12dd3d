"""SearchExpressions as SQL conditions: operators, type rules, limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError, invalid
from sm_track_widgets.embedded.search_properties import (
    ALWAYS,
    Kind,
    Property,
    Resource,
    Rows,
    Sql,
    resolve,
    tag_rows,
    unknown,
)
from sm_track_widgets.embedded.service import Service

MAX_CONDITIONS = 50  # filters, nested filters and subexpressions, recursively [M]
MAX_CONTAINS = 1  # outside of names, tags and artifacts [M]
ORDER_SIGNS: Mapping[str, str] = {
    "GreaterThan": ">",
    "GreaterThanOrEqualTo": ">=",
    "LessThan": "<",
    "LessThanOrEqualTo": "<=",
}
TEXT_OPERATORS = frozenset({"Contains", "In"})
NUMBER_PATTERN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
TIME_PATTERN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?")


def condition(service: Service, resource: Resource, expression: Params) -> Sql:
    """Return the condition that a whole SearchExpression sets.

    Raises
    ------
    ServiceError
        ``ValidationException`` for an unknown property, an operator or value that does not fit its type, or too many
        conditions.
    """
    counted = _count(expression)
    if counted > MAX_CONDITIONS:
        raise invalid(
            f"A SearchExpression can contain up to {MAX_CONDITIONS} filters, nested filters and subexpressions in all; "
            f"this one has {counted}."
        )
    _check_contains(resource, expression)
    return _expression(service, resource, expression)


def visible(service: Service, resource: Resource, conditions: Iterable[Params]) -> Sql:
    """Return the condition of VisibilityConditions: no tag of such a key has another value [M]."""
    tests: list[Sql] = []
    for entry in conditions:
        key = entry.get("Key", "")
        if not key.lower().startswith("tags."):
            raise invalid(f"VisibilityConditions take keys of the form Tags.<key>, not '{key}'.")
        rows = tag_rows(resource.kind, service, key[len("tags.") :])
        tests.append(_negated(rows.having(Sql("tags.value <> ?", (entry.get("Value", ""),)))))
    return _joined("And", tests)


def both(first: Sql, second: Sql) -> Sql:
    """Return the condition that two conditions hold."""
    return _joined("And", [first, second])


def _expression(service: Service, resource: Resource, expression: Params) -> Sql:
    tests = [_filter(service, resource, entry) for entry in expression.get("Filters") or ()]
    tests += [_nested(service, resource, entry) for entry in expression.get("NestedFilters") or ()]
    tests += [_expression(service, resource, entry) for entry in expression.get("SubExpressions") or ()]
    return _joined(expression.get("Operator") or "And", tests)


def _joined(operator: str, tests: list[Sql]) -> Sql:
    if not tests:
        return ALWAYS
    word = " OR " if operator == "Or" else " AND "
    return Sql(f"({word.join(test.text for test in tests)})", tuple(v for test in tests for v in test.values))


def _filter(service: Service, resource: Resource, entry: Params) -> Sql:
    found = resolve(service, resource, entry["Name"])
    return _tested(service, found, entry, found.rows)


def _nested(service: Service, resource: Resource, entry: Params) -> Sql:
    """Return the condition that one element of a list satisfies all filters."""
    name = entry["NestedPropertyName"]
    finder = resource.nested.get(name.lower())
    if finder is None:
        raise unknown(name)
    rows, members = finder(service)
    tests: list[Sql] = []
    for inner in entry["Filters"]:
        member = members.get(inner["Name"].lower())
        if member is None:
            raise unknown(inner["Name"])
        tests.append(_tested(service, member, inner, None))
    return rows.having(_joined("And", tests))


def _tested(service: Service, found: Property, entry: Params, rows: Rows | None) -> Sql:
    """Return the condition of one filter on a property; `rows` are what it is looked for in."""
    operator = entry.get("Operator") or "Equals"
    _check_operator(found.kind, operator, entry)
    there = _exists(found, rows)
    if operator == "Exists":
        return there
    if operator == "NotExists":
        return _negated(there)
    same = operator == "NotEquals"
    test = _compared(service, found, "Equals" if same else operator, entry["Value"])
    positive = test if rows is None else rows.having(test)
    if not same:
        return positive
    if service.rules.not_equals_matches_absent:
        return _negated(positive)
    return both(there, _negated(positive))


def _exists(found: Property, rows: Rows | None) -> Sql:
    if found.kind == "group" and rows is not None:
        return rows.having(ALWAYS)
    value = f"({found.value.text}) IS NOT NULL"
    if found.kind == "mixed":
        value = f"({value} OR ({found.number.text}) IS NOT NULL)"
    test = Sql(value, found.value.values)
    return test if rows is None else rows.having(test)


def _negated(test: Sql) -> Sql:
    # A comparison with an absent value is NULL, which NOT would leave NULL.
    return Sql(f"NOT coalesce({test.text}, FALSE)", test.values)


def _compared(service: Service, found: Property, operator: str, raw: str) -> Sql:
    if found.kind == "time":
        return _time(found.value, operator, raw)
    if found.kind == "number":
        return _number(found.value, operator, _decimal(raw))
    if found.kind == "mixed" and operator in ORDER_SIGNS:
        return _number(found.number, operator, _decimal(raw))
    ignore_case = found.kind == "arn" or service.rules.search_ignores_case
    test = _text(found.value, operator, raw, ignore_case=ignore_case)
    if found.kind == "mixed" and operator == "Equals" and NUMBER_PATTERN.fullmatch(raw):
        return _joined("Or", [test, _number(found.number, operator, float(raw))])
    return test


def _number(value: Sql, operator: str, wanted: float) -> Sql:
    return Sql(f"{value.text} {ORDER_SIGNS.get(operator, '=')} ?", (*value.values, wanted))


def _time(value: Sql, operator: str, raw: str) -> Sql:
    wanted = _moment(raw)
    if operator == "Equals" and "." not in raw:
        # The documented form has whole seconds: it means any moment of that second [inf].
        return Sql(
            f"({value.text} >= ? AND {value.text} < ?)", (*value.values, wanted, *value.values, wanted + 1)
        )
    return _number(value, operator, wanted)


def _text(value: Sql, operator: str, raw: str, *, ignore_case: bool) -> Sql:
    if operator == "Contains":
        text = f"instr(lower({value.text}), lower(?)) > 0" if ignore_case else f"instr({value.text}, ?) > 0"
        return Sql(text, (*value.values, raw))
    wanted = [part.strip() for part in raw.split(",")] if operator == "In" else [raw]
    collate = " COLLATE NOCASE" if ignore_case else ""
    return Sql(f"{value.text}{collate} IN ({', '.join('?' * len(wanted))})", (*value.values, *wanted))


def _check_operator(kind: Kind, operator: str, entry: Params) -> None:
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


def _count(expression: Params) -> int:
    """Count an expression's filters, nested ones with those inside, and subexpressions, recursively."""
    nested = expression.get("NestedFilters") or ()
    inner = expression.get("SubExpressions") or ()
    counted = len(expression.get("Filters") or ()) + len(nested) + len(inner)
    return counted + sum(len(entry["Filters"]) for entry in nested) + sum(_count(entry) for entry in inner)


def _check_contains(resource: Resource, expression: Params) -> None:
    used = sum(
        1 for name in _contains(expression) if name.partition(".")[0].lower() not in resource.repeatable
    )
    if used > MAX_CONTAINS:
        raise ServiceError(
            "ValidationException", f"'CONTAINS' operator usage limit of {MAX_CONTAINS} exceeded."
        )


def _contains(expression: Params) -> Iterable[str]:
    """Yield the property of every Contains."""
    filters = list(expression.get("Filters") or ())
    for entry in expression.get("NestedFilters") or ():
        filters.extend(entry["Filters"])
    yield from (entry["Name"] for entry in filters if entry.get("Operator") == "Contains")
    for inner in expression.get("SubExpressions") or ():
        yield from _contains(inner)
