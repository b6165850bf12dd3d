"""No test, and no process a test starts, connects off loopback: the attempt raises and is written down.

``sitecustomize.py`` beside this file installs the guard in every child Python, because ``tests/conftest.py`` puts this
folder on their PYTHONPATH.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any

LOG_VARIABLE = "SOCKET_GUARD_LOG"


class OffLoopbackError(ConnectionRefusedError):
    """A connection that would leave this machine."""


def is_local(address: Any) -> bool:
    """Whether a socket address stays on this machine: a Unix path, ``localhost`` or a loopback IP."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def refuse(address: Any) -> None:
    """Write the attempt down, so that code which swallows the error is noticed too, and raise."""
    log = os.environ.get(LOG_VARIABLE)
    if log:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {address!r}\n")
    raise OffLoopbackError(f"connection off loopback: {address!r}")


def install() -> None:
    """Guard this process: ``connect``, ``connect_ex`` and names that would be asked of a name server."""
    if getattr(socket, "_guarded", False):
        return
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if not is_local(address):
            refuse(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if not is_local(address):
            refuse(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        own = {socket.gethostname(), None, "", "localhost", "0.0.0.0", "::"}
        if name not in own and not is_local((name, 0)):
            refuse((name, *rest))
        return getaddrinfo(host, *rest, **options)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign]  # the guard is the purpose
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[method-assign]  # as above
    socket.getaddrinfo = guarded_getaddrinfo
    socket._guarded = True  # type: ignore[attr-defined]  # marks the patched module
