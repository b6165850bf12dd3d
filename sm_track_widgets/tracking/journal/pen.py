"""Writing to a journal whose disk may be full: what does not fit is kept in memory and tried again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sm_track_widgets._types import Params
    from sm_track_widgets.tracking.journal.writer import JournalWriter

TRY_EVERY = 1.0  # seconds; each try asks the file system for a whole segment


class Pen:
    """Writes records of a run in order; a full disk is said once and ends nothing.

    Parameters
    ----------
    writer
        The run's journal.
    warn
        Gets one line when the disk is full, and one when that is over.
    """

    def __init__(self, writer: JournalWriter, warn: Callable[[str], None]) -> None:
        self._writer = writer
        self._warn = warn
        self._kept: list[Callable[[], None]] = []
        self._next_try = 0.0

    @property
    def kept(self) -> int:
        """Records that are in memory only."""
        return len(self._kept)

    def metric(self, name: str, value: float, step: int | None, time: float) -> None:
        """Write one point, or keep it."""
        self._do(lambda: self._writer.metric(name, value, step, time))

    def record(self, kind: str, payload: Params) -> None:
        """Write a record of another kind, or keep it."""
        self._do(lambda: self._writer.record(kind, payload))

    def flush(self) -> bool:
        """Try to write what is kept; False when something still is."""
        while self._kept:
            try:
                self._kept[0]()
            except ConfigError:
                self._next_try = time.monotonic() + TRY_EVERY
                return False
            del self._kept[0]
        return True

    def _do(self, write: Callable[[], Any]) -> None:
        if self._kept:
            self._kept.append(write)
            if time.monotonic() >= self._next_try and self.flush():
                self._warn("The journal can be written again; nothing was lost.")
            return
        try:
            write()
        except ConfigError as error:
            self._kept.append(write)
            self._next_try = time.monotonic() + TRY_EVERY
            self._warn(f"{error} What is logged meanwhile is kept in memory.")
