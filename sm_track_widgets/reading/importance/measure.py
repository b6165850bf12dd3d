"""Measuring importance on a frame of runs, and saying in words what it is worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.reading.importance import columns, forest
from sm_track_widgets.reading.importance.ranks import correlation_ratio, spearman

if TYPE_CHECKING:
    from sm_track_widgets.reading.downsample import Floats
    from sm_track_widgets.reading.importance.columns import Parameter

METHODS = ("forest", "correlation")
FEW = 20
"""Runs below which the answer is a hint only."""
WEAK = 0.3
"""Share of the variation below which the parameters explain little."""
INSTALL = '%pip install "sm-track-widgets[importance]"'


@dataclass(frozen=True, slots=True)
class ParameterImportance:
    """What is known of one parameter.

    Attributes
    ----------
    name, kind
        As `columns.Parameter` has them.
    importance, std
        Drop of the forest's R² when it is shuffled, and the spread of that; NaN without a forest.
    correlation
        Spearman's for numbers; for categories the correlation ratio, which has no sign.
    n
        Runs that have the parameter and the target.
    """

    name: str
    kind: str
    importance: float
    std: float
    correlation: float
    n: int


@dataclass(slots=True)
class Measured:
    """Importance of all parameters for one target, the most important first.

    Attributes
    ----------
    target, statistic
        What was explained.
    rows
        The parameters.
    runs, of
        How many runs have the target, of how many.
    score
        R² of the forest in runs it has not seen; None without one.
    notes
        One line each of what has to be known to read it.
    left_out
        Parameters that cannot matter, and why.
    """

    target: str
    statistic: str
    rows: list[ParameterImportance] = field(default_factory=list[ParameterImportance])
    runs: int = 0
    of: int = 0
    score: float | None = None
    notes: list[str] = field(default_factory=list[str])
    left_out: dict[str, str] = field(default_factory=dict[str, str])

    def headline(self) -> str:
        """Say what the parameters explain, and on how many runs it rests."""
        runs = f"{self.runs:,} {'run' if self.runs == 1 else 'runs'}"
        if self.score is None:
            return runs
        return f"explains {max(self.score, 0.0):.0%} of the variation".replace("%", " %") + f", {runs}"

    def frame(self) -> pd.DataFrame:
        """Return ``parameter, importance, std, correlation, n, kind``, one row per parameter."""
        return pd.DataFrame(
            {
                "parameter": [one.name for one in self.rows],
                "importance": [one.importance for one in self.rows],
                "std": [one.std for one in self.rows],
                "correlation": [one.correlation for one in self.rows],
                "n": [one.n for one in self.rows],
                "kind": [one.kind for one in self.rows],
            }
        )


def measured(
    frame: pd.DataFrame, target: str, statistic: str = "last", method: str | None = None
) -> Measured:
    """Measure which parameters move a metric.

    Parameters
    ----------
    frame
        Runs, as `columns.runs_frame` gives them.
    target, statistic
        The metric, and which of its values counts.
    method
        ``"forest"``: with a random forest; ``"correlation"``: without; None: with one if scikit-learn is there.

    Raises
    ------
    UsageError
        There is no such method or statistic, or ``"forest"`` is wanted without scikit-learn.
    NotFoundError
        There is no such metric.
    """
    if method is not None and method not in METHODS:
        raise UsageError(
            f"There is no method {method!r}.",
            did_you_mean(method, METHODS) or f"There are: {', '.join(METHODS)}.",
        )
    column = columns.target_column(frame, target, statistic)
    outcome = columns.numbers(frame[column])
    there = np.isfinite(outcome)
    kept: Any = frame
    parameters, left = columns.parameters(kept[there], without=column)
    found = Measured(target, statistic, runs=int(there.sum()), of=len(frame), left_out=left)
    _correlate(found, parameters, outcome[there])
    _grow(found, parameters, outcome[there], method)
    found.rows.sort(key=_by_importance)
    _remark(found)
    return found


def _correlate(found: Measured, parameters: list[Parameter], outcome: Floats) -> None:
    for one in parameters:
        known = one.known
        measure = spearman if one.kind == "number" else correlation_ratio
        value = measure(one.data[known], outcome[known])
        nan = float("nan")
        found.rows.append(ParameterImportance(one.name, one.kind, nan, nan, value, int(known.sum())))


def _grow(found: Measured, parameters: list[Parameter], outcome: Floats, method: str | None) -> None:
    if method == "correlation" or not parameters:
        return
    if not forest.is_installed():
        if method == "forest":
            raise UsageError("A random forest needs scikit-learn.", f"{INSTALL}, or method='correlation'.")
        found.notes.append(f"Only the rank correlation: a random forest needs scikit-learn. {INSTALL}")
        return
    if len(outcome) < forest.LEAST:
        found.notes.append(f"Only the rank correlation: a random forest needs at least {forest.LEAST} runs.")
        return
    told = forest.shuffled(parameters, outcome)
    found.score = told.score
    found.rows = [
        ParameterImportance(one.name, one.kind, float(loss), float(spread), one.correlation, one.n)
        for one, loss, spread in zip(found.rows, told.loss, told.spread, strict=True)
    ]
    if told.runs < len(outcome):
        found.notes.append(f"The forest rests on {told.runs:,} runs, taken at random.")


def _by_importance(one: ParameterImportance) -> tuple[float, float, str]:
    """Sort by importance, then by the size of the correlation; what is not known comes last."""
    return -np.nan_to_num(one.importance), -abs(np.nan_to_num(one.correlation)), one.name


def _remark(found: Measured) -> None:
    """Add what a careful reader would ask."""
    notes: list[str] = []
    if not found.rows:
        notes.append(
            "No parameter differs between these runs." if found.runs > 1 else "Two runs at least are needed."
        )
    elif found.runs < FEW:
        notes.append(f"Only {found.runs} {'run' if found.runs == 1 else 'runs'}: take it as a hint.")
    if found.score is not None and found.score < WEAK and found.rows:
        notes.append(
            f"The parameters explain little of {found.target}: what is not logged, or chance, matters more."
        )
    if found.runs < found.of:
        without = found.of - found.runs
        notes.append(f"{without:,} of {found.of:,} runs have no {found.target} and are left out.")
    found.notes = [*notes, *found.notes]
