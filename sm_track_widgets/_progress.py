"""How far a long call is, told to whoever shows it: nobody, unless the notebook's part of this package does."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol


class Bar(Protocol):
    """What shows how far one call is."""

    def show(self, done: int, total: int) -> None:
        """Show that so many of so many are done."""
        ...

    def clear(self) -> None:
        """Show nothing more: the call has ended, one way or another."""
        ...


_makers: list[Callable[[str], Bar]] = []


def install(make: Callable[[str], Bar]) -> None:
    """Have `make` called with what is being done, at the start of each long call."""
    _makers[:] = [make]


def uninstall() -> None:
    """Show nothing from now on."""
    _makers.clear()


@contextmanager
def told(doing: str) -> Generator[Callable[[int, int], None], None, None]:
    """Give a function to be told (done, total); `doing` begins with a capital: ``"Reading runs"``."""
    if not _makers:
        yield lambda _done, _total: None
        return
    bar = _makers[-1](doing)
    try:
        yield bar.show
    finally:
        bar.clear()
