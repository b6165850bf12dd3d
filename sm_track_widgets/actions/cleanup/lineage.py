"""Lineage of runs: which associations go with them, and which artifacts describe nothing any more.

A component may have associations that Search does not tell of; each takes two calls to ask, all of an account one a
hundred.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_track_widgets._crew import Crew
from sm_track_widgets._failures import judge
from sm_track_widgets.actions.cleanup.calls import absent
from sm_track_widgets.actions.cleanup.plan import PlannedEntity
from sm_track_widgets.reading.fetch.names import explained

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sm_track_widgets.actions.cleanup.addresses import Ours
    from sm_track_widgets.connection import Connection

Edge = tuple[str, str]
"""Source and destination of an association, as ARNs."""
FEW = 25
"""Up to so many components are asked for their associations one by one; for more, all of the account are listed."""
ARTIFACT = ":artifact/"
COMPONENT = ":experiment-trial-component/"
_DOING = "look at lineage"


@dataclass(slots=True)
class Lineage:
    """What lineage knows.

    Attributes
    ----------
    edges
        ARN in lower case -> associations it is an end of.
    uris
        ARN of an artifact -> what it describes.
    made
        ARN of an artifact -> when it was made, seconds since the epoch.
    missing
        One line that says what could not be asked.
    """

    edges: dict[str, set[Edge]] = field(default_factory=dict[str, "set[Edge]"])
    uris: dict[str, str] = field(default_factory=dict[str, str])
    made: dict[str, float] = field(default_factory=dict[str, float])
    missing: str = ""

    def add(self, edge: Edge) -> None:
        """Take in an association."""
        for end in edge:
            self.edges.setdefault(end.lower(), set()).add(edge)

    def of(self, arn: str) -> tuple[Edge, ...]:
        """Return the associations of what has this ARN."""
        return tuple(sorted(self.edges.get(arn.lower(), ())))


def of_components(connection: Connection, components: Sequence[str]) -> Lineage:
    """Ask for the associations of components, and for the artifacts at their other ends, with all of theirs.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service cannot be reached; where lineage may not be asked, `Lineage.missing` says so.
    """
    found = Lineage()
    if not components:
        return found
    try:
        if len(components) > FEW:
            _all(connection, found)
        else:
            arns = [connection.component_arn(component) for component in components]
            _each(connection, found, arns)
            wanted = {end for edges in found.edges.values() for edge in edges for end in edge}
            artifacts = sorted(end for end in wanted if ARTIFACT in end)
            _each(connection, found, artifacts)
            _describe(connection, found, artifacts)
    except Exception as error:
        if judge(error).meaning not in {"denied", "refused"}:
            with explained(_DOING):
                raise
        found.missing = f"Lineage could not be asked: {judge(error).text}"
    return found


def everything(connection: Connection) -> Lineage:
    """List all associations and all artifacts of the account: a call a hundred of each."""
    found = Lineage()
    with explained(_DOING):
        _all(connection, found)
    return found


def left_alone(found: Lineage, place: Ours, going: dict[str, str]) -> list[PlannedEntity]:
    """Return the artifacts of files of ours that are associated only with components that go.

    Parameters
    ----------
    going
        ARN in lower case -> component.
    """
    entities: list[PlannedEntity] = []
    for arn, uri in sorted(found.uris.items()):
        edges = found.of(arn)
        others = [end for edge in edges for end in edge if end.lower() != arn.lower()]
        if not place.holds(uri) or not others or any(end.lower() not in going for end in others):
            continue
        of = tuple(sorted({going[end.lower()] for end in others}))
        entities.append(PlannedEntity(arn, uri, of, edges))
    return entities


def _each(connection: Connection, found: Lineage, arns: Sequence[str]) -> None:
    client = connection.single("sagemaker")
    jobs = [{member: arn} for arn in arns for member in ("SourceArn", "DestinationArn")]

    def call(asked: dict[str, str]) -> dict[str, Any]:
        with absent():
            return client.list_associations(**asked, MaxResults=100)
        return {}

    def take(asked: dict[str, str], told: dict[str, Any]) -> Iterable[dict[str, str]]:
        for one in told.get("AssociationSummaries") or ():
            found.add((one["SourceArn"], one["DestinationArn"]))
        return ({**asked, "NextToken": told["NextToken"]},) if told.get("NextToken") else ()

    given_up = Crew(call).run(jobs, take)
    if given_up:
        raise given_up[0].error


def _describe(connection: Connection, found: Lineage, artifacts: Sequence[str]) -> None:
    client = connection.single("sagemaker")

    def call(arn: str) -> dict[str, Any]:
        with absent():
            return client.describe_artifact(ArtifactArn=arn)
        return {}

    def take(arn: str, told: dict[str, Any]) -> Iterable[str]:
        if told:
            found.uris[arn] = told["Source"]["SourceUri"]
        return ()

    given_up = Crew(call).run(artifacts, take)
    if given_up:
        raise given_up[0].error


def _all(connection: Connection, found: Lineage) -> None:
    client = connection.single("sagemaker")

    def call(job: tuple[str, str | None]) -> dict[str, Any]:
        operation, token = job
        more = {"NextToken": token} if token else {}
        return getattr(client, operation)(MaxResults=100, **more)

    def take(job: tuple[str, str | None], told: dict[str, Any]) -> Iterable[tuple[str, str | None]]:
        for one in told.get("AssociationSummaries") or ():
            found.add((one["SourceArn"], one["DestinationArn"]))
        for one in told.get("ArtifactSummaries") or ():
            found.uris[one["ArtifactArn"]] = one["Source"]["SourceUri"]
            if one.get("CreationTime"):
                found.made[one["ArtifactArn"]] = one["CreationTime"].timestamp()
        return ((job[0], told["NextToken"]),) if told.get("NextToken") else ()

    jobs: list[tuple[str, str | None]] = [("list_associations", None), ("list_artifacts", None)]
    given_up = Crew(call).run(jobs, take)
    if given_up:
        raise given_up[0].error
