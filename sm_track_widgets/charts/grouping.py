"""Rows by the value of a column, and what a group of them has in common; the page's JavaScript follows the same rules.

The cases both sides must agree on are in ``tests/unit/group_cases.json``.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sm_track_widgets.charts import numbers, status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Kind = Literal["text", "status", "number", "time", "duration"]
NONE = "none"
MOST_BINS = 20
MOST_POINTS = 12
"""A column of at most so many different numbers has a group for each."""
LEAST_RATIO = 20.0
"""Numbers spread wider than this, and evenly in their logarithms, are cut evenly on a log scale."""
MOST_WHOLE = 2000
"""Whole numbers that spread less have edges between them."""
SAMPLE = 2000


def keys_of_texts(texts: Sequence[str | None], kind: Kind = "text") -> list[str]:
    """Return for each row the group it is in."""
    return [NONE if text is None else text for text in (words_of(texts) if kind == "status" else texts)]


def words_of(states: Sequence[str | None]) -> list[str | None]:
    """Return states of the service as they are shown."""
    return [None if state is None else status.word(state) for state in states]


def keys_of_numbers(values: Floats, kind: Kind = "number") -> list[str]:
    """Return for each row the group it is in: its number, or the range that it lies in."""
    say: Callable[[float], str] = {"time": numbers.moment, "duration": numbers.clock}.get(
        kind, numbers.number
    )
    finite = np.unique(values[np.isfinite(values)])
    if len(finite) <= MOST_POINTS:
        return [say(value) if math.isfinite(value) else NONE for value in values.tolist()]
    low, high = float(finite[0]), float(finite[-1])
    log = kind != "time" and low > 0 and high / low >= LEAST_RATIO and _is_log(values, low, high)
    whole = not log and high - low < MOST_WHOLE and bool((finite == np.floor(finite)).all())
    edges = _log_edges(low, high) if log else _whole_edges(low, high) if whole else _edges(low, high)
    names = [f"{say(one)} \N{EN DASH} {say(other)}" for one, other in itertools.pairwise(edges)]
    return [NONE if place < 0 else names[place] for place in _places(values, edges, log=log)]


def rows_by_key(keys: Sequence[str]) -> dict[str, list[int]]:
    """Return the rows of each group, groups in the order of their first row."""
    found: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        found.setdefault(key, []).append(row)
    return found


def common_text(texts: Sequence[str | None]) -> str:
    """Return what all have, or how many different ones there are; a missing one counts."""
    different = set(texts)
    if len(different) == 1:
        return different.pop() or ""
    return f"{numbers.count(len(different))} values"


def mean(values: Floats) -> float:
    """Return the mean of those that are there; NaN for none."""
    held = values[~np.isnan(values)]
    return float(held.mean()) if len(held) else math.nan


def latest(values: Floats) -> float:
    """Return the latest of times that are there; NaN for none."""
    held = values[~np.isnan(values)]
    return float(held.max()) if len(held) else math.nan


def _is_log(values: Floats, low: float, high: float) -> bool:
    """Whether the middle of a sample lies nearer to the middle of the logarithms than to that of the numbers."""
    sample = values[:: max(1, len(values) // SAMPLE)]
    ordered = np.sort(sample[np.isfinite(sample)])
    middle = float(ordered[len(ordered) >> 1]) if len(ordered) else low
    linear = abs((middle - low) / (high - low) - 0.5)
    return abs(math.log(middle / low) / math.log(high / low) - 0.5) < linear


def _log_edges(low: float, high: float) -> list[float]:
    ratio = math.log(high / low) / MOST_BINS
    return [*(low * math.exp(ratio * place) for place in range(MOST_BINS)), high]


def _edges(low: float, high: float) -> list[float]:
    return [*(low + (high - low) * place / MOST_BINS for place in range(MOST_BINS)), high]


def _whole_edges(low: float, high: float) -> list[float]:
    width = max(1, math.ceil((high - low + 1) / MOST_BINS))
    size = math.ceil((high - low + 1) / width)
    return [low - 0.5 + width * place for place in range(size + 1)]


def _places(values: Floats, edges: Sequence[float], *, log: bool) -> list[int]:
    """Return the bin of each value; -1 for a missing one."""
    size = len(edges) - 1
    first, last = edges[0], edges[-1]
    with np.errstate(all="ignore"):
        at: Any = (
            np.log(values / first) * (size / math.log(last / first))
            if log
            else ((values - first) * (size / ((last - first) or 1)))
        )
        bins = np.clip(np.floor(np.nan_to_num(at, nan=0.0, posinf=size, neginf=0.0)), 0, size - 1)
    return np.where(np.isnan(values), -1, bins).astype(int).tolist()
