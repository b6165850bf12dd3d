"""Locks on open files that end with the process, also when it is killed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 40  # a byte nobody reads: Windows locks are mandatory

    def _try_lock(descriptor: int) -> None:
        import os

        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


LockState = Literal["free", "held", "unknown"]


def lock(descriptor: int) -> LockState:
    """Try to take the exclusive lock of an open file; it is held until every copy of the descriptor is closed.

    Returns
    -------
    str
        ``"free"``: it was free and is ours now; ``"held"``: another open file has it; ``"unknown"``: this file
        system has no locks.
    """
    import errno

    try:
        _try_lock(descriptor)
    except OSError as error:
        taken = {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK}
        return "held" if error.errno in taken else "unknown"
    return "free"


def lock_state(path: Path) -> LockState:
    """Whether anybody holds the lock of `path`; a missing file is free."""
    try:
        with path.open("rb+") as file:
            return lock(file.fileno())
    except FileNotFoundError:
        return "free"
