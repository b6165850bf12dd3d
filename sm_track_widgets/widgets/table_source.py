"""What a table can be made from, as one thing that gives a frame of runs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pandas as pd

from sm_track_widgets._errors import UsageError
from sm_track_widgets.reading import narrowing
from sm_track_widgets.widgets.columns import plain_columns


@dataclass(frozen=True, slots=True)
class TableSource:
    """What a table is made from.

    Attributes
    ----------
    title
        Heading.
    read
        Gives the frame of the runs for which a query holds; an empty one is all.
    again
        Whether reading once more can give something new.
    experiment
        Name of the experiment whose runs they all are.
    named
        Whether `sm_track_widgets.runs` gives the same frame for `experiment`.
    empty
        What is said where there is no run: a sentence, and what to type.
    """

    title: str
    read: Callable[[str], pd.DataFrame]
    again: bool
    experiment: str | None = None
    named: bool = False
    empty: Mapping[str, str] = field(default_factory=lambda: {"text": "No runs.", "code": ""})


def table_source(source: Any) -> TableSource:
    """Return how to read `source`.

    Parameters
    ----------
    source
        Name of an experiment, None for all runs, a DataFrame, a function that returns one, or an object with a
        ``dataframe()`` method such as the SDK's ExperimentAnalytics.

    Raises
    ------
    UsageError
        For anything else.
    """
    if source is None or isinstance(source, str):
        where = f" in {source}" if source else ""
        empty = {"text": f"No runs{where} yet. Begin a cell with", "code": "%%sm_run first-run"}
        title = source or "all runs"
        return TableSource(
            title,
            lambda query: _runs(source, query),
            again=True,
            experiment=source,
            named=True,
            empty=empty,
        )
    if isinstance(source, pd.DataFrame):
        frame = plain_columns(source)
        return TableSource("", lambda query: narrowing.matching(frame, query), again=False)
    if callable(getattr(source, "dataframe", None)):
        name = str(getattr(source, "_experiment_name", "") or "")
        return TableSource(
            name,
            lambda query: narrowing.matching(_analytics(source), query),
            again=True,
            experiment=name or None,
        )
    if callable(source):
        read = cast("Callable[[], pd.DataFrame]", source)
        return TableSource("", lambda query: narrowing.matching(plain_columns(read()), query), again=True)
    raise UsageError(
        f"A table cannot be made from {type(source).__name__}.",
        "Give an experiment's name, a DataFrame of runs() or an ExperimentAnalytics.",
    )


def _runs(experiment: str | None, query: str) -> pd.DataFrame:
    from sm_track_widgets.reading import runs

    return runs(experiment, query)


def _analytics(source: Any) -> pd.DataFrame:
    """Read through a copy: the SDK's object adds its filter again at each refresh, and the 21st is refused."""
    fresh = copy.copy(source)
    for name in ("_search_expression", "_dataframe"):
        if hasattr(source, name):
            value = copy.deepcopy(getattr(source, name)) if name == "_search_expression" else None
            setattr(fresh, name, value)
    return fresh.dataframe()
