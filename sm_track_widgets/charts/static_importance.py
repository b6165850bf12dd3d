"""Importance of parameters for saved notebooks: a table with small bars, and text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sm_track_widgets.charts import markup, numbers
from sm_track_widgets.charts.palette import BOTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sm_track_widgets.reading.importance.measure import Measured, ParameterImportance

ROWS = 20
WIDTH, SIDE, HEIGHT = 160, 45, 12
NAME = 36
FLOOR = 0.2
"""Importance that fills a bar at least: what explains next to nothing has no long one."""
MINUS = "\N{MINUS SIGN}"
_TABLE = f"{markup.FONT};font-size:12px;border-collapse:collapse;margin:0;width:auto"
_CELL = f"padding:3px 8px;border:0;border-bottom:1px solid {markup.HAIRLINE};white-space:nowrap"
_RIGHT = "text-align:right;font-variant-numeric:tabular-nums"


def importance_html(found: Measured, title: str) -> str:
    """Return one ``<div>``: what was explained, the bars, and what has to be known to read them."""
    head = (
        f'<div><b style="font-weight:600">{markup.text(title)}</b> '
        f'<span style="{markup.MUTED}">{markup.text(found.headline())}</span></div>'
    )
    notes = "".join(
        f'<div style="font-size:12px;{markup.MUTED}">{markup.text(note)}</div>' for note in found.notes
    )
    return f'<div style="{markup.FONT};font-size:13px;line-height:1.45">{head}{_table(found)}{notes}</div>'


def importance_text(found: Measured, title: str) -> str:
    """Return the same as lines of text."""
    lines = [f"{markup.plain(title)}  {found.headline()}"]
    shown = found.rows[:ROWS]
    width = max((len(_name(one)) for one in shown), default=0)
    peak = _peak(shown)
    for one in shown:
        bar = "█" * max(0, round(20 * _size(one, peak)))
        told = f"{bar.ljust(20)} {_importance(one)}" if found.score is not None else ""
        lines.append(f"{_name(one).ljust(width)}  {told}  {signed(one)}  n={one.n}".rstrip())
    if len(found.rows) > ROWS:
        lines.append(f"and {len(found.rows) - ROWS} more")
    return "\n".join([*lines, *(markup.plain(note) for note in found.notes)])


def signed(one: ParameterImportance) -> str:
    """Write a correlation with its sign; that of a category has none."""
    if math.isnan(one.correlation):
        return ""
    size = f"{abs(one.correlation):.2f}"
    if one.kind != "number":
        return size
    return f"{MINUS if one.correlation < 0 else '+'}{size}"


def _table(found: Measured) -> str:
    shown = found.rows[:ROWS]
    if not shown:
        return ""
    peak = _peak(shown)
    forest = found.score is not None
    labels = ["parameter", *(["importance", ""] if forest else []), "correlation", "", "runs"]
    head = "".join(
        f'<th scope="col" align="left" style="{_CELL};font-weight:600">{label}</th>' for label in labels
    )
    rows = "".join(f"<tr>{_row(one, peak, forest=forest)}</tr>" for one in shown)
    more = len(found.rows) - len(shown)
    foot = (
        f'<tr><td colspan="{len(labels)}" style="{_CELL};{markup.MUTED}">and {more} more</td></tr>'
        if more
        else ""
    )
    return f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead><tbody>{rows}{foot}</tbody></table>'


def _row(one: ParameterImportance, peak: float, *, forest: bool) -> str:
    name = markup.text(_name(one))
    title = f' title="{markup.text(one.name)}"' if _name(one) != one.name else ""
    cells = [f'<th scope="row" align="left"{title} style="{_CELL};font-weight:400">{name}</th>']
    if forest:
        bar = f'<rect x="0" y="1" width="{_size(one, peak) * WIDTH:.1f}" height="10" fill="{BOTH[0]}"/>'
        cells += [_cell(_svg(WIDTH, bar)), _cell(markup.text(_importance(one)), right=True)]
    cells += [_cell(_svg(2 * SIDE, _signed_bar(one))), _cell(signed(one), right=True)]
    cells.append(_cell(numbers.count(one.n), right=True))
    return "".join(cells)


def _signed_bar(one: ParameterImportance) -> str:
    """Draw from the middle: to the right what grows with the target, to the left what falls."""
    axis = f'<path d="M{SIDE} 0V{HEIGHT}" stroke="currentColor" stroke-opacity=".5"/>'
    if math.isnan(one.correlation):
        return axis
    length = abs(one.correlation) * SIDE
    left = SIDE - length if one.correlation < 0 else SIDE
    look = 'fill="currentColor" fill-opacity=".45"'
    if one.kind != "number":
        look = 'fill="none" stroke="currentColor" stroke-opacity=".6"'
    return f'<rect x="{left:.1f}" y="2" width="{length:.1f}" height="8" {look}/>{axis}'


def _cell(inside: str, *, right: bool = False) -> str:
    side = ' align="right"' if right else ""
    return f'<td{side} style="{_CELL};{_RIGHT if right else "text-align:left"}">{inside}</td>'


def _svg(width: int, inside: str) -> str:
    size = f'width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}"'
    return f'<svg {size} aria-hidden="true" style="display:block">{inside}</svg>'


def _peak(rows: Sequence[ParameterImportance]) -> float:
    return max((one.importance for one in rows if one.importance > FLOOR), default=FLOOR)


def _size(one: ParameterImportance, peak: float) -> float:
    return 0.0 if math.isnan(one.importance) else min(1.0, max(0.0, one.importance / peak))


def _importance(one: ParameterImportance) -> str:
    return "" if math.isnan(one.importance) else f"{max(one.importance, 0.0):.3f}"


def _name(one: ParameterImportance) -> str:
    return numbers.middle(" ".join(markup.plain(one.name).split()), NAME)
