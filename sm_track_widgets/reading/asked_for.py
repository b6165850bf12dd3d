"""The runs of a query only, where there are many and none of them is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sm_track_widgets._crew import Crew
from sm_track_widgets._names import OLD_METRICS, SEARCH_PAGE
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.fetch.pages import Page, Scope, ask, equals
from sm_track_widgets.reading.fetch.sweep import Found, Question, sweep
from sm_track_widgets.reading.table.decode import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.fetch.sweep import Progress

FEW = 1000
"""Up to so many runs are read and kept, although a query would leave most of them out: ten calls, once."""
REFUSED = frozenset({"ValidationException"})
ELSEWHERE: Params = {
    "Operator": "Or",
    "Filters": [
        equals("Source.SourceType", "SageMakerTrainingJob"),
        {"Name": f"OutputArtifacts.{OLD_METRICS}", "Operator": "Exists"},
    ],
}
"""Runs with metrics of which Search knows nothing: those of their jobs, and those kept as a file."""


def asked_for(
    connection: Connection, scope: Scope, expression: Params, progress: Progress | None = None
) -> Found | None:
    """Read the runs for which a SearchExpression holds.

    Returns
    -------
    Found or None
        None where all runs have to be read instead: there are few; some have jobs, and what a job logged is no part of
        its run for Search; some have points in a file; or the service refuses the expression, since it reads it
        otherwise than we think.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses anything else or cannot be reached.
    """
    doing = f"read {scope.title}"
    with explained(doing):
        told = _looked(connection, scope, expression)
    if told is None or told["all"].hits <= FEW or told["elsewhere"].hits:
        return None
    first = told["query"]
    if first.token is None:
        return Found(table_of(first.records, scope.experiment))
    return sweep(connection, Question(doing, tuple(scope.filters), (expression,), scope.experiment), progress)


def _looked(connection: Connection, scope: Scope, expression: Params) -> dict[str, Page] | None:
    """Ask side by side for the number of runs, that of runs with more than Search knows, and the first page.

    None if the expression is refused.
    """
    from botocore.exceptions import ClientError

    parts: dict[str, tuple[Params, ...]] = {"all": (), "elsewhere": (ELSEWHERE,), "query": (expression,)}
    told: dict[str, Page] = {}

    def look(part: str) -> Page:
        return ask(connection, scope.filters, parts[part], size=SEARCH_PAGE if part == "query" else 1)

    def take(part: str, page: Page) -> Iterable[str]:
        told[part] = page
        return ()

    try:
        given_up = Crew(look).run(parts, take)
    except ClientError as error:
        if error.response["Error"]["Code"] in REFUSED:
            return None
        raise
    if given_up:
        raise given_up[0].error
    return told
