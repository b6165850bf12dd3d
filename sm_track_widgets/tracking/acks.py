"""How far the sender has come with a journal, told to the kernel through a small shared file.

Two slots are written in turn, each with a checksum: whoever reads finds one of them whole, also after the writer was
killed. Writing is a copy into memory, no system call.
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
from sm_track_widgets.tracking.segments import CURE, preallocate

_FIELDS = struct.Struct("<QQQQQQQBBBdH")
_CHECK = struct.Struct("<I")
_SLOT = 1024
_SIZE = 2 * _SLOT
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
    points_sent
        Points before this offset may have been sent; what lies between and was never answered has an unknown fate.
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
    """

    sequence: int = 0
    delivered: int = 0
    points_done: int = 0
    points_sent: int = 0
    delivered_points: int = 0
    refused: int = 0
    held: int = 0
    closed: bool = False
    finished: bool = False
    blocked: bool = False
    heartbeat: float = 0.0
    error: str = ""


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
            if os.fstat(self._descriptor).st_size < _SIZE:
                preallocate(self._descriptor, _SIZE)
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
        text = state.error.encode("utf-8", "replace")[:_MAX_ERROR]
        body = _FIELDS.pack(*astuple(state)[:-1], len(text)) + text
        start = state.sequence % 2 * _SLOT
        self._memory[start : start + _CHECK.size + len(body)] = _CHECK.pack(crc32(body)) + body

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
        state = AckState(*fields[:-1])
        state.error = text
        state.closed, state.finished, state.blocked = map(bool, fields[7:10])
        return state
