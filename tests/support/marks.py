"""Acknowledged states as a sender leaves them that is killed between sending points and their answer."""

from __future__ import annotations

from collections.abc import Iterable

from sm_track_widgets.tracking.delivery.acks import SENT, AckFile
from sm_track_widgets.tracking.journal.writer import JournalReader


def leave_in_flight(ack: AckFile, journal: object, sent: Iterable[int], *, what: int = SENT) -> None:
    """Mark points of a journal by their places among its points, all of one group."""
    records, _ = JournalReader(journal).read(0, 5000)  # type: ignore[arg-type]
    points = [record for record in records if record.kind == "metric"]
    if ack.marks(points[0].start, 0) is None:
        ack.begin_marks(points[0].start)
    for place in sent:
        ack.mark(place, what)
