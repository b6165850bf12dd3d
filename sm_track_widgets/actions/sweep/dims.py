"""What one parameter of a sweep may be: a choice of values, or a range of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from sm_track_widgets._errors import UsageError

RangeKind = Literal["int", "float", "log"]
TINY = 1e-9
"""Part of a step by which a range may miss its end through rounding."""
MANY = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values, of any type."""

    values: tuple[Any, ...]

    def size(self) -> int:
        """How many values a grid takes."""
        return len(self.values)

    def grid(self, name: str) -> tuple[Any, ...]:
        """Return the values a grid takes."""
        del name
        return self.values

    def __str__(self) -> str:
        return ",".join(str(value) for value in self.values)


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included.

    Attributes
    ----------
    kind
        ``"int"``: whole numbers; ``"float"``; ``"log"``: as likely in each power of ten.
    low, high
        Ends.
    step
        Distance of two values; for ``"log"``: how many there are in a grid. None: 1 for ``"int"``, else any number.
    """

    kind: RangeKind
    low: float
    high: float
    step: float | None = None

    def size(self) -> int | None:
        """How many values a grid takes; None where they cannot be counted."""
        if self.kind == "int":
            return int((self.high - self.low) // (self.step or 1)) + 1
        if self.step is None:
            return None
        return (
            int(self.step)
            if self.kind == "log"
            else math.floor((self.high - self.low) / self.step + TINY) + 1
        )

    def grid(self, name: str) -> tuple[float, ...]:
        """Return the values a grid takes.

        Raises
        ------
        UsageError
            Any number may be meant.
        """
        count = self.size()
        if count is None:
            more = "4" if self.kind == "log" else f"{(self.high - self.low) / 4:g}"
            raise UsageError(
                f"A grid needs single values, and {name}={self} is continuous.",
                f"For example {name}={self.kind}({self.low:g},{self.high:g},{more}), or --method random --n 20 "
                "(method='random', n=20).",
            )
        if self.kind == "int":
            return tuple(range(int(self.low), int(self.high) + 1, int(self.step or 1)))
        if self.kind == "float":
            assert self.step is not None
            return tuple(_round(self.low + place * self.step) for place in range(count))
        if count == 1:
            return (self.low,)
        ratio = math.log(self.high / self.low) / (count - 1)
        inner = (_round(self.low * math.exp(place * ratio)) for place in range(1, count - 1))
        return (self.low, *inner, self.high)

    def __str__(self) -> str:
        step = "" if self.step is None else f",{self.step:g}"
        return f"{self.kind}({self.low:g},{self.high:g}{step})"


Dim = Choice | Range


def checked_range(name: str, kind: RangeKind, low: Any, high: Any, step: Any = None) -> Range:
    """Return a range after looking whether there is such a one.

    Raises
    ------
    UsageError
        In one line.
    """
    shown = f"{name}={kind}({', '.join(str(one) for one in (low, high, step) if one is not None)})"
    for number in (low, high, step):
        good = isinstance(number, (int, float)) and not isinstance(number, bool) and math.isfinite(number)
        if number is not None and not good:
            raise UsageError(f"{shown}: {number!r} is no number.", f"For example: {name}={EXAMPLES[kind]}")
        if kind == "int" and number is not None and number != int(number):
            raise UsageError(
                f"{shown}: {number!r} is no whole number.", f"For example: {name}=float({low},{high})"
            )
    if low > high:
        raise UsageError(f"{shown} is empty: it ends before it begins.", f"Write {kind}({high}, {low}).")
    if kind == "log" and low <= 0:
        raise UsageError(f"{shown}: a log range lies above 0.", f"For example: {name}=log(1e-4, {high or 1})")
    if step is not None and (step <= 0 or (kind == "log" and (step != int(step) or step < 2))):  # noqa: PLR2004
        what = "number of values is a whole number from 2" if kind == "log" else "step is larger than 0"
        raise UsageError(f"{shown}: the {what}.", f"For example: {name}={EXAMPLES[kind]}")
    if kind == "int":
        return Range(kind, int(low), int(high), None if step is None else int(step))
    return Range(kind, float(low), float(high), None if step is None else float(step))


EXAMPLES = {
    "int": "int(3,9) or int(2,10,2)",
    "float": "float(0,1) or float(0,1,0.25)",
    "log": "log(1e-4,1e-1)",
}


def _round(value: float) -> float:
    """Return 0.3 for 0.30000000000000004: what a user would have typed."""
    return float(f"{value:.12g}")
