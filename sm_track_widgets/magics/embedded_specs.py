"""Charts that a library shows as HTML with a script: the data in it, found by how Altair and Plotly write it."""

from __future__ import annotations

import json
from typing import Any

_LONGEST = 20_000_000
"""Characters looked at; larger outputs are none that a run would keep."""


def spec_in_html(html: str) -> dict[str, Any] | None:
    """Return the chart in an output's HTML: Altair's specification, or Plotly's data and layout; None for neither."""
    if len(html) > _LONGEST:
        return None
    if "vegaEmbed" in html:
        return _vega(html)
    if "Plotly.newPlot(" in html:
        return _plotly(html)
    return None


def _vega(html: str) -> dict[str, Any] | None:
    """Read the end of Altair's script: ``})({specification}, {options});``."""
    start = html.rfind("})({")
    spec = _json(html, start + len("})(")) if start >= 0 else None
    return spec[0] if spec is not None and isinstance(spec[0], dict) and "$schema" in spec[0] else None


def _plotly(html: str) -> dict[str, Any] | None:
    """Read ``Plotly.newPlot("id", [data], {layout}, ...)``, as Plotly writes it."""
    found: list[Any] = []
    place = html.find("Plotly.newPlot(") + len("Plotly.newPlot(")
    while len(found) < 3:  # noqa: PLR2004 - id, data, layout
        while place < len(html) and html[place] in " \r\n\t,":
            place += 1
        part = _json(html, place)
        if part is None:
            return None
        found.append(part[0])
        place = part[1]
    return {"data": found[1], "layout": found[2]}


def _json(text: str, place: int) -> tuple[Any, int] | None:
    try:
        return json.JSONDecoder().raw_decode(text, place)
    except ValueError:
        return None
