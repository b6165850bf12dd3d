"""What stands in a journal file, byte by byte.

A journal is one file or several, *segments*, each allocated in full before it is used: ``<journal>.smj``,
``<journal>.smj.1``, ... A segment starts with a fixed head (magic, length and checksum of the JSON that follows) and
that JSON; frames follow from a multiple of 64 bytes on, each on a multiple of 8::

    u32 word = length of the body << 8 | kind     u32 crc32(body, seeded with word)     body, padded with zeros

A word of 0 is "nothing written yet". All numbers are little-endian. Offsets are global: those of a segment start at
its ``base``, the summed sizes of the segments before it. Metric names are interned per segment by *name* frames, so
that a reader needs no earlier segment.
"""

from __future__ import annotations

import glob
import json
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from sm_track_widgets._types import Home, Point, RunRef

FORMAT = 1
MAGIC = b"SMTRKJ\x00\x01"
SUFFIX = ".smj"

NAME, METRIC, JSON, ROTATED, ENDED = 1, 2, 3, 4, 5
HEAD = struct.Struct("<II")
METRIC_BODY = struct.Struct("<I4xqdd")
NAME_ID = struct.Struct("<I")
SEGMENT_HEAD = struct.Struct("<8sII")
METRIC_WORD = METRIC_BODY.size << 8 | METRIC
METRIC_SIZE = HEAD.size + METRIC_BODY.size
NO_STEP = -1
MAX_BODY = (1 << 24) - 1
FIRST_SEGMENT = 1 << 20
LARGEST_SEGMENT = 1 << 24

Identity = tuple[str, str, str, str]
"""Home, account, region, endpoint: where the records of a journal may be delivered."""


class JournalError(Exception):
    """A file that is not a journal of a version this package reads."""


class NewerJournalError(JournalError):
    """A journal of a later version of this package."""


@dataclass(frozen=True, slots=True)
class JournalHeader:
    """What a journal says about itself, in each of its segments.

    Attributes
    ----------
    journal
        Identifier, 32 hexadecimal digits.
    home, account, region, endpoint
        Where the records belong; they are delivered only where all four are equal.
    run
        The run that the records belong to.
    pid, started
        Process that writes, and when it began (seconds since the epoch).
    owns
        Whether the end of that process ends the run: it is then marked Stopped.
    """

    journal: str
    home: Home
    account: str
    region: str
    endpoint: str
    run: RunRef
    pid: int
    started: float
    owns: bool = True

    @property
    def identity(self) -> Identity:
        """Home, account, region, endpoint."""
        return (self.home, self.account, self.region, self.endpoint)

    def belongs(self, identity: Identity) -> bool:
        """Whether the records may be delivered there.

        An account that could not be asked for when the run was opened, since no credentials were taken or the network
        was down, is whichever is there now: such a run is nowhere yet.
        """
        home, account, region, endpoint = self.identity
        return identity == (home, account or identity[1], region, endpoint)


class Record(NamedTuple):
    """One record: `payload` is a `Point` for kind ``"metric"``, else a dict; it takes offsets `start` to `end`."""

    kind: str
    payload: Any
    start: int
    end: int

    @property
    def point(self) -> Point:
        """The payload of a metric record."""
        return self.payload


def aligned(size: int, step: int = 8) -> int:
    """`size` rounded up to a multiple of `step`."""
    return -(-size // step) * step


def frame(kind: int, body: bytes) -> bytes:
    """One complete frame, ready to be copied into a segment."""
    word = len(body) << 8 | kind
    return HEAD.pack(word, crc32(body, word)) + body + bytes(-len(body) % 8)


def segment_head(header: JournalHeader, index: int, base: int) -> bytes:
    """Head of segment number `index`, whose offsets start at `base`, up to its first frame."""
    text = json.dumps({"format": FORMAT, "index": index, "base": base, "header": asdict(header)}).encode()
    head = SEGMENT_HEAD.pack(MAGIC, len(text), crc32(text)) + text
    return head + bytes(aligned(len(head), 64) - len(head))


def parse_segment_head(start: bytes) -> tuple[JournalHeader, int, int]:
    """Read a head -> (header, base, position of the first frame).

    Raises
    ------
    JournalError
        When `start` is not the beginning of a segment; `NewerJournalError` when it is one of a later format.
    """
    if len(start) < SEGMENT_HEAD.size:
        raise JournalError("too short for a journal")
    magic, length, checksum = SEGMENT_HEAD.unpack_from(start)
    text = start[SEGMENT_HEAD.size : SEGMENT_HEAD.size + length]
    if magic != MAGIC or crc32(text) != checksum:
        raise JournalError("not a journal")
    told = json.loads(text)
    if told["format"] > FORMAT:
        raise NewerJournalError(f"a journal of a newer version (format {told['format']})")
    fields = dict(told["header"])
    fields["run"] = RunRef(**fields["run"])
    return JournalHeader(**fields), told["base"], aligned(SEGMENT_HEAD.size + length, 64)


def segment_name(first: str, index: int) -> str:
    """File name of segment number `index` of the journal whose first segment is called `first`."""
    return first if index == 0 else f"{first}.{index}"


def ack_path(journal: Path) -> Path:
    """Path of the file that says how far the journal is delivered."""
    return journal.with_suffix(".ack")


def refused_path(journal: Path) -> Path:
    """Path of the JSON lines of what the service refused, and of what is held."""
    return journal.with_suffix(".refused")


def passed_path(journal: Path) -> Path:
    """Path of what is remembered of segments that are deleted while the run goes on; see `history.note_passed`."""
    return journal.with_suffix(".passed")


def resend_path(journal: Path) -> Path:
    """Path of the empty file that asks whoever delivers the journal to send once more what is held."""
    return journal.with_suffix(".resend")


def segments_of(journal: Path) -> list[Path]:
    """Paths of all segments that exist, the last first: the first one carries the owner's lock.

    Some may be missing: deleting was cut off, or what they held is delivered.
    """
    found = [(0, journal)] if journal.exists() else []
    for path in journal.parent.glob(f"{glob.escape(journal.name)}.*"):
        number = path.name[len(journal.name) + 1 :]
        if number.isdecimal():
            found.append((int(number), path))
    return [path for _, path in sorted(found, reverse=True)]


def remove_journal(journal: Path) -> None:
    """Delete all segments of a journal that is done; who is killed on the way leaves the first one to be found."""
    passed_path(journal).unlink(missing_ok=True)
    resend_path(journal).unlink(missing_ok=True)
    for path in segments_of(journal):
        path.unlink(missing_ok=True)
