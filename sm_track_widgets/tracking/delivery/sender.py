"""The sender process: ``python -m sm_track_widgets.tracking.delivery.sender``, one per kernel and connection.

The first line on its standard input is its job, JSON: ``connection`` (`Connection.describe`), ``folder`` (the kernel's
journals), ``parent`` (process id). Each further byte wakes it; the end of the input means that the kernel is gone: it
delivers what is left and exits. It ignores interrupts, which are meant for the cell, and lives in a session of its
own, so that closing a terminal does not end it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets.tracking.delivery.bell import Bell
from sm_track_widgets.tracking.delivery.loop import SenderLoop

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection

_BOTH = (
    "sm_track_widgets.tracking.opening",
    "sm_track_widgets._aws",
    "s3transfer.manager",
    "boto3.s3.transfer",
    "boto3.s3.inject",
    "encodings.idna",  # by the first connection
)
NEEDED = {
    "embedded": (*_BOTH, "sm_track_widgets.embedded.metrics"),
    "aws": (*_BOTH, "sm_track_widgets._points"),
}
"""What delivery imports only when it comes to it, by home."""
ATTEMPTS = 2
"""Tries that botocore makes of a call: more are ours, since we tell the user meanwhile what is in the way."""
NICE = 5  # the loop that trains comes first where cores are few
PARENT_LOOK = 1.0  # seconds between looks at whether the parent lives


def main() -> int:
    """Run one job from standard input; return the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICE)
    line = _first_line()
    if not line:
        return 0
    job: dict[str, Any] = json.loads(line)
    bell = Bell()

    def terminate(_number: int, _frame: object) -> None:
        bell.stop()

    signal.signal(signal.SIGTERM, terminate)
    threading.Thread(target=_listen, args=(bell,), daemon=True).start()
    threading.Thread(target=_watch_parent, args=(bell, int(job["parent"])), daemon=True).start()

    from sm_track_widgets.connection import Connection

    connection = Connection.rebuild(job["connection"])
    connection.attempts = ATTEMPTS
    threading.Thread(target=load_all, args=(connection,), daemon=True).start()
    SenderLoop(connection, Path(job["folder"]), bell).run()
    return 0


def load_all(connection: Connection) -> None:
    """Import and read everything that delivery can need.

    Later the files may be others, or gone: a package is upgraded or removed under a kernel that goes on.
    """
    import importlib

    for name in NEEDED[connection.home]:
        with contextlib.suppress(ImportError):  # a version of boto3 without it
            importlib.import_module(name)
    for service in ("sagemaker", "sagemaker-metrics", "s3", "sts"):
        with contextlib.suppress(Exception):  # whoever needs the client meets the error again, and tells it
            connection.client(service)


def _first_line() -> bytes:
    """Read up to the first line break without taking anything behind it."""
    line = bytearray()
    while (byte := os.read(0, 1)) not in {b"", b"\n"}:
        line += byte
    return bytes(line)


def _listen(bell: Bell) -> None:
    while os.read(0, 4096):
        bell.ring()
    bell.kernel_gone()


def _watch_parent(bell: Bell, parent: int) -> None:
    """Notice a killed kernel whose forked children keep its end of the pipe open."""
    while sys.platform != "win32" and os.getppid() == parent:
        time.sleep(PARENT_LOOK)
    if sys.platform != "win32":
        bell.kernel_gone()


if __name__ == "__main__":
    sys.exit(main())
