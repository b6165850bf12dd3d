"""Files of moved runs: into the bucket of the target, by their content; graphs as lineage, as the SDK writes them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets.actions.move.parcel import File
from sm_track_widgets.tracking.media import artifacts

if TYPE_CHECKING:
    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection

ONE_PUT = 8 << 20
"""Bytes up to which a file goes in one PutObject; above, boto3 uploads it in parts."""


class Objects:
    """The objects of one target.

    Parameters
    ----------
    connection
        The target.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._there: set[str] = set()

    def keep(self, file: File, experiment: str, component: str, folder: Path) -> str:
        """Have the content of a file at the target, once; return its address.

        Parameters
        ----------
        file
            Is fetched only where its content is not known to be there.
        experiment, component
            Of the run.
        folder
            For a copy on the way.
        """
        basename = artifacts.safe_basename(file.basename)
        known = file.sha256 and self._key(file, experiment, component, basename)
        if known and self._is_there(known, file):
            return self._address(known)
        path = folder / "copy"
        if file.fetch is not None:
            file.fetch(path)
        spooled = artifacts.spool_file(path, folder)
        file.sha256, file.size = spooled.sha256, spooled.size
        key = self._key(file, experiment, component, basename)
        if not self._is_there(key, file):
            self._put(spooled.path, key, file)
            with self._lock:
                self._there.add(f"{key}\n{file.media_type}")
        return self._address(key)

    def register(self, file: File, uri: str, component: str) -> None:
        """Make the graph known that an object is, as the SDK does: an artifact of its type, associated with the run.

        An artifact or association that exists already is taken as it is.
        """
        graph = file.graph
        if graph is None:
            return
        client = self._connection.single("sagemaker")
        told = client.describe_trial_component(TrialComponentName=component)
        try:
            made: Params = client.create_artifact(
                ArtifactName=graph.name or file.name, ArtifactType=graph.kind, Source={"SourceUri": uri}
            )
            artifact = made["ArtifactArn"]
        except client.exceptions.ClientError as error:
            _unless_there(error)
            artifact = client.list_artifacts(SourceUri=uri)["ArtifactSummaries"][0]["ArtifactArn"]
        ends = (artifact, told["TrialComponentArn"])
        produced = file.direction == "output"
        source, destination = reversed(ends) if produced else ends
        try:
            client.add_association(
                SourceArn=source,
                DestinationArn=destination,
                AssociationType="Produced" if produced else "ContributedTo",
            )
        except client.exceptions.ClientError as error:
            _unless_there(error)

    def _key(self, file: File, experiment: str, component: str, basename: str) -> str:
        if file.graph is not None:  # one lineage artifact per URI [M], so the run's name is part of it
            return f"{artifacts.DEFAULT_PREFIX}/{experiment}/{component}/{file.sha256}/{basename}"
        spooled = artifacts.Spooled(Path(), file.sha256, file.size, basename)
        return artifacts.object_key(None, experiment, spooled)

    def _address(self, key: str) -> str:
        return f"s3://{self._connection.bucket}/{key}"

    def _is_there(self, key: str, file: File) -> bool:
        if f"{key}\n{file.media_type}" in self._there:
            return True
        client = self._connection.client("s3")
        try:
            told = client.head_object(Bucket=self._connection.bucket, Key=key)
        except client.exceptions.ClientError:  # not there; S3 says 403 to who may not list the bucket
            return False
        same = told["ContentLength"] == file.size
        return same and (not file.media_type or told.get("ContentType") == file.media_type)

    def _put(self, path: Path, key: str, file: File) -> None:
        client, bucket = self._connection.client("s3"), self._connection.bucket
        extra = {"ContentType": file.media_type} if file.media_type else {}
        try:
            _send(client, path, bucket, key, extra)
        except Exception as error:
            if "NoSuchBucket" not in str(error):
                raise
            where: Any = {}
            if self._connection.region != "us-east-1":
                where["CreateBucketConfiguration"] = {"LocationConstraint": self._connection.region}
            client.create_bucket(Bucket=bucket, **where)
            _send(client, path, bucket, key, extra)


def _send(client: Any, path: Path, bucket: str, key: str, extra: dict[str, str]) -> None:
    if path.stat().st_size > ONE_PUT:
        client.upload_file(str(path), bucket, key, ExtraArgs=extra)
        return
    with path.open("rb") as body:
        client.put_object(Bucket=bucket, Key=key, Body=body, **extra)


def _unless_there(error: Any) -> None:
    if "already exists" not in str(error.response.get("Error", {}).get("Message", "")):
        raise error
