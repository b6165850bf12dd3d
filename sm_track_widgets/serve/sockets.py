"""Connections: one thread each, kept open between requests, all closed when the server stops."""

from __future__ import annotations

import io
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from sm_track_widgets.serve.bodies import Incoming
from sm_track_widgets.serve.dispatch import Dispatcher
from sm_track_widgets.serve.http1 import Answer, HttpError, Request, read_head, send

ADDRESS = "127.0.0.1"
REQUEST_SECONDS = 60.0  # that a client may keep a request or an answer waiting
GRACE_SECONDS = 5.0  # that calls may go on when the server stops
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
Log = Callable[[str], None]


class Listener(socketserver.ThreadingTCPServer):
    """Accepts connections on loopback and serves them.

    Parameters
    ----------
    port
        0 takes any that is free.
    dispatcher
        Answers requests.
    log
        Called with one line per request.

    Raises
    ------
    OSError
        When the port is taken.
    """

    daemon_threads = True  # a server that nobody stopped must not keep Python from ending
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, dispatcher: Dispatcher, log: Log | None) -> None:
        self.dispatcher = dispatcher
        self.log = log
        self._open: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        super().__init__((ADDRESS, port), _Connection)

    def enter(self, connection: socket.socket) -> None:
        """Note a connection and the thread that serves it."""
        with self._lock:
            self._open[connection] = threading.current_thread()

    def leave(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.pop(connection, None)

    def close_all(self) -> None:
        """Let calls in progress end, then close every connection and wait for its thread."""
        deadline = time.monotonic() + GRACE_SECONDS
        with self._lock:
            threads = list(self._open.values())
        self._shut(socket.SHUT_RD)  # an idle connection sees its end; a busy one can still answer
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._shut(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()

    def _shut(self, how: int) -> None:
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(how)


class _Connection(socketserver.BaseRequestHandler):
    """Serves one connection to its end."""

    def setup(self) -> None:
        self.listener = cast("Listener", self.server)
        self.connection: socket.socket = self.request
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.source = cast("io.BufferedReader", self.connection.makefile("rb", 1 << 16))
        self.listener.enter(self.connection)

    def handle(self) -> None:
        # A client that goes away, or stops reading, is no event.
        with suppress(OSError):
            while self._serve():
                pass

    def finish(self) -> None:
        self.source.close()
        self.listener.leave(self.connection)
        self.listener.dispatcher.home.close()

    def _serve(self) -> bool:
        """Serve one request; return whether another may follow."""
        self.connection.settimeout(None)
        if not self.source.peek(1):
            return False
        self.connection.settimeout(REQUEST_SECONDS)
        try:
            request = read_head(self.source)
            if request is None:
                return False
            body = Incoming(request, self.source, lambda: self.connection.sendall(_CONTINUE))
            return self._answer(request, body)
        except HttpError as error:
            text = f"{error.reason}\n".encode()
            self._send(
                Answer(error.status, {"Content-Type": "text/plain"}, text), head_only=False, keep_alive=False
            )
            return False

    def _answer(self, request: Request, body: Incoming) -> bool:
        began = time.perf_counter()
        answer = self.listener.dispatcher.answer(request, body)
        if answer is None:
            body.drain()  # or the close would be a reset
            self._note(request, None, began)
            return False
        # What the client still sends is read before the answer: it may not read while it writes.
        keep_alive = body.drain() and request.keep_alive
        try:
            self._send(answer, head_only=request.method == "HEAD", keep_alive=keep_alive)
        finally:
            if answer.stream is not None:
                answer.stream.close()
        self._note(request, answer, began)
        return keep_alive

    def _send(self, answer: Answer, *, head_only: bool, keep_alive: bool) -> None:
        send(self.connection, answer, head_only=head_only, keep_alive=keep_alive)
        if not keep_alive:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_WR)

    def _note(self, request: Request, answer: Answer | None, began: float) -> None:
        if self.listener.log is not None:
            status = "dropped" if answer is None else str(answer.status)
            what = request.operation or f"{request.method} refused"  # the path would show the token
            self.listener.log(f"{status} {what} {(time.perf_counter() - began) * 1000:.0f} ms")
