"""How far a value is from the baseline's; the page has the same rules in ``js/src/lib/deltas.ts``.

The cases both sides must agree on are in ``tests/unit/delta_cases.json``.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from sm_track_widgets.charts import numbers

MINUS = "\N{MINUS SIGN}"
MOST_PLACES = 12


def delta(value: float, base: float) -> str:
    """Return the distance with its sign, ``+.0125``; empty where either is missing, ``0`` where they are equal.

    It has as many places as the values are shown with, two digits where that would be nothing.
    """
    apart = value - base
    if not math.isfinite(apart):
        return ""
    if apart == 0:
        return "0"
    sign = MINUS if apart < 0 else "+"
    return f"{sign}{_size(abs(apart), max(_places(value), _places(base)))}"


def tone(value: float, base: float, best: str) -> Literal["better", "worse", ""]:
    """Return whether a value is better than the baseline's; `best` is the good end, ``min``, ``max`` or empty."""
    if not best or value == base or not math.isfinite(value - base):
        return ""
    return "better" if (value > base) == (best == "max") else "worse"


def _size(apart: float, places: int) -> str:
    step = Decimal(1).scaleb(-min(places, MOST_PLACES))
    told = float(Decimal(apart).quantize(step, rounding=ROUND_HALF_UP))
    short = numbers.number(told if told >= 2 * 10.0**-places else float(f"{apart:.1e}"))
    return short[1:] if short.startswith("0.") else short


def _places(value: float) -> int:
    """Return the places after the point that a value is shown with."""
    mantissa, _, power = numbers.number(value).partition("e")
    return max(0, len(mantissa.partition(".")[2]) - int(power or 0))
