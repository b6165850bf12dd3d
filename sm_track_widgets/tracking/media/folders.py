"""Folders of the user: their files, and a zip that is the same for the same content."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

from sm_track_widgets._errors import UsageError

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold; the files' own would make unchanged content another file."""
_MODE = 0o644


def files_below(folder: Path) -> list[Path]:
    """Return the ordinary files below a folder, in order; links to folders are not followed.

    Raises
    ------
    UsageError
        There are none.
    """
    found = [Path(place) / name for place, _, names in os.walk(folder) for name in names]
    files = sorted(path for path in found if path.is_file())
    if not files:
        raise UsageError(f"{str(folder)!r} holds no files.", "Write them first.")
    return files


def zip_name(folder: Path) -> str:
    """Return the name of a folder's zip."""
    return f"{folder.resolve().name or 'folder'}.zip"


def write_zip(folder: Path, path: Path) -> None:
    """Zip the files of `folder` into `path`.

    Raises
    ------
    UsageError
        A file cannot be read, or there are none.
    OSError
        The zip cannot be written.
    """
    files = files_below(folder)  # before there is a zip that could stand among them
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _MODE << 16
            try:
                source = file.open("rb")
            except OSError as error:
                raise UsageError(
                    f"{str(file)!r} cannot be read: {error.strerror}.", "Check its permissions."
                ) from None
            with source, archive.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target, 1 << 20)
