"""The bytes of S3 objects: files named by their SHA-256 under ``<folder>/objects``, so equal content is kept once.

A file is written beside, made durable and moved into place, all before its row is committed; it is deleted only when
a committed store no longer names it. A crash in between leaves a file nobody names, never a name without its file;
``object_sweep.py`` deletes it a day later.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import uuid
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from botocore.response import StreamingBody

from sm_track_widgets.embedded.service import Service
from sm_track_widgets.embedded.store_files import StoreError

BLOCK = 1 << 20  # bytes read at a time
SMALL = 1 << 18  # bytes up to which an answer is held in memory: nobody has to close it
SHELF_CHARACTERS = 2  # of a name: contents lie in 256 folders, since large ones are slow


@dataclass(frozen=True, slots=True)
class Staged:
    """Content that is written but has no name yet: its temporary file, size, MD5 and SHA-256 (hexadecimal)."""

    path: Path
    size: int
    md5: str
    sha256: str

    def keep(self, service: Service) -> str:
        """Move the content to its place; return its name for the store. Call inside the transaction that names it."""
        place = path_of(service, self.sha256)
        with _disk_told(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            self.path.replace(place)
        return self.sha256

    def discard(self) -> None:
        """Delete the temporary file, if it was not kept."""
        self.path.unlink(missing_ok=True)


def stage(service: Service, blocks: Iterable[bytes]) -> Staged:
    """Write `blocks` to a temporary file.

    Raises
    ------
    StoreError
        When the disk does not take them. What reading `blocks` raises is the caller's own.
    """
    path = incoming(service) / uuid.uuid4().hex
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    try:
        with _disk_told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("wb", buffering=0)
        with file:
            for block in blocks:
                with _disk_told(path):
                    _write(file, block)
                md5.update(block)
                sha256.update(block)
                size += len(block)
            with _disk_told(path):
                os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Staged(path, size, md5.hexdigest(), sha256.hexdigest())


def body_blocks(body: Any) -> Iterator[bytes]:
    """Yield what a ``Body`` parameter holds: bytes, text or a file from its current position."""
    if isinstance(body, str):
        body = body.encode()
    if body is None or isinstance(body, (bytes, bytearray, memoryview)):
        yield bytes(body or b"")
        return
    while block := body.read(BLOCK):
        yield block.encode() if isinstance(block, str) else block


def file_blocks(paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield the content of files, one after the other."""
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                yield block


def opened(path: Path, start: int, length: int) -> StreamingBody:
    """Return `length` bytes of a file from `start` on, as boto3 hands out a body."""
    file = path.open("rb")
    file.seek(start)
    if length <= SMALL:
        with file:
            return StreamingBody(io.BytesIO(file.read(length)), length)
    return StreamingBody(_Window(file, length), length)


def path_of(service: Service, name: str) -> Path:
    """Return where the content called `name` lies."""
    return service.folder / "objects" / name[:SHELF_CHARACTERS] / name


def release(service: Service, names: Iterable[str]) -> None:
    """Delete those contents that no object and no part names any more; call after the commit that let them go."""
    for name in set(names):
        # Under the write lock: nobody can name the content again between the question and the deletion.
        with service.store.atomic() as connection:
            used = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM objects WHERE file = ?) OR EXISTS (SELECT 1 FROM parts WHERE file = ?)",
                (name, name),
            ).fetchone()[0]
            if not used:
                path_of(service, name).unlink(missing_ok=True)


def incoming(service: Service) -> Path:
    """Return the folder of temporary files."""
    return service.folder / "objects" / "incoming"


def _write(file: io.FileIO, block: bytes) -> None:
    """Write all of `block`; without a buffer one call may take only a part."""
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]


@contextmanager
def _disk_told(path: Path) -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        cure = "make room and repeat it" if full else "make the folder writable"
        raise StoreError(f"cannot write {path}: {error.strerror}; {cure}") from error


class _Window(io.RawIOBase):
    """The next `length` bytes of an open file; closing it closes the file."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._left = length

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        block = self._file.read(wanted)
        self._left -= len(block)
        return block

    def readinto(self, buffer: Any, /) -> int:
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._file.close()
        super().close()
