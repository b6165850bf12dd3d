"""The front end's files: the bundle that a widget carries, and the Vega chunk that is sent once."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import threading
from functools import cache
from pathlib import Path

import platformdirs

STATIC = Path(__file__).resolve().parent.parent / "static"
APP = "sm-track-widgets"
_first = threading.Lock()
_sent = threading.Event()


@cache
def esm(name: str = "widget") -> str:
    """Return a bundle of views, a widget's ``_esm``: the core, ``"detail"``, ``"plots"``, or ``"explorer"``.

    The last one has all of them. Each widget on a page carries its own copy, so that those of most notebooks have
    the smallest.
    """
    return (STATIC / f"{name}.js").read_text(encoding="utf-8")


@cache
def css() -> str:
    """Return the core's style sheet."""
    return (STATIC / "widget.css").read_text(encoding="utf-8")


@cache
def chunk_hash() -> str:
    """Return what tells one version of the Vega chunk from another: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256((STATIC / "vega-chunk.js").read_bytes()).hexdigest()[:16]


@cache
def chunk() -> bytes:
    """Return the gzipped Vega chunk (280 KB).

    Compressed once per version, into the user's cache folder: it takes 70 ms and ten kernels need it ten times. A
    folder that cannot be written costs the compression again, nothing else.
    """
    path = Path(platformdirs.user_cache_dir(APP, appauthor=False)) / f"vega-chunk-{chunk_hash()}.js.gz"
    try:
        data = path.read_bytes()
        gzip.decompress(data)
    except (OSError, EOFError, ValueError):
        # mtime 0: the same input gives the same bytes.
        data = gzip.compress((STATIC / "vega-chunk.js").read_bytes(), 9, mtime=0)
        _keep(path, data)
    return data


def first_chunk() -> bytes:
    """Return the chunk for the session's first chart and nothing for the ones after it.

    Unasked, because a kernel that runs a cell cannot answer a request.
    """
    with _first:
        if _sent.is_set():
            return b""
        _sent.set()
        return chunk()


def _keep(path: Path, data: bytes) -> None:
    """Write a file in one piece: another kernel may be reading it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        return
