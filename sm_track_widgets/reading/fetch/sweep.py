"""All records of a search, read side by side: time is cut into windows, and windows into smaller ones.

Search's pages follow each other by token, one at a time. Windows of the creation time do not; but nobody knows how the
runs lie in time. So a window that holds more than its first page shows is cut into as many as calls are free.
"""

from __future__ import annotations

import gc
import math
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sm_track_widgets import _aws
from sm_track_widgets._crew import Crew
from sm_track_widgets._names import SEARCH_PAGE
from sm_track_widgets.reading.fetch.count import count
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.fetch.pages import Filter, Page, ask, created
from sm_track_widgets.reading.table.decode import seconds, table_of
from sm_track_widgets.reading.table.stack import stacked

if TYPE_CHECKING:
    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.table.table import Table

Progress = Callable[[int, int], None]
"""(records read, records in all)"""
FEW_PAGES = 2
"""So many more pages of a window are read one after the other: a part of it may turn out to be empty."""
FEW = 3 * SEARCH_PAGE
"""So many are read page by page: to look for the oldest first would cost as much."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for: filters and subexpressions, all of which must hold.

    Attributes
    ----------
    doing
        What is being tried, for messages: ``"read the runs of 'x'"``.
    experiment
        Whose parents come first in the table.
    """

    doing: str
    filters: tuple[Filter, ...] = ()
    inner: tuple[Params, ...] = ()
    experiment: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was read.

    Attributes
    ----------
    table
        The records; the newest first.
    missing
        One line that says what is not there although it should be; empty when all is.
    told
        When the first page was given, by the service's clock; None where it does not say.
    """

    table: Table
    missing: str = ""
    told: float | None = None


@dataclass(frozen=True, slots=True)
class _Window:
    """Records created from `low` on and before `high`, seconds since the epoch; `token` leads on to its next page."""

    low: int | None = None
    high: int | None = None
    token: str | None = None
    left: int = 0
    ascending: bool = False


def sweep(connection: Connection, question: Question, progress: Progress | None = None) -> Found:
    """Read all records.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached. Once a page has been read, a page that fails for good is only
        missing, and `Found.missing` says so.
    """
    with explained(question.doing), _uncollected():
        first = _Sweep(connection, question, progress)
        found = first.run()
        if found.missing or len(found.table) >= first.total or first.total <= SEARCH_PAGE:
            return found
        return _again(connection, question, found)


@contextmanager
def _uncollected() -> Generator[None, None, None]:
    """Hold the garbage collector back: the records have no cycles, and looking for some costs a sixth of the time."""
    counted = False
    try:
        with _collector:
            counted = True
            _sweeping[0] += 1
            if _sweeping[0] == 1:
                _sweeping[1] = gc.isenabled()
                gc.disable()
        yield
    finally:
        with _collector:
            _sweeping[0] -= counted
            if not _sweeping[0] and _sweeping[1]:
                gc.enable()


_collector = threading.Lock()
_sweeping: list[int] = [0, 0]
"""How many sweeps are under way, and whether the collector was on before the first."""


def _again(connection: Connection, question: Question, found: Found) -> Found:
    """Read once more what seems to be too little: a record that is deleted between two pages moves those behind it."""
    if len(found.table) >= count(connection, question.doing, question.filters, question.inner).hits:
        return found
    second = _Sweep(connection, question, None)
    more = second.run()
    table = stacked([found.table, more.table])
    short = second.total - len(table)
    return Found(
        table,
        more.missing or (f"{short} of {second.total} runs were not found." if short > 0 else ""),
        found.told,
    )


class _Sweep:
    def __init__(self, connection: Connection, question: Question, progress: Progress | None) -> None:
        self._connection, self._question, self._progress = connection, question, progress
        self._crew: Crew[_Window, tuple[Page, Table]] = Crew(self._ask)
        self._blocks: list[Table] = []
        self._read = 0
        self._top: _Window | None = None
        self._told: float | None = None
        self.total = 0

    def run(self) -> Found:
        given_up = self._crew.run([_Window()], self._take)
        if given_up and not self._blocks:
            raise given_up[0].error
        missing = ""
        if given_up:
            told = _aws.explain(given_up[0].error, self._question.doing) or given_up[0].error
            missing = f"Only {self._read:,} of {self.total:,} runs could be read. {told}"
        return Found(stacked(self._blocks), missing, self._told)

    def _ask(self, window: _Window) -> tuple[Page, Table]:
        page = ask(
            self._connection,
            [*self._question.filters, *created(window.low, window.high)],
            self._question.inner,
            ascending=window.ascending,
            token=window.token,
        )
        return page, table_of(page.records, self._question.experiment)

    def _take(self, window: _Window, answer: tuple[Page, Table]) -> Iterable[_Window]:
        page, block = answer
        is_first = not self._blocks
        self._blocks.append(block)
        self._read += len(block)
        if is_first:
            self.total, self._told = page.hits, page.told
        if self._progress is not None:
            self._progress(min(self._read, self.total), self.total)
        if page.token is None:
            return ()
        if window.ascending:
            return self._between(_ends(page))
        left = (window.left if window.token else page.hits) - len(page.records)
        below = min(_ends(page)) + 1
        rest = _Window(window.low, window.high, page.token, left)
        if is_first:
            if left <= FEW:
                return (rest,)
            self._top = _Window(None, below, None, left)
            return (_Window(ascending=True),)
        return self._divided(rest, below)

    def _between(self, oldest: Sequence[int]) -> Iterable[_Window]:
        """Return the windows between the oldest records and the newest, when the pages of both have been read."""
        assert self._top is not None
        assert self._top.high is not None
        low = max(oldest)
        return _cut(
            low, max(self._top.high, low + 1), self._top.left // SEARCH_PAGE + 1, int(self._crew.width)
        )

    def _divided(self, rest: _Window, below: int) -> Iterable[_Window]:
        """Cut the rest of a window where calls are free and time can be cut; else go on with its next page."""
        wanted = math.ceil(rest.left / SEARCH_PAGE)
        # A window that begins or ends nowhere, or whose page lay within one second, cannot be.
        cannot = rest.low is None or rest.high is None or below >= rest.high or below - rest.low < 2  # noqa: PLR2004
        if wanted <= FEW_PAGES or not self._crew.idle or cannot:
            return (rest,)
        assert rest.low is not None
        return _cut(rest.low, below, wanted, self._crew.idle + 1)


def _ends(page: Page) -> tuple[int, int]:
    """Return the whole seconds in which the first and the last record of a page were created."""
    first, last = (math.floor(seconds(page.records[at]["CreationTime"])) for at in (0, -1))
    return first, last


def _cut(low: int, high: int, wanted: int, free: int) -> list[_Window]:
    """Cut the time from `low` to `high` into equal windows, the latest first."""
    parts = max(1, min(wanted, free, high - low))
    edges = [low + (high - low) * at // parts for at in range(parts + 1)]
    return [_Window(edges[at], edges[at + 1]) for at in reversed(range(parts))]
