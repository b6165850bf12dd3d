"""The file that is written: whether it can be, and how nobody ever sees half of it."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO

from sm_track_widgets._errors import UsageError, did_you_mean

ENDINGS = (".csv", ".json", ".parquet")
NO_PARQUET = "pip install 'sm-track-widgets[parquet]', or choose .csv."


def checked(path: str | os.PathLike[str], endings: Sequence[str] = ENDINGS) -> Path:
    """Return where to write to, absolute; asked before anything is read.

    The file has to end in one of `endings`, and its folder has to be there: a misspelt one would be made unseen.

    Raises
    ------
    UsageError
        In one line, with the cure.
    """
    text = os.fspath(path)
    if not text.strip() or "\0" in text:
        raise UsageError(f"{text!r} is no name of a file.", "For example: runs.csv")
    target = Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100, PTH111 - Path leaves ".." in it
    try:
        _look(target, endings, names_folder=text.endswith(("/", os.sep)))
    except OSError as error:
        raise UsageError(f"Cannot write {text!r}: {error.strerror}.", "Choose another name.") from error
    if target.suffix.lower() == ".parquet":
        try:
            import_module("pyarrow.parquet")
        except ImportError as error:
            raise UsageError("Parquet needs pyarrow.", NO_PARQUET) from error
    return target


@contextmanager
def replacing(target: Path) -> Generator[IO[bytes], None, None]:
    """Give a file that takes the place of `target` when all is in it; after an error there is what was there before.

    Raises
    ------
    UsageError
        When it cannot be written; on a full disk, for example.
    """
    real = Path(os.path.realpath(target))  # a link stays a link
    beside = real.with_name(f".sm-track-{uuid.uuid4().hex}")
    try:
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if real.exists():
            shutil.copymode(real, beside)
        beside.replace(real)
    except OSError as error:
        raise UsageError(f"Cannot write {str(target)!r}: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            beside.unlink()


def write_text(target: Path, text: str) -> None:
    """Write a text as a whole or not at all.

    Raises
    ------
    UsageError
        When it cannot be written.
    """
    with replacing(target) as file:
        file.write(text.encode("utf-8", "replace"))


def _look(target: Path, endings: Sequence[str], *, names_folder: bool) -> None:
    if target.is_dir() or names_folder:
        raise UsageError(f"{str(target)!r} is a folder.", f"Name a file in it, for example runs{endings[0]}.")
    if target.suffix.lower() not in endings:
        near = did_you_mean(target.suffix.lower(), endings) or f"Choose one of {', '.join(endings)}."
        raise UsageError(f"The ending of {target.name!r} does not say what to write.", near)
    if not target.parent.is_dir():
        wrong = "is no folder" if target.parent.exists() else "does not exist"
        raise UsageError(
            f"The folder {str(target.parent)!r} {wrong}.", "Make it first, or choose another one."
        )
    if target.exists() and not (target.is_file() and os.access(target, os.W_OK)):
        raise UsageError(f"{str(target)!r} cannot be written to.", "Choose another name.")
