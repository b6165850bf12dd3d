"""What a stored file looks like: a picture, the first rows of a table, the first lines of a text; plain HTML."""

from __future__ import annotations

import base64
import json
from pathlib import PurePosixPath
from typing import Any

from sm_track_widgets.charts import markup, numbers, preview_data
from sm_track_widgets.charts.preview_data import Facts, Table
from sm_track_widgets.charts.static_table import table_html

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
_BOX = f"{markup.FONT};font-size:13px;line-height:1.45;margin:0 0 12px;max-width:1080px"
_PRE = (
    "font:12px/1.45 var(--jp-code-font-family,ui-monospace,monospace);margin:0;padding:8px 12px;max-height:360px;"
    f"overflow:auto;white-space:pre;border:1px solid {markup.HAIRLINE};border-radius:6px;background:none;color:inherit"
)
# White below, because figures with a transparent ground have black axes.
_IMG = f"display:block;max-width:min(100%,720px);max-height:420px;background:#fff;border:1px solid {markup.HAIRLINE}"


def preview_html(name: str, media_type: str | None, data: bytes, *, size: int | None = None) -> str:
    """Write what a person wants to see of a file before opening it.

    Parameters
    ----------
    name, media_type
        Of the artifact; the name's extension says more than the type.
    data
        The file, or its first `PREVIEW_BYTES`.
    size
        Bytes of the whole file; default: of `data`.

    Returns
    -------
    str
        One ``<div>``: name, type and size; below a picture, the first rows or lines, or the gist of a document. Nothing
        in it is markup of the file's, and it loads nothing.
    """
    total = len(data) if size is None else size
    try:
        body = _body(name, media_type or "", data, whole=total <= len(data))
    except Exception:  # noqa: BLE001 - whatever is wrong inside somebody's file, its name and size can be shown
        body = ""
    cut = numbers.middle(markup.plain(name), 80)
    told = " · ".join(part for part in (media_type or "", numbers.data_size(total)) if part)
    head = (
        f'<div><b style="font-weight:600" title="{markup.text(name)}">{markup.text(cut)}</b> '
        f'<span style="{markup.MUTED}">{markup.text(told)}</span></div>'
    )
    return f'<div style="{_BOX}">{head}{body}</div>'


def _body(name: str, media_type: str, data: bytes, *, whole: bool) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    picture = picture_type(suffix, media_type, data)
    if picture:
        shown = whole and len(data) <= MAX_IMAGE
        return _picture(name, picture, data) if shown else _note("A large picture.")
    if suffix == ".parquet" or data[:4] == b"PAR1":
        found = preview_data.parquet_table(data) if whole else None
        return _table(found) if found else ""
    if suffix in {".html", ".htm"} or media_type == "text/html":
        return _note("A page: download it to open it.")
    text = text_of(data)
    return "" if text is None else _of_text(text, suffix, media_type, whole=whole)


def _of_text(text: str, suffix: str, media_type: str, *, whole: bool) -> str:
    if suffix in {".csv", ".tsv"} or media_type in {"text/csv", "text/tab-separated-values"}:
        tabs = suffix == ".tsv" or media_type == "text/tab-separated-values"
        return _table(preview_data.csv_table(text, whole=whole, tabs=tabs)) or _excerpt(text)
    if suffix in {".jsonl", ".ndjson"} or media_type == "application/jsonl":
        return _table(preview_data.json_lines_table(text, whole=whole)) or _excerpt(text)
    if suffix in {".json", ".ipynb"} or media_type == "application/json":
        return _json(text, whole=whole)
    readable = suffix in _TEXT_SUFFIXES or media_type.startswith("text/") or media_type in _TEXT_TYPES
    return _excerpt(text) if readable else ""


def picture_type(suffix: str, media_type: str, data: bytes) -> str:
    """Return the type of an image, by its first bytes; empty for anything else."""
    if suffix == ".svg" or media_type == "image/svg+xml":
        return "image/svg+xml"
    if not (media_type.startswith("image/") or suffix in {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}):
        return ""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _SIGNATURES if data.startswith(start)), "")


def _picture(name: str, kind: str, data: bytes) -> str:
    """Write an image that the page need not ask for; as an ``<img>``, an SVG can neither run nor load anything."""
    encoded = base64.b64encode(data).decode()
    return f'<img alt="{markup.text(name)}" style="{_IMG}" src="data:{kind};base64,{encoded}">'


def text_of(data: bytes) -> str | None:
    """Return the text of a file; None when it holds none."""
    return None if b"\0" in data[:4096] else data.decode("utf-8", "replace").removeprefix("\ufeff")


def _json(text: str, *, whole: bool) -> str:
    try:
        found: Any = json.loads(text) if whole else None
    except (ValueError, RecursionError):
        found = None
    if found is None:
        return _excerpt(text)
    known = preview_data.document(found)
    if isinstance(known, Table):
        return _table(known)
    if isinstance(known, Facts):
        return _facts(known)
    return _excerpt(json.dumps(found, indent=2, ensure_ascii=False) if len(text) <= SHOWN_JSON else text)


def _table(table: Table | None) -> str:
    if table is None:
        return ""
    more = 0 if table.total is None else max(0, table.total - len(table.rows))
    left = table.columns - len(table.header)
    note = _note(f"{numbers.count(left)} more columns") if left else ""
    if table.total is None:
        note += _note("first rows")
    return f'<div style="overflow-x:auto">{table_html(table.header, table.rows, more=more)}</div>{note}'


def _facts(known: Facts) -> str:
    style = "padding:1px 12px 1px 0;border:0;text-align:left;vertical-align:top;white-space:pre-wrap"
    rows = "".join(
        f'<tr><td style="{style};{markup.MUTED}">{markup.text(name)}</td>'
        f'<td style="{style}">{markup.text(_cut(value))}</td></tr>'
        for name, value in known.facts[:30]
    )
    table = f'<table style="{markup.FONT};font-size:12px;border-collapse:collapse;margin:0">{rows}</table>'
    return f"<div>{markup.text(_cut(known.title))}</div>{table if rows else ''}"


def _excerpt(text: str) -> str:
    lines = text[: LINES * LINE * 10].splitlines()
    shown = "\n".join(line if len(line) <= LINE else f"{line[:LINE]}…" for line in lines[:LINES])
    left = text.count("\n") - LINES
    note = _note(f"and {numbers.count(left)} more lines") if len(lines) > LINES and left > 0 else ""
    return f'<pre style="{_PRE}">{markup.text(shown)}</pre>{note}'


def _note(words: str) -> str:
    return f'<div style="font-size:12px;{markup.MUTED}">{markup.text(words)}</div>'


def _cut(text: str) -> str:
    return text if len(text) <= 2 * LINE else f"{text[: 2 * LINE]}…"
