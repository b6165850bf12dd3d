"""Files of a run: media type, content hash, a copy that the user's next write cannot change, the place in S3."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import os
import re
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sm_track_widgets._errors import ConfigError, UsageError
from sm_track_widgets._names import (
    MAX_ARTIFACT_KEY,
    MAX_ARTIFACT_VALUE,
    MAX_MEDIA_TYPE,
    MEDIA_TYPE_PATTERN,
    RESERVED_PREFIX,
    is_reserved,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_PREFIX = "sm-track"
UNKNOWN_TYPE = "application/octet-stream"
BLOCK = 1 << 20
CURE_SPOOL = "Free some space, or choose another data folder: %sm_config --path DIR"

# What the service's pattern refuses (types with a dot) or what mimetypes knows on some machines only. Types without a
# registered name of that form become application/octet-stream.
_TYPES = {
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".ipynb": "application/json",
    ".jsonl": "application/jsonl",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".parquet": UNKNOWN_TYPE,
    ".pkl": UNKNOWN_TYPE,
    ".pt": UNKNOWN_TYPE,
    ".pth": UNKNOWN_TYPE,
    ".py": "text/x-python",
    ".ts": "text/plain",
    ".txt": "text/plain",
    ".webp": "image/webp",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}


@dataclass(frozen=True, slots=True)
class Spooled:
    """A copy of the user's file in the spool folder: `path`, hexadecimal SHA-256, bytes, name of the original."""

    path: Path
    sha256: str
    size: int
    basename: str


def media_type(name: str, asked: str | None = None) -> str:
    """Return a media type that matches the service's pattern (no dots, at most 64 characters [M]).

    Raises
    ------
    UsageError
        `asked` is no such type.
    """
    if asked:
        if MEDIA_TYPE_PATTERN.fullmatch(asked) and len(asked) <= MAX_MEDIA_TYPE:
            return asked
        raise UsageError(
            f"Media type {asked!r} is none SageMaker takes (type/subtype, no dots, {MAX_MEDIA_TYPE} characters).",
            "Leave media_type out, or use application/octet-stream.",
        )
    suffix = Path(name).suffix.lower()
    guessed = _TYPES.get(suffix) or mimetypes.guess_type(f"x{suffix}", strict=False)[0] or UNKNOWN_TYPE
    fits = MEDIA_TYPE_PATTERN.fullmatch(guessed) is not None and len(guessed) <= MAX_MEDIA_TYPE
    return guessed if fits else UNKNOWN_TYPE


def user_path(file_path: Any) -> Path:
    """Return the path of a file or folder the user named.

    Raises
    ------
    UsageError
        It does not exist, or is neither.
    """
    try:
        path = Path(os.path.expanduser(os.fspath(file_path)))  # noqa: PTH111 - Path.expanduser raises without a home
        found, usable = path.exists(), path.is_file() or path.is_dir()
    except (TypeError, ValueError, OSError):
        raise UsageError(
            f"{file_path!r} is no path of a file.", "Give a path as text or pathlib.Path."
        ) from None
    if not found:
        raise UsageError(
            f"{str(file_path)!r} does not exist.",
            f"The current folder is {str(Path.cwd())!r}: write the file first.",
        )
    if not usable:
        raise UsageError(f"{str(file_path)!r} is no ordinary file.", "Copy its content into one first.")
    return path


def spool_file(path: Path, folder: Path) -> Spooled:
    """Copy a file into `folder` in one pass, hashing it.

    A hard link would be cheaper and wrong: the file may be changed in place before it is sent.

    Raises
    ------
    UsageError
        The file cannot be read.
    ConfigError
        The copy cannot be written.
    """
    try:
        source = path.open("rb")
    except OSError as error:
        raise UsageError(
            f"{str(path)!r} cannot be read: {error.strerror}.", "Check its permissions."
        ) from None
    digest, size = hashlib.sha256(), 0
    with source:
        target = _fresh(folder)
        try:
            with target.open("xb") as copy:
                while block := source.read(BLOCK):
                    digest.update(block)
                    size += len(block)
                    copy.write(block)
        except OSError as error:
            target.unlink(missing_ok=True)
            raise _unwritable(folder, error) from None
    return Spooled(target, digest.hexdigest(), size, path.name)


