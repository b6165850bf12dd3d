"""A widget as a page that opens from the disk: its views and its state are in the file, and nothing else is asked."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from ipywidgets import Widget

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.charts.markup import text
from sm_track_widgets.widgets import assets
from sm_track_widgets.widgets.kept_answers import Room

if TYPE_CHECKING:
    from collections.abc import Callable

    from sm_track_widgets.widgets.base import SmWidget
    from sm_track_widgets.widgets.kept_answers import Answer

THEMES = ("auto", "light", "dark")
NOT_STATE = frozenset({
    "_esm", "_css", "_anywidget_id", "_dom_classes", "_model_module", "_model_module_version", "_model_name",
    "_view_count", "_view_module", "_view_module_version", "_view_name", "layout", "tabbable", "tooltip",
})  # fmt: skip
"""Traits that tell a notebook how to show a widget; the page knows."""
IN_PAGE: Mapping[str, Any] = {"_key": "", "_api": {}, "_chunk": b""}
"""Values of what there is only in a notebook: the static form beside it, the kernel, the chunk of its own."""

START = """
const text = document.getElementById("smtw-code").textContent;
const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const source = new Blob([await new Response(plain).blob()], { type: "text/javascript" });
const url = URL.createObjectURL(source);
const { openPage } = await import(url);
URL.revokeObjectURL(url);
await openPage();
"""
LOOK = """
:root { color-scheme: light; --paper: #fff; --text: rgb(0 0 0 / 0.87); --quiet: rgb(0 0 0 / 0.66); }
:root[data-theme="dark"] { color-scheme: dark; --paper: #161616; --text: #fff; --quiet: rgb(255 255 255 / 0.72); }
@media (prefers-color-scheme: dark) {
  :root[data-theme="auto"] {
    color-scheme: dark; --paper: #161616; --text: #fff; --quiet: rgb(255 255 255 / 0.72);
  }
}
body {
  --jp-ui-font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif;
  --jp-ui-font-color1: var(--text); --jp-layout-color1: var(--paper);
  max-width: 1400px; margin: 0 auto; padding: 18px 24px 28px; background: var(--paper); color: var(--text);
  font: 13px/1.45 var(--jp-ui-font-family);
}
h2 { font-size: 13px; font-weight: 600; margin: 26px 0 8px; }
h1 { font-size: 16px; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
header p { color: var(--quiet); font-size: 12px; margin: 2px 0 12px; }
@media (max-width: 600px) { body { padding: 12px 10px; } }
"""
PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{look}</style>
<style>{style}</style>
</head>
<body>
<header>
<h1 dir="auto">{title}</h1>
<p>{kind}, saved {saved}. This page is a copy: it reads no new data.{left}</p>
</header>
<main>{body}</main>
<script type="application/json" id="smtw-state">{state}</script>
<script type="text/plain" id="smtw-vega">{chunk}</script>
<script type="text/plain" id="smtw-code">{code}</script>
<script type="module">{start}</script>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a page: a heading, which may be empty, and a widget or HTML of ours."""

    heading: str
    content: SmWidget | str | None


def checked_theme(theme: str) -> str:
    """Return `theme`.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    if theme not in THEMES:
        hint = did_you_mean(str(theme), THEMES) or f"There are: {', '.join(THEMES)}."
        raise UsageError(f"There is no theme {theme!r}.", hint)
    return theme


def page(widget: SmWidget, *, theme: str, title: str, now: float | None = None) -> str:
    """Return the page of one widget; see `document`."""
    return document([Piece("", widget)], theme=theme, title=title, kind=type(widget).__name__, now=now)


def document(pieces: Sequence[Piece], *, theme: str, title: str, kind: str, now: float | None = None) -> str:
    """Return a page of several parts, with all widgets that they refer to.

    Parameters
    ----------
    pieces
        What is shown, from top to bottom.
    theme
        ``"auto"`` follows the reader's system; ``"light"`` or ``"dark"``.
    title
        Heading, and name of the browser's tab.
    kind
        What kind of page it is; said below the title.
    now
        When it is saved, seconds since the epoch; default: now.
    """
    widgets = [piece.content for piece in pieces if isinstance(piece.content, Widget)]
    together = _together(widgets)
    states = {one.model_id: _state(one, theme) for one in together}
    room = Room()
    answers = {one.model_id: _answers(one, room) for one in together}
    charts = any("_chunk_hash" in state for state in states.values())
    return PAGE.format(
        theme=theme,
        policy=_policy(charts=charts),
        title=text(title),
        look=LOOK,
        style=assets.css(),
        kind=text(kind),
        saved=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(time.time() if now is None else now)),
        body="".join(_section(piece) for piece in pieces),
        left=text(room.told()),
        state=script_json({**_plain(states), "answers": {of: kept for of, kept in answers.items() if kept}}),
        chunk=_base64(assets.chunk()) if charts else "",
        code=_code(),
        start=START,
    )


def _section(piece: Piece) -> str:
    """Return one part: HTML as it is; for a widget its place, and what stands there without scripts."""
    heading = f"<h2>{text(piece.heading)}</h2>" if piece.heading else ""
    if not isinstance(piece.content, Widget):
        return f"<section>{heading}{piece.content or ''}</section>"
    place = f'<div class="smtw-place" data-model="{piece.content.model_id}"></div>'
    return f"<section>{heading}{place}<noscript>{piece.content.static_html()}</noscript></section>"


def script_json(value: Any) -> str:
    """Return JSON that can stand in a ``<script>``: nothing in it ends the element or begins a comment.

    All that is not ASCII is escaped, U+2028 and lone surrogates too; a number that JSON has not is null, as in what
    is sent to a notebook.
    """
    try:
        told = json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:
        told = json.dumps(_finite(value), separators=(",", ":"), allow_nan=False)
    return told.replace("<", "\\u003c")


def _together(widgets: Sequence[Widget]) -> list[Widget]:
    """Return widgets and all that their traits refer to, each once."""
    found = {widget.model_id: widget for widget in widgets}
    waiting = list(widgets)
    while waiting:
        for other in _referred(waiting.pop()):
            if other.model_id not in found:
                found[other.model_id] = other
                waiting.append(other)
    return list(found.values())


def _referred(widget: Widget) -> Iterator[Widget]:
    for name in set(widget.keys) - NOT_STATE:
        value = getattr(widget, name)
        several: Iterable[Any] = (
            cast("dict[str, Any]", value).values() if isinstance(value, dict) else [value]
        )
        yield from (one for one in several if isinstance(one, Widget))


def _state(widget: Widget, theme: str) -> dict[str, Any]:
    """Return the traits that the page has, as they are sent."""
    sent: dict[str, Any] = widget.get_state()
    state = {name: value for name, value in sent.items() if name not in NOT_STATE}
    fixed = {**IN_PAGE, "_theme": theme, **getattr(widget, "in_page", dict)()}
    return {**state, **{name: value for name, value in fixed.items() if name in state}}


def _answers(widget: Widget, room: Room) -> list[Any]:
    """Return what the page can still answer of what the widget's view asks the kernel."""
    give: Callable[[Room], Iterable[Answer]] | None = getattr(widget, "kept_answers", None)
    return [] if give is None else [one.plain() for one in give(room)]


def _plain(states: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return states as JSON has them, and which of their traits are bytes in base64."""
    models = {
        of: {name: _base64(value) if _is_bytes(value) else value for name, value in state.items()}
        for of, state in states.items()
    }
    binary = {of: [name for name, value in state.items() if _is_bytes(value)] for of, state in states.items()}
    return {"models": models, "binary": binary}


def _is_bytes(value: Any) -> bool:
    return isinstance(value, (bytes, bytearray, memoryview))


def _base64(data: Any) -> str:
    return base64.b64encode(data).decode("ascii")


@cache
def _code() -> str:
    return _base64(gzip.compress(assets.esm("explorer").encode(), 9, mtime=0))


@cache
def _policy(*, charts: bool) -> str:
    """Return what the page may do: run our one script and what is made of its own bytes, and ask nobody anything."""
    digest = _base64(hashlib.sha256(START.encode()).digest())
    # Vega makes functions of its expressions.
    vega = " 'unsafe-eval'" if charts else ""
    return (
        f"default-src 'none'; script-src 'sha256-{digest}' blob:{vega}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _finite(value: Any) -> Any:
    """Return `value` with null for each number that JSON has not."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in cast("dict[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in cast("list[Any]", value)]
    return value
