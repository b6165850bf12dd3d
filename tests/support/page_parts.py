"""A saved page, taken apart."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pandas as pd

LONE = "\ud800" if pd.__version__ < "3" else ""  # pandas 3 keeps no text with half a character
EVIL = f"<img src=x onerror=alert(1)></script></noscript><!-- \"' \u2028 & {{braces}} \N{BUG} {LONE}"


class Elements(HTMLParser):
    """Elements of a page, and the text in each script."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scripts: dict[str, str] = {}
        self.policy = ""
        self.places: list[str] = []
        self._inside = ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "script":
            self._inside = str(given.get("id") or given.get("type"))
            self.scripts[self._inside] = ""
        if "data-model" in given:
            self.places.append(str(given["data-model"]))
        if given.get("http-equiv"):
            self.policy = str(given["content"])

    def handle_endtag(self, tag):
        if tag == "script":
            self._inside = ""

    def handle_data(self, data):
        if self._inside:
            self.scripts[self._inside] += data


def state_of(found: Elements) -> dict:
    return json.loads(found.scripts["smtw-state"])
