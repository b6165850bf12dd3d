"""A query as a tree: what is compared with what."""

from __future__ import annotations

from dataclasses import dataclass, field

FAMILIES = ("param", "metric", "tag", "artifact", "column")
"""Kinds of fields that have names of their own; the other kinds are fields by themselves."""


@dataclass(frozen=True, slots=True)
class Field:
    """What is compared: one of `FAMILIES` by name, or a fixed field such as ``status``.

    Attributes
    ----------
    kind
        One of `FAMILIES`, or the fixed field's name.
    name
        As written; empty for fixed fields.
    statistic
        Of a metric: one of ``last``, ``min``, ``max``, ``avg``, ``std``, ``count``.
    column
        Where it stands in the query, from 1.
    """

    kind: str
    name: str = ""
    statistic: str = ""
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Number:
    """A number by its plain decimal spelling: ``0.001`` for ``1e-3``; digits after the point stay as written."""

    spelling: str
    column: int = field(default=0, compare=False)

    @property
    def value(self) -> float:
        """The number itself."""
        return float(self.spelling)


@dataclass(frozen=True, slots=True)
class Text:
    """A text."""

    value: str
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Ago:
    """A moment before now: ``-7d``."""

    amount: Number
    unit: str
    column: int = field(default=0, compare=False)


Value = Number | Text | Ago


@dataclass(frozen=True, slots=True)
class Compare:
    """``metrics.auc > 0.9``; `sign` is one of ``= != < <= > >=``."""

    field: Field
    sign: str
    value: Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """``params.depth IN (4, 6)``."""

    field: Field
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """``params.lr BETWEEN 1e-3 AND 1e-1``, both ends included."""

    field: Field
    low: Value
    high: Value
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Like:
    """``name LIKE 'tmp%'``; `any_case` is ILIKE."""

    field: Field
    pattern: str
    any_case: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Null:
    """``params.new IS NULL``."""

    field: Field
    negated: bool = False


Leaf = Compare | OneOf | Between | Like | Null


@dataclass(frozen=True, slots=True)
class Not:
    """A negation."""

    part: Node


@dataclass(frozen=True, slots=True)
class All:
    """Parts joined by AND; without any it is everything."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """Parts joined by OR."""

    parts: tuple[Node, ...]


Node = Leaf | Not | All | Some
