"""Writing HTML and SVG: every text that a user can have written goes through `text`."""

from __future__ import annotations

import html
import re

FONT = "font-family:var(--jp-ui-font-family,system-ui,sans-serif)"
MUTED = "opacity:.7"
"""Greyer text that keeps 4.5:1 on white and on JupyterLab's dark, whatever colour text has there."""
HAIRLINE = "rgba(128,128,128,.35)"
GOOD, BAD, BUSY, WARN, IDLE = "#1d8a5b", "#d0342c", "#2f6fdb", "#b26a00", "#808080"
"""Colours with a meaning: at least 3:1 on white and on JupyterLab's dark."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def text(value: object) -> str:
    """Return a value as HTML shows it: nothing in it is markup, and nothing in it that no page can hold."""
    return html.escape(plain(value), quote=True)


def plain(value: object) -> str:
    """Return a value as text, without characters that HTML and UTF-8 do not know."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value))


def tinted(colour: str) -> str:
    """Return CSS for text in `colour`, moved towards the colour of the text around it: readable on light and dark.

    A reader that does not know ``color-mix`` shows the text uncoloured.
    """
    return f"color:{mixed(colour, 60)}"


def mixed(colour: str, percent: int = 86) -> str:
    """Return `colour` moved towards the colour of text: darker on light, lighter on dark."""
    return f"color-mix(in srgb,{colour} {percent}%,currentColor)"
