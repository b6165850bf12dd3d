"""How a body is framed in a connection: by its length, or in chunks with trailers."""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

from sm_track_widgets.serve.http1 import HttpError

MAX_CHUNK_LINE = 4096
MAX_TRAILERS = 32


class Source(Protocol):
    """What bodies are read from: a buffered connection, or another layer of framing."""

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes, fewer at the end."""
        ...

    def read1(self, size: int, /) -> bytes:
        """Return what is there, up to `size` bytes."""
        ...

    def readline(self, size: int, /) -> bytes:
        """Return a line, cut at `size` bytes."""
        ...


class _Frame(io.RawIOBase):
    """A raw stream of `_source`: errors of the connection are the client's, not the disk's."""

    _source: Source

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill `buffer` as far as there is something; 0 at the end of the body."""
        try:
            block = self._next_block(len(buffer))
        except TimeoutError:
            raise HttpError(408, "the body was awaited too long") from None
        except OSError:
            raise HttpError(400, "the body ends early") from None
        buffer[: len(block)] = block
        return len(block)

    @abstractmethod
    def _next_block(self, size: int) -> bytes:
        """Return up to `size` bytes that follow; none at the end of the body."""


class Sized(_Frame):
    """The next `length` bytes of a connection; sends ``100 Continue`` before the first, where that was asked for."""

    def __init__(self, source: Source, length: int, go_on: Callable[[], None]) -> None:
        self._source, self._left, self._go_on = source, length, go_on

    def _next_block(self, size: int) -> bytes:
        self._go_on()
        if not self._left:
            return b""
        block = self._source.read1(min(size, self._left))
        if not block:
            raise HttpError(400, "the body ends early")
        self._left -= len(block)
        return block


class Chunked(_Frame):
    """Chunks ``SIZE[;extension] CRLF data CRLF``, then trailers: HTTP's own framing, and S3's ``aws-chunked`` in it."""

    def __init__(self, source: Source, go_on: Callable[[], None]) -> None:
        self._source, self._left, self._ended, self._go_on = source, 0, False, go_on
        self._begun = False
        self.trailers: dict[str, str] = {}

    def _next_block(self, size: int) -> bytes:
        self._go_on()
        if self._left == 0 and not self._ended:
            self._next_chunk()
        if self._ended:
            return b""
        block = self._source.read(min(size, self._left))
        if not block:
            raise HttpError(400, "the body ends early")
        self._left -= len(block)
        return block

    def _next_chunk(self) -> None:
        if self._begun and self._line():
            raise HttpError(400, "malformed chunk")
        self._begun = True
        size = self._line().partition(b";")[0].strip()
        try:
            self._left = int(size, 16)
        except ValueError:
            raise HttpError(400, "malformed chunk") from None
        if self._left < 0 or len(size) > 16:  # noqa: PLR2004 - 64 bits
            raise HttpError(400, "malformed chunk")
        if self._left == 0:
            self._ended = True
            self._read_trailers()

    def _read_trailers(self) -> None:
        for _ in range(MAX_TRAILERS):
            name, _, value = self._line().decode("latin-1").partition(":")
            if not name:
                return
            self.trailers[name.strip().lower()] = value.strip()
        raise HttpError(400, "too many trailers")

    def _line(self) -> bytes:
        line = self._source.readline(MAX_CHUNK_LINE + 1)
        if len(line) > MAX_CHUNK_LINE:
            raise HttpError(400, "malformed chunk")
        return line.rstrip(b"\r\n")
