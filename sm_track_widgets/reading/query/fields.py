"""Which field a path such as ``metrics.auc.max`` means."""

from __future__ import annotations

import difflib
from typing import NamedTuple

from sm_track_widgets.reading.query.errors import QueryError
from sm_track_widgets.reading.query.nodes import Field
from sm_track_widgets.reading.query.tokens import SEGMENT, Piece, plain_name, quoted, unquoted
from sm_track_widgets.reading.table.table import STATISTICS

FIXED = {
    "name": ("run", "run_name"),
    "component": ("run_id",),
    "experiment": (),
    "group": (),
    "status": (),
    "message": (),
    "created_by": ("user", "user_id"),
    "notes": (),
    "parent": (),
    "started": ("start_time",),
    "ended": ("end_time",),
    "created": (),
    "modified": (),
    "duration": ("duration_s",),
}
"""Fixed field -> its other names."""
PREFIXES = {
    **dict.fromkeys(("params", "param", "parameter", "parameters"), "param"),
    **dict.fromkeys(("metrics", "metric"), "metric"),
    **dict.fromkeys(("tags", "tag"), "tag"),
    **dict.fromkeys(("artifacts", "artifact"), "artifact"),
    **dict.fromkeys(("columns", "column"), "column"),
}
"""What is before the dot -> the family."""
TIMES = ("started", "ended", "created", "modified")
_KINDS = {"param": "mixed", "column": "any", "metric": "number", "duration": "number", "status": "status"}
_ATTRIBUTES = ("attributes", "attribute", "attr", "run")
_MEANT = {
    **{name: name for name in FIXED},
    **{other: name for name, others in FIXED.items() for other in others},
}
_NEAR = 0.7
"""Likeness from which a name is taken for a slip: ``state`` is one of ``status``, ``model`` is none of ``modified``."""


class _Part(NamedTuple):
    text: str
    quoted: bool
    column: int


def field_of(piece: Piece) -> Field:
    """Return the field that a token names.

    Raises
    ------
    QueryError
        When there is none of that name.
    """
    first, *rest = _parts(piece)
    word = first.text.lower()
    if word in PREFIXES:
        return _named(PREFIXES[word], first, rest)
    if word in _ATTRIBUTES and rest:
        return _fixed(rest[0], rest[1:])
    return _fixed(first, rest)


def kind_of_values(field: Field) -> str:
    """Return what a field's values are.

    ``mixed`` (numbers and texts), ``any`` (these or times), ``number``, ``time``, ``status`` or ``text``.
    """
    if field.kind in TIMES:
        return "time"
    return _KINDS.get(field.kind, "text")


def nearest(name: str, known: list[str]) -> str:
    """Return ``Did you mean 'x'?``, or nothing."""
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=_NEAR)
    return f"Did you mean {near[0]!r}?" if near else ""


def _parts(piece: Piece) -> list[_Part]:
    parts: list[_Part] = []
    for found in SEGMENT.finditer(piece.text):
        said = found[0]
        is_quoted = said[0] in '`"'
        parts.append(_Part(unquoted(said) if is_quoted else said, is_quoted, piece.column + found.start()))
    return parts


def _named(family: str, first: _Part, rest: list[_Part]) -> Field:
    if not rest:
        raise QueryError(
            f"a name is missing after {first.text!r}.", f"Write {first.text}.NAME.", column=first.column
        )
    empty = next((part for part in rest if not part.text), None)
    if empty is not None and family != "column":
        raise QueryError("the name between the quotes is empty.", column=empty.column)
    statistic = ""
    if family == "metric":
        statistic = "last"
        last = rest[-1]
        if len(rest) > 1 and not last.quoted and last.text.lower() in STATISTICS:
            statistic = last.text.lower()
            rest = rest[:-1]
    return Field(family, ".".join(part.text for part in rest), statistic, column=first.column)


def _fixed(part: _Part, rest: list[_Part]) -> Field:
    meant = _MEANT.get(part.text.lower())
    if meant is None:
        raise QueryError(f"there is no field {part.text!r}.", _meant(part, rest), column=part.column)
    if rest:
        raise QueryError(
            f"the field {part.text!r} has no parts.", f"Write {part.text}.", column=rest[0].column
        )
    return Field(meant, column=part.column)


def _meant(part: _Part, rest: list[_Part]) -> str:
    near = nearest(part.text, list(PREFIXES) if rest else list(_MEANT))
    if near:
        return near
    whole = ".".join(one.text for one in (part, *rest))
    name = whole if plain_name(whole) else quoted(whole, "`")
    return f"Write params.{name}, metrics.{name} or tags.{name}."
