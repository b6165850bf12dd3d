"""The columns of a table that hold the values of a field."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np

from sm_track_widgets._names import NOTES_PARAMETER, PARENT_TAG, told_notes
from sm_track_widgets.reading.query.fields import TIMES
from sm_track_widgets.reading.query.nodes import Field
from sm_track_widgets.reading.query.values import folded
from sm_track_widgets.reading.table.table import Floats, Table
from sm_track_widgets.reading.table.words import Words

_FACTS = {"name": ("name", "run"), "status": ("status",), "message": ("message",), "created_by": ("author",)}
_ENTRIES = {"parent": ("tag", PARENT_TAG)}


_Column = TypeVar("_Column", Floats, Words)


class Columns(NamedTuple):
    """All columns that hold values of one field."""

    numbers: list[Floats]
    texts: list[Words]


def columns_of(field: Field, table: Table) -> Columns:
    """Return the columns of a field; names are compared without regard to case."""
    if field.kind in _ENTRIES:
        kind, name = _ENTRIES[field.kind]
        return Columns([], _called(table.words.get(kind, {}), name))
    if field.kind == "column":
        return _of_frame(field.name, table)
    if field.kind == "param":
        numbers = _called(table.numbers.get("param", {}), field.name)
        return Columns(numbers, _called(table.words.get("param", {}), field.name))
    if field.kind == "metric":
        return Columns(_called(table.numbers.get(field.statistic, {}), field.name), [])
    ways = {"tag": ("tag",), "artifact": ("output", "input")}.get(field.kind)
    if ways:
        return Columns([], [one for way in ways for one in _called(table.words.get(way, {}), field.name)])
    return _fixed(field.kind, table)


def _notes(table: Table) -> list[Words]:
    """Return the notes as they were written: those of frames, and those of runs, which are kept as one line."""
    frames = table.words.get("fact", {}).get("notes")
    stored = _called(table.words.get("param", {}), NOTES_PARAMETER)
    told = [Words(one.codes, [told_notes(text) for text in one.values]) for one in stored]
    return told if frames is None else [frames, *told]


def _of_frame(name: str, table: Table) -> Columns:
    numbers = [one for kind in ("column", "moment") for one in _exactly(table.numbers.get(kind, {}), name)]
    return Columns(numbers, _exactly(table.words.get("column", {}), name))


def _fixed(kind: str, table: Table) -> Columns:
    if kind in TIMES:
        return Columns([table.number("time", kind)], [])
    if kind == "duration":
        passed = table.number("time", "ended") - table.number("time", "started")
        # Frames may tell it without the two times.
        return Columns([np.where(np.isnan(passed), table.number("time", "duration"), passed)], [])
    if kind == "notes":
        return Columns([], _notes(table))
    if kind == "component":
        return Columns([], [Words(np.arange(len(table), dtype=np.int32), table.components)])
    if kind in _FACTS:
        return Columns([], [table.text("fact", fact) for fact in _FACTS[kind]])
    return Columns([], list(table.words.get(kind, {}).values()))


def _exactly(columns: dict[str, _Column], name: str) -> list[_Column]:
    """Columns of a frame may differ in case only; in any case where none is spelt so."""
    return [columns[name]] if name in columns else _called(columns, name)


def _called(columns: dict[str, _Column], name: str) -> list[_Column]:
    wanted = folded(name)
    return [column for spelt, column in columns.items() if folded(spelt) == wanted]
