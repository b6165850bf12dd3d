"""A frame of runs, with what the page has of it too: names, kinds and fields, and which rows the filters keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sm_track_widgets.reading import frames
from sm_track_widgets.reading.query.of_column import fields_of_frame
from sm_track_widgets.reading.query.written import written_field
from sm_track_widgets.widgets import columns as encoding
from sm_track_widgets.widgets.columns import ColumnData, Gone
from sm_track_widgets.widgets.selection.filters import Filter, Mask, keeps
from sm_track_widgets.widgets.selection.query_text import searched, words

if TYPE_CHECKING:
    import pandas as pd

    from sm_track_widgets.reading.query.nodes import Field


class Rows:
    """Columns are looked at when they are first asked for.

    Parameters
    ----------
    frame
        One row per run; never changed.
    gone
        Columns that are filtered by and that the frame has no more.
    """

    def __init__(self, frame: pd.DataFrame, gone: Mapping[str, Gone] | None = None) -> None:
        self.frame = frame
        self.gone = {name: one for name, one in (gone or {}).items() if name not in frame.columns}
        self._data: dict[str, ColumnData] = {}

    @cached_property
    def names(self) -> list[str]:
        """A name for each row that no other row has."""
        return encoding.run_names(self.frame)

    @cached_property
    def columns(self) -> list[str]:
        """Names of the columns that can be filtered by: all but the one that names the runs."""
        named = encoding.name_column(self.frame)
        return [name for name in [*map(str, self.frame.columns), *self.gone] if name != named]

    @cached_property
    def fields(self) -> dict[str, str]:
        """For each column its field as it is written in a query; the name's first."""
        named = encoding.name_column(self.frame)
        found = {named: "name"} if named is not None else {}
        found |= {name: written_field(field) for name, field in self._meant.items() if name != named}
        return found | {name: one.field for name, one in self.gone.items()}

    @cached_property
    def _meant(self) -> dict[str, Field]:
        return fields_of_frame(self.frame)

    def splitting(self) -> dict[str, tuple[Field, str]]:
        """Return for each column that can be filtered by its field and its kind."""
        return {
            name: (self._meant[name], self.data(name).kind) for name in self.columns if name in self._meant
        }

    def keeping(self, filters: Sequence[Filter]) -> dict[str, Gone]:
        """Return what has to be known of the columns of `filters` where the next frame does not have them."""
        names = [one["column"] for one in filters]
        return {name: Gone(self.fields[name], self.data(name).kind) for name in names if name in self.fields}

    def encoded(self) -> tuple[dict[str, Any], bytes]:
        """Return the header and the bytes for the page; see `columns.encode`."""
        return encoding.encode(self.frame, self.gone)

    @property
    def kinds(self) -> dict[str, str]:
        """For each column its kind."""
        return {name: self.data(name).kind for name in [*map(str, self.frame.columns), *self.gone]}

    @property
    def zoneless(self) -> list[str]:
        """Columns of times without a time zone; they are read as UTC."""
        return [str(name) for name in self.frame.select_dtypes("datetime").columns]

    @property
    def flags(self) -> list[str]:
        """Columns of true and false."""
        return [str(name) for name in self.frame.select_dtypes(["bool", "boolean"]).columns]

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
                return self.gone.get(name, Gone("", "number")).data(len(self.frame))
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
