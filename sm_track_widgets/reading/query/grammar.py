"""The grammar, and the tree that its rules make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer

from sm_track_widgets.reading.query import conditions
from sm_track_widgets.reading.query.errors import QueryError
from sm_track_widgets.reading.query.fields import field_of
from sm_track_widgets.reading.query.nodes import All, Field, Node, Not, Null, Some
from sm_track_widgets.reading.query.tokens import Piece
from sm_track_widgets.reading.query.trouble import unexpected

_KEPT = frozenset({"FIELD", "SIGN", "NUMBER", "TEXT", "AGO", "NOT", "LIKE", "ILIKE", "WORD"})
"""Tokens that the builder is given; the others, whose names begin with an underscore, only hold a query together."""
MAX_DEPTH = 100
"""How deep AND, OR and NOT may be nested in each other; parentheses alone count nothing."""

_GRAMMAR = r"""
start: disjunction
disjunction: conjunction (_OR conjunction)*
conjunction: _negation (_AND _negation)*
_negation: negated | _condition | _LPAR disjunction _RPAR
negated: NOT _negation
_condition: compared | listed | alike | within | missing
compared: field SIGN _value
listed: field NOT? _IN _LPAR _value (_COMMA _value)* _RPAR
alike: field NOT? (LIKE | ILIKE) _value
within: field NOT? _BETWEEN _value _AND _value
missing: field _IS NOT? _NULL
field: FIELD
_value: NUMBER | TEXT | AGO
%declare FIELD SIGN NUMBER TEXT AGO NOT LIKE ILIKE _LPAR _RPAR _COMMA _OR _AND _IN _BETWEEN _IS _NULL
"""


@dataclass(frozen=True, slots=True)
class _Made:
    """A part of the tree, and how deep it is."""

    node: Node
    depth: int = 0


class _Lexer(Lexer):
    """Hands on tokens that have been cut already."""

    def __init__(self, _settings: Any) -> None:
        pass

    def lex(self, tokens: Any) -> Iterator[Token]:  # pyright: ignore[reportIncompatibleMethodOverride] - lark's custom
        for place, piece in enumerate(tokens):
            kind = piece.kind if piece.kind in _KEPT else f"_{piece.kind}"
            yield Token(kind, piece.text, start_pos=place, column=piece.column)


class _Builder(Transformer[Token, Any]):
    """What each rule of the grammar makes of its parts."""

    def start(self, parts: list[_Made]) -> Node:
        return parts[0].node

    def disjunction(self, parts: list[_Made]) -> _Made:
        return _joined(Some, parts)

    def conjunction(self, parts: list[_Made]) -> _Made:
        return _joined(All, parts)

    def negated(self, parts: list[Any]) -> _Made:
        made: _Made = parts[1]
        if isinstance(made.node, Not):
            return _Made(made.node.part, made.depth - 1)
        return _Made(Not(made.node), _deeper(made.depth, parts[0].column))

    def field(self, parts: list[Token]) -> Field:
        return field_of(_piece(parts[0]))

    def compared(self, parts: list[Any]) -> _Made:
        return _Made(conditions.compare(parts[0], _piece(parts[1]), _piece(parts[2])))

    def listed(self, parts: list[Any]) -> _Made:
        rest, negated = _rest(parts)
        return _Made(conditions.one_of(parts[0], rest, negated=negated))

    def alike(self, parts: list[Any]) -> _Made:
        (word, pattern), negated = _rest(parts)
        return _Made(conditions.like(parts[0], word, pattern, negated=negated))

    def within(self, parts: list[Any]) -> _Made:
        (low, high), negated = _rest(parts)
        return _Made(conditions.between(parts[0], low, high, negated=negated))

    def missing(self, parts: list[Any]) -> _Made:
        return _Made(Null(parts[0], negated=len(parts) > 1))


def tree(found: list[Piece]) -> Node:
    """Return the tree of a query's tokens.

    Raises
    ------
    QueryError
        When they are no query.
    """
    tokens: Any = found
    try:
        made: Any = _parser().parse(tokens)
    except UnexpectedToken as error:
        place = len(found) if error.token.type == "$END" else int(error.token.start_pos or 0)
        # `expected` would be those of all rules that end alike.
        raise unexpected(found, place, {name.lstrip("_") for name in error.accepts or ()}) from None
    return made


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer=_Lexer, transformer=_Builder())


def _joined(kind: type[All | Some], parts: list[_Made]) -> _Made:
    """Join parts; those joined by the same word become parts of the whole."""
    if len(parts) == 1:
        return parts[0]
    nodes: list[Node] = []
    depth = 0
    for part in parts:
        if isinstance(part.node, kind):
            nodes += part.node.parts
            depth = max(depth, part.depth - 1)
        else:
            nodes.append(part.node)
            depth = max(depth, part.depth)
    return _Made(kind(tuple(nodes)), _deeper(depth, 1))


def _deeper(depth: int, column: int) -> int:
    if depth >= MAX_DEPTH:
        raise QueryError(
            f"AND, OR and NOT are nested more than {MAX_DEPTH} deep.", "Write it flatter.", column=column
        )
    return depth + 1


def _rest(parts: list[Any]) -> tuple[list[Piece], bool]:
    """Return the tokens after a field, without NOT, and whether that was there."""
    rest = [_piece(token) for token in parts[1:]]
    negated = rest[0].kind == "NOT"
    return rest[1:] if negated else rest, negated


def _piece(token: Token) -> Piece:
    return Piece(token.type, str(token), token.column or 0)
