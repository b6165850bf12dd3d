"""What nobody needs any more: files that no run names, groups and experiments without runs, lineage of nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sm_track_widgets._crew import Crew
from sm_track_widgets.actions.cleanup import files, lineage, spool
from sm_track_widgets.actions.cleanup.addresses import ours
from sm_track_widgets.actions.cleanup.members import by_group, emptied, parents
from sm_track_widgets.actions.cleanup.plan import Kept, Plan, PlannedEntity, PlannedFile
from sm_track_widgets.actions.cleanup.referring import References, add_models, references
from sm_track_widgets.reading.cache import runs as cache
from sm_track_widgets.reading.fetch.names import explained
from sm_track_widgets.reading.fetch.pages import Page, Scope, ask
from sm_track_widgets.reading.table.decode import seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sm_track_widgets.connection import Connection

TITLE = "looked for files that no run names, empty groups and experiments, leftovers"


@dataclass(slots=True)
class _Found:
    files: list[PlannedFile] = field(default_factory=list[PlannedFile])
    groups: list[str] = field(default_factory=list[str])
    experiments: list[str] = field(default_factory=list[str])
    entities: list[PlannedEntity] = field(default_factory=list[PlannedEntity])
    kept: list[Kept] = field(default_factory=list[Kept])
    remarks: list[str] = field(default_factory=list[str])


def plan_waste(connection: Connection, older: float, now: float | None = None) -> Plan:
    """Find what nobody needs; changes nothing.

    Parameters
    ----------
    older
        Only what was made so many seconds ago, or longer: younger things may be about to be used.
    now
        Seconds since the epoch; None asks this machine's clock.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached.
    """
    before = (time.time() if now is None else now) - older
    found = _Found()
    place = ours(connection)
    refers = references(connection, place)
    held = files.listed(connection, place)
    add_models(connection, refers, held)
    if refers.missing:
        found.remarks.append(f"Files and their lineage stay. {refers.missing}")
    else:
        _files(found, held, refers, before)
        _lineage(connection, found, refers, before)
    _containers(connection, found, before)
    left, missing = spool.leftovers(connection.settings.path, before)
    return Plan(
        TITLE,
        groups=tuple(found.groups),
        experiments=tuple(found.experiments),
        files=tuple(found.files),
        lineage=tuple(found.entities),
        spool=tuple(left),
        kept=tuple(found.kept),
        remarks=tuple(filter(None, (*found.remarks, missing))),
    )


def _files(found: _Found, held: files.Listed, refers: References, before: float) -> None:
    strange: list[str] = []
    for uri, (size, written) in sorted(held.items()):
        if not refers.place.digest(uri):
            strange.append(uri)
        elif written < before and not refers.needed(uri):
            found.files.append(PlannedFile(uri, size))
    found.kept += [Kept("file", uri, "not named as sm_track_widgets names files") for uri in strange]


def _lineage(connection: Connection, found: _Found, refers: References, before: float) -> None:
    """Add artifacts of files of ours that nothing is associated with, and whose file no run names."""
    known = lineage.everything(connection)
    for arn, uri in sorted(known.uris.items()):
        old = known.made.get(arn, before) < before
        if old and refers.place.digest(uri) and not known.of(arn) and not refers.needed(uri):
            found.entities.append(PlannedEntity(arn, uri))


def _containers(connection: Connection, found: _Found, before: float) -> None:
    trials = _all(connection, "ExperimentTrial", "list run groups")
    experiments = _all(connection, "Experiment", "list experiments")
    held = by_group(parents(cache.read(connection, Scope()).table))
    made = {one["TrialName"]: seconds(one["CreationTime"]) for one in trials}
    found.groups += [name for name in emptied(sorted(made), held, {}) if made[name] < before]
    going = set(found.groups)
    busy = {str(one.get("ExperimentName", "")).lower() for one in trials if one["TrialName"] not in going}
    found.experiments += [
        one["ExperimentName"]
        for one in experiments
        if one["ExperimentName"].lower() not in busy and seconds(one["CreationTime"]) < before
    ]


def _all(connection: Connection, resource: str, doing: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def call(token: str | None) -> Page:
        return ask(connection, (), token=token, resource=resource)

    def take(_: str | None, page: Page) -> Iterable[str | None]:
        found.extend(page.records)
        return () if page.token is None else (page.token,)

    with explained(doing):
        given_up = Crew(call).run([None], take)
        if given_up:
            raise given_up[0].error
    return found
