"""Which colour and dash pattern a run has: the same in every table and chart of a kernel.

Six colours times six dash patterns, shifted against each other, so that neighbours differ in both and 36 runs
are told apart without relying on colour.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LIGHT = ("#2f6fdb", "#d9641e", "#1d8a5b", "#c13d7c", "#7a4fd0", "#8a6d00")
"""On white."""
DARK = ("#6ea8fe", "#ff9f5a", "#6fd3a5", "#f28bb7", "#c5a3ff", "#e0c04c")
"""On near black."""
BOTH = ("#2f6fdb", "#d9641e", "#1d8a5b", "#c13d7c", "#8659d6", "#8a6d00")
"""For static pictures, which cannot know what they are shown on: 3:1 on white and on JupyterLab's dark."""
DASHES: tuple[tuple[int, ...], ...] = ((), (6, 3), (2, 2), (8, 2, 2, 2), (4, 4), (1, 3))
"""Lengths of stroke and gap in pixels; empty is a solid line."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How one run is drawn: `colour` is an index into LIGHT, DARK and BOTH, `dash` one into DASHES."""

    colour: int
    dash: int


def mark(place: int) -> Mark:
    """Return the mark of the run that came as number `place`, from 0; the 37th looks like the first."""
    turn, colour = divmod(place, len(LIGHT))
    return Mark(colour, (colour + turn) % len(DASHES))


class Palette:
    """Gives each run the next free mark the first time it is asked for, and the same one ever after.

    Runs are known by their trial component, which is unique in an account where run names are not.
    """

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._lock = threading.Lock()

    def place(self, component: str) -> int:
        """Return the run's number, in the order in which runs were first seen."""
        with self._lock:
            return self._places.setdefault(component, len(self._places))

    def mark(self, component: str) -> Mark:
        """Return how the run is drawn."""
        return mark(self.place(component))

    def known(self, component: str) -> Mark | None:
        """Return how the run is drawn if it has been drawn or listed before; None otherwise."""
        place = self._places.get(component)
        return None if place is None else mark(place)

    def marks(self, components: Iterable[str]) -> list[Mark]:
        """Return how each of several runs is drawn, in their order."""
        return [self.mark(component) for component in components]


PALETTE = Palette()
"""The one of this process: a run looks the same in every table and chart."""
