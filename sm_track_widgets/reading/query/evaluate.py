"""A query on the columns of a table: which rows it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from sm_track_widgets.reading.query.columns import Columns, columns_of
from sm_track_widgets.reading.query.fields import kind_of_values
from sm_track_widgets.reading.query.nodes import (
    Ago,
    Between,
    Compare,
    Like,
    Null,
    Number,
    OneOf,
    Text,
    Value,
)
from sm_track_widgets.reading.query.patterns import matcher
from sm_track_widgets.reading.query.signed import Both, Sign, Signed, signed
from sm_track_widgets.reading.query.times import Span, iso, moment
from sm_track_widgets.reading.query.tokens import UNITS
from sm_track_widgets.reading.query.values import read_plain
from sm_track_widgets.reading.table.table import Floats, Table
from sm_track_widgets.reading.table.words import Mask, Words

if TYPE_CHECKING:
    from sm_track_widgets.reading.query.parsing import Query

_ORDERS: dict[str, Callable[[Floats, float], Mask]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_FEW = 4
"""So many wanted texts are looked up one by one; more are told by asking of each text whether it is wanted."""


def matches(query: Query, table: Table) -> Mask:
    """Return which rows of a table a query finds: those for which it is true, not unknown."""
    return _true(signed(query.tree), table, query.now)


def _true(tree: Signed, table: Table, now: float) -> Mask:
    if isinstance(tree, Sign):
        return _condition(tree, table, now)
    every = isinstance(tree, Both)
    found = np.full(len(table), every)
    for part in tree.parts:
        mask = _true(part, table, now)
        found = found & mask if every else found | mask
    return found


def _condition(sign: Sign, table: Table, now: float) -> Mask:
    leaf, columns = sign.leaf, columns_of(sign.leaf.field, table)
    nothing = np.zeros(len(table), dtype=np.bool_)
    if isinstance(leaf, Null):
        present = reduce(np.logical_or, _present(columns), nothing)
        return ~present if sign.holds else present
    test = _test(leaf, now)
    compared = Columns(columns.numbers if test.number else [], columns.texts if test.text else [])
    hits = [test.number(column) for column in compared.numbers if test.number]
    hits += [test.text(column) for column in compared.texts if test.text]
    hit = reduce(np.logical_or, hits, nothing)
    return hit if sign.holds else reduce(np.logical_or, _present(compared), nothing) & ~hit


def _present(columns: Columns) -> list[Mask]:
    return [
        *(~np.isnan(column) for column in columns.numbers),
        *(column.present() for column in columns.texts),
    ]


def span_of(value: Value, now: float) -> Span:
    """Return the moment or period that a value of a time means."""
    if isinstance(value, Number):
        return moment(value.value)
    if isinstance(value, Ago):
        since = now - value.amount.value * UNITS[value.unit]
        return Span(since, since)
    found = iso(value.value)
    assert found is not None, value
    return found


@dataclass(frozen=True, slots=True)
class _Test:
    """How the values of a field are looked at; None: values of that kind cannot be compared so."""

    number: Callable[[Floats], Mask] | None = None
    text: Callable[[Words], Mask] | None = None


def _test(leaf: Compare | OneOf | Between | Like, now: float) -> _Test:
    kind = kind_of_values(leaf.field)
    if isinstance(leaf, Like):
        test = matcher(leaf.pattern, any_case=leaf.any_case)
        return _Test(text=lambda words: words.where(test))
    if kind == "time" or (kind == "any" and _is_time(leaf)):
        return _Test(number=_time(leaf, now))
    if isinstance(leaf, Between):
        low, high = _number(leaf.low), _number(leaf.high)
        return _Test(number=lambda column: (column >= low) & (column <= high))
    if isinstance(leaf, Compare) and leaf.sign in _ORDERS:
        order, bound = _ORDERS[leaf.sign], _number(leaf.value)
        return _Test(number=lambda column: order(column, bound))
    values = leaf.values if isinstance(leaf, OneOf) else (leaf.value,)
    return _equal(kind, values, now)


def _is_time(leaf: Compare | OneOf | Between) -> bool:
    """Whether a column is compared with times: what is ordered is no text otherwise."""
    if isinstance(leaf, Between):
        return not (isinstance(leaf.low, Number) and isinstance(leaf.high, Number))
    return isinstance(leaf, Compare) and leaf.sign in _ORDERS and not isinstance(leaf.value, Number)


def _equal(kind: str, values: Iterable[Value], now: float) -> _Test:
    """Compare with any of `values`: as texts, and as numbers what reads as one; in any column also as times."""
    texts = {value.value if isinstance(value, Text) else _spelling(value) for value in values}
    numbers = [number for value in values if (number := _as_number(value)) is not None]
    spans = [span_of(value, now) for value in values if _reads_as_time(value)] if kind == "any" else []
    return _Test(
        number=None
        if kind in {"text", "status"}
        else lambda column: _is_one(column, numbers) | _within(column, spans),
        text=None if kind == "number" else lambda words: _is_text(words, texts),
    )


def _time(leaf: Compare | OneOf | Between, now: float) -> Callable[[Floats], Mask]:
    if isinstance(leaf, Between):
        low, high = span_of(leaf.low, now), span_of(leaf.high, now)
        return lambda column: (column >= low.start) & _until(column, high)
    if isinstance(leaf, Compare) and leaf.sign in _ORDERS:
        sign, span = leaf.sign, span_of(leaf.value, now)
        if sign == "<=":
            return lambda column: _until(column, span)
        if sign == ">":
            return lambda column: column >= span.end if span.end > span.start else column > span.end
        return lambda column: _ORDERS[sign](column, span.start)
    spans = [span_of(value, now) for value in (leaf.values if isinstance(leaf, OneOf) else (leaf.value,))]
    return lambda column: _within(column, spans)


def _within(column: Floats, spans: Iterable[Span]) -> Mask:
    """Return which times are in one of `spans`."""
    parts = ((column >= span.start) & _until(column, span) for span in spans)
    return reduce(np.logical_or, parts, np.zeros(len(column), dtype=np.bool_))


def _reads_as_time(value: Value) -> bool:
    if isinstance(value, Text):
        return iso(value.value) is not None and read_plain(value.value) is None
    return isinstance(value, Ago)


def _until(column: Floats, span: Span) -> Mask:
    return column < span.end if span.end > span.start else column <= span.end


def _is_one(column: Floats, numbers: list[float]) -> Mask:
    return column == numbers[0] if len(numbers) == 1 else np.isin(column, numbers)


def _is_text(words: Words, wanted: set[str]) -> Mask:
    if len(wanted) > _FEW:
        return words.where(wanted.__contains__)
    found = np.zeros(len(words), dtype=np.bool_)
    for text in wanted:
        with suppress(ValueError):
            found |= words.codes == words.values.index(text)
    return found


def _number(value: Value) -> float:
    assert isinstance(value, Number), value
    return value.value


def _as_number(value: Value) -> float | None:
    if isinstance(value, Text):
        return read_plain(value.value)
    return value.value if isinstance(value, Number) else None


def _spelling(value: Value) -> str:
    return value.spelling if isinstance(value, Number) else ""
