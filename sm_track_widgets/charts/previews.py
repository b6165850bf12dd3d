"""What a stored file looks like: a picture, the first rows of a table, the first lines of a text; plain HTML."""

from __future__ import annotations

import base64

from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.charts.preview_data import Facts, Table
from sm_track_widgets.charts.preview_look import LINE, Excerpt, Look, Picture, look
from sm_track_widgets.charts.static_table import table_html

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
    body = _html(name, look(name, media_type, data, whole=total <= len(data)))
    cut = numbers.middle(markup.plain(name), 80)
    told = " · ".join(part for part in (media_type or "", numbers.data_size(total)) if part)
    head = (
        f'<div><b style="font-weight:600" title="{markup.text(name)}">{markup.text(cut)}</b> '
        f'<span style="{markup.MUTED}">{markup.text(told)}</span></div>'
    )
    return f'<div style="{_BOX}">{head}{body}</div>'


def _html(name: str, seen: Look | None) -> str:
    if isinstance(seen, Picture):
        return _picture(name, seen.kind, seen.data)
    if isinstance(seen, Table):
        return _table(seen)
    if isinstance(seen, Facts):
        return _facts(seen)
    if isinstance(seen, Excerpt):
        more = _note(f"and {numbers.count(seen.more)} more lines") if seen.more else ""
        return f'<pre style="{_PRE}">{markup.text(seen.text)}</pre>{more}'
    return _note(seen.words) if seen is not None else ""


def _picture(name: str, kind: str, data: bytes) -> str:
    """Write an image that the page need not ask for; as an ``<img>``, an SVG can neither run nor load anything."""
    encoded = base64.b64encode(data).decode()
    return f'<img alt="{markup.text(name)}" style="{_IMG}" src="data:{kind};base64,{encoded}">'


def _table(table: Table) -> str:
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


def _note(words: str) -> str:
    return f'<div style="font-size:12px;{markup.MUTED}">{markup.text(words)}</div>'


def _cut(text: str) -> str:
    return text if len(text) <= 2 * LINE else f"{text[: 2 * LINE]}…"
