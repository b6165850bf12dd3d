"""The runs of one scope on disk: a whole table, then what changed since, and an index that names both.

A refresh appends a small file, so that it costs what has changed. The index is replaced as a whole and is consistent by
itself: files, and up to which moment they tell. So kernels that write at once cannot spoil each other's; who comes
second leaves it be, and what it knew is asked for again.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sm_track_widgets import _locks
from sm_track_widgets.reading.table.files import BrokenFileError, packed, unpacked
from sm_track_widgets.reading.table.stack import newest_first, updated
from sm_track_widgets.reading.table.table import Table

INDEX, LOCK = "index.json", "lock"
MANY_PARTS = 20
"""So many files of changes are put together into one."""
FEW_ROWS = 1000
"""All is written anew when the changes have more rows than this, and more than a quarter of all."""
ORPHANED = 60.0
"""Seconds after which a file that no index names is nobody's: who writes one names it at once."""


@dataclass(frozen=True, slots=True)
class State:
    """Up to when the table is true.

    Attributes
    ----------
    watermark
        When the service was asked last, by its own clock, or the latest LastModifiedTime seen where it does not tell;
        seconds since the epoch as all others.
    looked, wide
        When it was asked last, and when all runs that had ended within a day were read last, by this machine's clock.
    counted
        When deleted runs were looked for last.
    mark
        Of what store the rows are; a table of another one is not used.
    experiment
        Its name as the service spells it; empty for all.
    """

    watermark: float = 0.0
    looked: float = 0.0
    wide: float = 0.0
    counted: float = 0.0
    mark: str = ""
    experiment: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of changed rows, and the components that are gone."""

    file: str
    gone: list[str]
    rows: int


@dataclass(frozen=True, slots=True)
class Index:
    """What is on disk."""

    generation: int
    base: str
    rows: int
    state: State
    parts: list[Part] = field(default_factory=list[Part])


class Shelf:
    """The files of one scope in `folder`; every method survives that they are broken, gone, or cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def index(self) -> Index | None:
        """Return what is on disk; None when there is nothing that can be used."""
        try:
            told: dict[str, Any] = json.loads((self._folder / INDEX).read_text("utf-8"))
            parts = [Part(**part) for part in told["parts"]]
            state = State(**told["state"])
            return Index(int(told["generation"]), str(told["base"]), int(told["rows"]), state, parts)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def load(self, index: Index, known: Index | None = None, table: Table | None = None) -> Table | None:
        """Return the table that `index` tells of.

        Parameters
        ----------
        index
            As just read.
        known, table
            An older index and its table, which is brought up to date where only parts were added since.

        Returns
        -------
        Table or None
            None where a file is broken or gone.
        """
        parts = index.parts
        if known is not None and table is not None and known.base == index.base:
            shared = len(known.parts)
            if index.parts[:shared] == known.parts:
                parts = index.parts[shared:]
            else:
                table = None
        else:
            table = None
        try:
            table = newest_first(self._read(index.base)) if table is None else table
            for part in parts:
                block = self._read(part.file) if part.file else Table()
                table = updated(table, block, part.gone)
        except Exception:  # noqa: BLE001 - whatever is on the disk: all of it can be read from the service
            return None
        return table

    def replace(self, table: Table, state: State) -> Index | None:
        """Write the whole table anew; return its index, None where that cannot be done now."""
        with self._locked() as mine, contextlib.suppress(OSError):
            if mine:
                return self._replaced(table, state, self.index())
        return None

    def _replaced(self, table: Table, state: State, old: Index | None) -> Index:
        made = Index((old.generation if old else 0) + 1, self._write(table), len(table), state)
        self._tell(made)
        self._tidy(made)
        return made

    def append(self, known: Index, table: Table, block: Table, gone: list[str], state: State) -> Index | None:
        """Add changed rows and deleted components; return the index then, None where another kernel was first.

        `table` is all of it, as it is with them.
        """
        rows = sum(part.rows for part in known.parts) + len(block)
        with self._locked() as mine, contextlib.suppress(OSError, BrokenFileError):
            now = self.index() if mine else None
            if now is None or now.generation != known.generation:
                return None
            if rows > max(FEW_ROWS, known.rows // 4):
                return self._replaced(table, state, now)
            parts = known.parts
            if len(parts) >= MANY_PARTS:
                block, gone, parts = self._together(parts, table, block, gone)
            part = Part(self._write(block) if len(block) else "", gone, len(block))
            added = [part] if len(block) or gone else []
            made = Index(known.generation + 1, known.base, known.rows, state, [*parts, *added])
            self._tell(made)
            if parts is not known.parts:
                self._tidy(made)
            return made
        return None

    def _together(
        self, parts: list[Part], table: Table, block: Table, gone: list[str]
    ) -> tuple[Table, list[str], list[Part]]:
        """Return all that has changed since the whole table was written, as one part."""
        touched = {
            *block.components,
            *(name for part in parts if part.file for name in self._read(part.file).components),
        }
        places = sorted(table.places[name] for name in touched if name in table.places)
        lost = {*gone, *(name for part in parts for name in part.gone)}
        return table.take(np.array(places, dtype=np.intp)), sorted(lost), []

    def drop(self) -> None:
        """Forget everything."""
        with contextlib.suppress(OSError):
            (self._folder / INDEX).unlink()

    def _read(self, name: str) -> Table:
        return unpacked((self._folder / name).read_bytes())

    def _write(self, table: Table) -> str:
        name = f"{uuid.uuid4().hex}.npz"
        self._put(name, packed(table))
        return name

    def _tell(self, index: Index) -> None:
        self._put(INDEX, json.dumps(asdict(index)).encode("utf-8"))

    def _put(self, name: str, data: bytes) -> None:
        """Write a file that is there as a whole or not at all."""
        fresh = self._folder / f".{uuid.uuid4().hex}.tmp"
        try:
            fresh.write_bytes(data)
            fresh.replace(self._folder / name)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise

    def _tidy(self, index: Index) -> None:
        """Remove files that the index does not name; young ones may be another kernel's that is about to name them."""
        named = {INDEX, LOCK, index.base, *(part.file for part in index.parts)}
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if path.name not in named and time.time() - path.stat().st_mtime > ORPHANED:
                    path.unlink()

    @contextmanager
    def _locked(self) -> Generator[bool, None, None]:
        """Whether nobody else writes; where a file system has no locks, nobody is assumed to."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            yield False
            return
        try:
            yield _locks.lock(descriptor) != "held"
        finally:
            os.close(descriptor)
