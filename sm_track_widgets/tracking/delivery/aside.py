"""Records that were set aside: refused for good with their reasons, or held because nobody knows whether they arrived.

JSON lines in ``<journal>.refused``: journal, home, account, region, endpoint, run, kind, payload, offset, code, reason,
held, time. Only who holds the lock of ``<journal>.ack`` writes them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets._types import Params, Point, RunRef
from sm_track_widgets.tracking.journal.format import Identity, JournalHeader

if TYPE_CHECKING:
    from sm_track_widgets._types import Home

REFUSED_SUFFIX = ".refused"


def append_aside(path: Path, line: Params) -> None:
    """Add one line; a line that a killed process left unfinished is closed first."""
    with path.open("ab+") as file:
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(line).encode() + b"\n")


def read_aside(path: Path) -> list[Params]:
    """Return the lines of a file, each record once; a missing file has none."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return []
    lines: dict[str, Params] = {}
    for raw in text.splitlines():
        try:
            line: Any = json.loads(raw)
        except ValueError:
            continue  # cut off by a kill; its record was not yet marked as done, and comes again
        lines[_key(line, raw)] = line
    return list(lines.values())


def write_aside(path: Path, lines: Sequence[Params]) -> None:
    """Replace a file as a whole; without lines, delete it."""
    if not lines:
        path.unlink(missing_ok=True)
        return
    fresh = path.with_name(path.name + ".new")
    fresh.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    fresh.replace(path)


def aside_line(header: JournalHeader, payload: Any, **told: Any) -> Params:
    """Return the line for a record of the journal that `header` describes."""
    return {
        "journal": header.journal,
        "home": header.home,
        "account": header.account,
        "region": header.region,
        "endpoint": header.endpoint,
        "run": asdict(header.run),
        "payload": asdict(payload) if isinstance(payload, Point) else payload,
        **told,
    }


def header_of(line: Params) -> JournalHeader:
    """Return as much of its journal's header as a line knows."""
    home: Home = line["home"]
    place = (line["account"], line["region"], line["endpoint"])
    return JournalHeader(line["journal"], home, *place, RunRef(**line["run"]), pid=0, started=0.0)


def held(lines: Iterable[Params]) -> list[Params]:
    """Return the lines of points that may or may not have arrived."""
    return [line for line in lines if line.get("held")]


def aside_files(
    folder: Path, identity: Identity | None = None
) -> list[tuple[Path, JournalHeader, list[Params]]]:
    """Return each file under `folder` that belongs to the place `identity` (None: any), with what its lines say.

    Parameters
    ----------
    folder
        ``<data folder>/journals``.
    identity
        Home, account, region, endpoint.
    """
    found: list[tuple[Path, JournalHeader, list[Params]]] = []
    for path in sorted(folder.glob(f"*/*{REFUSED_SUFFIX}")):
        lines = [line for line in read_aside(path) if "run" in line]
        if lines and (identity is None or header_of(lines[0]).belongs(identity)):
            found.append((path, header_of(lines[0]), lines))
    return found


def _key(line: Params, raw: str) -> str:
    """Return what tells two records apart: one that was set aside twice, around a kill, is one."""
    if "offset" not in line:
        return raw
    return f"{line['journal']} {line['offset']} {json.dumps(line['payload'], sort_keys=True)}"
