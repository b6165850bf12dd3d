"""What of a table's rows is new or other than before."""

from __future__ import annotations

import numpy as np

from sm_track_widgets.reading.table.table import Table
from sm_track_widgets.reading.table.words import Mask


def changed(table: Table, block: Table) -> Mask:
    """Return which rows of `block` the table lacks, or has with other values."""
    known = np.fromiter((name in table.places for name in block.components), dtype=np.bool_, count=len(block))
    found = ~known
    rows = np.array([table.places[name] for name in block.components if name in table.places], dtype=np.intp)
    if not len(rows):
        return found
    differs = np.zeros(len(rows), dtype=np.bool_)
    for kind in {*table.numbers, *block.numbers}:
        for name in {*table.numbers.get(kind, ()), *block.numbers.get(kind, ())}:
            old, new = table.number(kind, name)[rows], block.number(kind, name)[known]
            differs |= (old != new) & ~(np.isnan(old) & np.isnan(new))
    for kind in {*table.words, *block.words}:
        for name in {*table.words.get(kind, ()), *block.words.get(kind, ())}:
            words = table.text(kind, name)
            differs |= words.codes[rows] != words.coded(block.text(kind, name))[known]
    found[known] = differs
    return found
