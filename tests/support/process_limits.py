"""A child process with fewer rights or less room, to see what users of such machines see."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import struct
import traceback
from collections.abc import Callable
from typing import Any

_FORK = multiprocessing.get_context("fork")
_CAPABILITY_VERSION_3 = 0x20080522


def in_child(work: Callable[..., Any], *args: Any) -> Any:
    """Run `work` in a forked child; return what it returns, or fail with what it raised."""
    here, there = _FORK.Pipe()
    process = _FORK.Process(target=_report, args=(there, work, args))
    process.start()
    there.close()
    good, value = here.recv() if here.poll(60) else (False, "the child said nothing")
    process.join(60)
    assert good, value
    return value


def drop_rights() -> None:
    """Give up root's power over other modes of files than they say; nothing to do for other users."""
    if os.geteuid() != 0:
        return
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    assert ctypes.CDLL(None, use_errno=True).capset(header, bytes(24)) == 0, os.strerror(ctypes.get_errno())


def limit_files(size: int) -> None:
    """Let no file of this process grow beyond `size` bytes; -1 lifts the limit."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _report(pipe: Any, work: Callable[..., Any], args: tuple[Any, ...]) -> None:
    try:
        pipe.send((True, work(*args)))
    except BaseException:
        pipe.send((False, traceback.format_exc()))
