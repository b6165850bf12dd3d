"""Objects in S3: which are there, how large they are, and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sm_track_widgets._crew import Crew
from sm_track_widgets.actions.cleanup.calls import absent
from sm_track_widgets.reading.fetch.names import explained

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sm_track_widgets.actions.cleanup.addresses import Ours
    from sm_track_widgets.connection import Connection

FEW = 100
"""Up to so many objects are asked for one by one; for more, their experiments' folders are listed."""
AT_ONCE = 1000
"""Keys that one DeleteObjects takes [M], and one page of ListObjectsV2 tells."""
Listed = dict[str, tuple[int, float]]
"""Address -> bytes, and when it was written: seconds since the epoch."""


def sizes(connection: Connection, place: Ours, uris: Sequence[str]) -> dict[str, int]:
    """Return the bytes of those of these objects that are there."""
    if len(uris) > FEW:
        found: Listed = {}
        for folder in sorted({place.experiment(uri) for uri in uris}):
            found.update(listed(connection, place, f"{folder}/"))
        return {uri: found[uri][0] for uri in uris if uri in found}
    told: dict[str, int] = {}
    client = connection.single("s3")

    def call(uri: str) -> int | None:
        with absent():
            return int(client.head_object(Bucket=place.bucket, Key=place.key(uri))["ContentLength"])
        return None

    def take(uri: str, size: int | None) -> Iterable[str]:
        if size is not None:
            told[uri] = size
        return ()

    with explained("look at files"):
        given_up = Crew(call).run(uris, take)
        if given_up:
            raise given_up[0].error
    return told


def listed(connection: Connection, place: Ours, folder: str = "") -> Listed:
    """List the objects under our prefix, or in a folder there; none where there is no such bucket."""
    found: Listed = {}
    client = connection.single("s3")

    def call(token: str | None) -> dict[str, Any]:
        more = {"ContinuationToken": token} if token else {}
        with absent():
            return client.list_objects_v2(Bucket=place.bucket, Prefix=place.prefix + folder, **more)
        return {}

    def take(_: str | None, told: dict[str, Any]) -> Iterable[str | None]:
        for one in told.get("Contents") or ():
            written = one["LastModified"].timestamp()
            found[f"s3://{place.bucket}/{one['Key']}"] = (int(one["Size"]), written)
        return (told["NextContinuationToken"],) if told.get("NextContinuationToken") else ()

    with explained("list files"):
        given_up = Crew(call).run([None], take)
        if given_up:
            raise given_up[0].error
    return found


def delete(connection: Connection, place: Ours, uris: Sequence[str]) -> dict[str, str]:
    """Delete objects in one call; return why not, for each that is still there.

    Raises
    ------
    Exception
        As boto3 raises it.
    """
    keys = {place.key(uri): uri for uri in uris}
    told = connection.single("s3").delete_objects(
        Bucket=place.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
    )
    return {
        keys[one["Key"]]: f"{one.get('Code', '')}: {one.get('Message', '')}"
        for one in told.get("Errors") or ()
    }
