"""Finer points of a zoomed range, for the page that asks for them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sm_track_widgets.widgets.series_wire import FINEST, encode, finest, from_part

if TYPE_CHECKING:
    from sm_track_widgets.widgets.chart_source import Lines

AXES = ("step", "time", "relative")


def detail(question: dict[str, Any], lines: Lines) -> tuple[dict[str, Any], bytes] | None:
    """Answer the view's ``detail``.

    Parameters
    ----------
    question
        ``{"id", "series": [{"run", "metric"}, ...], "x": axis, "range": [low, high], ...}``, the range in the page's
        units.
    lines
        What the chart was made from.

    Returns
    -------
    tuple or None
        Header and bytes as for the chart's own series; None where the question makes no sense or nothing matches.
    """
    axis, span = question.get("x"), question.get("range")
    if axis not in AXES or not isinstance(span, list) or len(span) != 2:  # noqa: PLR2004 - low and high
        return None
    ends = (float(span[0]), float(span[1]))
    if not all(map(math.isfinite, ends)):
        return None
    asked = {(str(one.get("run")), str(one.get("metric"))) for one in question.get("series") or ()}
    chosen = [
        (one, mark)
        for one, mark in zip(lines.series, lines.marks, strict=True)
        if (one.run, one.metric) in asked
    ]
    if not chosen:
        return None
    origins = lines.origins()
    most = min(FINEST, finest(len(chosen)))
    wires = [
        from_part(one, mark, origins.get(one.run, 0.0), most, axis=str(axis), span=ends)
        for one, mark in chosen
    ]
    headers, data = encode(wires)
    return {"metrics": [], "series": headers}, data
