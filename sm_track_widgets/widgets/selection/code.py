"""What a person has brushed and clicked, as code: the same runs found again in a script."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sm_track_widgets._errors import UsageError, did_you_mean
from sm_track_widgets.reading.query import parse, push, to_search_expression
from sm_track_widgets.reading.query.asking import CONDITIONS
from sm_track_widgets.widgets.selection.filters import Filter
from sm_track_widgets.widgets.selection.query_text import clock, number

KINDS = ("query", "python", "pandas", "search", "altair")


@dataclass(frozen=True, slots=True)
class Found:
    """What the code has to find.

    Attributes
    ----------
    query
        The whole query.
    asked
        The part of it that no filter says.
    filters, kinds
        The filters, and the kind of each of their columns.
    experiment
        Its name; None for all runs.
    readable
        Whether the runs can be read by name; they were given as a DataFrame otherwise.
    axes
        Columns for the axes of a chart.
    zoneless
        Columns of times without a time zone.
    flags
        Columns of true and false.
    """

    query: str
    asked: str
    filters: Sequence[Filter]
    kinds: Mapping[str, str]
    experiment: str | None
    readable: bool
    axes: tuple[str, str]
    zoneless: Collection[str] = ()
    flags: Collection[str] = ()


def code(found: Found, kind: str) -> str:
    """Return `found` as ``"query"`` (the filter language), ``"python"``, ``"pandas"``, ``"search"`` or ``"altair"``.

    Raises
    ------
    UsageError
        For any other kind.
    """
    if kind == "query":
        return found.query
    if kind == "search":
        return _search(found.query)
    if kind == "python":
        return f"{_read(found, found.query)}\n"
    if kind == "pandas":
        return f"{_read(found, found.asked)}\n{_pandas(found)}".rstrip("\n") + "\n"
    if kind == "altair":
        return f"import altair as alt\n{_read(found, found.asked)}\n{_altair(found)}\n"
    raise UsageError(
        f"There is no code of kind {kind!r}.", did_you_mean(kind, KINDS) or f"There are: {', '.join(KINDS)}."
    )


def unasked(query: str) -> str:
    """Return what of a query Search cannot be asked, so that it finds more runs; empty where it finds just these."""
    return " ".join(push(parse(query), room=CONDITIONS).left.split())


def _search(query: str) -> str:
    """Return a SearchExpression; above it, as a comment, what it does not say."""
    left = unasked(query)
    note = f"# Finds these runs and others: Search cannot be asked for {left}\n" if left else ""
    return f"{note}{json.dumps(to_search_expression(query), indent=2, ensure_ascii=False)}"


def _read(found: Found, query: str) -> str:
    """Return the line that makes ``df``."""
    where = "" if found.experiment is None else json.dumps(found.experiment, ensure_ascii=False)
    asked = f"query={json.dumps(query, ensure_ascii=False)}" if query else ""
    start = "import sm_track_widgets as sm\n\n"
    if found.readable:
        return f"{start}df = sm.runs({', '.join(part for part in (where, asked) if part)})"
    return (
        f"{start}df = sm.RunTable(df, {asked}).df"
        if query
        else "# df is the DataFrame that the widget was made from"
    )


def _pandas(found: Found) -> str:
    zones = ["" if one["column"] in found.zoneless else "Z" for one in found.filters]
    parts = [
        _series_test(one, found.kinds[one["column"]], zone)
        for one, zone in zip(found.filters, zones, strict=True)
    ]
    if not parts:
        return ""
    return f"df = df[{parts[0] if len(parts) == 1 else ' & '.join(f'({part})' for part in parts)}]"


def _series_test(one: Filter, kind: str, zone: str) -> str:
    column = f"df[{_text(one['column'])}]"
    if "values" in one:
        there = [value for value in one["values"] if value is not None]
        listed = ", ".join(_text(value) if isinstance(value, str) else number(value) for value in there)
        as_texts = "" if kind in {"number", "duration"} else ".astype(str)"
        tests = [f"{column}{as_texts}.isin([{listed}])"] if there else []
        tests += [f"{column}.isna()"] if None in one["values"] else []
        return " | ".join(tests)
    low, high, ends = one.get("low"), one.get("high"), one.get("open")
    if low is not None and high is not None and not ends and kind != "time":
        return f"{column}.between({number(low)}, {number(high)})"
    tests = [f"{column} {sign} {bound}" for sign, bound in _bounds(low, high, ends, kind, zone)]
    return tests[0] if len(tests) == 1 else " & ".join(f"({test})" for test in tests)


def _bounds(
    low: float | None, high: float | None, ends: str | None, kind: str, zone: str = "Z"
) -> list[tuple[str, str]]:
    """Return signs and what stands behind them; times reach to the end of their last second."""
    if kind == "time":
        times = [(">" if ends in {"low", "both"} else ">=", low)] if low is not None else []
        times += [("<", math.floor(high) + 1)] if high is not None else []
        return [(sign, f'"{clock(second)}{zone}"') for sign, second in times]
    found = [(">" if ends in {"low", "both"} else ">=", number(low))] if low is not None else []
    found += [("<" if ends in {"high", "both"} else "<=", number(high))] if high is not None else []
    return found


def _altair(found: Found) -> str:
    x, y = (_text(name.replace(".", "\\.").replace("[", "\\[").replace("]", "\\]")) for name in found.axes)
    lines = [f"chart = alt.Chart(df).mark_point().encode(x={x}, y={y}, tooltip=[{x}, {y}])"]
    lines += [f"chart = chart.transform_filter({_datum_test(one, found)})" for one in found.filters]
    return "\n".join([*lines, "chart"])


def _datum_test(one: Filter, found: Found) -> str:
    """Return a filter as a Vega expression in quotes."""
    field, kind = f"datum[{_text(one['column'])}]", found.kinds[one["column"]]
    if "values" in one:
        # In a chart's data they are no texts.
        said = str.lower if one["column"] in found.flags else _text
        tests = [
            f"{field} === {said(value) if isinstance(value, str) else number(value)}"
            for value in one["values"]
            if value is not None
        ]
        tests += [f"!isValid({field})"] if None in one["values"] else []
        return _text(" || ".join(tests))
    value = f"time({field}) / 1000" if kind == "time" else field
    bounds = [
        (sign, text) for sign, text in _bounds(one.get("low"), one.get("high"), one.get("open"), "number")
    ]
    if kind == "time" and one.get("high") is not None:
        bounds[-1] = ("<", number(math.floor(one.get("high") or 0.0) + 1))
    tests = [f"isValid({field})", *(f"{value} {sign} {text}" for sign, text in bounds)]
    return _text(" && ".join(tests))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
