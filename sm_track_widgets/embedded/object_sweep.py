"""What crashes leave among the objects' files, deleted when a store is opened, at most once a day.

A writer that was killed leaves a temporary file, a file that no row names, or an upload that nobody ends.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sm_track_widgets.embedded import object_files
from sm_track_widgets.embedded.service import Service

DAY = 24 * 3600.0
STALE_SECONDS = DAY
UPLOAD_SECONDS = (
    7 * DAY
)  # S3 keeps unfinished uploads for ever; its guides advise a rule that ends them after 7 days
MARKER = "objects.swept"


def sweep(service: Service) -> None:
    """Delete what no living writer can still want, if a day has passed since that was last looked for.

    Temporary files and contents without a row are deleted when they are older than a day, unfinished multipart uploads
    with their parts when they are older than seven.
    """
    folder = service.folder / "objects"
    marker = service.folder / MARKER
    now = time.time()  # file times are the machine's, not the service's
    if not folder.is_dir() or _modified(marker) > now - DAY:
        return
    marker.touch()  # first, so that of several kernels one looks
    for path in _older(object_files.incoming(service), now - STALE_SECONDS):
        if path.is_dir():  # of a backup
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    ended = _end_uploads(service)
    object_files.release(service, [*ended, *_nameless(service, folder, now - STALE_SECONDS)])


def _end_uploads(service: Service) -> list[str]:
    """Forget uploads that were begun long ago; return the contents of their parts."""
    oldest = service.clock() - UPLOAD_SECONDS
    if service.store.row("SELECT 1 FROM uploads WHERE created < ?", oldest) is None:
        return []
    with service.store.atomic() as connection:
        rows = connection.execute(
            "SELECT parts.file FROM parts JOIN uploads ON uploads.id = parts.upload_id WHERE uploads.created < ?",
            (oldest,),
        ).fetchall()
        connection.execute("DELETE FROM uploads WHERE created < ?", (oldest,))
    return [row["file"] for row in rows]


def _nameless(service: Service, folder: Path, before: float) -> Iterator[str]:
    """Yield contents that lie in the folder without a row; `release` asks again, under the lock."""
    rows = service.store.rows("SELECT file FROM objects UNION SELECT file FROM parts")
    named = {row["file"] for row in rows}
    for shelf in folder.iterdir():
        if len(shelf.name) == object_files.SHELF_CHARACTERS and shelf.is_dir():
            yield from (path.name for path in _older(shelf, before) if path.name not in named)


def _older(folder: Path, before: float) -> Iterator[Path]:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry)
            if 0 < _modified(path) < before:
                yield path


def _modified(path: Path) -> float:
    """Return when a file was last written; 0 when it is gone, as what another process moves into place meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
