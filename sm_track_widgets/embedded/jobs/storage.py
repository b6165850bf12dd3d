"""What a job reads from and writes to S3: objects by URI, as files; always copies: no script reaches the store."""

from __future__ import annotations

import shutil
from pathlib import Path

from sm_track_widgets.embedded import object_files, objects
from sm_track_widgets.embedded.object_lists import LAST_CHARACTER
from sm_track_widgets.embedded.service import Service

SCHEME = "s3://"


def split_uri(uri: str) -> tuple[str, str]:
    """Return bucket and key of ``s3://bucket/key``; the bucket is empty for any other text."""
    if not uri.startswith(SCHEME):
        return "", uri
    bucket, _, key = uri[len(SCHEME) :].partition("/")
    return bucket, key


def joined(uri: str, *parts: str) -> str:
    """Return `uri` with `parts` behind it, one slash between each."""
    return "/".join([uri.rstrip("/"), *parts])


def found(service: Service, uri: str) -> list[tuple[str, Path]]:
    """Return key and file of every object whose key begins as `uri` says, in the order of keys; files to read only."""
    bucket, prefix = split_uri(uri)
    rows = service.store.rows(
        "SELECT key, file FROM objects WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key",
        bucket,
        prefix,
        prefix + LAST_CHARACTER,
    )
    return [(row["key"], object_files.path_of(service, row["file"])) for row in rows]


def exists(service: Service, uri: str) -> bool:
    """Whether any object's key begins as `uri` says."""
    bucket, prefix = split_uri(uri)
    sql = "SELECT 1 FROM objects WHERE bucket = ? AND key >= ? AND key < ? LIMIT 1"
    return service.store.row(sql, bucket, prefix, prefix + LAST_CHARACTER) is not None


def bucket_exists(service: Service, uri: str) -> bool:
    """Whether the bucket of `uri` is there."""
    return service.store.row("SELECT 1 FROM buckets WHERE name = ?", split_uri(uri)[0]) is not None


def read(service: Service, uri: str) -> bytes | None:
    """Return the bytes of one object, None where there is none."""
    path = objects.object_file(service, *split_uri(uri))
    return None if path is None else path.read_bytes()


def download(service: Service, uri: str, folder: Path) -> int:
    """Copy all objects under `uri` into `folder`; return how many there were.

    A key is placed by what follows the prefix, where the prefix names a folder; otherwise (``train`` for
    ``train.csv``) by what follows the prefix's last slash [inf].
    """
    prefix = split_uri(uri)[1]
    count = 0
    for key, path in found(service, uri):
        count += 1
        copy(path, folder, placed(key, prefix))
    return count


def placed(key: str, prefix: str) -> str:
    """Return where the object `key` of a channel on `prefix` goes, relative to the channel's folder."""
    if not prefix or prefix.endswith("/") or key.startswith(f"{prefix}/"):
        return key[len(prefix) :].lstrip("/")
    return key[prefix.rfind("/") + 1 :]


def copy(path: Path, folder: Path, name: str) -> None:
    """Copy one object's bytes to `name` in `folder`; a name that ends in a slash is a folder.

    Raises
    ------
    ValueError
        For a key that would leave the folder.
    """
    target = folder / name
    if ".." in Path(name).parts:
        raise ValueError(f"the key {name!r} cannot be a file name")
    if not name or name.endswith("/"):
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def upload(service: Service, path: Path, uri: str) -> None:
    """Put the content of one file at `uri`."""
    bucket, key = split_uri(uri)
    with path.open("rb") as file:
        objects.put_object(service, {"Bucket": bucket, "Key": key, "Body": file})
