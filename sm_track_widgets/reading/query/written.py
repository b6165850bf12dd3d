"""A tree as text again, in one spelling; it reads as an equal tree."""

from __future__ import annotations

from sm_track_widgets.reading.query.nodes import (
    Ago,
    All,
    Between,
    Compare,
    Field,
    Like,
    Node,
    Not,
    Null,
    OneOf,
    Some,
    Text,
    Value,
)
from sm_track_widgets.reading.query.tokens import plain_name, quoted
from sm_track_widgets.reading.table.table import STATISTICS

_PREFIXES = {
    "param": "params.",
    "metric": "metrics.",
    "tag": "tags.",
    "artifact": "artifacts.",
    "column": "columns.",
}


def written(node: Node) -> str:
    """Return the canonical text of a tree; empty for everything."""
    if isinstance(node, All):
        return " AND ".join(_inside(part, Some) for part in node.parts)
    if isinstance(node, Some):
        return " OR ".join(written(part) for part in node.parts)
    if isinstance(node, Not):
        return f"NOT {_inside(node.part, All, Some)}"
    return _condition(node)


def written_field(field: Field) -> str:
    """Return a field as it is written in a query."""
    if field.kind not in _PREFIXES:
        return field.kind
    plain = plain_name(field.name)
    statistic = "" if field.statistic in {"", "last"} else f".{field.statistic}"
    if field.statistic == "last":
        before, dot, ending = field.name.rpartition(".")
        # Unquoted, the last part would be the statistic.
        plain = plain and not (dot and before and ending.lower() in STATISTICS)
    return f"{_PREFIXES[field.kind]}{field.name if plain else quoted(field.name, '`')}{statistic}"


def written_value(value: Value) -> str:
    """Return a value as it is written in a query."""
    if isinstance(value, Text):
        return quoted(value.value)
    if isinstance(value, Ago):
        return f"-{value.amount.spelling}{value.unit}"
    return value.spelling


def _inside(part: Node, *wrapped: type[All | Some]) -> str:
    return f"({written(part)})" if isinstance(part, wrapped) else written(part)


def _condition(node: Compare | OneOf | Between | Like | Null) -> str:
    field = written_field(node.field)
    if isinstance(node, Compare):
        return f"{field} {node.sign} {written_value(node.value)}"
    word = " NOT" if node.negated else ""
    if isinstance(node, Null):
        return f"{field} IS{word} NULL"
    if isinstance(node, OneOf):
        return f"{field}{word} IN ({', '.join(map(written_value, node.values))})"
    if isinstance(node, Between):
        return f"{field}{word} BETWEEN {written_value(node.low)} AND {written_value(node.high)}"
    return f"{field}{word} {'ILIKE' if node.any_case else 'LIKE'} {quoted(node.pattern)}"
