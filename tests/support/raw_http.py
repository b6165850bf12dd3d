"""Requests as bytes: what no well-behaved client would send."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from sm_track_widgets.serve import Server


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The error code, of JSON and of XML."""
        if self.body.startswith(b"{"):
            return str(json.loads(self.body).get("__type"))
        return self.body.partition(b"<Code>")[2].partition(b"</Code>")[0].decode()


class Raw:
    """One connection to a server; `send` bytes, `reply` for what comes back."""

    def __init__(self, server: Server) -> None:
        where = urlsplit(server.endpoint)
        self.host, self.token = where.netloc, where.path
        self.socket = socket.create_connection((where.hostname, where.port), timeout=10)
        self.source = self.socket.makefile("rb")

    def __enter__(self) -> Raw:  # noqa: PYI034 - Self is Python 3.11's
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()
        self.socket.close()

    def send(self, content: bytes) -> Raw:
        self.socket.sendall(content)
        return self

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """Send a request below the token; underscores in header names are dashes."""
        return self.send(self.request(method, path, body, **headers)).reply(head=method == "HEAD")

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
        given = {"Host": self.host, "Content-Length": str(len(body))}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [
            f"{method} {self.token}{path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in given.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body

    def target(self, operation: str, body: bytes, **headers: str) -> Reply:
        """Call an operation of the sagemaker service."""
        return self.ask("POST", "/", body, X_Amz_Target=f"SageMaker.{operation}", **headers)

    def reply(self, *, head: bool = False) -> Reply:
        line = self.source.readline()
        if not line:
            raise EOFError
        status = int(line.split()[1])
        headers = {}
        while line := self.source.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        length = 0 if head else int(headers.get("content-length", 0))
        return Reply(status, headers, self.source.read(length))
