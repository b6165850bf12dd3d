"""A journal of bounded size: segments whose records are all delivered are deleted while the run goes on."""

from __future__ import annotations

from sm_track_widgets.tracking.delivery.history import note_passed
from sm_track_widgets.tracking.journal.format import segment_name
from sm_track_widgets.tracking.journal.reader import JournalReader

SCAN = 5000


def trim(reader: JournalReader, *, remember: bool) -> None:
    """Delete the segments before the one at which `reader` stands; everything in them must be delivered.

    The first segment stays: it carries the writer's lock, and says who made the run. So a run keeps that one (1 MiB),
    the one being delivered, and what waits.

    Parameters
    ----------
    reader
        Stands where delivery is.
    remember
        Whether to note the steps of their points first, for a later doubt (home ``"aws"``).
    """
    names = [segment_name(reader.path.name, number) for number in range(1, reader.segment)]
    gone = [path for path in map(reader.path.with_name, names) if path.exists()]
    if gone and remember:
        _remember(reader)
    for path in gone:
        path.unlink(missing_ok=True)


def _remember(reader: JournalReader) -> None:
    """Note the points between the first segment and the one at hand."""
    begin, end = reader.path.stat().st_size, reader.base
    scan, offset = JournalReader(reader.path), 0
    try:
        while offset < end:
            records, behind = scan.read(offset, SCAN)
            note_passed(reader.path, [record for record in records if begin <= record.start < end])
            if behind == offset:
                return
            offset = behind
    finally:
        scan.close()
