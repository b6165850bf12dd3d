"""Files to S3 and their registration as artifacts; lineage of the graph loggers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sm_track_widgets._failures import BlockedError, RefusedError
from sm_track_widgets._types import Params
from sm_track_widgets.tracking.delivery.context import DeliveryContext

ONE_PUT = 8 << 20
"""Bytes up to which a file goes in one PutObject; above, boto3 uploads it in parts."""
WORTH_ASKING = 64 << 10
"""Bytes from which one HeadObject is less work than sending a file again."""
TELL_EVERY = 0.25
NO_BUCKET = "s3:///"
"""How the address of an object begins whose bucket was not known when it was kept."""


class UploadMeter:
    """Tells the kernel how much of a large file has been sent; boto3 calls it from several threads.

    Parameters
    ----------
    context
        The journal being delivered.
    name, total
        The artifact's name, and the bytes to send.
    """

    def __init__(self, context: DeliveryContext, name: str, total: int) -> None:
        self._context, self._name, self._total = context, name, total
        self._lock = threading.Lock()
        self._done = 0
        self._told = 0.0

    def __enter__(self) -> UploadMeter:  # noqa: PYI034 - typing.Self is newer than Python 3.10
        self._tell(self._name, 0)
        return self

    def __exit__(self, *_: object) -> None:
        self._tell("", 0)

    def __call__(self, count: int) -> None:
        """Count bytes; fewer again when a part is sent once more."""
        with self._lock:
            self._done += count
            now = time.monotonic()
            if now - self._told >= TELL_EVERY:
                self._told = now
                self._tell(self._name, self._done)

    def _tell(self, name: str, done: int) -> None:
        state = self._context.state
        state.uploading, state.upload_total = name, self._total if name else 0
        state.upload_done = max(0, min(done, state.upload_total))
        self._context.save()


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
        self._there: set[tuple[str, str | None]] = set()
        # A sender that was killed during an upload has left this behind.
        context.state.uploading, context.state.upload_done, context.state.upload_total = "", 0, 0

    def file(self, payload: Params) -> None:
        """Upload the spooled copy, register it as an artifact, then delete the copy.

        A copy that is missing was delivered before (the sender ended between that and saying so) when the object
        exists.

        Raises
        ------
        RefusedError
            The service will not take it; the copy stays.
        """
        payload = {**payload, "bucket": payload["bucket"] or self._context.connection.bucket}
        spool, uri = Path(payload["spool"]), f"s3://{payload['bucket']}/{payload['key']}"
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
        if uri.startswith(NO_BUCKET):
            uri = f"s3://{self._context.connection.bucket}/{uri.removeprefix(NO_BUCKET)}"
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
        if self._is_there(size, payload):
            return
        try:
            self._put(spool, size, payload)
        except RefusedError as error:
            if error.code != "NoSuchBucket" or payload["bucket"] != self._context.connection.bucket:
                raise
            self._make_bucket(payload["bucket"])
            self._put(spool, size, payload)

    def _is_there(self, size: int, payload: Params) -> bool:
        """Whether the bucket holds this content under this key already, with the same media type."""
        bucket, key, digest = payload["bucket"], payload["key"], payload.get("sha256")
        uri = f"s3://{bucket}/{key}"
        if payload.get("extra_args") or not digest or digest not in key:
            return False
        if (uri, payload.get("media_type")) in self._there:
            return True
        if size < WORTH_ASKING:
            return False
        try:
            found = self._call("s3", "head_object", Bucket=bucket, Key=key)
        except (RefusedError, BlockedError):  # not there; S3 says 403 to who may not list the bucket
            return False
        if found["ContentLength"] != size or found.get("ContentType") != payload.get("media_type"):
            return False
        self._etags[uri] = str(found["ETag"])
        self._there.add((uri, payload.get("media_type")))
        return True

    def _put(self, spool: Path, size: int, payload: Params) -> None:
        bucket, key = payload["bucket"], payload["key"]
        extra: Params = dict(payload.get("extra_args") or {})
        if payload.get("media_type"):
            extra.setdefault("ContentType", payload["media_type"])
        client = self._context.connection.client("s3")

        def put() -> None:
            if size > ONE_PUT:
                with UploadMeter(self._context, payload["name"], size) as meter:
                    client.upload_file(str(spool), bucket, key, ExtraArgs=extra, Callback=meter)
                return
            with spool.open("rb") as body:
                answer = client.put_object(Bucket=bucket, Key=key, Body=body, **extra)
            self._etags[f"s3://{bucket}/{key}"] = str(answer["ETag"])

        self._context.attempt(put)
        if not payload.get("extra_args"):
            self._there.add((f"s3://{bucket}/{key}", payload.get("media_type")))

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
