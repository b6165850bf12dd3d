"""CBOR (RFC 8949), as far as AWS's protocol ``smithy-rpc-v2-cbor`` uses it: what JSON knows, bytes and times.

CloudWatch's clients speak it. botocore has a reader of answers and a writer of requests; here are the other two.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from typing import Any

MAX_DEPTH = 64
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_INDEFINITE, _BREAK = 31, 0xFF
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG = range(7)
_TIME = 1  # the tag of seconds since the epoch


class CborError(ValueError):
    """Bytes that are not CBOR, or more of it than is taken here."""


def loads(content: bytes) -> Any:
    """Return the value; a time is its seconds since the epoch.

    Raises
    ------
    CborError
    """
    reader = _Reader(content)
    try:
        value = reader.item(0)
    except (IndexError, struct.error, UnicodeDecodeError, TypeError, OverflowError) as error:
        raise CborError(str(error)) from error
    if reader.at != len(content):
        raise CborError("something follows the value")
    return value


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def item(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise CborError("nested too deep")
        first = self.content[self.at]
        self.at += 1
        kind, detail = first >> 5, first & 31
        if kind == _TAG:
            self.number(detail)
            return self.item(depth + 1)
        if kind == _LIST:
            return [self.item(depth + 1) for _ in self.turns(detail)]
        if kind == _MAP:
            return {self.item(depth + 1): self.item(depth + 1) for _ in self.turns(detail)}
        if kind in {_BYTES, _TEXT}:
            content = self.string(detail, depth)
            return content.decode("utf-8") if kind == _TEXT else content
        if kind in {_UNSIGNED, _NEGATIVE}:
            number = self.number(detail)
            return number if kind == _UNSIGNED else -1 - number
        return self.simple(detail)

    def simple(self, detail: int) -> Any:
        if detail in _SIMPLE:
            return _SIMPLE[detail]
        if detail not in _FLOATS:
            raise CborError("an unknown simple value")
        layout = _FLOATS[detail]
        return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]

    def string(self, detail: int, depth: int) -> bytes:
        if detail != _INDEFINITE:
            return self.take(self.number(detail))
        parts = [self.item(depth + 1) for _ in self.turns(detail)]
        return b"".join(part.encode() if isinstance(part, str) else part for part in parts)

    def turns(self, detail: int) -> Iterator[None]:
        """Yield once for each element that follows."""
        if detail != _INDEFINITE:
            for _ in range(self.number(detail)):
                yield
            return
        while self.content[self.at] != _BREAK:
            yield
        self.at += 1

    def number(self, detail: int) -> int:
        if detail < 24:  # noqa: PLR2004 - smaller numbers stand in the first byte itself
            return detail
        if detail > 27:  # noqa: PLR2004 - 1, 2, 4 or 8 bytes follow
            raise CborError("a malformed length")
        return int.from_bytes(self.take(1 << (detail - 24)), "big")

    def take(self, size: int) -> bytes:
        content = self.content[self.at : self.at + size]
        if len(content) < size:
            raise CborError("the value ends early")
        self.at += size
        return content


def dumps(value: Any) -> bytes:
    """Return a value of dictionaries, lists, texts, bytes, numbers, booleans and aware times as CBOR."""
    if isinstance(value, dict):
        pairs = [dumps(name) + dumps(item) for name, item in value.items()]
        return _head(_MAP, len(pairs)) + b"".join(pairs)
    if isinstance(value, (list, tuple)):
        return _head(_LIST, len(value)) + b"".join(dumps(item) for item in value)
    if isinstance(value, datetime):
        return _head(_TAG, _TIME) + dumps(value.timestamp())
    if isinstance(value, (str, bytes)):
        content = value.encode() if isinstance(value, str) else value
        return _head(_TEXT if isinstance(value, str) else _BYTES, len(content)) + content
    return _scalar(value)


def _scalar(value: float | None) -> bytes:
    if value is None or isinstance(value, bool):
        return b"\xf6" if value is None else b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    return b"\xfb" + struct.pack(">d", value)


def _head(kind: int, number: int) -> bytes:
    if number < 24:  # noqa: PLR2004 - as in `_Reader.number`
        return bytes([kind << 5 | number])
    power = next(power for power in range(4) if number < 1 << (8 << power))
    return bytes([kind << 5 | 24 + power]) + number.to_bytes(1 << power, "big")
