"""How far a long call is, told to whoever shows it: nobody, unless the notebook's part of this package does."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol


class Bar(Protocol):
    """What shows how far one call is."""

    def show(self, done: int, total: int, note: str = "") -> None:
        """Show that so many of so many are done; `note` is one more thing to say."""
        ...

    def clear(self) -> None:
        """Show nothing more: the call has ended, one way or another."""
        ...


class Show(Protocol):
    """Is told how far a call is: `done` of `total`, and one more thing to say."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Take it."""
        ...


_makers: list[Callable[[str], Bar]] = []


def install(make: Callable[[str], Bar]) -> None:
    """Have `make` called with what is being done, at the start of each long call."""
    _makers[:] = [make]


def uninstall() -> None:
    """Show nothing from now on."""
    _makers.clear()


@contextmanager
def told(doing: str) -> Generator[Show, None, None]:
    """Give a function to be told (done, total, note); `doing` begins with a capital: ``"Reading runs"``."""
    if not _makers:
        yield _nobody
        return
    bar = _makers[-1](doing)
    try:
        yield bar.show
    finally:
        bar.clear()


def _nobody(done: int, total: int, note: str = "") -> None:
    """Show nothing."""
