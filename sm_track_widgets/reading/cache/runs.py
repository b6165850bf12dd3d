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
from sm_track_widgets.reading.cache import gone
from sm_track_widgets.reading.cache.shelf import Index, Shelf, State
from sm_track_widgets.reading.fetch.pages import Scope, equals, moment
from sm_track_widgets.reading.fetch.sweep import Progress, Question, sweep
from sm_track_widgets.reading.old_points import with_old
from sm_track_widgets.reading.table import rows
from sm_track_widgets.reading.table.changes import changed
from sm_track_widgets.reading.table.stack import updated
from sm_track_widgets.reading.table.table import Table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
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
RECOUNT = 180.0
"""Seconds after a deletion of ours at which runs are counted again: Search may show a deleted one for a while."""
IN_MEMORY = 12
"""Scopes whose tables are kept in memory."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a scope. Nobody changes it: readers go on with theirs while the next one is made.

    Attributes
    ----------
    table, runs
        As of `Runs`.
    state
        Up to when they are true.
    index
        What of it is on disk; None where that is something else.
    """

    table: Table
    runs: Table
    state: State
    index: Index | None


@dataclass(slots=True)
class Held:
    """A scope in memory and its files."""

    shelf: Shelf
    lock: threading.RLock = field(default_factory=threading.RLock)
    known: Known | None = None


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
    return held is not None and (held.known is not None or held.shelf.index() is not None)


def spelling(connection: Connection, experiment: str) -> str:
    """Return how the service spells an experiment that has been read; else as it is given."""
    held = _held(connection, experiment)
    if held is None:
        return experiment
    index = None if held.known else held.shelf.index()
    state = held.known.state if held.known else None if index is None else index.state
    return experiment if state is None else state.experiment


