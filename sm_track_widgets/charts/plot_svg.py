"""Static pictures of runs: lines over parallel axes, and points over two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from sm_track_widgets.charts import numbers
from sm_track_widgets.charts.markup import mixed, plain, text
from sm_track_widgets.charts.palette import BOTH, DASHES
from sm_track_widgets.charts.plot_column import REST, PlotColumn, ramp

FONT = "system-ui,-apple-system,'Segoe UI',sans-serif"
TOP, SIDE, BELOW, FOOT = 44, 44, 34, 30
LEFT, RIGHT, BOTTOM = 62, 14, 44
LETTER = 6.2
STRIP, STEPS = 120, 24
RADIUS, LARGEST = 3.2, 8.0


@dataclass(frozen=True)
class Picture:
    """What is drawn of some runs.

    Attributes
    ----------
    names
        Of the runs, in order.
    title
        What a screen reader says first, and the line above.
    colour
        Column that colours them; None for none.
    picked
        Places of the runs that are drawn strongest.
    marks
        For each run the palette's colour of its own; only of picked ones it is used.
    note
        A line below, such as how many runs were left out.
    """

    names: Sequence[str]
    title: str
    colour: PlotColumn | None = None
    picked: Sequence[int] = ()
    marks: Sequence[int] = field(default=())
    note: str = ""

    def stroke(self, run: int) -> str:
        """Return the colour of a run by its value."""
        if self.colour is None:
            return BOTH[0]
        if self.colour.kind != "text":
            return ramp(self.colour.places[run])
        at = self.colour.numbers[run]
        return BOTH[int(at)] if math.isfinite(at) and at < len(BOTH) else REST

    def own(self, run: int, turn: int) -> str:
        """Return the colour by which a picked run is known elsewhere."""
        mark = self.marks[run] if run < len(self.marks) else -1
        return BOTH[(turn if mark < 0 else mark) % len(BOTH)]


def parallel_svg(
    axes: Sequence[PlotColumn],
    flips: Sequence[bool],
    picture: Picture,
    *,
    width: int = 760,
    height: int = 320,
) -> str:
    """Draw a line for each run over parallel axes.

    Parameters
    ----------
    axes
        Columns, from left to right.
    flips
        For each whether its lowest value is on top.
    picture
        The runs.
    width, height
        In pixels.
    """
    if not axes or not picture.names:
        return _whole(
            picture, [_words(width / 2, height / 2, "Nothing to draw", "middle", 0.7)], width, height
        )
    deep = height - TOP - BELOW - FOOT
    step = (width - 2 * SIDE) / max(1, len(axes) - 1)
    across = [SIDE + step * at if len(axes) > 1 else width / 2 for at in range(len(axes))]
    body: list[str] = []
    heights = [_heights(axis, deep, flip=flip) for axis, flip in zip(axes, flips, strict=True)]
    for run, name in enumerate(picture.names):
        if run not in picture.picked:
            body.append(
                _line(across, heights, run, name, f'stroke="{picture.stroke(run)}" stroke-opacity=".55"')
            )
    for turn, run in enumerate(picture.picked):
        pen = f'stroke="{picture.own(run, turn)}" stroke-width="2.6"'
        dash = DASHES[turn % len(DASHES)]
        pen += f' stroke-dasharray="{" ".join(map(str, dash))}"' if dash else ""
        body.append(_line(across, heights, run, picture.names[run], pen))
    for x, axis, flip in zip(across, axes, flips, strict=True):
        body += _axis(x, axis, deep, step, flip=flip, last=x == across[-1] and len(axes) > 1)
    return _whole(picture, body, width, height)


def scatter_svg(
    x: PlotColumn,
    y: PlotColumn,
    picture: Picture,
    size: PlotColumn | None = None,
    *,
    width: int = 640,
    height: int = 340,
) -> str:
    """Draw a point for each run over two axes.

    Parameters
    ----------
    x, y
        Columns of the axes.
    picture
        The runs.
    size
        Column of numbers by which points are large or small.
    width, height
        In pixels.
    """
    right, bottom = width - RIGHT, height - BOTTOM - FOOT
    body = _grid(x, y, right, bottom)
    drawn = 0
    order = [*(run for run in range(len(picture.names)) if run not in picture.picked), *picture.picked]
    for run in order:
        at = (x.places[run] + _aside(x, run, 0.618034), y.places[run] + _aside(y, run, 0.754878))
        if not all(math.isfinite(place) for place in at):
            continue
        drawn += 1
        place = size.places[run] if size is not None else math.nan
        radius = RADIUS + (LARGEST - RADIUS) * math.sqrt(place) if math.isfinite(place) else RADIUS
        ring = f' stroke="{mixed(BOTH[0])}" stroke-width="2.5"' if run in picture.picked else ""
        body.append(
            f'<circle cx="{LEFT + 8 + at[0] * (right - LEFT - 16):.1f}" '
            f'cy="{bottom - 8 - at[1] * (bottom - TOP - 16):.1f}" r="{radius:.1f}" fill="{picture.stroke(run)}" '
            f'fill-opacity=".8"{ring}><title>{text(picture.names[run])}</title></circle>'
        )
    if not drawn:
        body.append(
            _words((LEFT + right) / 2, (TOP + bottom) / 2, "No run has a value for both", "middle", 0.7)
        )
    return _whole(picture, body, width, height)


def _aside(column: PlotColumn, run: int, ratio: float) -> float:
    """Return how far a point stands beside the place of its text, so that they do not all lie on one spot."""
    return (run * ratio % 1 - 0.5) * 0.5 / len(column.slots) if column.slots else 0.0


def _heights(axis: PlotColumn, deep: float, *, flip: bool) -> list[float]:
    lowest = TOP + deep
    return [
        lowest + BELOW - 12 if not math.isfinite(place) else TOP + deep * (place if flip else 1 - place)
        for place in axis.places
    ]


def _line(across: Sequence[float], heights: Sequence[Sequence[float]], run: int, name: str, pen: str) -> str:
    points = "L".join(f"{x:.1f} {column[run]:.1f}" for x, column in zip(across, heights, strict=True))
    return f'<path d="M{points}" fill="none" {pen}><title>{text(name)}</title></path>'


def _axis(x: float, axis: PlotColumn, deep: float, step: float, *, flip: bool, last: bool) -> list[str]:
    limit = max(4, int((step - 8) / LETTER))
    side, off = ("end", -5) if last else ("start", 5)
    above = "end" if last else "start" if x == SIDE else "middle"
    out = [
        f'<path d="M{x:.1f} {TOP}V{TOP + deep}" stroke="currentColor" stroke-opacity=".6" fill="none"/>',
        _words(
            x + (SIDE - 8 if last else 8 - SIDE if above == "start" else 0),
            TOP - 12,
            numbers.middle(plain(axis.label), limit + 2),
            above,
            bold=True,
        ),
    ]
    for place, label in axis.ticks(max(2, int(deep // 44))):
        y = TOP + deep * (place if flip else 1 - place)
        out.append(_words(x + off, y + 4, numbers.middle(plain(label), limit), side, 0.9))
    if any(not math.isfinite(place) for place in axis.places):
        out.append(_words(x + off, TOP + deep + BELOW - 8, "missing", side, 0.7))
    return out


def _grid(x: PlotColumn, y: PlotColumn, right: float, bottom: float) -> list[str]:
    out = [f'<path d="M{LEFT} {bottom}H{right}" stroke="currentColor" stroke-opacity=".4" fill="none"/>']
    for place, label in y.ticks(int((bottom - TOP) // 48)):
        at = bottom - 8 - place * (bottom - TOP - 16)
        out.append(
            f'<path d="M{LEFT} {at:.1f}H{right}" stroke="currentColor" stroke-opacity=".13" fill="none"/>'
        )
        out.append(_words(LEFT - 6, at + 4, numbers.middle(plain(label), 8), "end", 0.7))
    for place, label in x.ticks(int((right - LEFT) // 90)):
        at = LEFT + 8 + place * (right - LEFT - 16)
        out.append(_words(at, bottom + 16, numbers.middle(plain(label), 14), "middle", 0.7))
    log = [f"{axis.label}, log scale" if axis.log else axis.label for axis in (x, y)]
    out.append(_words(right, bottom + 34, numbers.middle(plain(log[0]), 48), "end", bold=True))
    out.append(_words(4, TOP - 12, numbers.middle(plain(log[1]), 48), "start", bold=True))
    return out


def _whole(picture: Picture, body: Sequence[str], width: int, height: int) -> str:
    told = f"{picture.title}: {len(picture.names)} runs" if picture.title else f"{len(picture.names)} runs"
    below = [*_legend(picture, height - 8), _words(width - 4, height - 8, picture.note, "end", 0.7)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{text(told)}" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}" font-family="{FONT}" font-size="11" fill="none" '
        f'style="max-width:100%;height:auto"><title>{text(told)}</title>'
        f"{_words(4, 13, numbers.middle(plain(picture.title), 90), 'start', bold=True)}"
        f"{''.join(body)}{''.join(below)}</svg>"
    )


def _legend(picture: Picture, y: float) -> list[str]:
    column = picture.colour
    if column is None:
        return []
    name = numbers.middle(plain(column.label), 28)
    out, at = [_words(4, y, name)], 4 + LETTER * len(name) + 10
    if column.kind == "text":
        for place, label in enumerate(column.texts[: len(BOTH)]):
            words = numbers.middle(plain(label), 16)
            out.append(f'<circle cx="{at + 4:.1f}" cy="{y - 4}" r="4" fill="{BOTH[place]}"/>')
            out.append(_words(at + 12, y, words))
            at += 12 + LETTER * len(words) + 12
        return out
    ends = column.ends
    if ends is None:
        return out
    show = (
        numbers.moment
        if column.kind == "time"
        else numbers.clock
        if column.kind == "duration"
        else numbers.number
    )
    low, high = show(ends[0]), show(ends[1])
    out.append(_words(at, y, low, opacity=0.7))
    at += LETTER * len(low) + 6
    wide = STRIP / STEPS
    out += [
        f'<rect x="{at + step * wide:.1f}" y="{y - 8}" width="{wide + 0.5:.1f}" height="8" '
        f'fill="{ramp(step / (STEPS - 1))}"/>'
        for step in range(STEPS)
    ]
    out.append(_words(at + STRIP + 6, y, f"{high}{' log' if column.log else ''}", opacity=0.7))
    return out


def _words(
    x: float, y: float, words: str, anchor: str = "start", opacity: float = 1, *, bold: bool = False
) -> str:
    if not words:
        return ""
    extra = "" if anchor == "start" else f' text-anchor="{anchor}"'
    extra += "" if opacity == 1 else f' fill-opacity="{opacity}"'
    extra += ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="currentColor"{extra}>{text(words)}</text>'
