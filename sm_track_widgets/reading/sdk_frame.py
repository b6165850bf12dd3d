"""The frame of the SDK's ExperimentAnalytics, column for column, without this package's own entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sm_track_widgets._names import is_reserved
from sm_track_widgets.reading.table.table import STATISTICS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sm_track_widgets.reading.table.table import Table

ORDER = ("min", "max", "avg", "std", "last", "count")
"""Of the SDK's columns of a metric [S]."""
NAME, DISPLAY, SOURCE, PARAMETER, METRIC, INPUT, OUTPUT, TRIALS, EXPERIMENTS = range(9)
"""Order of columns in a row [S]."""


def analytics_frame(table: Table) -> pd.DataFrame:
    """Turn runs into the frame that ``ExperimentAnalytics(...).dataframe()`` makes of the same ones [S].

    Parameters
    ----------
    table
        One row per component, also those of jobs; any order.

    Returns
    -------
    DataFrame
        ``TrialComponentName``, ``DisplayName``, ``SourceArn`` where there is one, a column per parameter,
        ``<metric> - <Min|Max|Avg|StdDev|Last|Count>``, ``<artifact> - <MediaType|Value>``, ``Trials`` and
        ``Experiments`` (lists); rows and columns in the SDK's order: last modified first, and as they appear.
        Without any run it has no columns, as the SDK's.
    """
    if not len(table):
        return pd.DataFrame()
    order = np.argsort(-np.nan_to_num(table.number("time", "modified")), kind="stable")
    ordered = table.take(order)
    rows = len(ordered)
    columns: dict[str, Any] = {}
    places: dict[str, tuple[int, ...]] = {}
    for name, rank, told, there in _columns(ordered):
        first = (int(np.argmax(there)), *rank)
        if (
            name in columns
        ):  # as a row of the SDK's, in which the later entry of a name takes the earlier one's place
            columns[name] = np.where(there, told.astype(object), columns[name])
        else:
            columns[name] = told
        places[name] = min(first, places.get(name, first))
    names = sorted(columns, key=places.__getitem__)
    return pd.DataFrame({name: columns[name] for name in names}, index=pd.RangeIndex(rows))


def _columns(table: Table) -> Iterator[tuple[str, tuple[int, ...], Any, Any]]:
    """Yield name, place within a row, values, and which rows have the column."""
    everywhere = np.ones(len(table), dtype=np.bool_)
    yield "TrialComponentName", (NAME,), _objects(table.components), everywhere
    yield "DisplayName", (DISPLAY,), table.text("fact", "display").objects(""), everywhere
    source = table.text("fact", "source")
    if source.present().any():
        yield "SourceArn", (SOURCE,), source.objects(np.nan), source.present()
    yield from _parameters(table)
    yield from _metrics(table)
    yield from _artifacts(table, "input", INPUT)
    yield from _artifacts(table, "output", OUTPUT)
    yield "Trials", (TRIALS,), _lists(table, "trial"), everywhere
    yield "Experiments", (EXPERIMENTS,), _lists(table, "experiment"), everywhere


def _parameters(table: Table) -> Iterator[tuple[str, tuple[int, ...], Any, Any]]:
    names = sorted(name for name in table.names("param") if not is_reserved(name))
    for place, name in enumerate(names):
        numbers, texts = table.number("param", name), table.words.get("param", {}).get(name)
        there = ~np.isnan(numbers)
        values = numbers
        if texts is not None and texts.present().any():
            values = texts.objects(np.nan)
            values[there] = numbers[there]
            there = there | texts.present()
        yield name, (PARAMETER, place), values, there


def _metrics(table: Table) -> Iterator[tuple[str, tuple[int, ...], Any, Any]]:
    told = table.text("fact", "metrics")
    orders = [value.split("\n") for value in told.values]  # noqa: PD011 - no frame of pandas
    for metric in table.names(*STATISTICS):
        for at, kind in enumerate(ORDER):
            values = table.number(kind, metric)
            there = ~np.isnan(values)
            if not there.any():
                continue
            if kind == "count" and there.all():
                values = values.astype(np.int64)
            order = orders[told.codes[int(np.argmax(there))]]
            yield f"{metric} - {STATISTICS[kind]}", (METRIC, order.index(metric), at), values, there


def _artifacts(table: Table, kind: str, section: int) -> Iterator[tuple[str, tuple[int, ...], Any, Any]]:
    names = sorted(name for name in table.names(kind) if not is_reserved(name))
    for place, name in enumerate(names):
        held, types = table.text(kind, name), table.text(f"{kind}_type", name)
        told = types.objects(None)
        told[~held.present()] = np.nan
        if not types.present().any() and not held.present().all():
            told = np.full(len(table), np.nan)  # as pandas has a column of None and NaN
        yield f"{name} - MediaType", (section, place, 0), told, held.present()
        yield f"{name} - Value", (section, place, 1), held.objects(np.nan), held.present()


def _lists(table: Table, kind: str) -> Any:
    columns = [words.objects().tolist() for words in table.words.get(kind, {}).values()]
    if not columns:
        return _objects([[] for _ in table.components])
    return _objects([[name for name in row if name is not None] for row in zip(*columns, strict=True)])


def _objects(values: list[Any]) -> Any:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out
