"""The tables of a comparison: a name, and a cell for each run with its distance to the baseline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sm_track_widgets.charts import markup, numbers, status
from sm_track_widgets.reading.compare.numbers import UNJUDGED, better
from sm_track_widgets.reading.compare.rows import differ

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.reading.compare.comparison import Comparison
    from sm_track_widgets.reading.compare.numbers import MetricRow
    from sm_track_widgets.reading.compare.rows import Row

MINUS = "\N{MINUS SIGN}"
NAME = 40
LARGE = 1000
TEXT = 60
_CELL = f"padding:3px 8px;border:0;border-bottom:1px solid {markup.HAIRLINE};vertical-align:top"
_RIGHT = "text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap"


def kept(rows: Sequence[Row], places: Sequence[int], *, diff_only: bool) -> list[Row]:
    """Return the rows that some of the runs have, those that differ first."""
    there = [row for row in rows if any(row.cells[place] is not None for place in places)]
    different = [row for row in there if row.differ(places)]
    return different if diff_only else [*different, *(row for row in there if row not in different)]


def metrics(found: Comparison, places: Sequence[int], diff_only: bool) -> list[MetricRow]:  # noqa: FBT001
    """Return the metrics that some of the runs have."""
    there = [row for row in found.metrics if any(row.stats["count"][place] is not None for place in places)]
    return [row for row in there if not diff_only or differ([row.stats["last"][place] for place in places])]


def metric_label(row: MetricRow) -> str:
    """Name a metric, and say which way is better."""
    return f"{row.name} ({'lower' if row.best == 'min' else 'higher'} is better)"


def text_of(value: Any, kind: str = "value") -> str:
    """Return a value as text: numbers with 4 digits."""
    if value is None:
        return ""
    if kind in {"time", "duration"}:
        return numbers.moment(_number(value)) if kind == "time" else numbers.clock(_number(value))
    if kind == "status":
        return status.word(str(value))
    return numbers.number(value) if isinstance(value, int | float) else " ".join(markup.plain(value).split())


def delta(value: Any, base: Any) -> str:
    """Return the distance to the baseline with its sign and three digits; empty where there is none."""
    if not isinstance(value, int | float) or not isinstance(base, int | float):
        return ""
    distance = value - base
    if distance == 0 or not math.isfinite(distance):
        return ""
    size = abs(distance)
    return f"{'+' if distance > 0 else MINUS}{numbers.number(float(f'{size:.3g}') if size < LARGE else size)}"


def row_cells(row: Row, places: Sequence[int], base: int) -> list[str]:
    """Return each run's cell as HTML; distances are grey, since no parameter is better than another."""
    found: list[str] = []
    for place in places:
        value = row.cells[place]
        if value is None:
            found.append("")
        elif row.kind == "status":
            found.append(status.pill(str(value)))
        elif row.kind == "time":
            found.append(markup.text(numbers.moment(_number(value))))
        elif row.kind == "duration":
            found.append(_with_delta(numbers.clock(_number(value)), "", None))
        else:
            away = delta(value, row.cells[base]) if place != base and row.kind == "value" else ""
            found.append(_with_delta(text_of(value), away, None))
    return found


def metric_cells(row: MetricRow, statistic: str, places: Sequence[int], base: int) -> list[str]:
    """Return each run's cell as HTML; distances say whether they are better."""
    values = row.stats[statistic]
    found: list[str] = []
    for place in places:
        judged = None if statistic in UNJUDGED else better(values[place], values[base], row.best)
        away = delta(values[place], values[base]) if place != base else ""
        found.append(_with_delta(text_of(values[place]), away, judged))
    return found


def table(
    title: str,
    found: Comparison,
    places: Sequence[int],
    rows: Sequence[tuple[str, list[str], bool]],
    *,
    more: int = 0,
    left: bool = False,
) -> str:
    """Return a table of names, cells as HTML, and whether a row differs; empty without a row."""
    if not rows:
        return ""
    labels = [found.labels[place] for place in places]
    side = "text-align:left" if left else _RIGHT
    head = "".join(
        f'<th scope="col" align="right" title="{markup.text(label)}" style="{_CELL};{side};font-weight:600">'
        f"{markup.text(numbers.middle(markup.plain(label), 24))}</th>"
        for label in labels
    )
    body = "".join(_row(name, inside, side, differs=differs) for name, inside, differs in rows)
    foot = (
        f'<tr><td colspan="{len(places) + 1}" style="{_CELL};{markup.MUTED}">and {more} more</td></tr>'
        if more
        else ""
    )
    style = f"{markup.FONT};font-size:12px;border-collapse:collapse;margin:8px 0 0;width:auto"
    corner = f'<th scope="col" align="left" style="{_CELL};text-align:left;font-weight:600">{markup.text(title)}</th>'
    return f'<table style="{style}"><thead><tr>{corner}{head}</tr></thead><tbody>{body}{foot}</tbody></table>'


def _row(name: str, inside: Sequence[str], side: str, *, differs: bool) -> str:
    cut = numbers.middle(" ".join(markup.plain(name).split()), NAME)
    weight = "600" if differs else "400"
    head = (
        f'<th scope="row" align="left" title="{markup.text(name)}" '
        f'style="{_CELL};text-align:left;font-weight:{weight}">{markup.text(cut)}</th>'
    )
    cells = "".join(f'<td align="right" style="{_CELL};{side}">{cell}</td>' for cell in inside)
    return f"<tr>{head}{cells}</tr>"


def _with_delta(words: str, away: str, judged: bool | None) -> str:  # noqa: FBT001
    cut = numbers.middle(words, TEXT)
    title = f' title="{markup.text(words)}"' if cut != words else ""
    shown = f"<span{title}>{markup.text(cut)}</span>"
    if not away:
        return shown
    colour = markup.MUTED if judged is None else markup.tinted(markup.GOOD if judged else markup.BAD)
    told = "" if judged is None else f' title="{"better" if judged else "worse"}"'
    return f'{shown} <span style="font-size:11px;{colour}"{told}>{markup.text(away)}</span>'


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None
