"""Which columns plots of runs show: as named, and where nothing is named, those that tell most."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sm_track_widgets._errors import UsageError
from sm_track_widgets._names import is_system
from sm_track_widgets.reading.frames import named
from sm_track_widgets.widgets.columns import ColumnData, column_data, name_column

if TYPE_CHECKING:
    import numpy.typing as npt

MOST_AXES = 7
MOST_TEXTS = 24
"""Texts of more different values than that are no axis that anybody reads."""
LEAST_RATIO = 20
"""Numbers spread wider than this, and evenly in their logarithms, get a log axis."""
SAMPLE = 5000
_VALIDATION = re.compile(r"(?:^|[^a-z])(?:val|valid|validation|test|eval)(?:[^a-z]|$)", re.IGNORECASE)


def column_names(
    wanted: Sequence[str], frame: pd.DataFrame, argument: str, kept: Sequence[str] = ()
) -> list[str]:
    """Return the columns that are meant by their names, short forms or patterns.

    Parameters
    ----------
    wanted
        As for `reading.frames.named`.
    frame
        The runs; of none everything is taken as it is.
    argument
        What the list is called, for the error.
    kept
        Names that stay, also when the columns have gone with their runs.

    Raises
    ------
    UsageError
        For a name that no column has, and for a text in place of a list.
    """
    if isinstance(wanted, str):
        raise UsageError(f"{argument} takes a list of names.", f"Write {argument}=[{wanted!r}].")
    found: list[str] = []
    for name in wanted:
        found += [name] if name in kept or not len(frame) else named(frame, [name])
    own = name_column(frame)
    return [name for name in dict.fromkeys(found) if name != own]


def column_name(wanted: str | None, frame: pd.DataFrame, argument: str, kept: str = "") -> str:
    """Return the one column that is meant; empty for none.

    Raises
    ------
    UsageError
        For a name that no column has.
    """
    if not wanted:
        return ""
    found = column_names([wanted], frame, argument, [kept])
    if len(found) != 1:
        raise UsageError(f"{argument} takes one column.", f"{wanted!r} names {len(found)}.")
    return found[0]


class Choice:
    """What is worth showing of a frame of runs; of many runs some, drawn by lot, are looked at."""

    def __init__(self, frame: pd.DataFrame) -> None:
        if len(frame) > SAMPLE:
            drawn = np.random.default_rng(0).choice(len(frame), SAMPLE, replace=False)
            frame = frame.iloc[np.sort(drawn)]
        self._frame = frame
        self._data: dict[str, ColumnData] = {}
        own = name_column(frame)
        self._names = [str(name) for name in frame.columns if name != own]

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self._names

    def data(self, name: str) -> ColumnData:
        """Return a column of the runs that are looked at."""
        if name not in self._data:
            self._data[name] = column_data(name, self._frame[name])
        return self._data[name]

    def metric(self) -> str:
        """Return the metric that the others are seen by: of validation, where there is one; empty for none."""
        own = [
            name
            for name in self._names
            if name.startswith("metrics.")
            and name.endswith(".last")
            and not is_system(name.removeprefix("metrics."))
        ]
        found = [name for name in own if self._count(name)]
        found.sort(key=lambda name: (not self._varies(name), _VALIDATION.search(name) is None))
        if found or self._tracked():
            return found[0] if found else ""
        numbers = [name for name in self._plain() if self.data(name).numbers is not None]
        return numbers[-1] if numbers else ""

    def parallel(self) -> list[str]:
        """Return the parameters that vary, those most runs have, in their order; and the metric last."""
        metric = self.metric()
        return [*self._parameters(metric, MOST_AXES - 1), *([metric] if metric else [])]

    def scatter(self, y: str = "") -> tuple[str, str, str]:
        """Return columns for x, y and colour: the two parameters that go with the metric most closely."""
        y = y or self.metric()
        closest = sorted(
            (name for name in self._parameters(y, len(self._names)) if self.data(name).numbers is not None),
            key=lambda name: -self._closeness(name, y),
        )
        texts = [name for name in self._parameters(y, MOST_AXES) if self.data(name).numbers is None]
        others = [*closest[1:], *texts]
        x = (
            closest[0]
            if closest
            else next((name for name in ("started", "duration_s") if name in self._names), "")
        )
        return x, y, others[0] if others else ""

    def logs(self, names: Sequence[str]) -> list[str]:
        """Return those that are read better on a log axis."""
        return [name for name in names if name in self._names and self._wants_log(name)]

    def _tracked(self) -> bool:
        return any(name.startswith(("params.", "metrics.")) for name in self._names)

    def _plain(self) -> list[str]:
        return [
            name for name in self._names if self._varies(name) and self.data(name).kind in {"number", "text"}
        ]

    def _parameters(self, metric: str, most: int) -> list[str]:
        own = (
            [name for name in self._names if name.startswith("params.")] if self._tracked() else self._plain()
        )
        own = [name for name in own if name != metric and self._count(name) and self._readable(name)]
        found = [name for name in own if self._varies(name)] or own
        often = sorted(found, key=lambda name: -self._count(name))[:most]
        return [name for name in found if name in often]

    def _readable(self, name: str) -> bool:
        data = self.data(name)
        return data.numbers is not None or len(data.texts) <= MOST_TEXTS

    def _count(self, name: str) -> int:
        data = self.data(name)
        there = data.codes >= 0 if data.numbers is None else np.isfinite(data.numbers)
        return int(there.sum())

    def _varies(self, name: str) -> bool:
        data = self.data(name)
        if data.numbers is None:
            return len(data.texts) > 1
        finite = data.numbers[np.isfinite(data.numbers)]
        return bool(len(finite) and finite.min() < finite.max())

    def _closeness(self, name: str, metric: str) -> float:
        """Return how closely a column's ranks go with the metric's, 0 to 1."""
        one = self.data(name).numbers
        other = self.data(metric).numbers if metric in self._names else None
        if one is None or other is None:
            return 0.0
        ranks: Any = pd.DataFrame({"a": one, "b": other}).dropna().rank()
        if len(ranks) < 3 or ranks["a"].nunique() < 2 or ranks["b"].nunique() < 2:  # noqa: PLR2004 - no line
            return 0.0
        return abs(float(ranks["a"].corr(ranks["b"])))

    def _wants_log(self, name: str) -> bool:
        data = self.data(name)
        if data.numbers is None or data.kind == "time":
            return False
        values: npt.NDArray[np.float64] = data.numbers[np.isfinite(data.numbers)]
        if not len(values) or values.min() <= 0 or values.max() / values.min() < LEAST_RATIO:
            return False
        low, high, middle = (
            float(values.min()),
            float(values.max()),
            float(np.sort(values)[len(values) // 2]),
        )
        plain = abs((middle - low) / (high - low) - 0.5)
        return abs(math.log(middle / low) / math.log(high / low) - 0.5) < plain
