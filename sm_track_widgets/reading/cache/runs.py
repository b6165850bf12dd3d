"""The runs of a scope, as true as the service tells: read once, then only what may have changed.

What may have changed is what was modified since the last look and two minutes before it (the index lags), what is in
progress, and what ended a short while ago, for nobody has shown that metrics and tags touch LastModifiedTime [inf].
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from sm_track_widgets._errors import TrackError
from sm_track_widgets.reading import jobs
from sm_track_widgets.reading.cache.gone import gone
from sm_track_widgets.reading.cache.shelf import Index, Shelf, State
from sm_track_widgets.reading.fetch.pages import Scope, equals, moment
from sm_track_widgets.reading.fetch.sweep import Progress, Question, sweep
from sm_track_widgets.reading.table import rows
from sm_track_widgets.reading.table.changes import changed
from sm_track_widgets.reading.table.stack import newest_first
from sm_track_widgets.reading.table.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from sm_track_widgets._types import Params
    from sm_track_widgets.connection import Connection

OVERLAP = 120.0
"""Seconds before the latest change seen that are asked for again."""
JUST_ENDED, ENDED = 15 * 60.0, 24 * 3600.0
"""Runs that ended so many seconds before the last look are read again at the next; those of a day once an hour."""
HOUR = 3600.0
FORMAT = 1
UNKNOWN_FOR = 300.0
"""Seconds: where STS cannot be reached, as in a VPC without an endpoint for it, each try may take as many as twenty."""
IN_MEMORY = 12
"""Scopes whose tables are kept in memory."""


@dataclass(slots=True)
class Held:
    """A scope's table in memory, and what of it is on disk."""

    shelf: Shelf
    lock: threading.RLock = field(default_factory=threading.RLock)
    table: Table | None = None
    index: Index | None = None
    state: State = field(default_factory=State)
    joined: Table | None = None


@dataclass(frozen=True, slots=True)
class Runs:
    """What is known of a scope.

    Attributes
    ----------
    table
        One row per component, the newest first, also those of jobs.
    runs
        One row per run, what its jobs logged among it; names that no two share.
    missing
        One line that says what could not be read; empty when all is there.
    fetched
        Records that were read for it, of which most may have been known.
    refreshed
        Whether the others were known already.
    """

    table: Table
    runs: Table
    missing: str = ""
    fetched: int = 0
    refreshed: bool = False


def known(connection: Connection, experiment: str | None) -> bool:
    """Whether the runs of a scope have been read before, in this process or another."""
    held = _held(connection, experiment)
    return held is not None and (held.table is not None or held.shelf.index() is not None)


def spelling(connection: Connection, experiment: str) -> str:
    """Return how the service spells an experiment that has been read; else as it is given."""
    held = _held(connection, experiment)
    index = None if held is None else held.index or held.shelf.index()
    return index.state.experiment if index is not None else experiment


def read(
    connection: Connection,
    scope: Scope,
    progress: Progress | None = None,
    *,
    anew: bool = False,
    now: float | None = None,
) -> Runs:
    """Return the runs of a scope, those that were known brought up to date.

    Parameters
    ----------
    connection, scope
        Where to look, and what for.
    progress
        Is told how many records of how many have been read.
    anew
        Whether all of them are read, whatever is known.
    now
        Seconds since the epoch by this machine's clock; None asks it.

    Raises
    ------
    ServiceRefusedError, ConfigError
        When the service refuses or cannot be reached; what is known stays known.
    """
    held = _held(connection, scope.experiment)
    if held is None:
        return read_uncached(connection, scope, progress)
    with held.lock:
        _open(held, connection)
        look = _Look(connection, scope, progress, time.time() if now is None else now)
        return _first(held, look) if anew or held.table is None else _refreshed(held, look)


def read_uncached(connection: Connection, scope: Scope, progress: Progress | None = None) -> Runs:
    """Return the runs of a scope as the service tells them all now; nothing is kept."""
    found = sweep(connection, _everything(scope), progress)
    jobs.find_runs(connection, found.table)
    return Runs(found.table, _joined(found.table), found.missing, len(found.table))


def folder_of(connection: Connection) -> Path:
    """Return the folder of what is kept of this connection's account and region."""
    identity = hashlib.sha256(json.dumps(connection.identity).encode("utf-8")).hexdigest()[:16]
    return connection.settings.path / "cache" / identity


_all_held: dict[Path, Held] = {}
_unknown: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()
"""Connections whose account could not be asked for, and until when it is not asked for again."""
_all_lock = threading.Lock()


def _held(connection: Connection, experiment: str | None) -> Held | None:
    """Return what is held of a scope; None where nothing can be, since nobody tells whose account it is."""
    if time.monotonic() < _unknown.get(connection, 0.0):
        return None
    try:
        folder = folder_of(connection)
    except TrackError:
        _unknown[connection] = time.monotonic() + UNKNOWN_FOR
        return None
    name = "all" if experiment is None else f"experiment {experiment.lower()}"
    place = hashlib.sha256(name.encode("utf-8")).hexdigest()[:16]
    folder = folder / f"runs-{FORMAT}" / place
    with _all_lock:
        held = _all_held.pop(folder, None) or Held(Shelf(folder))
        _all_held[folder] = held
        while len(_all_held) > IN_MEMORY:  # the one used longest ago is on the disk
            del _all_held[next(iter(_all_held))]
        return held


