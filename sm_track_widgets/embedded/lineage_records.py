"""Actions and contexts of lineage: the two entities that are named and described alike."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import duplicate, not_found
from sm_track_widgets.embedded.lineage_entities import TABLES, check_unlinked, created_within, properties
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.records import present, subset
from sm_track_widgets.embedded.service import Operation, Service, stamp
from sm_track_widgets.embedded.tags import drop_tags, set_tags

_KEPT = ("Source", "Description", "Status", "Properties", "MetadataProperties")
_REPLACED = ("Description", "Status")


@dataclass(frozen=True, slots=True)
class _Entity:
    """One of the two: `word` is how members and messages call it, `summary` what its list shows."""

    word: str
    kind: str
    summary: tuple[str, ...]

    @property
    def table(self) -> str:
        return TABLES[self.kind]

    def find(self, service: Service, given: str) -> sqlite3.Row:
        """Return the row of a name or an ARN; ``ResourceNotFound`` when there is none."""
        name = given.partition("/")[2] if given.startswith("arn:") else given
        arn = service.arn(self.kind, name)
        row = service.store.row(f"SELECT * FROM {self.table} WHERE key = ?", name.lower())
        if row is None or not service.named(row, name) or given.lower() not in {name.lower(), arn.lower()}:
            raise not_found(self.word, arn if given == name else given)
        return row

    def create(self, service: Service, params: Params) -> Params:
        name, now = params[f"{self.word}Name"], service.clock()
        arn = service.arn(self.kind, name)
        record = json.dumps(subset(params, _KEPT), ensure_ascii=False)
        values = (
            name,
            name.lower(),
            params["Source"]["SourceUri"],
            params[f"{self.word}Type"],
            now,
            now,
            record,
        )
        columns = "name, key, source_uri, type, created, modified, record"
        with service.store.atomic() as connection:
            try:
                connection.execute(
                    f"INSERT INTO {self.table} ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", values
                )
            except sqlite3.IntegrityError as error:
                raise duplicate(self.word, name) from error
            set_tags(service, arn, params.get("Tags", []))
        return {f"{self.word}Arn": arn}

    def record(self, service: Service, row: sqlite3.Row) -> Params:
        return {
            f"{self.word}Name": row["name"],
            f"{self.word}Arn": service.arn(self.kind, row["name"]),
            f"{self.word}Type": row["type"],
            "CreationTime": stamp(row["created"]),
            "CreatedBy": {},
            "LastModifiedTime": stamp(row["modified"]),
            "LastModifiedBy": {},
            "Properties": {},
            **json.loads(row["record"]),
        }

    def describe(self, service: Service, params: Params) -> Params:
        return self.record(service, self.find(service, params[f"{self.word}Name"]))

    def list(self, service: Service, params: Params) -> Params:
        listing = Listing(f"List{self.word}s", f"SELECT * FROM {self.table}", self.table)
        for member, column in (("SourceUri", "source_uri"), (f"{self.word}Type", "type")):
            if member in params:
                listing.only(f"{self.table}.{column} = ?", params[member])
        created_within(listing, service, params)
        rows, token = listing.page(service, params)
        summaries = [subset(self.record(service, row), self.summary) for row in rows]
        return present(**{f"{self.word}Summaries": summaries}, NextToken=token)

    def update(self, service: Service, params: Params) -> Params:
        with service.store.atomic() as connection:
            row = self.find(service, params[f"{self.word}Name"])
            record = {**json.loads(row["record"]), **subset(params, _REPLACED)}
            record["Properties"] = properties(record.get("Properties", {}), params)
            connection.execute(
                f"UPDATE {self.table} SET modified = ?, record = ? WHERE id = ?",
                (service.clock(), json.dumps(record, ensure_ascii=False), row["id"]),
            )
        return {f"{self.word}Arn": service.arn(self.kind, row["name"])}

    def delete(self, service: Service, params: Params) -> Params:
        with service.store.atomic() as connection:
            row = self.find(service, params[f"{self.word}Name"])
            arn = service.arn(self.kind, row["name"])
            check_unlinked(service, self.word, arn)
            drop_tags(service, arn)
            connection.execute(f"DELETE FROM {self.table} WHERE id = ?", (row["id"],))
        return {f"{self.word}Arn": arn}


_TIMES = ("CreationTime", "LastModifiedTime")
_ACTION = _Entity("Action", "action", ("ActionArn", "ActionName", "Source", "ActionType", "Status", *_TIMES))
_CONTEXT = _Entity("Context", "context", ("ContextArn", "ContextName", "Source", "ContextType", *_TIMES))

OPERATIONS: Mapping[str, Operation] = {
    f"{verb}{entity.word}{'s' if verb == 'List' else ''}": operation
    for entity in (_ACTION, _CONTEXT)
    for verb, operation in (
        ("Create", entity.create),
        ("Describe", entity.describe),
        ("List", entity.list),
        ("Update", entity.update),
        ("Delete", entity.delete),
    )
}
