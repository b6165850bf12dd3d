"""How far the sender has come with a journal, told to the kernel through a small shared file.

Two slots are written in turn, each with a checksum: whoever reads finds one of them whole, also after the writer was
killed. Behind them stands a mark for each point of the group that is being delivered to AWS: made before a point is
sent and again when the answer is there, so that after a kill it is known which points have an unknown fate. Writing is
a copy into memory, no system call.
"""

from __future__ import annotations

import mmap
import os
import struct
from dataclasses import astuple, dataclass
from pathlib import Path
from zlib import crc32

from sm_track_widgets._errors import ConfigError
from sm_track_widgets._locks import lock
from sm_track_widgets.tracking.journal.segments import CURE, preallocate

_FIELDS = struct.Struct("<QQQQQQQBBBdH")
_CHECK = struct.Struct("<I")
_SLOT = 1024
_SLOTS = 2 * _SLOT
_BASE = struct.Struct("<Q")
_MARKS = _SLOTS + _BASE.size
_SIZE = 8192
MOST_MARKS = _SIZE - _MARKS
"""Points of one group that can be marked; `delivery.CHUNK` is less."""
UNSENT, SENT, ANSWERED = 0, 1, 2
"""What a mark says of a point: not sent; sent, and no answer came yet; delivered, refused or held."""
_NUMBERS = 11
"""Fields of `AckState` before the texts."""
_UPLOAD_PARTS = 3
_MAX_ERROR = _SLOT - _FIELDS.size - _CHECK.size


@dataclass(slots=True)
class AckState:
    """How far delivery is; offsets are the journal's.

    Attributes
    ----------
    sequence
        Grows with each save.
    delivered
        Every record before this offset is done: delivered, refused or held.
    points_done
        Every point before this offset is done (`delivered` waits for the other records too).
    tries
        How often delivery has ended at a service that refuses everything; who waits for a fresh try knows it by this.
    delivered_points, refused, held
        Counts: points delivered; records refused by the service; points whose answer was lost.
    closed
        The run's final status has been written.
    finished
        Everything is delivered and the journal is deleted.
    blocked
        The service refuses everything for now; `error` says why.
    heartbeat
        When the sender was last alive, seconds since the epoch.
    error
        What stands in the way, one line; empty when nothing does.
    uploading, upload_done, upload_total
        Name of the large file on its way, its bytes sent and all of them; an empty name when there is none.
    group
        The run group that a run was put into which was opened by the sender; empty where it is the one asked for.
    """

    sequence: int = 0
    delivered: int = 0
    points_done: int = 0
    tries: int = 0
    delivered_points: int = 0
    refused: int = 0
    held: int = 0
    closed: bool = False
    finished: bool = False
    blocked: bool = False
    heartbeat: float = 0.0
    error: str = ""
    uploading: str = ""
    upload_done: int = 0
    upload_total: int = 0
    group: str = ""


class AckFile:
    """The shared file of one journal; made when missing.

    Parameters
    ----------
    path
        ``<journal>.ack``.

    Raises
    ------
    ConfigError
        When it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            size = os.fstat(self._descriptor).st_size
            if size == 0:
                preallocate(self._descriptor, _SIZE)
            elif size < _SIZE:  # of a version without marks: what it says stays
                os.ftruncate(self._descriptor, _SIZE)
            self._memory = mmap.mmap(self._descriptor, _SIZE)
        except OSError as error:
            raise ConfigError(f"Cannot write {path}: {error.strerror}.", CURE) from error

    def lock(self) -> bool:
        """Become the one who delivers this journal; False when somebody else does."""
        return lock(self._descriptor) != "held"

    def load(self) -> AckState:
        """Return the newest whole state."""
        for _ in range(3):  # both slots are torn only when two saves came in between
            states = [state for start in (0, _SLOT) if (state := self._slot(start)) is not None]
            if states:
                return max(states, key=lambda state: state.sequence)
        return AckState()

    def save(self, state: AckState) -> None:
        """Write `state` as the newest."""
        state.sequence += 1
        text = _text(state)
        body = _FIELDS.pack(*astuple(state)[:_NUMBERS], len(text)) + text
        start = state.sequence % 2 * _SLOT
        self._memory[start : start + _CHECK.size + len(body)] = _CHECK.pack(crc32(body)) + body

    def marks(self, base: int, count: int) -> bytes | None:
        """Return the marks of the group of points that begins at offset `base`; None when none were made for it.

        A mark is a byte in memory: it outlives a process that is killed, and is never torn.
        """
        known = _BASE.unpack_from(self._memory, _SLOTS)[0]
        return self._memory[_MARKS : _MARKS + count] if known == base else None

    def begin_marks(self, base: int) -> None:
        """Start the marks of another group, all `UNSENT`; nothing of the group before may be on its way."""
        _BASE.pack_into(self._memory, _SLOTS, 0)
        self._memory[_MARKS:_SIZE] = bytes(MOST_MARKS)
        _BASE.pack_into(self._memory, _SLOTS, base)

    def mark(self, place: int, what: int) -> None:
        """Mark the point at `place` of the group."""
        self._memory[_MARKS + place] = what

    def close(self) -> None:
        """Unmap, and give the lock up."""
        self._memory.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _slot(self, start: int) -> AckState | None:
        raw = self._memory[start : start + _SLOT]
        fields = _FIELDS.unpack_from(raw, _CHECK.size)
        end = _CHECK.size + _FIELDS.size + fields[-1]
        if fields[0] == 0 or crc32(raw[_CHECK.size : end]) != _CHECK.unpack_from(raw)[0]:
            return None
        text = raw[_CHECK.size + _FIELDS.size : end].decode("utf-8", "replace")
        state = AckState(*fields[:_NUMBERS])
        state.error, *more = text.split("\0")
        if len(more) >= _UPLOAD_PARTS:
            state.uploading, state.upload_done, state.upload_total = more[0], int(more[1]), int(more[2])
            state.group = "".join(more[_UPLOAD_PARTS:])
        state.closed, state.finished, state.blocked = map(bool, fields[7:10])
        return state


def _text(state: AckState) -> bytes:
    """Return the error and, behind it, upload and group: as text, so that files of before these stay readable."""
    more = ""
    if state.uploading or state.group:
        name = state.uploading.replace("\0", " ")[:128]
        more = f"\0{name}\0{state.upload_done}\0{state.upload_total}"
    if state.group:
        more += f"\0{state.group}"
    tail = more.encode("utf-8", "replace")
    return state.error.replace("\0", " ").encode("utf-8", "replace")[: _MAX_ERROR - len(tail)] + tail
