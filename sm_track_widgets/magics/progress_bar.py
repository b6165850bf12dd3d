"""One line of a cell's output that says how far a long call is, written over itself and taken away at the end."""

from __future__ import annotations

import io
import shutil
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from sm_track_widgets.magics.base import quiet
from sm_track_widgets.magics.callers import in_cell

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from sm_track_widgets._progress import Bar

WIDTH = 100
AFTER = 1.0
"""Seconds that need no bar."""
EVERY = 0.1
"""Seconds between two states of the line."""


class ProgressBar:
    """One line, from a second on.

    Parameters
    ----------
    doing
        What is being done: ``"Reading runs"``.
    unit
        What is counted: ``"points"``.
    clock
        Seconds.
    """

    def __init__(self, doing: str, unit: str = "", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._doing, self._unit, self._clock = doing, unit, clock
        self._next = clock() + AFTER
        self._width = 0

    def show(self, done: int, total: int, note: str = "") -> None:
        """Write the line anew, where it is time to."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + EVERY
        parts = (f"{self._doing}: {done:,} of {max(total, done):,}", self._unit)
        text = " ".join(part for part in parts if part) + (f"; {note}" if note else "")
        self._width = self._width or min(WIDTH, shutil.get_terminal_size().columns - 1)
        print(f"\r{_fitted(text, self._width)}", end="", flush=True)  # noqa: T201 - its purpose

    def clear(self) -> None:
        """Take the line away."""
        if self._width:
            print("\r" + " " * self._width + "\r", end="", flush=True)  # noqa: T201
            self._width = 0


class NoBar:
    """Shows nothing."""

    def show(self, done: int, total: int, note: str = "") -> None:
        """Show nothing."""

    def clear(self) -> None:
        """Nothing is to be taken away."""


def maker(shell: InteractiveShell) -> Callable[[str], Bar]:
    """Return what makes the bar of one call: `NoBar` where nobody looks, or not at this cell's output."""

    def make(doing: str) -> Bar:
        return ProgressBar(doing) if seen(shell) else NoBar()

    return make


def seen(shell: InteractiveShell) -> bool:
    """Whether somebody looks at the output of the code that calls this."""
    # A widget that reads again does so in a thread, or between cells, where the output would be another cell's.
    if quiet.on or threading.current_thread() is not threading.main_thread() or not in_cell():
        return False
    if getattr(shell, "kernel", None) is None:
        return sys.stdout.isatty()
    return not isinstance(sys.stdout, io.StringIO)  # as %%capture has it


def _fitted(text: str, width: int) -> str:
    """Return `text` as so many columns of a terminal; what would move the cursor is shown as a question mark."""
    shown, used = "", 0
    for sign in text:
        columns = 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1
        if used + columns > width:
            break
        shown, used = shown + (sign if sign.isprintable() else "?"), used + columns
    return shown + " " * (width - used)
