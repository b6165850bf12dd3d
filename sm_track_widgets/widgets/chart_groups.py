"""What the runs of a chart can be averaged by, and what each of them is called then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sm_track_widgets._errors import UsageError
from sm_track_widgets._names import is_reserved
from sm_track_widgets.charts import numbers
from sm_track_widgets.reading import frames

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sm_track_widgets.tracking.run import Run

Groups = dict[str, dict[str, str]]
"""Column -> run -> label."""
ALL = "all"
"""What all runs are averaged by, without any column."""
NAMED = ("group", "experiment")
KINDS = ("params.", "tags.")
CLASSES = 12
"""Groups that are offered at most: more bands hide each other."""
COLUMNS = 24
"""Columns that are offered at most."""


def grouped(frame: pd.DataFrame, runs: Sequence[str], asked: str = "") -> tuple[str, Groups]:
    """Return the column that `asked` means, and the labels of runs by every column that makes sense, and by that one.

    Parameters
    ----------
    frame
        A row for each of `runs`, in that order, with columns as of `sm_track_widgets.runs`.
    runs
        What the chart calls them.
    asked
        A column, or its short form: ``depth`` for ``params.depth``; ``"all"`` and ``""`` are themselves.

    Raises
    ------
    UsageError
        When there is no such column.
    """
    band = asked if asked in {"", ALL} or not len(frame) else _column(frame, asked)
    offered = [name for name in map(str, frame.columns) if name in NAMED or name.startswith(KINDS)]
    groups: Groups = {}
    meant = [] if band in {"", ALL} or not len(frame) else [band]
    for name in dict.fromkeys(meant + offered):
        column: Any = frame[name]
        # Asked before labels are made: of thousands of runs most columns are never one.
        sensible = len(groups) < COLUMNS and 1 < column.nunique(dropna=False) <= min(CLASSES, len(runs) - 1)
        if name == band or sensible:
            told = {value: label(name, value) for value in column.unique().tolist()}
            labels = [told.get(value) or label(name, value) for value in column.tolist()]
            groups[name] = dict(zip(runs, labels, strict=True))
    return band, groups


def label(column: str, value: Any) -> str:
    """Return what runs are called that have `value` in `column`."""
    short = column.partition(".")[2] if column.startswith((*KINDS, "metrics.")) else ""
    if value is None or value == "" or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return f"no {short or column}"
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    told = numbers.number(value) if is_number else str(value)
    return f"{short} {told}" if short else told


def open_labels(run: Run, columns: Sequence[str]) -> dict[str, str]:
    """Return the label of an open run by each of `columns`, as far as it knows them itself."""
    parameters: Mapping[str, Any] = {
        name: value for name, value in run.parameters.items() if not is_reserved(name)
    }
    known: dict[str, Any] = {"group": run.run_group_name, "experiment": run.experiment_name}
    known.update({f"params.{name}": value for name, value in parameters.items()})
    return {name: label(name, known.get(name)) for name in columns}


def _column(frame: pd.DataFrame, asked: str) -> str:
    columns = frames.choose(frame, [asked]).columns
    if len(columns) != 2:  # noqa: PLR2004 - the runs' names and the one asked for
        raise UsageError(f"Runs are averaged by one column, not by {asked!r}.", 'For example band="group".')
    return str(columns[-1])
