"""The journal of a run: records are durable on this machine when the call returns, without a system call.

`JournalWriter` copies each record, with a checksum, into a memory-mapped file; the pages belong to the operating
system and survive the death of the process. The reader is `reader.JournalReader`.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
from pathlib import Path
from typing import Any
from zlib import crc32

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.journal.format import (
    ENDED,
    FIRST_SEGMENT,
    HEAD,
    JSON,
    LARGEST_SEGMENT,
    MAX_BODY,
    METRIC_BODY,
    METRIC_SIZE,
    METRIC_WORD,
    NAME,
    NAME_ID,
    NO_STEP,
    ROTATED,
    JournalError,
    JournalHeader,
    Record,
    aligned,
    frame,
    segment_head,
    segment_name,
)
from sm_track_widgets.tracking.journal.reader import JournalReader
from sm_track_widgets.tracking.journal.segments import Segment, create_segment

__all__ = ["JournalError", "JournalHeader", "JournalReader", "JournalWriter", "Record"]

CLOSED = "The run is closed."
_pack_body = METRIC_BODY.pack
_pack_head = HEAD.pack
_writers: weakref.WeakSet[JournalWriter] = weakref.WeakSet()


class JournalWriter:
    """Appends records of one run; safe to use from several threads.

    Parameters
    ----------
    path
        The first segment, ``<folder>/<journal>.smj``; further ones are named after it. Its lock is held until
        `close` or the end of the process.
    header
        Written into each segment.
    first_segment
        Size of the first segment in bytes; each further one is four times as large, up to 16 MiB.

    Attributes
    ----------
    path, header
        As given.
    start
        Offset of the first record.

    Raises
    ------
    ConfigError
        When the folder cannot be written or the disk is full. Later only `metric` and `record` calls that need a
        further segment can raise it; the record is then not written, and the next call tries again.
    """

    def __init__(self, path: Path, header: JournalHeader, *, first_segment: int = FIRST_SEGMENT) -> None:
        self.path = path
        self.header = header
        self._lock = threading.Lock()
        self._names: dict[str, int] = {}
        self._index, self._base, self._size = 0, 0, first_segment
        head = segment_head(header, 0, 0)
        self._segment = self._first = create_segment(path, head, first_segment, locked=True)
        self._memory = self._segment.memory
        self._position = self.start = len(head)
        self._next: tuple[Segment, int] | None = None
        self._room = first_segment - HEAD.size
        self._last_metric = self._room - METRIC_SIZE
        self._points = 0
        self._closed = ""
        _writers.add(self)

    @property
    def offset(self) -> int:
        """Global offset behind the last record."""
        with self._lock:
            return self._base + self._position

    @property
    def points(self) -> int:
        """Number of metric records written."""
        return self._points

    @property
    def closed(self) -> bool:
        """Whether nothing can be written any more."""
        return bool(self._closed)

    def metric(self, name: str, value: float, step: int | None, time: float) -> None:
        """Append one point: `time` in seconds since the epoch, `step` not negative or None.

        The hot path: a few microseconds, no system call, no wait for anybody but another writing thread.
        """
        with self._lock:
            number = self._names.get(name)
            position = self._position
            # The slot is not empty when a KeyboardInterrupt came between writing a record and counting it.
            if number is None or position > self._last_metric or self._memory[position]:
                number = self._prepare(name)
                position = self._position
            body = _pack_body(number, NO_STEP if step is None else step, time, value)
            self._memory[position : position + METRIC_SIZE] = (
                _pack_head(METRIC_WORD, crc32(body, METRIC_WORD)) + body
            )
            self._position = position + METRIC_SIZE
            self._points += 1

    def record(self, kind: str, payload: dict[str, Any]) -> None:
        """Append a record of another kind; `payload` must be what JSON can hold.

        Raises
        ------
        UsageError
            When the payload is over 16 MiB, or the journal is closed.
        """
        body = json.dumps([kind, payload], separators=(",", ":")).encode()
        if len(body) > MAX_BODY:
            raise UsageError(f"A {kind} record of {len(body):,} bytes is too large.", "Log it as a file.")
        with self._lock:
            self._append(frame(JSON, body))

    def close(self) -> None:
        """Say that nothing follows, and give the lock up; further writing raises UsageError. Twice is harmless."""
        with self._lock:
            if self._closed:
                return
            self._skip_uncounted()
            if self._memory[self._position] == ROTATED:
                self._rotate(0)
            self._memory[self._position : self._position + HEAD.size] = frame(ENDED, b"")
            self._shut(CLOSED)
            self._segment.close()
            self._first.close()

    def _prepare(self, name: str) -> int:
        """Make room for a point of `name` and return the name's number in this segment."""
        self._skip_uncounted()
        self._ensure(METRIC_SIZE)
        while name not in self._names:
            # In this order: a full segment starts a new one, whose names are none.
            number = len(self._names)
            self._append(frame(NAME, NAME_ID.pack(number) + name.encode("utf-8", "surrogatepass")))
            self._names[name] = number
            self._ensure(METRIC_SIZE)
        return self._names[name]

    def _append(self, data: bytes) -> None:
        self._skip_uncounted()
        self._ensure(len(data))
        self._memory[self._position : self._position + len(data)] = data
        self._position += len(data)

    def _ensure(self, need: int) -> None:
        """Start further segments until `need` bytes fit, and until none is left half started by an interrupt."""
        if self._closed or self._memory[self._position] == ENDED:
            raise UsageError(self._closed or CLOSED, "Open it again with: load_run(name)")
        while self._position + need > self._room or self._memory[self._position]:
            self._rotate(need)

    def _rotate(self, need: int) -> None:
        """Go on in the next segment; interrupted anywhere, the next call goes on from there."""
        if self._next is None:
            head = segment_head(self.header, self._index + 1, self._base + self._size)
            size = aligned(
                max(min(self._size * 4, LARGEST_SEGMENT), len(head) + need + 4 * METRIC_SIZE), 4096
            )
            path = self.path.with_name(segment_name(self.path.name, self._index + 1))
            self._next = (create_segment(path, head, size), len(head))
        full, (fresh, first) = self._segment, self._next
        size, names = len(fresh.memory), dict[str, int]()
        room = size - HEAD.size
        # The reader follows this mark, so the next segment stands before it.
        self._memory[self._position : self._position + HEAD.size] = frame(ROTATED, b"")
        # No call from here on: an interrupt comes before all of it or after.
        self._segment, self._memory, self._position, self._next = fresh, fresh.memory, first, None
        self._index, self._base, self._size = self._index + 1, self._base + self._size, size
        self._room, self._last_metric, self._names = room, room - METRIC_SIZE, names
        full.close(keep_lock=full is self._first)

    def _skip_uncounted(self) -> None:
        """Step over records that were written in full by calls interrupted before they could count them."""
        while not self._closed and self._memory[self._position]:
            word, _ = HEAD.unpack_from(self._memory, self._position)
            if word & 255 in {ROTATED, ENDED}:
                return
            self._points += word == METRIC_WORD
            self._position += HEAD.size + aligned(word >> 8)

    def _shut(self, why: str) -> None:
        self._closed = why
        self._last_metric = -1

    def disown(self) -> None:
        """In a forked child: the parent goes on writing this journal, the child must not, nor keep its lock."""
        self._lock = threading.Lock()
        if not self._closed:
            self._shut("The run was opened by another process.")
            self._segment.close()
            self._first.close()


def _after_fork_in_child() -> None:
    for writer in list(_writers):
        writer.disown()
    _writers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
