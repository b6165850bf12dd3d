"""Where a command looks, and how far it is, told on a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sm_track_widgets import _progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator

AFTER, EVERY = 1.0, 0.1
"""Seconds that need no bar, and seconds between two states of it."""


@contextmanager
def connected(parsed: argparse.Namespace) -> Generator[None, None, None]:
    """Choose where runs are looked for, as the options say; show how far long calls are where somebody can see it."""
    asked = {name: getattr(parsed, name) for name in ("path", "region", "profile") if getattr(parsed, name)}
    if asked or parsed.backend:
        from sm_track_widgets.connection import connect

        connect(parsed.backend, **asked)
    if sys.stderr.isatty():
        _progress.install(_Line)
    try:
        yield
    finally:
        _progress.uninstall()


class _Line:
    """One line of the terminal, written over itself."""

    def __init__(self, doing: str) -> None:
        self._doing, self._next, self._shown = doing, time.monotonic() + AFTER, False

    def show(self, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next, self._shown = now + EVERY, True
            text = f"{self._doing}: {done:,} of {max(done, total):,}" + (f"; {note}" if note else "")
            sys.stderr.write(f"\r{text[: shutil.get_terminal_size().columns - 1]}")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            sys.stderr.flush()
