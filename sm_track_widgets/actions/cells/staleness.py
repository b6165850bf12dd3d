"""Whether the cell of a run has been edited since, as far as this kernel and the saved notebook can tell."""

from __future__ import annotations

import difflib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

MOST_CELLS = 2_000
MOST_BYTES = 64 * 1024 * 1024
"""Size of a notebook that is still looked into."""


class _Seen(NamedTuple):
    at: float
    source: str | None


@dataclass(frozen=True, slots=True)
class Stale:
    """What became of a run's cell.

    Attributes
    ----------
    before, now
        Source as it ran, and as it is; `now` is None where the cell is gone.
    notebook
        Name of the notebook's file; empty where it was seen in this kernel.
    """

    before: str
    now: str | None
    notebook: str = ""

    def __str__(self) -> str:
        if self.now is None:
            return f"Its cell is no longer in {self.notebook}."
        lines = difflib.ndiff(self.before.splitlines(), self.now.splitlines())
        marks = [line[:2] for line in lines]
        count = max(marks.count("- "), marks.count("+ "))
        return (
            f"Its cell has been edited since: {'1 line differs' if count == 1 else f'{count} lines differ'}."
        )


_executed: dict[str, _Seen] = {}


def executed(cell_id: str, source: str) -> None:
    """Note that a cell of a notebook is being executed here, and what is in it; the last 2,000 cells are known."""
    _executed.pop(cell_id, None)
    _executed[cell_id] = _Seen(time.time(), source)
    if len(_executed) > MOST_CELLS:
        del _executed[next(iter(_executed))]


def stale(capture: Mapping[str, Any], clean: Callable[[str], str]) -> Stale | None:
    """Compare the cell of a run with what it is now.

    Parameters
    ----------
    capture
        What the run kept of its cell.
    clean
        Takes secrets out of a text, as was done with what is kept.

    Returns
    -------
    Stale or None
        None where the cell is the same, or nobody knows: the run is of another tool's notebook, was cut, or neither
        this kernel nor the notebook's file has seen the cell since.
    """
    cell: Mapping[str, str] = capture.get("cell") or {}
    source, mark = capture.get("source"), cell.get("id", "")
    if source is None or capture.get("source_cut") or not mark:
        return None
    started = float(capture.get("started") or 0.0)
    path = Path(cell.get("notebook") or "")
    here, saved = _executed.get(mark), _in_file(path, mark)
    newest = max(
        (one for one in (here, saved) if one and one.at >= started), default=None, key=lambda one: one.at
    )
    if newest is None:
        return None
    if newest.source is None:
        return Stale(source, None, path.name)
    now = clean(newest.source)
    return None if _bare(now) == _bare(source) else Stale(source, now, path.name if newest is saved else "")


def _in_file(path: Path, mark: str) -> _Seen | None:
    """Return a cell as the notebook was last saved; its source is None where it is not in there."""
    try:
        status = path.stat()
        if not path.name.endswith(".ipynb") or status.st_size > MOST_BYTES:
            return None
        cells: list[Any] = json.loads(path.read_bytes())["cells"]
        found = next((one for one in cells if one.get("id") == mark), None)
        if found is None:
            return _Seen(status.st_mtime, None)
        source = found["source"]
        return _Seen(status.st_mtime, source if isinstance(source, str) else "".join(source))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # moved, half written, or not a notebook: then nobody knows


def _bare(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
