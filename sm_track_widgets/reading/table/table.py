"""The runs of an experiment as columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from sm_track_widgets.reading.table.words import Words

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[Any]
"""Row numbers, or a mask of rows."""

STATISTICS = {"last": "Last", "min": "Min", "max": "Max", "avg": "Avg", "std": "StdDev", "count": "Count"}
"""Statistics of a metric -> what SageMaker calls them, in Search's MetricSummary and in its paths [M]."""


class Table:
    """One row per trial component; each column is an array as long as the table.

    Attributes
    ----------
    components : list of str
        The trial component of each row; each once.
    numbers : dict
        ``numbers[kind][name]``: float64, NaN for missing. Kinds: ``"time"`` (seconds since the epoch: ``created``,
        ``modified``, ``started``, ``ended``), ``"param"`` (a parameter's number), each of `STATISTICS` and
        ``"told"`` (of a metric; ``told`` is the time of its last point). Of a frame also ``"column"`` and ``"moment"``
        (any column of numbers or times, by its own name).
    words : dict
        ``words[kind][name]``: `Words`. Kinds: ``"fact"``, ``"param"`` (a parameter's text), ``"tag"``, ``"output"`` and
        ``"input"`` (an artifact's address or text), ``"output_type"`` and ``"input_type"`` (its media type),
        ``"experiment"``, ``"trial"`` and ``"group"`` (a trial's name as people gave it, none for the default one): the
        parents of a row, whose columns are called ``"0"``, ``"1"`` and so on; most rows have one. Of a frame also
        ``"column"``.

    Facts are ``name`` (as asked for), ``run`` (the name the run was opened with), ``display``, ``status``, ``message``,
    ``author``, ``source`` and ``source_type`` (the job that SageMaker made the component for), ``job`` (that it did),
    and ``metrics`` (names in the service's order, one per line).

    A parameter that is a number in one run and text in another is in both ``numbers["param"]`` and ``words["param"]``.
    """

    __slots__ = ("_places", "components", "numbers", "words")

    def __init__(
        self,
        components: Iterable[str] = (),
        numbers: dict[str, dict[str, Floats]] | None = None,
        words: dict[str, dict[str, Words]] | None = None,
    ) -> None:
        self.components = list(components)
        self.numbers = numbers or {}
        self.words = words or {}
        self._places: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self.components)

    @property
    def places(self) -> dict[str, int]:
        """Component -> row."""
        if self._places is None:
            self._places = {component: row for row, component in enumerate(self.components)}
        return self._places

    def number(self, kind: str, name: str) -> Floats:
        """Return a column of numbers; all NaN where no row has one."""
        found = self.numbers.get(kind, {}).get(name)
        return np.full(len(self), np.nan) if found is None else found

    def text(self, kind: str, name: str) -> Words:
        """Return a column of texts; none at all where no row has one."""
        found = self.words.get(kind, {}).get(name)
        return Words.none(len(self)) if found is None else found

    def names(self, *kinds: str) -> list[str]:
        """Return the names of all columns of these kinds, each once, in the order of their appearance."""
        found: dict[str, None] = {}
        for kind in kinds:
            found.update(dict.fromkeys(self.numbers.get(kind, ())))
            found.update(dict.fromkeys(self.words.get(kind, ())))
        return list(found)

    def take(self, rows: Rows) -> Table:
        """Return the table of these rows, in their order; columns that none of them has are left out."""
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        numbers = {
            kind: {
                name: part for name, column in columns.items() if not np.isnan(part := column[chosen]).all()
            }
            for kind, columns in self.numbers.items()
        }
        words = {
            kind: {
                name: part
                for name, column in columns.items()
                if (part := column.take(chosen)).present().any()
            }
            for kind, columns in self.words.items()
        }
        return Table([self.components[row] for row in chosen.tolist()], numbers, words)
