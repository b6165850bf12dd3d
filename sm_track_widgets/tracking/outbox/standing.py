"""Where everything that was logged stands: delivered, waiting, held, refused; in this process and left by others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sm_track_widgets.tracking.delivery.acks import AckFile, AckState
from sm_track_widgets.tracking.delivery.aside import aside_files, held
from sm_track_widgets.tracking.delivery.orphans import is_left, journal_files, newer_line
from sm_track_widgets.tracking.journal.format import Identity, JournalError, JournalHeader, ack_path
from sm_track_widgets.tracking.journal.reader import JournalReader, read_header
from sm_track_widgets.tracking.outbox import outbox

if TYPE_CHECKING:
    from sm_track_widgets._types import RunRef
    from sm_track_widgets.connection import Connection

MOST_COUNTED = 200_000
"""Points that are counted in a journal; more would take a second."""
SCAN = 5000

Whose = Literal["open", "closed", "left", "elsewhere"]
"""A run open here; closed here; of a kernel that has ended; of another kernel that is running."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run of which not everything is delivered.

    Attributes
    ----------
    header
        Which run, and where it belongs.
    whose
        Who wrote it.
    points
        Points that wait; -1: more than can be counted quickly.
    why
        What stands in the way, one line; empty when nothing is known to.
    """

    header: JournalHeader
    whose: Whose
    points: int
    why: str = ""

    @property
    def run(self) -> RunRef:
        """Which run."""
        return self.header.run


@dataclass(frozen=True, slots=True)
class Aside:
    """Records of one run that were set aside.

    Attributes
    ----------
    run
        Which.
    held
        Points that the service may have or not.
    refused
        Records that it will never take.
    doubt, reason
        Why nobody knows of the first held point; why the first refused record was refused.
    path
        JSON lines with all of them, and what they said.
    """

    run: RunRef
    held: int
    refused: int
    doubt: str
    reason: str
    path: Path


def waiting_here() -> list[Waiting]:
    """List the runs of this process that are not wholly delivered, the oldest first."""
    found: list[Waiting] = []
    for box in outbox.outboxes():
        for journal in box.journals():
            told = box.progress(journal)
            if told.done and not journal.closed:
                continue
            whose = "closed" if journal.closed else "open"
            found.append(Waiting(journal.header, whose, told.waiting, told.error or ""))
    return found


def waiting_elsewhere(folder: Path) -> list[Waiting]:
    """List the runs of which other processes have left, or still write, journals under `folder`."""
    own = {box.folder for box in outbox.outboxes()}
    found: list[Waiting] = []
    for path in journal_files(folder):
        if path.parent in own:
            continue
        try:
            left, header = is_left(path), read_header(path)
            state = peek(path)
            points = points_behind(path, state) if left else 0
        except (OSError, JournalError):
            continue
        if not state.finished:
            why = state.error
            found.append(Waiting(header, "left" if left else "elsewhere", points, why))
    return found


def set_aside(folder: Path, identity: Identity | None = None) -> list[Aside]:
    """List what was set aside, run by run; `identity` as in `aside.aside_files`."""
    found: list[Aside] = []
    for path, header, lines in aside_files(folder, identity):
        doubtful = held(lines)
        refused = [line for line in lines if line not in doubtful]
        doubt, reason = (str(some[0].get("reason", "")) if some else "" for some in (doubtful, refused))
        found.append(Aside(header.run, len(doubtful), len(refused), doubt, reason, path))
    return found


def others_line(waiting: list[Waiting], connection: Connection) -> str:
    """Say in one line what waits for other places, and which command goes there; empty when nothing does."""
    here = connection.identity
    counted = Counter(w.header.identity for w in waiting if w.whose == "left" and not w.header.belongs(here))
    lines = [
        f"{count} run{'s' if count > 1 else ''} for {_place(identity)}: {_command(identity)}, then %sm_sync"
        for identity, count in counted.items()
    ]
    newer = newer_line(connection.settings.path / "journals")
    return "; ".join([*lines, newer] if newer else lines)


def peek(journal: Path) -> AckState:
    """How far the delivery of a journal is, whoever delivers it."""
    path = ack_path(journal)
    if not path.exists():
        return AckState()
    file = AckFile(path)
    try:
        return file.load()
    finally:
        file.close()


def points_behind(journal: Path, state: AckState) -> int:
    """Count the points of a journal that `state` does not know as delivered; -1: more than `MOST_COUNTED`."""
    reader, offset, count = JournalReader(journal), state.delivered, 0
    try:
        while count <= MOST_COUNTED:
            records, behind = reader.read(offset, SCAN)
            if behind == offset:
                return count
            count += sum(record.kind == "metric" and record.end > state.points_done for record in records)
            offset = behind
    finally:
        reader.close()
    return -1


def _place(identity: Identity) -> str:
    home, account, region, endpoint = identity
    if home == "embedded":
        return f"the embedded store's account {account} in {region}"
    return f"AWS account {account} in {region}" + (f" at {endpoint}" if endpoint else "")


def _command(identity: Identity) -> str:
    home, _, region, endpoint = identity
    before = f"set AWS_ENDPOINT_URL={endpoint} and " if endpoint else ""
    return f"{before}%sm_config --backend {home} --region {region}"
