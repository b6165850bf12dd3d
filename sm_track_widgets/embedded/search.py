"""Search: experiments, trials and trial components by their properties."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import ServiceError, invalid
from sm_track_widgets.embedded.paging import DEFAULT_PAGE, decode_token, encode_token, scope_of
from sm_track_widgets.embedded.records import component_records, experiment_records, trial_records
from sm_track_widgets.embedded.search_properties import Property, Resource, Sql, resolve
from sm_track_widgets.embedded.search_resources import RESOURCES
from sm_track_widgets.embedded.search_sql import both, condition, visible
from sm_track_widgets.embedded.service import Operation, Service

DEFAULT_SORT = "LastModifiedTime"  # [M]
RECORDS: Mapping[str, Callable[[Service, Sequence[int]], list[Params]]] = {
    "Experiment": experiment_records,
    "ExperimentTrial": trial_records,
    "ExperimentTrialComponent": component_records,
}


def search(service: Service, params: Params) -> Params:
    """Search, compiled to one SQL statement for the page's ids; the records are read for those only.

    Sorting by a property that some records lack puts these last, in both orders [inf]. TotalHits is counted for the
    first page and carried in the token.

    Raises
    ------
    ServiceError
        ``ValidationException``; ``UnsupportedOperation`` for a resource that is not offered.
    """
    resource = _resource(params["Resource"])
    where = both(
        condition(service, resource, params.get("SearchExpression") or {}),
        visible(service, resource, params.get("VisibilityConditions") or ()),
    )
    if params.get("CrossAccountFilterOption") == "CrossAccount":
        where = Sql("FALSE")  # nobody shares with this account
    connection = service.store.connection()
    connection.create_function("sm_track_deviation", 2, _deviation, deterministic=True)
    scope = scope_of("Search", params)
    position = decode_token(params.get("NextToken"), scope)
    total = _count(connection, resource, where) if position is None else int(position[0])
    rows, more = _page(service, resource, where, params, position)
    found = RECORDS[params["Resource"]](service, [row["id"] for row in rows])
    answer: Params = {
        "Results": [{resource.member: record} for record in found],
        "TotalHits": {"Value": total, "Relation": "EqualTo"},
    }
    if more:
        answer["NextToken"] = encode_token(scope, [total, rows[-1]["rank"], rows[-1]["id"]])
    return answer


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


def _count(connection: sqlite3.Connection, resource: Resource, where: Sql) -> int:
    sql = f"SELECT count(*) FROM {resource.table} AS item WHERE {where.text}"
    return int(connection.execute(sql, where.values).fetchone()[0])


def _page(
    service: Service, resource: Resource, where: Sql, params: Params, position: list[Any] | None
) -> tuple[list[sqlite3.Row], bool]:
    """Return one page of rows (id, rank), and whether there are more."""
    size = params.get("MaxResults") or DEFAULT_PAGE
    ascending = params.get("SortOrder") == "Ascending"
    rank, always_there = _rank(service, resource, params.get("SortBy") or DEFAULT_SORT)
    if position is not None:
        where = both(where, _after(rank, position[1:], ascending=ascending, always_there=always_there))
    way = "ASC" if ascending else "DESC"
    # The flag would keep SQLite from walking an index where no value is missing.
    absent_last = "" if always_there else f"({rank.text}) IS NULL, "
    order = f"{absent_last}rank {way}, item.id {way}"
    select = f"SELECT item.id, {rank.text} AS rank FROM {resource.table} AS item WHERE {where.text}"
    sql = f"{select} ORDER BY {order} LIMIT ?"
    values = (*rank.values, *where.values, *(() if always_there else rank.values), size + 1)
    rows = service.store.rows(sql, *values)
    return rows[:size], len(rows) > size


def _rank(service: Service, resource: Resource, path: str) -> tuple[Sql, bool]:
    """Return the value to sort by, and whether every record has it."""
    found: Property = resolve(service, resource, path)
    if found.kind == "group":
        raise invalid(f"Property '{path}' cannot be sorted by; name one of its parts.")
    return found.sort_key(), path.lower() in {"creationtime", "lastmodifiedtime", "displayname"}


def _after(rank: Sql, position: list[Any], *, ascending: bool, always_there: bool) -> Sql:
    """Return the condition that a row comes behind `position`: its rank and id."""
    value, number = position
    sign = ">" if ascending else "<"
    if value is None:
        return Sql(f"(({rank.text}) IS NULL AND item.id {sign} ?)", (*rank.values, number))
    behind = Sql(f"({rank.text}, item.id) {sign} (?, ?)", (*rank.values, value, number))
    if always_there:
        return behind
    return Sql(f"({behind.text} OR ({rank.text}) IS NULL)", (*behind.values, *rank.values))


def _deviation(m2: float, count: int) -> float:
    return math.sqrt(max(m2, 0.0) / count)


OPERATIONS: dict[str, Operation] = {"Search": search}
