"""Search over the Model Registry: groups and model packages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.records import tags_of
from sm_track_widgets.embedded.registry_records import GROUP, PACKAGE, group_record, package_record
from sm_track_widgets.embedded.search_properties import Property, Resource, Sql, text
from sm_track_widgets.embedded.search_shapes import shape_resource
from sm_track_widgets.embedded.service import Service

# A version's base is its group's name, in lower case; its name spells it as given.
_BASE = "substr(item.name, 1, length(item.base))"


def _records(
    kind: str, table: str, record: Callable[[Service, sqlite3.Row], Params]
) -> Callable[[Service, Sequence[int]], list[Params]]:
    """Return the reader of full records, in the order of their ids; unknown ids are left out."""

    def read(service: Service, ids: Sequence[int]) -> list[Params]:
        sql = f"SELECT * FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
        rows = {row["id"]: row for row in service.store.rows(sql, json.dumps(list(ids)))}
        arns = {number: service.arn(kind, row["key"]) for number, row in rows.items()}
        tags = tags_of(service, arns.values())
        return [
            {**record(service, rows[number]), "Tags": tags.get(arns[number], [])}
            for number in ids
            if number in rows
        ]

    return read


RESOURCES: Mapping[str, Resource] = {
    "ModelPackageGroup": shape_resource(
        GROUP,
        "ModelPackageGroup",
        "model_package_groups",
        columns={"modelpackagegroupstatus": Property("text", Sql("'Completed'"))},
        repeatable=frozenset({"modelpackagegroupname", "tags"}),
    ),
    "ModelPackage": shape_resource(
        PACKAGE,
        "ModelPackage",
        "model_packages",
        columns={
            "modelpackagename": Property("text", Sql("CASE WHEN item.version IS NULL THEN item.name END")),
            "modelpackagegroupname": Property("text", Sql(f"CASE WHEN item.version > 0 THEN {_BASE} END")),
            "modelpackageversion": Property("number", Sql("item.version")),
            "modelapprovalstatus": text("item.approval"),
        },
        repeatable=frozenset({"modelpackagename", "modelpackagegroupname", "tags"}),
    ),
}
RECORDS: Mapping[str, Callable[[Service, Sequence[int]], list[Params]]] = {
    "ModelPackageGroup": _records(GROUP, "model_package_groups", group_record),
    "ModelPackage": _records(PACKAGE, "model_packages", package_record),
}
