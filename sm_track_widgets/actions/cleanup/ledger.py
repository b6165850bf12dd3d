"""What a clean-up has set out to do, on disk: a second call finishes what an interrupt or a kill has left.

A component that was taken out of its groups and not deleted belongs to no experiment any more: no query finds it. So
the plan is written before the first call, and each thing that is done is added as a line.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sm_track_widgets.actions.cleanup.plan import Plan, PlannedEntity, PlannedFile, PlannedRun, Request

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sm_track_widgets.connection import Connection

FOLDER = "cleanup"
VERSION = 1


class Ledger:
    """The file of one clean-up.

    Parameters
    ----------
    connection
        Where it cleans up.
    name
        What tells it from others: the request.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        told = json.dumps([connection.identity, connection.store_mark, name])
        mark = hashlib.sha256(told.encode("utf-8")).hexdigest()[:24]
        self.path = connection.settings.path / FOLDER / f"{mark}.jsonl"

    def begin(self, plan: Plan, identity: Iterable[str]) -> None:
        """Write what is about to be done.

        Raises
        ------
        OSError
            When it cannot be written; then nothing may be done.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        kept = {name: getattr(plan, name) for name in ("title", "groups", "experiments")}
        things = {name: [asdict(one) for one in getattr(plan, name)] for name in _ROWS}
        head = {"version": VERSION, "identity": list(identity), **kept, **things}
        with fresh.open("w", encoding="utf-8") as file:
            file.write(json.dumps(head) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)

    def done(self, kind: str, names: Iterable[str]) -> None:
        """Note that things are gone; where that cannot be written, a second call finds it out."""
        with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps([kind, name]) + "\n" for name in names))

    def end(self) -> None:
        """Forget it: all is done that can be."""
        self.path.unlink(missing_ok=True)

    def left(self) -> Plan | None:
        """Return what is left to do; None when nothing is."""
        return read(self.path)


_ROWS: dict[str, Any] = {
    "runs": PlannedRun,
    "shared": PlannedRun,
    "files": PlannedFile,
    "lineage": PlannedEntity,
}
_KEYS = {"runs": "component", "shared": "component", "files": "uri", "lineage": "arn"}


def ledger_of(connection: Connection, request: Request) -> Ledger:
    """Return the ledger of a deletion: the same request has the same one."""
    return Ledger(connection, json.dumps(asdict(request), sort_keys=True))


def unfinished(connection: Connection) -> list[tuple[Path, Plan]]:
    """Return what clean-ups of this place have left, and the files that say so."""
    found: list[tuple[Path, Plan]] = []
    for path in sorted((connection.settings.path / FOLDER).glob("*.jsonl")):
        plan = read(path, connection.identity)
        if plan is not None:
            found.append((path, plan))
    return found


def read(path: Path, identity: Iterable[str] | None = None) -> Plan | None:
    """Return what a file says is left; None where it is of another place, cannot be read, or nothing is left."""
    try:
        first, *lines = path.read_text("utf-8").splitlines()
        head: dict[str, Any] = json.loads(first)
        done = {tuple(json.loads(line)) for line in lines if line.endswith("]")}
        if head["version"] != VERSION or (identity is not None and head["identity"] != list(identity)):
            return None
        rows: dict[str, Any] = {
            kind: tuple(_row(make, one) for one in head[kind] if (kind, one[_KEYS[kind]]) not in done)
            for kind, make in _ROWS.items()
        }
        names: dict[str, Any] = {
            kind: tuple(name for name in head[kind] if (kind, name) not in done)
            for kind in ("groups", "experiments")
        }
        plan = Plan(head["title"], **rows, **names)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if plan.empty else plan


def _row(make: Any, told: dict[str, Any]) -> Any:
    """Return a row of JSON as it was: lists are tuples."""
    return make(**{name: _tuples(value) for name, value in told.items()})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
