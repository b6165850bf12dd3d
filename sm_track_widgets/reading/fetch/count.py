"""How many records a search would find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets._crew import Crew
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.fetch.pages import Filter, Page, ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection


def count(
    connection: Connection, doing: str, filters: Sequence[Filter], inner: Sequence[Params] = ()
) -> Page:
    """Ask how many there are; the page has one record at most.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    found: list[Page] = []

    def take(_: int, page: Page) -> Iterable[int]:
        found.append(page)
        return ()

    with explained(doing):
        given_up = Crew[int, Page](lambda _: ask(connection, filters, inner, size=1)).run([0], take)
        if given_up:
            raise given_up[0].error
    return found[0]