def _open(held: Held, connection: Connection) -> None:
    """Take over what this or another kernel has written since."""
    index = held.shelf.index()
    mark = connection.store_mark
    if index is None or index.state.mark != mark:
        if held.state.mark != mark:
            held.table = None
        held.index = None
        return
    if held.index is not None and held.index.generation == index.generation and held.table is not None:
        return
    loaded = held.shelf.load(index, held.index, held.table)
    held.index, held.table = (None, held.table) if loaded is None else (index, newest_first(loaded))
    if loaded is not None:
        held.state, held.joined = index.state, None


@dataclass(frozen=True, slots=True)
class _Look:
    """Where is looked, what for, who is told how far it is, and when."""

    connection: Connection
    scope: Scope
    progress: Progress | None
    now: float


def _first(held: Held, look: _Look) -> Runs:
    found = sweep(look.connection, _everything(look.scope), look.progress)
    table = found.table
    if found.missing:
        return Runs(table, _joined(table), found.missing, len(table))
    if not len(table):  # nothing is worth keeping, and what was known is gone
        held.table = held.index = held.joined = None
        held.shelf.drop()
        return Runs(table, table)
    jobs.find_runs(look.connection, table)
    held.table, held.joined = table, _joined(table)
    mark, now = look.connection.store_mark, look.now
    held.state = State(found.told or _latest(table), now, now, now, mark, look.scope.experiment or "")
    held.index = held.shelf.replace(table, held.state)
    return Runs(table, held.joined, "", len(table))


def _refreshed(held: Held, look: _Look) -> Runs:
    assert held.table is not None
    table, old, now = held.table, held.state, look.now
    wide = now - old.wide > HOUR
    found = sweep(look.connection, _since(look.scope, old, wide=wide), look.progress)
    fresh = _taken_over(look.connection, table, found.table)
    counting = not found.missing and (look.connection.home == "embedded" or now - old.counted > HOUR)
    lost = gone(look.connection, look.scope, table) if counting else []
    if len(fresh) or lost:
        table.remove(lost)
        held.table = table = newest_first(table)
        held.joined = None
    if not found.missing:
        watermark = max(found.told or _latest(table), old.watermark)
        wide_at, counted = now if wide else old.wide, now if counting else old.counted
        state = dataclasses.replace(old, watermark=watermark, looked=now, wide=wide_at, counted=counted)
        _keep(held, table, fresh, lost, state)
    if held.joined is None:
        held.joined = _joined(table)
    return Runs(table, held.joined, found.missing, len(found.table), refreshed=True)


def _taken_over(connection: Connection, table: Table, block: Table) -> Table:
    """Merge what has been read again; return the rows that are new or other than before."""
    jobs.keep_runs(table, block)
    fresh = block.take(changed(table, block))
    if not len(fresh):
        return fresh
    table.merge(fresh)
    learnt = jobs.find_runs(connection, table)
    places = [table.places[name] for name in {*fresh.components, *learnt}]
    return table.take(np.array(sorted(places), dtype=np.intp))


def _keep(held: Held, table: Table, fresh: Table, lost: list[str], state: State) -> None:
    """Write what has changed, if anything that matters has."""
    before, held.state = held.state, state
    if not len(fresh) and not lost and state.counted - before.counted < HOUR and state.wide == before.wide:
        return
    if held.index is None:
        held.index = held.shelf.replace(table, state)
        return
    # Where another kernel was first, its index is read at the next look.
    held.index = held.shelf.append(held.index, table, fresh, lost, state) or held.index


def _joined(table: Table) -> Table:
    return rows.named_apart(jobs.merged(table))


def _everything(scope: Scope) -> Question:
    return Question(f"read {scope.title}", tuple(scope.filters), experiment=scope.experiment)


def _since(scope: Scope, state: State, *, wide: bool) -> Question:
    """Ask for all that may be other than at the last look."""
    ended = state.wide - ENDED if wide else state.looked - JUST_ENDED
    may: Params = {
        "Operator": "Or",
        "Filters": [
            _from("LastModifiedTime", state.watermark - OVERLAP),
            equals("Status.PrimaryStatus", "InProgress"),
            _from("EndTime", ended),
        ],
    }
    return Question(f"refresh {scope.title}", tuple(scope.filters), (may,), scope.experiment)


def _from(name: str, seconds: float) -> dict[str, str]:
    return {"Name": name, "Operator": "GreaterThanOrEqualTo", "Value": moment(max(seconds, 0.0))}


def _latest(table: Table) -> float:
    modified = table.number("time", "modified")
    return float(np.nanmax(modified)) if len(modified) and not np.isnan(modified).all() else 0.0
