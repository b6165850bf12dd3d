"""Filters as a query: the text that finds the same runs; the page writes the same (``lib/query_text.ts``)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone

from sm_track_widgets.charts import status
from sm_track_widgets.widgets.columns import ColumnData
from sm_track_widgets.widgets.selection.filters import MICRO, Filter

_WHOLE = 1e15
_WORDS = re.compile(r'"[^"]*"|\S+')


def query_text(filters: Sequence[Filter], fields: Mapping[str, str], kinds: Mapping[str, str]) -> str:
    """Return the conditions of `filters` joined by AND; empty without any.

    Parameters
    ----------
    fields
        For each column its field as it is written in a query.
    kinds
        For each column its kind, as in `ColumnData`.
    """
    texts = [condition(one, fields[one["column"]], kinds[one["column"]]) for one in filters]
    return " AND ".join(texts)


def condition(one: Filter, field: str, kind: str) -> str:
    """Return one filter as a condition."""
    if "values" in one:
        return _one_of(field, one["values"])
    low, high, ends = one.get("low"), one.get("high"), one.get("open")
    if kind == "time" and high is not None:
        high = math.floor(high)
    if low is not None and high is not None and not ends:
        if low == high and kind != "time":
            return f"{field} = {_bound(low, kind)}"
        return f"{field} BETWEEN {_bound(low, kind)} AND {_bound(high, kind)}"
    parts: list[str] = []
    if low is not None:
        parts.append(f"{field} {'>' if ends in {'low', 'both'} else '>='} {_bound(low, kind)}")
    if high is not None:
        parts.append(f"{field} {'<' if ends in {'high', 'both'} else '<='} {_bound(high, kind)}")
    return " AND ".join(parts)


def _one_of(field: str, values: Sequence[str | float | None]) -> str:
    told = [
        _quoted(value) if isinstance(value, str) else number(value) for value in values if value is not None
    ]
    there = f"{field} = {told[0]}" if len(told) == 1 else f"{field} IN ({', '.join(told)})"
    if None not in values:
        return there
    return f"({there} OR {field} IS NULL)" if told else f"{field} IS NULL"


def words_text(filter_text: str, fields: Mapping[str, str], column: Callable[[str], ColumnData]) -> str:
    """Return the text filter as a query: each word with the columns in which it is found now."""
    return " AND ".join(_word_text(word, fields, column) for word in words(filter_text))


def words(filter_text: str) -> list[str]:
    """Return the lower-case words of a text filter: split at blanks, "double quotes" keep words together."""
    found = [re.sub(r'^"|"$', "", one) for one in _WORDS.findall(filter_text.lower())]
    return [word for word in found if word]


def searched(data: ColumnData, value: str) -> str:
    """Return what words are looked for in: a state is found by the service's word and by the one that is shown."""
    told = f"{value} {status.word(value)}" if data.kind == "status" else value
    return told.lower()


def _word_text(word: str, fields: Mapping[str, str], column: Callable[[str], ColumnData]) -> str:
    parts: list[str] = []
    for name, field in fields.items():
        data = column(name)
        if data.numbers is not None:
            continue
        found: list[str | float | None] = [text for text in data.texts if word in searched(data, text)]
        if found and data.kind == "status":
            parts.append(_one_of(field, found))
        elif found:
            parts.append(f"{field} ILIKE {_quoted(f'%{_literal(word)}%')}")
    if not parts:
        return f"name ILIKE {_quoted(f'%{_literal(word)}%')}"
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def number(value: float) -> str:
    """Return a number with all the digits needed to read it back: ``4``, ``0.003``, ``1e-5``."""
    if value == math.floor(value) and abs(value) < _WHOLE:
        return str(int(value))
    mantissa, _, power = repr(value).partition("e")
    mantissa = mantissa.removesuffix(".0")
    return f"{mantissa}e{int(power)}" if power else mantissa


def clock(seconds: float) -> str:
    """Return a time in ISO form, with a fraction of a second only where there is one."""
    told = round(seconds, MICRO)
    whole = math.floor(told)
    fraction = f"{told - whole:.{MICRO}f}"[1:].rstrip("0").rstrip(".")
    return f"{datetime.fromtimestamp(whole, timezone.utc):%Y-%m-%dT%H:%M:%S}{fraction}"


def _bound(value: float, kind: str) -> str:
    if kind != "time":
        return number(value)
    return f"'{clock(value)}'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literal(word: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", word)
