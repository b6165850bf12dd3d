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
    """

    name: str
    cells: list[Value]
    kind: Kind = "value"

    @property
    def differs(self) -> bool:
        """Whether the runs do not agree; that one of them has no value counts."""
        return len({(value is None, value) for value in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading, on one tab."""

    tab: str
    title: str
    rows: list[Row]


def merged(
    held: Sequence[Mapping[str, Value]], kind: Kind = "value", *, first: Iterable[str] = ()
) -> list[Row]:
    """Return a row for each name that any run has: `first` ones in their order, the others by name."""
    leading = list(first)
    known = {name for one in held for name in one}
    names = [*(name for name in leading if name in known), *sorted(known - set(leading))]
    return [Row(name, [one.get(name) for one in held], kind) for name in names]
