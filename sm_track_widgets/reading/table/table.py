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

STATISTICS = ("last", "min", "max", "avg", "std", "count")


class Table:
    """One row per trial component; each column is an array as long as the table.

    Attributes
    ----------
    components : list of str
        The trial component of each row; each once.
    numbers : dict
        ``numbers[kind][name]``: float64, NaN for missing. Kinds: ``"time"`` (seconds since the epoch: ``created``,
        ``modified``, ``started``, ``ended``), ``"param"`` (a parameter's number), each of `STATISTICS` and
        ``"told"`` (of a metric; ``told`` is the time of its last point).
    words : dict
        ``words[kind][name]``: `Words`. Kinds: ``"fact"``, ``"param"`` (a parameter's text), ``"tag"``, ``"output"`` and
        ``"input"`` (an artifact's address or text), ``"output_type"`` and ``"input_type"`` (its media type),
        ``"experiment"``, ``"trial"`` and ``"group"`` (a trial's name as people gave it, none for the default one): the
        parents of a row, whose columns are called ``"0"``, ``"1"`` and so on; most rows have one.

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

    def merge(self, block: Table) -> None:
        """Take over the rows of `block`: known components get its values and lose all others, new ones follow."""
        if not len(block):
            return
        self._append([component for component in block.components if component not in self.places])
        rows = np.array([self.places[component] for component in block.components], dtype=np.intp)
        for kind, columns in self.numbers.items():
            for name, column in columns.items():
                fresh = block.numbers.get(kind, {}).get(name)
                column[rows] = np.nan if fresh is None else fresh
        for kind, columns in self.words.items():
            for name, column in columns.items():
                other = block.words.get(kind, {}).get(name)
                column.codes[rows] = -1 if other is None else column.coded(other)
        self._add_columns(block, rows)

    def remove(self, components: Iterable[str]) -> None:
        """Forget these components; unknown ones are not missed."""
        gone = [self.places[component] for component in components if component in self.places]
        if not gone:
            return
        kept = np.ones(len(self), dtype=np.bool_)
        kept[gone] = False
        smaller = self.take(kept)
        self.components, self.numbers, self.words = smaller.components, smaller.numbers, smaller.words
        self._places = None

    def _append(self, components: list[str]) -> None:
        if not components:
            return
        for row, component in enumerate(components, len(self)):
            self.places[component] = row
        self.components += components
        more = np.full(len(components), np.nan)
        none = np.full(len(components), -1, dtype=np.int32)
        for columns in self.numbers.values():
            for name, column in columns.items():
                columns[name] = np.concatenate([column, more])
        for columns in self.words.values():
            for column in columns.values():
                column.codes = np.concatenate([column.codes, none])

    def _add_columns(self, block: Table, rows: Rows) -> None:
        """Add the columns of `block` that this table lacks."""
        for kind, columns in block.numbers.items():
            own = self.numbers.setdefault(kind, {})
            for name, column in columns.items():
                if name not in own:
                    own[name] = np.full(len(self), np.nan)
                    own[name][rows] = column
        for kind, texts in block.words.items():
            held = self.words.setdefault(kind, {})
            for name, words in texts.items():
                if name not in held:
                    held[name] = Words.none(len(self))
                    held[name].codes[rows] = held[name].coded(words)
