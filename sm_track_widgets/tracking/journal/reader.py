"""Reading a journal, from any process, while it is being written."""

from __future__ import annotations

import json
import mmap
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

from sm_track_widgets._types import Point
from sm_track_widgets.tracking.journal.format import (
    ENDED,
    HEAD,
    METRIC,
    METRIC_BODY,
    NAME,
    NAME_ID,
    NO_STEP,
    ROTATED,
    SEGMENT_HEAD,
    JournalError,
    JournalHeader,
    Record,
    aligned,
    parse_segment_head,
    segment_name,
    segments_of,
)

_SOMETHING = re.compile(rb"[^\0]")


@dataclass(slots=True)
class _Mapped:
    """One mapped segment: frames from `start` on, offsets from `base` on, and the names met so far."""

    memory: mmap.mmap
    base: int
    start: int
    names: dict[int, str] = field(default_factory=dict[int, str])

    @property
    def size(self) -> int:
        return len(self.memory)


class JournalReader:
    """Reads records in order; an unfinished or torn tail is simply where reading stops for now.

    Parameters
    ----------
    path
        The first segment.

    Attributes
    ----------
    header
        Who wrote it, and where its records belong.
    ended
        The writer has closed the journal and all of it has been read.
    torn
        The last `read` stopped at bytes that fail their checksum: being written right now, or cut off by a crash.

    Raises
    ------
    JournalError, OSError
        When the file is no journal or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ended = False
        self.torn = False
        self._index = 0
        self._segment, self.header = self._map(0)
        self._position = self._segment.start

    def read(self, offset: int = 0, limit: int = 1000) -> tuple[list[Record], int]:
        """Return up to `limit` records from `offset` on, and the offset to go on from.

        Parameters
        ----------
        offset
            0, or an offset that an earlier `read` returned (also of another reader).
        limit
            Largest number of records.
        """
        self._seek(offset)
        records: list[Record] = []
        while len(records) < limit:
            found = self._frame()
            if found is None:
                break
            kind, body, end = found
            segment = self._segment
            start, self._position = segment.base + self._position, end
            if kind == METRIC:
                number, step, time, value = METRIC_BODY.unpack(body)
                point = Point(
                    segment.names.get(number, f"name-{number}-lost"),
                    value,
                    None if step == NO_STEP else step,
                    time,
                )
                records.append(Record("metric", point, start, segment.base + end))
            elif kind == NAME:
                self._learn(body)
            elif kind == ROTATED:
                self._enter(self._following())
            else:
                name, payload = json.loads(body)
                records.append(Record(name, payload, start, segment.base + end))
        return records, self.offset

    @property
    def offset(self) -> int:
        """Where the next `read` would go on."""
        return self._segment.base + self._position

    @property
    def segment(self) -> int:
        """Number of the segment in which the next `read` would begin."""
        return self._index

    @property
    def base(self) -> int:
        """Offset at which that segment begins."""
        return self._segment.base

    def pending(self, offset: int) -> bool:
        """Whether something is written at `offset`, be it the end mark; cheap enough to ask often."""
        self._seek(offset)
        return HEAD.unpack_from(self._segment.memory, self._position)[0] != 0

    def skip_damage(self) -> int:
        """Step over what fails its checksum, to the next whole record; return the bytes skipped.

        0 where nothing whole follows: that is a tail, still being written or cut off by a kill.
        """
        memory, before = self._segment.memory, self.offset
        position = self._position + 8
        # Zeros are what was never written; to look at each of them would take seconds.
        while (found := _SOMETHING.search(memory, position)) is not None:
            self._position = position = found.start() // 8 * 8
            if position + HEAD.size > self._segment.size:
                break
            if self._frame() is not None or self.ended:
                return self.offset - before
            position += 8
        self._position = before - self._segment.base
        following = self._following()
        if not self.path.with_name(segment_name(self.path.name, following)).exists():
            return 0
        self._enter(following)
        return self.offset - before

    def close(self) -> None:
        """Unmap the file."""
        self._segment.memory.close()

    def _frame(self) -> tuple[int, bytes, int] | None:
        """Return kind, body and end position of the frame at hand, or None where nothing more can be read."""
        segment, position = self._segment, self._position
        word, checksum = HEAD.unpack_from(segment.memory, position)
        kind, behind = word & 255, position + HEAD.size + (word >> 8)
        self.torn = False
        if word == 0:
            return None
        body = segment.memory[position + HEAD.size : behind]
        if behind > segment.size or crc32(body, word) != checksum:
            self.torn = True
            return None
        if kind == ENDED:
            self.ended = True
            return None
        return kind, body, position + HEAD.size + aligned(word >> 8)

    def _learn(self, body: bytes) -> None:
        number = NAME_ID.unpack_from(body)[0]
        self._segment.names[number] = body[NAME_ID.size :].decode("utf-8", "surrogatepass")

    def _seek(self, offset: int) -> None:
        """Go to a global offset; other than going on, it costs a walk from the start of its segment."""
        if offset == self.offset:
            return
        for index in self._numbers():
            self._enter(index)
            if self._segment.base <= offset:
                break
        while self.offset < offset:
            found = self._frame()
            if found is None and self.torn and self.skip_damage() and self._segment.base <= offset:
                continue  # as whoever came so far has stepped over it
            if found is None or found[0] == ROTATED:
                raise JournalError(f"{self.path.name} has no record at offset {offset}")
            if found[0] == NAME:
                self._learn(found[1])
            self._position = found[2]

    def _numbers(self) -> list[int]:
        """Numbers of the segments that exist, the last first."""
        first = len(self.path.name) + 1
        return [int(path.name[first:] or 0) for path in segments_of(self.path)]

    def _following(self) -> int:
        """Return the number of the segment behind this one; some between may be deleted, being delivered."""
        return min((number for number in self._numbers() if number > self._index), default=self._index + 1)

    def _enter(self, index: int) -> None:
        fresh, _ = self._map(index)
        self._segment.memory.close()
        self._index, self._segment, self._position, self.ended = index, fresh, fresh.start, False

    def _map(self, index: int) -> tuple[_Mapped, JournalHeader]:
        path = self.path.with_name(segment_name(self.path.name, index))
        with path.open("rb") as file:
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        length = SEGMENT_HEAD.unpack_from(memory)[1]
        header, base, start = parse_segment_head(memory[: SEGMENT_HEAD.size + length])
        return _Mapped(memory, base, start), header


def read_header(path: Path) -> JournalHeader:
    """Read only the header of a journal.

    Raises
    ------
    JournalError, OSError
        When the file is no journal or cannot be read.
    """
    with path.open("rb") as file:
        head: Any = file.read(1 << 16)
    return parse_segment_head(head)[0]
