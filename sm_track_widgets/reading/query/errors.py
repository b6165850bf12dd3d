"""What is wrong with a query, and where."""

from __future__ import annotations

import unicodedata

from sm_track_widgets._errors import UsageError

_SHOWN = 100
"""Characters of a long query that are shown around the fault."""


class QueryError(UsageError):
    """A query that cannot be read, or that compares what cannot be compared.

    Attributes
    ----------
    query : str
        The whole text.
    column : int
        Where the fault is, counted from 1.
    """

    def __init__(self, message: str, cure: str = "", *, query: str = "", column: int = 0) -> None:
        self.query = query
        self.column = column
        super().__init__(f"Query, column {column}: {message}" if column else message, cure)

    def _render_traceback_(self) -> list[str]:
        """Let IPython print the error, the query, and a mark below the fault."""
        shown = super()._render_traceback_()
        if not self.query or not self.column:
            return shown
        line, before = _window(self.query, self.column - 1)
        return [*shown, line, f"{' ' * _width(before)}^"]


def _window(query: str, place: int) -> tuple[str, str]:
    """Return the part of a query around `place`, on one line, and what of it is before `place`."""
    flat = "".join(" " if sign.isspace() or not sign.isprintable() else sign for sign in query)
    first = max(0, place - _SHOWN // 2) if len(flat) > _SHOWN else 0
    last = first + _SHOWN
    head, tail = "…" if first else "", "…" if last < len(flat) else ""
    return f"{head}{flat[first:last]}{tail}".rstrip(), f"{head}{flat[first:place]}"


def _width(text: str) -> int:
    """Return how many columns a terminal gives a text."""
    wide = sum(unicodedata.east_asian_width(sign) in {"W", "F"} for sign in text)
    return len(text) + wide - sum(unicodedata.combining(sign) > 0 for sign in text)
