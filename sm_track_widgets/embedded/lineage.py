"""Lineage: artifacts, and the associations between entities."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping

from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import invalid, not_found
from sm_track_widgets.embedded.lineage_entities import (
    LABELS,
    check_unlinked,
    created_within,
    dump,
    end_columns,
    entity,
    kind_of,
    properties,
)
from sm_track_widgets.embedded.paging import Listing
from sm_track_widgets.embedded.records import present
from sm_track_widgets.embedded.service import Operation, Service, stamp
from sm_track_widgets.embedded.tags import drop_tags, set_tags


def _create_artifact(service: Service, params: Params) -> Params:
    source = params["Source"]
    now = service.clock()
    arn = service.arn("artifact", uuid.uuid4().hex)
    with service.store.atomic() as connection:
        held = service.store.row("SELECT arn FROM artifacts WHERE source_uri = ?", source["SourceUri"])
        if held is not None:
            raise invalid(f"Artifact with SourceUri '{source['SourceUri']}' already exists: {held['arn']}.")
        connection.execute(
            "INSERT INTO artifacts (arn, name, source_uri, source_types, type, properties, metadata, created, "
            "modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                arn,
                params.get("ArtifactName"),
                source["SourceUri"],
                dump(source.get("SourceTypes")),
                params["ArtifactType"],
                dump(params.get("Properties")),
                dump(params.get("MetadataProperties")),
                now,
                now,
            ),
        )
        set_tags(service, arn, params.get("Tags", []))
    return {"ArtifactArn": arn}


def _find_artifact(service: Service, arn: str) -> sqlite3.Row:
    row = service.store.row("SELECT * FROM artifacts WHERE arn = ?", arn.lower())
    if row is None:
        raise not_found("Artifact", arn)
    return row


def _source(row: sqlite3.Row) -> Params:
    types = json.loads(row["source_types"]) if row["source_types"] else None
    return present(SourceUri=row["source_uri"], SourceTypes=types)


def _summary(row: sqlite3.Row) -> Params:
    return present(
        ArtifactArn=row["arn"],
        ArtifactName=row["name"],
        Source=_source(row),
        ArtifactType=row["type"],
        CreationTime=stamp(row["created"]),
        LastModifiedTime=stamp(row["modified"]),
    )


def _describe_artifact(service: Service, params: Params) -> Params:
    row = _find_artifact(service, params["ArtifactArn"])
    return present(
        **_summary(row),
        Properties=json.loads(row["properties"]) if row["properties"] else {},
        MetadataProperties=json.loads(row["metadata"]) if row["metadata"] else None,
        CreatedBy={},
        LastModifiedBy={},
    )


def _list_artifacts(service: Service, params: Params) -> Params:
    # CreationTime is the only SortBy of artifacts [M].
    listing = Listing("ListArtifacts", "SELECT * FROM artifacts", "artifacts")
    if "SourceUri" in params:
        listing.only("artifacts.source_uri = ?", params["SourceUri"])
    if "ArtifactType" in params:
        listing.only("artifacts.type = ?", params["ArtifactType"])
    created_within(listing, service, params)
    rows, token = listing.page(service, params)
    return present(ArtifactSummaries=[_summary(row) for row in rows], NextToken=token)


def _update_artifact(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        row = _find_artifact(service, params["ArtifactArn"])
        kept = properties(json.loads(row["properties"] or "{}"), params)
        connection.execute(
            "UPDATE artifacts SET name = ?, properties = ?, modified = ? WHERE id = ?",
            (params.get("ArtifactName", row["name"]), dump(kept), service.clock(), row["id"]),
        )
    return {"ArtifactArn": row["arn"]}


def _delete_artifact(service: Service, params: Params) -> Params:
    if ("ArtifactArn" in params) == ("Source" in params):
        raise invalid("Exactly one of ArtifactArn and Source must be specified.")  # [inf] the text
    with service.store.atomic() as connection:
        if "ArtifactArn" in params:
            arn = _find_artifact(service, params["ArtifactArn"])["arn"]
        else:
            uri = params["Source"]["SourceUri"]
            row = service.store.row("SELECT arn FROM artifacts WHERE source_uri = ?", uri)
            if row is None:
                raise not_found("Artifact", uri)
            arn = row["arn"]
        check_unlinked(service, "Artifact", arn)
        drop_tags(service, arn)
        connection.execute("DELETE FROM artifacts WHERE arn = ?", (arn,))
    return {"ArtifactArn": arn}


def _add_association(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        source = entity(service, params["SourceArn"])
        destination = entity(service, params["DestinationArn"])
        if kind_of(source) in LABELS and kind_of(destination) in LABELS:
            # sagemaker-experiments#157; [inf] the text.
            raise invalid("Associations between two experiment entities are not allowed.")
        try:
            connection.execute(
                "INSERT INTO associations (source_arn, destination_arn, type, created) VALUES (?, ?, ?, ?)",
                (source, destination, params.get("AssociationType"), service.clock()),
            )
        except sqlite3.IntegrityError as error:
            raise invalid(f"Association between '{source}' and '{destination}' already exists.") from error
    return {"SourceArn": source, "DestinationArn": destination}


def _delete_association(service: Service, params: Params) -> Params:
    with service.store.atomic() as connection:
        source = entity(service, params["SourceArn"])
        destination = entity(service, params["DestinationArn"])
        gone = connection.execute(
            "DELETE FROM associations WHERE source_arn = ? AND destination_arn = ?", (source, destination)
        )
        if not gone.rowcount:
            raise not_found("Association", f"{source} -> {destination}")
    return {"SourceArn": source, "DestinationArn": destination}


_ORDERS: Mapping[str, str] = {
    "SourceArn": "source_arn",
    "DestinationArn": "destination_arn",
    "SourceType": "source_kind",
    "DestinationType": "destination_kind",
    "CreationTime": "created",
}
_FILTERS: Mapping[str, str] = {
    "SourceType": "source_kind",
    "DestinationType": "destination_kind",
    "AssociationType": "type",
}


def _list_associations(service: Service, params: Params) -> Params:
    source_name, source_kind = end_columns(service, "source_arn")
    target_name, target_kind = end_columns(service, "destination_arn")
    listing = Listing(
        "ListAssociations",
        f"WITH found AS (SELECT *, {source_name} AS source_name, {source_kind} AS source_kind, "
        f"{target_name} AS destination_name, {target_kind} AS destination_kind FROM associations) "
        "SELECT * FROM found",
        "found",
        orders=_ORDERS,
        unique=("source_arn", "destination_arn"),
    )
    for name, column in (("SourceArn", "source_arn"), ("DestinationArn", "destination_arn")):
        if name in params:
            listing.only(f"found.{column} = ?", entity(service, params[name]))
    for name, column in _FILTERS.items():
        if name in params:
            listing.only(f"found.{column} = ?", params[name])
    created_within(listing, service, params)
    rows, token = listing.page(service, params)
    return present(AssociationSummaries=[_association(row) for row in rows], NextToken=token)


def _association(row: sqlite3.Row) -> Params:
    return present(
        SourceArn=row["source_arn"],
        DestinationArn=row["destination_arn"],
        SourceType=row["source_kind"],
        DestinationType=row["destination_kind"],
        AssociationType=row["type"],
        SourceName=row["source_name"],
        DestinationName=row["destination_name"],
        CreationTime=stamp(row["created"]),
        CreatedBy={},
    )


OPERATIONS: Mapping[str, Operation] = {
    "CreateArtifact": _create_artifact,
    "DescribeArtifact": _describe_artifact,
    "ListArtifacts": _list_artifacts,
    "UpdateArtifact": _update_artifact,
    "DeleteArtifact": _delete_artifact,
    "AddAssociation": _add_association,
    "DeleteAssociation": _delete_association,
    "ListAssociations": _list_associations,
}
