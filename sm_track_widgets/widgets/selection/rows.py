"""A frame of runs, with what the page has of it too: names, kinds and fields, and which rows the filters keep."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sm_track_widgets.reading import frames
from sm_track_widgets.widgets import columns as encoding
from sm_track_widgets.widgets.columns import ColumnData
from sm_track_widgets.widgets.selection.filters import Filter, Mask, keeps
from sm_track_widgets.widgets.selection.query_text import searched, words

if TYPE_CHECKING:
    import pandas as pd


class Rows:
    """Columns are looked at when they are first asked for.

    Parameters
    ----------
    frame
        One row per run; never changed.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self._data: dict[str, ColumnData] = {}

    @cached_property
    def names(self) -> list[str]:
        """A name for each row that no other row has."""
        return encoding.run_names(self.frame)

    @cached_property
    def columns(self) -> list[str]:
        """Names of the columns that can be filtered by: all but the one that names the runs."""
        named = encoding.name_column(self.frame)
        return [name for name in map(str, self.frame.columns) if name != named]

    @cached_property
    def fields(self) -> dict[str, str]:
        """For each column that a query can name its field; the name's first."""
        named = encoding.name_column(self.frame)
        found = {named: "name"} if named is not None else {}
        found |= {name: encoding.field_text(name) for name in self.columns}
        return {name: field for name, field in found.items() if field}

    @property
    def kinds(self) -> dict[str, str]:
        """For each column its kind."""
        return {name: self.data(name).kind for name in map(str, self.frame.columns)}

    @property
    def zoneless(self) -> list[str]:
        """Columns of times without a time zone; they are read as UTC."""
        return [str(name) for name in self.frame.select_dtypes("datetime").columns]

    def choose(self, names: Sequence[str]) -> list[str]:
        """Return the columns that names, patterns (``params.*``) or short forms (``lr``, ``auc.max``) mean.

        Raises
        ------
        UsageError
            When a name fits no column.
        """
        return frames.named(self.frame, names)

    def data(self, name: str) -> ColumnData:
        """Return a column; one that is not there has no value in any row."""
        if name not in self._data:
            if name not in self.frame.columns:
                return ColumnData("number", np.full(len(self.frame), np.nan))
            self._data[name] = encoding.column_data(name, self.frame[name])
        return self._data[name]

    def where(self, kept: Mask) -> pd.DataFrame:
        """Return the rows that are `kept`."""
        table: Any = self.frame
        return table[kept].reset_index(drop=True)

    def passing(self, filters: Sequence[Filter], text: str) -> Mask:
        """Return which rows satisfy all `filters` and hold every word of `text` in the name or another text."""
        kept = np.ones(len(self.frame), dtype=np.bool_)
        for one in filters:
            kept &= keeps(one, self.data(one["column"]))
        for word in words(text):
            kept &= self._with(word)
        return kept

    def _with(self, word: str) -> Mask:
        found = np.array([word in name.lower() for name in self.names], dtype=np.bool_)
        for name in self.columns:
            data = self.data(name)
            if data.numbers is None:
                hits = [word in searched(data, value) for value in data.texts]
                found |= np.array([*hits, False], dtype=np.bool_)[data.codes]
        return found
