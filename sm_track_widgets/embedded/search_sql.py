"""SearchExpressions as tests of records, in SQL: filters, nested filters, subexpressions, limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError, invalid
from sm_track_widgets.embedded.search_compare import ORDER_SIGNS, check_operator, compared, ignores_case
from sm_track_widgets.embedded.search_properties import (
    ABSENT,
    ALWAYS,
    Index,
    Property,
    Resource,
    Rows,
    Sql,
    joined,
    resolve,
    unknown,
)
from sm_track_widgets.embedded.service import Service

MAX_CONDITIONS = 50  # filters, nested filters and subexpressions, recursively [M]
MAX_CONTAINS = 1  # outside of names, tags and artifacts [M]


@dataclass(frozen=True, slots=True)
class Reach:
    """A way to all records that may satisfy a test: through `index`, to those of its rows for which `test` holds."""

    index: Index
    test: Sql


@dataclass(frozen=True, slots=True)
class Test:
    """One condition on records.

    check
        Whether a given record, ``item``, satisfies it.
    reaches
        Together they lead to all that do; empty when only looking at each record tells.
    exact
        Whether they lead to no others.
    join
        The same as `check`, as the rows of a join and a test of them, where that is possible.
    """

    check: Sql
    reaches: tuple[Reach, ...] = ()
    exact: bool = True
    join: tuple[Rows, Sql] | None = None


def conditions(service: Service, resource: Resource, expression: Params) -> list[Test]:
    """Return what a SearchExpression demands: records must satisfy all of it.

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
    return _demands(service, resource, expression)


def visible(service: Service, resource: Resource, entries: Iterable[Params]) -> list[Test]:
    """Return what VisibilityConditions demand: no tag of such a key has another value [M]."""
    tests: list[Test] = []
    for entry in entries:
        key = entry.get("Key", "")
        if not key.lower().startswith("tags.") or len(key) == len("tags."):
            raise invalid(f"VisibilityConditions take keys of the form Tags.<key>, not '{key}'.")
        found = resolve(service, resource, key)
        other = Sql(f"{found.value.text} <> ?", (*found.value.values, entry.get("Value", "")))
        tests.append(_negated(other if found.rows is None else found.rows.having(other)))
    return tests


def _demands(service: Service, resource: Resource, expression: Params) -> list[Test]:
    """Return the parts of an expression all of which must hold; one of several alternatives is one part."""
    tests = [_filter(service, resource, entry) for entry in expression.get("Filters") or ()]
    tests += [_nested(service, resource, entry) for entry in expression.get("NestedFilters") or ()]
    inner = [_demands(service, resource, entry) for entry in expression.get("SubExpressions") or ()]
    if expression.get("Operator") != "Or":
        return [*tests, *(test for demands in inner for test in demands)]
    alternatives = [*tests, *(_all(demands) for demands in inner)]
    return [_any(alternatives)] if alternatives else []


def _all(tests: Sequence[Test]) -> Test:
    """Return the test that all of `tests` hold, as one alternative among others."""
    if len(tests) == 1:
        return tests[0]
    reaches = next((test.reaches for test in tests if test.reaches), ())
    return Test(joined("And", [test.check for test in tests]), reaches, exact=False)


def _any(tests: Sequence[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    everywhere = all(test.reaches for test in tests)
    reaches = tuple(reach for test in tests for reach in test.reaches) if everywhere else ()
    check = joined("Or", [test.check for test in tests])
    return Test(check, reaches, exact=all(test.exact for test in tests))


def _filter(service: Service, resource: Resource, entry: Params) -> Test:
    found = resolve(service, resource, entry["Name"])
    return _tested(service, found, entry, found.rows)


def _nested(service: Service, resource: Resource, entry: Params) -> Test:
    """Return the test that one element of a list satisfies all filters."""
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
        tests.append(_tested(service, replace(member, indexes=(), narrow=None), inner, None).check)
    test = joined("And", tests)
    return Test(rows.having(test), (Reach(rows.index(), test),) if rows.reachable else ())


def _tested(service: Service, found: Property, entry: Params, rows: Rows | None) -> Test:
    """Return the test of one filter on a property; `rows` are what it is looked for in."""
    operator = entry.get("Operator") or "Equals"
    check_operator(found.kind, operator, entry)
    there = _exists(found, rows)
    if operator == "Exists":
        return there
    if operator == "NotExists":
        return _negated(there.check)
    if operator != "NotEquals":
        return _positive(service, found, operator, entry["Value"], rows)
    differs = _negated(_positive(service, found, "Equals", entry["Value"], rows).check)
    if service.rules.not_equals_matches_absent:
        return differs
    return Test(joined("And", [there.check, differs.check]))


def _positive(service: Service, found: Property, operator: str, raw: str, rows: Rows | None) -> Test:
    """Return the test that a value compares so with `raw`."""
    test = compared(service, found, operator, raw)
    narrowed = found.narrow(service, test) if found.narrow is not None else None
    if narrowed is not None:
        return _exists(narrowed, narrowed.rows)
    return _looked_for(rows, test, tuple(_reaches(service, found, operator, raw)))


def _reaches(service: Service, found: Property, operator: str, raw: str) -> Iterable[Reach]:
    """Yield the ways to records for which a comparison holds."""
    as_text = found.kind in {"text", "arn", "mixed"} and operator not in ORDER_SIGNS
    for index in found.indexes:
        useful = index.any_case == ignores_case(service, found) and operator != "Contains"
        if as_text and not useful and index.own:
            continue  # it would read as much as looking at each record
        number = index.value if found.kind == "mixed" else ABSENT
        test = compared(service, replace(found, value=index.value, number=number), operator, raw)
        ranged = index.ranged and (useful or not as_text)
        single = index.single or (index.once and operator == "Equals")
        yield Reach(replace(index, ranged=ranged, single=single), test)


def _exists(found: Property, rows: Rows | None) -> Test:
    if found.kind == "group" and rows is not None:
        return _looked_for(rows, ALWAYS, tuple(Reach(index, ALWAYS) for index in found.indexes))
    value = f"({found.value.text}) IS NOT NULL"
    values = found.value.values
    if found.kind == "mixed" and found.number != found.value:
        value, values = f"({value} OR ({found.number.text}) IS NOT NULL)", (*values, *found.number.values)
    reaches = tuple(
        Reach(index, Sql(f"{index.value.text} IS NOT NULL", index.value.values)) for index in found.indexes
    )
    return _looked_for(rows, Sql(value, values), reaches)


def _looked_for(rows: Rows | None, test: Sql, reaches: tuple[Reach, ...]) -> Test:
    """Return the test that `test` holds for the record, or for one of its `rows`."""
    if rows is None:
        return Test(test, reaches)
    return Test(rows.having(test), reaches, join=(rows, test) if rows.one else None)


def _negated(test: Sql) -> Test:
    # A comparison with an absent value is NULL, which NOT would leave NULL.
    return Test(Sql(f"NOT coalesce({test.text}, FALSE)", test.values))


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
