"""The ``model.tar.gz`` that SageMaker's containers read, made of whatever a run has kept of its model."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.actions.registry.groups import code_of
from sm_track_widgets.reading.fetch.names import explained

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.connection import Connection

PACKED = (".tar.gz", ".tgz")
GONE = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchBucket"})
PREFIX = "sm-track/models"
_MODE = 0o644


def parts_of(address: str) -> tuple[str, str]:
    """Return bucket and key of an address such as ``s3://bucket/key``.

    Raises
    ------
    UsageError
        It is no such address.
    """
    bucket, _, key = address.removeprefix("s3://").partition("/")
    if not address.startswith("s3://") or not bucket or not key:
        raise UsageError(
            f"{address!r:.120} is no object in S3.", "For example: s3://bucket/path/model.tar.gz"
        )
    return bucket, key


def check_there(connection: Connection, address: str, what: str, cure: str) -> None:
    """Ask whether an object exists.

    Raises
    ------
    NotFoundError
        It does not; one line with `cure`.
    """
    bucket, key = parts_of(address)
    with explained(f"look for {what}"):
        try:
            connection.client("s3").head_object(Bucket=bucket, Key=key)
        except Exception as error:
            if code_of(error) in GONE:
                raise NotFoundError(
                    f"{what[0].upper()}{what[1:]} is gone: nothing is at {address}.", cure
                ) from None
            raise


def tar_gz(connection: Connection, address: str, beside: Sequence[str] = ()) -> str:
    """Return the address of a ``.tar.gz`` of a model: the model's own where it is one, else of one made of it.

    The archive is the same for the same content, and stored under its SHA-256, so that a second call stores nothing.

    Parameters
    ----------
    connection
        Where the files are.
    address
        The model's file; what is in a ``.zip`` goes into the archive, not the zip.
    beside
        Further files, such as the document that says how to load the model.
    """
    if address.lower().endswith(PACKED):
        return address
    client = connection.client("s3")
    with tempfile.TemporaryDirectory(prefix="sm-track-model-") as name, explained("pack the model"):
        folder, archive = Path(name) / "model", Path(name) / "model.tar.gz"
        folder.mkdir()
        for one in (address, *beside):
            _fetch(client, one, folder)
        digest = _write(folder, archive)
        key = f"{PREFIX}/{digest}/model.tar.gz"
        if not _is_there(client, connection.bucket, key):
            _ensure_bucket(client, connection)
            client.upload_file(str(archive), connection.bucket, key)
    return f"s3://{connection.bucket}/{key}"


def put(connection: Connection, key: str, data: bytes, kind: str) -> str:
    """Store a small document under a key that follows from its content; return its address."""
    client = connection.client("s3")
    with explained("store the model's metrics"):
        if not _is_there(client, connection.bucket, key):
            _ensure_bucket(client, connection)
            client.put_object(Bucket=connection.bucket, Key=key, Body=data, ContentType=kind)
    return f"s3://{connection.bucket}/{key}"


def _fetch(client: Any, address: str, folder: Path) -> None:
    bucket, key = parts_of(address)
    target = folder / PurePosixPath(key).name
    client.download_file(bucket, key, str(target))
    if target.suffix.lower() == ".zip" and zipfile.is_zipfile(target):
        with zipfile.ZipFile(target) as archive:
            archive.extractall(folder)  # noqa: S202 - zipfile keeps members below the folder
        target.unlink()


def _write(folder: Path, path: Path) -> str:
    """Write the archive, without times and owners; return its SHA-256."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            entry = tarfile.TarInfo(file.relative_to(folder).as_posix())
            entry.size, entry.mode = file.stat().st_size, _MODE
            with file.open("rb") as content:
                archive.addfile(entry, content)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        shutil.copyfileobj(file, _Hashing(digest), 1 << 20)
    return digest.hexdigest()


class _Hashing:
    """A file that only hashes what is written."""

    def __init__(self, digest: Any) -> None:
        self._digest = digest

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return len(data)


def _is_there(client: Any, bucket: str, key: str) -> bool:
    try:
        client.head_object(Bucket=bucket, Key=key)
    except Exception as error:
        if code_of(error) in GONE:
            return False
        raise
    return True


def _ensure_bucket(client: Any, connection: Connection) -> None:
    """Make the default bucket where a first upload needs it, as the SDK does; one that was configured is the user's."""
    if connection.settings.bucket:
        return
    try:
        client.head_bucket(Bucket=connection.bucket)
    except Exception as error:
        if code_of(error) not in GONE:
            raise
        place: dict[str, Any] = {}
        if connection.region != "us-east-1":
            place = {"CreateBucketConfiguration": {"LocationConstraint": connection.region}}
        client.create_bucket(Bucket=connection.bucket, **place)
