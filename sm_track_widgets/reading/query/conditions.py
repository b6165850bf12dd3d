"""Conditions with values of the kind that their field has; what cannot be compared is refused here."""

from __future__ import annotations

from sm_track_widgets.reading.query.errors import QueryError
from sm_track_widgets.reading.query.fields import TIMES, kind_of_values, nearest
from sm_track_widgets.reading.query.nodes import (
    Ago,
    Between,
    Compare,
    Field,
    Like,
    Number,
    OneOf,
    Text,
    Value,
)
from sm_track_widgets.reading.query.times import iso
from sm_track_widgets.reading.query.tokens import UNITS, Piece, unquoted
from sm_track_widgets.reading.query.values import reads_as_number, spelling
from sm_track_widgets.reading.query.written import written_field, written_value

STATUSES = {
    "inprogress": "InProgress",
    "running": "InProgress",
    "completed": "Completed",
    "finished": "Completed",
    "failed": "Failed",
    "stopped": "Stopped",
    "killed": "Stopped",
    "stopping": "Stopping",
}
"""Words for a status, MLflow's among them -> the service's [M]."""
_ORDERS = frozenset({"<", "<=", ">", ">="})
_SAME = {"==": "=", "<>": "!="}


def compare(field: Field, sign: Piece, value: Piece) -> Compare:
    """Return a comparison."""
    operator = _SAME.get(sign.text, sign.text)
    return Compare(field, operator, _value(field, value, f"{operator} ", ordered=operator in _ORDERS))


def between(field: Field, low: Piece, high: Piece, *, negated: bool) -> Between:
    """Return the condition that a value is within two others."""
    values = (_value(field, one, "BETWEEN ", ordered=True) for one in (low, high))
    return Between(field, *values, negated=negated)


def one_of(field: Field, values: list[Piece], *, negated: bool) -> OneOf:
    """Return the condition that a value is one of others; repeated ones are left out."""
    typed = dict.fromkeys(_value(field, one, "IN ", ordered=False) for one in values)
    return OneOf(field, tuple(typed), negated=negated)


def like(field: Field, word: Piece, pattern: Piece, *, negated: bool) -> Like:
    """Return the condition that a text looks like a pattern."""
    kind, name = kind_of_values(field), written_field(field)
    value = _read(pattern)
    if kind == "time":
        cure = f"Write {name} >= '2026-11-28', or {name} = '2026-11' for the whole month."
        raise QueryError(f"{word.kind} looks at texts, and {name} is a time.", cure, column=word.column)
    if kind == "number":
        cure = f"Write {name} > 0.5 or {name} BETWEEN 0.5 AND 0.6."
        raise QueryError(f"{word.kind} looks at texts, and {name} is a number.", cure, column=word.column)
    if not isinstance(value, Text):
        cure = f"Write {name} {word.kind} '%{pattern.text.lstrip('+-')}%'."
        raise QueryError(f"{word.kind} takes a text.", cure, column=pattern.column)
    return Like(field, value.value, any_case=word.kind == "ILIKE", negated=negated)


def _read(piece: Piece) -> Value:
    if piece.kind == "NUMBER":
        return Number(spelling(piece.text, piece.column), piece.column)
    if piece.kind == "AGO":
        return Ago(Number(spelling(piece.text[1:-1], piece.column)), piece.text[-1], piece.column)
    return Text(unquoted(piece.text), piece.column)


def _value(field: Field, piece: Piece, before: str, *, ordered: bool) -> Value:
    """Return a value as one of the field's kind; `before` is what precedes it, for the cure."""
    kind, value = kind_of_values(field), _read(piece)
    if kind == "time" or (kind == "any" and _is_time(value, ordered=ordered)):
        return _time(field, value)
    if isinstance(value, Ago):
        cure = f"Times are {', '.join(TIMES)}." if field.kind != "duration" else _in_seconds(value, before)
        raise QueryError(
            f"{piece.text} is a time, and {written_field(field)} is none.", cure, column=piece.column
        )
    if kind == "number":
        return _number(field, value)
    mixed = kind in {"mixed", "any"}
    if ordered and (not mixed or isinstance(value, Text)):
        raise _no_order(field, value, before, mixed=mixed)
    if mixed:
        return value
    text = value if isinstance(value, Text) else Text(value.spelling, value.column)
    return _status(text) if kind == "status" else text


def _is_time(value: Value, *, ordered: bool) -> bool:
    """Whether a column's value means a time: only times can be ordered among texts, and ``2026`` is a number."""
    if isinstance(value, Text):
        return ordered and iso(value.value) is not None and not reads_as_number(value.value)
    return isinstance(value, Ago)


def _time(field: Field, value: Value) -> Value:
    if isinstance(value, Text) and iso(value.value) is None:
        cure = f"Write {written_field(field)} > '2026-11-28', '2026-11-28T10:30' or -7d."
        raise QueryError(f"{value.value!r} is no time.", cure, column=value.column)
    return value


def _number(field: Field, value: Number | Text) -> Number:
    if isinstance(value, Number):
        return value
    if not reads_as_number(value.value):
        name = written_field(field)
        raise QueryError(
            f"{value.value!r} is no number, and {name} is one.", f"Write {name} > 0.5.", column=value.column
        )
    return Number(spelling(value.value.strip(), value.column), value.column)


def _no_order(field: Field, value: Number | Text, before: str, *, mixed: bool) -> QueryError:
    name = written_field(field)
    if mixed and isinstance(value, Text) and reads_as_number(value.value):
        cure = f"Write {name} {before}{value.value.strip()} without quotes."
        return QueryError(
            f"{written_value(value)} is a text, and text cannot be ordered.", cure, column=value.column
        )
    cure = f"Write {name} = {written_value(value)}, IN or LIKE."
    return QueryError("text cannot be ordered.", cure, column=value.column)


def _status(value: Text) -> Text:
    word = STATUSES.get("".join(value.value.split()).replace("_", "").lower())
    if word is None:
        known = list(dict.fromkeys(STATUSES.values()))
        near = nearest(value.value, list(STATUSES))
        cure = near or f"There are: {', '.join(known)}."
        raise QueryError(f"there is no status {value.value!r}.", cure, column=value.column)
    return Text(word, value.column)


def _in_seconds(value: Ago, before: str) -> str:
    seconds = value.amount.value * UNITS[value.unit]
    return f"It is in seconds: duration {before}{seconds:g}."
