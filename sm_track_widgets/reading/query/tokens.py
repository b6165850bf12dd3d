"""A query's text, cut into tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from sm_track_widgets.reading.query.errors import QueryError

KEYWORDS = ("AND", "OR", "NOT", "IN", "LIKE", "ILIKE", "BETWEEN", "IS", "NULL")
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
"""Seconds of a relative time's unit."""

_NAME = r"(?:[\w\-:/@+]|[^\x00-\x7f\s])"
_BACKTICKS = "`[^`]*(?:``[^`]*)*`"
_DOUBLE = '"[^"]*(?:""[^"]*)*"'
_SINGLE = "'[^']*(?:''[^']*)*'"
SEGMENT = re.compile(rf"{_NAME}+|{_BACKTICKS}|{_DOUBLE}")
"""One part of a field: its parts are joined by dots."""
_FIELD = re.compile(rf"(?![0-9\-:/@+]){_NAME}+(?:\.(?:{SEGMENT.pattern}))*")
_TEXT = re.compile(f"{_SINGLE}|{_DOUBLE}")
_BACKTICKED = re.compile(_BACKTICKS)
_WORD = re.compile(rf"(?:{_NAME}|\.)+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:_[0-9]+)*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_AGO = re.compile(rf"-[0-9]+(?:\.[0-9]+)?[{''.join(UNITS)}]")
_SIGN = re.compile(r">=|<=|<>|!=|==|[=<>]")
_MARKS = {"(": "LPAR", ")": "RPAR", ",": "COMMA"}
_CURES = {
    "&": "Write AND.",
    "|": "Write OR.",
    "!": "Write NOT, or != to compare.",
    "~": "There are no regular expressions; write LIKE with % and _.",
    "*": "In LIKE, % stands for any text.",
    ";": "A query is one condition, or several joined by AND and OR.",
    "≥": "Write >=.",
    "≤": "Write <=.",
    "≠": "Write !=.",
    "−": "Write - for minus.",  # noqa: RUF001 - what a word processor makes of it
    **dict.fromkeys("“”„‘’‚´«»", "Quotes are straight: 'text'."),  # noqa: RUF001
    **dict.fromkeys("[{", "Lists and groups are in round parentheses."),
}


class Piece(NamedTuple):
    """One token: its kind (a keyword, FIELD, SIGN, NUMBER, AGO, TEXT, WORD or a mark), its text, its column from 1."""

    kind: str
    text: str
    column: int

    @property
    def end(self) -> int:
        """The column after it."""
        return self.column + len(self.text)


def pieces(text: str) -> list[Piece]:
    """Cut a query into tokens.

    Raises
    ------
    QueryError
        For a quote that is not closed, or a character that means nothing.
    """
    return list(_pieces(text))


def plain_name(name: str) -> bool:
    """Whether a name needs no quotes as part of a field."""
    return (
        bool(name)
        and all(SEGMENT.fullmatch(part) and _odd(part) is None for part in name.split("."))
        and ("`" not in name and '"' not in name)
    )


def unquoted(segment: str) -> str:
    """Return what a quoted text or name says."""
    mark = segment[0]
    return segment[1:-1].replace(mark * 2, mark)


def quoted(text: str, mark: str = "'") -> str:
    """Return a text in quotes."""
    return f"{mark}{text.replace(mark, mark * 2)}{mark}"


def _pieces(text: str) -> Iterator[Piece]:
    place, end = 0, len(text)
    while place < end:
        sign = text[place]
        if sign.isspace():
            place += 1
            continue
        piece = _piece(text, place, sign)
        yield piece
        place += len(piece.text)


def _piece(text: str, place: int, sign: str) -> Piece:
    column = place + 1
    if sign in _MARKS:
        return Piece(_MARKS[sign], sign, column)
    if sign in "'\"":
        return Piece("TEXT", _closed(_TEXT, text, place), column)
    if found := _SIGN.match(text, place):
        return Piece("SIGN", found[0], column)
    if found := _FIELD.match(text, place):
        return _field(text, place, found)
    if sign == "`":
        name = unquoted(_closed(_BACKTICKED, text, place))
        raise QueryError(
            f"{name!r} is not said to be a name of what.",
            "Put params., metrics. or tags. before it.",
            column=column,
        )
    if found := _WORD.match(text, place):
        word = found[0]
        kind = "NUMBER" if _NUMBER.fullmatch(word) else "AGO" if _AGO.fullmatch(word) else "WORD"
        if kind == "WORD":
            _check(word, column)
        return Piece(kind, word, column)
    raise _unreadable(sign, column)


def _field(text: str, place: int, found: re.Match[str]) -> Piece:
    path, column = found[0], place + 1
    for segment in SEGMENT.finditer(path):
        if segment[0][0] not in '`"':
            _check(segment[0], column + segment.start())
    following = text[found.end() : found.end() + 2]
    if following[:1] == ".":
        if following[1:] in {"`", '"'}:
            raise _open(following[1], found.end() + 2)
        raise QueryError(f"a name is missing after {path + '.'!r}.", column=found.end() + 2)
    keyword = path.upper()
    return Piece(keyword if keyword in KEYWORDS else "FIELD", path, column)


def _closed(pattern: re.Pattern[str], text: str, place: int) -> str:
    found = pattern.match(text, place)
    if found is None:
        raise _open(text[place], place + 1)
    return found[0]


def _open(mark: str, column: int) -> QueryError:
    return QueryError(
        f"the quote {mark} is not closed.", f"Within a text it is doubled: {mark * 2}", column=column
    )


def _check(name: str, column: int) -> None:
    """Refuse a sign that is no part of an unquoted name: not ASCII, and neither letter nor digit nor accent."""
    odd = _odd(name)
    if odd is not None:
        raise _unreadable(name[odd], column + odd)


def _odd(name: str) -> int | None:
    if name.isascii():
        return None
    signs = enumerate(name)
    return next((at for at, sign in signs if not sign.isascii() and not _is_letter(sign)), None)


def _is_letter(sign: str) -> bool:
    # Marks are what vowels of Indic scripts and accents written apart are.
    return sign.isalnum() or unicodedata.category(sign).startswith("M")


def _unreadable(sign: str, column: int) -> QueryError:
    cure = _CURES.get(sign, "Put names in backticks and texts in quotes.")
    return QueryError(f"{sign!r} cannot stand here.", cure, column=column)