def spool_json(document: Any, folder: Path, basename: str) -> Spooled:
    """Write a JSON document into `folder`.

    Raises
    ------
    ConfigError
        It cannot be written.
    """
    return spool_bytes(json.dumps(document).encode(), folder, basename)


def spool_bytes(data: bytes, folder: Path, basename: str) -> Spooled:
    """Write `data` into `folder`.

    Raises
    ------
    ConfigError
        It cannot be written.
    """
    target = _fresh(folder)
    try:
        target.write_bytes(data)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise _unwritable(folder, error) from None
    return Spooled(target, hashlib.sha256(data).hexdigest(), len(data), basename)


def spool_made(write: Callable[[Path], object], folder: Path, basename: str) -> Spooled:
    """Have `write` make a file of name `basename`, and take it into `folder`.

    Raises
    ------
    ConfigError
        It cannot be written; whatever else `write` raises is passed on.
    """
    target = _fresh(folder)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix="making-") as place:
            path = Path(place) / safe_basename(basename)
            write(path)
            digest, size = _digest(path), path.stat().st_size
            path.replace(target)
    except OSError as error:
        raise _unwritable(folder, error) from None
    return Spooled(target, digest, size, basename)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _fresh(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None
    return folder / uuid.uuid4().hex


def _unwritable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(f"Cannot copy the file to {str(folder)!r}: {error.strerror or error}.", CURE_SPOOL)


def object_key(prefix: str | None, experiment: str, spooled: Spooled) -> str:
    """``<prefix>/<experiment>/<first two of the hash>/<hash>/<basename>``: equal content is stored once."""
    root = (prefix or DEFAULT_PREFIX).strip("/")
    return f"{root}/{experiment}/{spooled.sha256[:2]}/{spooled.sha256}/{safe_basename(spooled.basename)}"


def safe_basename(name: str) -> str:
    """Return a file name without characters that URLs, shells or the service trip over; at most 128 long."""
    clean = re.sub(r"[^\w.()+=@,-]+", "_", name.encode("utf-8", "replace").decode("utf-8")) or "file"
    return _cut(clean, MAX_ARTIFACT_KEY)


def artifact_name(name: str) -> str:
    """Return a name for an artifact: one line, at most 128 characters, the extension kept."""
    clean = re.sub(r"\s+", " ", name.encode("utf-8", "replace").decode("utf-8")).strip() or "artifact"
    return _cut(clean, MAX_ARTIFACT_KEY)


def asked_name(artifact_file: Any) -> str:
    """Return the name of an artifact that the user gave as a file's: relative, perhaps in a folder.

    Raises
    ------
    UsageError
        It is no such name, or one of ours.
    """
    try:
        name = os.fspath(artifact_file)
    except TypeError:
        name = None
    if not isinstance(name, str) or not name.strip():
        raise UsageError(f"{artifact_file!r} is no name for a file.", "Give one such as 'plots/loss.png'.")
    parts = name.strip().split("/")
    if "" in parts or ".." in parts:
        raise UsageError(
            f"{name!r} is no name for an artifact.", "Give a relative one such as 'plots/loss.png'."
        )
    if is_reserved(name.strip()):
        raise UsageError(
            f"Names that start with {RESERVED_PREFIX!r} are kept for sm_track_widgets.", "Take another."
        )
    return artifact_name("/".join(part for part in parts if part != ".") or name)


def artifact_value(name: str, value: Any) -> str:
    """Return the value of an artifact.

    Raises
    ------
    UsageError
        Longer than 2,048 characters, or over more than one line.
    """
    text = str(value)
    if len(text) > MAX_ARTIFACT_VALUE or len(text.splitlines()) > 1:
        raise UsageError(
            f"Artifact {name!r} has a value of {len(text):,} characters; SageMaker takes one line of "
            f"{MAX_ARTIFACT_VALUE:,}.",
            "Write it to a file: run.log_file(...)",
        )
    return text


def numbered(name: str, number: int) -> str:
    """``model.pt`` -> ``model-2.pt``."""
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        return _cut(f"{name}-{number}", MAX_ARTIFACT_KEY)
    return _cut(f"{stem}-{number}{dot}{suffix}", MAX_ARTIFACT_KEY)


def _cut(name: str, limit: int) -> str:
    if len(name) <= limit:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    suffix = Path(name).suffix[:20]
    return f"{name[: limit - len(suffix) - 9]}-{mark}{suffix}"
