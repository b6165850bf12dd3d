"""What lineage's operations share: which entities there are, how an ARN finds one, what deleting and updating check."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import invalid, not_found
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.service import Service

TABLES: Mapping[str, str] = {
    "experiment": "experiments",
    "experiment-trial-component": "components",
    "artifact": "artifacts",
    "action": "actions",
    "context": "contexts",
}
"""Tables of what an association may end in, by the kind that ARNs say. An artifact has an ARN in place of a key."""
LABELS: Mapping[str, str] = {
    "experiment": "ExperimentExperiment",
    "experiment-trial-component": "ExperimentTrialComponent",
}
"""What ListAssociations and QueryLineage call the type of those entities that have none of their own [inf]."""


def kind_of(arn: str) -> str:
    """Return the kind of entity an ARN names."""
    return arn.split(":", 5)[-1].partition("/")[0]


def entity(service: Service, arn: str) -> str:
    """Return `arn` as its entity spells it; ``ResourceNotFound`` for what is not there."""
    kind = kind_of(arn)
    name = arn.partition("/")[2]
    row: sqlite3.Row | None = None
    if kind == "artifact":
        row = service.store.row("SELECT arn FROM artifacts WHERE arn = ?", arn.lower())
    elif kind in TABLES and service.arn(kind, name).lower() == arn.lower():
        row = service.store.row(f"SELECT name FROM {TABLES[kind]} WHERE key = ?", name.lower())
    if row is None:
        raise not_found("Entity", arn)
    return str(row[0]) if kind == "artifact" else service.arn(kind, row[0])


def end_columns(service: Service, end: str) -> tuple[str, str]:
    """Return the SQL of the name and of the type of the entity that the ARN in column `end` names."""
    names = [f"WHEN {_starts(service, 'artifact', end)} THEN (SELECT name FROM artifacts WHERE arn = {end})"]
    types = [f"WHEN {_starts(service, 'artifact', end)} THEN (SELECT type FROM artifacts WHERE arn = {end})"]
    for kind, table in TABLES.items():
        if kind == "artifact":
            continue
        name = f"substr({end}, {len(service.arn(kind, '')) + 1})"
        own = f"(SELECT type FROM {table} WHERE key = lower({name}))"
        label = f"'{LABELS[kind]}'" if kind in LABELS else own
        names.append(f"WHEN {_starts(service, kind, end)} THEN {name}")
        types.append(f"WHEN {_starts(service, kind, end)} THEN {label}")
    return f"CASE {' '.join(names)} END", f"CASE {' '.join(types)} END"


def _starts(service: Service, kind: str, column: str) -> str:
    prefix = service.arn(kind, "").replace("'", "''")
    return f"substr({column}, 1, {len(prefix)}) = '{prefix}'"


def created_within(listing: Listing, service: Service, params: Params) -> None:
    """Honour CreatedAfter and CreatedBefore; of lineage's lists, both include their own moment [M]."""
    if (after := params.get("CreatedAfter")) is not None:
        listing.only(f"{listing.table}.created >= ?", service.moment(after))
    if (before := params.get("CreatedBefore")) is not None:
        listing.only(f"{listing.table}.created <= ?", service.moment(before))


def properties(held: Mapping[str, str], params: Params) -> dict[str, str]:
    """Return the properties after an update: Properties overwrites them all [M], PropertiesToRemove takes some away."""
    kept: dict[str, str] = dict(params.get("Properties", held))
    for key in params.get("PropertiesToRemove", []):
        kept.pop(key, None)
    return kept


def check_unlinked(service: Service, what: str, arn: str) -> None:
    """Refuse to delete an entity that associations end in; worded like the refusal known of components [inf]."""
    if service.store.row("SELECT 1 FROM associations WHERE source_arn = ?1 OR destination_arn = ?1", arn):
        raise invalid(f"{what} '{arn}' is linked to 1 or more associations and cannot be deleted.")


def dump(value: Any) -> str | None:
    """Return `value` as JSON; None for nothing."""
    return json.dumps(value, ensure_ascii=False) if value else None
