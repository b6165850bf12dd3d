"""How the kernel's side and the sender's loop speak: wake up, the kernel is gone, stop."""

from __future__ import annotations

import threading
import time

PATIENCE = 600.0
"""Seconds that delivery goes on trying after the kernel has gone."""


class Bell:
    """Thread-safe signals of one sender.

    Parameters
    ----------
    patience
        Seconds that `pause` goes on saying True after `kernel_gone`.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._event = threading.Event()
        self._stop = threading.Event()
        self._urgent = False
        self._deadline: float | None = None
        self._patience = patience

    @property
    def gone(self) -> bool:
        """Whether the kernel has ended."""
        return self._deadline is not None

    @property
    def stopping(self) -> bool:
        """Whether to end at once."""
        return self._stop.is_set() or self._late()

    def ring(self) -> None:
        """Ask for delivery now."""
        self._urgent = True
        self._event.set()

    def nudge(self) -> None:
        """Let the loop look, without hurry."""
        self._event.set()

    def kernel_gone(self) -> None:
        """Say that nothing will be written any more: deliver what is there, then end."""
        if self._deadline is None:
            self._deadline = time.monotonic() + self._patience
        self.ring()

    def stop(self) -> None:
        """End now; what is not delivered stays in the journals."""
        self._stop.set()
        self.ring()

    def wait(self, seconds: float) -> bool:
        """Wait until something happens, at most `seconds`; return whether somebody rang."""
        self._event.wait(seconds)
        self._event.clear()
        rang, self._urgent = self._urgent, False
        return rang

    def pause(self, seconds: float) -> bool:
        """Wait for the service, `seconds` or until told to stop; False when nobody should wait any longer."""
        self._stop.wait(seconds)
        return not self.stopping

    def _late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline
