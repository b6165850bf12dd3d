"""Runs to clean up, written by boto3 alone, and a look at all that an account holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from sm_track_widgets.connection import Connection

HOSTILE = "<img src=x onerror=alert(1)> \"'`{x}\u202e\u200f עברית 🚀"
RUN_TAGS = [{"Key": "sagemaker:trial-component-source", "Value": "run"}]


@dataclass(frozen=True)
class Account:
    """All that there is."""

    components: frozenset[str]
    trials: frozenset[str]
    experiments: frozenset[str]
    objects: dict[str, int]
    lineage: frozenset[str]
    associations: frozenset[tuple[str, str]]

    def gone(self, after: Account) -> dict[str, int]:
        """Count what is not there any more, under the names of `Plan.counts`."""
        lost = {uri: size for uri, size in self.objects.items() if uri not in after.objects}
        return {
            "runs": len(self.components - after.components),
            "groups": len(self.trials - after.trials),
            "experiments": len(self.experiments - after.experiments),
            "files": len(lost),
            "lineage": len(self.lineage - after.lineage),
            "bytes": sum(lost.values()),
        }


def look(place: Connection) -> Account:
    """Look at an account through boto3, on clients that no test puts faults in front of: see `before`."""
    client, s3 = place.client("sagemaker"), place.client("s3")

    def every(operation: str, member: str) -> list[dict[str, Any]]:
        return [one for page in client.get_paginator(operation).paginate() for one in page[member]]

    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket)
    edges = every("list_associations", "AssociationSummaries")
    return Account(
        frozenset(x["TrialComponentName"] for x in every("list_trial_components", "TrialComponentSummaries")),
        frozenset(x["TrialName"] for x in every("list_trials", "TrialSummaries")),
        frozenset(x["ExperimentName"] for x in every("list_experiments", "ExperimentSummaries")),
        {f"s3://{place.bucket}/{x['Key']}": x["Size"] for page in pages for x in page.get("Contents", ())},
        frozenset(x["ArtifactArn"] for x in every("list_artifacts", "ArtifactSummaries")),
        frozenset((x["SourceArn"], x["DestinationArn"]) for x in edges),
    )


def put(place: Connection, experiment: str, content: str, name: str = "a.txt") -> str:
    """Store a file as a run of ours does; return its address."""
    digest = hashlib.sha256(content.encode()).hexdigest()
    key = f"sm-track/{experiment}/{digest[:2]}/{digest}/{name}"
    place.client("s3").put_object(Bucket=place.bucket, Key=key, Body=content.encode())
    return f"s3://{place.bucket}/{key}"


def group(place: Connection, experiment: str, name: str) -> str:
    """Make an experiment and a group where they are not there."""
    client = place.client("sagemaker")
    calls = (
        lambda: client.create_experiment(ExperimentName=experiment),
        lambda: client.create_trial(ExperimentName=experiment, TrialName=name),
    )
    for call in calls:
        with suppress(client.exceptions.ClientError):  # there already
            call()
    return name


def run(
    place: Connection,
    experiment: str,
    name: str,
    *,
    groups: Iterable[str] | None = None,
    files: Iterable[str] = (),
    status: str = "Completed",
    number: float = 0.0,
    asked: str = "",
    **more: Any,
) -> str:
    """Store a run whose parameter ``n`` is `number`; return its component."""
    client, component = place.client("sagemaker"), f"{experiment}-{name}".lower()
    parameters: dict[str, Any] = {"n": {"NumberValue": number}}
    if asked:
        parameters["sm_track.name"] = {"StringValue": asked}
    client.create_trial_component(
        TrialComponentName=component,
        DisplayName=name,
        Status={"PrimaryStatus": status},
        Parameters=parameters,
        OutputArtifacts={f"file{place_}": {"Value": uri} for place_, uri in enumerate(files)},
        **{"Tags": RUN_TAGS, **more},
    )
    wanted = (f"Default-Run-Group-{experiment}",) if groups is None else groups
    for one in wanted:
        client.associate_trial_component(
            TrialComponentName=component, TrialName=group(place, experiment, one)
        )
    return component


def lineage(place: Connection, component: str, uri: str) -> str:
    """Associate an artifact that describes `uri` with a component; return its ARN."""
    client = place.client("sagemaker")
    arn = client.create_artifact(ArtifactName="x", ArtifactType="ROCCurve", Source={"SourceUri": uri})[
        "ArtifactArn"
    ]
    client.add_association(
        SourceArn=place.component_arn(component), DestinationArn=arn, AssociationType="Produced"
    )
    return arn


@contextmanager
def before(place: Connection, operation: str, do: Any, service: str = "sagemaker") -> Iterator[None]:
    """Call `do` with the parameters of each call of an operation that clean-up makes, before it is made."""

    def called(params: dict[str, Any], **_: Any) -> None:
        do(params)

    events = place.single(service).meta.events
    event = f"provide-client-params.{service}.{operation}"
    events.register(event, called)
    try:
        yield
    finally:
        events.unregister(event, called)


def refusal(code: str, message: str = "no", operation: str = "X") -> ClientError:
    """Return an error of AWS."""
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    return ClientError(answer, operation)
