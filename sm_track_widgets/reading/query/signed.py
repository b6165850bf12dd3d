"""Negations brought down to the single conditions, after which only they can be unknown or false."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sm_track_widgets.reading.query.nodes import All, Compare, Leaf, Node, Not, Some


@dataclass(frozen=True, slots=True)
class Sign:
    """A condition without a negation of its own, and whether it has to hold.

    One that must not hold is true where something comparable is there and none of it satisfies `leaf`: of several
    values of one field, ``x >= 3`` is not what ``NOT x < 3`` is.
    """

    leaf: Leaf
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Both:
    """All of `parts` hold."""

    parts: tuple[Signed, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """One of `parts` holds."""

    parts: tuple[Signed, ...]


Signed = Sign | Both | Either


def signed(node: Node, *, holds: bool = True) -> Signed:
    """Return a tree that is true where `node` is true (or false, unless `holds`), in SQL's three values."""
    if isinstance(node, Not):
        return signed(node.part, holds=not holds)
    if isinstance(node, (All, Some)):
        kind = Both if isinstance(node, All) == holds else Either
        parts: list[Signed] = []
        for part in node.parts:
            made = signed(part, holds=holds)
            parts += made.parts if isinstance(made, kind) else (made,)
        return kind(tuple(parts))
    if isinstance(node, Compare):
        if node.sign == "!=":
            return Sign(replace(node, sign="="), not holds)
        return Sign(node, holds)
    return Sign(replace(node, negated=False), holds != node.negated)


def plain(tree: Signed) -> Node:
    """Return a signed tree as a query's tree."""
    if isinstance(tree, Both):
        parts = tuple(plain(part) for part in tree.parts)
        return parts[0] if len(parts) == 1 else All(parts)
    if isinstance(tree, Either):
        parts = tuple(plain(part) for part in tree.parts)
        return parts[0] if len(parts) == 1 else Some(parts)
    leaf = tree.leaf
    if tree.holds:
        return leaf
    if not isinstance(leaf, Compare):
        return replace(leaf, negated=True)
    return replace(leaf, sign="!=") if leaf.sign == "=" else Not(leaf)
