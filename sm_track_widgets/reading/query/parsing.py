"""From a query's text to its tree."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from sm_track_widgets.reading.query import grammar
from sm_track_widgets.reading.query.errors import QueryError
from sm_track_widgets.reading.query.nodes import FAMILIES, All, Node, Null
from sm_track_widgets.reading.query.signed import Sign, Signed, signed
from sm_track_widgets.reading.query.tokens import pieces
from sm_track_widgets.reading.query.written import written


@dataclass(frozen=True, slots=True)
class Mention:
    """A parameter, metric, tag or artifact that a query names.

    Attributes
    ----------
    kind
        ``param``, ``metric``, ``tag`` or ``artifact``.
    name
        As written.
    column
        Where, from 1.
    null_test
        Whether it is only asked to be missing: then nobody need have it.
    """

    kind: str
    name: str
    column: int
    null_test: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A query that has been read.

    Attributes
    ----------
    text
        As it was written.
    tree
        What it says.
    now
        The moment that relative times such as ``-7d`` count from, in seconds since the epoch.
    mentions
        The names in it, in their order.
    """

    text: str
    tree: Node
    now: float
    mentions: tuple[Mention, ...] = field(default=(), compare=False)

    def canonical(self) -> str:
        """Return the query in one spelling; it reads as an equal tree, and is empty for everything."""
        return written(self.tree)


def parse(text: str, *, now: float | None = None) -> Query:
    """Read a query.

    Parameters
    ----------
    text
        In the language of ``docs/query.md``; blank finds everything.
    now
        Seconds since the epoch that relative times count from; the clock's if None.

    Raises
    ------
    QueryError
        When it cannot be read: one line that says what is wrong, where, and what to write.

    Examples
    --------
    >>> query = parse("metrics.auc.max > 0.9 and not name like 'tmp%'")
    >>> query.canonical()
    "metrics.auc.max > 0.9 AND NOT name LIKE 'tmp%'"
    >>> parse("metrics.auc => 0.9")
    Traceback (most recent call last):
    ...
    sm_track_widgets.reading.query.errors.QueryError: Query, column 14: a value is missing after '='. Write >= for '=>'.
    """
    try:
        found = pieces(text)
        tree = grammar.tree(found) if found else All()
    except QueryError as error:
        error.query = text
        raise
    moment = time.time() if now is None else now
    return Query(text, tree, moment, tuple(_mentions(signed(tree))))


def _mentions(tree: Signed) -> Iterator[Mention]:
    if not isinstance(tree, Sign):
        for part in tree.parts:
            yield from _mentions(part)
        return
    named = tree.leaf.field
    if named.kind in FAMILIES:
        yield Mention(named.kind, named.name, named.column, isinstance(tree.leaf, Null) and tree.holds)
