"""Bodies of requests, read while the operation runs: by length, in chunks, and in S3's signed chunks with trailers.

Nothing here holds more than a block in memory. A body that ends early or fails its checksum raises at its end, before
the operation has kept any of it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from sm_track_widgets.embedded.faults import ServiceError
from sm_track_widgets.serve.framing import Chunked, Sized, Source
from sm_track_widgets.serve.http1 import HttpError, Request

MAX_MESSAGE = 16 << 20  # of JSON, XML or a form: 10,000 parts of an upload are 2 MB
MAX_LENGTH = 1 << 50
MAX_DRAINED = 64 << 20  # what is read and thrown away so that the connection can be used again
_BLOCK = 1 << 18
_AWS_CHUNKED = "aws-chunked"


class _Crc32:
    """CRC-32 with the interface of hashlib."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


CHECKSUMS: Mapping[str, Callable[[], Any]] = {
    "crc32": _Crc32,
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}
"""Checksums that are verified; CRC32C and CRC64NVME have no implementation in the standard library and are not."""


class Incoming:
    """The body of one request, as the operation reads it.

    Parameters
    ----------
    request
        Its head; the body is still in the connection.
    go_on
        Called before the first byte is read: sends ``100 Continue`` to a client that waits for it.

    Raises
    ------
    HttpError
        400 or 501 where the headers do not say how long the body is.
    """

    def __init__(self, request: Request, source: Source, go_on: Callable[[], None]) -> None:
        self._waits = request.headers.get("expect", "").lower() == "100-continue"
        self._send_go_on = go_on
        frame = self._frame(request, source)
        self._outer = self._reader = io.BufferedReader(frame, _BLOCK)
        self._layers: list[Chunked] = [frame] if isinstance(frame, Chunked) else []
        if _is_aws_chunked(request.headers):
            _forget_framing(request.headers)
            layer = Chunked(self._reader, lambda: None)
            self._layers.append(layer)
            self._reader = io.BufferedReader(layer, _BLOCK)
        self._headers = request.headers
        self._sums: dict[str, Any] = {}

    def verify(self) -> None:
        """Have checksums of the headers and trailers compared when the end is read."""
        named = f"{','.join(self._headers)},{self._headers.get('x-amz-trailer', '')}".lower()
        self._sums = {
            name: make() for name, make in CHECKSUMS.items() if f"x-amz-checksum-{name}" in named.split(",")
        }

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, all that is left for -1; empty at the end.

        Raises
        ------
        HttpError
            When the body ends early or is framed wrongly.
        ServiceError
            ``BadDigest`` at the end, when a checksum does not agree.
        """
        block: bytes = self._reader.read(size)
        for checksum in self._sums.values():
            checksum.update(block)
        if size < 0 or len(block) < size:
            self._compare()
        return block

    def message(self) -> bytes:
        """Return the whole body, which must be small.

        Raises
        ------
        ServiceError
            ``RequestEntityTooLarge`` (413) over 16 MiB.
        """
        blocks: list[bytes] = []
        while block := self.read(_BLOCK):
            blocks.append(block)
            if len(blocks) * _BLOCK > MAX_MESSAGE:
                raise ServiceError(
                    "RequestEntityTooLarge", f"A request has at most {MAX_MESSAGE} bytes.", 413
                )
        return b"".join(blocks)

    def drain(self) -> bool:
        """Read what is left; return whether the connection is at the next request."""
        if self._waits:
            return False  # the client may send the body or not: nobody can tell what comes next
        self._sums = {}
        left = MAX_DRAINED
        while left > 0:
            block = self._outer.read(_BLOCK)  # what is read already of an inner frame was read from here
            if not block:
                return True
            left -= len(block)
        return False

    def _compare(self) -> None:
        trailers = {name: value for layer in self._layers for name, value in layer.trailers.items()}
        for name, checksum in self._sums.items():
            header = f"x-amz-checksum-{name}"
            wanted = trailers.get(header) or self._headers.get(header)
            if wanted != base64.b64encode(checksum.digest()).decode("ascii"):
                raise ServiceError(
                    "BadDigest", f"The {name.upper()} you specified did not match the calculated checksum."
                )
        self._sums = {}

    def _go_on(self) -> None:
        if self._waits:
            self._waits = False
            self._send_go_on()

    def _frame(self, request: Request, source: Source) -> io.RawIOBase:
        coding, length = request.headers.get("transfer-encoding"), request.headers.get("content-length")
        if coding is not None:
            if coding.lower() != "chunked" or length is not None:
                raise HttpError(400 if length is not None else 501, "the transfer encoding is not understood")
            return Chunked(source, self._go_on)
        if length is None:
            return Sized(source, 0, lambda: None)
        if not (length.isascii() and length.isdigit()) or int(length[:20]) > MAX_LENGTH:
            raise HttpError(400, "malformed Content-Length")
        return Sized(source, int(length), self._go_on)


def _codings(headers: Mapping[str, str]) -> list[str]:
    return [coding.strip() for coding in headers.get("content-encoding", "").split(",") if coding.strip()]


def _forget_framing(headers: dict[str, str]) -> None:
    """Leave in Content-Encoding what belongs to the object."""
    codings = [coding for coding in _codings(headers) if coding.lower() != _AWS_CHUNKED]
    headers.pop("content-encoding", None)
    if codings:
        headers["content-encoding"] = ",".join(codings)


def _is_aws_chunked(headers: Mapping[str, str]) -> bool:
    coded = _AWS_CHUNKED in (coding.lower() for coding in _codings(headers))
    return coded or headers.get("x-amz-content-sha256", "").startswith("STREAMING-")
