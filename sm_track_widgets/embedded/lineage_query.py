"""QueryLineage: what can be reached from an entity along its associations."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import invalid
from sm_track_widgets.embedded.lineage_entities import LABELS, TABLES, entity, kind_of
from sm_track_widgets.embedded.paging import decode_token, encode_token, scope_of
from sm_track_widgets.embedded.records import present
from sm_track_widgets.embedded.service import Operation, Service

MAX_DEPTH = 10  # [M]
PAGE = 50  # [M]
_LINEAGE_TYPES: Mapping[str, str] = {
    "experiment-trial-component": "TrialComponent",
    "artifact": "Artifact",
    "action": "Action",
    "context": "Context",
}
_WAYS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Ascendants": (("destination_arn", "source_arn"),),
    "Descendants": (("source_arn", "destination_arn"),),
    "Both": (("destination_arn", "source_arn"), ("source_arn", "destination_arn")),
}
"""From which end of an association to which each direction walks."""


@dataclass(slots=True)
class _Walk:
    """What a breadth-first walk met: the entities with their depth, nearest first, and the associations.

    `back` leads from each entity to those one step nearer to the start.
    """

    depths: dict[str, int]
    edges: dict[tuple[str, str], Params] = field(default_factory=dict[tuple[str, str], Params])
    back: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))


def _query(service: Service, params: Params) -> Params:
    starts = [entity(service, arn) for arn in params.get("StartArns", [])]
    if not starts:
        raise invalid("StartArns must name the entity to start from.")  # [inf]
    walk = _walk(service, starts, params)
    filters = params.get("Filters") or {}
    facts = _facts(service, walk.depths)
    matched = {arn for arn in walk.depths if arn not in starts and _matches(service, facts[arn], filters)}
    if params.get("IncludeEdges", True):
        return _answer(params, facts, _on_the_way(walk, matched | set(starts)), walk.edges)
    return _answer(params, facts, [arn for arn in walk.depths if arn in matched], {})


def _walk(service: Service, starts: Iterable[str], params: Params) -> _Walk:
    """Follow the associations level by level, both ways unless one is asked for."""
    walk = _Walk(dict.fromkeys(starts, 0))
    edge = list(walk.depths)
    for depth in range(1, params.get("MaxDepth", MAX_DEPTH) + 1):
        met: list[str] = []
        for near, far in _WAYS[params.get("Direction", "Both")]:
            sql = f"SELECT * FROM associations WHERE {near} IN (SELECT value FROM json_each(?)) ORDER BY created, {far}"
            for row in service.store.rows(sql, json.dumps(edge)):
                source, destination = row["source_arn"], row["destination_arn"]
                walk.edges[source, destination] = present(
                    SourceArn=source, DestinationArn=destination, AssociationType=row["type"]
                )
                if row[far] not in walk.depths:
                    walk.depths[row[far]] = depth
                    met.append(row[far])
                if walk.depths[row[far]] == depth:
                    walk.back[row[far]].add(row[near])
        edge = met
    return walk


@dataclass(frozen=True, slots=True)
class _Facts:
    """What filters ask of an entity."""

    vertex: Params
    created: float
    modified: float
    properties: Mapping[str, str]


_COLUMNS: Mapping[str, str] = {
    "experiment": "key, created, modified, NULL AS type, NULL AS properties",
    "experiment-trial-component": "key, created, modified, NULL AS type, NULL AS properties",
    "artifact": "arn AS key, created, modified, type, properties",
    "action": "key, created, modified, type, json_extract(record, '$.Properties') AS properties",
    "context": "key, created, modified, type, json_extract(record, '$.Properties') AS properties",
}


def _facts(service: Service, arns: Iterable[str]) -> Mapping[str, _Facts]:
    """Return the facts of entities, read in one statement for each kind."""
    keys: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for arn in arns:
        kind = kind_of(arn)
        keys[kind][arn if kind == "artifact" else arn.partition("/")[2].lower()] = arn
    found: dict[str, _Facts] = {}
    for kind, named in keys.items():
        column = "arn" if kind == "artifact" else "key"
        sql = (
            f"SELECT {_COLUMNS[kind]} FROM {TABLES[kind]} WHERE {column} IN (SELECT value FROM json_each(?))"
        )
        for row in service.store.rows(sql, json.dumps(list(named))):
            arn = named[row["key"]]
            vertex = present(
                Arn=arn, Type=row["type"] or LABELS.get(kind), LineageType=_LINEAGE_TYPES.get(kind)
            )
            properties = json.loads(row["properties"] or "{}")
            found[arn] = _Facts(vertex, row["created"], row["modified"], properties)
    return found


def _matches(service: Service, facts: _Facts, filters: Params) -> bool:
    """Whether an entity passes all filters; of several Properties any will do [M]."""
    wanted = filters.get("Properties") or {}
    times = (
        ("CreatedBefore", facts.created, -1),
        ("CreatedAfter", facts.created, 1),
        ("ModifiedBefore", facts.modified, -1),
        ("ModifiedAfter", facts.modified, 1),
    )
    return (
        facts.vertex.get("Type") in (filters.get("Types") or [facts.vertex.get("Type")])
        and facts.vertex.get("LineageType")
        in (filters.get("LineageTypes") or [facts.vertex.get("LineageType")])
        and all(
            (at - service.moment(filters[name])) * sign > 0 for name, at, sign in times if name in filters
        )
        and (not wanted or any(facts.properties.get(key) == value for key, value in wanted.items()))
    )


def _on_the_way(walk: _Walk, wanted: set[str]) -> list[str]:
    """Return `wanted` and what lies between them and the start, nearest first."""
    kept = set(wanted)
    for arn in reversed(walk.depths):
        if arn in kept:
            kept |= walk.back[arn]
    return [arn for arn in walk.depths if arn in kept]


def _answer(
    params: Params,
    facts: Mapping[str, _Facts],
    arns: list[str],
    edges: Mapping[tuple[str, str], Params],
) -> Params:
    """Return a page of vertices, and of the edges those that lead from the pages so far to this one."""
    scope = scope_of("QueryLineage", params)
    start = int((decode_token(params.get("NextToken"), scope) or [0])[0])
    stop = start + (params.get("MaxResults") or PAGE)
    so_far, page = set(arns[:stop]), set(arns[start:stop])
    shown = [edge for ends, edge in edges.items() if so_far.issuperset(ends) and page.intersection(ends)]
    token = encode_token(scope, [stop]) if stop < len(arns) else None
    return present(Vertices=[facts[arn].vertex for arn in arns[start:stop]], Edges=shown, NextToken=token)


OPERATIONS: Mapping[str, Operation] = {"QueryLineage": _query}
