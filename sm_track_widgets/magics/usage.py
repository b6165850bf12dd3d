"""What ``%sm_status`` says of calls and of what is kept on disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sm_track_widgets.charts import numbers

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from sm_track_widgets.connection import Connection

MOST_FILES = 10_000
"""Files that are looked at: a status must come at once."""


def calls(connection: Connection) -> str:
    """Say how many API calls were made in this process, and how many were refused as too many."""
    made, throttled = connection.calls, connection.throttled
    if not made:
        return "none"
    told = f"{made.total():,}: {_counted(made)}"
    if not throttled:
        return told
    times = "once" if throttled.total() == 1 else f"{throttled.total():,} times"
    return f"{told}; throttled {times} ({_counted(throttled)})"


def cache(connection: Connection) -> str:
    """Say how many files of what was read are kept, and how large they are."""
    folder = connection.settings.path / "cache"
    count = size = 0
    for entry in _files(folder):
        count, size = count + 1, size + entry.stat(follow_symlinks=False).st_size
        if count == MOST_FILES:
            break
    if not count:
        return "empty"
    more = "more than " if count == MOST_FILES else ""
    files = "1 file" if count == 1 else f"{more}{count:,} files"
    return f"{files}, {more}{numbers.data_size(size)} in {folder}"


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


def _files(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(entry.path)
                else:
                    yield entry
    except OSError:  # another kernel tidies it up meanwhile
        return
