"""Search: records by their properties, page by page."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from functools import cache

from sm_track_widgets._types import Params
from sm_track_widgets.embedded import search_jobs, search_registry, search_resources
from sm_track_widgets.embedded.faults import ServiceError, invalid
from sm_track_widgets.embedded.paging import DEFAULT_PAGE, decode_token, encode_token, scope_of
from sm_track_widgets.embedded.records import component_records, experiment_records, trial_records
from sm_track_widgets.embedded.search_pages import Order, Position, first_page, next_page
from sm_track_widgets.embedded.search_plan import Plan
from sm_track_widgets.embedded.search_properties import Resource, resolve
from sm_track_widgets.embedded.search_sql import conditions, visible
from sm_track_widgets.embedded.service import Operation, Service

DEFAULT_SORT = "LastModifiedTime"  # [M]
RESOURCES: Mapping[str, Resource] = {
    **search_resources.RESOURCES,
    **search_registry.RESOURCES,
    **search_jobs.RESOURCES,
}
RECORDS: Mapping[str, Callable[[Service, Sequence[int]], list[Params]]] = {
    "Experiment": experiment_records,
    "ExperimentTrial": trial_records,
    "ExperimentTrialComponent": component_records,
    **search_registry.RECORDS,
    **search_jobs.RECORDS,
}


def search(service: Service, params: Params) -> Params:
    """Search, compiled to SQL for the page's ids; the records are read for those only.

    TotalHits is exact, counted for the first page and carried in the token.

    Raises
    ------
    ServiceError
        ``ValidationException``; ``UnsupportedOperation`` for a resource that is not offered.
    """
    resource = _resource(params["Resource"])
    tests = conditions(service, resource, params.get("SearchExpression") or {})
    tests += visible(service, resource, params.get("VisibilityConditions") or ())
    order = _order(service, resource, params)
    scope = scope_of("Search", params)
    position = decode_token(params.get("NextToken"), scope)
    if params.get("CrossAccountFilterOption") == "CrossAccount":
        return _answer(resource, [], 0)  # nobody shares with this account
    _see_to_sqrt(service.store.connection())
    plan = Plan(service.store, resource.table, tests)
    size = params.get("MaxResults") or DEFAULT_PAGE
    if position is None:
        rows, total = first_page(plan, order, size + 1)
    else:
        total = int(position[0])
        rows = next_page(plan, order, size + 1, total, Position(position[1], position[2]))
    found = RECORDS[params["Resource"]](service, [row["id"] for row in rows[:size]])
    answer = _answer(resource, found, total)
    if len(rows) > size:
        last = rows[size - 1]
        answer["NextToken"] = encode_token(scope, [total, last["rank"], last["id"]])
    return answer


@cache
def _knows_sqrt() -> bool:
    """Whether this SQLite was built with mathematical functions."""
    with closing(sqlite3.connect(":memory:")) as connection, suppress(sqlite3.OperationalError):
        return bool(connection.execute("SELECT sqrt(4)").fetchone())
    return False


def _see_to_sqrt(connection: sqlite3.Connection) -> None:
    """See that the connection knows ``sqrt``, which tells a standard deviation."""
    if not _knows_sqrt():
        connection.create_function("sqrt", 1, root, deterministic=True)


def root(value: float | None) -> float | None:
    """Return what SQLite's own ``sqrt`` does: of nothing, nothing."""
    return None if value is None else math.sqrt(value)


def _answer(resource: Resource, records: Sequence[Params], total: int) -> Params:
    return {
        "Results": [{resource.member: record} for record in records],
        "TotalHits": {"Value": total, "Relation": "EqualTo"},
    }


def _order(service: Service, resource: Resource, params: Params) -> Order:
    path = params.get("SortBy") or DEFAULT_SORT
    found = resolve(service, resource, path)
    if found.kind == "group":
        raise invalid(f"Property '{path}' cannot be sorted by; name one of its parts.")
    return Order(found, ascending=params.get("SortOrder") == "Ascending")


def _resource(name: str) -> Resource:
    found = RESOURCES.get(name)
    if found is None:
        offered = ", ".join(RESOURCES)
        raise ServiceError(
            "UnsupportedOperation",
            f"The embedded SageMaker service searches {offered}, not {name}. "
            "Connect to AWS with: %sm_config --backend aws",
            501,
        )
    return found


OPERATIONS: dict[str, Operation] = {"Search": search}
