"""What to say about a token that cannot stand where it stands."""

from __future__ import annotations

import re
from typing import NamedTuple

from sm_track_widgets.reading.query.errors import QueryError
from sm_track_widgets.reading.query.tokens import KEYWORDS, UNITS, Piece, quoted

_VALUES = frozenset({"NUMBER", "TEXT", "AGO"})
_BARE = frozenset({"FIELD", "WORD"})
_JOINTS = frozenset({"AND", "OR", "NOT"})
_EXAMPLE = "Write metrics.auc > 0.9."
_OPERATORS = "Operators are = != < <= > >= IN LIKE ILIKE BETWEEN IS NULL."
_SLIPS = {"=>": ">=", "=<": "<=", "=!": "!=", "===": "=", "><": "!="}
_END = Piece("END", "", 0)


class _Spot(NamedTuple):
    """A token that cannot stand behind the tokens `before`, and what could stand there."""

    before: list[Piece]
    token: Piece
    expected: set[str]

    @property
    def last(self) -> Piece:
        return self.before[-1] if self.before else _END


_Said = tuple[str, str]
"""What is wrong, and the cure."""


def unexpected(pieces: list[Piece], place: int, expected: set[str]) -> QueryError:
    """Return the error of token number `place` (behind the last one: the end), where `expected` could stand."""
    before = pieces[:place]
    token = pieces[place] if place < len(pieces) else Piece("END", "", pieces[-1].end)
    opened = _opened(before)
    if token.kind == "RPAR" and opened is None:
        return QueryError("there is no '(' for this ')'.", column=token.column)
    if token.kind == "END" and opened is not None and (expected & {"RPAR", "COMMA"} or opened is before[-1]):
        return QueryError("this '(' is not closed.", column=opened.column)
    tellers = {
        "NUMBER": _no_value,
        "FIELD": _no_condition,
        "SIGN": _no_operator,
        "COMMA": _no_comma,
        "$END": _too_much,
        "RPAR": _too_much,
    }
    tell = next((teller for kind, teller in tellers.items() if kind in expected), _within_condition)
    return QueryError(*tell(_Spot(before, token, expected)), column=token.column)


def _no_value(spot: _Spot) -> _Said:
    token, last = spot.token, spot.last
    if last.kind == "SIGN" and token.kind in {"NULL", "LPAR", "SIGN"}:
        return _no_single_value(last.text, token)
    if token.kind == "RPAR" and last.kind == "LPAR":
        return "the list after IN is empty.", "Write IN (4, 6)."
    if token.kind in _BARE:
        return f"{token.text!r} is no value.", _bare(spot.before, token.text)
    missing = "another value is" if last.kind in {"COMMA", "AND"} else "a value is"
    return f"{missing} missing after {_shown(last)}.", ""


def _no_single_value(sign: str, token: Piece) -> _Said:
    equal = sign in {"=", "=="}
    if token.kind == "NULL":
        return f"NULL is not compared by {sign!r}.", f"Write {'IS NULL' if equal else 'IS NOT NULL'}."
    if token.kind == "LPAR":
        return f"a list is not compared by {sign!r}.", f"Write {'IN' if equal else 'NOT IN'} (4, 6)."
    both = sign + token.text
    return (
        f"a value is missing after {sign!r}.",
        f"Write {_SLIPS[both]} for {both!r}." if both in _SLIPS else "",
    )


def _bare(before: list[Piece], word: str) -> str:
    if not re.fullmatch(rf"[0-9]+[{''.join(UNITS)}]", word):
        return f"Put text in quotes: {quoted(word)}."
    field = next((piece.text for piece in reversed(before) if piece.kind == "FIELD"), "")
    if "duration" in field.lower():
        return f"A duration is in seconds: {int(word[:-1]) * UNITS[word[-1]]:g}."
    return f"Write -{word} for a time before now."


def _no_condition(spot: _Spot) -> _Said:
    token, last = spot.token, spot.last
    if last.kind in _JOINTS:
        return f"a condition is missing after {last.kind}.", ""
    if token.kind in {"AND", "OR", "END"}:
        return f"a condition is missing before {_shown(token)}.", ""
    if token.kind == "RPAR":
        return "there is nothing between the parentheses.", ""
    if token.kind in _VALUES or token.kind == "WORD":
        return f"a condition begins with a field, not with {_shown(token)}.", _EXAMPLE
    return f"a field is missing before {_shown(token)}.", _EXAMPLE


def _no_operator(spot: _Spot) -> _Said:
    token, field = spot.token, spot.last.text
    if token.kind in {"END", "AND", "OR", "RPAR", "COMMA"}:
        cure = f"Write {field} IS NOT NULL to find where it is there." if field.isprintable() else ""
        return f"an operator is missing after {field!r}.", cure
    if token.kind == "NULL":
        return "IS is missing before NULL.", "Write IS NULL."
    if token.kind in _VALUES or token.kind == "LPAR":
        return f"an operator is missing before {_shown(token)}.", _OPERATORS
    return f"there is no operator {token.text!r}.", _OPERATORS


def _no_comma(spot: _Spot) -> _Said:
    return f"a comma is missing before {_shown(spot.token)}.", "Write IN (4, 6)."


def _too_much(spot: _Spot) -> _Said:
    token = spot.token
    if token.kind == "COMMA":
        return "conditions are not joined by commas.", "Write AND or OR."
    if token.kind in {"FIELD", "LPAR", "NOT"}:
        return f"AND or OR is missing before {_shown(token)}.", ""
    return f"{_shown(token)} is too much here.", "Join conditions by AND or OR."


def _within_condition(spot: _Spot) -> _Said:
    token = spot.token
    if "NULL" in spot.expected:
        return f"IS takes NULL or NOT NULL, not {_shown(token)}.", "Write = to compare."
    if spot.last.kind == "IN":
        return "IN takes a list.", "Write IN (4, 6)."
    if spot.expected == {"AND"}:
        return "BETWEEN takes two values.", "Write BETWEEN 1 AND 2."
    if token.kind == "NULL":
        return "IS is missing before NOT NULL.", "Write IS NOT NULL."
    cure = "Write !=." if token.kind == "SIGN" else "Write NOT before the field to turn a condition round."
    return "NOT is followed by IN, LIKE, ILIKE or BETWEEN here.", cure


def _opened(pieces: list[Piece]) -> Piece | None:
    """Return the last parenthesis that is open at the end."""
    opened: list[Piece] = []
    for piece in pieces:
        if piece.kind == "LPAR":
            opened.append(piece)
        elif piece.kind == "RPAR" and opened:
            opened.pop()
    return opened[-1] if opened else None


def _shown(token: Piece) -> str:
    if token.kind == "END":
        return "the end"
    return token.kind if token.kind in KEYWORDS else repr(token.text)