def read(
    connection: Connection,
    scope: Scope,
    progress: Progress | None = None,
    *,
    anew: bool = False,
    fresh: bool = True,
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
    fresh
        Whether those that are known are brought up to date; else they are told as they are.
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
        look = _Look(connection, scope, progress, time.time() if now is None else now)
        held.known = known = _opened(held, connection)
        if anew or known is None:
            return _first(held, look)
        return _refreshed(held, known, look) if fresh else Runs(known.table, known.runs, refreshed=True)


def read_uncached(connection: Connection, scope: Scope, progress: Progress | None = None) -> Runs:
    """Return the runs of a scope as the service tells them all now; nothing is kept."""
    return _all(_Look(connection, scope, progress, time.time()))[0]


def forget(connection: Connection, experiments: Iterable[str | None], gone: Collection[str]) -> None:
    """Take components out of what is known: they have been deleted here, or taken out of an experiment.

    Parameters
    ----------
    experiments
        Of which they were; None is the list of all runs.
    gone
        Components.
    """
    for experiment in experiments:
        held = _held(connection, experiment)
        if held is None:
            continue
        with held.lock:
            known = _opened(held, connection)
            if known is None:
                continue
            there = [name for name in gone if name in known.table.places]
            table = updated(known.table, Table(), there)
            if not len(table):
                _nothing(held)
                continue
            state = dataclasses.replace(known.state, counted=time.time() - HOUR + RECOUNT)
            index = _kept(held, known, table, _Changes([], there), state)
            held.known = Known(table, _joined(table), state, index)


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


def _opened(held: Held, connection: Connection) -> Known | None:
    """Return what is known, with what this or another kernel has written since."""
    index, known, mark = held.shelf.index(), held.known, connection.store_mark
    if known is not None and known.state.mark != mark:
        known = None
    if index is None or index.state.mark != mark:
        return None if known is None else dataclasses.replace(known, index=None)
    if known is not None and known.index is not None and known.index.generation == index.generation:
        return known
    # What is known here and not there is asked for again: files and the moment they tell of belong together.
    usable = known is not None and known.index is not None
    table = held.shelf.load(index, known.index, known.table) if known and usable else held.shelf.load(index)
    if table is None:
        return None if known is None else dataclasses.replace(known, index=None)
    return Known(table, _joined(table), index.state, index)


@dataclass(frozen=True, slots=True)
class _Look:
    """Where is looked, what for, who is told how far it is, and when."""

    connection: Connection
    scope: Scope
    progress: Progress | None
    now: float


def _all(look: _Look) -> tuple[Runs, float]:
    """Read all runs; return them, and by which moment of the service's clock they are true."""
    found = sweep(look.connection, _everything(look.scope), look.progress)
    told = jobs.find_runs(look.connection, found.table, look.now)
    table = jobs.with_runs(found.table, told.runs)
    missing = " ".join(part for part in (found.missing, told.missing) if part)
    return Runs(table, _joined(table), missing, len(table)), found.told or _latest(table)


def _first(held: Held, look: _Look) -> Runs:
    runs, told = _all(look)
    if runs.missing:
        return runs
    if not len(runs.table):
        return _nothing(held)
    mark, now = look.connection.store_mark, look.now
    state = State(told, now, now, now, mark, look.scope.experiment or "")
    held.known = Known(runs.table, runs.runs, state, held.shelf.replace(runs.table, state))
    return runs


def _nothing(held: Held) -> Runs:
    """Forget what was known: there is no run any more, and perhaps the experiment is spelt otherwise now."""
    held.known = None
    held.shelf.drop()
    return Runs(Table(), Table())


def _refreshed(held: Held, known: Known, look: _Look) -> Runs:
    old, now = known.state, look.now
    wide = abs(now - old.wide) > HOUR
    found = sweep(look.connection, _since(look.scope, old, wide=wide), look.progress)
    table, touched, missing = _taken_over(look, known.table, found.table)
    missing = " ".join(part for part in (found.missing, missing) if part)
    counting = not missing and (look.connection.home == "embedded" or abs(now - old.counted) > HOUR)
    counted = gone.look(look.connection, look.scope, table) if counting else gone.Looked([], more=False)
    if (
        counted.more
    ):  # others than those that were modified: runs that came into the experiment, a clock put right
        return _first(held, look)
    if counted.gone:
        table = updated(table, Table(), counted.gone)
    if not len(table):
        return _nothing(held)
    runs = known.runs if table is known.table else _joined(table)
    if not missing:
        times = {"wide": now if wide else old.wide, "counted": now if counting else old.counted}
        state = dataclasses.replace(old, watermark=found.told or _latest(table), looked=now, **times)
        changes = _Changes(touched, counted.gone)
        held.known = Known(table, runs, state, _kept(held, known, table, changes, state))
    return Runs(table, runs, missing, len(found.table), refreshed=True)


def _taken_over(look: _Look, table: Table, block: Table) -> tuple[Table, list[str], str]:
    """Return the table with what has been read again, which components are new or other, and what is missing."""
    jobs.keep_runs(table, block)
    fresh = block.take(changed(table, block))
    table = updated(table, fresh) if len(fresh) else table
    told = jobs.find_runs(look.connection, table, look.now)
    return jobs.with_runs(table, told.runs), [*{*fresh.components, *told.runs}], told.missing


@dataclass(frozen=True, slots=True)
class _Changes:
    """Components that are new or other than on disk, and those that are gone."""

    touched: list[str]
    gone: list[str]


def _kept(held: Held, known: Known, table: Table, changes: _Changes, state: State) -> Index | None:
    """Write what has changed, if anything that matters has; return what is on disk of it."""
    old = known.state
    if not changes.touched and not changes.gone and old.wide == state.wide and old.counted == state.counted:
        return known.index
    if known.index is None:
        return held.shelf.replace(table, state)
    places = sorted(table.places[name] for name in changes.touched if name in table.places)
    block = table.take(np.array(places, dtype=np.intp))
    # None where another kernel was first: its files are read at the next look.
    return held.shelf.append(known.index, table, block, changes.gone, state)


def _joined(table: Table) -> Table:
    return rows.named_apart(with_old(jobs.merged(table)))


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
