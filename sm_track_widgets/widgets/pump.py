"""One background thread that pushes to live widgets, also while a cell runs."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sm_track_widgets._types import Clock

INTERVAL = 0.25
"""Seconds between two rounds: a widget is updated at most four times a second."""
_logger = logging.getLogger("sm_track_widgets")


class Live(Protocol):
    """A widget with something to push."""

    def tick(self, now: float) -> bool:
        """Push what is new; False when there will be nothing more."""
        ...


class Pump:
    """Calls `Live.tick` of each live widget in turn; the thread ends with the last of them.

    Parameters
    ----------
    interval
        Seconds between two rounds.
    clock
        Time handed to the widgets.
    """

    def __init__(self, interval: float = INTERVAL, clock: Clock = time.time) -> None:
        self._interval = interval
        self._clock = clock
        self._live: weakref.WeakSet[Live] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._bell = threading.Event()

    def add(self, widget: Live) -> None:
        """Take `widget` in; starts the thread when it is not running."""
        with self._lock:
            self._live.add(widget)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sm-track-pump", daemon=True)
                self._thread.start()

    def remove(self, widget: Live) -> None:
        """Forget `widget`."""
        with self._lock:
            self._live.discard(widget)

    def flush(self) -> None:
        """Push what there is, now and in this thread: what a cell leaves behind must not wait for the next round."""
        for widget in self._widgets():
            self._tick(widget)

    @property
    def running(self) -> bool:
        """Whether the thread is there."""
        return self._thread is not None

    def _widgets(self) -> list[Live]:
        with self._lock:
            return list(self._live)

    def _run(self) -> None:
        while True:
            for widget in self._widgets():
                self._tick(widget)
            with self._lock:
                if not self._live:
                    self._thread = None
                    return
            self._bell.wait(self._interval)

    def _tick(self, widget: Live) -> None:
        try:
            more = widget.tick(self._clock())
        except Exception:
            # A widget that cannot be updated must neither end the others nor reach the user's loop.
            _logger.debug("a live widget stopped", exc_info=True)
            more = False
        if not more:
            self.remove(widget)


PUMP = Pump()
"""The one of this process."""
