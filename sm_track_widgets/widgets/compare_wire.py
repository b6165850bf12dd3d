"""A comparison as the page reads it: one JSON document and the points of the metrics that the runs share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sm_track_widgets.charts import numbers
from sm_track_widgets.charts.palette import PALETTE
from sm_track_widgets.widgets.series_wire import WireSeries, encode, from_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets._types import Series
    from sm_track_widgets.reading.compare.code import Code
    from sm_track_widgets.reading.compare.comparison import Comparison
    from sm_track_widgets.reading.compare.rows import Row

BUCKETS = 512
"""Buckets of a line: the panels are small."""
LARGEST = 2**53


def described(found: Comparison, problems: Sequence[str] = ()) -> dict[str, Any]:
    """Return the document.

    Parameters
    ----------
    found
        What is compared.
    problems
        One line each of what could not be read.
    """
    remarks = [
        f"{label}: {remark}"
        for label, run in zip(found.labels, found.runs, strict=True)
        for remark in run.remarks
    ]
    return {
        "runs": [_run(found, place) for place in range(len(found.runs))],
        "sections": [
            {
                "tab": section.tab,
                "title": section.title,
                "unknown": sorted(section.unknown),
                "rows": [_row(row) for row in section.rows],
            }
            for section in found.sections
        ],
        "metrics": [
            {
                "name": row.name,
                "best": row.best,
                "stats": {name: [_value(value) for value in values] for name, values in row.stats.items()},
            }
            for row in found.metrics
        ],
        "code": _code(found.code),
        "artifacts": [
            {
                "name": row.name,
                "direction": row.direction,
                "of": [one and {"type": one.media_type, "value": one.value[:300]} for one in row.of],
            }
            for row in found.artifacts
        ],
        "remarks": [*remarks, *problems],
    }


def points(found: Comparison, series: Sequence[Sequence[Series]]) -> tuple[dict[str, Any], bytes]:
    """Return header and bytes of the lines; `series` has those of each run."""
    wires: list[WireSeries] = []
    for label, run, lines in zip(found.labels, found.runs, series, strict=True):
        mark = PALETTE.mark(run.component)
        origin = min((one.times[0] for one in lines if len(one)), default=0.0)
        for one in lines:
            if len(one):
                one.run = label
                wires.append(from_points(one, mark, origin, BUCKETS))
    headers, data = encode(wires)
    names = list(dict.fromkeys(one.metric for one in wires))
    order = [row.name for row in found.metrics if row.name in names]
    return {"metrics": order, "series": headers}, data


def _row(row: Row) -> dict[str, Any]:
    told: dict[str, Any] = {"name": row.name, "kind": row.kind, "cells": [_value(cell) for cell in row.cells]}
    return {**told, "unknown": sorted(row.unknown)} if row.unknown else told


def _run(found: Comparison, place: int) -> dict[str, Any]:
    run = found.runs[place]
    mark = PALETTE.mark(run.component)
    return {
        "name": found.labels[place],
        "experiment": run.experiment,
        "status": run.status,
        "colour": mark.colour,
        "dash": mark.dash,
    }


def _code(code: Code) -> dict[str, Any]:
    steps = {f"{first},{second}": found for (first, second), found in code.steps.items()}
    return {"sources": code.sources, "of": code.of, "steps": steps, "cut": code.cut}


def _value(value: Any) -> Any:
    """Return a number or text as JSON has it: what it cannot write becomes the text that is shown."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value if not isinstance(value, bool) else str(value)
    if not math.isfinite(value):
        return numbers.number(value)
    return value if isinstance(value, float) or abs(value) <= LARGEST else str(value)
