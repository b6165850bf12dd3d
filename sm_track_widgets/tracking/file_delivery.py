"""Files to S3 and their registration as artifacts; lineage of the graph loggers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sm_track_widgets._types import Params
from sm_track_widgets.tracking.delivery_context import DeliveryContext
from sm_track_widgets.tracking.failures import RefusedError

ONE_PUT = 8 << 20
"""Bytes up to which a file goes in one PutObject; above, boto3 uploads it in parts."""


class FileCalls:
    """Calls of the ``file`` and ``lineage`` records of one run.

    Parameters
    ----------
    context
        The journal being delivered.
    arn
        Returns the ARN of the run's component.
    """

    def __init__(self, context: DeliveryContext, arn: Callable[[], str]) -> None:
        self._context = context
        self._arn = arn
        self._etags: dict[str, str] = {}

    def file(self, payload: Params) -> None:
        """Upload the spooled copy, register it as an artifact, then delete the copy.

        A copy that is missing was delivered before (the sender ended between that and saying so) when the object
        exists.

        Raises
        ------
        RefusedError
            The service will not take it; the copy stays.
        """
        spool, bucket, key = Path(payload["spool"]), payload["bucket"], payload["key"]
        uri = f"s3://{bucket}/{key}"
        try:
            size = spool.stat().st_size
        except FileNotFoundError:
            self._object_etag(uri)
        else:
            self._upload(spool, size, payload)
        entry = {"Value": uri}
        if payload.get("media_type"):
            entry["MediaType"] = payload["media_type"]
        side = "InputArtifacts" if payload["direction"] == "input" else "OutputArtifacts"
        self._call(
            "sagemaker",
            "update_trial_component",
            TrialComponentName=self._context.component,
            **{side: {payload["name"]: entry}},
        )
        spool.unlink(missing_ok=True)

    def lineage(self, payload: Params) -> None:
        """Create the artifact of an object that was uploaded, and associate it with the run, as the SDK does.

        Source: SDK ``experiments/_helper.py`` [S]: an output is Produced by the component, an input ContributedTo
        it. An artifact or association that exists already is taken as it is.
        """
        uri = payload["source_uri"]
        etag = payload.get("etag") or self._object_etag(uri)
        artifact = self._artifact(payload, uri, etag)
        association = payload.get("association") or "Produced"
        ends = (artifact, self._arn()) if association == "ContributedTo" else (self._arn(), artifact)
        try:
            self._call(
                "sagemaker",
                "add_association",
                SourceArn=ends[0],
                DestinationArn=ends[1],
                AssociationType=association,
            )
        except RefusedError as error:
            if "already exists" not in error.reason:
                raise

    def _artifact(self, payload: Params, uri: str, etag: str) -> str:
        source: Params = {"SourceUri": uri}
        if etag:
            source["SourceTypes"] = [{"SourceIdType": "S3ETag", "Value": etag}]
        try:
            made = self._call(
                "sagemaker",
                "create_artifact",
                ArtifactName=payload["name"],
                ArtifactType=payload["artifact_type"],
                Source=source,
            )
        except RefusedError as error:
            if "already exists" not in error.reason:
                raise
            known = self._call("sagemaker", "list_artifacts", SourceUri=uri)["ArtifactSummaries"]
            if not known:
                raise
            return known[0]["ArtifactArn"]
        return made["ArtifactArn"]

    def _upload(self, spool: Path, size: int, payload: Params) -> None:
        try:
            self._put(spool, size, payload)
        except RefusedError as error:
            if error.code != "NoSuchBucket" or payload["bucket"] != self._context.connection.bucket:
                raise
            self._make_bucket(payload["bucket"])
            self._put(spool, size, payload)

    def _put(self, spool: Path, size: int, payload: Params) -> None:
        bucket, key = payload["bucket"], payload["key"]
        extra: Params = dict(payload.get("extra_args") or {})
        if payload.get("media_type"):
            extra.setdefault("ContentType", payload["media_type"])
        client = self._context.connection.client("s3")

        def put() -> None:
            if size > ONE_PUT:
                client.upload_file(str(spool), bucket, key, ExtraArgs=extra)
                return
            with spool.open("rb") as body:
                answer = client.put_object(Bucket=bucket, Key=key, Body=body, **extra)
            self._etags[f"s3://{bucket}/{key}"] = str(answer["ETag"])

        self._context.attempt(put)

    def _make_bucket(self, bucket: str) -> None:
        """Create the default bucket, as the SDK's Session does [S]."""
        region = self._context.connection.region
        where: Params = {}
        if region != "us-east-1":
            where["CreateBucketConfiguration"] = {"LocationConstraint": region}
        self._call("s3", "create_bucket", Bucket=bucket, **where)

    def _object_etag(self, uri: str) -> str:
        if uri not in self._etags:
            bucket, _, key = uri.removeprefix("s3://").partition("/")
            self._etags[uri] = str(self._call("s3", "head_object", Bucket=bucket, Key=key)["ETag"])
        return self._etags[uri]

    def _call(self, service: str, operation: str, **parameters: Any) -> Params:
        client = self._context.connection.client(service)
        return self._context.attempt(lambda: getattr(client, operation)(**parameters))
