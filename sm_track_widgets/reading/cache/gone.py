"""Runs that have been deleted: found by counting, since Search does not tell of them.

One call says how many runs there are. Only where that differs from what is known is time cut into spans that are
counted each, and those that differ are read. A deleted run among 100,000 costs some forty calls, where listing all
names would cost a thousand.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sm_track_widgets._crew import Crew
from sm_track_widgets._names import SEARCH_PAGE
from sm_track_widgets.reading.fetch.count import count
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.fetch.pages import Page, Scope, ask, created
from sm_track_widgets.reading.fetch.sweep import Question, sweep

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.table.table import Table

PARTS = 16
"""Into how many spans one that differs is cut."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Created from `low` on and before `high`, seconds since the epoch; None is open."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What a count has shown.

    Attributes
    ----------
    gone
        Components of the table that the service does not know any more.
    more
        Whether it knows some that the table lacks.
    """

    gone: list[str]
    more: bool


def look(connection: Connection, scope: Scope, table: Table) -> Looked:
    """Find the components of `table` that the service does not know any more.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    told = count(connection, f"count {scope.title}", scope.filters)
    if told.exact and told.hits == len(table):
        return Looked([], more=False)
    gone = _Search(connection, scope, table).run()
    return Looked(gone, told.exact and told.hits > len(table) - len(gone))


class _Search:
    def __init__(self, connection: Connection, scope: Scope, table: Table) -> None:
        self._connection, self._scope, self._table = connection, scope, table
        self._created = np.floor(table.number("time", "created"))
        self._alive: set[str] = set()
        self._doubted: set[str] = set()

    def run(self) -> list[str]:
        with explained(f"look for deleted ones among {self._scope.title}"):
            crew: Crew[_Span, Page] = Crew(self._ask)
            given_up = crew.run([_Span(None, None)], self._take)
        if given_up:
            return []  # What could not be asked is asked at the next look.
        return [name for name in self._table.components if name in self._doubted - self._alive]

    def _ask(self, span: _Span) -> Page:
        size = SEARCH_PAGE if len(self._known(span)) <= SEARCH_PAGE else 1
        return ask(self._connection, [*self._scope.filters, *created(span.low, span.high)], size=size)

    def _take(self, span: _Span, page: Page) -> Iterable[_Span]:
        known = self._known(span)
        if page.exact and page.hits == len(known):
            return ()
        if page.token is None and len(page.records) == page.hits:
            self._alive.update(record["TrialComponentName"] for record in page.records)
            self._doubted.update(self._table.components[row] for row in known)
            return ()
        spans = self._cut(span, known)
        if spans is None:
            self._read_all(span, known)
            return ()
        return spans

    def _cut(self, span: _Span, known: list[int]) -> list[_Span] | None:
        """Cut a span into parts of about as many known runs; None where all of them began in one second."""
        moments = np.unique(self._created[known]) if known else np.empty(0)
        edges = (
            sorted({math.floor(moments[len(moments) * at // PARTS]) for at in range(1, PARTS)})
            if len(moments)
            else []
        )
        edges = [edge for edge in edges if (span.low is None or edge > span.low)]
        if not edges:
            return None
        bounds: list[int | None] = [span.low, *edges, span.high]
        return [_Span(low, high) for low, high in itertools.pairwise(bounds)]

    def _read_all(self, span: _Span, known: list[int]) -> None:
        filters = (*self._scope.filters, *created(span.low, span.high))
        found = sweep(self._connection, Question(f"read {self._scope.title}", filters))
        if not found.missing:
            self._alive.update(found.table.components)
            self._doubted.update(self._table.components[row] for row in known)

    def _known(self, span: _Span) -> list[int]:
        inside = np.ones(len(self._table), dtype=np.bool_)
        if span.low is not None:
            inside &= self._created >= span.low
        if span.high is not None:
            inside &= self._created < span.high
        return np.flatnonzero(inside).tolist()
