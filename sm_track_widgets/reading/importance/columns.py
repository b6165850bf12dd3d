"""A frame of runs as what importance is measured on: one target, and parameters as numbers or categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from sm_track_widgets._errors import NotFoundError, UsageError, did_you_mean
from sm_track_widgets._names import is_system
from sm_track_widgets.reading import frames
from sm_track_widgets.reading.table.of_frame import table_of_frame
from sm_track_widgets.reading.table.table import STATISTICS

if TYPE_CHECKING:
    from sm_track_widgets.reading.downsample import Floats

Kind = Literal["number", "category"]
CONSTANT = "the same in every run"
NAMES = "another one in nearly every run"
MOST_STEPS = 20
"""Whole numbers one after the other, each in one run: so many can be a sweep, more are the runs' numbers."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of all runs.

    Attributes
    ----------
    name
        As it was logged.
    kind
        ``"number"``, or ``"category"``: text, or text in some runs.
    data
        The numbers, or numbers that stand for the categories; NaN is missing.
    """

    name: str
    kind: Kind
    data: Floats

    @property
    def known(self) -> Any:
        """Whether each run has it."""
        return ~np.isnan(self.data)


def runs_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return any frame of runs with the columns that `sm_track_widgets.runs` gives."""
    if "run" in frame.columns and any(str(name).startswith(frames.METRIC) for name in frame.columns):
        return frame
    return frames.to_frame(table_of_frame(frame))


def targets(frame: pd.DataFrame) -> list[str]:
    """Return the metrics that can be a target, those of the machine last; without metrics, the numeric parameters."""
    parts = [
        str(name).removeprefix(frames.METRIC).rpartition(".") for name in frame.columns if _is_metric(name)
    ]
    names = list(dict.fromkeys(metric for metric, _, statistic in parts if statistic in STATISTICS))
    if names:
        return sorted(names, key=is_system)
    return [
        str(name).removeprefix(frames.PARAMETER)
        for name in frame.columns
        if str(name).startswith(frames.PARAMETER) and _is_numeric(frame[name])
    ]


def target_column(frame: pd.DataFrame, target: str, statistic: str) -> str:
    """Return the column that holds a statistic of a metric, or a parameter that is meant instead.

    Raises
    ------
    UsageError
        There is no such statistic.
    NotFoundError
        There is no such metric.
    """
    if statistic not in STATISTICS:
        hint = did_you_mean(statistic, STATISTICS) or f"There are: {', '.join(STATISTICS)}."
        raise UsageError(f"There is no statistic {statistic!r}.", hint)
    known = [str(name) for name in frame.columns]
    for name in (f"{frames.METRIC}{target}.{statistic}", f"{frames.PARAMETER}{target}"):
        if name in known and _is_numeric(frame[name]):
            return name
    names = targets(frame)
    raise NotFoundError(f"No run has a metric {target!r}.", did_you_mean(target, names) or _listed(names))


def parameters(frame: pd.DataFrame, without: str = "") -> tuple[list[Parameter], dict[str, str]]:
    """Return the parameters that can matter, and why each of the others was left out."""
    found: list[Parameter] = []
    left: dict[str, str] = {}
    for name in map(str, frame.columns):
        if not name.startswith(frames.PARAMETER) or name == without:
            continue
        one = _parameter(name.removeprefix(frames.PARAMETER), frame[name])
        reason = _useless(one)
        if reason:
            left[one.name] = reason
        else:
            found.append(one)
    return found, left


def numbers(column: Any) -> Floats:
    """Return a column as numbers; what is infinite is missing."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _parameter(name: str, column: Any) -> Parameter:
    if _is_numeric(column):
        return Parameter(name, "number", numbers(column))
    missing = column.isna().to_numpy(dtype=bool)
    texts = column.astype(object).map(str).to_numpy(dtype=object)
    codes, _ = pd.factorize(pd.Series(texts).mask(pd.Series(missing)), sort=True)
    return Parameter(name, "category", np.where(codes < 0, np.nan, codes.astype(np.float64)))


def _useless(one: Parameter) -> str:
    """Say why a parameter tells nothing; empty for one that can."""
    known = one.data[one.known]
    distinct = np.unique(known)
    if len(distinct) + (len(known) < len(one.data)) < 2:  # noqa: PLR2004 - two things differ
        return CONSTANT
    if one.kind == "category":
        return NAMES if len(distinct) * 2 > len(one.data) and len(distinct) > 2 else ""  # noqa: PLR2004
    whole = bool(np.all(distinct == np.floor(distinct)))
    counted = len(distinct) == len(known) and distinct[-1] - distinct[0] == len(known) - 1
    return NAMES if whole and counted and len(known) > MOST_STEPS else ""


def _is_metric(name: object) -> bool:
    return str(name).startswith(frames.METRIC)


def _is_numeric(column: Any) -> bool:
    return bool(
        pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype)
    )


def _listed(names: list[str]) -> str:
    if not names:
        return "Log one with run.log_metric."
    return f"There {'is' if len(names) == 1 else 'are'}: {', '.join(names[:8])}{', …' if len(names) > 8 else ''}."  # noqa: PLR2004
