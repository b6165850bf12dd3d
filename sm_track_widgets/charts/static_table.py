"""A table of runs for saved notebooks: plain HTML that reads without a style sheet, and plain text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Literal

from sm_track_widgets.charts import markup, numbers, status
from sm_track_widgets.charts.palette import BOTH

Kind = Literal["text", "number", "time", "duration", "status", "run"]
_BREAK = re.compile(r"\s*[\n\r\u2028\u2029]\s*")
RIGHT = frozenset({"number", "time", "duration"})
NAME_LENGTH = 40
GAP = "  "
Deltas = Sequence[Sequence[tuple[str, str]]]
NO_DELTA = ("", "")
TONES = {"better": markup.GOOD, "worse": markup.BAD}


def table_html(
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    kinds: Sequence[Kind] | None = None,
    caption: str = "",
    colours: Sequence[int] | None = None,
    more: int = 0,
    deltas: Deltas | None = None,
) -> str:
    """Write a table.

    Parameters
    ----------
    header
        Names of the columns.
    rows
        Cells; None and NaN are missing ones and stay empty.
    kinds
        What each column holds: ``"text"``, ``"number"``, ``"time"`` (a datetime, or seconds since the epoch),
        ``"duration"`` (seconds), ``"status"`` (a state of the service), ``"run"`` (a run's name). Default:
        numbers where a column holds nothing else, else text.
    caption
        One line above.
    colours
        For each row its index into the palette, shown as a dot before its run's name.
    more
        How many rows were left out; said below.
    deltas
        For each row and column what stands beside the value, and ``"better"``, ``"worse"`` or ``""``. A delta
        beside a run's name is a remark.

    Returns
    -------
    str
        One ``<table>`` element. Numbers have 4 significant digits and stand right; long texts are cut in the
        middle. What was shortened is whole in the cell's title.
    """
    used = _kinds(header, rows, kinds)
    head = "".join(_head(name, kind) for name, kind in zip(header, used, strict=True))
    body: list[str] = []
    for place, row in enumerate(rows):
        dot = _dot(colours[place]) if colours is not None else ""
        beside = deltas[place] if deltas is not None else [NO_DELTA] * len(row)
        cells = "".join(
            _cell(value, kind, dot, delta) for value, kind, delta in zip(row, used, beside, strict=True)
        )
        body.append(f"<tr>{cells}</tr>")
    above = f"<caption {_style(_ABOVE)}>{markup.text(caption)}</caption>" if caption else ""
    below = ""
    if more:
        style = _style(_CELL, _LEFT, markup.MUTED)
        words = f"and {numbers.count(more)} more"
        below = f'<tfoot><tr><td colspan="{len(header)}" {style}>{words}</td></tr></tfoot>'
    return (
        f"<table {_style(_TABLE)}>{above}<thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody>{below}</table>"
    )


def table_text(
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    kinds: Sequence[Kind] | None = None,
    caption: str = "",
    more: int = 0,
    deltas: Deltas | None = None,
) -> str:
    """Write the same table as lines of text, in columns."""
    used = _kinds(header, rows, kinds)
    table = [[" ".join(markup.plain(name).split()) for name in header]]
    beside = deltas if deltas is not None else [[NO_DELTA] * len(used)] * len(rows)
    table += [
        [
            " ".join(f"{shown(value, kind)} {delta}".split())
            for value, kind, (delta, _) in zip(row, used, of_row, strict=True)
        ]
        for row, of_row in zip(rows, beside, strict=True)
    ]
    widths = [max(len(line[column]) for line in table) for column in range(len(header))]
    lines = [caption] if caption else []
    for line in table:
        cells = [
            cell.rjust(width) if kind in RIGHT else cell.ljust(width)
            for cell, width, kind in zip(line, widths, used, strict=True)
        ]
        lines.append(GAP.join(cells).rstrip())
    if more:
        lines.append(f"and {numbers.count(more)} more")
    return "\n".join(lines)


def shown(value: Any, kind: Kind) -> str:
    """Return what a cell says, not escaped."""
    if _missing(value):
        return ""
    if kind == "number" and _is_number(value):
        return numbers.number(value)
    if kind == "duration":
        return numbers.clock(value)
    if kind == "time":
        return numbers.moment(value)
    if kind == "status":
        return status.word(str(value))
    return numbers.middle(_BREAK.sub(" ", markup.plain(value)), NAME_LENGTH)


_TABLE = f"{markup.FONT};font-size:12px;border-collapse:collapse;margin:0;width:auto;table-layout:auto"
_ABOVE = f"caption-side:top;text-align:left;padding:0 8px 4px;{markup.MUTED}"
_CELL = f"padding:3px 8px;border:0;border-bottom:1px solid {markup.HAIRLINE};white-space:nowrap"
_LEFT, _RIGHT = "text-align:left", "text-align:right;font-variant-numeric:tabular-nums"


def _head(name: str, kind: Kind) -> str:
    cut = numbers.middle(markup.plain(name), NAME_LENGTH)
    side = _RIGHT if kind in RIGHT else _LEFT
    style = _style(_CELL, side, "font-weight:600")
    return f'<th scope="col"{_title(name, cut)}{_align(kind)} {style}>{markup.text(cut)}</th>'


def _cell(value: Any, kind: Kind, dot: str, delta: tuple[str, str]) -> str:
    words = shown(value, kind)
    side = _RIGHT if kind in RIGHT else _LEFT
    if kind == "run":
        style = _style(_CELL, side, "font-weight:400")
        name = f"{dot}{markup.text(words)}{_beside(*delta)}"
        return f'<th scope="row"{_title(value, words)} align="left" {style}>{name}</th>'
    whole = numbers.full(value) if kind == "number" and _is_number(value) and words else value
    inside = status.pill(str(value)) if kind == "status" and words else markup.text(words)
    title = "" if kind in {"status", "time", "duration"} else _title(whole, words)
    return f"<td{title}{_align(kind)} {_style(_CELL, side)}>{inside}{_beside(*delta)}</td>"


def _beside(words: str, tone: str) -> str:
    """Return what stands beside a value; a word says whether it is better, for who sees no colour."""
    if not words:
        return ""
    colour = markup.tinted(TONES[tone]) if tone else markup.MUTED
    title = f' title="{tone}"' if tone else ""
    return f" <small{title} {_style(colour)}>{markup.text(words)}</small>"


def _dot(colour: int) -> str:
    return f'<span aria-hidden="true" {_style(f"color:{markup.mixed(BOTH[colour % len(BOTH)])}")}>●</span> '


def _title(whole: Any, words: str) -> str:
    full = "" if _missing(whole) else markup.plain(whole)
    return f' title="{markup.text(full)}"' if full != words and words else ""


def _align(kind: Kind) -> str:
    # GitHub takes styles away and keeps this.
    return ' align="right"' if kind in RIGHT else ' align="left"'


def _style(*parts: str) -> str:
    return f'style="{";".join(parts)}"'


def _kinds(header: Sequence[str], rows: Sequence[Sequence[Any]], kinds: Sequence[Kind] | None) -> list[Kind]:
    if kinds is not None:
        return list(kinds)
    columns = [[row[place] for row in rows if not _missing(row[place])] for place in range(len(header))]
    return ["number" if column and all(map(_is_number, column)) else "text" for column in columns]


def _missing(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124 (NaN and NaT)
    except (TypeError, ValueError):
        return True  # pandas' NA has no truth


def _is_number(value: Any) -> bool:
    if isinstance(value, (str, bytes, bool)):
        return False
    try:
        return not math.isnan(float(value))
    except (TypeError, ValueError, OverflowError):
        return False
