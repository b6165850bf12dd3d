"""HTTP/1.1 as the server needs it: the head of a request in, an answer out. Bodies are in ``bodies.py``.

Why not ``http.server``: it reads headers through the e-mail parser, which costs as much as most operations here, and
it has no place for a body that is read while the operation runs.
"""

from __future__ import annotations

import http
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import BinaryIO

MAX_LINE = 16 * 1024  # an S3 key of 1,024 bytes is 3,072 percent-encoded; a presigned URL adds 2,000
MAX_HEAD = 64 * 1024
BLOCK = 1 << 20  # bytes of a long answer sent at a time

_METHOD = re.compile(rb"[A-Z]{1,20}")
_FIELD_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BODILESS = frozenset({204, 304})


class HttpError(Exception):
    """A request that is not HTTP as this server takes it; answered with `status`, then the connection is closed."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(slots=True)
class Request:
    """The head of one request: `path` and `query` as sent, header names in lower case; `operation` once it is known."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    keep_alive: bool
    operation: str = ""


@dataclass(slots=True)
class Answer:
    """One answer: `content` in memory, or `stream` with a Content-Length among the headers."""

    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])
    content: bytes = b""
    stream: BinaryIO | None = None


def read_head(source: BinaryIO) -> Request | None:
    """Read a request up to its body; None when the client has closed the connection.

    Raises
    ------
    HttpError
        400, 414 (request line too long), 431 (headers too large) or 505.
    """
    line = source.readline(MAX_LINE + 1)
    if line in {b"\r\n", b"\n"}:  # some clients end a body with one line break too many
        line = source.readline(MAX_LINE + 1)
    if not line:
        return None
    if len(line) > MAX_LINE:
        raise HttpError(414, "request line too long")
    words = line.rstrip(b"\r\n").split(b" ")
    if len(words) != 3 or not _METHOD.fullmatch(words[0]):  # noqa: PLR2004 - method, target, version
        raise HttpError(400, "malformed request line")
    if words[2] not in {b"HTTP/1.1", b"HTTP/1.0"}:
        raise HttpError(505, "HTTP/1.1 is spoken here")
    if not words[1].startswith(b"/") or not words[1].isascii():
        raise HttpError(400, "malformed request target")
    path, _, query = words[1].decode("ascii").partition("?")
    headers = _read_headers(source)
    asked = headers.get("connection", "").lower()
    keep_alive = asked != "close" if words[2] == b"HTTP/1.1" else asked == "keep-alive"
    return Request(words[0].decode("ascii"), path, query, headers, keep_alive)


def _read_headers(source: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    left = MAX_HEAD
    while True:
        line = source.readline(left + 1)
        left -= len(line)
        if left < 0:
            raise HttpError(431, "headers too large")
        if not line.endswith(b"\n"):
            raise HttpError(400, "the headers end early")
        line = line.rstrip(b"\r\n")
        if not line:
            return headers
        name, colon, value = line.partition(b":")
        if not colon or not _FIELD_NAME.fullmatch(name):
            raise HttpError(400, "malformed header")
        key, text = name.decode("ascii").lower(), _text(value.strip(b" \t"))
        if key in headers:
            if key in {"content-length", "host", "transfer-encoding"}:
                raise HttpError(400, f"two headers {key}")
            text = f"{headers[key]},{text}"
        headers[key] = text


def _text(value: bytes) -> str:
    """S3 takes headers for UTF-8; what is not is read as HTTP says."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def send(connection: socket.socket, answer: Answer, *, head_only: bool, keep_alive: bool) -> None:
    """Write an answer; `head_only` is for HEAD requests.

    Raises
    ------
    OSError
        When the client has gone, or the stream is shorter than its Content-Length.
    """
    headers = dict(answer.headers)
    headers["Date"] = formatdate(time.time(), usegmt=True)
    if not keep_alive:
        headers["Connection"] = "close"
    if answer.stream is None and not head_only and answer.status not in _BODILESS:
        headers["Content-Length"] = str(len(answer.content))
    lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    start = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    if head_only or answer.status in _BODILESS:
        connection.sendall(start)
    elif answer.stream is None:
        connection.sendall(start + answer.content)  # one packet: two would wait for each other
    else:
        connection.sendall(start)
        _pour(answer.stream.read, connection.sendall, int(headers["Content-Length"]))


def _pour(read: Callable[[int], bytes], write: Callable[[bytes], None], length: int) -> None:
    while length > 0:
        block = read(min(BLOCK, length))
        if not block:
            raise OSError("the content ended early")
        write(block)
        length -= len(block)


def _reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
