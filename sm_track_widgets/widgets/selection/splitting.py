"""A query's text as filters of the page, as far as these go, and the rest that the kernel reads the runs for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sm_track_widgets.reading import query as language
from sm_track_widgets.reading.query.evaluate import span_of
from sm_track_widgets.reading.query.nodes import (
    All,
    Between,
    Compare,
    Field,
    Node,
    Null,
    Number,
    OneOf,
    Text,
    Value,
)
from sm_track_widgets.reading.query.values import folded, read_plain
from sm_track_widgets.reading.query.written import written
from sm_track_widgets.widgets.selection.filters import Filter, Open

_ENDS = {">": ("low", True), ">=": ("low", False), "<": ("high", True), "<=": ("high", False)}


@dataclass(frozen=True, slots=True)
class Split:
    """A query in two parts, both of which hold for its runs.

    Attributes
    ----------
    filters
        What the page can do by itself.
    rest
        The rest as a query; empty for none.
    """

    filters: list[Filter]
    rest: str


def split(text: str, kept: str, columns: Mapping[str, tuple[Field, str]]) -> Split:
    """Split a query.

    Parameters
    ----------
    text
        The query.
    kept
        Another one: conditions that are in it as well stay in the rest, so that nothing is read anew for them.
    columns
        For each column of the page its field and its kind (``number``, ``duration``, ``time``, ``text``, ``status``,
        ``run``).

    Raises
    ------
    QueryError
        When it cannot be read.
    """
    staying = list(_conjuncts(language.parse(kept).tree)) if kept else []
    found: dict[str, Filter] = {}
    rest: list[Node] = []
    for part in _conjuncts(language.parse(text).tree):
        one = None if part in staying else _filter(part, columns)
        joined = _joined(found.get(one["column"]), one) if one is not None else None
        if joined is None:
            rest.append(part)
        else:
            found[joined["column"]] = joined
    return Split(list(found.values()), written(All(tuple(rest))) if found else text.strip())


def _conjuncts(tree: Node) -> tuple[Node, ...]:
    if not isinstance(tree, All):
        return (tree,)
    return tuple(one for part in tree.parts for one in _conjuncts(part))


def _filter(part: Node, columns: Mapping[str, tuple[Field, str]]) -> Filter | None:
    """Return a condition as a filter; None where its field is not one column, or no filter says it."""
    if not isinstance(part, (Compare, OneOf, Between, Null)):
        return None
    named = [(name, kind) for name, (field, kind) in columns.items() if _same(field, part.field)]
    if len(named) != 1 or named[0][1] == "run":
        return None
    name, kind = named[0]
    if isinstance(part, Null):
        return None if part.negated else {"column": name, "values": [None]}
    if kind in {"number", "duration"}:
        return _of_numbers(name, part)
    return _of_times(name, part) if kind == "time" else _of_texts(name, part)


def _same(one: Field, other: Field) -> bool:
    if "column" in {one.kind, other.kind}:
        return one == other
    return (one.kind, folded(one.name), one.statistic) == (other.kind, folded(other.name), other.statistic)


def _of_numbers(name: str, part: Compare | OneOf | Between) -> Filter | None:
    values = _values(part)
    if not all(isinstance(value, Number) for value in values):
        return None
    numbers = [value.value for value in values]
    if isinstance(part, OneOf):
        return None if part.negated else {"column": name, "values": list(numbers)}
    if isinstance(part, Between):
        return None if part.negated else {"column": name, "low": numbers[0], "high": numbers[1]}
    if part.sign == "=":
        return {"column": name, "low": numbers[0], "high": numbers[0]}
    return _bounded(name, part.sign, numbers[0])


def _of_times(name: str, part: Compare | OneOf | Between) -> Filter | None:
    """Only to whole seconds: an end that is finer, or relative to now, is no range that stays."""
    ends: tuple[Value | None, Value | None] = (None, None)
    if isinstance(part, Between) and not part.negated:
        ends = part.low, part.high
    elif isinstance(part, Compare) and part.sign in {">=", "<="}:
        ends = (part.value, None) if part.sign == ">=" else (None, part.value)
    if ends == (None, None) or not all(one is None or isinstance(one, Text) for one in ends):
        return None
    low = None if ends[0] is None else float(span_of(ends[0], 0.0).start)
    high = None if ends[1] is None else float(span_of(ends[1], 0.0).end) - 1
    return {"column": name, "low": low, "high": high} if high is None or high.is_integer() else None


def _of_texts(name: str, part: Compare | OneOf | Between) -> Filter | None:
    """Only texts that read as no number: ``'4'`` means the number 4, too."""
    values = _values(part)
    if isinstance(part, Between):
        return None
    if not all(isinstance(value, Text) and read_plain(value.value) is None for value in values):
        return None
    if isinstance(part, Compare) and part.sign != "=":
        return None
    if isinstance(part, OneOf) and part.negated:
        return None
    return {"column": name, "values": [value.value for value in values]}


def _values(part: Compare | OneOf | Between) -> list[Any]:
    if isinstance(part, Between):
        return [part.low, part.high]
    return list(part.values) if isinstance(part, OneOf) else [part.value]


def _bounded(name: str, sign: str, value: float) -> Filter | None:
    if sign not in _ENDS:
        return None
    end, outside = _ENDS[sign]
    made: Filter = {"column": name, "low": None, "high": None}
    made["low" if end == "low" else "high"] = value
    if outside:
        made["open"] = "low" if end == "low" else "high"
    return made


def _joined(before: Filter | None, one: Filter) -> Filter | None:
    """Return both as one filter: a lower and an upper bound are a range; None where they are no single filter."""
    if before is None:
        return one
    if "values" in before or "values" in one:
        return None
    free = [end for end in ("low", "high") if before.get(end) is None]
    given = [end for end in ("low", "high") if one.get(end) is not None]
    if len(given) != 1 or given[0] not in free:
        return None
    made: Filter = {
        "column": one["column"],
        "low": one.get("low") if given[0] == "low" else before.get("low"),
        "high": one.get("high") if given[0] == "high" else before.get("high"),
    }
    ends: list[Open] = [end for end in (one.get("open"), before.get("open")) if end is not None]
    if ends:
        made["open"] = ends[0] if len(ends) == 1 else "both"
    return made
