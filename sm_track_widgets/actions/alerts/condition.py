"""An alert's condition: the language of queries, in which a bare name is a metric, and ``IS NAN`` besides."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sm_track_widgets._errors import UsageError
from sm_track_widgets.reading.query import grammar
from sm_track_widgets.reading.query.errors import QueryError
from sm_track_widgets.reading.query.fields import PREFIXES
from sm_track_widgets.reading.query.nodes import (
    All,
    Between,
    Compare,
    Field,
    Leaf,
    Like,
    Node,
    Not,
    Null,
    Number,
    OneOf,
    Some,
    Value,
)
from sm_track_widgets.reading.query.tokens import SEGMENT, Piece, pieces

_SIGNS = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_GAPS = ".gaps"
"""Ends the name under which a metric's NaNs are counted."""
EXAMPLE = "For example: val_loss > 2, or acc.max < 0.5 AND acc.count > 20, or loss IS NAN."


@dataclass(slots=True)
class Watched:
    """What a run has logged of one metric: the statistics that conditions may name, and how often it was NaN."""

    last: float = math.nan
    low: float = math.inf
    high: float = -math.inf
    count: int = 0
    gaps: int = 0
    _mean: float = field(default=0.0, repr=False)
    _squares: float = field(default=0.0, repr=False)

    def add(self, value: float) -> None:
        """Count one value; NaN is a gap."""
        if math.isnan(value):
            self.gaps += 1
            return
        self.last, self.count = value, self.count + 1
        self.low, self.high = min(self.low, value), max(self.high, value)
        away = value - self._mean
        self._mean += away / self.count
        self._squares += away * (value - self._mean)

    def statistic(self, name: str) -> float | None:
        """Return ``last, min, max, avg, std`` or ``count``; None before the first value."""
        if name == "count":
            return self.count
        if not self.count:
            return None
        values = {"last": self.last, "min": self.low, "max": self.high, "avg": self._mean}
        return values[name] if name in values else math.sqrt(self._squares / self.count)


Values = Mapping[str, Watched]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that has been read.

    Attributes
    ----------
    text
        As it was written.
    metrics
        The metrics it names, in their order.
    """

    text: str
    metrics: tuple[str, ...]
    _tree: Node = field(repr=False)

    def holds(self, values: Values) -> bool:
        """Whether it holds; a comparison with a metric that has no value yet does not, negated or not."""
        return _holds(self._tree, values) is True


def read(text: str) -> Condition:
    """Read an alert's condition.

    Parameters
    ----------
    text
        Comparisons of metrics with numbers, joined by AND, OR and NOT as in a query; ``val_loss`` is
        ``metrics.val_loss.last``.

    Raises
    ------
    QueryError
        It cannot be read.
    UsageError
        It is empty, or asks for something else than metrics.

    Examples
    --------
    >>> read("val_loss > 2 or val_loss is nan").metrics
    ('val_loss',)
    """
    try:
        found = list(_without_nan(pieces(text)))
        if found and found[-1].kind == "FIELD":
            raise UsageError(f"{found[-1].text!r} is compared with nothing.", EXAMPLE)
        tree = grammar.tree([_of_metric(piece) for piece in found]) if found else All()
    except QueryError as error:
        error.query = text
        raise
    leaves = list(_leaves(tree))
    if not leaves:
        raise UsageError("An alert needs a condition.", EXAMPLE)
    for leaf in leaves:
        _check(leaf)
    names = dict.fromkeys(leaf.field.name.removesuffix(_GAPS) for leaf in leaves)
    return Condition(text.strip(), tuple(names), tree)


def _without_nan(found: list[Piece]) -> Iterator[Piece]:
    """Write ``loss IS NAN`` as a comparison of the number of its gaps."""
    at = 0
    while at < len(found):
        field, *after = found[at : at + 4]
        words = [piece.text.upper() for piece in after]
        negated = words == ["IS", "NOT", "NAN"]
        if field.kind == "FIELD" and (negated or words[:2] == ["IS", "NAN"]):
            yield field._replace(text=f"{field.text}{_GAPS}")
            yield Piece("SIGN", "=" if negated else ">", after[0].column)
            yield Piece("NUMBER", "0", after[-1 if negated else 1].column)
            at += 4 if negated else 3
        else:
            yield field
            at += 1


def _of_metric(piece: Piece) -> Piece:
    """Have a bare name mean a metric."""
    if piece.kind != "FIELD":
        return piece
    first = SEGMENT.match(piece.text)
    bare = first is None or first[0].lower() not in PREFIXES or first[0] == piece.text
    return piece._replace(text=f"metrics.{piece.text}") if bare else piece


def _leaves(tree: Node) -> Iterator[Leaf]:
    if isinstance(tree, All | Some):
        for part in tree.parts:
            yield from _leaves(part)
    elif isinstance(tree, Not):
        yield from _leaves(tree.part)
    else:
        yield tree


def _check(leaf: Leaf) -> None:
    """Refuse what is no comparison of a metric with numbers."""
    if leaf.field.kind != "metric":
        raise UsageError("An alert looks at metrics, as they are logged.", EXAMPLE)
    if isinstance(leaf, Like | Null) or not all(isinstance(value, Number) for value in _values(leaf)):
        raise UsageError(f"{leaf.field.name!r} can be compared with numbers only.", EXAMPLE)


def _values(leaf: Compare | OneOf | Between) -> tuple[Value, ...]:
    if isinstance(leaf, Compare):
        return (leaf.value,)
    return leaf.values if isinstance(leaf, OneOf) else (leaf.low, leaf.high)


def _holds(tree: Node, values: Values) -> bool | None:
    """Whether a tree holds; None where a value is missing and the rest does not decide."""
    if isinstance(tree, Not):
        held = _holds(tree.part, values)
        return None if held is None else not held
    if isinstance(tree, All | Some):
        decides = isinstance(tree, Some)
        parts = [_holds(part, values) for part in tree.parts]
        return decides if decides in parts else None if None in parts else not decides
    return _compares(tree, values)


def _compares(leaf: Leaf, values: Values) -> bool | None:
    assert not isinstance(leaf, Like | Null)
    known = _known(leaf.field, values)
    if known is None:
        return None
    against = [value.value for value in _values(leaf) if isinstance(value, Number)]
    if isinstance(leaf, Compare):
        return bool(_SIGNS[leaf.sign](known, against[0]))
    held = known in against if isinstance(leaf, OneOf) else against[0] <= known <= against[1]
    return held is not leaf.negated


def _known(field: Field, values: Values) -> float | None:
    if field.name.endswith(_GAPS):
        watched = values.get(field.name.removesuffix(_GAPS))
        return watched.gaps if watched else 0
    watched = values.get(field.name)
    return watched.statistic(field.statistic) if watched else None
