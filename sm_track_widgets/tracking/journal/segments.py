"""Files that are fully allocated before their memory is written: a full disk is an error here and never later."""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from pathlib import Path

from sm_track_widgets._errors import ConfigError
from sm_track_widgets._locks import lock

_ZEROS = bytes(1 << 16)
CURE = "Free some space, or choose another folder with: %sm_config --path DIR"


@dataclass(slots=True)
class Segment:
    """An open, mapped file; `descriptor` carries the owner's lock where one was asked for."""

    path: Path
    descriptor: int
    memory: mmap.mmap

    def close(self, *, keep_lock: bool = False) -> None:
        """Unmap; and give up the lock, unless it must live on."""
        self.memory.close()
        if not keep_lock and self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def create_segment(path: Path, head: bytes, size: int, *, locked: bool = False) -> Segment:
    """Make a file of `size` bytes that begins with `head`; it appears under its name complete and locked.

    Raises
    ------
    ConfigError
        When the disk is full or the folder cannot be written.
    """
    fresh = path.with_name(path.name + ".new")
    descriptor = -1
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)  # an interrupt or a kill may have left it
        descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        preallocate(descriptor, size)
        memory = mmap.mmap(descriptor, size)
        memory[: len(head)] = head
        if locked:
            lock(descriptor)
        fresh.replace(path)
    except BaseException as error:
        if descriptor >= 0:
            os.close(descriptor)
            fresh.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise ConfigError(f"Cannot write the journal in {path.parent}: {error.strerror}.", CURE) from error
    return Segment(path, descriptor, memory)


def preallocate(descriptor: int, size: int) -> None:
    """Give an empty file `size` bytes of disk, filled with zeros; raises OSError when there is no room."""
    allocate = getattr(os, "posix_fallocate", None)
    if allocate is not None:
        try:
            allocate(descriptor, 0, size)
        except OSError as error:
            import errno

            if error.errno not in {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}:
                raise
        else:
            return
    os.lseek(descriptor, 0, os.SEEK_SET)
    written = 0
    while written < size:
        written += os.write(descriptor, _ZEROS[: size - written])
