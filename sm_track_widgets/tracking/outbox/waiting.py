"""Waiting for the last record of a run to be delivered, as long as that is of use."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sm_track_widgets.tracking.journal.writer import JournalWriter
    from sm_track_widgets.tracking.outbox.outbox import Outbox
    from sm_track_widgets.tracking.outbox.progress import Progress

LOOK_EVERY = 1.0
PATIENCE = 3
"""Looks in a row at which the same trouble stands in the way and nothing was delivered: then waiting ends."""


def wait_for_delivery(
    outbox: Outbox,
    writer: JournalWriter,
    timeout: float,
    on_wait: Callable[[Progress], object] | None = None,
) -> Progress | None:
    """Wait until all that stands in `writer` is done.

    Ends early where the service refuses everything or cannot be reached: the sender goes on, the cell need not.

    Parameters
    ----------
    timeout
        Longest wait, in seconds.
    on_wait
        Called about ten times a second with the progress.

    Returns
    -------
    Progress or None
        How far it is; None when all is done.
    """
    deadline = time.monotonic() + timeout
    stuck, delivered = 0, -1
    while True:
        left = deadline - time.monotonic()
        if outbox.wait(writer, max(0.0, min(LOOK_EVERY, left)), on_wait):
            return None
        told = outbox.progress(writer)
        stuck = stuck + 1 if told.error and told.delivered == delivered else 0
        delivered = told.delivered
        if left <= LOOK_EVERY or told.blocked or stuck >= PATIENCE:
            return told
