"""Names down, runs across: values of several runs, and whether they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Value = float | int | str | None
Kind = Literal["value", "status", "time", "duration", "text"]


@dataclass(frozen=True, slots=True)
class Row:
    """One name and its value in each run.

    Attributes
    ----------
    name, kind
        ``"value"`` is what a user gave: numbers among them have a distance; times and durations are seconds.
    cells
        In the order of the runs; None where a run has none.
    unknown
        Places of the runs of which nothing of this kind was kept: what is not known does not differ.
    """

    name: str
    cells: list[Value]
    kind: Kind = "value"
    unknown: frozenset[int] = frozenset()

    @property
    def differs(self) -> bool:
        """Whether the runs do not agree; that one of them has no value counts."""
        return self.differ(range(len(self.cells)))

    def differ(self, places: Iterable[int]) -> bool:
        """Whether some of the runs do not agree."""
        return differ([self.cells[place] for place in places if place not in self.unknown])


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading, on one tab."""

    tab: str
    title: str
    rows: list[Row]

    @property
    def unknown(self) -> frozenset[int]:
        """Places of the runs of which nothing of this kind was kept."""
        return self.rows[0].unknown if self.rows else frozenset()


def differ(values: Iterable[Value]) -> bool:
    """Whether values are not all the same; a missing one is a value like others."""
    return len({(value is None, value) for value in values}) > 1


def merged(
    held: Sequence[Mapping[str, Value]],
    kind: Kind = "value",
    *,
    first: Iterable[str] = (),
    unknown: Iterable[int] = (),
) -> list[Row]:
    """Return a row for each name that any run has: `first` ones in their order, the others by name."""
    leading = list(first)
    known = {name for one in held for name in one}
    names = [*(name for name in leading if name in known), *sorted(known - set(leading))]
    return [Row(name, [one.get(name) for one in held], kind, frozenset(unknown)) for name in names]
