"""The guard that the other tests rely on really bites."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
import socket_guard


@pytest.fixture
def own_log(tmp_path, monkeypatch):
    log = tmp_path / "attempts.log"
    monkeypatch.setenv(socket_guard.LOG_VARIABLE, str(log))
    return log


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80, 0, 0), ("example.invalid", 80)])
def test_a_connection_off_loopback_raises_and_is_written_down(own_log, address):
    family = socket.AF_INET6 if len(address) == 4 else socket.AF_INET
    with socket.socket(family) as sock, pytest.raises(socket_guard.OffLoopbackError, match="off loopback"):
        sock.connect(address)
    assert str(address[0]) in own_log.read_text()


def test_a_name_is_not_looked_up(own_log):
    with pytest.raises(socket_guard.OffLoopbackError):
        socket.create_connection(("example.invalid", 443), timeout=1)
    assert own_log.exists()


def test_child_processes_are_guarded(own_log):
    code = "import socket\ntry:\n    socket.socket().connect(('192.0.2.1', 9))\nexcept OSError:\n    pass\n"
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
    assert "192.0.2.1" in own_log.read_text()


def test_loopback_and_unix_sockets_work(own_log, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
    assert not own_log.exists()
