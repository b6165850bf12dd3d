"""What a front end shows of a sweep: told by calls; without one a bar, where anything shows bars."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sm_track_widgets.actions.sweep.points import Outcome
    from sm_track_widgets.actions.sweep.result import SweepResult


class Watcher(Protocol):
    """What shows one sweep. Nothing it raises stops the sweep.

    Attributes
    ----------
    bar
        Whether a line with a bar is of use beside it.
    """

    bar: bool

    def began(self, result: SweepResult) -> None:
        """Show the sweep, whose run is open now."""
        ...

    def around(self, run: Any) -> AbstractContextManager[object]:
        """Return what stands around the body of a point that runs in this process."""
        ...

    def ended(self, outcome: Outcome, result: SweepResult) -> None:
        """Show that a point has ended."""
        ...

    def over(self, result: SweepResult) -> None:
        """Show the final state: the sweep's run is closed."""
        ...


class NoWatcher:
    """Shows nothing."""

    bar = True

    def began(self, result: SweepResult) -> None:
        """Show nothing."""

    def around(self, run: Any) -> AbstractContextManager[object]:
        """Leave the output where it goes."""
        del run
        return nullcontext()

    def ended(self, outcome: Outcome, result: SweepResult) -> None:
        """Show nothing."""

    def over(self, result: SweepResult) -> None:
        """Show nothing."""


_makers: list[Callable[[], Watcher | None]] = []


def install(make: Callable[[], Watcher | None]) -> None:
    """Have `make` give the watcher of each sweep; None where nobody looks."""
    _makers[:] = [make]


def uninstall() -> None:
    """Show nothing from now on."""
    _makers.clear()


def watcher() -> Watcher:
    """Return who shows the sweep that begins now."""
    made = _makers[-1]() if _makers else None
    return made or NoWatcher()
