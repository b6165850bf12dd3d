"""What there is to see of a stored file: a picture, rows, facts, lines of text; no markup and no widget yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sm_track_widgets.charts import preview_data
from sm_track_widgets.charts.preview_data import Facts, Table

PREVIEW_BYTES = 2 << 20
"""Bytes of a file that a preview can use; of a longer one give the beginning and its `size`."""
MAX_IMAGE = 1 << 20
"""A larger picture would make the notebook large: it is named, not shown."""
LINES, LINE, SHOWN_JSON = 30, 200, 20_000
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)
_TEXT_SUFFIXES = frozenset({
    ".cfg", ".css", ".ini", ".js", ".log", ".md", ".py", ".rst", ".sh", ".sql", ".toml", ".ts", ".txt", ".xml",
    ".yaml", ".yml",
})  # fmt: skip
_TEXT_TYPES = frozenset({"application/yaml", "application/xml", "application/x-sh", "application/javascript"})


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of a type that its first bytes have proved."""

    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first lines of a text, and how many there are besides."""

    text: str
    more: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """Why there is nothing to see."""

    words: str


Look = Table | Facts | Picture | Excerpt | Note


def look(name: str, media_type: str | None, data: bytes, *, whole: bool) -> Look | None:
    """Return what a person wants to see of a file; None where there is nothing.

    Parameters
    ----------
    name, media_type
        Of the artifact; the name's extension says more than the type.
    data
        The file, or its first `PREVIEW_BYTES`.
    whole
        Whether that is all of it.
    """
    try:
        return _look(name, media_type or "", data, whole=whole)
    except Exception:  # noqa: BLE001 - whatever is wrong inside somebody's file, its name and size can be shown
        return None


def _look(name: str, media_type: str, data: bytes, *, whole: bool) -> Look | None:
    suffix = PurePosixPath(name).suffix.lower()
    picture = _picture_type(suffix, media_type, data)
    if picture:
        shown = whole and len(data) <= MAX_IMAGE
        return Picture(picture, data) if shown else Note("A large picture.")
    if suffix == ".parquet" or data[:4] == b"PAR1":
        return preview_data.parquet_table(data) if whole else None
    if suffix in {".html", ".htm"} or media_type == "text/html":
        return Note("A page: download it to open it.")
    text = _text(data)
    return None if text is None else _of_text(text, suffix, media_type, whole=whole)


def _of_text(text: str, suffix: str, media_type: str, *, whole: bool) -> Look | None:
    if suffix in {".csv", ".tsv"} or media_type in {"text/csv", "text/tab-separated-values"}:
        tabs = suffix == ".tsv" or media_type == "text/tab-separated-values"
        return preview_data.csv_table(text, whole=whole, tabs=tabs) or _excerpt(text)
    if suffix in {".jsonl", ".ndjson"} or media_type == "application/jsonl":
        return preview_data.json_lines_table(text, whole=whole) or _excerpt(text)
    if suffix in {".json", ".ipynb"} or media_type == "application/json":
        return _json(text, whole=whole)
    readable = suffix in _TEXT_SUFFIXES or media_type.startswith("text/") or media_type in _TEXT_TYPES
    return _excerpt(text) if readable else None


def _picture_type(suffix: str, media_type: str, data: bytes) -> str:
    """Return the type of an image, by its first bytes; empty for anything else."""
    if suffix == ".svg" or media_type == "image/svg+xml":
        return "image/svg+xml"
    if not (media_type.startswith("image/") or suffix in {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}):
        return ""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _SIGNATURES if data.startswith(start)), "")


def _text(data: bytes) -> str | None:
    return None if b"\0" in data[:4096] else data.decode("utf-8", "replace").removeprefix("\ufeff")


def _json(text: str, *, whole: bool) -> Look:
    try:
        found: Any = json.loads(text) if whole else None
    except (ValueError, RecursionError):
        found = None
    if found is None:
        return _excerpt(text)
    known = preview_data.document(found)
    if known is not None:
        return known
    return _excerpt(json.dumps(found, indent=2, ensure_ascii=False) if len(text) <= SHOWN_JSON else text)


def _excerpt(text: str) -> Excerpt:
    lines = text[: LINES * LINE * 10].splitlines()
    shown = "\n".join(line if len(line) <= LINE else f"{line[:LINE]}…" for line in lines[:LINES])
    left = text.count("\n") - LINES
    return Excerpt(shown, left if len(lines) > LINES and left > 0 else 0)
