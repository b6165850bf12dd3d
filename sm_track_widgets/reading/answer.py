"""Which runs somebody means, read in the way that costs least."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sm_track_widgets import _progress
from sm_track_widgets._errors import NotFoundError, UsageError
from sm_track_widgets.reading import query as language
from sm_track_widgets.reading.asked_for import asked_for
from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.fetch import names
from sm_track_widgets.reading.fetch.pages import Scope
from sm_track_widgets.reading.table import rows

if TYPE_CHECKING:
    from sm_track_widgets.connection import Connection
    from sm_track_widgets.reading.query import Query
    from sm_track_widgets.reading.table.table import Table

logger = logging.getLogger("sm_track_widgets")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs are meant.

    Attributes
    ----------
    experiment, group
        Names, in any case; None is all.
    query
        In the filter language; empty is all.
    archived
        Also those that were archived.
    unassigned
        Instead those that belong to no experiment.
    cached
        Whether runs that have been read before may be used; else all are read anew, and kept.
    fresh
        Whether the service is asked what of them has changed. False: what was read last is told without a call; only
        what was never read is.
    """

    experiment: str | None = None
    group: str | None = None
    query: str | None = None
    archived: bool = False
    unassigned: bool = False
    cached: bool = True
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The runs, the newest first, without components of jobs, which are parts of their runs.

    Attributes
    ----------
    table
        One row per run; their names (`rows.shown_names`) are those they have among all runs that were read.
    missing
        One line that says what could not be read; empty when all is there.
    way
        How they were read: ``"cache"``, ``"service"``, or ``"query"`` where the service was asked for those of the
        query only.
    """

    table: Table
    missing: str
    way: str


def find(connection: Connection, wanted: Wanted) -> Answer:
    """Read the runs that are meant.

    Raises
    ------
    NotFoundError
        When there is no such experiment or group; when the query finds nothing and names what no run has.
    UsageError
        For a query that cannot be read; `QueryError` points at the place.
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    if wanted.unassigned and (wanted.experiment is not None or wanted.group is not None):
        raise UsageError(
            "Runs of no experiment are of no group either.", "Leave the experiment and the group out."
        )
    query = language.parse(wanted.query) if wanted.query and wanted.query.strip() else None
    scope = _scope(connection, wanted)
    answer = _narrow(connection, wanted, scope, query)
    if answer is None:
        found = _whole(connection, wanted, scope)
        answer = Answer(found.runs, found.missing, "cache" if found.refreshed else "service")
    if answer.missing:
        logger.warning("%s", answer.missing)
    return Answer(_chosen(connection, wanted, answer, query), answer.missing, answer.way)


def components(connection: Connection, experiment: str, *, cached: bool = True) -> cache.Runs:
    """Read all components of an experiment, those of jobs among them.

    Raises
    ------
    NotFoundError
        When there is no such experiment.
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    wanted = Wanted(experiment, cached=cached)
    found = _whole(connection, wanted, _scope(connection, wanted))
    if found.missing:
        logger.warning("%s", found.missing)
    return found


def _scope(connection: Connection, wanted: Wanted) -> Scope:
    if wanted.unassigned:
        return Scope(unassigned=True)
    if wanted.experiment is None:
        return Scope()
    return Scope(cache.spelling(connection, str(names.entity(wanted.experiment))))


def _whole(connection: Connection, wanted: Wanted, scope: Scope) -> cache.Runs:
    """Read all runs of the scope; an experiment without any is looked for under another spelling."""
    found = _read(connection, wanted, scope)
    if len(found.table) or scope.experiment is None:
        return found
    # Search compares names with regard to case [inf], Describe does not.
    spelt = Scope(names.resolve_experiment(connection, str(wanted.experiment)))
    return found if spelt == scope else _read(connection, wanted, spelt)


def _read(connection: Connection, wanted: Wanted, scope: Scope) -> cache.Runs:
    with _progress.told(f"Reading {scope.title}") as progress:
        if scope.unassigned:  # which runs have lost their experiment no refresh could tell
            return cache.read_uncached(connection, scope, progress)
        return cache.read(connection, scope, progress, anew=not wanted.cached, fresh=wanted.fresh)


def _chosen(connection: Connection, wanted: Wanted, answer: Answer, query: Query | None) -> Table:
    table = answer.table
    if wanted.group is not None:
        table = _of_group(connection, wanted, table, str(names.entity(wanted.group)))
    if not wanted.archived:
        hidden = rows.is_archived(table)
        table = table.take(~hidden) if hidden.any() else table
    if query is None:
        return table
    found = language.matches(query, table)
    if not found.any():
        _explain_nothing(query, table)
    return table.take(found)


def _of_group(connection: Connection, wanted: Wanted, table: Table, group: str) -> Table:
    here = rows.in_group(table, group)
    if not here.any():
        names.resolve_group(connection, wanted.experiment, str(wanted.group))
    return table.take(here)


def _explain_nothing(query: Query, table: Table) -> None:
    """Say when a query finds nothing since it names what no run has; without any run there is nothing to say."""
    unknown = language.unknown(query, table) if len(table) else []
    if unknown:
        raise NotFoundError(language.explain_unknown(unknown))


def _narrow(connection: Connection, wanted: Wanted, scope: Scope, query: Query | None) -> Answer | None:
    """Ask for the runs of the query only; None where all runs are to be read, or are known."""
    if query is None or (wanted.cached and cache.known(connection, scope.experiment)):
        return None
    pushed = language.push(query)
    if pushed.expression is None:
        return None
    with _progress.told(f"Reading {scope.title}") as progress:
        found = asked_for(connection, scope, pushed.expression, progress)
    if found is None or (not len(found.table) and query.mentions):
        return None  # Where nothing is found, it takes all runs to say whether a name is misspelt.
    table = found.table.take(~rows.is_job(found.table))
    return Answer(rows.named_apart(table), found.missing, "query")
