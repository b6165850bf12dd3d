"""Several tables as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from sm_track_widgets.reading.table.table import Floats, Table
from sm_track_widgets.reading.table.words import Words


def stacked(tables: Sequence[Table]) -> Table:
    """Return all rows, the newest run first; of several rows of one component the last one counts."""
    sizes = [len(table) for table in tables]
    starts = np.cumsum([0, *sizes])
    rows = int(starts[-1])
    components = [component for table in tables for component in table.components]
    spans = [slice(int(begin), int(begin) + size) for begin, size in zip(starts, sizes, strict=False)]
    numbers: dict[str, dict[str, Floats]] = {}
    words: dict[str, dict[str, Words]] = {}
    for table, span in zip(tables, spans, strict=True):
        for kind, columns in table.numbers.items():
            held = numbers.setdefault(kind, {})
            for name, column in columns.items():
                if name not in held:
                    held[name] = np.full(rows, np.nan)
                held[name][span] = column
        for kind, texts in table.words.items():
            own = words.setdefault(kind, {})
            for name, column in texts.items():
                if name not in own:
                    own[name] = Words.none(rows)
                own[name].codes[span] = own[name].coded(column)
    return newest_first(Table(components, numbers, words))


def newest_first(table: Table) -> Table:
    """Return the table in the order of creation, the newest first; of each component the last row.

    A table that is so already is returned itself.
    """
    created = np.nan_to_num(table.number("time", "created"), nan=-np.inf)
    if len(table.places) == len(table) and bool(np.all(created[1:] <= created[:-1])):
        return table
    last = {component: row for row, component in enumerate(table.components)}
    kept = np.fromiter(last.values(), dtype=np.intp, count=len(last))
    return table.take(kept[np.argsort(-created[kept], kind="stable")])


def updated(table: Table, block: Table, gone: Iterable[str] = ()) -> Table:
    """Return the table with the rows of `block` in the place of those of the same components, and without `gone`.

    A table of its own, the newest first: whoever looks at the old one goes on seeing it. Columns that no row has any
    more are left out.
    """
    left = {table.places[name] for name in (*block.components, *gone) if name in table.places}
    kept = np.ones(len(table), dtype=np.bool_)
    kept[list(left)] = False
    old = np.flatnonzero(kept)
    source = np.concatenate([old, len(table) + np.arange(len(block))])
    created = np.concatenate([table.number("time", "created"), block.number("time", "created")])[source]
    source = source[np.argsort(-np.nan_to_num(created, nan=-np.inf), kind="stable")]
    both = [*table.components, *block.components]
    numbers = {
        kind: {
            name: column
            for name in {**table.numbers.get(kind, {}), **block.numbers.get(kind, {})}
            if not np.isnan(
                column := np.concatenate([table.number(kind, name), block.number(kind, name)])[source]
            ).all()
        }
        for kind in {**table.numbers, **block.numbers}
    }
    words = {
        kind: {
            name: column
            for name in {**table.words.get(kind, {}), **block.words.get(kind, {})}
            if (column := _joined(table.text(kind, name), block.text(kind, name), source)).present().any()
        }
        for kind in {**table.words, **block.words}
    }
    return Table([both[row] for row in source.tolist()], numbers, words)


def _joined(old: Words, new: Words, source: Any) -> Words:
    """Return the rows of two columns, one behind the other, in the order of `source`."""
    codes = old.coded(new)
    return old.with_codes(np.concatenate([old.codes, codes])[source])
